//! Losses, metrics, activations and schedules as text.
//!
//! ```text
//! text --lexer, parser--> graph --derivative--> graph --program--> instructions over tiles of rows
//!                         (each different computation once)        (no allocation in a step)
//! ```
//!
//! # Language
//! ```text
//! expression   number | name | name(expression, ...) | (expression) | sign expression | expression operator expression
//! operators    **  then  - + in front  then  * / %  then  + -  then  < <= > >= == !=  then  not  then  and  then  or
//! names        a variable, or pi, e, epsilon = 1e-7
//! ```
//! `**` groups from the right and binds more tightly than a sign in front of it: -x ** 2 is -(x ** 2). Comparisons and
//! logic give 1 and 0, and take everything but 0 as true. `%` has the sign of the divisor. Functions have the names of
//! `keras.ops`; [`FUNCTIONS`] lists them.
//!
//! # Rows
//! A variable is a row of numbers: the targets `y_true` and predictions `y_pred` of one sample, one per output of the
//! network, or the inputs `x` of an activation. Operators and functions are applied elementwise. `sum`, `mean`, `max`,
//! `min` and `logsumexp` reduce a row to one number, and a single number is broadcast against a row. A loss or a metric
//! is one number per sample: if the expression gives a row, its mean is taken. In Keras a user's function may also
//! reduce over the samples; here it cannot, so that `mean(square(y_true - y_pred))` and `square(y_true - y_pred)` are
//! the same loss.
//!
//! # Derivatives
//! They are computed from the graph, not by finite differences, and at kinks are those of Keras on JAX: 0 for `abs`,
//! `sign` and `relu` at 0; a half for each of two equal operands of `maximum` and `minimum`, and so at the ends of
//! `clip`; equal shares for several largest numbers of a row. Step functions have derivative 0. `sqrt`, and powers
//! below 1, have an infinite derivative at 0: write `sqrt(x + epsilon)`. A branch that `where` does not select
//! contributes nothing to the derivative, whatever its own derivative is. When an expression is parsed, its derivative
//! is compared with finite differences at fixed points.
//!
//! A text has at most 10 000 characters and is nested at most 200 deep.

mod check;
mod compiled;
mod derivative;
mod double;
mod functions;
mod graph;
mod interpreter;
mod lexer;
mod parser;
mod program;
#[cfg(test)]
mod tests;
mod tiles;

pub use compiled::{ActivationFormula, LossFormula, MetricFormula};
pub use functions::{BuiltinFunction, CONSTANTS, FUNCTIONS};

use graph::{ExprId, Graph};
use treino_core::error::Result;

/// An expression over some variables, evaluated in double precision with the same bits on every machine.
///
/// ```
/// use treino_nn::expression::Expression;
///
/// let rate = Expression::parse("lr * where(epoch % 10 == 9, 0.5, 1)", &["epoch", "lr"])?;
/// assert_eq!((rate.scalar(&[8.0, 0.1]), rate.scalar(&[19.0, 0.1])), (0.1, 0.05));
///
/// let e = Expression::parse("1 + sqart(x)", &["x"]).unwrap_err();
/// assert_eq!(
///     e.to_string(),
///     "the expression has no function \"sqart\"\n    1 + sqart(x)\n        ^^^^^\n  help: did you mean \"sqrt\"?"
/// );
/// # Ok::<(), treino_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    variables: usize,
    graph: Graph,
    root: ExprId,
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// Returns an error for a text that is not an expression of these variables, with the position and the nearest
    /// valid name.
    pub fn parse(text: &str, variables: &[&str]) -> Result<Self> {
        let (graph, root) = parser::parse("the expression", text, variables)?;
        Ok(Expression { text: text.to_string(), variables: variables.len(), graph, root })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its value if each variable, in order, is a single number; reductions over it are the identity.
    ///
    /// # Panics
    /// If there are fewer numbers than variables.
    pub fn scalar(&self, values: &[f64]) -> f64 {
        assert!(values.len() >= self.variables, "{} numbers for {} variables", values.len(), self.variables);
        let inputs: Vec<&[f64]> = values.iter().map(std::slice::from_ref).collect();
        interpreter::evaluate(&self.graph, &[self.root], &inputs, 1)[0][0]
    }
}

impl PartialEq for Expression {
    /// Expressions are equal if they have the same text and the same number of variables.
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.variables) == (&other.text, other.variables)
    }
}
