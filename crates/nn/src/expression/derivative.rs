//! Reverse-mode differentiation, which adds nodes to the same graph.
//!
//! At kinks the derivatives are those of Keras on JAX: 0 for `abs`, `sign` and `relu` at 0; a half for each of two
//! equal operands of `maximum` and `minimum` (so also at the ends of `clip`); an equal share for each of several
//! largest or smallest numbers of a row. Step functions (comparisons, `floor`, `ceil`, `round`, `sign`) have derivative
//! 0.
//!
//! Keras differences: in the chain rule 0 times anything is 0. So the branch that `where` does not select never gives
//! NaN; in Keras it does if its derivative is infinite.

use super::graph::{Binary, ExprId, ExprNode, ExprShape, Graph, Reduce, Unary};

/// sum of seed * d root / d input, as a node; the number 0 if nothing depends on the input. A seed has the shape of
/// `root`.
pub(super) fn gradient(graph: &mut Graph, root: ExprId, seed: ExprId, input: ExprId) -> ExprId {
    let nodes: Vec<(ExprId, ExprNode)> = graph.up_to(root).collect();
    let mut depends = vec![false; nodes.len()];
    for (id, node) in &nodes {
        depends[id.index()] = *id == input || node.operands().any(|operand| depends[operand.index()]);
    }
    let mut reverse = Reverse { adjoints: vec![None; nodes.len()], depends, graph };
    if reverse.depends[root.index()] {
        reverse.adjoints[root.index()] = Some(seed);
    }
    for (id, node) in nodes.into_iter().rev() {
        if let Some(g) = reverse.adjoints[id.index()]
            && id != input
        {
            reverse.node(id, node, g);
        }
    }
    let found = reverse.adjoints.get(input.index()).copied().flatten();
    found.unwrap_or_else(|| graph.constant(0.0))
}

struct Reverse<'a> {
    graph: &'a mut Graph,
    adjoints: Vec<Option<ExprId>>,
    depends: Vec<bool>,
}

