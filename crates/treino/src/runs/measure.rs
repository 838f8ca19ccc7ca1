//! Creates the record of a finished run.

use super::columns;
use super::importance::QueriedModel;
use crate::report::target_predictions::TargetPredictions;
use crate::report::*;
use crate::report::{headline, notable};
use crate::runs::{PartEvaluations, PreparedRun, Run};
use crate::store::portable_spec;
use std::path::Path;
use treino_core::error::{Error, Result};
use treino_core::files::{UNSEALED, seal};
use treino_nn::callbacks::{Callback, more_is_better};
use treino_nn::events::{Ending, History};
use treino_nn::optimizers::LearningRate;
use treino_tables::{Dataset, Task};

impl Record {
    /// Measures a finished run. The time grows with the table and is bounded with respect to the network's size; the
    /// predictions of the last part are computed again.
    ///
    /// # Errors
    /// Returns an error if the model cannot predict the rows.
    pub fn of(planned: &PreparedRun, run: &Run) -> Result<Record> {
        Ok(Record {
            format_version: RECORD_VERSION,
            program: format!("treino {}", env!("CARGO_PKG_VERSION")),
            setting: setting(planned),
            data: data(planned),
            course: course(planned, &run.history),
            inside: run.history.inside.clone(),
            targets: targets(planned, run)?,
        })
    }

    /// The record of a training without a model: its epochs, and the losses before it diverged.
    pub fn of_lost(planned: &PreparedRun, history: &History) -> Record {
        Record {
            format_version: RECORD_VERSION,
            program: format!("treino {}", env!("CARGO_PKG_VERSION")),
            setting: setting(planned),
            data: data(planned),
            course: course(planned, history),
            inside: history.inside.clone(),
            targets: Vec::new(),
        }
    }

    /// The record as one line of JSON with a checksum: numbers that are not finite are null.
    ///
    /// # Errors
    /// No known cause.
    pub fn to_json(&self) -> Result<String> {
        let cannot = |e: &dyn std::fmt::Display| Error::input(format!("cannot write the record: {e}"));
        let json = serde_json::to_string(self).map_err(|e| cannot(&e))?;
        let mut bytes = json.replacen('{', &format!("{{{UNSEALED},"), 1).into_bytes();
        seal(&mut bytes)?;
        String::from_utf8(bytes).map_err(|e| cannot(&e))
    }
}

fn setting(planned: &PreparedRun) -> TrainingSetup {
    let (compile, network, fit) = (&planned.resolved.compile, &planned.resolved.network, planned.settings());
    let layers = network.summary().into_iter().map(|layer| LayerLine {
        outputs: layer.outputs(),
        class: layer.class.to_string(),
        parameters: layer.parameters,
        name: layer.name,
    });
    let learning_rate = match &compile.optimizer.inner().options().learning_rate {
        LearningRate::Constant(rate) if compile.optimizer.descriptor().param("learning_rate").is_some() => Some(*rate),
        _ => None,
    };
    TrainingSetup {
        spec: portable_spec(&planned.resolved.spec),
        layers: layers.collect(),
        parameters: network.parameters(),
        optimizer: compile.optimizer.in_words(),
        loss: compile.losses(),
        losses: compile.goals.iter().map(|goal| goal.loss.name().to_string()).collect(),
        learning_rate,
        batch_size: fit.batch_size,
        steps: planned.prepared.train.len().div_ceil(fit.batch_size),
        epochs: fit.epochs,
        seed: fit.seed,
        split_seed: planned.resolved.spec.data.seed,
        repeats: fit.repeats,
        is_class_weighted: fit.class_weight.is_some(),
    }
}

fn data(planned: &PreparedRun) -> DataSummary {
    let prepared = &planned.prepared;
    let (source, rows) = (&prepared.summary.source, |part: &Option<Dataset>| part.as_ref().map(Dataset::len));
    let left_out = prepared.recipe.left_out.iter();
    DataSummary {
        source: Path::new(source).file_name().map_or(source.clone(), |name| name.to_string_lossy().into_owned()),
        rows: prepared.summary.rows,
        columns: prepared.summary.columns,
        parts: [Some(prepared.train.len()), rows(&prepared.validation), rows(&prepared.test)],
        set_aside: prepared.set_aside,
        inputs: columns::columns(prepared),
        left_out: left_out
            .map(|c| LeftOutSummary { name: c.name.clone(), reason: c.reason.clone(), why: c.why })
            .collect(),
        notes: prepared.notes.iter().map(ToString::to_string).collect(),
        hash: columns::hash(prepared),
    }
}

