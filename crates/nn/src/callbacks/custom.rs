//! A callback that a Rust program brings itself.
//!
//! Keras differences: none.

use super::React;
use crate::custom::custom;

custom! {
    /// A callback of one's own from Rust: any [`React`], which makes a fresh [`super::Watcher`] for each training.
    ///
    /// It is no thing of the catalogue: specs cannot name it, and a saved model does not hold it.
    ///
    /// ```
    /// use treino::callbacks::{Control, Custom, Outlook, React, Watcher};
    /// use treino::events::Logs;
    /// use treino::prelude::*;
    ///
    /// /// Stops when the loss is low enough.
    /// #[derive(Debug)]
    /// struct GoodEnough(f64);
    ///
    /// impl React for GoodEnough {
    ///     fn start(&self, _: &Outlook<'_>) -> treino::Result<Box<dyn Watcher>> {
    ///         Ok(Box::new(Watching(self.0)))
    ///     }
    /// }
    ///
    /// struct Watching(f64);
    ///
    /// impl Watcher for Watching {
    ///     fn epoch_end(&mut self, _epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> treino::Result<()> {
    ///         if logs.get("loss").is_some_and(|loss| loss < self.0) {
    ///             training.stop("the loss is low enough".to_string());
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let (x, y) = (Matrix::new(3, 1, vec![0.0, 1.0, 2.0]), Matrix::new(3, 1, vec![1.0, 3.0, 5.0]));
    /// let mut model = Sequential::new().add(Dense::new(1));
    /// model.compile(SGD { learning_rate: 0.1.into(), ..SGD::default() }, MeanSquaredError::default(), [])?;
    /// model.callback(Custom::new(GoodEnough(0.01)));
    /// let history = model.fit(&x, &y, &Fit { epochs: 1000, ..Fit::default() })?;
    /// assert!(history.epochs.len() < 1000 && history.series("loss").last() < Some(&0.01));
    /// # Ok::<(), treino::Error>(())
    /// ```
    pub struct Custom(dyn React): "A callback that a Rust program brings itself."
}
