//! Keras's `Sequential`: layers in a list, compile, fit, evaluate, predict, save. It may use all modules.

use crate::store::TrainedModel;
use std::path::Path;
use treino_core::error::{Error, Result};
use treino_core::rows::{Matrix, Rows};
use treino_nn::callbacks::Callback;
use treino_nn::events::Logs;
use treino_nn::events::{Ending, History};
use treino_nn::layers::ConnectedLayer;
use treino_nn::losses::Loss;
use treino_nn::metrics::NamedMetric;
use treino_nn::network::Network;
use treino_nn::optimizers::Optimizer;
use treino_nn::train::{self, Compile, Examples, Fit, Session, Training};

/// A list of layers, with Keras's methods.
///
/// ```
/// use treino::prelude::*;
///
/// let x = Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.]);
/// let y = Matrix::new(4, 1, vec![0., 1., 1., 0.]);
/// let mut model = Sequential::new()
///     .add(Dense::new(8).activation(Tanh::default()))
///     .add(Dense::new(1).activation(Sigmoid::default()));
/// model.compile(Adam { learning_rate: 0.05.into(), ..Adam::default() }, BinaryCrossentropy::default(), ["accuracy"])?;
/// let history = model.fit(&x, &y, &Fit { epochs: 200, ..Fit::default() })?;
/// assert_eq!(history.series("accuracy").last(), Some(&1.0));
/// # Ok::<(), treino::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sequential {
    layers: Vec<ConnectedLayer>,
    compile: Option<Compile>,
    callbacks: Vec<Callback>,
    network: Option<Network>,
}

impl Sequential {
    /// A model without layers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a layer at the end.
    #[allow(clippy::should_implement_trait)] // Keras's name.
    pub fn add(mut self, layer: impl Into<ConnectedLayer>) -> Self {
        self.layers.push(layer.into());
        self.network = None;
        self
    }