fn course(planned: &PreparedRun, history: &History) -> RecordedHistory {
    let spec = &planned.resolved.spec;
    let names = history.names();
    let epoch = |logs: &treino_nn::events::Logs| {
        names.iter().map(|name| logs.get(name).filter(|value| value.is_finite())).collect()
    };
    let ending = match &history.ending {
        Ending::Finished => RecordedEnding::Finished,
        Ending::Stopped { epoch, .. } => RecordedEnding::Stopped { epoch: *epoch },
        Ending::Interrupted => RecordedEnding::Interrupted,
        Ending::Diverged(d) => RecordedEnding::Diverged {
            epoch: d.epoch,
            step: d.step,
            place: d.place.clone(),
            learning_rate: d.learning_rate,
            in_expression: d.in_expression,
            steps_before: d.steps_before,
            losses: d.losses.clone(),
        },
    };
    let direction = |name: &str| planned.resolved.compile.more_is_better(&planned.resolved.network, name);
    let stopping = spec.callbacks.iter().filter_map(|callback| match callback {
        Callback::EarlyStopping(it) => Some(Stopping {
            monitor: it.monitor.clone(),
            min_delta: it.min_delta,
            patience: it.patience,
            more_is_better: more_is_better(it.mode, || direction(&it.monitor)).unwrap_or(false),
            baseline: it.baseline,
            restore_best_weights: it.restore_best_weights,
            start_from_epoch: it.start_from_epoch,
        }),
        _ => None,
    });
    RecordedHistory {
        epochs: history.epochs.iter().map(epoch).collect(),
        more_is_better: names.iter().map(|name| direction(name)).collect(),
        names: names.into_iter().map(str::to_string).collect(),
        learning_rates: history.learning_rates.clone(),
        best_epoch: history.best_epoch,
        kept_epoch: history.kept_epoch,
        ending,
        stopping: stopping.collect(),
    }
}

fn targets(planned: &PreparedRun, run: &Run) -> Result<Vec<TargetRecord>> {
    let (prepared, side) = (&planned.prepared, run.model.table()?);
    let part = prepared.test.as_ref().or(prepared.validation.as_ref()).unwrap_or(&prepared.train);
    let asked = QueriedModel { model: &run.model, side, train: &prepared.train, part, seed: planned.settings().seed };
    let all = side.outputs(&run.model, &part.x)?;
    let mut targets = Vec::new();
    for (at, importance) in asked.importance()?.into_iter().enumerate() {
        let (Some(target), Some(outputs), Some(scores)) =
            (prepared.targets().nth(at), all.get(at), run.scores.each().nth(at))
        else {
            continue;
        };
        let said = TargetPredictions { target, outputs, data: part, at, decision: run.model.decision(at) };
        targets.push(TargetRecord {
            unit: target.sd,
            has_scores: target.task != Task::Regression && !said.decision.is_probability,
            name: target.name.clone(),
            task: target.task.name().to_string(),
            classes: target.classes.clone(),
            parts: scores.parts().into_iter().map(|(name, e)| (name.to_string(), e.clone())).collect(),
            curves: curves(&said),
            wrong: notable::wrong(&said, &prepared.recipe),
            undecided: notable::undecided(&said, &prepared.recipe),
            dependence: asked.dependence(at, target, &importance)?,
            importance,
            seeds: seeds(run, at),
        });
    }
    Ok(targets)
}

fn curves(said: &TargetPredictions<'_>) -> PredictionCurves {
    let rows = || 0..said.data.len();
    if said.target.task == Task::Regression {
        let y: Vec<f64> = rows().map(|row| said.number(row)).collect();
        let p: Vec<f64> = rows().map(|row| said.predicted(row)).collect();
        return PredictionCurves::Numbers(NumberCurves::of(&y, &p));
    }
    let weights = said.data.weights.as_deref();
    let one = |class: usize| {
        let positive: Vec<bool> = rows().map(|row| said.class(row) == class).collect();
        let p: Vec<f32> = rows().map(|row| said.for_class(row, class) as f32).collect();
        ClassCurves::of(&said.target.classes[class], &positive, &p, said.decision.is_probability, weights)
    };
    PredictionCurves::Classes { classes: said.shown_classes().map(one).collect() }
}

/// The headline numbers of a target for each complete seed; empty for a single seed.
fn seeds(run: &Run, at: usize) -> Vec<(String, Vec<f64>)> {
    if run.repeats.len() < 2 {
        return Vec::new();
    }
    let scores = run.repeats.iter().filter(|repeat| repeat.is_complete()).filter_map(|repeat| repeat.scores.as_ref());
    let own = scores.filter_map(|scores: &PartEvaluations| scores.each().nth(at));
    let all: Vec<Vec<(&str, f64)>> = own.map(|scores| headline(scores.best_unseen().1)).collect();
    let names = all.first().into_iter().flatten().map(|(name, _)| *name);
    let value = |seed: &Vec<(&str, f64)>, name: &str| {
        seed.iter().find(|(own, _)| *own == name).map_or(f64::NAN, |(_, value)| *value)
    };
    names.map(|name| (name.to_string(), all.iter().map(|seed| value(seed, name)).collect())).collect()
}
