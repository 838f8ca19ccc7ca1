//! The running average of the weights, in their place while a network is judged.

use super::{ActiveCallback, Control, StartCallback, TrainingInfo, foreign_state};
use crate::events::{CallbackState, Logs};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Validates with the running average of the weights, which an optimizer with `use_ema` keeps.
    ///
    /// The average takes the place of the weights during each validation. With `swap_on_epoch` it stays there until the
    /// next epoch begins, so that callbacks behind this one save or keep the average.
    ///
    /// Keras differences: a training that is stopped early with `swap_on_epoch` ends with the average too; there it ends
    /// with the weights that are no average.
    pub struct SwapEMAWeights = "swap_ema_weights" {
        /// Whether the average stays in place until the next epoch begins.
        swap_on_epoch: bool = false, Kind::Bool;
    }
}

impl StartCallback for SwapEMAWeights {
    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        if !outlook.optimizer.inner().options().use_ema {
            let e = format!("swap_ema_weights needs a running average, but {} keeps none", outlook.optimizer.name());
            return Err(Error::input(e).help("set use_ema = true for the optimizer"));
        }
        Ok(Box::new(ActiveSwap { on_epoch: self.swap_on_epoch, is_in: false }))
    }
}

struct ActiveSwap {
    on_epoch: bool,
    /// Whether the average is in the place of the weights.
    is_in: bool,
}

impl ActiveSwap {
    fn put(&mut self, is_in: bool, training: &mut dyn Control) -> Result<()> {
        if self.is_in != is_in {
            training.swap_ema()?;
            self.is_in = is_in;
        }
        Ok(())
    }
}

impl ActiveCallback for ActiveSwap {
    fn epoch_begin(&mut self, _epoch: usize, training: &mut dyn Control) -> Result<()> {
        self.put(false, training)
    }

    fn validation_begin(&mut self, training: &mut dyn Control) -> Result<()> {
        self.put(true, training)
    }

    fn validation_end(&mut self, training: &mut dyn Control) -> Result<()> {
        self.put(false, training)
    }

    fn epoch_end(&mut self, _epoch: usize, _logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        if self.on_epoch { self.put(true, training) } else { Ok(()) }
    }

    fn epochs_end(&mut self, training: &mut dyn Control) -> Result<()> {
        self.put(false, training)
    }

    fn state(&self) -> CallbackState {
        CallbackState { numbers: vec![f64::from(u8::from(self.is_in))], weights: None }
    }

    fn resume(&mut self, state: &CallbackState) -> Result<()> {
        let [is_in] = state.numbers[..] else { return Err(foreign_state()) };
        self.is_in = is_in != 0.0;
        Ok(())
    }
}
