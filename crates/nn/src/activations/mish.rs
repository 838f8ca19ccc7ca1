//! Mish, x tanh(softplus(x)): D. Misra, BMVC 2020.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;
use treino_engine::math::exp;

component! {
    /// x * tanh(softplus(x)): smooth, dips below 0, with a kept slope near 0.
    pub struct Mish = "mish" {}
}

/// With n = e^x: tanh(ln(1 + n)) = (n^2 + 2n) / (n^2 + 2n + 2) = a / (a + q), both parts scaled by e^-2x where x > 0,
/// so that nothing overflows. Returns e = e^-|x|, a and q.
#[inline(always)]
fn parts(x: f32) -> (f32, f32, f32) {
    let e = exp(-x.abs());
    let (positive, negative) = (e.mul_add(2.0, 1.0), e * (e + 2.0));
    if x >= 0.0 { (e, positive, 2.0 * e * e) } else { (e, negative, 2.0) }
}

impl Elementwise for Mish {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let (_, a, q) = parts(x);
        x * (a / (a + q))
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        let (e, a, q) = parts(x);
        let d = a + q;
        let sigmoid = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
        // 1 - tanh^2 = q (2a + q) / d^2.
        let rest = (q / d) * (2.0f32.mul_add(a, q) / d);
        (x * sigmoid).mul_add(rest, a / d)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    #[test]
    fn closed_forms() {
        // softplus(0) = ln 2 and tanh(ln 2) = 0.6; e^x = 3 gives 15 / 17.
        let x = 3.0_f64.ln();
        close(&values(Mish {}, &[x as f32, 0.0, 100.0, -200.0]), &[x * 15.0 / 17.0, 0.0, 100.0, 0.0], 1e-7);
    }
}
