//! Custom losses, metrics, layers and callbacks: components that a Rust program implements itself.
//!
//! # A loss
//! ```
//! use treino::losses::{ComputeLoss, Custom, Gradient, HasReduction, LossBatch, Simd, TargetKind};
//! use treino::prelude::*;
//!
//! /// |y - p|^3 of one prediction.
//! #[derive(Debug)]
//! struct Cubic;
//!
//! impl HasReduction for Cubic {}
//!
//! impl ComputeLoss for Cubic {
//!     fn targets(&self) -> TargetKind {
//!         TargetKind::Numbers
//!     }
//!
//!     fn rows(&self, _: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
//!         let errors = || batch.p.iter().zip(batch.y).map(|(p, y)| p - y);
//!         losses.iter_mut().zip(errors()).for_each(|(loss, e)| *loss = e.abs() * e * e);
//!         if let Some(Gradient { scale, dp }) = gradient {
//!             dp.iter_mut().zip(errors()).zip(scale).for_each(|((d, e), scale)| *d = scale * 3.0 * e * e.abs());
//!         }
//!     }
//! }
//!
//! let (x, y) = (Matrix::new(4, 1, vec![-1.0, 0.0, 1.0, 2.0]), Matrix::new(4, 1, vec![-1.0, 1.0, 3.0, 5.0]));
//! let mut model = Sequential::new().add(Dense::new(1));
//! model.compile(Adam { learning_rate: 0.1.into(), ..Adam::default() }, Custom::new(Cubic), ["mae"])?;
//! let history = model.fit(&x, &y, &Fit { epochs: 100, ..Fit::default() })?;
//! let loss = |epoch: usize| history.epochs[epoch].get("loss").unwrap_or(f64::NAN);
//! assert!(loss(99) < 0.05 * loss(0));
//! assert!(model.save("model.safetensors").unwrap_err().message().contains("a loss from Rust"));
//! # Ok::<(), treino::Error>(())
//! ```
//!
//! # A metric
//! ```
//! use treino::metrics::{ComputeMetric, Custom, MetricState, NamedMetric};
//! use treino::prelude::*;
//!
//! /// The largest absolute error.
//! #[derive(Debug)]
//! struct Worst;
//!
//! struct SoFar(f64);
//!
//! impl ComputeMetric for Worst {
//!     fn start(&self, _y_width: usize, _p_width: usize) -> Box<dyn MetricState> {
//!         Box::new(SoFar(0.0))
//!     }
//!
//!     fn more_is_better(&self) -> Option<bool> {
//!         Some(false)
//!     }
//! }
//!
//! impl MetricState for SoFar {
//!     fn update(&mut self, y: &[f32], p: &[f32], _weights: Option<&[f32]>) {
//!         self.0 = y.iter().zip(p).fold(self.0, |worst, (y, p)| worst.max(f64::from((y - p).abs())));
//!     }
//!
//!     fn result(&self) -> f64 {
//!         self.0
//!     }
//!
//!     fn reset(&mut self) {
//!         self.0 = 0.0;
//!     }
//! }
//!
//! let (x, y) = (Matrix::new(3, 1, vec![0.0, 1.0, 2.0]), Matrix::new(3, 1, vec![1.0, 3.0, 5.0]));
//! let mut model = Sequential::new().add(Dense::new(1));
//! model.compile(Adam { learning_rate: 0.1.into(), ..Adam::default() }, MeanSquaredError::default(), [])?;
//! model.metric(NamedMetric::new("worst", Custom::new(Worst)))?;
//! let history = model.fit(&x, &y, &Fit { epochs: 50, ..Fit::default() })?;
//! let worst = history.series("worst");
//! assert!(worst[49] < worst[0]);
//! # Ok::<(), treino::Error>(())
//! ```
//!
//! # A layer
//! ```
//! use treino::initializers::Ones;
//! use treino::layers::{Custom, Map, MapWeight};
//! use treino::prelude::*;
//!
//! /// y = x * scale, a trained factor for each number.
//! #[derive(Debug)]
//! struct Doubled;
//!
//! impl Map for Doubled {
//!     fn outputs(&self, inputs: usize) -> treino::Result<usize> {
//!         Ok(inputs)
//!     }
//!
//!     fn weights(&self, inputs: usize) -> Vec<MapWeight> {
//!         vec![MapWeight { name: "scale", shape: vec![inputs], initializer: Ones::default().into() }]
//!     }
//!
//!     fn forward(&self, x: &[f32], weights: &[&[f32]], y: &mut [f32], _training: bool) {
//!         for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
//!             *y = x * weights[0][i % weights[0].len()];
//!         }
//!     }
//!
//!     fn backward(
//!         &self, x: &[f32], _y: &[f32], dy: &[f32], weights: &[&[f32]], dx: &mut [f32], dweights: &mut [Vec<f32>],
//!     ) {
//!         let width = weights[0].len();
//!         for i in 0..x.len() {
//!             dx[i] = dy[i] * weights[0][i % width];
//!             dweights[0][i % width] += dy[i] * x[i];
//!         }
//!     }
//! }
//!
//! let (x, y) = (Matrix::new(3, 1, vec![1.0, 2.0, 3.0]), Matrix::new(3, 1, vec![2.0, 4.0, 6.0]));
//! let mut model = Sequential::new().add(Custom::new(Doubled));
//! model.compile(SGD { learning_rate: 0.1.into(), ..SGD::default() }, MeanSquaredError::default(), [])?;
//! model.fit(&x, &y, &Fit { epochs: 50, ..Fit::default() })?;
//! assert!((model.network()?.weights()[0] - 2.0).abs() < 1e-4);
//! assert!(model.save("model.safetensors").unwrap_err().message().contains("a layer from Rust"));
//! # Ok::<(), treino::Error>(())
//! ```
//!
//! # A callback
//! ```
//! use treino::callbacks::{ActiveCallback, Control, Custom, StartCallback, TrainingInfo};
//! use treino::events::Logs;
//! use treino::prelude::*;
//!
//! /// Stops when the loss is low enough.
//! #[derive(Debug)]
//! struct GoodEnough(f64);
//!
//! impl StartCallback for GoodEnough {
//!     fn start(&self, _: &TrainingInfo<'_>) -> treino::Result<Box<dyn ActiveCallback>> {
//!         Ok(Box::new(Watching(self.0)))
//!     }
//! }
//!
//! struct Watching(f64);
//!
//! impl ActiveCallback for Watching {
//!     fn epoch_end(&mut self, _epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> treino::Result<()> {
//!         if logs.get("loss").is_some_and(|loss| loss < self.0) {
//!             training.stop("the loss is low enough".to_string());
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let (x, y) = (Matrix::new(3, 1, vec![0.0, 1.0, 2.0]), Matrix::new(3, 1, vec![1.0, 3.0, 5.0]));
//! let mut model = Sequential::new().add(Dense::new(1));
//! model.compile(SGD { learning_rate: 0.1.into(), ..SGD::default() }, MeanSquaredError::default(), [])?;
//! model.callback(Custom::new(GoodEnough(0.01)));
//! let history = model.fit(&x, &y, &Fit { epochs: 1000, ..Fit::default() })?;
//! assert!(history.epochs.len() < 1000 && history.series("loss").last() < Some(&0.01));
//! # Ok::<(), treino::Error>(())
//! ```
