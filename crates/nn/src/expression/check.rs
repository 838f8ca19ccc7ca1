//! Checks a gradient against finite differences when an expression is parsed.
//!
//! At each point the derivative is compared with (f(x + h) - f(x - h)) / 2h in double precision, but only if the left
//! and right differences and those with half the step agree: otherwise there is a kink, a jump, or the edge of the
//! domain of f.

use treino_core::error::{Error, Result};

const STEP: f64 = 1e-5;
/// Larger derivatives are not checked.
const STEEPEST: f64 = 1e6;
/// The largest difference between two derivatives, relative to 1 + their absolute value.
const TOLERANCE: f64 = 1e-3;

/// Test rows for expressions: probabilities, logits of both signs, numbers far from 0.
pub(super) const PREDICTIONS: [[f64; 3]; 4] =
    [[0.372, 0.814, 0.127], [-1.434, 2.713, 0.592], [-3.271, -0.193, -7.117], [7.319, 12.91, 31.73]];
/// Targets: one-hot, of both signs, positive.
pub(super) const TARGETS: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.618, -1.307, 2.239], [5.141, 9.733, 14.27]];

fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * (1.0 + a.abs().max(b.abs()))
}

/// The result over the points so far.
#[derive(Debug, Default)]
pub(super) struct Check {
    defined: bool,
    smooth: usize,
    wrong: usize,
    /// The first mismatch: the point, the derivative and the difference quotient.
    first: Option<(f64, f64, f64)>,
}

impl Check {
    /// Compares `slopes` with differences of `value` around the row `x`.
    pub(super) fn at(&mut self, x: &[f64], slopes: &[f64], value: impl Fn(&[f64]) -> f64) {
        let here = value(x);
        self.defined |= here.is_finite();
        for (i, slope) in slopes.iter().enumerate() {
            let moved = |step: f64| {
                let mut row = x.to_vec();
                row[i] += step;
                value(&row)
            };
            let between = |low: f64, high: f64, distance: f64| (high - low) / distance;
            let (low, high) = (moved(-STEP), moved(STEP));
            let centre = between(low, high, 2.0 * STEP);
            let fine = between(moved(-0.5 * STEP), moved(0.5 * STEP), STEP);
            // Such large values have too large rounding errors, and such steep functions change within the step.
            let too_large = here.abs() * 1e-15 / STEP > 0.1 * TOLERANCE || slope.abs() > STEEPEST;
            let smooth = !too_large
                && agree(centre, fine)
                && agree(centre, between(low, here, STEP))
                && agree(centre, between(here, high, STEP));
            self.smooth += usize::from(smooth);
            if smooth && !agree(centre, *slope) {
                self.wrong += 1;
                self.first.get_or_insert((x[i], *slope, centre));
            }
        }
    }

    /// Returns an error if the value was never finite, or if more than half of the smooth points had a mismatch: at a
    /// few of them, steps of the function that are narrower than h may look smooth.
    pub(super) fn finish(self, what: &str) -> Result<()> {
        if !self.defined {
            return Err(Error::input(format!("{what} was a finite number at none of the points where it was tried"))
                .help("logarithms and roots of negative numbers are no numbers"));
        }
        match self.first {
            Some((x, slope, _)) if 2 * self.wrong > self.smooth && slope.is_nan() => {
                let e = format!("the gradient of {what} is NaN near {x}, where its values are smooth");
                Err(Error::input(e).help("roots and powers below 1 are infinitely steep at 0: write sqrt(x + epsilon)"))
            }
            Some((x, slope, difference)) if 2 * self.wrong > self.smooth => {
                let e = format!(
                    "the gradient of {what} does not fit its values: near {x} the slope is {slope}, but the values change \
                     by {difference:.6}"
                );
                let help = "floor, ceil, round and comparisons have the slope 0, however fine their steps are";
                Err(Error::input(e).help(help))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_slope_is_seen_and_a_kink_is_not_taken_for_one() {
        let check = |x: f64, slope: f64, f: fn(f64) -> f64| {
            let mut check = Check::default();
            check.at(&[x], &[slope], |x| f(x[0]));
            check.finish("it").map_err(|e| e.message().to_string())
        };
        let square = |x| x * x;
        assert_eq!(check(1.5, 3.0, square), Ok(()));
        let wrong =
            "the gradient of it does not fit its values: near 1.5 the slope is 2.9, but the values change by 3.000000";
        assert_eq!(check(1.5, 2.9, square), Err(wrong.to_string()));
        assert!(check(1.5, f64::NAN, square).unwrap_err().contains("is NaN near 1.5"));
        assert_eq!(check(0.0, 0.7, f64::abs), Ok(()));
        assert!(check(-1.0, 0.7, f64::sqrt).unwrap_err().contains("at none of the points"));
    }
}
