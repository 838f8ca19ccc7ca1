//! A model in one file: `model.safetensors`.
//!
//! The tensors are the network's variables under Keras's names. The metadata key `treino` holds one JSON object: format
//! version, the spec (as TOML), the recipe, the targets with their class labels, and the baselines. Any program that reads
//! safetensors reads the weights; this one predicts on raw rows.

use super::prediction::Prediction;
use crate::spec::{self, Spec};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use treino_core::catalog;
use treino_core::error::{Error, Result};
use treino_core::files::{UNSEALED, check_seal, write_atomically};
use treino_core::rows::Matrix;
use treino_nn::callbacks::Callback;
use treino_nn::layers::Layer;
use treino_nn::losses::Loss;
use treino_nn::metrics::{Metric, NamedMetric};
use treino_nn::network::Network;
use treino_nn::network::Output;
use treino_nn::network::{set_weights, weights_metadata, weights_with_metadata};
use treino_nn::train::Compile;
use treino_nn::train::CompileSection;
use treino_nn::train::Decision;
use treino_tables::{DataSpec, Note, Recipe, TableSource, Target, Task};

/// The version of the bundle format that is written, and the newest that is read. From 2 on there is a checksum.
pub const FORMAT_VERSION: u32 = 2;

/// The first format with a checksum.
const FIRST_SEALED: u64 = 2;

/// A trained network with all it needs to predict on raw rows.
#[derive(Debug, Clone)]
pub struct TrainedModel {
    /// The resolved spec.
    pub spec: Spec,
    /// How a table becomes inputs; `None` for a network trained on bare numbers.
    pub table: Option<TableSide>,
    /// Optimizer, loss and metrics.
    pub compile: Option<Compile>,
    /// The network with its weights.
    pub network: Network,
}

/// What ties a network to tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSide {
    /// How columns become inputs.
    pub recipe: Recipe,
    /// What is predicted.
    pub target: Target,
    /// What a model without inputs would say.
    pub baseline: StoredBaseline,
    /// What else is predicted, each by an output of its own behind the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_targets: Vec<TargetSide>,
}

/// A further target of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetSide {
    /// What is predicted.
    pub target: Target,
    /// What a model without inputs would say.
    pub baseline: StoredBaseline,
}

/// What a model without inputs would say, from the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredBaseline {
    /// The share of each class.
    Shares(Vec<f64>),
    /// The mean of the target, in its own units.
    Mean(f64),
}

#[derive(Serialize, Deserialize)]
struct ModelMetadata {
    format_version: u32,
    program: String,
    inputs: usize,
    spec: String,
    table: Option<TableSide>,
}

impl StoredBaseline {
    /// The baseline of training targets, which stand in column `at` of `y`.
    pub fn of(target: &Target, y: &Matrix, at: usize, weights: Option<&[f32]>) -> Self {
        let weight = |row: usize| weights.map_or(1.0, |w| f64::from(w[row]));
        let total: f64 = (0..y.rows()).map(weight).sum();
        if target.task == Task::Regression {
            let sum: f64 = (0..y.rows()).map(|row| weight(row) * target.restore(y.get(row, at))).sum();
            return StoredBaseline::Mean(sum / total);
        }
        let mut shares = vec![0.0; target.classes.len()];
        for row in 0..y.rows() {
            shares[y.get(row, at) as usize] += weight(row) / total;
        }
        StoredBaseline::Shares(shares)
    }
}

impl TrainedModel {
    /// A network trained on bare numbers, with what it was trained by.
    pub fn bare(network: Network, compile: Option<&Compile>, callbacks: &[Callback]) -> Self {
        // A callback from Rust is part of the program, not of the model.
        let callbacks = callbacks.iter().filter(|callback| !matches!(callback, Callback::Custom(_))).cloned().collect();
        let mut spec = Spec { callbacks, ..Spec::default() };
        spec.model.layers = Some(network.layers().to_vec());
        if let Some(compile) = compile {
            spec.compile = CompileSection::of(compile, &network.output_names());
        }
        TrainedModel { spec, table: None, compile: compile.cloned(), network }
    }

