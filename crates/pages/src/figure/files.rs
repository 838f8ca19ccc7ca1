//! The data of a figure as files: CSV for the table, JSON for everything.

use super::{AxisScale, Figure, FigureCell, FigureTable, MarkPosition, SeriesShape};
use serde_json::{Value, json};

/// The table as CSV (RFC 4180): numbers with all digits and a decimal point; empty cells stay empty.
pub fn csv(table: &FigureTable) -> String {
    let mut out = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        // Readers would skip an empty line.
        out.push_str(if cells.len() == 1 && cells[0].is_empty() { "\"\"" } else { "" });
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    };
    line(&mut table.head.iter().map(|name| quoted(name)));
    for row in &table.rows {
        line(&mut row.iter().map(|cell| match cell {
            FigureCell::Number(x) => x.to_string(),
            FigureCell::Text(text) => quoted(text),
            FigureCell::Empty => String::new(),
        }));
    }
    out
}

fn quoted(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\r', '\n']) && text.trim() == text;
    if is_plain { text.to_string() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// The figure as JSON:
///
/// ```json
/// {"id": "", "title": "", "words": [""], "command": "",
///  "table": {"head": [""], "rows": [[0.5, "text", null]]},
///  "panels": [{"title": "", "x": {"title": "", "scale": "linear|log|names", "names": [""], "range": [0, 1], "can_switch": true},
///              "y": {}, "series": [{"name": "", "is_reference": false, "shape": "line", "x": [], "y": []}],
///              "marks": [{"label": "", "x": 0}, {"label": "", "y": 0}, {"label": "", "between": [0, 1]}]}]}
/// ```
/// `shape` is `line`, `points` (with `labels`), `whiskers` (`low`, `high`), `band` (`x`, `low`, `high`), `bars` (`width`), `rows`
/// (`spread`) or `cells` (`z`, `texts`). A number that is not finite is `null` in a series, and `"NaN"`, `"inf"` or `"-inf"` in the table.
pub fn json(figure: &Figure) -> Value {
    let panels: Vec<Value> = figure.panels.iter().map(panel).collect();
    let cell = |cell: &FigureCell| match cell {
        FigureCell::Number(x) if x.is_finite() => json!(x),
        FigureCell::Number(x) => json!(x.to_string()),
        FigureCell::Text(text) => json!(text),
        FigureCell::Empty => Value::Null,
    };
    let rows: Vec<Vec<Value>> = figure.table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    json!({
        "id": figure.id, "title": figure.title, "words": figure.words, "command": figure.command,
        "table": { "head": figure.table.head, "rows": rows }, "panels": panels,
    })
}

fn panel(panel: &super::Panel) -> Value {
    let axis = |axis: &super::Axis| {
        let (scale, names) = match &axis.scale {
            AxisScale::Linear => ("linear", None),
            AxisScale::Log => ("log", None),
            AxisScale::Names(names) => ("names", Some(names)),
        };
        json!({ "title": axis.title, "scale": scale, "names": names, "range": axis.range, "can_switch": axis.can_switch })
    };
    let series: Vec<Value> = panel.series.iter().map(series).collect();
    let mark = |mark: &super::Mark| match mark.place {
        MarkPosition::X(x) => json!({ "label": mark.label, "x": x }),
        MarkPosition::Y(y) => json!({ "label": mark.label, "y": y }),
        MarkPosition::Between(a, b) => json!({ "label": mark.label, "between": [a, b] }),
    };
    let marks: Vec<Value> = panel.marks.iter().map(mark).collect();
    json!({ "title": panel.title, "x": axis(&panel.x), "y": axis(&panel.y), "series": series, "marks": marks })
}

fn series(series: &super::Series) -> Value {
    let mut out = match &series.shape {
        SeriesShape::Line { x, y } => json!({ "shape": "line", "x": x, "y": y }),
        SeriesShape::Points { x, y, labels } => json!({ "shape": "points", "x": x, "y": y, "labels": labels }),
        SeriesShape::Whiskers { x, y, low, high } => {
            json!({ "shape": "whiskers", "x": x, "y": y, "low": low, "high": high })
        }
        SeriesShape::Band { x, low, high } => json!({ "shape": "band", "x": x, "low": low, "high": high }),
        SeriesShape::Bars { x, y, width } => json!({ "shape": "bars", "x": x, "y": y, "width": width }),
        SeriesShape::Rows { x, y, spread } => json!({ "shape": "rows", "x": x, "y": y, "spread": spread }),
        SeriesShape::Cells { z, texts } => json!({ "shape": "cells", "z": z, "texts": texts }),
    };
    out["name"] = json!(series.name);
    out["is_reference"] = json!(series.is_reference);
    out
}
