//! A loss that a Rust program brings itself.
//!
//! Keras differences: none; Keras, too, wants a function of the user's again when a model is loaded.

use super::Criterion;
use crate::custom::custom;

custom! {
    /// A loss of one's own from Rust: any [`Criterion`], shared by all trainings that use it.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a model that was compiled with it cannot be saved. What can
    /// be written as an expression is better an [`super::ExpressionLoss`].
    ///
    /// ```
    /// use treino::losses::{Batch, Criterion, Custom, Gradient, Reduced, Simd, Targets};
    /// use treino::prelude::*;
    ///
    /// /// |y - p|^3 of one prediction.
    /// #[derive(Debug)]
    /// struct Cubic;
    ///
    /// impl Reduced for Cubic {}
    ///
    /// impl Criterion for Cubic {
    ///     fn targets(&self) -> Targets {
    ///         Targets::Numbers
    ///     }
    ///
    ///     fn rows(&self, _: Simd, batch: Batch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
    ///         let errors = || batch.p.iter().zip(batch.y).map(|(p, y)| p - y);
    ///         losses.iter_mut().zip(errors()).for_each(|(loss, e)| *loss = e.abs() * e * e);
    ///         if let Some(Gradient { scale, dp }) = gradient {
    ///             dp.iter_mut().zip(errors()).zip(scale).for_each(|((d, e), scale)| *d = scale * 3.0 * e * e.abs());
    ///         }
    ///     }
    /// }
    ///
    /// let (x, y) = (Matrix::new(4, 1, vec![-1.0, 0.0, 1.0, 2.0]), Matrix::new(4, 1, vec![-1.0, 1.0, 3.0, 5.0]));
    /// let mut model = Sequential::new().add(Dense::new(1));
    /// model.compile(Adam { learning_rate: 0.1.into(), ..Adam::default() }, Custom::new(Cubic), ["mae"])?;
    /// let history = model.fit(&x, &y, &Fit { epochs: 100, ..Fit::default() })?;
    /// let loss = |epoch: usize| history.epochs[epoch].get("loss").unwrap_or(f64::NAN);
    /// assert!(loss(99) < 0.05 * loss(0));
    /// assert!(model.save("model.safetensors").unwrap_err().message().contains("a loss from Rust"));
    /// # Ok::<(), treino::Error>(())
    /// ```
    pub struct Custom(dyn Criterion): "A loss that a Rust program brings itself."
}
