//! What can be tried against a finding: changes to the spec of the run, as data.

use crate::report::Record;
use crate::spec::{PATIENCE, Spec, names_of, penalties, set, stop_early};
use serde::Serialize;
use std::path::Path;
use treino_core::catalog::{Entries, Field, Node, Origin, Value, parse};
use treino_core::error::Result;
use treino_nn::activations::Activation;
use treino_nn::initializers::Initializer;
use treino_nn::layers::{Dense, Layer};
use treino_nn::losses::Loss;

/// A change to a spec.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Another learning rate.
    LearningRate(f64),
    /// So many epochs at most.
    Epochs(usize),
    /// Batches of so many rows.
    BatchSize(usize),
    /// Stop after so many epochs without improvement, and keep the best weights.
    StopEarly(usize),
    /// Hidden layers of so many units.
    Hidden(Vec<usize>),
    /// Another activation of the hidden layers.
    Activation(Activation),
    /// Other initial weights.
    KernelInitializer(Initializer),
    /// Batch normalisation in the hidden layers.
    BatchNorm,
    /// So much dropout behind each hidden layer.
    Dropout(f64),
    /// Another L1 penalty.
    L1(f64),
    /// Another L2 penalty.
    L2(f64),
    /// Another loss.
    Loss(Loss),
    /// Classes weigh alike, however many rows they have.
    BalancedClasses,
    /// Inputs are standardised.
    StandardScale,
    /// All columns that are not used.
    Ignore(Vec<String>),
    /// Rows are kept back at random.
    RandomSplit,
    /// Another share of validation rows.
    ValidationSplit(f64),
    /// So many seeds.
    Repeats(usize),
}

/// What to try: changes that are made together.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy(pub Vec<Change>);

impl Change {
    /// The value of the spec that it sets; early stopping stands in a list, where no path leads.
    pub fn path(&self) -> &'static str {
        match self {
            Change::LearningRate(_) => "compile.optimizer.learning_rate",
            Change::Epochs(_) => "fit.epochs",
            Change::BatchSize(_) => "fit.batch_size",
            Change::StopEarly(_) => "callbacks",
            Change::Hidden(_) => "model.hidden",
            Change::Activation(_) => "model.activation",
            Change::KernelInitializer(_) => "model.kernel_initializer",
            Change::BatchNorm => "model.batch_norm",
            Change::Dropout(_) => "model.dropout",
            Change::L1(_) => "model.l1",
            Change::L2(_) => "model.l2",
            Change::Loss(_) => "compile.loss",
            Change::BalancedClasses => "fit.class_weight",
            Change::StandardScale => "data.scale",
            Change::Ignore(_) => "data.ignore",
            Change::RandomSplit => "data.split",
            Change::ValidationSplit(_) => "data.validation_split",
            Change::Repeats(_) => "fit.repeats",
        }
    }

    /// What it becomes.
    pub fn value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_string());
        match self {
            Change::LearningRate(x) | Change::Dropout(x) | Change::L1(x) | Change::L2(x) => Value::Float(*x),
            Change::ValidationSplit(x) => Value::Float(*x),
            Change::Epochs(n) | Change::BatchSize(n) | Change::StopEarly(n) | Change::Repeats(n) => {
                Value::Int(*n as i64)
            }
            Change::Hidden(units) => Value::List(units.iter().map(|n| Value::Int(*n as i64).into()).collect()),
            Change::Activation(activation) => in_short(activation),
            Change::KernelInitializer(initializer) => in_short(initializer),
            Change::Loss(loss) => in_short(loss),
            Change::BatchNorm => Value::Bool(true),
            Change::BalancedClasses => text("balanced"),
            Change::StandardScale => text("standard"),
            Change::Ignore(columns) => Value::List(columns.iter().map(|name| text(name).into()).collect()),
            Change::RandomSplit => text("random"),
        }
    }

    fn apply(&self, entries: &mut Entries) -> Result<()> {
        const REMEDY: &str = "the remedy";
        match self {
            Change::StopEarly(_) => {
                stop_early(entries, Node { value: self.value(), origin: Origin::Flag(REMEDY.to_string()) });
                Ok(())
            }
            _ => set(entries, self.path(), self.value(), REMEDY),
        }
    }
}

/// A thing as it is written: its name alone where that says all.
fn in_short<T: Field>(thing: &T) -> Value {
    let written = thing.write().unwrap_or(Value::Bool(false));
    let Value::Table(mut table) = written else { return written };
    let Some(name) = table.get("type").cloned() else { return Value::Table(table) };
    let usual = T::read(&name, "type").ok().and_then(|usual| usual.write());
    if let Some(Value::Table(usual)) = usual {
        let is_usual =
            |key: &str, value: &Value| usual.get(key).is_some_and(|u| u.value.to_string() == value.to_string());
        table.list.retain(|entry| entry.key == "type" || !is_usual(&entry.key, &entry.node.value));
    }
    if table.list.len() == 1 { name.value } else { Value::Table(table) }
}

