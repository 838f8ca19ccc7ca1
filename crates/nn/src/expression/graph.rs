//! The graph of an expression: each distinct computation once, constants folded.

use super::double;
use std::collections::BTreeMap;

/// A node of a graph; operands have smaller indices than the nodes that use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExprId(u32);

impl ExprId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The operation of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExprNode {
    /// A number, by its bits in double precision.
    Const(u64),
    /// The width of a row.
    Width,
    /// An input by its index.
    Input(usize),
    Unary(Unary, ExprId),
    Binary(Binary, ExprId, ExprId),
    /// The second operand if the first is not 0, else the third.
    Where(ExprId, ExprId, ExprId),
    Reduce(Reduce, ExprId),
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unary {
    Neg,
    Abs,
    Square,
    Sqrt,
    Exp,
    Expm1,
    Log,
    Log1p,
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    Erf,
    Sign,
    Floor,
    Ceil,
    Round,
    /// 1 for 0, else 0.
    Not,
    /// The identity, but with derivative 0.
    Fixed,
}

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// The remainder of a floored division: it has the sign of the divisor.
    Mod,
    Min,
    Max,
    Less,
    LessEqual,
    Equal,
    NotEqual,
    And,
    Or,
    /// A product in which 0 times anything is 0, so that an unselected branch contributes nothing.
    Chain,
}

/// A function of a row of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reduce {
    Sum,
    Max,
    Min,
}

/// The number of values of a node for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExprShape {
    /// One, the same for all rows.
    Const,
    /// One.
    Row,
    /// The width of the row.
    Vector,
}

fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

impl Unary {
    /// f(x) in double precision: the reference for the kernels.
    pub(super) fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Neg => -x,
            Unary::Abs => x.abs(),
            Unary::Square => x * x,
            Unary::Sqrt => x.sqrt(),
            Unary::Exp => double::exp(x),
            Unary::Expm1 => double::expm1(x),
            Unary::Log => double::ln(x),
            Unary::Log1p => double::ln_1p(x),
            Unary::Tanh => double::tanh(x),
            Unary::Sigmoid => double::sigmoid(x),
            Unary::Softplus => double::softplus(x),
            Unary::Relu if x <= 0.0 => 0.0,
            Unary::Relu | Unary::Fixed => x,
            Unary::Erf => double::erf(x),
            Unary::Sign if x == 0.0 || x.is_nan() => x,
            Unary::Sign => 1.0_f64.copysign(x),
            Unary::Floor => x.floor(),
            Unary::Ceil => x.ceil(),
            Unary::Round => x.round_ties_even(),
            Unary::Not => truth(x == 0.0),
        }
    }
}

impl Binary {
    /// f(a, b) in double precision: the reference for the kernels.
    pub(super) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Pow => double::pow(a, b),
            Binary::Mod => {
                let rest = a % b;
                if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
            }
            Binary::Min if a < b || a.is_nan() => a,
            Binary::Max if a > b || a.is_nan() => a,
            Binary::Min | Binary::Max => b,
            Binary::Less => truth(a < b),
            Binary::LessEqual => truth(a <= b),
            Binary::Equal => truth(a == b),
            Binary::NotEqual => truth(a != b),
            Binary::And => truth(a != 0.0 && b != 0.0),
            Binary::Or => truth(a != 0.0 || b != 0.0),
            Binary::Chain if a == 0.0 || b == 0.0 => 0.0,
            Binary::Chain => a * b,
        }
    }

    fn commutes(self) -> bool {
        use Binary::*;
        matches!(self, Add | Mul | Equal | NotEqual | And | Or | Chain)
    }
}

impl Reduce {
    /// f(row) in double precision: the reference for the kernels.
    pub(super) fn apply(self, row: &[f64]) -> f64 {
        let first = match self {
            Reduce::Sum => 0.0,
            Reduce::Max => f64::NEG_INFINITY,
            Reduce::Min => f64::INFINITY,
        };
        let step = match self {
            Reduce::Sum => Binary::Add,
            Reduce::Max => Binary::Max,
            Reduce::Min => Binary::Min,
        };
        row.iter().fold(first, |so_far, x| step.apply(so_far, *x))
    }
}

impl ExprNode {
    /// The operands of the node.
    pub(super) fn operands(self) -> impl Iterator<Item = ExprId> {
        let operands = match self {
            ExprNode::Const(_) | ExprNode::Width | ExprNode::Input(_) => [None; 3],
            ExprNode::Unary(_, a) | ExprNode::Reduce(_, a) => [Some(a), None, None],
            ExprNode::Binary(_, a, b) => [Some(a), Some(b), None],
            ExprNode::Where(c, a, b) => [Some(c), Some(a), Some(b)],
        };
        operands.into_iter().flatten()
    }
}

/// Nodes, operands first.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    nodes: Vec<ExprNode>,
    shapes: Vec<ExprShape>,
    known: BTreeMap<ExprNode, ExprId>,
}

impl Graph {
    pub(super) fn node(&self, id: ExprId) -> ExprNode {
        self.nodes[id.index()]
    }

    pub(super) fn shape(&self, id: ExprId) -> ExprShape {
        self.shapes[id.index()]
    }

    /// Every node up to `last`, operands first.
    pub(super) fn up_to(&self, last: ExprId) -> impl DoubleEndedIterator<Item = (ExprId, ExprNode)> {
        self.nodes[..=last.index()].iter().enumerate().map(|(i, node)| (ExprId(i as u32), *node))
    }

