//! Rules about what came out.

use super::check::{Check, Finding};
use super::data::ENOUGH_ROWS;
use super::remedy::{Case, Change, two_digits};
use super::training_checks::more_epochs;
use crate::report::{Evaluation, RecordedEnding, TargetRecord};
use crate::spec::ModelSection;

/// By how much the loss of a held-out part may exceed that of training before it counts as over-fitting, as a share of what the
/// baseline loses.
const GAP: f64 = 0.25;

/// The same where the best epoch's weights are kept, so that the epochs after it did no harm.
const GAP_AT_BEST: f64 = 0.5;

/// A loss within this share of the baseline's is no better than it.
const NO_BETTER: f64 = 0.98;

/// A loss on training rows of at least this share of the baseline's was hardly brought down.
pub(super) const LEARNT_NOTHING: f64 = 0.9;

/// A score this near to perfect on unseen rows is more often a leak than a triumph.
const TOO_GOOD: f64 = 0.999;

/// A class that is found less often is hardly found; one with a larger share is no rare class.
const RARELY: f64 = 0.3;
const RARE: f64 = 0.4;

/// An accuracy or R2 that differs more between seeds depends on them.
const UNSTABLE: f64 = 0.1;

/// A loss that is so many times that of training, by so much of the baseline's, is over-fitting too, however small both are.
const TIMES: f64 = 5.0;
const GAP_OF_SMALL_LOSSES: f64 = 0.05;

/// Predictions with an AUC above this rank the rows by something that they know, even if their probabilities are off.
const RANKS: f64 = 0.6;

/// Penalties and dropout above these hold a network back that learns nothing; narrower layers have little to learn with.
const STRONG_PENALTY: f64 = 0.01;
const STRONG_DROPOUT: f64 = 0.5;
const NARROW: usize = 8;

/// An L2 penalty below this holds nothing back that over-fits in spite of early stopping.
const HOLDS_BACK: f64 = 0.005;

pub(super) fn examine(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let record = case.record;
    let several = record.targets.len() > 1;
    let is_best = record.course.best_epoch.is_some() && record.course.best_epoch == record.course.kept_epoch;
    let gap = if is_best && record.data.parts[1].is_some() { GAP_AT_BEST } else { GAP };
    for target in &record.targets {
        let mut add = |rule, candidates: Vec<Vec<Change>>| {
            findings.push(Finding {
                rule,
                target: several.then(|| target.name.clone()),
                remedy: case.first(candidates),
            });
        };
        let (Some((_, train)), Some((part, honest))) = (target.parts.first(), target.parts.last()) else { continue };
        let ([loss, baseline], [train_loss, _]) = (losses(honest), losses(train));
        let shares = target.has_scores;
        let is_unseen = part != "train";
        let many_times = loss > TIMES * train_loss && loss - train_loss > GAP_OF_SMALL_LOSSES * baseline;
        let over_fits = loss - train_loss > gap * baseline || (many_times && rows(honest) >= ENOUGH_ROWS);
        let perfect = perfect(honest).filter(|_| is_unseen);
        if let Some((score, value)) = perfect {
            let column = target.importance.first().map(|first| first.column.clone());
            let rule = Check::TooGood { score: score.to_string(), value, part: part.clone(), column };
            add(rule, Vec::new());
        } else if let Some((rule, candidates)) = held_back_too_much(case, losses(train)) {
            add(rule, candidates);
        } else if loss >= NO_BETTER * baseline && train_loss >= LEARNT_NOTHING * baseline && !ranks(honest) {
            let rule = Check::UnderFitting { loss, baseline, part: part.clone(), shares };
            add(rule, freer(case));
        } else if is_unseen && over_fits {
            let rule = Check::OverFitting { train: train_loss, other: loss, part: part.clone(), shares };
            add(rule, held_back(case));
        }
        if let Evaluation::Classes(classes) = honest
            && !record.setting.is_class_weighted
            && classes.accuracy.model >= classes.accuracy.baseline
            && let Some(lost) = classes.classes.iter().find(|c| {
                c.support >= 1.0 && c.scores.recall < RARELY && (f64::MIN_POSITIVE..RARE).contains(&c.training_share)
            })
        {
            let rule = Check::HiddenImbalance {
                class: lost.name.clone(),
                recall: lost.scores.recall,
                accuracy: classes.accuracy.model,
                share: lost.training_share,
            };
            // Classes can be weighed in networks with one output only.
            add(rule, if several { Vec::new() } else { vec![vec![Change::BalancedClasses]] });
        }
        if let Evaluation::Classes(classes) = honest {
            let lost = classes.classes.iter().filter(|c| c.training_share == 0.0);
            let lost: Vec<String> = lost.map(|class| class.name.clone()).collect();
            if !lost.is_empty() {
                let is_last = record.setting.is_split_last();
                add(
                    Check::AbsentClasses { classes: lost },
                    is_last.then(|| vec![Change::RandomSplit]).into_iter().collect(),
                );
            }
        }
        if let Some((score, range, seeds)) = unstable(target) {
            add(Check::UnstableSeeds { score, range, seeds }, vec![vec![Change::Repeats(seeds.max(30))]]);
        }
    }
}

