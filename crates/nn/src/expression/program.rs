//! Compiles the graph to a flat list of instructions over registers.
//!
//! A register holds a tile: some rows, of one number each or of the width of a row. Registers are reused once nothing
//! reads them. An instruction never writes a register that it reads.

use super::graph::{Binary, ExprId, ExprNode, ExprShape, Graph, Reduce, Unary};
use std::collections::BTreeMap;

/// Instructions for tiles of rows.
#[derive(Debug)]
pub(super) struct TileProgram {
    pub code: Vec<Instruction>,
    /// The number of registers.
    pub registers: usize,
    /// Registers filled once, before the first tile; `None` is the width of a row.
    pub constants: Vec<(Register, Option<f32>)>,
    /// Registers filled with each tile: the input, and whether it has whole rows.
    pub inputs: Vec<(Register, usize, bool)>,
    /// The registers of the results, and whether they have whole rows.
    pub outputs: Vec<(Register, bool)>,
}

/// The position of a register in the scratch buffer.
pub(super) type Register = u32;

/// One step of a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction {
    pub op: TileOp,
    pub to: Register,
    /// Its operands; unused ones are 0.
    pub from: [Register; 3],
    /// Whether the result has whole rows, not one number per row.
    pub long: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TileOp {
    Unary(Unary),
    Binary(Binary),
    Where,
    Reduce(Reduce),
    /// Repeats one number per row over the row.
    Spread,
    Copy,
}

/// An instruction before register allocation: it writes the value with its own index.
struct Draft {
    op: Option<TileOp>,
    from: Vec<usize>,
    long: bool,
}

struct Lowering<'a> {
    graph: &'a Graph,
    narrow: bool,
    drafts: Vec<Draft>,
    /// The value of each node.
    values: Vec<usize>,
    spread: BTreeMap<usize, usize>,
    constants: Vec<(usize, Option<f32>)>,
    inputs: Vec<(usize, usize, bool)>,
}

impl TileProgram {
    /// The program that computes `roots`, each converted to its shape. A `narrow` program is for rows of one number,
    /// where a reduction is the identity.
    pub(super) fn new(graph: &Graph, roots: &[(ExprId, ExprShape)], narrow: bool) -> Self {
        let needed = graph.needed(roots.iter().map(|(root, _)| *root));
        let mut lowering = Lowering {
            graph,
            narrow,
            drafts: Vec::new(),
            values: vec![0; needed.len()],
            spread: BTreeMap::new(),
            constants: Vec::new(),
            inputs: Vec::new(),
        };
        if let Some(last) = roots.iter().map(|(root, _)| *root).max() {
            for (id, node) in graph.up_to(last) {
                if needed[id.index()] {
                    lowering.values[id.index()] = lowering.node(id, node);
                }
            }
        }
        let outputs: Vec<(usize, bool)> = roots
            .iter()
            .map(|(root, shape)| (lowering.operand(*root, *shape), !narrow && *shape == ExprShape::Vector))
            .collect();
        lowering.finish(&outputs)
    }
}

