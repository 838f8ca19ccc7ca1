//! The crossentropy that fits an output: a word of Keras's `compile`.

use super::{
    BinaryCrossentropy, ComputeLoss, Gradient, HasReduction, Loss, LossBatch, SparseCategoricalCrossentropy,
    TargetKind, loss,
};
use treino_engine::simd::Simd;

loss! {
    /// The crossentropy that fits the output, as Keras's `compile` chooses it.
    ///
    /// It is `binary_crossentropy` for one output, and `sparse_categorical_crossentropy` for several. The spec of a run names the
    /// one that it became.
    ///
    /// Keras differences: for one-hot rows name `categorical_crossentropy`, which Keras would choose there.
    pub struct Crossentropy = "crossentropy" ["ce"] {}
}

impl Crossentropy {
    /// The loss for a network that gives so many numbers.
    pub fn for_outputs(&self, outputs: usize) -> Loss {
        let reduction = self.reduction();
        match outputs {
            1 => BinaryCrossentropy { reduction, ..Default::default() }.into(),
            _ => SparseCategoricalCrossentropy { reduction, ..Default::default() }.into(),
        }
    }
}

impl ComputeLoss for Crossentropy {
    fn targets(&self) -> TargetKind {
        TargetKind::Classes
    }

    fn rows(&self, simd: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        self.for_outputs(batch.width).inner().rows(simd, batch, losses, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::Score;

    fn value(p: &[f32], width: usize) -> f64 {
        let loss = Loss::named("ce").unwrap();
        let batch = LossBatch { y: &[1.0, 0.0], p, width, logits: false };
        Score::new(&loss, 2).of(Simd::detect(), batch, None, None)
    }

    /// -ln p of the true class, by hand.
    #[test]
    fn the_number_of_outputs_decides() {
        let expected = -(0.75_f64.ln() + 0.5_f64.ln()) / 2.0;
        assert!((value(&[0.75, 0.5], 1) - expected).abs() < 1e-7);
        assert!((value(&[0.125, 0.75, 0.125, 0.5, 0.25, 0.25], 3) - expected).abs() < 1e-7);
    }
}
