//! Methods against overfitting: early stopping, penalties, dropout.

use super::super::experiment::{Experiment, NEAR_ZERO, TrainedVariants};
use super::super::{ClaimResult, Topic};
use super::explain;
use crate::figure::{
    Axis, AxisScale, FigureCell, FigureTable, Mark, MarkPosition, Panel, SeedCurves, Series, SeriesShape,
};
use treino::callbacks::EarlyStopping;
use treino::error::Result;
use treino::study::Standing;

/// The patience whose window is drawn, and that is compared with no early stopping.
const PATIENCE: usize = 10;

/// All epochs, and several values of patience.
pub(in super::super) fn epochs(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let patiences = [2, 5, PATIENCE, 20];
    let mut arms = vec![lab.long_arm(lang.explore_all_epochs(), |_| {})];
    arms.extend(patiences.iter().map(|patience| {
        let stopping = EarlyStopping { patience: *patience, restore_best_weights: true, ..EarlyStopping::default() };
        lab.long_arm(format!("patience {patience}"), |spec| spec.callbacks.push(stopping.into()))
    }));
    let trained = lab.train(arms, lab.by_error())?;
    let stopped = 1 + patiences.iter().position(|p| *p == PATIENCE).unwrap_or(0);
    let finding = ClaimResult::of(trained.is_better(stopped, 0));

    let (train, validation) = (lab.error.to_string(), format!("val_{}", lab.error));
    let whole = SeedCurves::of(&trained.curves(0, &validation));
    let best = (0..whole.middle.len()).min_by(|a, b| whole.middle[*a].total_cmp(&whole.middle[*b])).unwrap_or(0);
    let epoch = (best + 1) as f64;
    let last = whole.x.last().copied().unwrap_or(epoch);
    let marks = vec![
        Mark { place: MarkPosition::X(epoch), label: lang.mark_best(best + 1) },
        Mark {
            place: MarkPosition::Between(epoch, (epoch + PATIENCE as f64).min(last)),
            label: format!("patience {PATIENCE}"),
        },
    ];
    let at_end = whole.middle.last().copied().unwrap_or(f64::NAN);
    let at_best = whole.middle.get(best).copied().unwrap_or(f64::NAN);
    let learnt = SeedCurves::of(&trained.curves(0, &train));
    let mut series = learnt.series(&lang.part("train"), true);
    series.extend(whole.series(&lang.part("validation"), true));
    let panel = Panel {
        title: lang.explore_all_epochs(),
        x: Axis::new(lang.epoch()),
        y: Axis { can_switch: true, ..Axis::new(lab.error) },
        series,
        marks,
        ..Panel::default()
    };
    let mut table = lab.summary(&trained);
    table.head.push(lang.column_epochs());
    table.rows.iter_mut().enumerate().for_each(|(arm, row)| row.push(trained.epochs(arm).into()));
    let mut words = vec![
        if epoch < last {
            lang.explore_turn(best + 1, &validation, lang.number(at_best), lang.number(at_end), last)
        } else {
            lang.explore_still_falls(&validation, last, lang.number(at_end))
        },
        format!(
            "{} {}",
            lab.pair_words(&trained, stopped, 0),
            lang.explore_epochs_spent(
                PATIENCE,
                lang.plain_number(trained.epochs(stopped)),
                lang.plain_number(trained.epochs(0))
            )
        ),
    ];
    let spent = trained.epochs(stopped);
    let falls_again = (epoch > spent).then(|| lang.reason_falls_again(best + 1, PATIENCE, lang.plain_number(spent)));
    explain(&mut words, finding, falls_again);
    let title = lang.topic_epochs_title();
    let panels = vec![panel, lab.strip(&trained)];
    let figure =
        lab.figure("patience", "epochs", Experiment::titled(&title, &trained), vec![words[0].clone()], panels, table);
    let topic = lab.topic("epochs", [title, lang.topic_epochs_claim()], finding, words, vec![figure]);
    let recorded = trained.curves(0, &validation).into_iter().next().map(|curve| (validation, curve));
    Ok(Some(Topic { recorded, ..topic }))
}

/// Values of each seed at the end of a variant's trainings.
fn each_seed(trained: &TrainedVariants, arm: usize, name: &str) -> Vec<f64> {
    let of = |run: &treino::study::RunResult| run.metrics.iter().find(|(metric, _)| metric == name).map(|(_, v)| *v);
    trained.configs[arm].runs.iter().filter_map(|(_, run)| of(run)).collect()
}

