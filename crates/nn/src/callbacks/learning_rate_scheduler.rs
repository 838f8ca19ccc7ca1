//! The learning rate of each epoch by a rule of one's own.

use super::{ActiveCallback, Control, StartCallback, TrainingInfo, learning_rate};
use crate::events::Logs;
use crate::expression::Expression;
use treino_core::catalog::{Field, Kind, Node, Value, component};
use treino_core::error::{Error, Result};

component! {
    /// Sets the learning rate before each epoch by an expression.
    ///
    /// `schedule` is an expression of `epoch`, which counts from 0, and `lr`, the rate so far: "lr * 0.95", or
    /// "where(epoch < 10, lr, lr * 0.9)". The logs say under `learning_rate` which rate each epoch was trained with.
    ///
    /// Keras differences: an expression stands for the function; the rate is kept in double precision.
    pub struct LearningRateScheduler = "learning_rate_scheduler" {
        /// The rate as an expression of epoch and lr.
        schedule: RateFormula = RateFormula::unchanged(), Kind::Text;
    }
}

impl LearningRateScheduler {
    /// Sets the rate by this expression of `epoch` and `lr`.
    ///
    /// # Errors
    /// A text that is no such expression.
    pub fn new(schedule: &str) -> Result<Self> {
        Ok(LearningRateScheduler { schedule: RateFormula::new(schedule)? })
    }
}

/// A learning rate as an expression of `epoch` and `lr`.
#[derive(Debug, Clone, PartialEq)]
pub struct RateFormula(Expression);

impl RateFormula {
    /// Reads an expression.
    ///
    /// # Errors
    /// A text that is no expression of `epoch` and `lr`.
    pub fn new(text: &str) -> Result<Self> {
        Expression::parse(text, &["epoch", "lr"]).map(RateFormula)
    }

    fn unchanged() -> Self {
        Self::new("lr").expect("it is an expression")
    }

    /// The rate of an epoch, from 0, where the rate so far was `lr`.
    ///
    /// # Errors
    /// A number that is none for a rate.
    pub fn rate(&self, epoch: usize, lr: f64) -> Result<f64> {
        let rate = self.0.scalar(&[epoch as f64, lr]);
        if rate.is_finite() && rate >= 0.0 {
            return Ok(rate);
        }
        let e = format!("learning_rate_scheduler gives {rate} in epoch {}, but a rate must be at least 0", epoch + 1);
        Err(Error::input(e).help(format!("{} is not at least 0 for epoch = {epoch} and lr = {lr}", self.0.text())))
    }
}

impl Field for RateFormula {
    fn read(node: &Node, path: &str) -> Result<Self> {
        Self::new(&String::read(node, path)?).map_err(|e| node.place(e))
    }

    fn write(&self) -> Option<Value> {
        Some(Value::Text(self.0.text().to_string()))
    }
}

impl StartCallback for LearningRateScheduler {
    fn sets_learning_rate(&self) -> bool {
        true
    }

    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        learning_rate::check("learning_rate_scheduler", outlook)?;
        self.schedule.rate(0, outlook.optimizer.inner().options().learning_rate.at(0))?;
        Ok(Box::new(ActiveScheduler { schedule: self.schedule.clone() }))
    }
}

struct ActiveScheduler {
    schedule: RateFormula,
}

impl ActiveCallback for ActiveScheduler {
    fn epoch_begin(&mut self, epoch: usize, training: &mut dyn Control) -> Result<()> {
        training.set_learning_rate(self.schedule.rate(epoch, training.learning_rate())?)
    }

    fn epoch_end(&mut self, _epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        logs.set(learning_rate::NAME, training.learning_rate());
        Ok(())
    }
}
