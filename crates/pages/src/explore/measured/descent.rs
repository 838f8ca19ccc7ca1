//! Optimizer, learning rate, schedule, batch size.

use super::super::experiment::{Experiment, TrainedVariants, Variant};
use super::super::pictures::fitting;
use super::super::{ClaimResult, Topic, two_weights};
use super::explain;
use crate::figure::{Axis, AxisScale, Figure, FigureTable, Panel, SeedCurves, Series, SeriesShape};
use treino::callbacks::ReduceLROnPlateau;
use treino::catalog::Value;
use treino::error::Result;
use treino::optimizers::{Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, Optimizer, RMSprop, SGD};
use treino::schedules::{CosineDecay, ExponentialDecay, Schedule};
use treino::spec::{Spec, set};
use treino::study::Standing;

/// The eight optimizers of the lecture, each at its default learning rate.
fn eight() -> [Optimizer; 8] {
    [
        SGD::default().into(),
        RMSprop::default().into(),
        Adam::default().into(),
        Adadelta::default().into(),
        Adagrad::default().into(),
        Adamax::default().into(),
        Nadam::default().into(),
        Ftrl::default().into(),
    ]
}

/// A variant is near the best within this share of the distance from the best to the worst.
const NEAR: f64 = 0.1;

/// A spec whose optimizer has another learning rate: a number or a schedule.
fn with_rate(spec: &Spec, rate: Value) -> Result<Spec> {
    let mut entries = spec.entries();
    set(&mut entries, "compile.optimizer.learning_rate", rate, "learning_rate")?;
    Spec::read(&entries)
}

/// The initial learning rate of the base training.
fn base_rate(lab: &Experiment<'_>) -> Option<f64> {
    let optimizer = &lab.base.compile.optimizer;
    optimizer.descriptor().param("learning_rate")?;
    Some(optimizer.inner().options().learning_rate.at(0)).filter(|rate| *rate > 0.0)
}

/// A variant with another rate that runs all its epochs and keeps its last weights.
fn long_arm_at(lab: &Experiment<'_>, label: String, rate: Value) -> Result<Variant> {
    let spec = with_rate(&lab.base, rate)?;
    Ok(lab.long_arm(label, |base| *base = Spec { callbacks: Vec::new(), ..spec }))
}

/// The default figure of a topic: curves, and every seed.
fn usual(lab: &Experiment<'_>, id: &str, topic: &str, title: &str, trained: &TrainedVariants) -> Figure {
    let panels = vec![lab.curves(trained, &trained.judge.name), lab.strip(trained)];
    lab.figure(
        id,
        topic,
        Experiment::titled(title, trained),
        vec![lab.best_words(trained)],
        panels,
        lab.summary(trained),
    )
}

/// The lecture's eight optimizers, and their paths on an error surface of two weights.
pub(in super::super) fn optimizers(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let arms = eight().into_iter().map(|o| lab.arm(o.name(), |spec| spec.compile.optimizer = o.clone()));
    let trained = lab.train(arms.collect(), lab.by_error())?;
    let adam = eight().iter().position(|o| o.name() == "adam").unwrap_or(0);
    let (best, worst) = (trained.best(), trained.worst());
    let share = (trained.mean(adam) - trained.mean(best)) / (trained.mean(worst) - trained.mean(best));
    // If the worst one diverged, it has no mean: the distance to it counts as infinite.
    let share = if share.is_finite() { share } else { 0.0 };
    let finding = match trained.is_better(best, worst) {
        Some(true) if share <= NEAR => ClaimResult::Confirmed,
        Some(true) => ClaimResult::Refuted,
        _ => ClaimResult::Undecided,
    };
    let mut words = vec![
        lab.best_words(&trained),
        format!("{} {}", lab.pair_words(&trained, best, worst), lang.explore_share("adam", lang.percent(share))),
    ];
    let epochs = lab.base.fit.epochs;
    let ran_out = trained.epochs(adam) > 0.9 * epochs as f64;
    explain(&mut words, finding, ran_out.then(|| lang.reason_adam_ran_out(epochs)));
    let title = lang.topic_optimizers_title();
    let mut figures = vec![usual(lab, "eight-optimizers", "optimizers", &title, &trained)];
    figures.extend(two_weights::race(lab)?);
    Ok(Some(lab.topic("optimizers", [title, lang.topic_optimizers_claim()], finding, words, figures)))
}

