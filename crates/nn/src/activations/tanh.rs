//! The hyperbolic tangent, and x - tanh(x).
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::tanh;

component! {
    /// The hyperbolic tangent: between -1 and 1, linear near 0.
    pub struct Tanh = "tanh" {}
}

impl Elementwise for Tanh {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        tanh(x)
    }

    #[inline(always)]
    fn slope(&self, _x: f32, y: f32) -> f32 {
        y.mul_add(-y, 1.0)
    }

    fn knows_slope_from_result(&self) -> bool {
        true
    }
}

component! {
    /// x - tanh(x): flat near 0, a shift by 1 further out.
    pub struct TanhShrink = "tanh_shrink" {}
}

impl Elementwise for TanhShrink {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        x - tanh(x)
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        // 1 - sech^2. Not computed from y: beyond 2^24, x and x - 1 are the same number.
        let t = tanh(x);
        t * t
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, slopes, values};
    use super::*;

    #[test]
    fn closed_forms() {
        // tanh(ln 2) = 3 / 5.
        let x = std::f32::consts::LN_2;
        close(&values(Tanh {}, &[x, -x, 50.0]), &[0.6, -0.6, 1.0], 1e-7);
        close(&slopes(Tanh {}, &[x, 0.0, 50.0]), &[0.64, 1.0, 0.0], 1e-7);
        close(&values(TanhShrink {}, &[x, -50.0]), &[f64::from(x) - 0.6, -49.0], 1e-7);
    }
}
