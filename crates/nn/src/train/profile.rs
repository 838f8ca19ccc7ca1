//! The time of each part of a training.
//!
//! A clock is read at the end of each part of a step, and the time since the last reading is attributed to that part:
//! the sum of all parts is the total. A reading takes some 20 to 50 ns itself; [`StepProfile::clock`] is the total of
//! these, because it matters in a step of few microseconds.

use crate::layers::DenseOp;
use crate::program::{Program, Stage, StepProbe};
use std::time::{Duration, Instant};

/// The time of each part of the steps of a training, and of its validations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepProfile {
    /// The number of steps.
    pub steps: u64,
    /// The parts of all steps, in the order of a step; the last one is the time between steps.
    pub lines: Vec<ProfileLine>,
    /// The number of validations.
    pub validations: u64,
    /// Their total time.
    pub validation: Duration,
    /// The estimated time of reading the clock in all steps. It is included in the lines.
    pub clock: Duration,
}

/// A part of a step, over all steps.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileLine {
    /// The layers that the part belongs to; empty if it belongs to none.
    pub layers: Vec<String>,
    /// The operation: `dense`, `sigmoid`, `gather`, `loss`, ...
    pub what: &'static str,
    /// `forward` or `backward`, for layers.
    pub pass: Option<&'static str>,
    /// Its time in all steps.
    pub time: Duration,
    /// Multiplications and additions of dense layers: 2 m k n forward; backward the same number for the gradient of the
    /// weights, and again for that of the input, if they are needed. 0 for all other operations.
    pub operations: f64,
}

impl StepProfile {
    /// The time of all steps, including the time between them.
    pub fn time(&self) -> Duration {
        self.lines.iter().map(|line| line.time).sum()
    }

    /// A total time of all steps in microseconds per step; `None` without a step.
    pub fn of_a_step(&self, time: Duration) -> Option<f64> {
        (self.steps > 0).then(|| 1e6 * time.as_secs_f64() / self.steps as f64)
    }

    /// Microseconds per validation; `None` without one.
    pub fn of_a_validation(&self) -> Option<f64> {
        (self.validations > 0).then(|| 1e6 * self.validation.as_secs_f64() / self.validations as f64)
    }

    /// The share of a part in all steps, from 0 to 1.
    pub fn share(&self, line: &ProfileLine) -> f64 {
        line.time.as_secs_f64() / self.time().as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl ProfileLine {
    /// Its name without the pass: the layers, and their operation if it does not follow from their names.
    pub fn name(&self) -> String {
        let layers = self.layers.join(", ");
        match self.layers.iter().all(|layer| layer.contains(self.what)) {
            _ if self.layers.is_empty() => self.what.to_string(),
            true => layers,
            false => format!("{layers} {}", self.what),
        }
    }

    /// Billions of operations per second, for dense layers.
    pub fn gflops(&self) -> Option<f64> {
        let nanoseconds = 1e9 * self.time.as_secs_f64();
        (self.operations > 0.0 && nanoseconds > 0.0).then(|| self.operations / nanoseconds)
    }
}

/// Measures the time of each stage. All memory is allocated at creation.
#[derive(Debug, Clone)]
pub(super) struct Stopwatch {
    /// When the previous stage ended.
    last: Instant,
    tallies: Vec<Tally>,
    ops: usize,
}

/// A stage over all steps.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    time: Duration,
    times: u64,
    rows: u64,
}

/// Stages that are not ops.
const SINGLE: usize = 8;

impl StepProbe for Stopwatch {
    fn ended(&mut self, stage: Stage, rows: usize) {
        let now = Instant::now();
        let place = self.place(stage);
        let tally = &mut self.tallies[place];
        tally.time += now - self.last;
        tally.times += 1;
        tally.rows += rows as u64;
        self.last = now;
    }
}

impl Stopwatch {
    /// A profiler for the steps of a program; it starts immediately.
    pub(super) fn new(program: &Program) -> Self {
        let ops = program.ops.len();
        Stopwatch { last: Instant::now(), tallies: vec![Tally::default(); SINGLE + 4 * ops], ops }
    }

