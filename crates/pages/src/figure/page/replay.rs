//! Early stopping played again on recorded numbers, with other settings.

use crate::figure::{Axis, Figure, FigureTable, Panel, Series, SeriesShape};
use crate::language::Lang;
use serde_json::{Value, json};
use treino::report::Stopping;

/// What a replay needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayData {
    /// Its name in links.
    pub id: String,
    /// What it is, for who does not see it.
    pub title: String,
    /// Numbers that can be watched.
    pub monitored: Vec<Monitored>,
    /// The settings it begins with; its `monitor` is one of the names, or the first is taken.
    pub settings: Stopping,
}

/// A number of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitored {
    /// Its name in the history.
    pub name: String,
    /// Whether more is better.
    pub more_is_better: bool,
    /// Its value after each epoch; `None` where the epoch lacks it.
    pub values: Vec<Option<f64>>,
}

impl ReplayData {
    /// What the page's script reads. NaN and infinities are texts there.
    pub(super) fn json(&self, lang: Lang) -> Value {
        let value = |x: &Option<f64>| match x {
            Some(x) if x.is_finite() => json!(x),
            Some(x) if x.is_nan() => json!("NaN"),
            Some(x) => json!(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
            None => Value::Null,
        };
        let monitored = |m: &Monitored| {
            let values: Vec<Value> = m.values.iter().map(value).collect();
            let drawn = super::plotly::plotly(&curve(m, lang), lang);
            json!({ "name": m.name, "more_is_better": m.more_is_better, "values": values, "panel": drawn[0] })
        };
        let texts = json!({
            "stopped": lang.replay_stopped("{stop}", "{kept}"), "finished": lang.replay_finished("{last}", "{kept}"),
            "stop": lang.replay_stop_mark(), "kept": lang.replay_kept_mark(), "wrong": lang.replay_wrong(),
        });
        json!({ "monitored": self.monitored.iter().map(monitored).collect::<Vec<_>>(), "texts": texts })
    }
}

fn curve(monitored: &Monitored, lang: Lang) -> Figure {
    let x = (1..=monitored.values.len()).map(|epoch| epoch as f64).collect();
    let y = monitored.values.iter().map(|v| v.unwrap_or(f64::NAN)).collect();
    let series = vec![Series::new(&monitored.name, SeriesShape::Line { x, y })];
    let epoch = if lang == Lang::Portuguese { "época" } else { "epoch" };
    let panel = Panel { x: Axis::new(epoch), y: Axis::new(&monitored.name), series, ..Panel::default() };
    let (id, title, words, command) = (String::new(), String::new(), Vec::new(), String::new());
    Figure { id, title, words, panels: vec![panel], table: FigureTable::default(), command }
}