/// L1 and L2 from zero to far too much.
pub(in super::super) fn penalties(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    if !lab.is_in_short() {
        return Ok(None);
    }
    let strengths = [1e-4, 1e-3, 1e-2, 1e-1];
    let mut arms =
        vec![lab.long_arm(lang.explore_no_penalty(), |spec| (spec.model.l1, spec.model.l2) = (0.0, Some(0.0)))];
    for (name, is_l1) in [("L1", true), ("L2", false)] {
        arms.extend(strengths.iter().map(|strength| {
            let (l1, l2) = if is_l1 { (*strength, 0.0) } else { (0.0, *strength) };
            lab.long_arm(format!("{name} {}", lab.setting(*strength)), |spec| {
                (spec.model.l1, spec.model.l2) = (l1, Some(l2));
            })
        }));
    }
    let trained = lab.train(arms, lab.by_error())?;
    let [l1_first, l2_first] = [1, 1 + strengths.len()];
    let (l1_last, l2_last) = (l1_first + strengths.len() - 1, l2_first + strengths.len() - 1);
    let every = |arm: usize, name: &str, holds: fn(f64, f64) -> bool| {
        let (of, none) = (each_seed(&trained, arm, name), each_seed(&trained, 0, name));
        !of.is_empty() && of.len() == none.len() && of.iter().zip(none).all(|(a, b)| holds(*a, b))
    };
    let shrinks = every(l2_last, "weights", |a, b| a < b);
    let zeroes = every(l1_last, "near_zero", |a, b| a > b);
    let finding = if shrinks && zeroes { ClaimResult::Confirmed } else { ClaimResult::Undecided };
    let panel = |name: &str, title: String| {
        let line = |(label, first): (&str, usize)| {
            let y = (first..first + strengths.len()).map(|arm| trained.mean_metric(arm, name)).collect();
            Series::new(label, SeriesShape::Line { x: strengths.to_vec(), y })
        };
        let none = vec![trained.mean_metric(0, name); 2];
        let flat = SeriesShape::Line { x: vec![strengths[0], strengths[strengths.len() - 1]], y: none };
        let series = [("L1", l1_first), ("L2", l2_first)].map(line).into_iter();
        let series = series.chain([Series::reference(lang.explore_no_penalty(), flat)]).collect();
        let x = Axis { scale: AxisScale::Log, ..Axis::new(lang.explore_strength()) };
        Panel { x, y: Axis::new(&title), title, series, ..Panel::default() }
    };
    let mut table = lab.summary(&trained);
    table.head.extend([lang.explore_weight_size(), lang.explore_near_zero(NEAR_ZERO)]);
    for (arm, row) in table.rows.iter_mut().enumerate() {
        row.extend(["weights", "near_zero"].map(|name| FigureCell::from(trained.mean_metric(arm, name))));
    }
    let panels = vec![
        panel("weights", lang.explore_weight_size()),
        panel("near_zero", lang.explore_near_zero(NEAR_ZERO)),
        panel(&trained.judge.name, trained.judge.name.clone()),
    ];
    let size = |arm: usize| lang.number(trained.mean_metric(arm, "weights"));
    let zero = |arm: usize| lang.percent(trained.mean_metric(arm, "near_zero"));
    let best = if trained.best() == 0 { trained.worst() } else { trained.best() };
    let words =
        vec![lang.explore_shrunk(size(0), size(l2_last), zero(l1_last), zero(0)), lab.pair_words(&trained, best, 0)];
    let title = lang.topic_penalties_title();
    let figure = lab.figure(
        "penalties",
        "penalties",
        Experiment::titled(&title, &trained),
        vec![words[0].clone()],
        panels,
        table,
    );
    Ok(Some(lab.topic("penalties", [title, lang.topic_penalties_claim()], finding, words, vec![figure])))
}

/// Dropout rates from zero to most units.
pub(in super::super) fn dropout(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    if !lab.is_in_short() || lab.base.model.hidden.is_empty() {
        return Ok(None);
    }
    let rates = [0.0, 0.1, 0.3, 0.5, 0.7];
    let arm = |rate: &f64| lab.long_arm(format!("dropout {rate}"), |spec| spec.model.dropout = *rate);
    let trained = lab.train(rates.iter().map(arm).collect(), lab.by_error())?;
    let best = trained.best();
    let others_are_worse = (1..rates.len()).all(|arm| trained.standing(arm) == Standing::Worse);
    let finding = match best {
        0 if others_are_worse => ClaimResult::Refuted,
        0 => ClaimResult::Undecided,
        best => ClaimResult::of(trained.is_better(best, 0)),
    };
    let (train, validation) = (lab.error.to_string(), format!("val_{}", lab.error));
    let mut table = FigureTable::new([lang.explore_rate(), train.clone(), validation.clone()]);
    for (arm, rate) in rates.iter().enumerate() {
        table.row([
            (*rate).into(),
            trained.mean_metric(arm, &train).into(),
            trained.mean_metric(arm, &validation).into(),
        ]);
    }
    let line = |(name, label): (&String, String)| {
        let y = (0..rates.len()).map(|arm| trained.mean_metric(arm, name)).collect();
        Series::new(label, SeriesShape::Line { x: rates.to_vec(), y })
    };
    let series = [(&train, lang.part("train")), (&validation, lang.part("validation"))].map(line).to_vec();
    let ends = Panel {
        title: lang.explore_at_end(),
        x: Axis::new(lang.explore_rate()),
        y: Axis::new(lab.error),
        series,
        ..Panel::default()
    };
    let gap = |arm: usize| lang.number(trained.mean_metric(arm, &validation) - trained.mean_metric(arm, &train));
    let beside = if best == 0 { trained.worst() } else { best };
    let mut words = vec![
        lang.explore_gap(lab.error, gap(0), gap(3)),
        format!("{} {}", lab.pair_words(&trained, beside, 0), lang.explore_inverted()),
    ];
    let [learnt, held] = [&train, &validation].map(|name| trained.mean_metric(0, name));
    let reason = (held < 1.1 * learnt).then(|| lang.reason_no_overfitting(lang.number(learnt), lang.number(held)));
    explain(&mut words, finding, reason);
    let title = lang.topic_dropout_title();
    let panels = vec![lab.curves(&trained, &validation), ends];
    let figure =
        lab.figure("dropout", "dropout", Experiment::titled(&title, &trained), vec![words[0].clone()], panels, table);
    Ok(Some(lab.topic("dropout", [title, lang.topic_dropout_claim()], finding, words, vec![figure])))
}
