//! From what was typed to everything that a training needs.

use super::outputs::{names_in_short, outputs_of_targets};
use super::short::regularizer;
use super::{Spec, learnt};
use treino_core::error::{Error, Result};
use treino_nn::activations::{Activation as AnyActivation, Linear, Sigmoid, Softmax, Softplus};
use treino_nn::layers::{Activation, BatchNormalization, ConnectedLayer, Dense, Dropout, InputLayer};
use treino_nn::losses::{BinaryCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy, TargetKind};
use treino_nn::metrics::{BinaryAccuracy, NamedMetric};
use treino_nn::network::Network;
use treino_nn::train::{Compile, Decision, PerOutput};
use treino_tables::{Prepared, Target, Task};

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
    let targets: Vec<&Target> = prepared.targets().collect();
    let mut layers = match &spec.model.layers {
        Some(layers) => layers.clone(),
        None => layers_in_short(spec, &targets, prepared.train.len()),
    };
    learnt::learn(&mut layers, prepared)?;
    let mut spec = spec.clone();
    let mut network = Network::build_graph(prepared.recipe.columns(), &layers, &spec.model.outputs)?;
    let open = layers.clone();
    learnt::count_ids(&mut layers, &network);
    let places = {
        let (outputs, all) = (network.output_names(), network.summary());
        let others: Vec<String> =
            all.into_iter().map(|layer| layer.name).filter(|name| !outputs.contains(&name.as_str())).collect();
        outputs_of_targets(&outputs, &others, &targets)?
    };
    if !places.is_sorted() {
        // From here on the outputs stand in the order of the targets.
        spec.model.outputs = places.iter().map(|at| network.output_names()[*at].to_string()).collect();
    }
    if layers != open || !places.is_sorted() {
        network = Network::build_graph(prepared.recipe.columns(), &layers, &spec.model.outputs)?;
    }
    spec.compile.optimizer.check()?;
    let outputs = network.output_names();
    let mut section = spec.compile.clone();
    let loss = losses(section.loss, &outputs, &targets);
    section.loss = Some(fitting(loss, &network));
    if section.metrics.is_none() {
        let losses = section.loss.as_ref();
        let decision = |at: usize| {
            let loss = losses.and_then(|losses| losses.of(outputs[at]))?;
            // In training, logits are what metrics are given.
            let decision = Decision::of(loss, network.program(), network.program().outputs[at].value);
            Some(if loss.inner().wants_logits() { Decision { boundary: 0.0, ..decision } } else { decision })
        };
        section.metrics = Some(each(&outputs, &targets, |at, task| default_metrics(task, decision(at)))?);
    }
    let Some(compile) = section.compiled(&outputs)? else {
        return Err(Error::input(format!("compile.loss must name a loss for each output: {}", outputs.join(", "))));
    };
    for (at, target) in targets.iter().enumerate() {
        let goal = compile.goal(at);
        let place = |e: Error| match &targets[..] {
            [_] => e,
            _ => e.help(format!("it is about the output \"{}\"", outputs[at])),
        };
        check_loss(&goal.loss, target, &network, at).map_err(place)?;
        for NamedMetric { name, metric } in goal.metrics.iter().chain(&goal.weighted_metrics) {
            if target.task == Task::Regression && metric.inner().counts_classes() {
                let what = if targets.len() == 1 { "the target".to_string() } else { format!("\"{}\"", target.name) };
                return Err(place(
                    Error::input(format!("the metric \"{name}\" counts classes, but {what} is a number"))
                        .help("use mean_absolute_error, root_mean_squared_error or r2_score"),
                ));
            }
            let width = network.program().width(network.program().outputs[at].value);
            metric.inner().check(goal.loss.inner().targets().columns(width), width).map_err(place)?;
        }
    }

    let target = &prepared.target;
    spec.data.task = Some(target.task);
    if target.task == Task::Binary {
        spec.data.positive = target.classes.get(1).cloned();
    }
    spec.model.layers = Some(layers);
    spec.compile = section;
    Ok(Resolved { spec, compile, network })
}

/// One thing for each output by what its target is; for a single output without its name.
fn each<T>(outputs: &[&str], targets: &[&Target], it: impl Fn(usize, Task) -> Result<T>) -> Result<PerOutput<T>> {
    match targets {
        [target] => it(0, target.task).map(PerOutput::Same),
        _ => {
            let one = |(at, (name, target)): (usize, (&&str, &&Target))| Ok((name.to_string(), it(at, target.task)?));
            outputs.iter().zip(targets).enumerate().map(one).collect::<Result<_>>().map(PerOutput::Each)
        }
    }
}

