//! A whole training from a spec: read, prepare, train, evaluate.

use crate::report::Evaluation;
use crate::spec::{Resolved, Spec, resolve};
use crate::store::{StoredBaseline, TableSide, TargetSide, TrainedModel, read_weights};
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;
use treino_core::error::{Error, Result};
use treino_core::rows::{ColumnEncodings, Matrix};
use treino_nn::callbacks::{BackupAndRestore, Callback};
use treino_nn::events::{Ending, History, Logs};
use treino_nn::layers::{ConnectedLayer, Layer};
use treino_nn::network::{Network, readings};
use treino_nn::train::{
    self, Examples, Fit, RangeTest, RangeTestResult, Session, TargetScale, Training, evaluate, in_parallel,
    units_at_end,
};
use treino_tables::{Dataset, Prepared, SplitMethod, Task, prepare_for};

/// A training that is ready to start: its whole input has been checked.
#[derive(Debug, Clone)]
pub struct PreparedRun {
    /// The spec with all defaults, and the objects that it describes.
    pub resolved: Resolved,
    /// The data; trainings that differ in other settings share it.
    pub prepared: Arc<Prepared>,
    /// The predictions of the baseline for each target.
    pub baselines: Vec<StoredBaseline>,
    /// The weight of each training row, class weights included.
    weights: Option<Vec<f32>>,
}

/// A finished training.
#[derive(Debug, Clone)]
pub struct Run {
    /// The model, ready to be saved.
    pub model: TrainedModel,
    /// The metrics of its epochs.
    pub history: History,
    /// The evaluation of its predictions.
    pub scores: PartEvaluations,
    /// One entry per seed, the model's own first; a single one without repeats.
    pub repeats: Vec<Repeat>,
}

/// The outcome of a training.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It gave a model.
    Whole(Box<Run>),
    /// It diverged or was interrupted before there was anything to keep.
    Lost(Box<History>),
}

/// The callback without the deletion of its backup: the backup stays until the result of the training is saved.
fn keep_backup(callback: &Callback) -> Callback {
    match callback {
        Callback::BackupAndRestore(backup) => BackupAndRestore { delete_checkpoint: false, ..backup.clone() }.into(),
        other => other.clone(),
    }
}

/// The evaluation of a model's predictions of a target on each part of the data.
#[derive(Debug, Clone)]
pub struct PartEvaluations {
    /// On the training rows.
    pub train: Evaluation,
    /// On the validation rows.
    pub validation: Option<Evaluation>,
    /// On the test rows.
    pub test: Option<Evaluation>,
    /// The same of further targets.
    pub more_targets: Vec<PartEvaluations>,
}

impl PartEvaluations {
    /// The scores of each target, in their order.
    pub fn each(&self) -> impl Iterator<Item = &PartEvaluations> {
        std::iter::once(self).chain(&self.more_targets)
    }

    /// The parts in order, with their names.
    pub fn parts(&self) -> Vec<(&'static str, &Evaluation)> {
        let mut parts = vec![("train", &self.train)];
        parts.extend(self.validation.as_ref().map(|e| ("validation", e)));
        parts.extend(self.test.as_ref().map(|e| ("test", e)));
        parts
    }

    /// The evaluation on the part that is most representative of new rows, and the name of that part.
    pub fn best_unseen(&self) -> (&'static str, &Evaluation) {
        match (&self.test, &self.validation) {
            (Some(test), _) => ("test", test),
            (None, Some(validation)) => ("validation", validation),
            (None, None) => ("train", &self.train),
        }
    }
}

/// The seeds of a training, by source of randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialSeeds {
    /// The initial weights.
    pub init: u64,
    /// The order of the rows.
    pub shuffle: u64,
    /// Dropout and other random layers.
    pub dropout: u64,
}

impl From<u64> for TrialSeeds {
    fn from(seed: u64) -> Self {
        TrialSeeds { init: seed, shuffle: seed, dropout: seed }
    }
}

/// A training of which only the metrics are kept.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    planned: &'a PreparedRun,
    network: Network,
    /// The metrics of its epochs.
    pub history: History,
}

impl Trial<'_> {
    /// The network with the weights of the kept epoch.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// 128 bits of SipHash-1-3 with key 0 over the kept weights and the state, as little-endian bytes.
    pub fn weights_fingerprint(&self) -> String {
        let mut hasher = SipHasher13::new();
        for (_, _, numbers) in self.network.named_weights() {
            hasher.write(&numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        }
        format!("{:032x}", hasher.finish128().as_u128())
    }

    /// Loss and metrics on the test rows.
    ///
    /// # Errors
    /// Returns an error if there are none.
    pub fn test(&self, session: &Session<'_>) -> Result<Logs> {
        let Some(test) = &self.planned.prepared.test else {
            return Err(Error::input("there are no rows for a test").help("set test_split, or name a file"));
        };
        let y = self.planned.targets(test);
        let rows = Examples::new(&test.x, &y).weighted(test.weights.as_deref());
        let units = self.planned.units();
        evaluate(&self.network, &self.planned.resolved.compile, rows, units.as_deref(), session)
    }
}