    /// Which nodes are needed for some of `roots`.
    pub(super) fn needed(&self, roots: impl IntoIterator<Item = ExprId>) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        roots.into_iter().for_each(|root| needed[root.index()] = true);
        for i in (0..self.nodes.len()).rev() {
            if needed[i] {
                self.nodes[i].operands().for_each(|operand| needed[operand.index()] = true);
            }
        }
        needed
    }

    /// The number, if the node is a constant.
    pub(super) fn number(&self, id: ExprId) -> Option<f64> {
        match self.node(id) {
            ExprNode::Const(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn add(&mut self, node: ExprNode, shape: ExprShape) -> ExprId {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = ExprId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.shapes.push(shape);
        self.known.insert(node, id);
        id
    }

    pub(super) fn constant(&mut self, x: f64) -> ExprId {
        self.add(ExprNode::Const(x.to_bits()), ExprShape::Const)
    }

    pub(super) fn width(&mut self) -> ExprId {
        self.add(ExprNode::Width, ExprShape::Const)
    }

    pub(super) fn input(&mut self, place: usize, shape: ExprShape) -> ExprId {
        self.add(ExprNode::Input(place), shape)
    }

    pub(super) fn unary(&mut self, op: Unary, a: ExprId) -> ExprId {
        if let Some(x) = self.number(a) {
            return self.constant(op.apply(x));
        }
        match (op, self.node(a)) {
            (Unary::Neg, ExprNode::Unary(Unary::Neg, x)) => x,
            _ => self.add(ExprNode::Unary(op, a), self.shape(a)),
        }
    }

    pub(super) fn binary(&mut self, op: Binary, a: ExprId, b: ExprId) -> ExprId {
        let (x, y) = (self.number(a), self.number(b));
        if let (Some(x), Some(y)) = (x, y) {
            return self.constant(op.apply(x, y));
        }
        match (op, x, y) {
            (Binary::Mul | Binary::Chain, Some(1.0), _) | (Binary::Add, Some(0.0), _) => return b,
            (Binary::Mul | Binary::Div | Binary::Chain | Binary::Pow, _, Some(1.0)) => return a,
            (Binary::Add | Binary::Sub, _, Some(0.0)) => return a,
            (Binary::Chain, Some(0.0), _) | (Binary::Chain, _, Some(0.0)) => return self.constant(0.0),
            (Binary::Chain, None, Some(c)) | (Binary::Chain, Some(c), None) if c.is_finite() => {
                return self.binary(Binary::Mul, a, b);
            }
            (Binary::Pow, _, Some(y)) => {
                if let Some(power) = self.short_power(a, y) {
                    return power;
                }
            }
            (Binary::Mul | Binary::Chain, ..) if a == b => return self.unary(Unary::Square, a),
            (Binary::Add, ..) if a == b => {
                let two = self.constant(2.0);
                return self.binary(Binary::Mul, a, two);
            }
            (Binary::Min | Binary::Max, ..) if a == b => return a,
            _ => {}
        }
        let (a, b) = if op.commutes() && b < a { (b, a) } else { (a, b) };
        self.add(ExprNode::Binary(op, a, b), self.shape(a).max(self.shape(b)))
    }

    /// x^y as a product, if it needs few multiplications.
    fn short_power(&mut self, x: ExprId, y: f64) -> Option<ExprId> {
        let one = self.constant(1.0);
        let square = |graph: &mut Self| graph.unary(Unary::Square, x);
        Some(match y {
            0.0 => one,
            0.5 => self.unary(Unary::Sqrt, x),
            2.0 => square(self),
            3.0 => {
                let square = square(self);
                self.binary(Binary::Mul, x, square)
            }
            4.0 => {
                let square = square(self);
                self.unary(Unary::Square, square)
            }
            -1.0 => self.binary(Binary::Div, one, x),
            -2.0 => {
                let square = square(self);
                self.binary(Binary::Div, one, square)
            }
            _ => return None,
        })
    }

    pub(super) fn select(&mut self, condition: ExprId, a: ExprId, b: ExprId) -> ExprId {
        match self.number(condition) {
            Some(0.0) => b,
            Some(_) => a,
            None if a == b => a,
            None => {
                let shape = self.shape(condition).max(self.shape(a)).max(self.shape(b));
                self.add(ExprNode::Where(condition, a, b), shape)
            }
        }
    }

    /// A reduction over the row; a single number is returned unchanged.
    pub(super) fn reduce(&mut self, op: Reduce, a: ExprId) -> ExprId {
        match self.shape(a) {
            ExprShape::Vector => self.add(ExprNode::Reduce(op, a), ExprShape::Row),
            _ => a,
        }
    }

    /// The mean over the row.
    pub(super) fn mean(&mut self, a: ExprId) -> ExprId {
        if self.shape(a) != ExprShape::Vector {
            return a;
        }
        let (sum, width) = (self.reduce(Reduce::Sum, a), self.width());
        self.binary(Binary::Div, sum, width)
    }

    /// x minus its row's largest number, which is treated as a constant in derivatives: for exponentials that do not
    /// overflow.
    pub(super) fn below_largest(&mut self, x: ExprId) -> (ExprId, ExprId) {
        let largest = self.reduce(Reduce::Max, x);
        let largest = self.unary(Unary::Fixed, largest);
        (self.binary(Binary::Sub, x, largest), largest)
    }
}