    fn place(&self, stage: Stage) -> usize {
        let of_op = |kind: usize, at: usize| SINGLE + kind * self.ops + at;
        match stage {
            Stage::Gather => 0,
            Stage::Loss => 1,
            Stage::Metrics => 2,
            Stage::Penalties => 3,
            Stage::Search => 4,
            Stage::Optimizer => 5,
            Stage::Validation => 6,
            Stage::Rest => 7,
            Stage::Forward(at) => of_op(0, at),
            Stage::ForwardChain(at) => of_op(1, at),
            Stage::Backward(at) => of_op(2, at),
            Stage::BackwardChain(at) => of_op(3, at),
        }
    }

    fn tally(&self, stage: Stage) -> Tally {
        self.tallies[self.place(stage)]
    }

    /// The measurements so far.
    pub(super) fn profile(mut self, program: &Program) -> StepProfile {
        self.ended(Stage::Rest, 0);
        let single = |what, stage| {
            let Tally { time, times, .. } = self.tally(stage);
            (times > 0).then_some(ProfileLine { layers: Vec::new(), what, pass: None, time, operations: 0.0 })
        };
        let mut lines = Vec::new();
        lines.extend(single("gather", Stage::Gather));
        for at in 0..self.ops {
            lines.extend(self.chain(program, at, 0, Stage::ForwardChain(at)));
            lines.extend(self.line(program, at..at + 1, 0, Stage::Forward(at)));
        }
        lines.extend(single("loss", Stage::Loss));
        lines.extend(single("metrics", Stage::Metrics));
        for at in (0..self.ops).rev() {
            lines.extend(self.line(program, at..at + 1, 1, Stage::Backward(at)));
            lines.extend(self.chain(program, at, 1, Stage::BackwardChain(at)));
        }
        lines.extend(single("penalties", Stage::Penalties));
        lines.extend(single("line search", Stage::Search));
        lines.extend(single("optimizer", Stage::Optimizer));
        lines.extend(single("rest", Stage::Rest));
        let Tally { time: validation, times: validations, .. } = self.tally(Stage::Validation);
        let readings: u64 = self.tallies.iter().map(|tally| tally.times).sum::<u64>() - validations;
        let clock = Duration::from_secs_f64(self.reading() * readings as f64);
        StepProfile { steps: self.tally(Stage::Optimizer).times, lines, validations, validation, clock }
    }

    /// The chain that starts at an index.
    fn chain(&self, program: &Program, at: usize, pass: usize, stage: Stage) -> Option<ProfileLine> {
        let ops = program.chained().find(|ops| ops.start == at)?;
        self.line(program, ops, pass, stage)
    }

    /// Ops that ran in one call, forward (0) or backward (1); `None` if they never did.
    fn line(&self, program: &Program, ops: std::ops::Range<usize>, pass: usize, stage: Stage) -> Option<ProfileLine> {
        let Tally { time, times, rows } = self.tally(stage);
        let operations = program.ops[ops.clone()]
            .iter()
            .map(|op| op.as_a::<DenseOp>().map_or(0.0, |dense| dense.operations(program)[pass]));
        let operations = rows as f64 * operations.sum::<f64>();
        let (layers, what) = (program.op_layers[ops.clone()].to_vec(), program.ops[ops.start].word());
        let pass = Some(["forward", "backward"][pass]);
        (times > 0).then_some(ProfileLine { layers, what, pass, time, operations })
    }