/// One of several trainings that differ in their seed.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// Its seed.
    pub seed: u64,
    /// Its evaluation; `None` if it diverged before its first epoch ended.
    pub scores: Option<PartEvaluations>,
    /// The number of its epochs.
    pub epochs: usize,
    /// How it ended.
    pub ending: Ending,
}

impl Repeat {
    /// Whether it was completed: a diverged or interrupted training is not a sample of the seed's effect.
    pub fn is_complete(&self) -> bool {
        matches!(self.ending, Ending::Finished | Ending::Stopped { .. })
    }
}

impl PreparedRun {
    /// Reads the data of a spec and resolves the spec.
    ///
    /// # Errors
    /// Returns an error for anything that is wrong with the spec, the files it names, or their combination.
    pub fn new(spec: &Spec) -> Result<Self> {
        let readings = spec.model.layers.as_deref().map_or(Ok(ColumnEncodings::default()), readings)?;
        Self::with_data(spec, prepare_for(&spec.data, &readings)?)
    }

    /// Whether the validation rows depend on a seed: a random split chooses them.
    pub fn can_vary_split(&self) -> bool {
        let data = &self.resolved.spec.data;
        data.split == SplitMethod::Random && data.validation.is_none() && self.prepared.validation.is_some()
    }

    /// Resolves a spec for data that is already prepared.
    ///
    /// # Errors
    /// Returns an error for a spec that does not fit the data.
    pub fn with_data(spec: &Spec, prepared: impl Into<Arc<Prepared>>) -> Result<Self> {
        let prepared = prepared.into();
        let mut resolved = resolve(spec, &prepared)?;
        let (target, train) = (&prepared.target, &prepared.train);
        let baseline = |(at, target)| StoredBaseline::of(target, &train.y, at, train.weights.as_deref());
        let baselines = prepared.targets().enumerate().map(baseline).collect();
        let weights = match &spec.fit.class_weight {
            Some(_) if !prepared.more_targets.is_empty() => {
                let outputs = resolved.network.output_names().join(" and ");
                let e = format!("class_weight is for networks with one output, but this one has {outputs}");
                return Err(Error::input(e).help("a column can say how much each row weighs: `data.weight`"));
            }
            Some(class_weight) if target.task != Task::Regression => {
                let mut counts = vec![0; target.classes.len()];
                train.y.as_slice().iter().for_each(|class| counts[*class as usize] += 1);
                let by_class = class_weight.resolve(&target.classes, &counts)?;
                let row = |(i, class): (usize, &f32)| {
                    train.weights.as_ref().map_or(1.0, |w| w[i]) * by_class[*class as usize] as f32
                };
                Some(train.y.as_slice().iter().enumerate().map(row).collect())
            }
            Some(_) => {
                let e = format!("class_weight does not fit: \"{}\" is a number and has no classes", target.name);
                return Err(Error::input(e));
            }
            None => train.weights.clone(),
        };
        if weights.as_ref().is_some_and(|weights: &Vec<f32>| weights.iter().all(|w| *w == 0.0)) {
            return Err(Error::input("the weights of all training rows are 0").help("check class_weight"));
        }
        if prepared.validation.is_none() {
            // The automatic early stopping has nothing to monitor without validation rows.
            let automatic = Spec::read(&Spec::automatic()).map(|spec| spec.callbacks)?;
            resolved.spec.callbacks.retain(|callback| !automatic.contains(callback));
        }
        let Resolved { spec, compile, network } = &resolved;
        let (rows, has_validation) = (prepared.train.len(), prepared.validation.is_some());
        train::check(network, compile, &spec.callbacks, &spec.fit, rows, has_validation)?;
        let planned = PreparedRun { resolved, prepared, baselines, weights };
        planned.first_network(planned.settings().seed)?;
        Ok(planned)
    }

    /// An estimate of the maximum size of a run folder in bytes: model, curves, record and report.
    pub(super) fn run_bytes(&self) -> u64 {
        const RECORD_AND_REPORT: u64 = 4 << 20;
        let Resolved { spec, network, .. } = &self.resolved;
        let a_logged_number = 24;
        let epochs = (spec.fit.epochs as u64).saturating_mul(a_logged_number * 16).min(64 << 20);
        (network.parameters() as u64).saturating_mul(4).saturating_add(epochs + RECORD_AND_REPORT)
    }

