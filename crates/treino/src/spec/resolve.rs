//! From what was typed to everything that a training needs.

use super::{PerOutput, Spec, learnt};
use crate::activations::{Activation as AnyActivation, Linear, Sigmoid, Softmax, Softplus};
use crate::data::{Prepared, Target, Task};
use crate::error::{Error, Result};
use crate::layers::{Activation, BatchNormalization, Dense, Dropout, Placed};
use crate::losses::{BinaryCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy, Targets};
use crate::metrics::NamedMetric;
use crate::model::{Network, Op};
use crate::regularizers::{L1, L1L2, L2, Regularizer};
use crate::train::Compile;

/// A spec with everything explicit, and what it makes.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The spec, with task, layers, loss and metrics as they will be.
    pub spec: Spec,
    /// Optimizer, loss and metrics.
    pub compile: Compile,
    /// The network, its weights not yet initialised.
    pub network: Network,
}

/// Fills in what a spec leaves open, given the data.
///
/// # Errors
/// A loss or metric that does not fit the task, layers whose output does not fit the target, layers given both in short
/// and at length.
pub fn resolve(spec: &Spec, prepared: &Prepared) -> Result<Resolved> {
    let target = &prepared.target;
    let loss = match &spec.compile.loss {
        Some(PerOutput::Same(loss)) => loss.clone(),
        _ => default_loss(target.task),
    };
    let mut layers = match &spec.model.layers {
        Some(layers) => layers.clone(),
        None => layers_in_short(spec, target, &loss, prepared.train.len()),
    };
    learnt::learn(&mut layers, prepared)?;
    let mut network = Network::build_graph(prepared.recipe.columns(), &layers, &spec.model.outputs)?;
    let open = layers.clone();
    learnt::count_ids(&mut layers, &network);
    if layers != open {
        network = Network::build_graph(prepared.recipe.columns(), &layers, &spec.model.outputs)?;
    }
    let mut section = spec.compile.clone();
    section.optimizer.check()?;
    section.loss.get_or_insert(PerOutput::Same(loss.clone()));
    section.metrics.get_or_insert(PerOutput::Same(default_metrics(target.task)?));
    let outputs = network.output_names();
    let Some(compile) = section.compiled(&outputs)? else {
        return Err(Error::input(format!("compile.loss must name a loss for each output: {}", outputs.join(", "))));
    };
    for (at, _) in outputs.iter().enumerate() {
        let goal = compile.goal(at);
        check_loss(&goal.loss, target, &network)?;
        for NamedMetric { name, metric } in goal.metrics.iter().chain(&goal.weighted_metrics) {
            if target.task == Task::Regression && metric.inner().counts_classes() {
                return Err(Error::input(format!("the metric \"{name}\" counts classes, but the target is a number"))
                    .help("use mean_absolute_error, root_mean_squared_error or r2_score"));
            }
            let width = network.outputs();
            metric.inner().check(goal.loss.inner().targets().columns(width), width)?;
        }
    }

    let mut spec = spec.clone();
    spec.data.task = Some(target.task);
    if target.task == Task::Binary {
        spec.data.positive = target.classes.get(1).cloned();
    }
    spec.model.layers = Some(layers);
    spec.compile = section;
    Ok(Resolved { spec, compile, network })
}

fn default_loss(task: Task) -> Loss {
    match task {
        Task::Binary => BinaryCrossentropy::default().into(),
        Task::Multiclass => SparseCategoricalCrossentropy::default().into(),
        Task::Regression => MeanSquaredError::default().into(),
    }
}

fn default_metrics(task: Task) -> Result<Vec<NamedMetric>> {
    match task {
        Task::Binary | Task::Multiclass => Ok(vec![NamedMetric::typed("accuracy")?]),
        Task::Regression => Ok(vec![NamedMetric::typed("mean_absolute_error")?]),
    }
}

