//! The learning rate: a number, or a schedule.

use crate::catalog::{Field, Interval, Kind, Node, Room, Value};
use crate::error::{Error, Result};
use crate::schedules::Schedule;
use std::fmt;

/// A learning rate.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningRate {
    /// The same for every step, until a callback changes it.
    Constant(f64),
    /// What a schedule says for each step.
    Schedule(Schedule),
}

impl LearningRate {
    /// What a spec may hold for it.
    pub const KIND: Kind = Kind::FloatOrThing(Interval::at_least(0.0), Room::Schedules);

    /// The rate of a step; steps count from 0.
    pub fn at(&self, step: u64) -> f64 {
        match self {
            LearningRate::Constant(rate) => *rate,
            LearningRate::Schedule(schedule) => schedule.inner().rate(step),
        }
    }
}

impl From<f64> for LearningRate {
    fn from(rate: f64) -> Self {
        LearningRate::Constant(rate)
    }
}

impl<S: Into<Schedule>> From<S> for LearningRate {
    fn from(schedule: S) -> Self {
        LearningRate::Schedule(schedule.into())
    }
}

impl Field for LearningRate {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match &node.value {
            Value::Float(_) | Value::Int(_) => f64::read(node, path).map(LearningRate::Constant),
            Value::Text(name) if !Schedule::THINGS.iter().any(|d| d.is_called(name)) => {
                let e = Error::input(format!("{path} is \"{name}\", but must be {}", Self::KIND));
                Err(node.place(e.nearest(name, Schedule::THINGS.iter().map(|d| d.name))))
            }
            _ => Schedule::read(node, path).map(LearningRate::Schedule),
        }
    }

    fn write(&self) -> Option<Value> {
        match self {
            LearningRate::Constant(rate) => rate.write(),
            LearningRate::Schedule(schedule) => schedule.write(),
        }
    }
}

impl fmt::Display for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LearningRate::Constant(rate) => write!(f, "{rate}"),
            LearningRate::Schedule(schedule) => write!(f, "a rate by {}", schedule.name()),
        }
    }
}
