//! Points near those with good results.

mod parzen;

use super::{Domain, EvaluatedConfig, IntScale, Random, Sampler, SearchPoint, Space, four_digits};
use parzen::{Parzen, TpeAxis};
use treino_engine::random::{Purpose, Stream};

/// The number of configs that are drawn at random first.
const STARTUP: usize = 10;

/// The number of points of which the most promising one is suggested.
const CANDIDATES: usize = 24;

/// The tree-structured Parzen estimator (J. Bergstra and others, NeurIPS 2011), multivariate, with the settings of
/// Optuna 5: the best min(ceil(n / 10), 25) of n configs give a density l, all others and the pending ones a density g,
/// and of 24 draws from l the one with the largest l / g is suggested. The first ten configs are those of [`Random`].
///
/// In a dimension that is not in every config, configs without it have a kernel as wide as its domain, so that one
/// joint density serves a space with conditions. If a number may be exactly 0, whether it is 0 is a separate choice.
/// Powers of two are drawn by their exponent. If a draw equals an earlier config, the next best draw is used.
#[derive(Debug, Clone, Copy)]
pub struct Tpe;

/// The columns of a dimension: whether it is 0, if it may be, and its number or choice.
struct ObservedColumns {
    is_zero: Option<usize>,
    own: usize,
}

fn columns(domains: &[Domain]) -> (Vec<TpeAxis>, Vec<ObservedColumns>) {
    let mut axes = Vec::new();
    let mut places = Vec::new();
    for domain in domains {
        let mut is_zero = None;
        let axis = match *domain {
            Domain::Choices(n) => TpeAxis::Choices(n),
            Domain::Float { low, high, log, zero } => {
                if zero > 0.0 {
                    is_zero = Some(axes.len());
                    axes.push(TpeAxis::Choices(2));
                }
                TpeAxis::Number { low, high, log, whole: false }
            }
            Domain::Int { low, high, scale: IntScale::Pow2 } => TpeAxis::Number {
                low: f64::from((low as u64).ilog2()),
                high: f64::from((high as u64).ilog2()),
                log: false,
                whole: true,
            },
            Domain::Int { low, high, scale } => {
                TpeAxis::Number { low: low as f64, high: high as f64, log: scale == IntScale::Log, whole: true }
            }
        };
        places.push(ObservedColumns { is_zero, own: axes.len() });
        axes.push(axis);
    }
    (axes, places)
}

/// Converts a point to a row of the columns.
fn row(domains: &[Domain], places: &[ObservedColumns], width: usize, point: &SearchPoint) -> Vec<Option<f64>> {
    let mut row = vec![None; width];
    for ((domain, place), entry) in domains.iter().zip(places).zip(point) {
        let Some(x) = *entry else { continue };
        if let Some(is_zero) = place.is_zero {
            row[is_zero] = Some(f64::from(u8::from(x == 0.0)));
        }
        row[place.own] = match domain {
            _ if place.is_zero.is_some() && x == 0.0 => None,
            Domain::Int { scale: IntScale::Pow2, .. } => Some(f64::from((x as u64).ilog2())),
            _ => Some(x),
        };
    }
    row
}

