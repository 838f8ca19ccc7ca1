//! A metric that a Rust program brings itself.
//!
//! Keras differences: none.

use super::Measure;
use crate::custom::custom;

custom! {
    /// A metric of one's own from Rust: any [`Measure`], shared by all trainings that report it.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a model that was compiled with it cannot be saved. What can be
    /// written as an expression is better an [`super::ExpressionMetric`].
    ///
    /// ```
    /// use treino::metrics::{Custom, Measure, NamedMetric, Running};
    /// use treino::prelude::*;
    ///
    /// /// The largest absolute error.
    /// #[derive(Debug)]
    /// struct Worst;
    ///
    /// struct SoFar(f64);
    ///
    /// impl Measure for Worst {
    ///     fn start(&self, _y_width: usize, _p_width: usize) -> Box<dyn Running> {
    ///         Box::new(SoFar(0.0))
    ///     }
    ///
    ///     fn more_is_better(&self) -> Option<bool> {
    ///         Some(false)
    ///     }
    /// }
    ///
    /// impl Running for SoFar {
    ///     fn update(&mut self, y: &[f32], p: &[f32], _weights: Option<&[f32]>) {
    ///         self.0 = y.iter().zip(p).fold(self.0, |worst, (y, p)| worst.max(f64::from((y - p).abs())));
    ///     }
    ///
    ///     fn result(&self) -> f64 {
    ///         self.0
    ///     }
    ///
    ///     fn reset(&mut self) {
    ///         self.0 = 0.0;
    ///     }
    /// }
    ///
    /// let (x, y) = (Matrix::new(3, 1, vec![0.0, 1.0, 2.0]), Matrix::new(3, 1, vec![1.0, 3.0, 5.0]));
    /// let mut model = Sequential::new().add(Dense::new(1));
    /// model.compile(Adam { learning_rate: 0.1.into(), ..Adam::default() }, MeanSquaredError::default(), [])?;
    /// model.metric(NamedMetric::new("worst", Custom::new(Worst)))?;
    /// let history = model.fit(&x, &y, &Fit { epochs: 50, ..Fit::default() })?;
    /// let worst = history.series("worst");
    /// assert!(worst[49] < worst[0]);
    /// # Ok::<(), treino::Error>(())
    /// ```
    pub struct Custom(dyn Measure): "A metric that a Rust program brings itself."
}