/// What gives a network that learnt nothing more freedom.
fn freer(case: &Case<'_>) -> Vec<Vec<Change>> {
    let mut candidates = Vec::new();
    if case.units().is_some_and(|units| units.iter().all(|units| *units < NARROW)) {
        candidates.push(case.stopping_early([Change::Hidden(vec![64, 64])]));
    }
    let course = &case.record.course;
    if course.ending == RecordedEnding::Finished
        && course.best_epoch.is_some_and(|best| best + 1 == course.epochs.len())
    {
        candidates.push(more_epochs(case));
    }
    candidates
}

/// Penalties or dropout so strong that the network learnt nothing, and the changes that make them weaker.
fn held_back_too_much(case: &Case<'_>, train: [f64; 2]) -> Option<(Check, Vec<Vec<Change>>)> {
    let [train_loss, baseline] = train;
    let [l1, l2, dropout] = case.strength();
    // What the short form takes by itself for so many rows.
    let usual = ModelSection::default().l2_for(case.record.data.parts[0].unwrap_or_default());
    let (penalized, dropped) = (l1.max(l2) > STRONG_PENALTY.max(2.0 * usual), dropout > STRONG_DROPOUT);
    if train_loss < LEARNT_NOTHING * baseline || !(penalized || dropped) {
        return None;
    }
    let mut weaker = Vec::new();
    if penalized {
        weaker.extend((l1 > 0.0).then_some(Change::L1(0.0)));
        weaker.push(Change::L2(two_digits(usual)));
    }
    weaker.extend(dropped.then_some(Change::Dropout(0.2)));
    Some((
        Check::StrongRegularization { l1, l2, dropout, train: train_loss, baseline },
        vec![case.stopping_early(weaker)],
    ))
}

/// What holds a network back that knows its training rows too well.
fn held_back(case: &Case<'_>) -> Vec<Vec<Change>> {
    if case.can_stop_early() {
        return vec![case.stopping_early([])];
    }
    let [_, l2, dropout] = case.strength();
    // A network that is held back more learns more slowly.
    let patience = case.record.course.stopping.iter().map(|stopping| Change::StopEarly(5 * stopping.patience)).next();
    let with_patience = |change| std::iter::once(change).chain(patience.clone()).collect();
    vec![
        with_patience(Change::L2(two_digits(10.0 * l2).max(HOLDS_BACK))),
        with_patience(Change::Dropout(two_digits(dropout + 0.1).min(0.5))),
    ]
}

/// Whether predicted classes say something about the rows, whatever their probabilities are worth.
fn ranks(evaluation: &Evaluation) -> bool {
    matches!(evaluation, Evaluation::Classes(classes) if classes.auc.is_some_and(|auc| auc > RANKS))
}

fn rows(evaluation: &Evaluation) -> usize {
    match evaluation {
        Evaluation::Classes(classes) => classes.n,
        Evaluation::Numbers(numbers) => numbers.n,
    }
}

/// The loss that counts and the baseline's: log-loss, the share of wrong rows where there are no probabilities, or the mean of squares.
pub(super) fn losses(evaluation: &Evaluation) -> [f64; 2] {
    match evaluation {
        Evaluation::Classes(c) => match &c.log_loss {
            Some(log_loss) => [log_loss.model, log_loss.baseline],
            None => [1.0 - c.accuracy.model, 1.0 - c.accuracy.baseline],
        },
        Evaluation::Numbers(n) => [n.mse.model, n.mse.baseline],
    }
}

fn perfect(evaluation: &Evaluation) -> Option<(&'static str, f64)> {
    let (value, score, n) = match evaluation {
        Evaluation::Classes(c) => (c.accuracy.model, "accuracy", c.n),
        Evaluation::Numbers(n) => (n.r2.as_ref()?.model, "R2", n.n),
    };
    (value >= TOO_GOOD && n >= ENOUGH_ROWS).then_some((score, value))
}

fn unstable(target: &TargetRecord) -> Option<(String, [f64; 2], usize)> {
    let (name, values) = target.seeds.iter().find(|(name, _)| name == "accuracy" || name == "R2")?;
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    (values.len() > 1 && high - low > UNSTABLE).then(|| (name.clone(), [low, high], values.len()))
}
