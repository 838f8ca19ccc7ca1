//! No negative weights.

use super::Restrain;
use treino_core::catalog::thing;
use treino_engine::simd::{Kernel, Simd};

thing! {
    /// No negative weights: w becomes max(w, 0).
    pub struct NonNeg = "non_neg" {}
}

impl Restrain for NonNeg {
    fn apply(&self, simd: Simd, _shape: &[usize], w: &mut [f32]) {
        simd.run(Cut(w));
    }
}

struct Cut<'a>(&'a mut [f32]);

impl Kernel for Cut<'_> {
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
