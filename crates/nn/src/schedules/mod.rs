//! Learning rate schedules: the rate as a function of the step.
//!
//! The first step is step 0. With accumulated gradients every batch counts as a step, as in Keras. Rates are computed
//! in double precision from parameters rounded to single precision, as Keras stores them.

mod cosine_decay;
mod exponential_decay;
mod inverse_time_decay;
mod one_cycle;
mod piecewise_constant_decay;
mod polynomial_decay;
mod warmup;

pub use cosine_decay::{CosineDecay, CosineDecayRestarts};
pub use exponential_decay::ExponentialDecay;
pub use inverse_time_decay::InverseTimeDecay;
pub use one_cycle::OneCycle;
pub use piecewise_constant_decay::PiecewiseConstantDecay;
pub use polynomial_decay::PolynomialDecay;
pub use warmup::Warmup;

use treino_core::catalog::family;
use treino_core::error::Result;

family! {
    /// Any schedule.
    ///
    /// Learning rates as functions of the step; the first step is step 0. With accumulated gradients every batch
    /// counts as a step, as in Keras.
    ///
    /// Keras differences: every parameter has a default; `one_cycle` and `warmup` are not in Keras.
    pub enum Schedule: dyn ScheduleFunction in Family {
        name: "schedules", one: "schedule", example: "[compile]\noptimizer = { type = \"adam\", learning_rate = {inline} }\n",
    } => {
        ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay, CosineDecay, CosineDecayRestarts,
        OneCycle, Warmup,
    }
}

/// The function of a schedule.
pub trait ScheduleFunction: std::fmt::Debug {
    /// The learning rate of a step; steps count from 0.
    fn rate(&self, step: u64) -> f64;

    /// Returns an error for parameters that contradict each other.
    ///
    /// # Errors
    /// Depends on the schedule; most return none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// A parameter as Keras computes with it: rounded to single precision.
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}
