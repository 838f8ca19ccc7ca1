//! Losses of overlap: one number for the whole batch.

use super::{ComputeLoss, EPSILON, Gradient, LossBatch, Scope, TargetKind, loss};
use treino_core::catalog::Kind;
use treino_engine::simd::{Kernel, Simd};

loss! {
    /// 1 - 2 sum y p / (sum y + sum p + 1e-7) over a whole batch: for yes/no targets of which few are yes.
    ///
    /// F. Milletari and others, "V-Net", 3DV 2016. Under sample weights the one number is multiplied by their mean (or
    /// sum, as `reduction` says); rows do not weigh differently.
    ///
    /// Keras differences: `axis` is missing, it is always the whole batch.
    pub struct Dice = "dice" {}
}

loss! {
    /// 1 - sum y p / (sum y p + alpha sum y (1 - p) + beta sum p (1 - y) + 1e-7) over a whole batch: `dice` with a say in
    /// which errors weigh more.
    ///
    /// S. Salehi and others, "Tversky loss function for image segmentation", MLMI 2017. Keras's alpha is the weight of what
    /// was missed, not of false alarms. Sample weights as in `dice`.
    ///
    /// Keras differences: `axis` is missing, it is always the whole batch.
    pub struct Tversky = "tversky" {
        /// Weight of the targets that were missed.
        alpha: f64 = 0.5, Kind::NOT_NEGATIVE;
        /// Weight of false alarms.
        beta: f64 = 0.5, Kind::NOT_NEGATIVE;
    }
}

impl ComputeLoss for Dice {
    fn targets(&self) -> TargetKind {
        TargetKind::Shares
    }

    fn scope(&self) -> Scope {
        Scope::Whole
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        // 2 I / (sum y + sum p) is I / (I + missed / 2 + false alarms / 2); 1e-7 is halved with the rest.
        simd.run(Overlap { alpha: 0.5, beta: 0.5, epsilon: 0.5 * EPSILON, batch, losses, gradient });
    }
}

impl ComputeLoss for Tversky {
    fn targets(&self) -> TargetKind {
        TargetKind::Shares
    }

    fn scope(&self) -> Scope {
        Scope::Whole
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let (alpha, beta) = (self.alpha as f32, self.beta as f32);
        simd.run(Overlap { alpha, beta, epsilon: EPSILON, batch, losses, gradient });
    }
}

struct Overlap<'a> {
    alpha: f32,
    beta: f32,
    epsilon: f32,
    batch: LossBatch<'a>,
    losses: &'a mut [f32],
    gradient: Option<Gradient<'a>>,
}

impl Kernel for Overlap<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Overlap { alpha, beta, epsilon, batch, losses, gradient } = self;
        let (mut both, mut missed, mut alarms) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (y, p) in batch.y.iter().zip(batch.p) {
            both = y.mul_add(*p, both);
            missed = y.mul_add(1.0 - p, missed);
            alarms = p.mul_add(1.0 - y, alarms);
        }
        let all = beta.mul_add(alarms, alpha.mul_add(missed, both)) + epsilon;
        losses.fill(1.0 - both / all);
        let Some(Gradient { scale, dp }) = gradient else { return };
        let scale: f32 = scale.iter().sum();
        for (d, y) in dp.iter_mut().zip(batch.y) {
            let grows = beta.mul_add(1.0 - y, (1.0 - alpha) * y);
            // d(-both / all) = (both * d all - all * d both) / all^2.
            *d = scale * (both / all * grows - y) / all;
        }
    }
}
