//! Variants of softplus and sigmoid that reach 0 (and 1) exactly.
//!
//! Keras differences: none known.

use super::Elementwise;
use treino_core::catalog::component;

component! {
    /// 0 below -1, (x + 1)^2 / 4 up to 1, x above: a softplus that is exactly 0 on the left.
    pub struct SparsePlus = "sparse_plus" {}
}

impl Elementwise for SparsePlus {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let bend = (x + 1.0) * (x + 1.0) * 0.25;
        let y = if x >= 1.0 { x } else { bend };
        if x <= -1.0 { 0.0 } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        let slope = if x >= 1.0 { 1.0 } else { (x + 1.0) * 0.5 };
        if x <= -1.0 { 0.0 } else { slope }
    }
}

component! {
    /// (x + 1) / 2 cut to [0, 1]: the slope of sparse_plus.
    pub struct SparseSigmoid = "sparse_sigmoid" {}
}

impl Elementwise for SparseSigmoid {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        let y = 0.5 * (x + 1.0);
        let y = if x >= 1.0 { 1.0 } else { y };
        if x <= -1.0 { 0.0 } else { y }
    }

    #[inline(always)]
    fn slope(&self, x: f32, _y: f32) -> f32 {
        if x.abs() < 1.0 { 0.5 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    #[test]
    fn closed_forms() {
        let x = [-2.0, -1.0, 0.0, 0.5, 1.0, 3.0];
        assert_eq!(values(SparsePlus {}, &x), [0.0, 0.0, 0.25, 0.5625, 1.0, 3.0]);
        assert_eq!(values(SparseSigmoid {}, &x), [0.0, 0.0, 0.5, 0.75, 1.0, 1.0]);
    }
}
