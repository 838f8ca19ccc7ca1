//! Rectified linear units, optionally with an upper limit or a slope below the threshold.
//!
//! relu6 is from A. Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010; leaky ReLU from A. Maas,
//! A. Hannun, A. Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.

use super::Elementwise;
use treino_core::catalog::{Interval, Kind, component};

component! {
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
        // 0 times a negative number would be -0.
        let low = if self.negative_slope == 0.0 { 0.0 } else { self.negative_slope as f32 * (x - threshold) };
        // In this order NaN propagates.
        let y = if x <= threshold { low } else { x };
        let cap = self.max_value.map_or(f32::INFINITY, |cap| cap as f32);
        if y > cap { cap } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        let cap = self.max_value.map_or(f32::INFINITY, |cap| cap as f32);
        let slope = if x > self.threshold as f32 { 1.0 } else { self.negative_slope as f32 };
        if x >= cap { 0.0 } else { slope }
    }

    fn knows_slope_from_result(&self) -> bool {
        // Values below the threshold then become 0 or less.
        self.threshold >= 0.0 && self.max_value.is_none_or(|cap| cap > self.threshold)
    }
}

component! {
    /// ReLU with a small slope below 0, so that no unit falls silent for good.
    ///
    /// leaky_relu(x) = x for x > 0, negative_slope * x otherwise.
    ///
    /// Keras differences: at 0 the slope is `negative_slope`, that of the lower part; Keras on JAX takes 1 there.
    pub struct LeakyRelu = "leaky_relu" {
        /// Slope below 0.
        negative_slope: f64 = 0.2, Kind::NOT_NEGATIVE;
    }
}

impl Elementwise for LeakyRelu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let low = self.negative_slope as f32 * x;
        if x > 0.0 { x } else { low }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x > 0.0 { 1.0 } else { self.negative_slope as f32 }
    }

    fn knows_slope_from_result(&self) -> bool {
        true
    }
}

component! {
    /// ReLU cut at 6: min(max(x, 0), 6).
    pub struct Relu6 = "relu6" {}
}

impl Elementwise for Relu6 {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let y = if x > 0.0 { x } else { 0.0 };
        if y > 6.0 { 6.0 } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x > 0.0 && x < 6.0 { 1.0 } else { 0.0 }
    }

    fn knows_slope_from_result(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{slopes, values};
    use super::*;

    #[test]
    fn values_and_kinks() {
        let x = [-2.0, -0.5, 0.0, 0.5, 3.0, 8.0];
        assert_eq!(values(Relu::default(), &x), [0.0, 0.0, 0.0, 0.5, 3.0, 8.0]);
        let bent = Relu { negative_slope: 0.5, max_value: Some(4.0), threshold: 1.0 };
        assert_eq!(values(bent, &x), [-1.5, -0.75, -0.5, -0.25, 3.0, 4.0]);
        assert_eq!(values(LeakyRelu::default(), &x), [-0.4, -0.1, 0.0, 0.5, 3.0, 8.0]);
        assert_eq!(values(Relu6::default(), &x), [0.0, 0.0, 0.0, 0.5, 3.0, 6.0]);
        assert_eq!(slopes(Relu::default(), &[0.0, 1.0]), [0.0, 1.0]);
        assert_eq!(slopes(LeakyRelu::default(), &[0.0]), [0.2]);
        assert_eq!(slopes(Relu6::default(), &[0.0, 1.0, 6.0]), [0.0, 1.0, 0.0]);
    }
}
