//! A constant rate between given steps.

use super::{ScheduleFunction, single};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Piecewise constant: value i up to boundary i, that step included, and the last value after the last boundary.
    pub struct PiecewiseConstantDecay = "piecewise_constant_decay" {
        /// Steps after which the rate changes, ascending.
        boundaries: Vec<usize> = vec![1000], Kind::List(&Kind::INDEX);
        /// The rates: one more than boundaries.
        values: Vec<f64> = vec![0.001, 0.0001], Kind::List(&Kind::NOT_NEGATIVE);
    }
}

impl ScheduleFunction for PiecewiseConstantDecay {
    fn rate(&self, step: u64) -> f64 {
        let piece = self.boundaries.iter().filter(|boundary| step > **boundary as u64).count();
        single(self.values.get(piece).or(self.values.last()).copied().unwrap_or(0.0))
    }

    fn check(&self) -> Result<()> {
        let (boundaries, values) = (self.boundaries.len(), self.values.len());
        if boundaries == 0 || values != boundaries + 1 {
            let e = format!("piecewise_constant_decay has {boundaries} boundaries and {values} values");
            return Err(Error::input(e).help("give at least one boundary, and one more value than boundaries"));
        }
        match self.boundaries.windows(2).find(|pair| pair[0] >= pair[1]) {
            None => Ok(()),
            Some(pair) => {
                let e = format!("piecewise_constant_decay has the boundary {} behind {}", pair[1], pair[0]);
                Err(Error::input(e).help("boundaries must ascend"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_order_are_checked() {
        let plan = |boundaries: &[usize], values: &[f64]| PiecewiseConstantDecay {
            boundaries: boundaries.to_vec(),
            values: values.to_vec(),
        };
        assert!(plan(&[3, 5], &[1.0, 0.5, 0.1]).check().is_ok());
        let e = plan(&[3, 5], &[1.0, 0.5]).check().unwrap_err();
        assert_eq!(e.message(), "piecewise_constant_decay has 2 boundaries and 2 values");
        assert!(plan(&[], &[1.0]).check().is_err());
        let e = plan(&[5, 3], &[1.0, 0.5, 0.1]).check().unwrap_err();
        assert_eq!(e.message(), "piecewise_constant_decay has the boundary 3 behind 5");
    }
}
