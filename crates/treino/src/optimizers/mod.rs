//! Optimizers: how weights move along the gradient.
//!
//! A rule is one pass over the flat buffer of all trainable weights, with as many buffers of state beside it as it needs;
//! rules with norms or matrices see where each variable lies. [`Updater`] does all around it: learning rate, clipping,
//! weight decay, accumulation, averaging. Step numbers t begin at 1.
//!
//! Keras differences: a learning rate may be written as a whole number; `exclude_from_weight_decay` is a parameter, not a
//! method, and searches names of the form `layer/variable`; a clip of 0 is refused, where Keras takes it for none.

mod adam;
mod layout;
mod options;
mod rate;
mod sgd;
mod update;

pub use adam::Adam;
pub use layout::{Layout, Part, Slot, Start};
pub(crate) use options::optimizer;
pub use options::{Configured, Options};
pub use rate::LearningRate;
pub use sgd::SGD;
pub use update::Updater;

use crate::catalog::{Room, room};
use crate::error::{Error, Result};
use treino_engine::pool::Pool;
use treino_engine::simd::Simd;

room! {
    /// Any optimizer.
    pub enum Optimizer: dyn Rule in Room::Optimizers => { SGD, Adam }
}

impl Optimizer {
    /// Refuses options that contradict each other.
    ///
    /// # Errors
    /// Two ways of clipping at once, something that is no regular expression, a schedule that makes no sense.
    pub fn check(&self) -> Result<()> {
        self.inner().options().check(self.name())?;
        self.inner().check()
    }

    /// Refuses an optimizer whose learning rate nothing can set from outside.
    ///
    /// # Errors
    /// It has none, or a schedule decides.
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

    /// Its name and learning rate, such as `adam at 0.001`.
    pub fn in_words(&self) -> String {
        match self.descriptor().param("learning_rate") {
            Some(_) => format!("{} at {}", self.name(), self.inner().options().learning_rate),
            None => self.name().to_string(),
        }
    }
}

/// What an optimizer does.
pub trait Rule: Configured + std::fmt::Debug {
    /// Its buffers of state.
    fn slots(&self, layout: &Layout) -> Vec<Slot>;

    /// Moves the weights `w` one step against the gradient `g`.
    fn step(&self, at: Step<'_>, w: &mut [f32], g: &[f32], state: &mut [Vec<f32>]);

    /// Refuses parameters that contradict each other.
    ///
    /// # Errors
    /// As the optimizer says; most have none.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Strength of a variable's weight decay, before exclusions.
    fn weight_decay(&self, _part: &Part) -> Option<f64> {
        self.options().weight_decay
    }
}

/// Where a training stands when a step is made, and what the step may use.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The number of the step, from 1.
    pub t: u64,
    /// The learning rate of this step.
    pub learning_rate: f32,
    /// Where the variables lie.
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

/// A step of a rule by itself, for tests of single rules.
#[cfg(test)]
fn try_step(rule: &dyn Rule, t: u64, learning_rate: f32, w: &mut [f32], g: &[f32], state: &mut [Vec<f32>]) {
    let part = Part { name: "w".into(), shape: vec![w.len()], range: 0..w.len() };
    let layout = Layout { parts: vec![part], length: w.len() };
    let at = Step { t, learning_rate, layout: &layout, simd: Simd::detect(), pool: &Pool::new(1) };
    rule.step(at, w, g, state);
}