/// The hidden layers, and an output layer that fits the target.
fn layers_in_short(spec: &Spec, target: &Target, loss: &Loss, rows: usize) -> Vec<Placed> {
    let model = &spec.model;
    // The fewer the rows, the more a network needs to be held back (see DESIGN.md).
    let l2 = model.l2.unwrap_or_else(|| (0.3 / rows.max(1) as f64).max(0.0001));
    let regularizer: Option<Regularizer> = match (model.l1, l2) {
        (0.0, 0.0) => None,
        (l1, 0.0) => Some(L1 { l1 }.into()),
        (0.0, l2) => Some(L2 { l2 }.into()),
        (l1, l2) => Some(L1L2 { l1, l2 }.into()),
    };
    let dense = |units, activation| Dense {
        units,
        activation,
        kernel_initializer: model.kernel_initializer.clone(),
        kernel_regularizer: regularizer.clone(),
        ..Dense::default()
    };
    let mut layers: Vec<Placed> = Vec::new();
    for &units in &model.hidden {
        if model.batch_norm {
            layers.push(dense(units, Linear::default().into()).into());
            layers.push(BatchNormalization::default().into());
            layers.push(Activation { activation: model.activation.clone(), ..Activation::default() }.into());
        } else {
            layers.push(dense(units, model.activation.clone()).into());
        }
        if model.dropout > 0.0 {
            layers.push(Dropout { rate: model.dropout, ..Dropout::default() }.into());
        }
    }
    let logits = loss.inner().wants_logits();
    let (units, activation) = match target.task {
        Task::Binary if logits => (1, Linear::default().into()),
        Task::Binary => (1, Sigmoid::default().into()),
        Task::Multiclass if logits => (target.classes.len(), Linear::default().into()),
        Task::Multiclass => (target.classes.len(), Softmax::default().into()),
        // What compares amounts takes no prediction below 0.
        Task::Regression if loss.inner().targets() == Targets::Amounts => (1, Softplus::default().into()),
        Task::Regression => (1, Linear::default().into()),
    };
    layers.push(dense(units, activation).into());
    layers
}

/// Refuses a loss that does not fit the target, and an output that does not fit either.
fn check_loss(loss: &Loss, target: &Target, network: &Network) -> Result<()> {
    let outputs = network.outputs();
    let (name, classes) = (loss.name(), target.classes.len());
    if outputs == 1 && ends_in_softmax(network) {
        return Err(Error::input("a softmax over one output is always 1, so the network would learn nothing")
            .help("use activation = \"sigmoid\" on one unit"));
    }
    let refuse = |why: String, instead: &str| {
        Err(Error::input(format!("the loss {name} does not fit: {why}")).help(format!("use {instead}")))
    };
    let target_name = &target.name;
    match (target.task, loss.inner().targets()) {
        (_, Targets::Groups) => {
            let why = "it makes rows of one group alike, but predicts nothing".to_string();
            return refuse(why, "a loss for predictions; networks built by hand can have it");
        }
        (Task::Regression, Targets::Numbers) => {}
        (Task::Regression, Targets::Amounts) if (target.mean, target.sd) != (0.0, 1.0) => {
            let why = format!("it wants numbers of at least 0, but \"{target_name}\" is standardised");
            return refuse(why, "target_scale = \"none\" in [data] (--set data.target_scale=none), or huber");
        }
        (Task::Regression, Targets::Amounts) => {}
        (Task::Regression, _) => {
            let why = format!("it compares probabilities of classes, but \"{target_name}\" is a number");
            return refuse(why, "mean_squared_error or mean_absolute_error");
        }
        (Task::Binary, Targets::OneHot | Targets::ClassNumbers) if outputs == 1 => {
            let why = format!(
                "it wants one output a class, but \"{target_name}\" has two classes and the network one output"
            );
            return refuse(why, "binary_crossentropy");
        }
        (Task::Multiclass, Targets::Signs) => {
            let why = format!("it takes every output for itself, but a row has one of {classes} classes");
            return refuse(why, "categorical_hinge");
        }
        (Task::Multiclass, Targets::Probabilities) => {
            let why = format!("it takes every output for itself, but a row has one of {classes} classes");
            return refuse(why, "sparse_categorical_crossentropy or categorical_crossentropy");
        }
        _ => {}
    }
    let allowed = match target.task {
        Task::Regression => vec![1],
        Task::Binary => vec![1, 2],
        Task::Multiclass => vec![classes],
    };
    if !allowed.contains(&outputs) {
        let what = match target.task {
            Task::Regression => "is one number".to_string(),
            _ => format!("has {classes} classes"),
        };
        return Err(Error::input(format!("the last layer gives {outputs} numbers, but \"{target_name}\" {what}"))
            .help(format!("give it units = {}", allowed[0])));
    }
    Ok(())
}

/// Whether the last thing that the network does is a softmax.
fn ends_in_softmax(network: &Network) -> bool {
    matches!(network.program().ops.last(), Some(Op::Activation(last)) if matches!(last.activation, AnyActivation::Softmax(_)))
}
