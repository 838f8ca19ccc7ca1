//! Learning-rate schedules: the rate as a function of the step.
//!
//! The first step is step 0. With accumulated gradients every batch counts as a step, as in Keras. Rates are worked out in
//! double precision from the numbers as Keras holds them, in single precision.
//!
//! Keras differences: every parameter has a default.

mod exponential_decay;

pub use exponential_decay::ExponentialDecay;

use crate::catalog::{Room, room};
use crate::error::Result;

room! {
    /// Any schedule.
    pub enum Schedule: dyn Plan in Room::Schedules => { ExponentialDecay }
}

/// What a schedule does.
pub trait Plan: std::fmt::Debug {
    /// The learning rate of a step; steps count from 0.
    fn rate(&self, step: u64) -> f64;

    /// Refuses parameters that contradict each other.
    ///
    /// # Errors
    /// As the schedule says; most have none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// A parameter as Keras computes with it: rounded to single precision.
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}
