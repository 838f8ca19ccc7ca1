//! Rules about the epochs.

use super::check::{Check, Finding};
use super::remedy::{Case, Change};
use crate::report::{Evaluation, Record, RecordedEnding};
use crate::statistics::mean;

/// A first epoch whose loss is so many times the baseline's has blown up.
const BLOWN_UP: f64 = 5.0;

/// A loss that changes so much from epoch to epoch, as a share of the baseline's, and gets worse so often, jumps about.
const JUMPS: f64 = 0.05;
const OFTEN: f64 = 0.35;

/// A loss that came less far than this share of the baseline's, at this share of its first pace or more, is too slow.
const NOT_FAR: f64 = 0.5;
const SAME_PACE: f64 = 0.5;

/// Fewer epochs say little about a pace.
const ENOUGH_EPOCHS: usize = 5;

/// From so many epochs on, a best one before their middle is worth a word.
const LONG: usize = 40;

pub(super) fn examine(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let record = case.record;
    let course = &record.course;
    let rate = record.setting.learning_rate;
    let mut add = |rule, candidates: Vec<Vec<Change>>| {
        findings.push(Finding { rule, target: None, remedy: case.first(candidates) });
    };
    if let RecordedEnding::Diverged { epoch, step, place, learning_rate, in_expression, .. } = &course.ending {
        let (place, in_expression) = (place.clone(), *in_expression);
        let rule = Check::Diverged { epoch: epoch + 1, step: step + 1, place, in_expression };
        // No rate helps against log(0).
        add(rule, (!in_expression).then(|| case.lower_rate(*learning_rate)).into_iter().collect());
        return;
    }
    let is_alone = record.setting.batch_size == 1 || record.data.parts[0] == Some(1);
    let normalising = record.setting.layers.iter().find(|layer| layer.class == "BatchNormalization");
    // A frozen layer uses its moving statistics.
    let is_frozen = record.setting.spec.contains("trainable = false");
    if let Some(layer) = normalising.filter(|_| is_alone && !is_frozen) {
        add(Check::BatchOfOne { layer: layer.name.clone() }, vec![vec![Change::BatchSize(32)]]);
    }
    let loss: Vec<f64> = course.task_loss("loss").unwrap_or_default();
    let finite: Vec<f64> = loss.iter().copied().filter(|x| x.is_finite()).collect();
    let epochs = course.epochs.len();
    if finite.len() < loss.len() || finite.is_empty() {
        return;
    }
    // Only the usual losses can be compared with a baseline.
    let scale = baseline(record);
    let mut settled = true;
    if let Some(scale) = scale {
        let later = &loss[loss.len() / 3..];
        let jumps: Vec<f64> = later.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let worse = jumps.iter().filter(|jump| **jump > 0.0).count() as f64 / jumps.len().max(1) as f64;
        let size =
            if jumps.is_empty() { 0.0 } else { mean(&jumps.iter().map(|j| j.abs()).collect::<Vec<_>>()) / scale };
        let blown_up = (loss[0] > BLOWN_UP * scale).then_some(loss[0] / scale);
        if blown_up.is_some() || (jumps.len() >= ENOUGH_EPOCHS && size > JUMPS && worse > OFTEN) {
            let lower = rate.map(|rate| case.lower_rate(rate));
            add(Check::RateTooHigh { rate, blown_up, jumps: [size, worse] }, lower.into_iter().collect());
            settled = false;
        }
    }
    let is_whole = course.ending == RecordedEnding::Finished;
    let best_is_last = course.best_epoch.is_some_and(|best| best + 1 == epochs);
    if settled && is_whole && best_is_last && epochs > 1 {
        let (from, to) = (loss[0], loss[epochs - 1]);
        let half = loss[(epochs - 1) / 2];
        let pace = (half - to) / (from - half);
        let far = scale.map_or(f64::INFINITY, |scale| (from - to) / scale);
        if epochs >= ENOUGH_EPOCHS && far < NOT_FAR && pace > SAME_PACE {
            let higher = rate.map(|rate| case.higher_rate(rate));
            add(Check::RateTooLow { rate, from, to, epochs }, higher.into_iter().collect());
        } else {
            add(Check::StillImproving { epochs }, vec![more_epochs(case)]);
        }
    }
    if let (true, true, Some(best)) = (is_whole, epochs >= LONG, course.best_epoch)
        && (best + 1) * 2 < epochs
    {
        let fewer = vec![Change::Epochs((best + 1) * 3 / 2)];
        let candidate = if case.can_stop_early() { case.stopping_early([]) } else { fewer };
        add(Check::Plateau { best: best + 1, epochs }, vec![candidate]);
    }
}

/// Three times the epochs; with early stopping none of the further ones can do harm.
pub(super) fn more_epochs(case: &Case<'_>) -> Vec<Change> {
    case.stopping_early([Change::Epochs(case.record.course.epochs.len().max(1) * 3)])
}

/// What the baseline loses on the training rows, in the units of the training's loss; `None` where that loss is another one.
fn baseline(record: &Record) -> Option<f64> {
    let [target] = &record.targets[..] else { return None };
    let (_, train) = target.parts.first()?;
    let loss = record.setting.losses.first()?.as_str();
    let crossentropies = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"];
    match train {
        Evaluation::Classes(classes) if crossentropies.contains(&loss) => Some(classes.log_loss?.baseline),
        Evaluation::Numbers(numbers) if loss == "mean_squared_error" => {
            Some(numbers.mse.baseline / (target.unit * target.unit))
        }
        _ => None,
    }
}
