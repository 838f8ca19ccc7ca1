//! Whether a gradient is that of its function: compared with differences when an expression is read.
//!
//! At each point the slope is compared with (f(x + h) - f(x - h)) / 2h in double precision, where the differences to the
//! left and to the right and those of half the step agree: elsewhere is a kink, a jump, or the end of where f is defined.

use crate::error::{Error, Result};

const STEP: f64 = 1e-5;
/// By how much two slopes may differ, relative to 1 + their size.
const TOLERANCE: f64 = 1e-3;

/// Rows at which expressions are tried: probabilities, logits of both signs, numbers far from 0.
pub(super) const PREDICTIONS: [[f64; 3]; 4] =
    [[0.372, 0.814, 0.127], [-1.434, 2.713, 0.592], [-3.271, -0.193, -7.117], [7.319, 12.91, 31.73]];
/// Targets: one-hot, of both signs, positive.
pub(super) const TARGETS: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.618, -1.307, 2.239], [5.141, 9.733, 14.27]];

fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * (1.0 + a.abs().max(b.abs()))
}

/// Compares `slopes` with differences of `value` around the row `x`. Gives whether the value is a number there.
pub(super) fn slopes(what: &str, x: &[f64], slopes: &[f64], value: impl Fn(&[f64]) -> f64) -> Result<bool> {
    let here = value(x);
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
        // The rounding of values this large would be seen.
        let exact = here.abs().max(1.0) * 1e-15 / STEP < 0.1 * TOLERANCE;
        let smooth = exact
            && agree(centre, fine)
            && agree(centre, between(low, here, STEP))
            && agree(centre, between(here, high, STEP));
        if smooth && !agree(centre, *slope) {
            let e = format!(
                "the gradient of {what} does not fit its values: near {} the slope is {slope}, but the values change by {centre:.6}",
                x[i]
            );
            return Err(Error::input(e)
                .help("floor, ceil, round and comparisons have the slope 0, however fine their steps are"));
        }
    }
    Ok(here.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_slope_is_seen_and_a_kink_is_not_taken_for_one() {
        let square = |x: &[f64]| x[0] * x[0];
        assert!(slopes("it", &[1.5], &[3.0], square).unwrap());
        assert!(slopes("it", &[1.5], &[2.9], square).is_err());
        assert!(slopes("it", &[0.0], &[0.7], |x| x[0].abs()).unwrap());
        assert!(!slopes("it", &[-1.0], &[0.7], |x| x[0].sqrt()).unwrap());
    }
}