impl Lowering<'_> {
    fn push(&mut self, op: Option<TileOp>, from: Vec<usize>, long: bool) -> usize {
        self.drafts.push(Draft { op, from, long });
        self.drafts.len() - 1
    }

    /// The value of a node, converted to the shape of the instruction that reads it.
    fn operand(&mut self, id: ExprId, shape: ExprShape) -> usize {
        let value = self.values[id.index()];
        if self.narrow || shape != ExprShape::Vector || self.graph.shape(id) != ExprShape::Row {
            return value;
        }
        if let Some(spread) = self.spread.get(&value) {
            return *spread;
        }
        let spread = self.push(Some(TileOp::Spread), vec![value], true);
        self.spread.insert(value, spread);
        spread
    }

    /// An instruction; an operand that it reads twice is copied, so that its registers differ.
    fn instruction(&mut self, op: TileOp, operands: &[ExprId], shape: ExprShape) -> usize {
        let long = !self.narrow && shape == ExprShape::Vector;
        let mut from: Vec<usize> = Vec::new();
        for operand in operands {
            let mut value = self.operand(*operand, shape);
            if from.contains(&value) {
                value = self.push(Some(TileOp::Copy), vec![value], long);
            }
            from.push(value);
        }
        self.push(Some(op), from, long)
    }

    fn node(&mut self, id: ExprId, node: ExprNode) -> usize {
        let shape = self.graph.shape(id);
        let is_width = |id: ExprId| self.graph.node(id) == ExprNode::Width;
        match node {
            ExprNode::Const(bits) => {
                let value = self.push(None, Vec::new(), true);
                self.constants.push((value, Some(f64::from_bits(bits) as f32)));
                value
            }
            ExprNode::Width => {
                let value = self.push(None, Vec::new(), true);
                self.constants.push((value, None));
                value
            }
            ExprNode::Input(place) => {
                let long = !self.narrow && shape == ExprShape::Vector;
                let value = self.push(None, Vec::new(), long);
                self.inputs.push((value, place, long));
                value
            }
            ExprNode::Unary(Unary::Fixed, a) => self.values[a.index()],
            ExprNode::Reduce(_, a) if self.narrow => self.values[a.index()],
            ExprNode::Binary(Binary::Div | Binary::Mul, a, b) if self.narrow && is_width(b) => self.values[a.index()],
            ExprNode::Binary(Binary::Mul, a, b) if self.narrow && is_width(a) => self.values[b.index()],
            ExprNode::Unary(op, a) => self.instruction(TileOp::Unary(op), &[a], shape),
            ExprNode::Binary(op, a, b) => self.instruction(TileOp::Binary(op), &[a, b], shape),
            ExprNode::Where(c, a, b) => self.instruction(TileOp::Where, &[c, a, b], shape),
            ExprNode::Reduce(op, a) => {
                let from = self.values[a.index()];
                self.push(Some(TileOp::Reduce(op)), vec![from], false)
            }
        }
    }

    /// Register allocation: constants keep their registers, others are freed after their last use.
    fn finish(self, outputs: &[(usize, bool)]) -> TileProgram {
        let mut last = vec![0; self.drafts.len()];
        for (at, draft) in self.drafts.iter().enumerate() {
            draft.from.iter().for_each(|value| last[*value] = at);
        }
        let kept = self.constants.iter().map(|(value, _)| *value).chain(outputs.iter().map(|(value, _)| *value));
        kept.for_each(|value| last[value] = usize::MAX);
        let mut registers = vec![0; self.drafts.len()];
        let (mut free, mut count): (Vec<Register>, Register) = (Vec::new(), 0);
        let mut take = |free: &mut Vec<Register>| {
            free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            })
        };
        // A register filled before the first instruction must not be shared with any value that is live until then.
        for (at, _) in self.drafts.iter().enumerate().filter(|(_, draft)| draft.op.is_none()) {
            registers[at] = take(&mut free);
        }
        let mut code = Vec::new();
        for (at, draft) in self.drafts.iter().enumerate() {
            if let Some(op) = draft.op {
                let to = take(&mut free);
                registers[at] = to;
                let mut from = [0; 3];
                from.iter_mut().zip(&draft.from).for_each(|(from, value)| *from = registers[*value]);
                code.push(Instruction { op, to, from, long: draft.long });
            }
            free.extend(draft.from.iter().filter(|value| last[**value] == at).map(|value| registers[*value]));
        }
        TileProgram {
            code,
            registers: count as usize,
            constants: self.constants.iter().map(|(value, x)| (registers[*value], *x)).collect(),
            inputs: self.inputs.iter().map(|(value, place, long)| (registers[*value], *place, *long)).collect(),
            outputs: outputs.iter().map(|(value, long)| (registers[*value], *long)).collect(),
        }
    }
}
