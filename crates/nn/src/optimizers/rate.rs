//! The learning rate: a number, or a schedule.

use crate::schedules::Schedule;
use treino_core::catalog::{Field, Interval, Kind, Node, Value};
use treino_core::error::{Error, Result};

/// A learning rate.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningRate {
    /// The same for every step, unless a callback changes it.
    Constant(f64),
    /// Given by a schedule for each step.
    Schedule(Schedule),
}

impl LearningRate {
    /// The values that a spec may give it.
    pub const KIND: Kind = Kind::FloatOrComponent(Interval::at_least(0.0), &crate::schedules::FAMILY);

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
            Value::Text(name) if !Schedule::COMPONENTS.iter().any(|d| d.is_called(name)) => {
                let e = Error::input(format!("{path} is \"{name}\", but must be {}", Self::KIND));
                Err(node.place(e.nearest(name, Schedule::COMPONENTS.iter().map(|d| d.name))))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedules::CosineDecay;
    use treino_core::catalog::Entries;

    #[test]
    fn a_number_a_name_and_a_table_are_read_and_written() {
        let read = |value: Value| LearningRate::read(&value.into(), "learning_rate");
        assert_eq!(read(Value::Int(1)).unwrap(), 1.0.into());
        assert_eq!(read(Value::Text("CosineDecay".into())).unwrap(), CosineDecay::default().into());
        let mut table = Entries::default();
        table.set("type", Value::Text("cosine_decay".into()).into());
        table.set("alpha", Value::Float(0.5).into());
        let rate: LearningRate = CosineDecay { alpha: 0.5, ..CosineDecay::default() }.into();
        assert_eq!(read(Value::Table(table)).unwrap(), rate);
        assert_eq!(read(rate.write().unwrap()).unwrap(), rate);

        let e = read(Value::Text("cosine_deca".into())).unwrap_err();
        assert!(e.message().starts_with("learning_rate is \"cosine_deca\", but must be a number of at least 0"), "{e}");
        assert_eq!(e.helps(), ["did you mean \"cosine_decay\"?"]);
        let mut table = Entries::default();
        table.set("alpha", Value::Float(0.5).into());
        let e = read(Value::Table(table)).unwrap_err();
        assert_eq!(e.message(), "learning_rate does not say which schedule it is");
    }
}
