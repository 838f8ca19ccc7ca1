//! Topics that train the user's network.

mod descent;
mod held_back;
mod inputs;
mod loss;
mod start;

pub(super) use descent::{batch_size, learning_rate, optimizers, schedules};
pub(super) use held_back::{dropout, epochs, penalties};
pub(super) use inputs::{batch_normalisation, input_scale};
pub(super) use loss::{evaluation, loss};
pub(super) use start::{initial_weights, seeds};

use super::ClaimResult;
use super::experiment::{Experiment, TrainedVariants};

/// Adds the likely reason why a claim was refuted, where one was measured.
fn explain(words: &mut [String], finding: ClaimResult, reason: Option<String>) {
    if let (ClaimResult::Refuted, Some(reason), Some(last)) = (finding, reason, words.last_mut()) {
        last.push(' ');
        last.push_str(&reason);
    }
}

impl Experiment<'_> {
    /// The best and the worst variant.
    fn best_words(&self, trained: &TrainedVariants) -> String {
        let lang = self.lang();
        let (best, worst) = (trained.best(), trained.worst());
        let name = |arm: usize| &trained.labels[arm];
        let (n, judged) = (trained.labels.len(), &trained.judge.name);
        let value = |arm: usize| lang.number(trained.mean(arm));
        match trained.configs[worst].diverged() {
            0 => lang.explore_best(n, judged, name(best), value(best), name(worst), value(worst)),
            diverged => {
                lang.explore_best_diverged(n, judged, name(best), value(best), name(worst), diverged, self.how.seeds)
            }
        }
    }

    /// The comparison of two variants.
    fn pair_words(&self, trained: &TrainedVariants, a: usize, b: usize) -> String {
        let lang = self.lang();
        let (first, second) = (&trained.labels[a], &trained.labels[b]);
        let diverged = |at: usize| trained.configs[at].diverged();
        if let Some(at) = [a, b].into_iter().find(|at| diverged(*at) > 0) {
            return lang.explore_diverged(&trained.labels[at], diverged(at), self.how.seeds);
        }
        let Some(found) = trained.compare(a, b) else { return lang.nothing_usable() };
        let (better, p) = trained.judge_pair(a, b);
        let p = lang.p_value(p);
        let losses = found.pairs - found.wins - found.ties;
        match better {
            Some(true) => lang.beats(first, second, found.wins, found.pairs, p),
            Some(false) => lang.beats(second, first, losses, found.pairs, p),
            None => lang.level_pair(first, second, found.wins, found.ties, found.pairs),
        }
    }
}