    /// Epochs, batches, seed.
    pub fn settings(&self) -> &Fit {
        &self.resolved.spec.fit
    }

    /// The first batch normalisation layer with batches of a single row, which makes all rows equal during training.
    pub fn normalised_alone(&self) -> Option<String> {
        if self.settings().batch_size.min(self.prepared.train.len()) > 1 {
            return None;
        }
        let network = &self.resolved.network;
        let is_one = |placed: &ConnectedLayer| matches!(&placed.layer, Layer::BatchNormalization(it) if it.trainable);
        let named = network.summary().into_iter().zip(network.layers());
        named.filter(|(_, placed)| is_one(placed)).map(|(layer, _)| layer.name).next()
    }

    /// The network with its initial weights for a seed.
    fn first_network(&self, seed: u64) -> Result<Network> {
        let mut network = self.resolved.network.clone();
        network.initialize(seed);
        network.adapt(&self.prepared.train.x);
        if let Some(path) = &self.resolved.spec.model.initial_weights {
            read_weights(&mut network, Path::new(path))?;
        }
        Ok(network)
    }

    /// Targets in the form that the losses expect, concatenated: numbers, class indices, or one-hot rows.
    fn targets(&self, data: &Dataset) -> Matrix {
        let Resolved { network, compile, .. } = &self.resolved;
        let program = network.program();
        let width =
            |at: usize| compile.goal(at).loss.inner().targets().columns(program.width(program.outputs[at].value));
        let widths: Vec<usize> = (0..program.outputs.len()).map(width).collect();
        let mut y = Matrix::zeros(data.len(), widths.iter().sum());
        for row in 0..data.len() {
            let mut first = row * y.cols();
            for (width, number) in widths.iter().zip(data.y.row(row)) {
                match *width {
                    1 => y.as_mut_slice()[first] = *number,
                    _ => y.as_mut_slice()[first + *number as usize] = 1.0,
                }
                first += width;
            }
        }
        y
    }

    /// The units of the targets, if they differ from those of the file.
    fn units(&self) -> Option<Vec<TargetScale>> {
        let units: Vec<TargetScale> =
            self.prepared.targets().map(|target| TargetScale { mean: target.mean, sd: target.sd }).collect();
        units.iter().any(|units| (units.mean, units.sd) != (0.0, 1.0)).then_some(units)
    }

    fn train(
        &self,
        seeds: TrialSeeds,
        callbacks: &[Callback],
        session: &mut Session<'_>,
    ) -> Result<(Network, History)> {
        let mut network = self.first_network(seeds.init)?;
        let settings = Fit { seed: seeds.shuffle, ..self.settings().clone() };
        let (train, validation) = (&self.prepared.train, &self.prepared.validation);
        let y = self.targets(train);
        let y_validation = validation.as_ref().map(|data| self.targets(data));
        let units = self.units();
        let training = Training {
            compile: &self.resolved.compile,
            train: Examples::new(&train.x, &y).weighted(self.weights.as_deref()),
            validation: validation
                .as_ref()
                .zip(y_validation.as_ref())
                .map(|(data, y)| Examples::new(&data.x, y).weighted(data.weights.as_deref())),
            settings: &settings,
            callbacks,
            units: units.as_deref(),
            noise: Some(seeds.dropout),
            model_file: Some(&|network| self.bundle(network).to_bytes()),
        };
        let history = train::fit(&mut network, &training, session)?;
        Ok((network, history))
    }

    /// Tests learning rates on the training rows. See [`RangeTest`].
    ///
    /// # Errors
    /// As [`RangeTest::check`]; also returns an error for an optimizer whose rate a schedule determines, or that has
    /// none.
    pub fn find_learning_rate(&self, test: &RangeTest, session: &mut Session<'_>) -> Result<RangeTestResult> {
        let train = &self.prepared.train;
        let y = self.targets(train);
        let examples = Examples::new(&train.x, &y).weighted(self.weights.as_deref());
        test.run(&|seed| self.first_network(seed), &self.resolved.compile, examples, self.settings(), session)
    }

    fn bundle(&self, network: Network) -> TrainedModel {
        let recipe = self.prepared.recipe.clone();
        let sides = self.prepared.targets().zip(&self.baselines);
        let mut sides =
            sides.map(|(target, baseline)| TargetSide { target: target.clone(), baseline: baseline.clone() });
        let first = sides.next();
        let more_targets = sides.collect();
        let table = first.map(|TargetSide { target, baseline }| TableSide { recipe, target, baseline, more_targets });
        let compile = Some(self.resolved.compile.clone());
        TrainedModel { spec: self.resolved.spec.clone(), table, compile, network }
    }

