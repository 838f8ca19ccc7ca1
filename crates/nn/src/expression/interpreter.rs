//! Evaluation of one row in double precision: slow, and the reference for the compiled programs.

use super::graph::{ExprId, ExprNode, ExprShape, Graph};

/// The values of each root for a row of `width` numbers per input (or one, for an input of that shape).
pub(super) fn evaluate(graph: &Graph, roots: &[ExprId], inputs: &[&[f64]], width: usize) -> Vec<Vec<f64>> {
    let needed = graph.needed(roots.iter().copied());
    let mut values: Vec<Vec<f64>> = Vec::with_capacity(needed.len());
    let Some(last) = roots.iter().max() else { return Vec::new() };
    for (id, node) in graph.up_to(*last) {
        if !needed[id.index()] {
            values.push(Vec::new());
            continue;
        }
        let length = if graph.shape(id) == ExprShape::Vector { width } else { 1 };
        let at = |id: ExprId, i: usize| values[id.index()][if graph.shape(id) == ExprShape::Vector { i } else { 0 }];
        let value = match node {
            ExprNode::Const(bits) => vec![f64::from_bits(bits)],
            ExprNode::Width => vec![width as f64],
            ExprNode::Input(place) => inputs[place].to_vec(),
            ExprNode::Unary(op, a) => (0..length).map(|i| op.apply(at(a, i))).collect(),
            ExprNode::Binary(op, a, b) => (0..length).map(|i| op.apply(at(a, i), at(b, i))).collect(),
            ExprNode::Where(c, a, b) => {
                (0..length).map(|i| if at(c, i) == 0.0 { at(b, i) } else { at(a, i) }).collect()
            }
            ExprNode::Reduce(op, a) => vec![op.apply(&values[a.index()])],
        };
        values.push(value);
    }
    roots.iter().map(|root| values[root.index()].clone()).collect()
}
