//! Fuses activations into the dense layers before them.

use crate::layers::DenseOp;
use crate::program::{ActivationOp, ActivityPenaltyOp, Op};
use crate::program::{DenseChain, Program};
use std::sync::Arc;
use treino_engine::affine::{AffineChain, AffineMap, MAX_MAPS};

/// Fuses the following activation into each dense op, if it works in place and nothing else reads the value between
/// them.
///
/// An activation that gives an output of the network remains a separate op: a loss may absorb it.
pub(super) fn fuse(program: &mut Program) {
    for at in (1..program.ops.len()).rev() {
        let (Some(dense), Some(activation)) =
            (program.ops[at - 1].as_a::<DenseOp>(), program.ops[at].as_a::<ActivationOp>())
        else {
            continue;
        };
        let between = &program.values[dense.z.0];
        let readers = program.values.iter().filter(|value| value.numbers == between.numbers).count();
        let is_output = program.outputs.iter().any(|output| output.closing == Some(at) || output.value == dense.z);
        let others = |op: &Arc<dyn Op>| op.as_a::<ActivityPenaltyOp>().is_some_and(|penalty| penalty.x == dense.z);
        if activation.x != dense.z
            || !activation.activation.inner().is_in_place()
            || readers > 1
            || is_output
            || program.ops.iter().any(others)
        {
            continue;
        }
        let fused = dense.with_activation(activation.activation.clone(), activation.y);
        let (numbers, gradient) = (between.numbers, between.gradient);
        program.ops[at - 1] = Arc::new(fused);
        // The value between them needs no memory.
        (program.buffers[numbers], program.gradients[gradient]) = (0, 0);
        program.ops.remove(at);
        program.op_layers.remove(at);
        for output in &mut program.outputs {
            output.closing = output.closing.map(|closing| if closing > at { closing - 1 } else { closing });
        }
    }
}

/// Finds the sequences of dense ops.
pub(super) fn find_dense_chains(program: &mut Program) {
    let mut found: Vec<DenseChain> = Vec::new();
    let mut maps: Vec<AffineMap> = Vec::new();
    let (mut first, mut outer) = (0, 1);
    for at in 0..=program.ops.len() {
        let dense = program.ops.get(at).and_then(|op| op.as_a::<DenseOp>());
        let next = dense.and_then(|dense| dense.affine_map(program));
        let continues = |(map, times): &(AffineMap, usize)| match maps.last() {
            Some(last) => last.values[1] == map.values[0] && *times == outer && maps.len() < MAX_MAPS,
            None => true,
        };
        if !next.as_ref().is_some_and(continues) && !maps.is_empty() {
            found.push(DenseChain { ops: first..at, outer, chain: AffineChain::new(std::mem::take(&mut maps)) });
        }
        if let Some((map, times)) = next {
            if maps.is_empty() {
                (first, outer) = (at, times);
            }
            maps.push(map);
        }
    }
    program.chains = found;
}

#[cfg(test)]
mod tests {
    use crate::layers::{self, Dense, Layer};
    use crate::network::Network;

    #[test]
    fn hidden_activations_are_taken_in_and_the_last_one_is_not() {
        use crate::activations::{Gelu, Relu, Sigmoid, Tanh};
        let dense = |units: usize| Dense::new(units);
        let layers: Vec<Layer> = vec![
            dense(4).activation(Relu::default()).into(),
            dense(4).into(),
            layers::Activation { activation: Tanh::default().into(), ..Default::default() }.into(),
            dense(4).activation(Gelu::default()).into(),
            dense(1).activation(Sigmoid::default()).into(),
        ];
        let network = Network::build(3, &layers).unwrap();
        let program = network.program();
        // relu and tanh are fused; gelu's derivative needs its input, and the sigmoid is absorbed by the loss.
        assert_eq!(program.ops.len(), 6);
        assert_eq!(program.op_layers.len(), 6);
        assert_eq!(program.outputs[0].closing, Some(5));
        // relu, tanh and the layer before gelu; the last layer.
        let chains: Vec<_> = program.chains.iter().map(|chained| chained.ops.clone()).collect();
        assert_eq!(chains, [0..3, 4..5]);
    }
}
