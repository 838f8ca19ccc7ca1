//! Replay of early stopping on recorded metrics, with other parameters.

use crate::figure::{Axis, Figure, FigureTable, Panel, Series, SeriesShape};
use crate::language::Lang;
use serde_json::{Value, json};
use treino::report::Stopping;

/// The data of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayData {
    /// Its name in links.
    pub id: String,
    /// A description, for readers who cannot see it.
    pub title: String,
    /// Metrics that can be monitored.
    pub monitored: Vec<Monitored>,
    /// The initial settings; their `monitor` is one of the names, otherwise the first is used.
    pub settings: Stopping,
}

/// A metric of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitored {
    /// Its name in the history.
    pub name: String,
    /// Whether larger is better.
    pub more_is_better: bool,
    /// Its value after each epoch; `None` if the epoch lacks it.
    pub values: Vec<Option<f64>>,
}

impl ReplayData {
    /// The data for the page's script. NaN and infinities are encoded as texts.
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