    /// Seconds per clock reading: the minimum over several rounds, because disturbances only make it longer.
    fn reading(&self) -> f64 {
        const READINGS: u32 = 100;
        let mut trial = self.clone();
        let rounds = (0..20).map(|_| {
            let begun = Instant::now();
            (0..READINGS).for_each(|_| std::hint::black_box(&mut trial).ended(Stage::Rest, 0));
            begun.elapsed().as_secs_f64() / f64::from(READINGS)
        });
        rounds.fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activations::{Relu, Sigmoid};
    use crate::events::{Event, Gate};
    use crate::layers::{Dense, Dropout, Layer};
    use crate::losses::MeanSquaredError;
    use crate::network::Network;
    use crate::optimizers::SGD;
    use crate::regularizers::L2;
    use crate::train::{Compile, Examples, Fit, Session, Training, fit};
    use treino_core::rows::Matrix;

    const ROWS: usize = 70;

    /// Trains for 5 epochs in batches of 32; also returns the time from the end of the first step to that of the last
    /// epoch, and the total.
    fn profile(layers: &[Layer], gate: &Gate) -> (StepProfile, [Duration; 2]) {
        let x = Matrix::new(ROWS, 3, (0..3 * ROWS).map(|i| (i * 7 % 10) as f32 / 10.0).collect());
        let y = Matrix::new(ROWS, 1, (0..ROWS).map(|i| (i % 2) as f32).collect());
        let mut network = Network::build(3, layers).unwrap();
        network.initialize(1);
        let compile = Compile::new(SGD::default(), MeanSquaredError::default(), Vec::new());
        let (train, settings) = (Examples::new(&x, &y), Fit { epochs: 5, ..Fit::default() });
        let training = Training {
            compile: &compile,
            train,
            validation: Some(train),
            settings: &settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        let (mut profile, mut seen) = (StepProfile::default(), Vec::new());
        let mut observer = |event: &Event| match event {
            Event::Batch { .. } if !seen.is_empty() => {}
            _ => seen.push(Instant::now()),
        };
        let begun = Instant::now();
        let mut session = Session::new(1, gate, &mut observer);
        session.profile = Some(&mut profile);
        fit(&mut network, &training, &mut session).unwrap();
        let whole = begun.elapsed();
        let inner = seen.last().map_or(Duration::ZERO, |last| *last - seen[0]);
        (profile, [inner, whole])
    }

    #[test]
    fn the_parts_are_the_whole() {
        let decayed = Dense { kernel_regularizer: Some(L2::default().into()), ..Dense::new(4) };
        let layers = [
            decayed.activation(Relu::default()).into(),
            Dense::new(6).into(),
            Dropout { rate: 0.5, ..Dropout::default() }.into(),
            Dense::new(1).activation(Sigmoid::default()).into(),
        ];
        let (profile, [inner, whole]) = profile(&layers, &Gate::new());
        assert_eq!((profile.steps, profile.validations), (15, 5));
        let time = profile.time() + profile.validation;
        assert!(inner <= time && time <= whole, "{inner:?} {time:?} {whole:?}");
        assert!((profile.lines.iter().map(|line| profile.share(line)).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(profile.clock > Duration::ZERO && profile.of_a_step(profile.clock).unwrap() < 1e3);

        let lines = profile.lines.iter().map(|line| (line.name(), line.pass.unwrap_or("")));
        let lines: Vec<(String, &str)> = lines.collect();
        let expected = [
            ("gather", ""),
            ("dense, dense_1", "forward"),
            ("dropout noise", "forward"),
            ("dense_2", "forward"),
            ("dense_2 sigmoid", "forward"),
            ("loss", ""),
            ("metrics", ""),
            ("dense_2 sigmoid", "backward"),
            ("dense_2", "backward"),
            ("dropout noise", "backward"),
            ("dense, dense_1", "backward"),
            ("penalties", ""),
            ("optimizer", ""),
            ("rest", ""),
        ];
        assert_eq!(lines, expected.map(|(name, pass)| (name.to_string(), pass)));
        // 2 m k n for each product; the input has no gradient.
        let rows = (5 * ROWS) as f64;
        let operations: Vec<f64> =
            profile.lines.iter().map(|line| line.operations / rows).filter(|count| *count > 0.0).collect();
        assert_eq!(operations, [2.0 * (12.0 + 24.0), 2.0 * 6.0, 4.0 * 6.0, 2.0 * 12.0 + 4.0 * 24.0]);
    }

    #[test]
    fn frozen_weights_take_no_operations() {
        let frozen = |units| Layer::from(Dense { trainable: false, ..Dense::new(units) });
        let (profile, _) = profile(&[Dense::new(5).into(), frozen(1)], &Gate::new());
        let of = |name: &str, pass| {
            let line = profile.lines.iter().find(|line| line.name() == name && line.pass == Some(pass));
            line.unwrap_or_else(|| panic!("{name}: {:?}", profile.lines)).operations
        };
        // Of the last layer only the gradient of its input is computed, of the first only that of its weights.
        assert_eq!(of("dense_1", "backward"), of("dense_1", "forward"));
        assert_eq!(of("dense", "backward"), of("dense", "forward"));
    }

    #[test]
    fn a_training_without_a_step_has_no_means() {
        let none = StepProfile::default();
        assert_eq!((none.of_a_step(Duration::from_secs(1)), none.of_a_validation()), (None, None));
        // An interruption ends a training after its first step.
        let stopped = Gate::new();
        stopped.stop();
        let (one, _) = profile(&[Dense::new(1).into()], &stopped);
        assert_eq!(one.steps, 1);
    }
}
