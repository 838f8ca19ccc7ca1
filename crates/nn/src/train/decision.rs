//! How the outputs of a network for classification are interpreted.

use crate::activations::Activation;
use crate::losses::Loss;
use crate::program::{Program, ValueId};

/// The meaning of outputs for classes, and the rule for the predicted class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// Whether they are probabilities; otherwise they are class scores: the larger, the more likely is the class.
    pub is_probability: bool,
    /// A single output above it predicts the second of two classes. With several outputs, the largest decides.
    pub boundary: f32,
}

impl Decision {
    /// For probabilities.
    pub const PROBABILITY: Decision = Decision { is_probability: true, boundary: 0.5 };

    /// For an output of a program that was trained with a loss.
    ///
    /// The boundary of a margin is 0, unless its activation keeps it within [0, 1]; all others have one half.
    pub fn of(loss: &Loss, program: &Program, output: ValueId) -> Self {
        let it = loss.inner();
        if it.wants_logits() {
            // They are converted to probabilities before they are used.
            return Decision::PROBABILITY;
        }
        let activation = program.activation_of(output);
        let within_0_and_1 = activation.is_some_and(is_within_0_and_1);
        if it.is_margin() {
            return Decision { is_probability: false, boundary: if within_0_and_1 { 0.5 } else { 0.0 } };
        }
        // An output without an activation, such as an average of probabilities, is what a loss for probabilities
        // assumes.
        let takes_probabilities = loss.descriptor().param("from_logits").is_some();
        let is_taken = takes_probabilities && activation.is_none() && !program.is_dense(output);
        Decision { is_probability: within_0_and_1 || is_taken, boundary: 0.5 }
    }

    /// The class that a row of outputs predicts; the first of equal ones.
    pub fn predicted(self, outputs: &[f32]) -> usize {
        match outputs {
            [one] => usize::from(*one > self.boundary),
            all => (1..all.len()).fold(0, |best, at| if all[at] > all[best] { at } else { best }),
        }
    }

    /// The score of a row of outputs for a class: its output. With a single output, the score of the first of two
    /// classes is the output mirrored at the boundary.
    pub fn for_class(self, outputs: &[f32], class: usize) -> f64 {
        match outputs {
            [one] if class == 1 => f64::from(*one),
            [one] => 2.0 * f64::from(self.boundary) - f64::from(*one),
            all => f64::from(all[class]),
        }
    }
}

/// Whether all results of a function are in [0, 1].
fn is_within_0_and_1(activation: &Activation) -> bool {
    matches!(
        activation,
        Activation::Sigmoid(_)
            | Activation::Softmax(_)
            | Activation::HardSigmoid(_)
            | Activation::Sparsemax(_)
            | Activation::SparseSigmoid(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activations::{Linear, Sigmoid, Softmax, Tanh};
    use crate::layers::Dense;
    use crate::losses::{BinaryCrossentropy, CategoricalHinge, Hinge, Huber, MeanSquaredError, SquaredHinge};
    use crate::network::Network;

    fn decision(loss: impl Into<Loss>, units: usize, activation: impl Into<Activation>) -> (bool, f32) {
        let network = Network::build(2, &[Dense::new(units).activation(activation)]).unwrap();
        let decision = Decision::of(&loss.into(), network.program(), network.program().outputs[0].value);
        (decision.is_probability, decision.boundary)
    }

    #[test]
    fn only_what_lies_between_0_and_1_for_such_a_loss_is_a_probability() {
        let logits = BinaryCrossentropy { from_logits: true, ..Default::default() };
        assert_eq!(decision(BinaryCrossentropy::default(), 1, Sigmoid::default()), (true, 0.5));
        assert_eq!(decision(logits, 1, Linear::default()), (true, 0.5));
        assert_eq!(decision(BinaryCrossentropy::default(), 1, Tanh::default()), (false, 0.5));
        assert_eq!(decision(MeanSquaredError::default(), 3, Softmax::default()), (true, 0.5));
        assert_eq!(decision(MeanSquaredError::default(), 1, Linear::default()), (false, 0.5));
        assert_eq!(decision(Huber::default(), 1, Tanh::default()), (false, 0.5));
    }

    #[test]
    fn margins_are_decided_at_0() {
        assert_eq!(decision(Hinge::default(), 1, Tanh::default()), (false, 0.0));
        assert_eq!(decision(SquaredHinge::default(), 1, Linear::default()), (false, 0.0));
        assert_eq!(decision(CategoricalHinge::default(), 3, Softmax::default()), (false, 0.5));
        let hinge = Decision { is_probability: false, boundary: 0.0 };
        assert_eq!([-0.2, 0.0, 0.3].map(|margin| hinge.predicted(&[margin])), [0, 0, 1]);
        assert_eq!([0, 1].map(|class| hinge.for_class(&[-0.25], class)), [0.25, -0.25]);
        assert_eq!([0, 1].map(|class| Decision::PROBABILITY.for_class(&[0.25], class)), [0.75, 0.25]);
        assert_eq!(hinge.predicted(&[-3.0, -1.0, -1.0]), 1);
    }
}
