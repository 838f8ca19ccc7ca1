//! Several curves as one line with a band.

use super::{Series, SeriesShape};
use treino::statistics::quantile;

/// A metric over the epochs of several seeds.
#[derive(Debug, Clone)]
pub(crate) struct SeedCurves {
    /// Epochs, from 1.
    pub x: Vec<f64>,
    /// The minimum.
    pub low: Vec<f64>,
    /// The median.
    pub middle: Vec<f64>,
    /// The maximum.
    pub high: Vec<f64>,
}

impl SeedCurves {
    /// Summarises curves, up to the last epoch that more than half of them reach.
    pub fn of(curves: &[Vec<f64>]) -> SeedCurves {
        let mut bundle = SeedCurves { x: Vec::new(), low: Vec::new(), middle: Vec::new(), high: Vec::new() };
        for epoch in 0..curves.iter().map(Vec::len).max().unwrap_or(0) {
            let there = curves.iter().filter_map(|curve| curve.get(epoch)).copied().filter(|y| y.is_finite());
            let mut there: Vec<f64> = there.collect();
            if there.len() * 2 <= curves.len() {
                break;
            }
            there.sort_by(f64::total_cmp);
            bundle.x.push((epoch + 1) as f64);
            bundle.low.push(there[0]);
            bundle.middle.push(quantile(&there, 0.5));
            bundle.high.push(there[there.len() - 1]);
        }
        bundle
    }

    /// As series: the band, if requested, and the median.
    pub fn series(self, name: &str, has_band: bool) -> Vec<Series> {
        let SeedCurves { x, low, middle, high } = self;
        let band = has_band.then(|| Series::reference("", SeriesShape::Band { x: x.clone(), low, high }));
        band.into_iter().chain([Series::new(name, SeriesShape::Line { x, y: middle })]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_goes_as_far_as_most_of_its_curves() {
        let bundle = SeedCurves::of(&[vec![3.0, 2.0, 9.0], vec![1.0, 4.0], vec![2.0, f64::NAN]]);
        assert_eq!((bundle.x, bundle.middle), (vec![1.0, 2.0], vec![2.0, 3.0]));
        assert_eq!((bundle.low, bundle.high), (vec![1.0, 2.0], vec![3.0, 4.0]));
    }
}