/// Rates from far too small to far too large, compared by the training error after all epochs: early stopping and
/// restored weights would hide that a training does not converge.
pub(in super::super) fn learning_rate(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let Some(base) = base_rate(lab) else { return Ok(None) };
    let rates: Vec<f64> = [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0].iter().map(|factor| tidy(base * factor)).collect();
    let arm = |rate: &f64| long_arm_at(lab, format!("rate {}", lab.setting(*rate)), Value::Float(*rate));
    let epochs = lab.base.fit.epochs;
    let trained = lab.train(rates.iter().map(arm).collect::<Result<_>>()?, lab.by_training_error(epochs))?;
    let (best, last) = (trained.best(), rates.len() - 1);
    let is_worse = |arm: usize| trained.is_better(best, arm) == Some(true);
    let finding = match best {
        0 => ClaimResult::Refuted,
        best if best == last => ClaimResult::Refuted,
        _ if is_worse(0) && is_worse(last) => ClaimResult::Confirmed,
        _ => ClaimResult::Undecided,
    };
    let mut words = vec![
        lang.explore_best_rate(lab.setting(rates[best]), epochs, &trained.judge.name, lang.number(trained.mean(best))),
        format!("{} {}", lab.pair_words(&trained, best, 0), lab.pair_words(&trained, best, last)),
    ];
    let reason = if best == 0 { lang.reason_smallest_rate() } else { lang.reason_largest_rate() };
    explain(&mut words, finding, Some(reason));
    let title = lang.topic_learning_rate_title();
    let mut figures = vec![usual(lab, "rates", "learning-rate", &title, &trained)];
    figures.extend(two_weights::rates(lab)?);
    Ok(Some(lab.topic("learning-rate", [title, lang.topic_learning_rate_claim()], finding, words, figures)))
}

/// A number without the rounding error of a multiplication.
fn tidy(x: f64) -> f64 {
    format!("{x:.12e}").parse().unwrap_or(x)
}

/// Rates that decrease during training.
pub(in super::super) fn schedules(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let Some(base) = base_rate(lab) else { return Ok(None) };
    let rate = tidy(base * 10.0);
    let rows = lab.planned.prepared.train.len();
    let steps = rows.div_ceil(lab.base.fit.batch_size.min(rows));
    let decay_steps = steps * lab.base.fit.epochs;
    let falling: [Schedule; 2] = [
        ExponentialDecay { initial_learning_rate: rate, decay_steps, decay_rate: 0.01, ..ExponentialDecay::default() }
            .into(),
        CosineDecay { initial_learning_rate: rate, decay_steps, ..CosineDecay::default() }.into(),
    ];
    let mut arms = vec![long_arm_at(lab, lang.explore_constant(), Value::Float(rate))?];
    for schedule in &falling {
        let value = treino::catalog::Field::write(schedule).unwrap_or(Value::Float(rate));
        arms.push(long_arm_at(lab, schedule.name().to_string(), value)?);
    }
    let plateau = ReduceLROnPlateau { factor: 0.5, patience: 5, ..ReduceLROnPlateau::default() };
    let mut spec = with_rate(&lab.base, Value::Float(rate))?;
    spec.callbacks = vec![plateau.into()];
    arms.push(lab.arm("reduce_lr_on_plateau", |base| *base = spec));
    let trained = lab.train(arms, lab.by_training_error(lab.base.fit.epochs))?;

    let constant = 0;
    let others = 1..trained.labels.len();
    let best = others.clone().min_by(|a, b| trained.mean(*a).total_cmp(&trained.mean(*b))).unwrap_or(1);
    let finding = match trained.best() {
        0 if others.clone().all(|arm| trained.standing(arm) == Standing::Worse) => ClaimResult::Refuted,
        0 => ClaimResult::Undecided,
        best => ClaimResult::of(trained.is_better(best, constant)),
    };
    let epochs: Vec<f64> = (1..=lab.base.fit.epochs).map(|epoch| epoch as f64).collect();
    let mut lines = vec![vec![rate; epochs.len()]];
    for schedule in &falling {
        lines.push(epochs.iter().map(|epoch| schedule.inner().rate((*epoch as u64 - 1) * steps as u64)).collect());
    }
    lines.push(SeedCurves::of(&trained.curves(3, "learning_rate")).middle);
    let series = lines
        .iter()
        .zip(&trained.labels)
        .map(|(y, label)| Series::new(label, SeriesShape::Line { x: epochs[..y.len()].to_vec(), y: y.clone() }));
    let y = fitting(lang.learning_rate(), lines.iter().flatten().copied());
    let rates = Panel {
        title: lang.learning_rate(),
        x: Axis::new(lang.epoch()),
        y: Axis { scale: AxisScale::Log, ..y },
        series: series.collect(),
        ..Panel::default()
    };
    let panels = vec![rates, lab.curves(&trained, &trained.judge.name), lab.strip(&trained)];
    let title = lang.topic_schedules_title();
    let mut words = vec![
        format!("{} {}", lang.explore_begin(lab.setting(rate)), lab.best_words(&trained)),
        lab.pair_words(&trained, best, constant),
    ];
    let falls = SeedCurves::of(&trained.curves(constant, &trained.judge.name)).middle;
    let falls = matches!((falls.get(falls.len() * 3 / 4), falls.last()), (Some(late), Some(end)) if end < late);
    explain(&mut words, finding, falls.then(|| lang.reason_constant_falls()));
    let figure = lab.figure(
        "schedules",
        "schedules",
        Experiment::titled(&title, &trained),
        vec![words[0].clone()],
        panels,
        lab.summary(&trained),
    );
    Ok(Some(lab.topic("schedules", [title, lang.topic_schedules_claim()], finding, words, vec![figure])))
}

