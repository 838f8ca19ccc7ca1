//! The lecture on the user's data: settings are varied one after another around a sensible training of the user's
//! table, with repeated seeds, and each claim of the lecture is compared with the measurements.
//!
//! ```text
//! Spec --Lab--> arms x seeds --topics, one after another--> Exploration --exploration_report--> one page
//! ```
//! A [`Topic`] is a slide: its figures, two sentences with the measurements, the lecture's claim, and whether it held.
//! Topics in `measured/` train the user's network; those in `two_weights/` train networks of two weights on two of the
//! user's columns, whose whole error surface can be drawn. Both use the same engine and optimizers as any training.
//!
//! Settings are compared by Wilcoxon's signed-rank test over the same seeds: some diverge by orders of magnitude, which
//! makes a t test useless. If each seed has its own split, the t test that is corrected for shared rows must agree. All
//! results depend on the seed alone, except durations.

mod experiment;
mod figure_words;
mod measured;
mod page;
mod pictures;
mod two_weights;
mod words;

pub use page::exploration_report;

use crate::figure::{Figure, FigureTable};
use crate::language::Lang;
use experiment::Experiment;
use treino::error::{Error, Result};
use treino::events::Gate;
use treino::spec::Spec;
use treino::train::Simd;

/// The options of an exploration.
#[derive(Debug, Clone, Copy)]
pub struct Explore<'a> {
    /// Seeds of each setting, at least 2.
    pub seeds: usize,
    /// Whether each seed has its own split, too.
    pub vary_split: bool,
    /// The topics to explore, by their ids; empty for all.
    pub only: &'a [String],
    /// The language of words and figures.
    pub lang: Lang,
    /// The number of trainings in parallel, one per thread; it never changes the result.
    pub threads: usize,
    /// The instruction set; it never changes the result.
    pub simd: Simd,
    /// While it is paused, no further training starts; once it is stopped, none starts at all.
    pub gate: &'a Gate,
    /// The command for the exploration, without its `--only`.
    pub command: &'a str,
}

/// The result for a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimResult {
    /// The same was measured here.
    Confirmed,
    /// The opposite was measured here.
    Refuted,
    /// The difference is not significant.
    Undecided,
    /// There was nothing to test: an explanatory picture.
    Shown,
}

impl ClaimResult {
    /// Its name in files: `confirmed`, `refuted`, `undecided`, `shown`.
    pub fn name(self) -> &'static str {
        match self {
            ClaimResult::Confirmed => "confirmed",
            ClaimResult::Refuted => "refuted",
            ClaimResult::Undecided => "undecided",
            ClaimResult::Shown => "shown",
        }
    }

    /// For a difference: whether it is as claimed (`true`) or the opposite; `None` if it is not significant.
    fn of(as_claimed: Option<bool>) -> Self {
        match as_claimed {
            Some(true) => ClaimResult::Confirmed,
            Some(false) => ClaimResult::Refuted,
            None => ClaimResult::Undecided,
        }
    }
}

/// A slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name in links and in [`Explore::only`].
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// The claim of the lecture.
    pub claim: String,
    /// Whether it held here.
    pub finding: ClaimResult,
    /// The measurements, with their numbers: two sentences.
    pub words: Vec<String>,
    /// Its pictures.
    pub figures: Vec<Figure>,
    /// A table with each number of a computation, to be done again by hand, and what it shows.
    pub worked: Option<(FigureTable, String)>,
    /// A metric of a training after each of its epochs, less being better, for an interactive replay of early stopping.
    pub recorded: Option<(String, Vec<f64>)>,
}

/// The exploration of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Exploration {
    /// In the order of the lecture.
    pub topics: Vec<Topic>,
    /// Ids of topics that are not applicable to this table or network.
    pub left_out: Vec<&'static str>,
    /// A description of the base training and of the repeats, in sentences.
    pub words: Vec<String>,
    /// Whether it was stopped before the last topic.
    pub cut_short: bool,
    /// What was decided about the table automatically.
    pub notes: Vec<treino::data::Note>,
}

impl Exploration {
    /// A sentence with the numbers of confirmed and other claims.
    pub fn counts(&self, lang: Lang) -> String {
        let count = |finding| self.topics.iter().filter(|topic| topic.finding == finding).count();
        lang.explore_counts(
            count(ClaimResult::Confirmed),
            count(ClaimResult::Refuted),
            count(ClaimResult::Undecided),
            count(ClaimResult::Shown),
        )
    }
}

/// Measures a topic; `None` if it is not applicable.
type MeasureTopic = fn(&Experiment<'_>) -> Result<Option<Topic>>;

/// The topics in the order of the lecture.
const TOPICS: [(&str, MeasureTopic); 16] = [
    ("loss", measured::loss),
    ("log-loss", two_weights::log_loss),
    ("gradient-descent", two_weights::gradient_descent),
    ("backpropagation", two_weights::backpropagation),
    ("optimizers", measured::optimizers),
    ("learning-rate", measured::learning_rate),
    ("schedules", measured::schedules),
    ("initial-weights", measured::initial_weights),
    ("seeds", measured::seeds),
    ("epochs", measured::epochs),
    ("batch-size", measured::batch_size),
    ("input-scale", measured::input_scale),
    ("batch-normalisation", measured::batch_normalisation),
    ("penalties", measured::penalties),
    ("dropout", measured::dropout),
    ("evaluation", measured::evaluation),
];

/// The ids of all topics, in the order of the lecture.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(id, _)| *id)
}

/// Explores a table around the training of a spec. `watch` gets the id of each topic as it starts, its number from 1,
/// and the number of topics.
///
/// # Errors
/// Returns an error for anything that is wrong with the spec or its data; for no validation rows; for several targets;
/// for fewer than two seeds; or for an unknown topic.
pub fn explore(spec: &Spec, how: &Explore<'_>, watch: &mut dyn FnMut(&str, usize, usize)) -> Result<Exploration> {
    for name in how.only {
        if !topics().any(|id| id == name) {
            let error = Error::input(format!("there is no topic \"{name}\"")).nearest(name, topics());
            return Err(error.help(format!("the topics are {}", topics().collect::<Vec<_>>().join(", "))));
        }
    }
    if how.seeds < 2 {
        return Err(Error::input(format!(
            "seeds is {}, and must be at least 2: one training proves nothing",
            how.seeds
        )));
    }
    let lab = Experiment::new(spec, how)?;
    let asked: Vec<_> =
        TOPICS.iter().filter(|(id, _)| how.only.is_empty() || how.only.iter().any(|name| name == id)).collect();
    let (words, notes) = (lab.words(), lab.planned.prepared.notes.clone());
    let mut found = Exploration { topics: Vec::new(), left_out: Vec::new(), words, cut_short: false, notes };
    for (at, (id, measure)) in asked.iter().enumerate() {
        watch(id, at + 1, asked.len());
        let topic = measure(&lab)?;
        // An interrupted topic lacks some trainings.
        if how.gate.is_stopped() {
            found.cut_short = true;
            break;
        }
        match topic {
            Some(topic) => found.topics.push(topic),
            None => found.left_out.push(id),
        }
    }
    Ok(found)
}
