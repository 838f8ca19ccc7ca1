//! What the time of a training goes into.
//!
//! A clock is read wherever a part of a step ends, and what went by since the last reading is that part's: all parts
//! together are the whole. A reading takes some 20 to 50 ns itself; [`Profile::clock`] says what they come to, because in
//! a step of few microseconds that shows.

use crate::model::{Op, Program, Stage, Watch};
use std::time::{Duration, Instant};

/// What the steps of a training did with their time, and its validations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// How many steps were made.
    pub steps: u64,
    /// The parts of all steps, in the order in which a step passes through them; the last one is what lies between steps.
    pub lines: Vec<Line>,
    /// How many validations there were.
    pub validations: u64,
    /// What they took.
    pub validation: Duration,
    /// What reading the clock took in all steps, about. It is part of the lines.
    pub clock: Duration,
}

/// A part of a step, over all steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The layers whose work it is; none for what belongs to no layer.
    pub layers: Vec<String>,
    /// What is done: `dense`, `sigmoid`, `gather`, `loss`, ...
    pub what: &'static str,
    /// `forward` or `backward`, of layers.
    pub pass: Option<&'static str>,
    /// How long it took in all steps.
    pub time: Duration,
    /// Multiplications and additions of dense layers: 2 m k n forward; backward as many for the gradient of the weights, and
    /// as many for that of the input, where they are wanted. 0 for everything else.
    pub operations: f64,
}

impl Profile {
    /// What all steps took, with what lies between them.
    pub fn time(&self) -> Duration {
        self.lines.iter().map(|line| line.time).sum()
    }

    /// Microseconds of a step, of so much of all steps; `None` without a step.
    pub fn of_a_step(&self, time: Duration) -> Option<f64> {
        (self.steps > 0).then(|| 1e6 * time.as_secs_f64() / self.steps as f64)
    }

    /// Microseconds of a validation; `None` without one.
    pub fn of_a_validation(&self) -> Option<f64> {
        (self.validations > 0).then(|| 1e6 * self.validation.as_secs_f64() / self.validations as f64)
    }

    /// Which share of all steps a part has, from 0 to 1.
    pub fn share(&self, line: &Line) -> f64 {
        line.time.as_secs_f64() / self.time().as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Line {
    /// Its name without the pass: the layers, and what they are where their names do not say it.
    pub fn name(&self) -> String {
        let layers = self.layers.join(", ");
        match self.layers.iter().all(|layer| layer.contains(self.what)) {
            _ if self.layers.is_empty() => self.what.to_string(),
            true => layers,
            false => format!("{layers} {}", self.what),
        }
    }

    /// Billions of operations a second, of dense layers.
    pub fn gflops(&self) -> Option<f64> {
        let nanoseconds = 1e9 * self.time.as_secs_f64();
        (self.operations > 0.0 && nanoseconds > 0.0).then(|| self.operations / nanoseconds)
    }
}

/// Takes the time of each stage. All its room is there from the beginning.
#[derive(Debug, Clone)]
pub(super) struct Stopwatch {
    /// When the stage before ended.
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

/// Stages that are no op's.
const SINGLE: usize = 8;

impl Watch for Stopwatch {
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
    /// For the steps of a program; it runs from now on.
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

    /// What it measured up to now.
    pub(super) fn profile(mut self, program: &Program) -> Profile {
        self.ended(Stage::Rest, 0);
        let single = |what, stage| {
            let Tally { time, times, .. } = self.tally(stage);
            (times > 0).then_some(Line { layers: Vec::new(), what, pass: None, time, operations: 0.0 })
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
        Profile { steps: self.tally(Stage::Optimizer).times, lines, validations, validation, clock }
    }

    /// The chain that begins at a place.
    fn chain(&self, program: &Program, at: usize, pass: usize, stage: Stage) -> Option<Line> {
        let ops = program.chained().find(|ops| ops.start == at)?;
        self.line(program, ops, pass, stage)
    }

    /// Ops that ran in one call, forward (0) or backward (1); `None` if they never did.
    fn line(&self, program: &Program, ops: std::ops::Range<usize>, pass: usize, stage: Stage) -> Option<Line> {
        let Tally { time, times, rows } = self.tally(stage);
        let operations = program.ops[ops.clone()].iter().map(|op| match op {
            Op::Dense(dense) => dense.operations(program)[pass],
            _ => 0.0,
        });
        let operations = rows as f64 * operations.sum::<f64>();
        let (layers, what) = (program.op_layers[ops.clone()].to_vec(), program.ops[ops.start].word());
        let pass = Some(["forward", "backward"][pass]);
        (times > 0).then_some(Line { layers, what, pass, time, operations })
    }

    /// Seconds that one reading takes: the least of some rounds, because whatever comes between makes it longer.
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
