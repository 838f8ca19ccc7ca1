//! Optimizers: they compute the update of the weights from the gradient.
//!
//! An optimizer is one pass over the flat buffer of all trainable weights, with the state buffers that it needs;
//! optimizers with norms or matrices also use the layout of the variables. [`Updater`] does the rest: learning rate,
//! clipping, weight decay, accumulation, averaging. Step numbers t start at 1.

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod elementwise;
mod ftrl;
mod lamb;
mod layout;
mod lbfgs;
mod lion;
mod muon;
mod nadam;
mod options;
mod passes;
mod rate;
mod rmsprop;
mod schedule_free_adamw;
mod sgd;
mod update;

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use adamax::Adamax;
pub use ftrl::Ftrl;
pub use lamb::Lamb;
pub use layout::{Layout, Slot, SlotInit, VariableRange};
pub use lbfgs::Lbfgs;
pub use lion::Lion;
pub use muon::Muon;
pub use nadam::Nadam;
pub(crate) use options::optimizer;
pub use options::{HasOptions, Options};
pub use rate::LearningRate;
pub use rmsprop::RMSprop;
pub use schedule_free_adamw::ScheduleFreeAdamW;
pub use sgd::SGD;
pub use update::Updater;

use treino_core::catalog::family;
use treino_core::error::{Error, Result};
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

family! {
    /// Any optimizer.
    ///
    /// How weights move along the gradient. `learning_rate` is a number or a schedule.
    ///
    /// Keras differences: a learning rate may be written as a whole number; `exclude_from_weight_decay` is a
    /// parameter, not a method, and searches names of the form `layer/variable`; a clip of 0 is refused, where Keras
    /// takes it for none.
    pub enum Optimizer: dyn UpdateRule in Family {
        name: "optimizers", one: "optimizer", example: "[compile]\noptimizer = {inline}\n",
    } => {
        SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Nadam, Ftrl, Lion, Lamb, Adafactor, Muon,
        ScheduleFreeAdamW, Lbfgs,
    }
}

impl Optimizer {
    /// Returns an error for options that contradict each other.
    ///
    /// # Errors
    /// Returns an error for two kinds of clipping at once, an invalid regular expression, or an invalid schedule.
    pub fn check(&self) -> Result<()> {
        self.inner().options().check(self.name())?;
        self.inner().check()
    }

    /// Returns an error for an optimizer whose learning rate cannot be set during training.
    ///
    /// # Errors
    /// Returns an error if it has no learning rate, or if a schedule determines it.
    pub fn check_rate_can_be_set(&self) -> Result<()> {
        let name = self.name();
        if self.descriptor().param("learning_rate").is_none() {
            return Err(Error::input(format!("{name} has no learning rate to set")));
        }
        match &self.inner().options().learning_rate {
            LearningRate::Constant(_) => Ok(()),
            LearningRate::Schedule(schedule) => {
                let e = format!("the learning rate cannot be set: {} decides it", schedule.name());
                Err(Error::input(e).help(format!("give {name} a number as its learning_rate")))
            }
        }
    }

    /// Its name and learning rate, such as `adam at 0.001` or `adam by cosine_decay`.
    pub fn in_words(&self) -> String {
        let name = self.name();
        match self.inner().options().learning_rate {
            _ if self.descriptor().param("learning_rate").is_none() => name.to_string(),
            LearningRate::Constant(rate) => format!("{name} at {rate}"),
            LearningRate::Schedule(schedule) => format!("{name} by {}", schedule.name()),
        }
    }
}

/// The update of an optimizer.
pub trait UpdateRule: HasOptions + std::fmt::Debug {
    /// Its state buffers.
    fn slots(&self, layout: &Layout) -> Vec<Slot>;

    /// Updates the weights `w` against the gradient `g`, which is overwritten.
    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]);

    /// Returns an error for parameters that contradict each other.
    ///
    /// # Errors
    /// Depends on the optimizer; most return none.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The line search that replaces [`UpdateRule::step`], if any.
    fn line_search(&self) -> Option<&Lbfgs> {
        None
    }

    /// The weight decay of a variable, before exclusions.
    fn weight_decay(&self, _part: &VariableRange) -> Option<f64> {
        self.options().weight_decay
    }
}

/// The context of a step.
#[derive(Debug, Clone, Copy)]
pub struct StepContext<'a> {
    /// The number of the step, from 1.
    pub t: u64,
    /// The learning rate of this step.
    pub learning_rate: f32,
    /// The layout of the variables.
    pub layout: &'a Layout,
    /// The instruction set.
    pub simd: Simd,
    /// The threads.
    pub pool: &'a Pool,
}

/// base^n by repeated squaring, in double precision: the same bits everywhere.
pub(crate) fn power(base: f64, mut n: u64) -> f64 {
    let (mut square, mut result) = (base, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            result *= square;
        }
        square *= square;
        n >>= 1;
    }
    result
}

/// A single step of an optimizer, for tests.
#[cfg(test)]
fn try_step(rule: &dyn UpdateRule, t: u64, learning_rate: f32, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
    let part = VariableRange { name: "w".into(), shape: vec![w.len()], range: 0..w.len(), constraint: None };
    let layout = Layout { parts: vec![part], length: w.len() };
    let at = StepContext { t, learning_rate, layout: &layout, simd: Simd::detect(), pool: &Pool::new(1) };
    rule.step(at, w, g, state);
}
