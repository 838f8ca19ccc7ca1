//! The progress of a study, on standard error.

use crate::tables::shortened;
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use indicatif::{HumanDuration, ProgressBar};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use treino::statistics::interval95;
use treino::study::{Done, Phase};

/// The longest time between two lines if there is no live block.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shows the progress on standard error.
pub struct StudyProgressBar<'a> {
    terminal: &'a Terminal,
    more_is_better: bool,
    live: Option<ProgressBar>,
    /// When the current phase began.
    began: Instant,
    shown: Instant,
    /// What it trains.
    stretch: BTreeSet<usize>,
    /// Configs that gave no value, or were pruned.
    out: BTreeSet<usize>,
    /// The values of each config so far, and its hyperparameters.
    found: BTreeMap<usize, (String, Vec<f64>)>,
}

impl<'a> StudyProgressBar<'a> {
    pub fn new(terminal: &'a Terminal, more_is_better: bool) -> Self {
        let live = terminal.live_block();
        let (stretch, out, found) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        StudyProgressBar {
            terminal,
            more_is_better,
            live,
            began: Instant::now(),
            shown: Instant::now(),
            stretch,
            out,
            found,
        }
    }

    fn take(&mut self, done: &Done) {
        if done.done == 1 {
            self.began = Instant::now();
            self.stretch.clear();
        }
        self.stretch.insert(done.key.config);
        match done.result.value() {
            Some(value) if done.key.phase == Phase::Search => {
                let (label, values) = self.found.entry(done.key.config).or_default();
                if label.is_empty() {
                    let words: Vec<String> = done.words.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    *label = words.join(", ");
                }
                values.push(value);
            }
            Some(_) => {}
            None => {
                self.out.insert(done.key.config);
            }
        }
    }

    /// The best config so far as text: of those with the most values, the one with the best mean.
    fn best(&self) -> Option<String> {
        let lang = self.terminal.lang;
        let usable = || self.found.iter().filter(|(config, _)| !self.out.contains(config)).map(|(_, one)| one);
        let most = usable().map(|(_, values)| values.len()).max()?;
        let sign = if self.more_is_better { -1.0 } else { 1.0 };
        let of_most = usable().filter(|(_, values)| values.len() == most);
        let ranked = of_most.map(|(label, values)| (label, interval95(values)));
        let (label, best) = ranked.min_by(|a, b| (sign * a.1.mean).total_cmp(&(sign * b.1.mean)))?;
        let label = shortened(label, 50);
        Some(match most {
            1 => lang.study_best_one(label, lang.number(best.mean)),
            _ => lang.study_best(label, lang.number(best.mean), lang.number(best.low), lang.number(best.high)),
        })
    }

    pub fn show(&mut self, done: &Done) {
        self.take(done);
        let every = if self.live.is_some() { Duration::from_millis(100) } else { PATIENCE };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let lang = self.terminal.lang;
        let share = done.done as f64 / done.of.max(1) as f64;
        let left = self.began.elapsed().mul_f64(((1.0 - share) / share.max(1e-9)).min(1e6));
        let words = lang.study_progress(
            lang.grouped(done.done as f64),
            lang.grouped(done.of as f64),
            HumanDuration(Duration::from_secs(left.as_secs())),
            self.stretch.difference(&self.out).count(),
        );
        let words = words + &self.best().unwrap_or_default();
        match &self.live {
            Some(bar) => bar.set_message(format!("  {}", shortened(&words, self.terminal.width.saturating_sub(3)))),
            None => self.terminal.say(&wrapped(&words, self.terminal.width, "  ", "    ")),
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.live {
            bar.finish_and_clear();
        }
    }
}