/// The losses that were said, and the default ones of outputs about which nothing was said.
fn losses(said: Option<PerOutput<Loss>>, outputs: &[&str], targets: &[&Target]) -> PerOutput<Loss> {
    let mut each = match (said, targets) {
        (Some(PerOutput::Same(loss)), _) => return PerOutput::Same(loss),
        (None, [target]) => return PerOutput::Same(default_loss(target.task)),
        (Some(PerOutput::Each(each)), _) => each,
        (None, _) => Vec::new(),
    };
    for (output, target) in outputs.iter().zip(targets) {
        if each.iter().all(|(name, _)| name != output) {
            each.push((output.to_string(), default_loss(target.task)));
        }
    }
    PerOutput::Each(each)
}

/// The losses with "crossentropy" as the one that fits each output.
fn fitting(losses: PerOutput<Loss>, network: &Network) -> PerOutput<Loss> {
    let (program, names) = (network.program(), network.output_names());
    let width = |at: usize| program.width(program.outputs[at].value);
    let of = |loss: &Loss, at: usize| match loss {
        Loss::Crossentropy(word) => word.for_outputs(width(at)),
        other => other.clone(),
    };
    match losses {
        PerOutput::Same(loss) if (1..names.len()).all(|at| of(&loss, at) == of(&loss, 0)) => {
            PerOutput::Same(of(&loss, 0))
        }
        PerOutput::Same(loss) => {
            PerOutput::Each(names.iter().enumerate().map(|(at, name)| (name.to_string(), of(&loss, at))).collect())
        }
        PerOutput::Each(each) => PerOutput::Each(
            each.into_iter()
                .map(|(name, loss)| match names.iter().position(|output| *output == name) {
                    Some(at) => (name, of(&loss, at)),
                    None => (name, loss),
                })
                .collect(),
        ),
    }
}

fn default_loss(task: Task) -> Loss {
    match task {
        Task::Binary => BinaryCrossentropy::default().into(),
        Task::Multiclass => SparseCategoricalCrossentropy::default().into(),
        Task::Regression => MeanSquaredError::default().into(),
    }
}

/// The accuracy, at the boundary where the loss decides; or the mean absolute error.
fn default_metrics(task: Task, decision: Option<Decision>) -> Result<Vec<NamedMetric>> {
    let boundary = decision.map_or(0.5, |decision| f64::from(decision.boundary));
    match task {
        Task::Binary if boundary != 0.5 => {
            Ok(vec![NamedMetric::new("accuracy", BinaryAccuracy { threshold: boundary })])
        }
        Task::Binary | Task::Multiclass => Ok(vec![NamedMetric::typed("accuracy")?]),
        Task::Regression => Ok(vec![NamedMetric::typed("mean_absolute_error")?]),
    }
}

/// The hidden layers, and for each target an output layer that fits it.
fn layers_in_short(spec: &Spec, targets: &[&Target], rows: usize) -> Vec<ConnectedLayer> {
    let model = &spec.model;
    let l2 = model.l2_for(rows);
    let regularizer = regularizer(model.l1, l2);
    let dense = |units, activation| Dense {
        units,
        activation,
        kernel_initializer: model.kernel_initializer.clone(),
        kernel_regularizer: regularizer.clone(),
        ..Dense::default()
    };
    let mut layers: Vec<ConnectedLayer> = Vec::new();
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
    let output = |name: Option<&str>, target: &Target| {
        let default = default_loss(target.task);
        let loss = match &spec.compile.loss {
            Some(PerOutput::Same(loss)) => loss,
            Some(losses) => name.and_then(|name| losses.of(name)).unwrap_or(&default),
            None => &default,
        };
        // Neither logits nor margins are kept between 0 and 1.
        let logits = loss.inner().wants_logits() || loss.inner().is_margin();
        let (units, activation) = match target.task {
            Task::Binary if logits => (1, Linear::default().into()),
            Task::Binary => (1, Sigmoid::default().into()),
            Task::Multiclass if logits => (target.classes.len(), Linear::default().into()),
            Task::Multiclass => (target.classes.len(), Softmax::default().into()),
            // What compares amounts takes no prediction below 0.
            Task::Regression if loss.inner().targets() == TargetKind::Amounts => (1, Softplus::default().into()),
            Task::Regression => (1, Linear::default().into()),
        };
        Dense { name: name.map(str::to_string), ..dense(units, activation) }
    };
    if let [target] = targets {
        layers.push(output(None, target).into());
        return layers;
    }
    if layers.is_empty() {
        // All outputs read the rows.
        layers.push(InputLayer::default().into());
    }
    let taken = names_of(&layers);
    let last = taken.last().cloned().unwrap_or_default();
    for (name, target) in names_in_short(targets, &taken).iter().zip(targets) {
        layers.push(ConnectedLayer::reading(output(Some(name), target), [last.as_str()]));
    }
    layers
}

