//! The lecture on one's own data: one setting after another is varied around a sensible training of the user's table, with
//! repeated seeds, and each claim of the lecture is held against what was measured there.
//!
//! ```text
//! Spec --Lab--> arms x seeds --topics, one after another--> Exploration --exploration_report--> one page
//! ```
//! A [`Topic`] is a slide: its pictures, two sentences that say what was measured here, the lecture's claim, and whether it
//! held. Topics in `measured/` train the user's network; those in `two_weights/` train networks of two weights on two of the
//! user's columns, whose whole error surface can be drawn. Both go through the same engine and optimizers as any training.
//!
//! Settings are told apart by Wilcoxon's signed-rank test over the same seeds: some go astray by orders of magnitude, which
//! blinds a t test. What is measured depends on the seed alone, but for seconds.

mod experiment;
mod figure_words;
mod measured;
mod page;
mod pictures;
mod two_weights;
mod words;

pub use page::exploration_report;

use crate::figure::Figure;
use crate::language::Lang;
use experiment::Experiment;
use treino::error::{Error, Result};
use treino::events::Gate;
use treino::spec::Spec;
use treino::train::Simd;

/// How to explore.
#[derive(Debug, Clone, Copy)]
pub struct Explore<'a> {
    /// Seeds of each setting, at least 2.
    pub seeds: usize,
    /// The topics to explore, by their ids; empty for all.
    pub only: &'a [String],
    /// The language of words and figures.
    pub lang: Lang,
    /// Trainings side by side, one a thread; they never change the result.
    pub threads: usize,
    /// The instruction set; it never changes the result.
    pub simd: Simd,
    /// Stopped, no further training begins; paused, none begins for a while.
    pub gate: &'a Gate,
    /// The command that makes the exploration, without its `--only`.
    pub command: &'a str,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimResult {
    /// It was seen here too.
    Confirmed,
    /// The opposite was seen here.
    Refuted,
    /// The seeds do not tell.
    Undecided,
    /// There was nothing to test: a picture that explains.
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

    /// Of a difference: whether it is as claimed (`true`) or the other way round; `None` where it cannot be told from none.
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
    /// What the lecture says.
    pub claim: String,
    /// Whether it held here.
    pub finding: ClaimResult,
    /// What was measured here, with its numbers: two sentences.
    pub words: Vec<String>,
    /// Its pictures.
    pub figures: Vec<Figure>,
    /// A number of a training after each of its epochs, less being better, for a reader to play early stopping with.
    pub recorded: Option<(String, Vec<f64>)>,
}

/// A table, explored.
#[derive(Debug, Clone, PartialEq)]
pub struct Exploration {
    /// In the order of the lecture.
    pub topics: Vec<Topic>,
    /// Ids of topics that this table or network has nothing to show for.
    pub left_out: Vec<&'static str>,
    /// The training that was varied, and how often, in sentences.
    pub words: Vec<String>,
    /// Whether it was told to stop before the last topic.
    pub cut_short: bool,
    /// What was decided about the table without being asked.
    pub notes: Vec<treino::data::Note>,
}

impl Exploration {
    /// How many claims were confirmed and how many not, in words.
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

/// Measures a topic; `None` where there is nothing to show for it.
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

/// Explores a table around the training that a spec describes. `watch` is told the id of each topic as it begins, its
/// number from 1, and how many there are.
///
/// # Errors
/// Anything that is wrong with the spec or its data; no rows for validation; several targets; fewer than two seeds; a topic
/// that does not exist.
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
        // Of a topic that was interrupted some trainings are missing.
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
