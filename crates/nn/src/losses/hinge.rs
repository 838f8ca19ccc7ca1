//! Hinge losses: a margin between two classes.

use super::entry::{EntryLoss, EntryMean};
use super::{ComputeLoss, Gradient, LossBatch, Scope, TargetKind, each_row, loss};
use treino_engine::simd::Simd;

loss! {
    /// Mean of max(1 - y p, 0) over a row, for targets -1 and 1 and outputs of any size (linear or tanh).
    ///
    /// Where all targets of a batch are 0 or 1, they are taken as 2 y - 1, batch by batch as in Keras: it makes no
    /// difference unless 0 stands beside -1 and 1. The derivative where y p = 1 is -y / 2, as in Keras on
    /// JAX and PyTorch.
    ///
    /// Keras differences: targets other than -1, 0 and 1 are refused.
    pub struct Hinge = "hinge" {}
}

loss! {
    /// Mean of max(1 - y p, 0)^2 over a row; targets as in `hinge`.
    pub struct SquaredHinge = "squared_hinge" {}
}

impl ComputeLoss for Hinge {
    fn targets(&self) -> TargetKind {
        TargetKind::Signs
    }

    fn is_margin(&self) -> bool {
        true
    }

    fn scope(&self) -> Scope {
        Scope::Batch
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(Margin::of(batch.y)), batch, batch.width, losses, gradient);
    }
}

impl ComputeLoss for SquaredHinge {
    fn targets(&self) -> TargetKind {
        TargetKind::Signs
    }

    fn is_margin(&self) -> bool {
        true
    }

    fn scope(&self) -> Scope {
        Scope::Batch
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        each_row(simd, &EntryMean(Squared(Margin::of(batch.y))), batch, batch.width, losses, gradient);
    }
}

/// max(1 - y p, 0), with y -> y * keep + shift first.
struct Margin {
    keep: f32,
    shift: f32,
}

impl Margin {
    /// For the targets of a batch.
    fn of(y: &[f32]) -> Self {
        let binary = y.iter().all(|y| *y == 0.0 || *y == 1.0);
        if binary { Margin { keep: 2.0, shift: -1.0 } } else { Margin { keep: 1.0, shift: 0.0 } }
    }
}

impl EntryLoss for Margin {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let short = 1.0 - y.mul_add(self.keep, self.shift) * p;
        if short < 0.0 { 0.0 } else { short }
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        let y = y.mul_add(self.keep, self.shift);
        let short = 1.0 - y * p;
        if short > 0.0 {
            -y
        } else if short == 0.0 {
            -0.5 * y
        } else {
            0.0
        }
    }
}

struct Squared(Margin);

impl EntryLoss for Squared {
    #[inline(always)]
    fn value(&self, y: f32, p: f32) -> f32 {
        let short = self.0.value(y, p);
        short * short
    }

    #[inline(always)]
    fn slope(&self, y: f32, p: f32) -> f32 {
        2.0 * self.0.value(y, p) * self.0.slope(y, p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_ones_become_signs_only_where_the_whole_batch_is_so() {
        let losses = |y: &[f32], p: &[f32]| {
            let mut losses = vec![0.0; y.len()];
            Hinge::default().rows(Simd::detect(), LossBatch { y, p, width: 1, logits: false }, &mut losses, None);
            losses
        };
        assert_eq!(losses(&[0.0, 1.0], &[0.5, 0.5]), [1.5, 0.5]);
        assert_eq!(losses(&[-1.0, 1.0], &[0.5, 0.5]), [1.5, 0.5]);
        assert_eq!(losses(&[0.0, -1.0], &[0.5, 0.5]), [1.0, 1.5]);
    }
}