/// The names of layers; those without a name of their own are numbered as the network numbers them.
pub(crate) fn names_of(layers: &[ConnectedLayer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for ConnectedLayer { layer, .. } in layers {
        let numbered = || {
            let kind = layer.name();
            let mut in_order = (0..).map(|i| if i == 0 { kind.to_string() } else { format!("{kind}_{i}") });
            in_order.find(|name| !names.contains(name)).unwrap_or_default()
        };
        let name = layer.inner().given_name().map_or_else(numbered, str::to_string);
        names.push(name);
    }
    names
}

/// Refuses a loss that does not fit the target, and an output that does not fit either.
fn check_loss(loss: &Loss, target: &Target, network: &Network, at: usize) -> Result<()> {
    let value = network.program().outputs[at].value;
    let outputs = network.program().width(value);
    let (name, classes) = (loss.name(), target.classes.len());
    if outputs == 1 && matches!(network.program().activation_of(value), Some(AnyActivation::Softmax(_))) {
        return Err(Error::input("a softmax over one output is always 1, so the network would learn nothing")
            .help("use activation = \"sigmoid\" on one unit"));
    }
    let refuse = |why: String, instead: &str| {
        Err(Error::input(format!("the loss {name} does not fit: {why}")).help(format!("use {instead}")))
    };
    let target_name = &target.name;
    match (target.task, loss.inner().targets()) {
        (_, TargetKind::Groups) => {
            let why = "it makes rows of one group alike, but predicts nothing".to_string();
            return refuse(why, "a loss for predictions; networks built by hand can have it");
        }
        (Task::Regression, TargetKind::Numbers) => {}
        (Task::Regression, TargetKind::Amounts) if (target.mean, target.sd) != (0.0, 1.0) => {
            let why = format!("it wants numbers of at least 0, but \"{target_name}\" is standardised");
            return refuse(why, "`data.target_scale = \"none\"`, or huber");
        }
        (Task::Regression, TargetKind::Amounts) => {}
        (Task::Regression, _) => {
            let why = format!("it compares probabilities of classes, but \"{target_name}\" is a number");
            return refuse(why, "mean_squared_error or mean_absolute_error");
        }
        (Task::Binary, TargetKind::OneHot | TargetKind::ClassNumbers) if outputs == 1 => {
            let why = format!(
                "it wants one output a class, but \"{target_name}\" has two classes and the network one output"
            );
            return refuse(why, "binary_crossentropy");
        }
        (Task::Multiclass, TargetKind::Signs) => {
            let why = format!("it takes every output for itself, but a row has one of {classes} classes");
            return refuse(why, "categorical_hinge");
        }
        (Task::Multiclass, TargetKind::Probabilities) => {
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
        let layer = match &network.output_names()[..] {
            [_] => "the last layer".to_string(),
            names => format!("the layer \"{}\"", names[at]),
        };
        let (shape, help) = match network.program().shape(value) {
            [_] => (String::new(), format!("give it units = {}", allowed[0])),
            sides => {
                let sides: Vec<String> = sides.iter().map(usize::to_string).collect();
                let help = "a flatten layer makes one row of numbers of any shape".to_string();
                (format!(" ({})", sides.join(" x ")), help)
            }
        };
        return Err(
            Error::input(format!("{layer} gives {outputs} numbers{shape}, but \"{target_name}\" {what}")).help(help)
        );
    }
    check_activation(loss, network, at)
}

/// Refuses probabilities that are none, and logits that are probabilities.
fn check_activation(loss: &Loss, network: &Network, at: usize) -> Result<()> {
    let (program, name) = (network.program(), loss.name());
    if loss.descriptor().param("from_logits").is_none() || matches!(loss, Loss::ExpressionLoss(_)) {
        return Ok(());
    }
    let value = program.outputs[at].value;
    let activation = if program.width(value) == 1 { "sigmoid" } else { "softmax" };
    let last = program.activation_of(value);
    if !loss.inner().wants_logits() && program.is_dense(value) {
        let e = format!("{name} takes probabilities, but the last layer gives any number");
        return Err(
            Error::input(e).help(format!("give it activation = \"{activation}\", or the loss from_logits = true"))
        );
    }
    if loss.inner().wants_logits() && matches!(last, Some(AnyActivation::Sigmoid(_) | AnyActivation::Softmax(_))) {
        let e = format!("{name} takes logits, but the last layer gives probabilities");
        return Err(Error::input(e).help("leave its activation away, or from_logits = true"));
    }
    Ok(())
}
