//! Piecewise linear approximations of sigmoid, SiLU and tanh: cheap, and exactly 0 or 1 outside an interval.
//!
//! Hard SiLU: A. Howard and others, "Searching for MobileNetV3", ICCV 2019.

use super::Elementwise;
use treino_core::catalog::component;

#[inline(always)]
fn hard_sigmoid(x: f32) -> f32 {
    let y = x + 3.0;
    let y = if y > 0.0 { y } else { 0.0 };
    if y > 6.0 { 1.0 } else { y / 6.0 }
}

/// The derivative of `hard_sigmoid`, 0 at both kinks.
#[inline(always)]
fn hard_slope(x: f32) -> f32 {
    if x > -3.0 && x < 3.0 { 1.0 / 6.0 } else { 0.0 }
}

component! {
    /// min(max(x + 3, 0), 6) / 6: a sigmoid of three straight lines.
    ///
    /// Keras differences: as Keras 3; Keras 2's hard sigmoid was clip(0.2 x + 0.5, 0, 1).
    pub struct HardSigmoid = "hard_sigmoid" {}
}

impl Elementwise for HardSigmoid {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        hard_sigmoid(x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        hard_slope(x)
    }
}

component! {
    /// x * hard_sigmoid(x): a SiLU without exponentials.
    pub struct HardSilu = "hard_silu" ["hard_swish"] {}
}

impl Elementwise for HardSilu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        x * hard_sigmoid(x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        x.mul_add(hard_slope(x), hard_sigmoid(x))
    }
}

component! {
    /// x cut to [-1, 1]: a tanh of three straight lines.
    pub struct HardTanh = "hard_tanh" {}
}

impl Elementwise for HardTanh {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let y = if x > 1.0 { 1.0 } else { x };
        if y < -1.0 { -1.0 } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x.abs() <= 1.0 { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{slopes, values};
    use super::*;

    #[test]
    fn closed_forms() {
        let x = [-4.0, -3.0, -1.5, 0.0, 1.5, 3.0, 9.0];
        assert_eq!(values(HardSigmoid {}, &x), [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]);
        assert_eq!(values(HardSilu {}, &x), [-0.0, -0.0, -0.375, 0.0, 1.125, 3.0, 9.0]);
        assert_eq!(values(HardTanh {}, &x), [-1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0]);
        assert_eq!(slopes(HardSilu {}, &[-4.0, 0.0, 4.0]), [0.0, 0.5, 1.0]);
    }
}
