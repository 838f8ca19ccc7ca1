//! A custom activation, as an expression.
//!
//! The syntax is that of [`crate::expression`]. The derivative is computed from the expression.

use super::ActivationFunction;
use crate::expression::ActivationFormula;
use treino_core::catalog::{Kind, component};
use treino_engine::simd::Simd;

component! {
    /// An activation of one's own: an expression of x.
    ///
    /// It can stand wherever the name of an activation can:
    /// --activation "x * sigmoid(1.5 * x)".
    ///
    /// x is a row of as many numbers as the layer has units, and so is the
    /// result; one number a row, as sum, mean, max, min and logsumexp give,
    /// counts for each of them. `treino catalog losses expression` lists
    /// operators and functions.
    ///
    /// Keras differences: Keras takes a function of the user's instead.
    pub struct ExpressionActivation = "expression" {
        /// The expression.
        expression: ActivationFormula = silu(), Kind::Text;
    }
}

fn silu() -> ActivationFormula {
    ActivationFormula::new("x * sigmoid(x)").expect("it is an expression")
}

impl ActivationFunction for ExpressionActivation {
    fn forward(&self, simd: Simd, x: &[f32], y: &mut [f32], width: usize) {
        self.expression.forward(simd, x, y, width);
    }

    fn backward(&self, simd: Simd, x: &[f32], _y: &[f32], dy: &[f32], dx: &mut [f32], width: usize) {
        self.expression.backward(simd, x, dy, dx, width);
    }
}