impl Remedy {
    /// Changes a spec as written down.
    ///
    /// # Errors
    /// A spec whose layers are no plain stack, where the change is about hidden layers.
    pub fn apply(&self, entries: &mut Entries) -> Result<()> {
        self.0.iter().try_for_each(|change| change.apply(entries))
    }
}

impl Serialize for Remedy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer
            .collect_map(self.0.iter().map(|change| (change.path(), treino_core::catalog::value_json(&change.value()))))
    }
}

/// A run that is examined: its record, and its spec where that can be read.
pub(super) struct Case<'a> {
    pub record: &'a Record,
    written: Option<(Entries, Spec)>,
}

impl<'a> Case<'a> {
    pub fn of(record: &'a Record) -> Self {
        // Networks with things of a Rust program's own have no spec that can be trained again.
        let written = parse(&record.setting.spec, Path::new("spec.toml"))
            .and_then(|entries| Spec::read(&entries).map(|spec| (entries, spec)))
            .ok();
        Case { record, written }
    }

    pub fn spec(&self) -> Option<&Spec> {
        self.written.as_ref().map(|(_, spec)| spec)
    }

    /// The first of these that the spec can take, and that changes something.
    pub fn first(&self, candidates: impl IntoIterator<Item = Vec<Change>>) -> Option<Remedy> {
        let (entries, spec) = self.written.as_ref()?;
        candidates.into_iter().map(Remedy).find(|remedy| {
            let mut changed = entries.clone();
            remedy.apply(&mut changed).and_then(|()| Spec::read(&changed)).is_ok_and(|changed| changed != *spec)
        })
    }

    /// The dense layers with their names.
    pub fn dense(&self) -> Vec<(String, &Dense)> {
        let layers = self.spec().and_then(|spec| spec.model.layers.as_deref()).unwrap_or_default();
        let named = names_of(layers).into_iter().zip(layers);
        named
            .filter_map(|(name, placed)| match &placed.layer {
                Layer::Dense(dense) => Some((name, dense)),
                _ => None,
            })
            .collect()
    }

    /// The activation of the last dense layer.
    pub fn output_activation(&self) -> Option<&str> {
        self.dense().last().map(|(_, dense)| dense.activation.name())
    }

    /// Units of the dense layers before the last.
    pub fn units(&self) -> Option<Vec<usize>> {
        self.dense().split_last().map(|(_, hidden)| hidden.iter().map(|(_, dense)| dense.units).collect())
    }

    /// The strongest L1 and L2 penalty on the kernel of a dense layer.
    fn penalties(&self) -> [f64; 2] {
        self.dense().iter().fold([0.0, 0.0], |[l1, l2], (_, dense)| {
            let (a, b) = penalties(dense.kernel_regularizer.as_ref()).unwrap_or_default();
            [f64::max(l1, a), f64::max(l2, b)]
        })
    }

    /// The strongest dropout.
    pub fn dropout(&self) -> f64 {
        let layers = self.spec().and_then(|spec| spec.model.layers.as_deref()).unwrap_or_default();
        layers.iter().fold(0.0, |most, placed| match &placed.layer {
            Layer::Dropout(dropout) => f64::max(most, dropout.rate),
            _ => most,
        })
    }

    /// The rate that the optimizer has when none is given.
    fn usual_rate(&self) -> Option<f64> {
        let param = self.spec()?.compile.optimizer.descriptor().param("learning_rate")?;
        match (param.default)()? {
            Value::Float(rate) => Some(rate),
            _ => None,
        }
    }

    /// A lower rate: a tenth, and not above the usual one.
    pub fn lower_rate(&self, rate: f64) -> Vec<Change> {
        self.stopping_early([Change::LearningRate(
            two_digits(rate * 0.1).min(self.usual_rate().unwrap_or(f64::INFINITY)),
        )])
    }

    /// A higher rate: ten times as much, and not below the usual one.
    pub fn higher_rate(&self, rate: f64) -> Vec<Change> {
        self.stopping_early([Change::LearningRate(two_digits(rate * 10.0).max(self.usual_rate().unwrap_or(0.0)))])
    }

    /// Whether early stopping is missing that could keep the best epoch's weights.
    pub fn can_stop_early(&self) -> bool {
        self.record.course.stopping.is_empty() && self.record.data.parts[1].is_some()
    }

    /// Changes by which a network learns more, with early stopping where there is none: what learns can learn too much.
    pub fn stopping_early(&self, changes: impl IntoIterator<Item = Change>) -> Vec<Change> {
        changes.into_iter().chain(self.can_stop_early().then_some(Change::StopEarly(PATIENCE))).collect()
    }

    /// The strongest L1 and L2 penalties and the strongest dropout.
    pub fn strength(&self) -> [f64; 3] {
        let [l1, l2] = self.penalties();
        [l1, l2, self.dropout()]
    }
}

/// A number without digits that nobody would type.
pub(super) fn two_digits(x: f64) -> f64 {
    format!("{x:.1e}").parse().unwrap_or(x)
}
