//! Exponential linear units: ELU, CELU and SELU.
//!
//! ELU: D. Clevert, T. Unterthiner, S. Hochreiter, ICLR 2016. CELU: J. Barron, arXiv 1704.07483, whose derivative is
//! continuous for every alpha. SELU: G. Klambauer and others, "Self-normalizing neural networks", NIPS 2017, with the
//! constants that preserve mean 0 and variance 1; use it with the initializer `lecun_normal`.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::{Kind, component};
use treino_engine::math::expm1;

component! {
    /// Exponential linear unit: x above 0, alpha * (e^x - 1) below.
    pub struct Elu = "elu" ["ELU"] {
        /// How deep it goes: the limit for x towards minus infinity is -alpha.
        alpha: f64 = 1.0, Kind::NUMBER;
    }
}

impl Elementwise for Elu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let low = self.alpha as f32 * expm1(x);
        if x > 0.0 { x } else { low }
    }

    #[inline(always)]
    fn slope(&self, x: f32, y: f32) -> f32 {
        // alpha e^x = alpha (e^x - 1) + alpha.
        let low = y + self.alpha as f32;
        if x > 0.0 { 1.0 } else { low }
    }
}

component! {
    /// Continuously differentiable ELU: x above 0, alpha * (e^(x / alpha) - 1) below.
    pub struct Celu = "celu" ["CELU"] {
        /// How deep it goes: the limit for x towards minus infinity is -alpha.
        alpha: f64 = 1.0, Kind::POSITIVE;
    }
}

impl Elementwise for Celu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let alpha = self.alpha as f32;
        let low = alpha * expm1(x / alpha);
        if x > 0.0 { x } else { low }
    }

    #[inline(always)]
    fn slope(&self, x: f32, y: f32) -> f32 {
        let low = y / self.alpha as f32 + 1.0;
        if x > 0.0 { 1.0 } else { low }
    }
}

/// The fixed point of mean 0 and variance 1: see the paper.
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

component! {
    /// Scaled ELU with fixed constants, for networks that keep their activations normalised by themselves.
    ///
    /// selu(x) = 1.05070098 * elu(x, alpha = 1.67326324).
    pub struct Selu = "selu" ["SELU"] {}
}

impl Elementwise for Selu {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let low = SELU_ALPHA * expm1(x);
        SELU_SCALE * if x > 0.0 { x } else { low }
    }

    #[inline(always)]
    fn slope(&self, x: f32, y: f32) -> f32 {
        let low = y + SELU_SCALE * SELU_ALPHA;
        if x > 0.0 { SELU_SCALE } else { low }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn closed_forms() {
        let e = f64::exp_m1;
        close(&values(Elu { alpha: 0.5 }, &[-2.0, -0.1, 3.0]), &[0.5 * e(-2.0), 0.5 * e(-0.1), 3.0], 1e-7);
        close(&values(Celu { alpha: 2.0 }, &[-2.0, 3.0]), &[2.0 * e(-1.0), 3.0], 1e-7);
        let (scale, alpha) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
        close(&values(Selu {}, &[-1.0, 2.0, -90.0]), &[scale * alpha * e(-1.0), 2.0 * scale, -scale * alpha], 1e-7);
    }
}
