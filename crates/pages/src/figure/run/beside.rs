//! The curves of several runs in one figure.

use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use crate::language::Lang;
use treino::report::Record;

/// The loss of each run, without penalty, on the rows that decide when to stop (on the training rows for a run without
/// them), epoch by epoch.
pub fn compared_curves(runs: &[(String, Record)], lang: Lang, command: &str) -> Figure {
    let curves: Vec<(&String, Vec<f64>)> = runs.iter().map(|(name, record)| (name, curve(record))).collect();
    let head = std::iter::once(lang.epoch()).chain(curves.iter().map(|(name, _)| (*name).clone()));
    let mut table = FigureTable::new(head);
    for epoch in 0..curves.iter().map(|(_, y)| y.len()).max().unwrap_or(0) {
        let cells = curves.iter().map(|(_, y)| FigureCell::from(y.get(epoch).copied()));
        table.row(std::iter::once(FigureCell::Number((epoch + 1) as f64)).chain(cells));
    }
    let line = |(name, y): (&String, Vec<f64>)| {
        let x = (1..=y.len()).map(|epoch| epoch as f64).collect();
        Series::new(name, SeriesShape::Line { x, y })
    };
    let series = curves.into_iter().map(line).collect();
    let panel = Panel {
        x: Axis::new(lang.epoch()),
        y: Axis { can_switch: true, ..Axis::new(lang.compared_axis()) },
        series,
        ..Panel::default()
    };
    Figure {
        id: "compared".to_string(),
        title: lang.loss_title(),
        words: vec![lang.compared_words()],
        panels: vec![panel],
        table,
        command: command.to_string(),
    }
}

fn curve(record: &Record) -> Vec<f64> {
    let course = &record.course;
    let name = if course.names.iter().any(|name| name == "val_loss") { "val_loss" } else { "loss" };
    course.task_loss(name).unwrap_or_default()
}
