//! The learning rate range test (L. Smith, "Cyclical learning rates for training neural networks", WACV 2017).
//!
//! A training whose learning rate grows by the same factor in each step. A rate that is too small does not change the
//! loss, a good one decreases it, and one that is too large increases it. The test is short, so it suggests a start
//! value, not the best value. It is repeated with several seeds, since a single run depends on chance as much as a
//! single training.

use super::compile::{Compile, PENALTY};
use super::executor::{Examples, Executor, Setup};
use super::fit::Fit;
use super::in_parallel::in_parallel;
use super::session::Session;
use crate::network::Network;
use treino_core::error::{Error, Result};
use treino_engine::double;
use treino_engine::random::{Purpose, Stream};

/// Decay factor of the moving average that smooths the losses of single batches.
const MEMORY: f64 = 0.9;

/// If the smoothed loss is this many times the smallest one, the training diverges.
const OUT_OF_HAND: f64 = 4.0;

/// The minimum decrease, relative to the initial loss, for which a rate is suggested.
const WORTH_MENTIONING: f64 = 0.02;

/// The rates to test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RangeTest {
    /// The rate of the first step.
    pub from: f64,
    /// The rate of the last step.
    pub to: f64,
    /// Steps of each test.
    pub steps: usize,
    /// Number of tests, each with another seed.
    pub seeds: usize,
}

impl Default for RangeTest {
    fn default() -> Self {
        RangeTest { from: 1e-6, to: 10.0, steps: 200, seeds: 3 }
    }
}

/// A rate and the loss at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestedRate {
    /// The learning rate of a step.
    pub rate: f64,
    /// The loss without penalties, smoothed over the previous steps, mean over the seeds.
    pub loss: f64,
}

/// The result of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeTestResult {
    /// The rates in increasing order, up to the first divergence of any seed.
    pub curve: Vec<TestedRate>,
    /// The rate where the loss decreased fastest.
    pub steepest: Option<f64>,
    /// The rate where it was lowest.
    pub lowest: f64,
    /// The rate from which on it diverged, if it did.
    pub too_large: Option<f64>,
    /// A rate to start with: a tenth of that with the lowest loss, rounded. `None` if the loss did not decrease.
    pub suggestion: Option<f64>,
}

impl RangeTest {
    /// Returns an error for an invalid range.
    ///
    /// # Errors
    /// Returns an error for rates that are not positive or not increasing, for too few steps, or for no seed.
    pub fn check(&self) -> Result<()> {
        let RangeTest { from, to, steps, seeds } = *self;
        if !(from > 0.0 && from < to && to.is_finite()) {
            let e = format!("the learning rates to try go from {from} to {to}, but must be positive and rise");
            return Err(Error::input(e));
        }
        for (name, number, least) in [("steps", steps, 20), ("seeds", seeds, 1)] {
            if number < least {
                return Err(Error::input(format!("{name} is {number}, but must be at least {least}")));
            }
        }
        Ok(())
    }

    /// Tests the rates on a network that `first` creates for each seed. The networks are dropped afterwards.
    ///
    /// # Errors
    /// Returns an error for an invalid range, shapes that do not fit, or an optimizer whose rate a schedule determines.
    pub fn run(
        &self,
        first: &(dyn Fn(u64) -> Result<Network> + Sync),
        compile: &Compile,
        train: Examples<'_>,
        settings: &Fit,
        session: &mut Session<'_>,
    ) -> Result<RangeTestResult> {
        self.check()?;
        let sweep = |index: usize, session: &mut Session<'_>| {
            let seed = settings.seed.wrapping_add(index as u64);
            self.sweep(first(seed)?, compile, train, &Fit { seed, ..settings.clone() }, session)
        };
        let (own, others) = in_parallel(session, self.seeds, |session| sweep(0, session), sweep)?;
        let sweeps = std::iter::once(Ok(own)).chain(others).collect::<Result<Vec<_>>>()?;
        Ok(self.found(&sweeps))
    }

    fn rate(&self, step: usize) -> f64 {
        self.from * double::pow(self.to / self.from, step as f64 / (self.steps - 1) as f64)
    }

    /// The smoothed losses of one test, until it diverges.
    fn sweep(
        &self,
        network: Network,
        compile: &Compile,
        train: Examples<'_>,
        settings: &Fit,
        session: &Session<'_>,
    ) -> Result<Vec<f64>> {
        let (rows, batch_size) = (train.rows(), settings.batch_size.min(train.rows()));
        let (threads, simd, noise) = (session.threads, session.simd, settings.seed);
        let setup = Setup { network: &network, compile, units: None, batch_size, noise, threads, simd };
        let mut executor = session.backend.executor(&setup)?;
        executor.set_learning_rate(self.from)?;
        let stream = Stream::new(settings.seed, Purpose::Shuffle, "");
        let mut order = vec![0; if settings.shuffle { rows } else { 0 }];
        let (mut losses, mut mean, mut weight) = (Vec::with_capacity(self.steps), 0.0, 0.0);
        for epoch in 0.. {
            stream.at(epoch as u32, 0).permutation(session.simd, &mut order);
            let (mut sum, mut seen, mut is_over) = (0.0, 0, false);
            let mut batch_end = |executor: &mut dyn Executor, step: usize, so_far: f64| {
                let now = rows.min(step * batch_size);
                // Progress is measured by the loss of the task, without penalties.
                let so_far = so_far - executor.running_logs(so_far, now).get(PENALTY).unwrap_or(0.0);
                let loss = (so_far * now as f64 - sum) / (now - seen) as f64;
                (sum, seen) = (so_far * now as f64, now);
                mean = MEMORY * mean + (1.0 - MEMORY) * loss;
                weight = MEMORY * weight + (1.0 - MEMORY);
                losses.push(mean / weight);
                let smallest = losses.iter().copied().fold(f64::INFINITY, f64::min);
                let is_up = losses.len() > 10 && mean / weight > smallest * OUT_OF_HAND && smallest > 0.0;
                let next = executor.set_learning_rate(self.rate(losses.len()));
                is_over = losses.len() >= self.steps || is_up || next.is_err() || !session.gate.pass();
                !is_over
            };
            let order = settings.shuffle.then_some(order.as_slice());
            if executor.run_epoch(&train, order, epoch, &mut batch_end).is_err() || is_over {
                break;
            }
        }
        Ok(losses)
    }

    fn found(&self, sweeps: &[Vec<f64>]) -> RangeTestResult {
        let steps = sweeps.iter().map(Vec::len).min().unwrap_or(0);
        let mean = |step: usize| sweeps.iter().map(|losses| losses[step]).sum::<f64>() / sweeps.len() as f64;
        let curve: Vec<TestedRate> =
            (0..steps).map(|step| TestedRate { rate: self.rate(step), loss: mean(step) }).collect();
        let lowest = (0..steps).min_by(|a, b| curve[*a].loss.total_cmp(&curve[*b].loss)).unwrap_or(0);
        let fall = curve.first().map_or(0.0, |first| first.loss - curve[lowest].loss);
        let falls = curve.first().is_some_and(|first| fall > WORTH_MENTIONING * first.loss.abs());
        // The rates grow by a constant factor, so differences over equal numbers of steps are slopes.
        let span = (self.steps / 20).max(1);
        let slope = |step: usize| curve[step + span].loss - curve[step].loss;
        // The first losses are smoothed over few steps, so their slopes are random.
        let settled = (2.0 / (1.0 - MEMORY)) as usize;
        let steepest = (settled..lowest.saturating_sub(span)).min_by(|a, b| slope(*a).total_cmp(&slope(*b)));
        RangeTestResult {
            steepest: steepest.filter(|_| falls).map(|step| curve[step + span / 2].rate),
            lowest: self.rate(lowest),
            too_large: (steps < self.steps).then(|| self.rate(steps)),
            suggestion: falls.then(|| round(self.rate(lowest) / 10.0)),
            curve,
        }
    }
}

