//! Successive halving: fewer and fewer configs with more and more epochs.

use super::Prune;
use treino_core::catalog::{Interval, Kind, component};

/// The number of epochs of a training.
const EPOCHS: Kind = Kind::Int(Interval::closed(1.0, 1e9));

component! {
    /// All configs get few epochs; the best one in `eta` of them get `eta` times as many, and so on (K. Jamieson, A. Talwalkar,
    /// AISTATS 2016). Each rung is trained anew from the first epoch, with the same seed.
    pub struct SuccessiveHalving = "successive_halving" {
        /// One config in so many goes on, with so many times the epochs.
        eta: usize = 3, Kind::Int(Interval::closed(2.0, 1e6));
        /// Epochs of the first rung.
        min_epochs: usize = 1, EPOCHS;
        /// Epochs of the last one; those of the training when left open.
        max_epochs: Option<usize> = None, EPOCHS;
    }
}

component! {
    /// Successive halving with several trade-offs: from many configs that begin with few epochs to a few configs with all of them
    /// (L. Li and others, JMLR 18, 2018, algorithm 1). As many configs as its brackets have, or as `configs` says, going through
    /// the brackets again where that is more.
    pub struct Hyperband = "hyperband" {
        /// One config in so many goes on, with so many times the epochs.
        eta: usize = 3, Kind::Int(Interval::closed(2.0, 1e6));
        /// The fewest epochs of a rung.
        min_epochs: usize = 1, EPOCHS;
        /// The most; those of the training when left open.
        max_epochs: Option<usize> = None, EPOCHS;
    }
}

/// A group of configs that start together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    /// The rungs, in order.
    pub rungs: Vec<Rung>,
}

/// A rung of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The number of configs that are trained.
    pub configs: usize,
    /// The number of their epochs.
    pub epochs: usize,
}

/// How often `most` can be divided by eta without becoming less than `least`.
fn steps(least: usize, most: usize, eta: usize) -> u32 {
    let mut steps = 0;
    while most / eta.pow(steps + 1) >= least.max(1) {
        steps += 1;
    }
    steps
}

impl Bracket {
    /// n configs and `steps` further rungs, the last of which has `most` epochs: floor(n eta^-i) configs with most
    /// eta^(i - steps) epochs in rung i.
    fn new(n: usize, steps: u32, most: usize, eta: usize) -> Self {
        let rung = |i: u32| Rung { configs: (n / eta.pow(i)).max(1), epochs: (most / eta.pow(steps - i)).max(1) };
        Bracket { rungs: (0..=steps).map(rung).collect() }
    }
}

impl Prune for SuccessiveHalving {
    fn prunes(&self, _: &[f64], _: &[&[f64]]) -> bool {
        false
    }

    fn brackets(&self, configs: usize, epochs: usize) -> Option<Vec<Bracket>> {
        let most = self.max_epochs.unwrap_or(epochs);
        Some(vec![Bracket::new(configs, steps(self.min_epochs, most, self.eta), most, self.eta)])
    }
}

impl Prune for Hyperband {
    fn prunes(&self, _: &[f64], _: &[&[f64]]) -> bool {
        false
    }

    fn brackets(&self, _: usize, epochs: usize) -> Option<Vec<Bracket>> {
        let (most, eta) = (self.max_epochs.unwrap_or(epochs), self.eta);
        let first = steps(self.min_epochs, most, eta);
        // ceil((s_max + 1) eta^s / (s + 1)) configs.
        let configs = |s: u32| ((first as usize + 1) * eta.pow(s)).div_ceil(s as usize + 1);
        Some((0..=first).rev().map(|s| Bracket::new(configs(s), s, most, eta)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(bracket: &Bracket) -> Vec<(usize, usize)> {
        bracket.rungs.iter().map(|rung| (rung.configs, rung.epochs)).collect()
    }

    /// The table of the paper for R = 81, eta = 3.
    #[test]
    fn the_brackets_are_the_papers() {
        let brackets = Hyperband::default().brackets(0, 81).unwrap();
        let found: Vec<Vec<(usize, usize)>> = brackets.iter().map(pairs).collect();
        assert_eq!(
            found,
            [
                vec![(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
                vec![(34, 3), (11, 9), (3, 27), (1, 81)],
                vec![(15, 9), (5, 27), (1, 81)],
                vec![(8, 27), (2, 81)],
                vec![(5, 81)],
            ]
        );
    }

    #[test]
    fn halving_begins_with_all_configs() {
        let halving = SuccessiveHalving { eta: 2, min_epochs: 5, max_epochs: Some(40) };
        let brackets = halving.brackets(20, 100).unwrap();
        assert_eq!(brackets.iter().map(pairs).collect::<Vec<_>>(), [vec![(20, 5), (10, 10), (5, 20), (2, 40)]]);
        let alone = SuccessiveHalving::default().brackets(4, 2).unwrap();
        assert_eq!(pairs(&alone[0]), [(4, 2)], "too few epochs for a second rung");
    }
}