impl Sampler for Tpe {
    fn suggest(&self, space: &dyn Space, index: usize, seen: &[EvaluatedConfig<'_>], seed: u64) -> Option<SearchPoint> {
        let mut done: Vec<(usize, f64)> = Vec::new();
        for (at, one) in seen.iter().enumerate() {
            done.extend(one.value.map(|value| (at, if value.is_finite() { value } else { f64::INFINITY })));
        }
        if done.len() < STARTUP {
            return Random.suggest(space, index, seen, seed);
        }
        done.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let many = done.len().div_ceil(10).min(25);
        let mut is_good = vec![false; seen.len()];
        done[..many].iter().for_each(|(at, _)| is_good[*at] = true);

        let domains = space.domains();
        let (axes, places) = columns(domains);
        let rows = |good: bool| -> Vec<Vec<Option<f64>>> {
            let of = seen.iter().zip(&is_good).filter(|(_, is_good)| **is_good == good);
            of.map(|(one, _)| row(domains, &places, axes.len(), one.point)).collect()
        };
        let (good, other) = (Parzen::new(&axes, &rows(true)), Parzen::new(&axes, &rows(false)));

        let stream = Stream::new(seed, Purpose::Search, "").at(index as u32, 1);
        let width = axes.len() as u64 + 1;
        let mut best: Option<(bool, f64, SearchPoint)> = None;
        for candidate in 0..CANDIDATES as u64 {
            let u = |place: usize| stream.uniform_f64(candidate * width + place as u64);
            let kernel = good.kernel(u(axes.len()));
            let mut point = SearchPoint::new();
            for (at, (domain, place)) in domains.iter().zip(&places).enumerate() {
                let draw = |column: usize| good.draw(column, kernel, u(column));
                let entry = space.is_active(at, &point).then(|| match domain {
                    _ if place.is_zero.is_some_and(|column| draw(column) == 1.0) => 0.0,
                    Domain::Float { low, high, .. } => four_digits(draw(place.own)).clamp(*low, *high),
                    Domain::Int { scale: IntScale::Pow2, .. } => (1_u64 << draw(place.own) as u32) as f64,
                    _ => draw(place.own),
                });
                point.push(entry);
            }
            let row = row(domains, &places, axes.len(), &point);
            let gain = good.ln_density(&row) - other.ln_density(&row);
            let is_new = !seen.iter().any(|one| *one.point == point);
            if best.as_ref().is_none_or(|(was_new, most, _)| (is_new, gain) > (*was_new, *most)) {
                best = Some((is_new, gain, point));
            }
        }
        best.map(|(_, _, point)| point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct TpeSpaces(Vec<Domain>);

    impl Space for TpeSpaces {
        fn domains(&self) -> &[Domain] {
            &self.0
        }

        fn is_active(&self, dimension: usize, before: &[Option<f64>]) -> bool {
            dimension != 2 || before[0] == Some(1.0)
        }
    }

    fn best_of(sampler: &dyn Sampler, seed: u64) -> f64 {
        let space = TpeSpaces(vec![
            Domain::Choices(3),
            Domain::Float { low: 1e-5, high: 1.0, log: true, zero: 0.0 },
            Domain::Float { low: 0.0, high: 1.0, log: false, zero: 0.2 },
            Domain::Int { low: 4, high: 256, scale: IntScale::Pow2 },
        ]);
        // Best at 1, 0.01, 0.3, 32, with the value 0.
        let value = |point: &SearchPoint| {
            let at = |i: usize| point[i].unwrap_or(1.0);
            let kind = if point[0] == Some(1.0) { 0.0 } else { 1.0 };
            kind + (at(1).log10() + 2.0).powi(2) + 4.0 * (at(2) - 0.3).powi(2) + 0.2 * (at(3).log2() - 5.0).powi(2)
        };
        let mut seen: Vec<(SearchPoint, f64)> = Vec::new();
        for index in 0..60 {
            // Results are delayed.
            let list: Vec<EvaluatedConfig<'_>> = seen
                .iter()
                .enumerate()
                .map(|(at, (point, value))| EvaluatedConfig { point, value: (at + 4 <= index).then_some(*value) })
                .collect();
            let point = sampler.suggest(&space, index, &list, seed).unwrap();
            assert_eq!(point[2].is_some(), point[0] == Some(1.0));
            assert!(point[3].is_some_and(|x| [4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0].contains(&x)));
            assert_eq!(sampler.suggest(&space, index, &list, seed), Some(point.clone()));
            let value = value(&point);
            seen.push((point, value));
        }
        seen.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn it_finds_more_than_chance_does() {
        let means = [&Tpe as &dyn Sampler, &Random]
            .map(|sampler| (0..20).map(|seed| best_of(sampler, seed)).sum::<f64>() / 20.0);
        assert!(means[0] < 0.5 * means[1], "{means:?}");
    }
}
