//! Losses and metrics.

use super::super::experiment::Experiment;
use super::super::{ClaimResult, Topic};
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape, figures};
use treino::data::Task;
use treino::error::Result;
use treino::events::Ending;
use treino::losses::{
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge, Huber, LogCosh, Loss,
    MeanAbsoluteError, MeanSquaredError, SparseCategoricalCrossentropy,
};
use treino::metrics::NamedMetric;
use treino::report::Record;
use treino::study::Standing;
use treino::train::PerOutput;
use treino::train::Session;

/// Losses that are valid for a task.
fn losses(task: Task) -> Vec<Loss> {
    match task {
        Task::Binary => vec![
            BinaryCrossentropy::default().into(),
            BinaryFocalCrossentropy::default().into(),
            MeanSquaredError::default().into(),
            MeanAbsoluteError::default().into(),
        ],
        Task::Multiclass => vec![
            SparseCategoricalCrossentropy::default().into(),
            CategoricalFocalCrossentropy::default().into(),
            CategoricalHinge::default().into(),
        ],
        Task::Regression => vec![
            MeanSquaredError::default().into(),
            MeanAbsoluteError::default().into(),
            Huber::default().into(),
            LogCosh::default().into(),
        ],
    }
}

/// The same network with several losses, and the baseline that ignores the inputs.
pub(in super::super) fn loss(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let (lang, target) = (lab.lang(), &lab.planned.prepared.target);
    // The bare loss expects class indices, some losses use one-hot rows.
    let names = if target.task == Task::Binary { &["accuracy", "recall"][..] } else { &[lab.score][..] };
    let metrics: Vec<NamedMetric> = names.iter().map(|name| NamedMetric::typed(name)).collect::<Result<_>>()?;
    let arms = losses(target.task).into_iter().map(|loss| {
        lab.arm(loss.name(), |spec| {
            spec.compile.loss = Some(PerOutput::Same(loss.clone()));
            spec.compile.metrics = Some(PerOutput::Same(metrics.clone()));
        })
    });
    let arms = lab.fitting(arms.collect());
    if arms.len() < 2 {
        return Ok(None);
    }
    let trained = lab.train(arms, lab.by_score())?;
    let differs = (0..trained.labels.len()).any(|arm| trained.standing(arm) == Standing::Worse);
    let finding = if differs { ClaimResult::Confirmed } else { ClaimResult::Undecided };
    let mut figures = vec![lab.figure(
        "losses",
        "loss",
        Experiment::titled(&lang.topic_loss_title(), &trained),
        vec![lab.best_words(&trained)],
        vec![lab.curves(&trained, &trained.judge.name), lab.strip(&trained)],
        lab.summary(&trained),
    )];
    let mut words = vec![lab.best_words(&trained), lab.pair_words(&trained, trained.best(), trained.worst())];
    if target.task != Task::Regression {
        let validation = lab.planned.prepared.validation.as_ref();
        let classes: Vec<f32> = validation.map_or_else(Vec::new, |data| data.y.column(0));
        let count = |class: usize| classes.iter().filter(|c| **c as usize == class).count();
        let most =
            (0..target.classes.len()).max_by_key(|class| (count(*class), std::cmp::Reverse(*class))).unwrap_or(0);
        let share = count(most) as f64 / classes.len().max(1) as f64;
        let blind = lang.explore_always(&target.classes[most]);
        let rows: Vec<String> = std::iter::once(blind).chain(trained.labels.iter().cloned()).collect();
        let columns = names.iter().map(|name| {
            let of = |arm: usize| trained.mean_metric(arm, &format!("val_{name}"));
            let blind = if *name == "recall" { f64::from(u8::from(most == 1)) } else { share };
            let values = std::iter::once(blind).chain((0..trained.labels.len()).map(of)).collect::<Vec<f64>>();
            (format!("val_{name}"), values)
        });
        let columns: Vec<(String, Vec<f64>)> = columns.collect();
        let mut table =
            FigureTable::new(std::iter::once(lang.explore_setting()).chain(columns.iter().map(|c| c.0.clone())));
        for (at, row) in rows.iter().enumerate() {
            let cells = columns.iter().map(|(_, values)| FigureCell::from(values[at]));
            table.row(std::iter::once(FigureCell::from(row.as_str())).chain(cells));
        }
        let places: Vec<f64> = (0..rows.len()).map(|at| at as f64).collect();
        let points = |(name, y): &(String, Vec<f64>)| {
            Series::new(name, SeriesShape::Points { x: places.clone(), y: y.clone(), labels: rows.clone() })
        };
        let series = columns.iter().map(points).collect();
        let panel =
            Panel { x: Axis::names("", rows.clone()), y: Axis::between("", 0.0, 1.02), series, ..Panel::default() };
        let trap = lang.explore_trap(&target.classes[most], lang.percent(share));
        figures.push(lab.figure("trap", "loss", lang.explore_trap_title(), vec![trap.clone()], vec![panel], table));
        words[1] = format!("{} {trap}", words[1]);
    }
    Ok(Some(lab.topic("loss", [lang.topic_loss_title(), lang.topic_loss_claim()], finding, words, figures)))
}

/// The figures of one finished training: confusion matrix, ROC, precision and recall; for numbers predicted and true
/// ones.
pub(in super::super) fn evaluation(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let planned = &lab.planned;
    let mut nobody = |_: &treino::events::Event| {};
    let run =
        planned.run(&mut Session { simd: lab.how.simd, ..Session::new(lab.how.threads, lab.how.gate, &mut nobody) });
    let run = match run {
        Ok(run) if !matches!(run.history.ending, Ending::Diverged(_)) => run,
        // There is nothing to evaluate; other topics report that.
        _ => return Ok(None),
    };
    let shown = ["confusion", "roc", "precision-recall", "predicted", "residuals"];
    let mut found: Vec<Figure> = figures(&Record::of(planned, &run)?, lang, "run");
    found.retain(|figure| shown.contains(&figure.id.as_str()));
    for figure in &mut found {
        figure.command = format!("{} --only evaluation", lab.how.command);
    }
    let words = found.iter().filter_map(|figure| figure.words.first().cloned()).take(2).collect();
    let (title, claim) = match planned.prepared.target.task {
        Task::Regression => (lang.topic_evaluation_title(), lang.topic_evaluation_number_claim()),
        _ => (lang.topic_evaluation_title(), lang.topic_evaluation_claim()),
    };
    Ok(Some(lab.topic("evaluation", [title, claim], ClaimResult::Shown, words, found)))
}