    fn scores(&self, model: &TrainedModel) -> Result<PartEvaluations> {
        let Prepared { train, validation, test, .. } = &*self.prepared;
        let part = |data: &Option<Dataset>| data.as_ref().map(|data| model.evaluate_rows(data)).transpose();
        let (train, validation, test) = (model.evaluate_rows(train)?, part(validation)?, part(test)?);
        let mut each = train.into_iter().enumerate().map(|(at, train)| {
            let of_target = |part: &Option<Vec<Evaluation>>| part.as_ref().map(|all| all[at].clone());
            PartEvaluations {
                train,
                validation: of_target(&validation),
                test: of_target(&test),
                more_targets: Vec::new(),
            }
        });
        let first = each.next();
        let more_targets = each.collect();
        first.map(|first| PartEvaluations { more_targets, ..first }).ok_or_else(|| Error::input("there is no target"))
    }

    /// The error for a training without a model.
    pub(super) fn lost(history: &History) -> Error {
        match &history.ending {
            Ending::Diverged(divergence) => divergence.error(),
            _ => Error::new(treino_core::error::Kind::Interrupted, "interrupted before the first epoch ended"),
        }
    }

    /// Trains, once or with the number of seeds in the spec, and evaluates.
    ///
    /// The seeds are `seed`, `seed + 1`, ...; the split stays the same, and the model is the first seed's. The
    /// trainings run [`in_parallel`]; only the first one has the session's observer.
    ///
    /// # Errors
    /// Returns an error if the first training diverged or was interrupted before its first epoch ended, so that there
    /// is nothing to keep, or if a callback cannot write its file.
    ///
    /// Backups of the training stay until [`PreparedRun::discard_backups`].
    pub fn run(&self, session: &mut Session<'_>) -> Result<Run> {
        match self.attempt(&[], session)? {
            Attempt::Whole(run) => Ok(*run),
            Attempt::Lost(history) => Err(Self::lost(&history)),
        }
    }

    /// [`PreparedRun::run`] with further callbacks; also returns the history of a training without a model.
    pub(super) fn attempt(&self, more: &[Callback], session: &mut Session<'_>) -> Result<Attempt> {
        let (seed, repeats) = (self.settings().seed, self.settings().repeats);
        let callbacks: Vec<Callback> =
            self.resolved.spec.callbacks.iter().map(keep_backup).chain(more.to_vec()).collect();
        let first = |open: &mut Session<'_>| self.train(seed.into(), &callbacks, open);
        let other = |index: usize, quiet: &mut Session<'_>| self.repeat(seed.wrapping_add(index as u64), quiet);
        let ((network, mut history), others) = in_parallel(session, repeats, first, other)?;
        if history.kept_epoch.is_none() {
            return Ok(Attempt::Lost(Box::new(history)));
        }
        units_at_end(&network, &self.prepared.train.x, &mut history.inside);
        let model = self.bundle(network);
        let scores = self.scores(&model)?;
        let (epochs, ending) = (history.epochs.len(), history.ending.clone());
        let own = Repeat { seed, scores: Some(scores.clone()), epochs, ending };
        let repeats = std::iter::once(Ok(own)).chain(others).collect::<Result<_>>()?;
        Ok(Attempt::Whole(Box::new(Run { model, history, scores, repeats })))
    }

    /// Deletes the backups of a training whose result is saved, if they are to be deleted.
    ///
    /// # Errors
    /// Returns an error for a file that cannot be deleted.
    pub fn discard_backups(&self) -> Result<()> {
        self.resolved.spec.callbacks.iter().try_for_each(|callback| match callback {
            Callback::BackupAndRestore(backup) if backup.delete_checkpoint => backup.discard(),
            _ => Ok(()),
        })
    }

    /// Trains with one seed, or with one per source of randomness; only the metrics are kept, no file is written, and
    /// the test rows are not used.
    ///
    /// # Errors
    /// As [`fit`](train::fit).
    pub fn trial(&self, seeds: impl Into<TrialSeeds>, session: &mut Session<'_>) -> Result<Trial<'_>> {
        let (network, history) = self.train(seeds.into(), &self.silent_callbacks(), session)?;
        Ok(Trial { planned: self, network, history })
    }

    /// Without the callbacks that write files: parallel trainings would write the same files.
    fn silent_callbacks(&self) -> Vec<Callback> {
        let mut callbacks = self.resolved.spec.callbacks.clone();
        callbacks.retain(|callback| !callback.inner().writes_files());
        callbacks
    }

    fn repeat(&self, seed: u64, session: &mut Session<'_>) -> Result<Repeat> {
        let (network, history) = self.train(seed.into(), &self.silent_callbacks(), session)?;
        let scores = if history.kept_epoch.is_none() { None } else { Some(self.scores(&self.bundle(network))?) };
        Ok(Repeat { seed, scores, epochs: history.epochs.len(), ending: history.ending })
    }
}