impl Reverse<'_> {
    /// Propagates the adjoint `g` of a node to its operands.
    fn node(&mut self, z: ExprId, node: ExprNode, g: ExprId) {
        match node {
            ExprNode::Const(_) | ExprNode::Width | ExprNode::Input(_) => {}
            ExprNode::Unary(op, x) if self.depends[x.index()] => {
                if let Some(part) = self.unary(op, x, z, g) {
                    self.give(x, z, part);
                }
            }
            ExprNode::Reduce(op, x) if self.depends[x.index()] => {
                let part = match op {
                    Reduce::Sum => g,
                    Reduce::Max | Reduce::Min => {
                        let at = self.graph.binary(Binary::Equal, x, z);
                        let count = self.graph.reduce(Reduce::Sum, at);
                        let share = self.graph.binary(Binary::Div, at, count);
                        self.chain(g, share)
                    }
                };
                self.give(x, z, part);
            }
            ExprNode::Where(condition, a, b) => {
                let zero = self.graph.constant(0.0);
                for (operand, parts) in [(a, [g, zero]), (b, [zero, g])] {
                    if self.depends[operand.index()] {
                        let part = self.graph.select(condition, parts[0], parts[1]);
                        self.give(operand, z, part);
                    }
                }
            }
            ExprNode::Binary(op, a, b) => {
                if self.depends[a.index()]
                    && let Some(part) = self.left(op, a, b, g)
                {
                    self.give(a, z, part);
                }
                if self.depends[b.index()]
                    && let Some(part) = self.right(op, a, b, z, g)
                {
                    self.give(b, z, part);
                }
            }
            ExprNode::Unary(..) | ExprNode::Reduce(..) => {}
        }
    }

    /// Adds to the adjoint of `to`, an operand of `z`: summed over the row if `to` has one number and `z` has many.
    fn give(&mut self, to: ExprId, z: ExprId, part: ExprId) {
        let part = match (self.graph.shape(to), self.graph.shape(z), self.graph.shape(part)) {
            (ExprShape::Row, ExprShape::Vector, ExprShape::Vector) => self.graph.reduce(Reduce::Sum, part),
            (ExprShape::Row, ExprShape::Vector, _) => {
                let width = self.graph.width();
                self.graph.binary(Binary::Mul, part, width)
            }
            _ => part,
        };
        let so_far = self.adjoints[to.index()];
        self.adjoints[to.index()] = Some(match so_far {
            Some(so_far) => self.graph.binary(Binary::Add, so_far, part),
            None => part,
        });
    }

    fn chain(&mut self, g: ExprId, slope: ExprId) -> ExprId {
        self.graph.binary(Binary::Chain, g, slope)
    }

    /// 1 - x.
    fn one_minus(&mut self, x: ExprId) -> ExprId {
        let one = self.graph.constant(1.0);
        self.graph.binary(Binary::Sub, one, x)
    }

    /// x / y, where the numerator is a constant.
    fn over(&mut self, x: f64, y: ExprId) -> ExprId {
        let x = self.graph.constant(x);
        self.graph.binary(Binary::Div, x, y)
    }

    /// g dz/dx for z = op(x).
    fn unary(&mut self, op: Unary, x: ExprId, z: ExprId, g: ExprId) -> Option<ExprId> {
        let slope = match op {
            Unary::Neg => return Some(self.graph.unary(Unary::Neg, g)),
            Unary::Abs => self.graph.unary(Unary::Sign, x),
            Unary::Square => {
                let two = self.graph.constant(2.0);
                self.graph.binary(Binary::Mul, x, two)
            }
            Unary::Sqrt => self.over(0.5, z),
            Unary::Exp => z,
            Unary::Expm1 => self.graph.unary(Unary::Exp, x),
            Unary::Log => self.over(1.0, x),
            Unary::Log1p => {
                let one = self.graph.constant(1.0);
                let sum = self.graph.binary(Binary::Add, x, one);
                self.over(1.0, sum)
            }
            Unary::Tanh => {
                let square = self.graph.unary(Unary::Square, z);
                self.one_minus(square)
            }
            Unary::Sigmoid => {
                let rest = self.one_minus(z);
                self.graph.binary(Binary::Mul, z, rest)
            }
            Unary::Softplus => self.graph.unary(Unary::Sigmoid, x),
            Unary::Relu => {
                let zero = self.graph.constant(0.0);
                let above = self.graph.binary(Binary::Less, zero, x);
                return Some(self.graph.select(above, g, zero));
            }
            Unary::Erf => {
                let square = self.graph.unary(Unary::Square, x);
                let exponent = self.graph.unary(Unary::Neg, square);
                let bell = self.graph.unary(Unary::Exp, exponent);
                let factor = self.graph.constant(std::f64::consts::FRAC_2_SQRT_PI);
                self.graph.binary(Binary::Mul, bell, factor)
            }
            Unary::Sign | Unary::Floor | Unary::Ceil | Unary::Round | Unary::Not | Unary::Fixed => return None,
        };
        Some(self.chain(g, slope))
    }

    /// g dz/da for z = op(a, b).
    fn left(&mut self, op: Binary, a: ExprId, b: ExprId, g: ExprId) -> Option<ExprId> {
        let slope = match op {
            Binary::Add | Binary::Sub | Binary::Mod => return Some(g),
            Binary::Mul | Binary::Chain => b,
            Binary::Div if self.graph.shape(b) == ExprShape::Const && self.graph.number(b) != Some(0.0) => {
                return Some(self.graph.binary(Binary::Div, g, b));
            }
            Binary::Div => self.over(1.0, b),
            Binary::Pow => {
                // b a^(b - 1), where a factor b = 0 takes precedence over an infinite power.
                let one = self.graph.constant(1.0);
                let less = self.graph.binary(Binary::Sub, b, one);
                let power = self.graph.binary(Binary::Pow, a, less);
                self.chain(b, power)
            }
            Binary::Max => self.share(b, a),
            Binary::Min => self.share(a, b),
            _ => return None,
        };
        Some(self.chain(g, slope))
    }

    /// g dz/db for z = op(a, b).
    fn right(&mut self, op: Binary, a: ExprId, b: ExprId, z: ExprId, g: ExprId) -> Option<ExprId> {
        let slope = match op {
            Binary::Add => return Some(g),
            Binary::Sub => return Some(self.graph.unary(Unary::Neg, g)),
            Binary::Mul | Binary::Chain => a,
            Binary::Div => {
                let ratio = self.graph.binary(Binary::Div, z, b);
                self.graph.unary(Unary::Neg, ratio)
            }
            Binary::Pow => {
                // a^b ln a, which is 0 for a = 0.
                let log = self.graph.unary(Unary::Log, a);
                self.chain(z, log)
            }
            Binary::Mod => {
                let ratio = self.graph.binary(Binary::Div, a, b);
                let whole = self.graph.unary(Unary::Floor, ratio);
                self.graph.unary(Unary::Neg, whole)
            }
            Binary::Max => self.share(a, b),
            Binary::Min => self.share(b, a),
            _ => return None,
        };
        Some(self.chain(g, slope))
    }

    /// 1 where `low` < `high`, a half where they are equal, else 0.
    fn share(&mut self, low: ExprId, high: ExprId) -> ExprId {
        let above = self.graph.binary(Binary::Less, low, high);
        let at_least = self.graph.binary(Binary::LessEqual, low, high);
        let sum = self.graph.binary(Binary::Add, above, at_least);
        let half = self.graph.constant(0.5);
        self.graph.binary(Binary::Mul, sum, half)
    }
}
