//! The functions of the language, with the names that they have in `keras.ops`.

use super::graph::{Binary, ExprId, Graph, Reduce, Unary};

/// A function.
#[derive(Debug, Clone, Copy)]
pub struct BuiltinFunction {
    /// The name.
    pub name: &'static str,
    /// Its arguments, in order.
    pub arguments: &'static [&'static str],
    /// Its result.
    pub doc: &'static str,
    pub(super) build: NodeBuilder,
}

/// Adds a function's nodes to a graph.
pub(super) type NodeBuilder = fn(&mut Graph, &[ExprId]) -> ExprId;

macro_rules! functions {
    ($($name:ident ( $($argument:ident),* ) $doc:literal = |$graph:ident| $build:expr;)*) => {
        /// Every function, by kind.
        pub const FUNCTIONS: &[BuiltinFunction] = &[$(BuiltinFunction {
            name: stringify!($name),
            arguments: &[$(stringify!($argument)),*],
            doc: $doc,
            build: |$graph, arguments| {
                let [$($argument),*] = arguments else { unreachable!("the parser counts the arguments") };
                $(let $argument = *$argument;)*
                $build
            },
        }),*];
    };
}

functions! {
    abs(x) "|x|" = |g| g.unary(Unary::Abs, x);
    square(x) "x * x" = |g| g.unary(Unary::Square, x);
    sqrt(x) "The square root; its slope at 0 is infinite." = |g| g.unary(Unary::Sqrt, x);
    rsqrt(x) "1 / sqrt(x)" = |g| {
        let root = g.unary(Unary::Sqrt, x);
        over(g, 1.0, root)
    };
    reciprocal(x) "1 / x" = |g| over(g, 1.0, x);
    power(x, y) "x ** y" = |g| g.binary(Binary::Pow, x, y);
    mod(x, y) "x % y: the rest of a division, with the sign of y." = |g| g.binary(Binary::Mod, x, y);
    exp(x) "e ** x" = |g| g.unary(Unary::Exp, x);
    expm1(x) "e ** x - 1, exact near 0." = |g| g.unary(Unary::Expm1, x);
    log(x) "The natural logarithm." = |g| g.unary(Unary::Log, x);
    log1p(x) "log(1 + x), exact near 0." = |g| g.unary(Unary::Log1p, x);
    log2(x) "The logarithm to base 2." = |g| scaled_log(g, x, std::f64::consts::LOG2_E);
    log10(x) "The logarithm to base 10." = |g| scaled_log(g, x, std::f64::consts::LOG10_E);
    logaddexp(x, y) "log(exp(x) + exp(y)), without overflow." = |g| {
        let (larger, difference) = (g.binary(Binary::Max, x, y), g.binary(Binary::Sub, x, y));
        let distance = g.unary(Unary::Abs, difference);
        let minus = g.unary(Unary::Neg, distance);
        let rest = g.unary(Unary::Softplus, minus);
        g.binary(Binary::Add, larger, rest)
    };
    tanh(x) "The hyperbolic tangent." = |g| g.unary(Unary::Tanh, x);
    sigmoid(x) "1 / (1 + exp(-x))" = |g| g.unary(Unary::Sigmoid, x);
    log_sigmoid(x) "log(sigmoid(x)), without underflow." = |g| {
        let minus = g.unary(Unary::Neg, x);
        let softplus = g.unary(Unary::Softplus, minus);
        g.unary(Unary::Neg, softplus)
    };
    softplus(x) "log(1 + exp(x)), without overflow." = |g| g.unary(Unary::Softplus, x);
    relu(x) "x above 0, else 0." = |g| g.unary(Unary::Relu, x);
    erf(x) "The error function." = |g| g.unary(Unary::Erf, x);
    sign(x) "-1, 0 or 1." = |g| g.unary(Unary::Sign, x);
    floor(x) "The next whole number below." = |g| g.unary(Unary::Floor, x);
    ceil(x) "The next whole number above." = |g| g.unary(Unary::Ceil, x);
    round(x) "The nearest whole number, of two the even one." = |g| g.unary(Unary::Round, x);
    minimum(x, y) "The smaller of two." = |g| g.binary(Binary::Min, x, y);
    maximum(x, y) "The larger of two." = |g| g.binary(Binary::Max, x, y);
    clip(x, low, high) "x kept between low and high." = |g| {
        let above = g.binary(Binary::Max, x, low);
        g.binary(Binary::Min, above, high)
    };
    where(condition, x, y) "x where the condition is not 0, else y." = |g| g.select(condition, x, y);
    logical_and(x, y) "1 where neither is 0, else 0; also x and y." = |g| g.binary(Binary::And, x, y);
    logical_or(x, y) "0 where both are 0, else 1; also x or y." = |g| g.binary(Binary::Or, x, y);
    logical_not(x) "1 for 0, else 0; also not x." = |g| g.unary(Unary::Not, x);
    sum(x) "The sum over the row." = |g| g.reduce(Reduce::Sum, x);
    mean(x) "The mean over the row." = |g| g.mean(x);
    max(x) "The largest number of the row." = |g| g.reduce(Reduce::Max, x);
    min(x) "The smallest number of the row." = |g| g.reduce(Reduce::Min, x);
    logsumexp(x) "log(sum(exp(x))), without overflow." = |g| {
        let (below, largest) = g.below_largest(x);
        let log = log_of_sum(g, below);
        g.binary(Binary::Add, log, largest)
    };
    softmax(x) "exp(x) over its sum over the row." = |g| {
        let (below, _) = g.below_largest(x);
        let power = g.unary(Unary::Exp, below);
        let sum = g.reduce(Reduce::Sum, power);
        g.binary(Binary::Div, power, sum)
    };
    log_softmax(x) "log(softmax(x)), without underflow." = |g| {
        let (below, _) = g.below_largest(x);
        let log = log_of_sum(g, below);
        g.binary(Binary::Sub, below, log)
    };
}

/// The constants of the language.
pub const CONSTANTS: &[(&str, f64)] = &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("epsilon", 1e-7)];

fn over(graph: &mut Graph, x: f64, y: ExprId) -> ExprId {
    let x = graph.constant(x);
    graph.binary(Binary::Div, x, y)
}

fn scaled_log(graph: &mut Graph, x: ExprId, factor: f64) -> ExprId {
    let (log, factor) = (graph.unary(Unary::Log, x), graph.constant(factor));
    graph.binary(Binary::Mul, log, factor)
}

fn log_of_sum(graph: &mut Graph, x: ExprId) -> ExprId {
    let power = graph.unary(Unary::Exp, x);
    let sum = graph.reduce(Reduce::Sum, power);
    graph.unary(Unary::Log, sum)
}
