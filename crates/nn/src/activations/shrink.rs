//! Shrinkage: small numbers become exactly 0 (D. Donoho, I. Johnstone, Biometrika 81, 1994).
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::{Kind, component};

component! {
    /// x where |x| is above the threshold, else 0.
    pub struct HardShrink = "hard_shrink" {
        /// What is small.
        threshold: f64 = 0.5, Kind::NOT_NEGATIVE;
    }
}

impl Elementwise for HardShrink {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        if x.abs() > self.threshold as f32 { x } else { 0.0 }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x.abs() > self.threshold as f32 { 1.0 } else { 0.0 }
    }
}

component! {
    /// x moved towards 0 by the threshold, 0 where |x| is below it.
    pub struct SoftShrink = "soft_shrink" {
        /// How far it is moved.
        threshold: f64 = 0.5, Kind::NOT_NEGATIVE;
    }
}

impl Elementwise for SoftShrink {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let t = self.threshold as f32;
        let (high, low) = (x - t, x + t);
        let y = if x > t { high } else { 0.0 };
        if x < -t { low } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x.abs() > self.threshold as f32 { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    #[test]
    fn closed_forms() {
        let x = [-2.0, -0.5, 0.25, 0.5, 0.75];
        assert_eq!(values(HardShrink::default(), &x), [-2.0, 0.0, 0.0, 0.0, 0.75]);
        assert_eq!(values(SoftShrink::default(), &x), [-1.5, 0.0, 0.0, 0.0, 0.25]);
        assert_eq!(values(SoftShrink { threshold: 1.5 }, &x), [-0.5, 0.0, 0.0, 0.0, 0.0]);
    }
}
