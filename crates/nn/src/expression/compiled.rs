//! Expressions compiled for batches: for losses and metrics, and for activations.

use super::check::{Check, PREDICTIONS, TARGETS};
use super::derivative;
use super::graph::{self, Binary, ExprId, ExprShape, Graph, Reduce, Unary};
use super::interpreter::evaluate;
use super::parser::parse;
use super::program::TileProgram;
use super::tiles::run;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use treino_core::catalog::{Field, Node, Value};
use treino_core::error::{Error, Result};
use treino_engine::simd::Simd;

/// Programs for rows of one number and for wider rows.
#[derive(Debug)]
struct Widths {
    narrow: TileProgram,
    wide: TileProgram,
}

impl Widths {
    fn new(graph: &Graph, roots: &[(ExprId, ExprShape)]) -> Self {
        Widths { narrow: TileProgram::new(graph, roots, true), wide: TileProgram::new(graph, roots, false) }
    }

    fn of(&self, width: usize) -> &TileProgram {
        if width == 1 { &self.narrow } else { &self.wide }
    }
}

/// Scratch buffers, kept between batches: one for each thread that ran at the same time.
#[derive(Debug)]
struct ExprScratch(Mutex<Vec<Vec<f32>>>);

impl ExprScratch {
    fn new() -> Self {
        ExprScratch(Mutex::new(Vec::with_capacity(8)))
    }

    /// Lends a buffer, which is allocated if all are in use.
    fn with(&self, work: impl FnOnce(&mut Vec<f32>)) {
        // A thread that panicked has lost its buffer, but the others are intact.
        let pieces = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut piece = pieces().pop().unwrap_or_default();
        work(&mut piece);
        pieces().push(piece);
    }
}

/// One number for each row of targets `y_true` and predictions `y_pred`.
#[derive(Debug)]
struct RowPair {
    text: String,
    value: Widths,
    /// Value and scale * d value / d y_pred; the latter is absent for a metric.
    gradient: Option<Widths>,
    /// Whether it contains logarithms, quotients, roots or powers that are not finite everywhere or have unbounded
    /// derivatives.
    has_poles: bool,
    scratch: ExprScratch,
}

impl RowPair {
    fn new(what: &str, text: &str, differentiate: bool) -> Result<Self> {
        let (mut graph, root) = parse(what, text, &["y_true", "y_pred"])?;
        let root = graph.mean(root);
        let p = graph.input(1, ExprShape::Vector);
        if !graph.needed([root])[p.index()] {
            let e = Error::input(format!("{what} does not depend on y_pred"));
            return Err(e.help("it is an expression of y_true and y_pred"));
        }
        let value = Widths::new(&graph, &[(root, ExprShape::Row)]);
        let needed = graph.needed([root]);
        let has_poles = graph.up_to(root).any(|(id, node)| needed[id.index()] && is_pole(&graph, node));
        let mut gradient = None;
        if differentiate {
            let scale = graph.input(2, ExprShape::Row);
            let slope = derivative::gradient(&mut graph, root, scale, p);
            check_loss(what, &graph, root, slope)?;
            gradient = Some(Widths::new(&graph, &[(root, ExprShape::Row), (slope, ExprShape::Vector)]));
        }
        Ok(RowPair { text: text.to_string(), value, gradient, has_poles, scratch: ExprScratch::new() })
    }

    fn values(&self, simd: Simd, [y, p]: [&[f32]; 2], width: usize, values: &mut [f32]) {
        let shape = [values.len(), width];
        self.scratch.with(|scratch| run(self.value.of(width), simd, scratch, shape, &[y, p], &mut [values]));
    }
}

/// An expression of `y_true` and `y_pred` as a loss, with its gradient.
#[derive(Clone)]
pub struct LossFormula(Arc<RowPair>);

impl LossFormula {
    /// Parses a loss, and generates and checks its gradient.
    ///
    /// # Errors
    /// Returns an error for a text that is not an expression, does not depend on `y_pred`, is never finite, or has
    /// derivative 0 everywhere.
    pub fn new(text: &str) -> Result<Self> {
        Ok(LossFormula(Arc::new(RowPair::new("the loss", text, true)?)))
    }

