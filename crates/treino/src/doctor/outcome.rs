//! Rules about what came out.

use super::check::{Check, Finding};
use super::data::ENOUGH_ROWS;
use crate::report::{Evaluation, Record, TargetRecord};

/// By how much the loss of a held-out part may exceed that of training before it counts as over-fitting, as a share of what the
/// baseline loses.
const GAP: f64 = 0.25;

/// The same where the best epoch's weights are kept, so that the epochs after it did no harm.
const GAP_AT_BEST: f64 = 0.5;

/// A loss within this share of the baseline's is no better than it.
const NO_BETTER: f64 = 0.98;

/// A score this near to perfect on unseen rows is more often a leak than a triumph.
const TOO_GOOD: f64 = 0.999;

/// A class that is found less often is hardly found; one with a larger share is no rare class.
const RARELY: f64 = 0.3;
const RARE: f64 = 0.4;

/// An accuracy or R2 that differs more between seeds depends on them.
const UNSTABLE: f64 = 0.1;

pub(super) fn examine(record: &Record, findings: &mut Vec<Finding>) {
    let several = record.targets.len() > 1;
    let is_best = record.course.best_epoch.is_some() && record.course.best_epoch == record.course.kept_epoch;
    let gap = if is_best && record.data.parts[1].is_some() { GAP_AT_BEST } else { GAP };
    for target in &record.targets {
        let mut add = |rule, attempt: Option<&str>| {
            let (target, attempt) = (several.then(|| target.name.clone()), attempt.map(str::to_string));
            findings.push(Finding { rule, target, attempt });
        };
        let (Some((_, train)), Some((part, honest))) = (target.parts.first(), target.parts.last()) else { continue };
        let ([loss, baseline], [train_loss, _]) = (losses(honest), losses(train));
        let shares = target.has_scores;
        let is_unseen = part != "train";
        let perfect = perfect(honest).filter(|_| is_unseen);
        if let Some((score, value)) = perfect {
            let column = target.importance.first().map(|first| first.column.clone());
            let rule = Check::TooGood { score: score.to_string(), value, part: part.clone(), column };
            add(rule, None);
        } else if loss >= NO_BETTER * baseline && train_loss >= 0.9 * baseline {
            let rule = Check::UnderFitting { loss, baseline, part: part.clone(), shares };
            add(rule, Some("--hidden 32,16 --learning-rate 0.001"));
        } else if is_unseen && loss - train_loss > gap * baseline {
            let rule = Check::OverFitting { train: train_loss, other: loss, part: part.clone(), shares };
            add(rule, Some("--dropout 0.3"));
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
            add(rule, if several { None } else { Some("--class-weight balanced") });
        }
        if let Evaluation::Classes(classes) = honest {
            let lost = classes.classes.iter().filter(|c| c.support > 0.0 && c.training_share == 0.0);
            let lost: Vec<String> = lost.map(|class| class.name.clone()).collect();
            if !lost.is_empty() {
                let attempt = record.setting.is_split_last().then_some("--set data.split=random");
                add(Check::AbsentClasses { classes: lost }, attempt);
            }
        }
        if let Some((score, range, seeds)) = unstable(target) {
            add(Check::UnstableSeeds { score, range, seeds }, Some("--repeats 30"));
        }
    }
}

/// The loss that counts and the baseline's: log-loss, the share of wrong rows where there are no probabilities, or the mean of squares.
fn losses(evaluation: &Evaluation) -> [f64; 2] {
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