    /// Sets optimizer, loss and metrics. Metrics have Keras's names, and the history uses them as given.
    ///
    /// # Errors
    /// Returns an error for an unknown metric, or for options of the optimizer that contradict each other.
    pub fn compile<'a>(
        &mut self,
        optimizer: impl Into<Optimizer>,
        loss: impl Into<Loss>,
        metrics: impl IntoIterator<Item = &'a str>,
    ) -> Result<()> {
        let metrics = metrics.into_iter().map(NamedMetric::typed).collect::<Result<_>>()?;
        let optimizer = optimizer.into();
        optimizer.check()?;
        self.compile = Some(Compile::new(optimizer, loss, metrics));
        Ok(())
    }

    /// Adds a metric to a compiled model, such as a custom one.
    ///
    /// # Errors
    /// Returns an error for a model that is not compiled.
    pub fn metric(&mut self, metric: NamedMetric) -> Result<()> {
        let compile = self.compile.as_mut().ok_or_else(|| Error::input("the model is not compiled"))?;
        compile.goals[0].metrics.push(metric);
        Ok(())
    }

    /// Adds a callback to every later training.
    pub fn callback(&mut self, callback: impl Into<Callback>) {
        self.callbacks.push(callback.into());
    }

    /// Trains on all rows. The first call initialises the weights from the seed; later calls continue from the current
    /// weights.
    ///
    /// # Errors
    /// Returns an error for a model that is not compiled, for shapes that do not fit, or for a training that diverges.
    pub fn fit<'a>(&mut self, x: impl Into<Rows<'a>>, y: impl Into<Rows<'a>>, settings: &Fit) -> Result<History> {
        self.fit_with(Examples::new(x, y), None, settings)
    }

    /// Trains on all rows, with sample weights and validation rows.
    ///
    /// # Errors
    /// As [`Sequential::fit`].
    pub fn fit_with(
        &mut self,
        train: Examples<'_>,
        validation: Option<Examples<'_>>,
        settings: &Fit,
    ) -> Result<History> {
        Session::quiet(|session| self.fit_in(train, validation, settings, session))
    }

    /// Trains in a session: on its threads, with its observer, paused or stopped by its gate.
    ///
    /// # Errors
    /// As [`Sequential::fit`].
    pub fn fit_in(
        &mut self,
        train: Examples<'_>,
        validation: Option<Examples<'_>>,
        settings: &Fit,
        session: &mut Session<'_>,
    ) -> Result<History> {
        self.ensure_network(train.x, settings.seed)?;
        let (compile, network) = self.compiled()?;
        let mut network = network.clone();
        let model_file = |network| TrainedModel::bare(network, Some(compile), &self.callbacks).to_bytes();
        let training = Training {
            validation,
            callbacks: &self.callbacks,
            model_file: Some(&model_file),
            ..Training::new(compile, train, settings)
        };
        let history = train::fit(&mut network, &training, session)?;
        self.network = Some(network);
        match &history.ending {
            Ending::Diverged(divergence) => Err(divergence.error()),
            _ => Ok(history),
        }
    }

    /// Loss and metrics over rows, in inference mode.
    ///
    /// # Errors
    /// Returns an error for a model that is not compiled or trained, or for shapes that do not fit.
    pub fn evaluate<'a>(&self, x: impl Into<Rows<'a>>, y: impl Into<Rows<'a>>) -> Result<Logs> {
        let (compile, network) = self.compiled()?;
        Session::quiet(|session| train::evaluate(network, compile, Examples::new(x, y), None, session))
    }

    /// Predictions, one row for each row of `x`.
    ///
    /// # Errors
    /// Returns an error for a model without weights, or for rows of another width.
    pub fn predict<'a>(&self, x: impl Into<Rows<'a>>) -> Result<Matrix> {
        self.network()?.predict(x)
    }

    /// Writes layers, weights and compile settings to one file.
    ///
    /// # Errors
    /// Returns an error for a model without weights, or for a file that cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let network = self.network()?.clone();
        TrainedModel::bare(network, self.compile.as_ref(), &self.callbacks).save(path.as_ref())
    }

    /// Reads a saved model, or the network of a model trained on a table.
    ///
    /// # Errors
    /// Returns an error for a file that is missing, truncated, or not a model.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let TrainedModel { spec, compile, network, .. } = TrainedModel::open(path.as_ref())?;
        Ok(Sequential { layers: network.layers().to_vec(), compile, callbacks: spec.callbacks, network: Some(network) })
    }

    /// The network with its weights.
    ///
    /// # Errors
    /// Returns an error for a model that was neither built nor trained.
    pub fn network(&self) -> Result<&Network> {
        self.network.as_ref().ok_or_else(|| Error::input("the model has no weights yet: build or fit it first"))
    }

    /// Builds the network for rows of `inputs` numbers and initialises its weights from a seed.
    ///
    /// # Errors
    /// Returns an error for layers that do not fit.
    pub fn build(&mut self, inputs: usize, seed: u64) -> Result<&mut Network> {
        let mut network = Network::build(inputs, &self.layers)?;
        network.initialize(seed);
        Ok(self.network.insert(network))
    }

    fn ensure_network(&mut self, x: Rows<'_>, seed: u64) -> Result<()> {
        if self.network.is_none() {
            self.build(x.cols(), seed)?.adapt(x);
        }
        Ok(())
    }

    fn compiled(&self) -> Result<(&Compile, &Network)> {
        let compile = self.compile.as_ref().ok_or_else(|| Error::input("the model is not compiled"))?;
        Ok((compile, self.network()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_nn::activations::{Sigmoid, Tanh};
    use treino_nn::layers::{BatchNormalization, Dense};
    use treino_nn::losses::BinaryCrossentropy;
    use treino_nn::optimizers::Adam;

    #[test]
    fn a_saved_model_predicts_the_same_bits_and_trains_on() {
        let x = Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.]);
        let y = Matrix::new(4, 1, vec![0., 1., 1., 0.]);
        let mut model = Sequential::new()
            .add(Dense::new(4).activation(Tanh::default()))
            .add(BatchNormalization::default())
            .add(Dense::new(1).activation(Sigmoid::default()));
        model.compile(Adam::default(), BinaryCrossentropy::default(), ["accuracy"]).unwrap();
        let settings = Fit { epochs: 3, ..Fit::default() };
        model.fit(&x, &y, &settings).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("xor.safetensors");
        model.save(&path).unwrap();
        let mut again = Sequential::load(&path).unwrap();
        assert_eq!(again.predict(&x).unwrap(), model.predict(&x).unwrap());
        assert_eq!(again.fit(&x, &y, &settings).unwrap(), model.fit(&x, &y, &settings).unwrap());
    }

    #[test]
    fn what_is_missing_is_said() {
        let x = Matrix::new(1, 1, vec![0.0]);
        let mut model = Sequential::new().add(Dense::new(1));
        assert_eq!(model.fit(&x, &x, &Fit::default()).unwrap_err().message(), "the model is not compiled");
        assert!(Sequential::new().add(Dense::new(1)).predict(&x).unwrap_err().message().contains("no weights yet"));
        let e = model.compile(Adam::default(), BinaryCrossentropy::default(), ["acuracy"]).unwrap_err();
        assert_eq!(e.helps(), ["did you mean \"accuracy\"?"]);
    }
}