    /// The bytes of the file. They depend on the training alone: no time, no path but file names, no number of threads.
    ///
    /// # Errors
    /// A loss that a Rust program brought itself, which cannot be written down.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.check_writable()?;
        let metadata = ModelMetadata {
            format_version: FORMAT_VERSION,
            program: format!("treino {}", env!("CARGO_PKG_VERSION")),
            inputs: self.network.inputs(),
            spec: portable_spec(&self.spec),
            table: self.table.clone(),
        };
        let json = serde_json::to_string(&metadata)
            .map_err(|e| Error::input(format!("cannot store the model: {e}")).caused_by(e))?;
        weights_with_metadata(&self.network, json.replacen('{', &format!("{{{UNSEALED},"), 1))
    }

    /// Refuses what a Rust program brought itself: it cannot be written down.
    fn check_writable(&self) -> Result<()> {
        let goals = || self.compile.iter().flat_map(|compile| &compile.goals);
        let is_custom = |one: &NamedMetric| matches!(one.metric, Metric::Custom(_));
        let what = if self.network.layers().iter().any(|placed| matches!(placed.layer, Layer::Custom(_))) {
            "a layer"
        } else if goals().any(|goal| matches!(goal.loss, Loss::Custom(_))) {
            "a loss"
        } else if goals().any(|goal| goal.metrics.iter().chain(&goal.weighted_metrics).any(is_custom)) {
            "a metric"
        } else {
            return Ok(());
        };
        let e = format!("{what} from Rust cannot be written down, so a model that has it cannot be saved");
        Err(Error::input(e).help("write it as an expression, or store the weights alone"))
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// Bytes that are no bundle, cut off, of a newer format, or do not fit together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes, check_seal)
    }

    /// Reads a bundle whose checksum may be that of other bytes, to compare it with another one.
    ///
    /// # Errors
    /// Bytes that are no bundle, cut off, of a newer format, or do not fit together.
    pub(crate) fn from_changed_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes, |_, _| Ok(()))
    }

    fn parse(bytes: &[u8], check: impl Fn(&[u8], bool) -> Result<()>) -> Result<Self> {
        let Some(json) = weights_metadata(bytes)? else {
            return Err(Error::input("the file holds weights, but no Treino model")
                .help("to start a training from these weights, use `model.initial_weights`"));
        };
        let damaged =
            |e: serde_json::Error| Error::input(format!("the model's description is damaged: {e}")).caused_by(e);
        let version: serde_json::Value = serde_json::from_str(&json).map_err(damaged)?;
        match version["format_version"].as_u64() {
            Some(version) if version > u64::from(FORMAT_VERSION) => {
                let e =
                    format!("the model has format version {version}, but this program reads up to {FORMAT_VERSION}");
                return Err(Error::input(e).help("use a newer treino"));
            }
            Some(version) => check(bytes, version >= FIRST_SEALED)?,
            None => check(bytes, true)?,
        }
        let metadata: ModelMetadata = serde_json::from_str(&json).map_err(damaged)?;
        let spec = Spec::read(&catalog::parse(&metadata.spec, Path::new("the spec in the model"))?)?;
        let Some(layers) = &spec.model.layers else {
            return Err(Error::input("the model's description has no layers"));
        };
        // The file holds four bytes a parameter: a description that asks for more is not followed.
        let columns = metadata.table.as_ref().map_or(metadata.inputs.into(), |table| table.recipe.columns());
        let mut network = Network::build_at_most(columns, layers, &spec.model.outputs, bytes.len() / 4)
            .map_err(|e| e.help("the model's description and its weights do not fit together"))?;
        set_weights(&mut network, bytes)?;
        if let Some(table) = &metadata.table {
            table.check(&network)?;
        }
        let compile = spec.compile.compiled(&network.output_names())?;
        Ok(TrainedModel { spec, table: metadata.table, compile, network })
    }

    /// Writes the model to a file, in one piece.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_atomically(path.as_ref(), &self.to_bytes()?)
    }

    /// Reads a model: a bundle, or the run folder that holds one.
    ///
    /// # Errors
    /// A file that is missing, cut off, or no model.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path: PathBuf = super::find_model(path.as_ref())?;
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, &e))?;
        TrainedModel::from_bytes(&bytes).map_err(|e| e.in_file(path))
    }

    /// How another table is read. Its decimal mark is its own; that of the training table is in the recipe.
    pub fn reading(&self, written: &DataSpec) -> DataSpec {
        let data = &self.spec.data;
        DataSpec {
            decimal: written.decimal,
            delimiter: written.delimiter.or(data.delimiter),
            skip_rows: written.skip_rows.or(data.skip_rows),
            skip_footer: written.skip_footer,
            missing: data.missing.iter().chain(&written.missing).cloned().collect(),
            header: data.header && written.header,
            ..data.clone()
        }
    }

    /// What ties the model to tables.
    ///
    /// # Errors
    /// A model that was trained on bare numbers.
    pub fn table(&self) -> Result<&TableSide> {
        self.table.as_ref().ok_or_else(|| Error::input("the model was trained on bare numbers, not on a table"))
    }

    /// How output `at` is read, where it stands for classes.
    pub(crate) fn decision(&self, at: usize) -> Decision {
        self.compile.as_ref().map_or(Decision::PROBABILITY, |compile| compile.decision(&self.network, at))
    }

    /// Predictions for every row of a raw table: class probabilities or scores, or numbers.
    ///
    /// # Errors
    /// As [`TrainedModel::predict_as`].
    pub fn predict(&self, source: &TableSource) -> Result<Prediction<'_>> {
        self.predict_as(source, &DataSpec::default(), &mut Vec::new())
    }

    /// [`TrainedModel::predict`] for a table that is written as `written` says: its delimiter, decimal mark and words for missing cells, and
    /// whether it has a header. What the model does not know in the table is added to `notes`.
    ///
    /// # Errors
    /// A table that cannot be read, or lacks columns; numbers of another unit than in training, or with a decimal mark that
    /// nothing tells.
    pub fn predict_as(
        &self,
        source: &TableSource,
        written: &DataSpec,
        notes: &mut Vec<Note>,
    ) -> Result<Prediction<'_>> {
        let side = self.table()?;
        let x = side.recipe.encode(source, &self.reading(written), notes)?;
        let mut all = side.targets().zip(side.outputs(self, &x)?).enumerate().map(|(at, ((target, _), outputs))| {
            Prediction { target, outputs, decision: self.decision(at), more: Vec::new(), kept: Vec::new() }
        });
        let first = all.next();
        let more = all.collect();
        first.map(|first| Prediction { more, ..first }).ok_or_else(|| Error::input("the network has no output"))
    }
}

