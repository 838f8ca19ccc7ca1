//! No negative weights.

use super::ApplyConstraint;
use treino_core::catalog::component;
use treino_engine::simd::{Kernel, Simd};

component! {
    /// No negative weights: w becomes max(w, 0).
    pub struct NonNeg = "non_neg" {}
}

impl ApplyConstraint for NonNeg {
    fn apply(&self, simd: Simd, _shape: &[usize], w: &mut [f32]) {
        simd.run(ClipNegative(w));
    }
}

struct ClipNegative<'a>(&'a mut [f32]);

impl Kernel for ClipNegative<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for w in self.0 {
            *w = if *w < 0.0 { 0.0 } else { *w };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_weights_become_zero() {
        let mut w = [1.0, -2.0, 0.0];
        NonNeg {}.apply(Simd::detect(), &[3], &mut w);
        assert_eq!(w, [1.0, 0.0, 0.0]);
    }
}