/// Rounds down to 1, 2, 3 or 5 times a power of ten.
fn round(rate: f64) -> f64 {
    let text = format!("{rate:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: f64 = digits.parse().unwrap_or(1.0);
    let nice = [5.0, 3.0, 2.0, 1.0].into_iter().find(|nice| *nice <= digits).unwrap_or(1.0);
    format!("{nice}e{exponent}").parse().unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initializers::Ones;
    use crate::layers::Dense;
    use crate::losses::MeanSquaredError;
    use crate::optimizers::SGD;
    use crate::schedules::CosineDecay;
    use treino_core::rows::Matrix;

    fn found(optimizer: SGD, test: RangeTest) -> Result<RangeTestResult> {
        // y = 0 and x = 1: each step multiplies the one weight by 1 - 2 rate, so rates above 1 diverge.
        let (x, y) = (Matrix::new(8, 1, vec![1.0; 8]), Matrix::zeros(8, 1));
        let first = |seed| {
            let layer = Dense { use_bias: false, kernel_initializer: Ones::default().into(), ..Dense::new(1) };
            let mut network = Network::build(1, &[layer])?;
            network.initialize(seed);
            Ok(network)
        };
        let compile = Compile::new(optimizer, MeanSquaredError::default(), Vec::new());
        let train = Examples::new(&x, &y);
        Session::quiet(|session| test.run(&first, &compile, train, &Fit::default(), session))
    }

    #[test]
    fn a_parabola_falls_up_to_the_rate_where_it_diverges() {
        let found = found(SGD::default(), RangeTest { from: 1e-4, ..RangeTest::default() }).unwrap();
        assert_eq!(found.curve[0], TestedRate { rate: 1e-4, loss: 1.0 });
        assert!(found.steepest.unwrap() < found.lowest && found.lowest < found.too_large.unwrap());
        // When the rates reach 1, the weight has long been 0, so it takes some more steps to diverge.
        assert!((0.1..10.0).contains(&found.lowest) && found.too_large.unwrap() > 1.0, "{found:?}");
        assert!(found.suggestion.unwrap() <= found.lowest / 10.0);
    }

    #[test]
    fn rates_that_do_nothing_are_not_suggested() {
        let test = RangeTest { from: 1e-9, to: 1e-7, ..RangeTest::default() };
        let found = found(SGD::default(), test).unwrap();
        assert_eq!((found.suggestion, found.steepest, found.too_large), (None, None, None));
    }

    #[test]
    fn what_cannot_be_tried_is_refused() {
        let refused = |test: RangeTest| found(SGD::default(), test).unwrap_err().to_string();
        assert!(refused(RangeTest { from: 0.0, ..RangeTest::default() }).contains("must be positive and rise"));
        assert!(refused(RangeTest { steps: 3, ..RangeTest::default() }).contains("steps is 3"));
        let scheduled = SGD { learning_rate: CosineDecay::default().into(), ..SGD::default() };
        assert!(found(scheduled, RangeTest::default()).unwrap_err().message().contains("cosine_decay decides it"));
    }

    #[test]
    fn rounding_goes_down_to_a_number_that_people_write() {
        assert_eq!([0.0123, 0.00999, 3.2e-6, 0.2].map(round), [0.01, 0.005, 3e-6, 0.2]);
    }
}