    /// Whether it contains logarithms, quotients, roots or powers of expressions that may be 0.
    pub fn has_poles(&self) -> bool {
        self.0.has_poles
    }

    /// The loss of each row of `width` targets and predictions.
    pub fn values(&self, simd: Simd, y_and_p: [&[f32]; 2], width: usize, losses: &mut [f32]) {
        self.0.values(simd, y_and_p, width, losses);
    }

    /// The loss of each row, and `scale` times its derivative with respect to each prediction.
    pub fn values_and_slopes(
        &self,
        simd: Simd,
        [y, p]: [&[f32]; 2],
        width: usize,
        scale: &[f32],
        losses: &mut [f32],
        slopes: &mut [f32],
    ) {
        let Some(gradient) = &self.0.gradient else { unreachable!("a loss is read with its gradient") };
        let (shape, inputs) = ([losses.len(), width], [y, p, scale]);
        self.0.scratch.with(|scratch| run(gradient.of(width), simd, scratch, shape, &inputs, &mut [losses, slopes]));
    }
}

/// An expression of `y_true` and `y_pred` as a metric.
#[derive(Clone)]
pub struct MetricFormula(Arc<RowPair>);

impl MetricFormula {
    /// Parses a metric.
    ///
    /// # Errors
    /// Returns an error for a text that is not an expression, or does not depend on `y_pred`.
    pub fn new(text: &str) -> Result<Self> {
        Ok(MetricFormula(Arc::new(RowPair::new("the metric", text, false)?)))
    }

    /// The value for each row of `width` targets and predictions.
    pub fn values(&self, simd: Simd, y_and_p: [&[f32]; 2], width: usize, values: &mut [f32]) {
        self.0.values(simd, y_and_p, width, values);
    }
}

/// Whether a node or its derivative is infinite or NaN for some finite operands.
fn is_pole(graph: &Graph, node: graph::ExprNode) -> bool {
    match node {
        graph::ExprNode::Unary(Unary::Log | Unary::Log1p | Unary::Sqrt, _) => true,
        // The mean divides by the width of the row.
        graph::ExprNode::Binary(Binary::Div, _, by) => {
            graph.number(by).is_none() && !matches!(graph.node(by), graph::ExprNode::Width)
        }
        graph::ExprNode::Binary(Binary::Pow, _, power) => graph.number(power).is_none_or(|power| power < 1.0),
        _ => false,
    }
}

/// Returns an error for a loss without a derivative or a value, or with a wrong gradient.
fn check_loss(what: &str, graph: &Graph, root: ExprId, slope: ExprId) -> Result<()> {
    refuse_flat(what, graph, slope)?;
    let mut check = Check::default();
    for (y, p) in TARGETS.iter().flat_map(|y| PREDICTIONS.iter().map(move |p| (y, p))) {
        for width in [1, 3] {
            let (y, p) = (&y[..width], &p[..width]);
            let value = |p: &[f64]| evaluate(graph, &[root], &[y, p, &[1.0]], width)[0][0];
            let slopes = spread(&evaluate(graph, &[slope], &[y, p, &[1.0]], width)[0], width);
            check.at(p, &slopes, value);
        }
    }
    check.finish(what)
}

fn refuse_flat(what: &str, graph: &Graph, slope: ExprId) -> Result<()> {
    if graph.number(slope) != Some(0.0) {
        return Ok(());
    }
    Err(Error::input(format!("{what} has the slope 0 everywhere, so nothing would be learned"))
        .help("comparisons, floor, ceil, round and sign are steps; sigmoid and tanh are smooth ones"))
}

fn spread(numbers: &[f64], width: usize) -> Vec<f64> {
    if numbers.len() == width { numbers.to_vec() } else { vec![numbers[0]; width] }
}

/// A row of numbers for each row `x`.
#[derive(Debug)]
struct CompiledFormula {
    text: String,
    forward: Widths,
    backward: Widths,
    /// Whether each number is computed independently, so that rows of any width are treated as rows of one number.
    elementwise: bool,
    scratch: ExprScratch,
}

