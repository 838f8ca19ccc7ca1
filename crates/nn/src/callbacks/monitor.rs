//! Better than the best so far: what callbacks that monitor a number share.

use super::TrainingInfo;
use treino_core::catalog::choice;
use treino_core::error::{Error, Result};

choice! {
    /// Which direction of a monitored number is better.
    pub enum Mode {
        /// As the number itself has it.
        Auto = "auto",
        /// Less is better.
        Min = "min",
        /// More is better.
        Max = "max",
    }
}

/// Whether more is better: as `mode` says, or "auto" as the number itself does.
pub fn more_is_better(mode: Mode, own: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match mode {
        Mode::Min => Some(false),
        Mode::Max => Some(true),
        Mode::Auto => own(),
    }
}

/// A monitored number.
///
/// It improves when it is better than the best so far by more than `min_delta`; a tie does not improve. The first number
/// seen, even NaN, becomes the best, and nothing is better than NaN.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub name: String,
    /// The best so far.
    pub best: Option<f64>,
    more_is_better: bool,
    min_delta: f64,
}

impl Monitor {
    /// The monitor of a callback; `mode` is "min", "max" or "auto".
    ///
    /// # Errors
    /// A number without direction, where `mode` leaves it to the metric.
    pub fn new(callback: &str, name: &str, mode: Mode, min_delta: f64, outlook: &TrainingInfo<'_>) -> Result<Self> {
        let more_is_better = more_is_better(mode, || (outlook.direction)(name)).ok_or_else(|| {
            Error::input(format!("{callback} cannot tell whether more or less \"{name}\" is better"))
                .help("say mode = \"min\" or mode = \"max\"")
        })?;
        Ok(Monitor::directed(name, more_is_better, min_delta))
    }

    /// A monitor whose direction is known.
    pub fn directed(name: &str, more_is_better: bool, min_delta: f64) -> Self {
        Monitor { name: name.to_string(), best: None, more_is_better, min_delta: min_delta.abs() }
    }

    /// Whether a value is better than another, or there is none to compare it with.
    pub fn is_better(&self, value: f64, than: Option<f64>) -> bool {
        match than {
            None => true,
            Some(than) if self.more_is_better => value - self.min_delta > than,
            Some(than) => value + self.min_delta < than,
        }
    }

    /// Whether a value improves; then it is the best.
    pub fn improves(&mut self, value: f64) -> bool {
        let improves = self.is_better(value, self.best);
        if improves {
            self.best = Some(value);
        }
        improves
    }

    /// The best as two numbers, for [`Monitor::resume`].
    pub fn state(&self) -> [f64; 2] {
        [f64::from(u8::from(self.best.is_some())), self.best.unwrap_or(0.0)]
    }

    /// Goes on with the best of before.
    pub fn resume(&mut self, [is_there, best]: [f64; 2]) {
        self.best = (is_there != 0.0).then_some(best);
    }
}
