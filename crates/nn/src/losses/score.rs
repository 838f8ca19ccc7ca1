//! The loss of a batch, from the losses of its rows.

use super::{Gradient, Loss, LossBatch, Reduction, Scope};
use crate::expression::LossFormula;
use treino_engine::reduce;
use treino_engine::simd::Simd;

/// Computes the loss of batches of one output; owns what that takes.
#[derive(Debug)]
pub struct Score {
    loss: Loss,
    losses: Vec<f32>,
    scale: Vec<f32>,
}

impl Score {
    /// For batches of at most `capacity` rows.
    pub fn new(loss: &Loss, capacity: usize) -> Self {
        Score { loss: loss.clone(), losses: vec![0.0; capacity], scale: vec![0.0; capacity] }
    }

    /// Whether the loss of many rows is the same however they are cut into batches, as [`Loss::is_additive`].
    pub fn is_additive(&self) -> bool {
        self.loss.is_additive()
    }

    /// The expression that the loss is written as, where it is one.
    pub fn expression(&self) -> Option<&LossFormula> {
        if let Loss::ExpressionLoss(loss) = &self.loss { Some(&loss.expression) } else { None }
    }

    /// The loss of a batch under the weights of its rows, and its gradient with respect to the predictions, times a factor,
    /// where it is asked for. Allocates nothing.
    ///
    /// Rows that the loss leaves out count neither in the sum nor in the divisor; without any row left the loss is 0.
    pub fn of(
        &mut self,
        simd: Simd,
        batch: LossBatch<'_>,
        weights: Option<&[f32]>,
        gradient: Option<(f32, &mut [f32])>,
    ) -> f64 {
        self.share(simd, batch, batch.p.len() / batch.width, weights, gradient)
    }

    /// The share of some rows in the loss of a batch of `batch_rows`, as [`Score::of`]. Only a loss that
    /// [is additive](Loss::is_additive) has one, unless they are all.
    pub fn share(
        &mut self,
        simd: Simd,
        batch: LossBatch<'_>,
        batch_rows: usize,
        weights: Option<&[f32]>,
        gradient: Option<(f32, &mut [f32])>,
    ) -> f64 {
        let it = self.loss.inner();
        let rows = batch.p.len() / batch.width;
        let (losses, scale) = (&mut self.losses[..rows], &mut self.scale[..rows]);
        if it.scope() == Scope::Row && it.ignored().is_none() && weights.is_none() {
            let divisor = if it.reduction() == Reduction::Sum { 1.0 } else { batch_rows as f64 };
            match gradient {
                Some((factor, dp)) => {
                    scale.fill((1.0 / divisor) as f32 * factor);
                    it.rows(simd, batch, losses, Some(Gradient { scale, dp }));
                }
                None => it.rows(simd, batch, losses, None),
            }
            return reduce::sum(simd, losses, f64::from) / divisor;
        }
        if it.scope() == Scope::Positive {
            it.rows(simd, batch, losses, None);
        }
        let (mut counted, mut mass) = (0_usize, 0.0);
        for (r, (scale, loss)) in scale.iter_mut().zip(&*losses).enumerate() {
            let left_out = match it.scope() {
                Scope::Positive => *loss <= 0.0,
                _ => it.ignored().is_some_and(|class| batch.y[r] == class),
            };
            *scale = if left_out { 0.0 } else { weights.map_or(1.0, |w| w[r]) };
            counted += usize::from(!left_out);
            mass += f64::from(*scale);
        }
        let divisor = match it.reduction() {
            Reduction::SumOverBatchSize => (counted + batch_rows - rows) as f64,
            Reduction::MeanWithSampleWeight => mass,
            // One number for the whole batch stands beside every row, but is added up only under weights.
            Reduction::Sum if it.scope() == Scope::Whole && weights.is_none() => counted as f64,
            Reduction::Sum => 1.0,
        };
        let share = if divisor == 0.0 { 0.0 } else { 1.0 / divisor };
        let mut total = 0.0;
        match gradient {
            Some((factor, dp)) => {
                let share = share as f32 * factor;
                scale.iter_mut().for_each(|scale| *scale *= share);
                it.rows(simd, batch, losses, Some(Gradient { scale, dp }));
            }
            None => it.rows(simd, batch, losses, None),
        }
        for (r, loss) in losses.iter().enumerate() {
            if it.ignored().is_none_or(|class| batch.y[r] != class) {
                total += f64::from(*loss) * weights.map_or(1.0, |w| f64::from(w[r]));
            }
        }
        if divisor == 0.0 { 0.0 } else { total / divisor }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Circle, Dice, MeanSquaredError, SparseCategoricalCrossentropy};
    use super::*;

    #[test]
    fn without_a_row_that_counts_the_loss_is_0() {
        let mean = MeanSquaredError { reduction: Reduction::MeanWithSampleWeight };
        let batch = LossBatch { y: &[1.0, 2.0], p: &[0.0, 0.0], width: 1, logits: false };
        let mut dp = [f32::NAN; 2];
        let mut score = Score::new(&mean.into(), 2);
        assert_eq!(score.of(Simd::detect(), batch, Some(&[0.0, 0.0]), Some((1.0, &mut dp))), 0.0);
        assert_eq!(dp, [0.0, 0.0]);
        // Alone in its group, or with no other group.
        for y in [[0.0, 1.0], [1.0, 1.0]] {
            let batch = LossBatch { y: &y, p: &[0.6, 0.8, 0.0, 1.0], width: 2, logits: false };
            let (mut score, mut dp) = (Score::new(&Circle::default().into(), 2), [f32::NAN; 4]);
            assert_eq!(score.of(Simd::detect(), batch, None, Some((1.0, &mut dp))), 0.0);
            assert_eq!(dp, [0.0; 4]);
        }
    }

    #[test]
    fn what_depends_on_the_batch_is_not_additive() {
        let additive = |loss: Loss| loss.is_additive();
        assert!(additive(MeanSquaredError::default().into()));
        assert!(!additive(MeanSquaredError { reduction: Reduction::Sum }.into()));
        assert!(!additive(SparseCategoricalCrossentropy { ignore_class: Some(0), ..Default::default() }.into()));
        assert!(!additive(Dice::default().into()) && !additive(Circle::default().into()));
    }
}