/// An expression of `x` that gives a row as wide as `x`: an activation, with its derivative.
#[derive(Clone)]
pub struct ActivationFormula(Arc<CompiledFormula>);

impl ActivationFormula {
    /// Parses an activation, and generates and checks its derivative.
    ///
    /// # Errors
    /// Returns an error for a text that is not an expression, does not depend on `x`, is never finite, or has
    /// derivative 0 everywhere.
    pub fn new(text: &str) -> Result<Self> {
        let what = "the activation";
        let (mut graph, root) = parse(what, text, &["x"])?;
        let x = graph.input(0, ExprShape::Vector);
        let needed = graph.needed([root]);
        if !needed[x.index()] {
            return Err(Error::input(format!("{what} does not depend on x")).help("it is an expression of x"));
        }
        let elementwise =
            graph.up_to(root).all(|(id, node)| !needed[id.index()] || !matches!(node, graph::ExprNode::Reduce(..)));
        let forward = Widths::new(&graph, &[(root, ExprShape::Vector)]);
        let dy = graph.input(1, ExprShape::Vector);
        let seed = if graph.shape(root) == ExprShape::Vector { dy } else { graph.reduce(Reduce::Sum, dy) };
        let slope = derivative::gradient(&mut graph, root, seed, x);
        check_activation(what, &graph, root, slope)?;
        let backward = Widths::new(&graph, &[(slope, ExprShape::Vector)]);
        let scratch = ExprScratch::new();
        Ok(ActivationFormula(Arc::new(CompiledFormula {
            text: text.to_string(),
            forward,
            backward,
            elementwise,
            scratch,
        })))
    }

    fn shape(&self, numbers: usize, width: usize) -> [usize; 2] {
        let width = if self.0.elementwise { 1 } else { width };
        [numbers / width, width]
    }

    /// y = f(x).
    pub fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], width: usize) {
        let shape = self.shape(x.len(), width);
        self.0.scratch.with(|scratch| run(self.0.forward.of(shape[1]), simd, scratch, shape, &[x], &mut [y]));
    }

    /// dx = dy * df/dx.
    pub fn backward(&self, simd: Simd, x: &[f32], dy: &[f32], dx: &mut [f32], width: usize) {
        let shape = self.shape(x.len(), width);
        self.0.scratch.with(|scratch| run(self.0.backward.of(shape[1]), simd, scratch, shape, &[x, dy], &mut [dx]));
    }
}

/// The same check for an activation, whose value is the sum of y times fixed numbers.
fn check_activation(what: &str, graph: &Graph, root: ExprId, slope: ExprId) -> Result<()> {
    refuse_flat(what, graph, slope)?;
    const DY: [f64; 3] = [1.0, -0.37, 0.71];
    let mut check = Check::default();
    for x in PREDICTIONS {
        for width in [1, 3] {
            let (x, dy) = (&x[..width], &DY[..width]);
            let value = |x: &[f64]| {
                let y = spread(&evaluate(graph, &[root], &[x, dy], width)[0], width);
                y.iter().zip(dy).map(|(y, dy)| y * dy).sum()
            };
            let slopes = spread(&evaluate(graph, &[slope], &[x, dy], width)[0], width);
            check.at(x, &slopes, value);
        }
    }
    check.finish(what)
}

/// A formula is identified with its text: for comparison, display, and in specs.
macro_rules! by_text {
    ($($Name:ident),*) => {$(
        impl $Name {
            /// The text.
            pub fn text(&self) -> &str {
                &self.0.text
            }
        }

        impl PartialEq for $Name {
            fn eq(&self, other: &Self) -> bool {
                self.text() == other.text()
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.text())
            }
        }

        impl Field for $Name {
            fn read(node: &Node, path: &str) -> Result<Self> {
                Self::new(&String::read(node, path)?).map_err(|e| node.place(e))
            }

            fn write(&self) -> Option<Value> {
                Some(Value::Text(self.text().to_string()))
            }
        }
    )*};
}
by_text!(LossFormula, MetricFormula, ActivationFormula);