/// A spec as text, its paths cut to file names.
pub(crate) fn portable_spec(spec: &Spec) -> String {
    let mut entries = spec.entries();
    spec::each_path(&mut entries, |path| {
        Path::new(path).file_name().map_or(path.to_string(), |name| name.to_string_lossy().into_owned())
    });
    catalog::write(&entries)
}

impl TableSide {
    /// All that is predicted, in the order of the network's outputs, with what a model without inputs would say.
    pub fn targets(&self) -> impl Iterator<Item = (&Target, &StoredBaseline)> {
        let more = self.more_targets.iter().map(|side| (&side.target, &side.baseline));
        std::iter::once((&self.target, &self.baseline)).chain(more)
    }

    /// What each output of the network says: probabilities, or numbers in the scale of the target, whose own units may need
    /// more digits than single precision has.
    pub(crate) fn outputs(&self, bundle: &TrainedModel, x: &Matrix) -> Result<Vec<Matrix>> {
        let all = bundle.network.predict(x)?;
        let program = bundle.network.program();
        let mut first = 0;
        let each = self.targets().zip(&program.outputs).enumerate().map(|(at, ((target, _), output))| {
            let width = program.width(output.value);
            let numbers = (0..all.rows()).flat_map(|row| &all.row(row)[first..first + width]).copied().collect();
            first += width;
            let mut outputs = Matrix::new(all.rows(), width, numbers);
            let wants_logits = bundle.compile.as_ref().is_some_and(|c| c.goal(at).loss.inner().wants_logits());
            if target.task != Task::Regression && wants_logits {
                treino_nn::network::logits_to_probabilities(&mut outputs);
            }
            outputs
        });
        Ok(each.collect())
    }

    fn check(&self, network: &Network) -> Result<()> {
        let (features, inputs) = (self.recipe.features(), network.inputs());
        if features != inputs {
            return Err(Error::input(format!("the recipe gives {features} inputs, but the network takes {inputs}")));
        }
        let program = network.program();
        let fits = |((target, baseline), output): ((&Target, &StoredBaseline), &Output)| {
            let (outputs, classes) = (program.width(output.value), target.classes.len());
            match target.task {
                Task::Regression => outputs == 1 && matches!(baseline, StoredBaseline::Mean(_)),
                task => {
                    let shares = matches!(baseline, StoredBaseline::Shares(shares) if shares.len() == classes);
                    shares && (outputs == classes || task == Task::Binary && outputs == 1 && classes == 2)
                }
            }
        };
        let targets = 1 + self.more_targets.len();
        let as_many = program.outputs.len() == targets && self.recipe.more_targets.len() + 1 == targets;
        if as_many && self.targets().zip(&program.outputs).all(fits) {
            return Ok(());
        }
        Err(Error::input("the network does not fit the target that is stored with it"))
    }
}
