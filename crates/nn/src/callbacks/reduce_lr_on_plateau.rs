//! Smaller steps when there is no more to gain with large ones.

use super::monitor::{Mode, Monitor};
use super::{ActiveCallback, Control, StartCallback, TrainingInfo, foreign_state, learning_rate};
use crate::events::Event;
use crate::events::{CallbackState, Logs};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Multiplies the learning rate by `factor` when the monitored number has not improved for `patience` epochs.
    ///
    /// What improves is as for early stopping. After a reduction `cooldown` epochs pass before waiting begins again. The
    /// logs say under `learning_rate` which rate each epoch was trained with.
    ///
    /// Keras differences: the rate is kept in double precision, so 0.001 reduced by 0.1 shows as 0.0001; the comparison
    /// with `min_lr` is in single precision, as there.
    pub struct ReduceLROnPlateau = "reduce_lr_on_plateau" {
        /// Name in the history to watch.
        monitor: String = "val_loss".to_string(), Kind::Text;
        /// By what the learning rate is multiplied.
        factor: f64 = 0.1, Kind::SHARE;
        /// Epochs without improvement after which to reduce.
        patience: usize = 10, Kind::INDEX;
        /// Whether less ("min") or more ("max") is better; "auto" asks the metric.
        mode: Mode = Mode::Auto, Mode::KIND;
        /// By how much an epoch must be better to count; its sign does not matter.
        min_delta: f64 = 0.0001, Kind::NUMBER;
        /// Epochs after a reduction in which nothing is waited for.
        cooldown: usize = 0, Kind::INDEX;
        /// The learning rate below which it does not go.
        min_lr: f64 = 0.0, Kind::NOT_NEGATIVE;
    }
}

impl StartCallback for ReduceLROnPlateau {
    fn monitors(&self) -> Option<&str> {
        Some(&self.monitor)
    }

    fn sets_learning_rate(&self) -> bool {
        true
    }

    fn start(&self, outlook: &TrainingInfo<'_>) -> Result<Box<dyn ActiveCallback>> {
        learning_rate::check("reduce_lr_on_plateau", outlook)?;
        let monitor = Monitor::new("reduce_lr_on_plateau", &self.monitor, self.mode, self.min_delta, outlook)?;
        Ok(Box::new(ActiveReduceLr { settings: self.clone(), monitor, wait: 0, cooldown: 0 }))
    }
}

struct ActiveReduceLr {
    settings: ReduceLROnPlateau,
    monitor: Monitor,
    wait: usize,
    /// Epochs of the cooldown that are left.
    cooldown: usize,
}

impl ActiveCallback for ActiveReduceLr {
    fn epoch_end(&mut self, epoch: usize, logs: &mut Logs, training: &mut dyn Control) -> Result<()> {
        let rate = training.learning_rate();
        logs.set(learning_rate::NAME, rate);
        let Some(value) = logs.get(&self.monitor.name) else { return Ok(()) };
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.wait = 0;
        }
        if self.monitor.improves(value) {
            self.wait = 0;
        } else if self.cooldown == 0 {
            self.wait += 1;
            if self.wait >= self.settings.patience && rate as f32 > self.settings.min_lr as f32 {
                let rate = (rate * self.settings.factor).max(self.settings.min_lr);
                training.set_learning_rate(rate)?;
                training.tell(&Event::LearningRate { epoch, rate });
                (self.cooldown, self.wait) = (self.settings.cooldown, 0);
            }
        }
        Ok(())
    }

    fn state(&self) -> CallbackState {
        let [is_there, best] = self.monitor.state();
        CallbackState { numbers: vec![self.wait as f64, self.cooldown as f64, is_there, best], weights: None }
    }

    fn resume(&mut self, state: &CallbackState) -> Result<()> {
        let [wait, cooldown, is_there, best] = state.numbers[..] else { return Err(foreign_state()) };
        (self.wait, self.cooldown) = (wait as usize, cooldown as usize);
        self.monitor.resume([is_there, best]);
        Ok(())
    }
}
