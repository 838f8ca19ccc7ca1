//! Checks that the lists of a record have matching lengths: its readers iterate over them together.

use super::evaluation::Evaluation;
use super::record::{DataSummary, PredictionCurves, Record, RecordedEnding, RecordedHistory, TargetRecord};
use treino_nn::events::{LayerStatistics, LayerTrace};

/// A description of the first mismatch; there is none in a record that Treino wrote.
pub(super) fn misfit(record: &Record) -> Result<(), String> {
    course(&record.course)?;
    inside(&record.inside)?;
    data(&record.data)?;
    let has_diverged = matches!(record.course.ending, RecordedEnding::Diverged { .. });
    if record.targets.is_empty() && !has_diverged {
        return Err("it has no target".to_string());
    }
    record
        .targets
        .iter()
        .try_for_each(|target| of_target(target).map_err(|e| format!("target \"{}\": {e}", target.name)))
}

/// Returns an error unless a list has the expected length.
fn counted(what: &str, found: usize, expected: usize) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} has {found} entries, not {expected}")) }
}

fn course(course: &RecordedHistory) -> Result<(), String> {
    let (names, epochs) = (course.names.len(), course.epochs.len());
    counted("more_is_better", course.more_is_better.len(), names)?;
    counted("learning_rates", course.learning_rates.len(), epochs)?;
    for (at, epoch) in course.epochs.iter().enumerate() {
        counted(&format!("epoch {}", at + 1), epoch.len(), names)?;
    }
    if let Some(name) = (1..names)
        .map(|at| &course.names[at])
        .find(|name| course.names.iter().filter(|other| other == name).count() > 1)
    {
        return Err(format!("\"{name}\" stands among the names twice"));
    }
    let last = match course.ending {
        // The epoch in which it diverged may have no values.
        RecordedEnding::Diverged { epoch, .. } => epoch.checked_sub(1),
        RecordedEnding::Stopped { epoch } => Some(epoch),
        RecordedEnding::Finished | RecordedEnding::Interrupted => None,
    };
    for (what, epoch) in [("best_epoch", course.best_epoch), ("kept_epoch", course.kept_epoch), ("ending", last)] {
        if epoch.is_some_and(|epoch| epoch >= epochs) {
            return Err(format!("{what} is no epoch of {epochs}"));
        }
    }
    Ok(())
}

fn inside(inside: &LayerStatistics) -> Result<(), String> {
    let epochs = inside.epochs.len();
    for LayerTrace { layer, weights, gradients, means, deviations, flat, .. } in &inside.layers {
        for list in [weights, gradients, means, deviations, flat] {
            counted(&format!("layer \"{layer}\""), list.len(), epochs)?;
        }
    }
    Ok(())
}

fn data(data: &DataSummary) -> Result<(), String> {
    if data.inputs.is_empty() { Err("it has no column that is used".to_string()) } else { Ok(()) }
}

fn of_target(target: &TargetRecord) -> Result<(), String> {
    let classes = target.classes.len();
    if target.parts.is_empty() {
        return Err("it has no evaluation".to_string());
    }
    let is_number = matches!(target.curves, PredictionCurves::Numbers(_));
    for (part, evaluation) in &target.parts {
        match evaluation {
            Evaluation::Classes(found) if !is_number => {
                counted(&format!("classes of {part}"), found.classes.len(), classes)?;
                counted(&format!("confusion of {part}"), found.confusion.len(), classes)?;
                for row in &found.confusion {
                    counted(&format!("a row of the confusion of {part}"), row.len(), classes)?;
                }
            }
            Evaluation::Numbers(_) if is_number => {}
            _ => return Err(format!("{part} and the curves are not about the same task")),
        }
    }
    match &target.curves {
        PredictionCurves::Classes { classes: curves } => {
            counted("curves", curves.len(), if classes == 2 { 1 } else { classes })?;
        }
        PredictionCurves::Numbers(curves) => counted("edges", curves.edges.len(), curves.counts.len() + 1)?,
    }
    for rows in [&target.wrong, &target.undecided] {
        let names = |at: usize| rows[at].inputs.iter().map(|(name, _)| name);
        if (1..rows.len()).any(|at| !names(at).eq(names(0))) {
            return Err("rows worth a look have other columns than the first".to_string());
        }
    }
    let lines = if is_number || classes == 2 { 1 } else { classes };
    for one in &target.dependence {
        let what = format!("dependence on \"{}\"", one.column);
        counted(&what, one.predictions.len(), lines)?;
        for line in &one.predictions {
            counted(&what, line.len(), one.labels.len())?;
        }
        if !one.values.is_empty() {
            counted(&what, one.values.len(), one.labels.len())?;
        }
    }
    let seeds = target.seeds.first().map_or(0, |(_, values)| values.len());
    target.seeds.iter().try_for_each(|(name, values)| counted(name, values.len(), seeds))
}
