//! The rectified linear unit.

use super::Elementwise;
use crate::catalog::{Interval, Kind, thing};

thing! {
    /// The rectified linear unit: x where it is above the threshold, else `negative_slope * (x - threshold)`.
    ///
    /// relu(x) = min(x, max_value) for x > threshold, and negative_slope * (x - threshold) otherwise.
    /// The usual choice for hidden layers. Its slope at the threshold is `negative_slope`, 0 by default.
    pub struct Relu = "relu" ["ReLU"] {
        /// Slope below the threshold; 0 cuts everything off.
        negative_slope: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Upper limit of the result, none by default.
        max_value: Option<f64> = None, Kind::Float(Interval::at_least(0.0));
        /// Where the linear part begins.
        threshold: f64 = 0.0, Kind::NUMBER;
    }
}

impl Elementwise for Relu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let threshold = self.threshold as f32;
        let low = self.negative_slope as f32 * (x - threshold);
        let y = if x > threshold { x } else { low };
        let cap = self.max_value.map_or(f32::INFINITY, |cap| cap as f32);
        if y > cap { cap } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        let cap = self.max_value.map_or(f32::INFINITY, |cap| cap as f32);
        let slope = if x > self.threshold as f32 { 1.0 } else { self.negative_slope as f32 };
        if x >= cap { 0.0 } else { slope }
    }
}