/// Steps of one row, of some rows, of all rows.
pub(in super::super) fn batch_size(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let rows = lab.planned.prepared.train.len();
    let mini = lab.base.fit.batch_size.min(rows);
    let sizes: Vec<usize> = if mini > 1 && mini < rows { vec![1, mini, rows] } else { vec![1, 32.min(rows), rows] };
    let arm = |size: &usize| lab.arm(format!("batch_size {size}"), |spec| spec.fit.batch_size = *size);
    let trained = lab.train(sizes.iter().map(arm).collect(), lab.by_error())?;
    let finding = match (trained.best(), trained.standing(1)) {
        (1, _) | (_, Standing::Tied) => ClaimResult::Confirmed,
        (_, Standing::Worse | Standing::Unusable) => ClaimResult::Refuted,
        _ => ClaimResult::Undecided,
    };
    let title = lang.topic_batch_size_title();
    let name = &trained.judge.name;
    let over = |title: String, axis: String, of: &dyn Fn(usize, f64) -> f64| {
        let mut panel = lab.curves(&trained, name);
        let mut arm = 0;
        for series in &mut panel.series {
            if let SeriesShape::Line { x, .. } | SeriesShape::Band { x, .. } = &mut series.shape {
                x.iter_mut().for_each(|x| *x = of(arm, *x));
            }
            arm += usize::from(!series.is_reference);
        }
        Panel { title, x: Axis { scale: AxisScale::Log, can_switch: true, ..Axis::new(axis) }, ..panel }
    };
    let updates = |arm: usize, epoch: f64| epoch * rows.div_ceil(sizes[arm]) as f64;
    let seconds = |arm: usize, epoch: f64| epoch * trained.seconds(arm) / trained.epochs(arm);
    let panels = vec![
        lab.curves(&trained, name),
        over(lang.explore_by_update(), lang.explore_updates(), &updates),
        lab.strip(&trained),
    ];
    let mut words = vec![
        lab.best_words(&trained),
        format!(
            "{} {}",
            lab.pair_words(&trained, 1, if trained.best() == 1 { trained.worst() } else { trained.best() }),
            lang.explore_updates_words(rows, rows.div_ceil(sizes[1])),
        ),
    ];
    let more_steps = rows as f64 / rows.div_ceil(sizes[1]) as f64;
    let reason = (trained.best() == 0).then(|| lang.reason_more_steps(lang.number(more_steps)));
    explain(&mut words, finding, reason);
    let mut figures = vec![lab.figure(
        "batches",
        "batch-size",
        Experiment::titled(&title, &trained),
        vec![words[0].clone()],
        panels,
        lab.summary(&trained),
    )];
    let mut table = FigureTable::new([lang.explore_setting(), lang.column_seconds()]);
    for (arm, label) in trained.labels.iter().enumerate() {
        table.row([label.clone().into(), trained.seconds(arm).into()]);
    }
    let spent: Vec<String> = trained
        .labels
        .iter()
        .enumerate()
        .map(|(arm, label)| format!("{label}: {} s", lang.number(trained.seconds(arm))))
        .collect();
    let panel = over(String::new(), lang.explore_seconds(), &seconds);
    let time_words = vec![lang.explore_time_words(spent.join(", "))];
    figures.push(lab.figure("batch-time", "batch-size", lang.explore_by_time(), time_words, vec![panel], table));
    figures.extend(two_weights::batches(lab)?);
    Ok(Some(lab.topic("batch-size", [title, lang.topic_batch_size_claim()], finding, words, figures)))
}
