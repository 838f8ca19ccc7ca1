//! A page of figures: one HTML file that loads nothing from any server.
//!
//! Texts, tables and a static picture of each figure are visible without JavaScript and on paper; with it, Plotly draws
//! each figure when it is scrolled into view. Plotly is compressed in the page, and the browser decompresses it: this
//! makes a page two thirds smaller.

mod replay;

pub use replay::{Monitored, ReplayData};

use super::{AxisScale, Figure, FigureCell, FigureTable, draw, plotly, style};
use crate::language::Lang;
use askama::Template;

/// Plotly's JavaScript: a line with its licence, then the script, compressed with gzip and encoded in base 64.
/// `plotly.sh` updates it.
const PLOTLY: &str = include_str!("plotly.min.js.gz.base64");

/// The largest number of table rows on a page; files contain all rows.
const ROWS: usize = 500;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPage {
    /// Its language.
    pub lang: Lang,
    /// Its title.
    pub title: String,
    /// Paragraphs below the title.
    pub lead: Vec<String>,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its name in links.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its parts.
    pub parts: Vec<PagePart>,
    /// If it is an exercise: its parts are a solution, which stays closed until the reader opens it.
    pub exercise: Option<Exercise>,
}

/// A question with a few answers, one of which is right.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exercise {
    /// What is asked.
    pub question: String,
    /// The answers; empty for a solution without a question.
    pub choices: Vec<String>,
    /// The index of the right one.
    pub answer: usize,
}

impl Section {
    /// A section that shows all its parts.
    pub fn new(id: impl Into<String>, title: impl Into<String>, parts: Vec<PagePart>) -> Self {
        Section { id: id.into(), title: title.into(), parts, exercise: None }
    }
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum PagePart {
    /// Paragraphs.
    Words(Vec<String>),
    /// A table with a description of its content.
    Table(FigureTable, String),
    /// A figure.
    Figure(Figure),
    /// A list of findings.
    Findings(Vec<PageFinding>),
    /// Commands, one below the other.
    Commands(Vec<String>),
    /// Preformatted text.
    Code(String),
    /// An interactive replay of early stopping.
    Replay(ReplayData),
}

/// A finding of the diagnosis.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFinding {
    /// Its severity, in the page's language.
    pub severity: String,
    /// What was found.
    pub what: String,
    /// The evidence.
    pub evidence: String,
    /// What to try; may be empty.
    pub command: String,
    /// What that costs; empty for nothing.
    pub trade: String,
    /// The id of a figure on the page that shows it.
    pub figure: Option<String>,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Shown<'a> {
    page: &'a ReportPage,
    lang: Lang,
    css: &'static str,
    js: &'static str,
    plotly: &'static str,
    has_script: bool,
    has_exercises: bool,
}

impl ReportPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        let needs = |part: &PagePart| matches!(part, PagePart::Figure(_) | PagePart::Replay(_));
        let has_exercises = self.sections.iter().any(|section| section.exercise.is_some());
        let has_script = has_exercises || self.sections.iter().flat_map(|section| &section.parts).any(needs);
        let (css, js) = (include_str!("page.css"), include_str!("page.js"));
        let shown = Shown { page: self, lang: self.lang, css, js, plotly: PLOTLY, has_script, has_exercises };
        // Writing to a string cannot fail.
        shown.render().unwrap_or_default()
    }
}

/// JSON that is safe inside a page's script element.
fn embedded(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

impl Shown<'_> {
    fn figure_json(&self, figure: &Figure) -> String {
        let alone = |mut panel: serde_json::Value, i: usize| {
            panel["can_switch"] = serde_json::json!([figure.panels[i].x.can_switch, figure.panels[i].y.can_switch]);
            panel
        };
        let panels = plotly::plotly(figure, self.lang);
        let panels = panels.as_array().cloned().unwrap_or_default().into_iter().enumerate();
        embedded(&panels.map(|(i, panel)| alone(panel, i)).collect())
    }

    fn still(&self, figure: &Figure) -> String {
        draw::svg_untitled(figure, self.lang)
    }

    /// Title and description, for readers who cannot see the picture.
    fn alternative(&self, figure: &Figure) -> String {
        style::short(&format!("{}. {}", figure.title, figure.words.join(" ")), 800)
    }

    /// Whether the horizontal and vertical axes can be switched, and whether they are logarithmic at first.
    fn switches(&self, figure: &Figure) -> Vec<(&'static str, String, bool)> {
        let mut out = Vec::new();
        let is_log = |axis: &super::Axis| axis.scale == AxisScale::Log;
        if let Some(panel) = figure.panels.iter().find(|panel| panel.x.can_switch) {
            out.push(("x", self.lang.page_log_x(), is_log(&panel.x)));
        }
        if let Some(panel) = figure.panels.iter().find(|panel| panel.y.can_switch) {
            out.push(("y", self.lang.page_log_y(), is_log(&panel.y)));
        }
        out
    }

    fn rows<'t>(&self, table: &'t FigureTable) -> &'t [Vec<FigureCell>] {
        &table.rows[..table.rows.len().min(ROWS)]
    }

    fn more(&self, table: &FigureTable) -> Option<String> {
        let more = table.rows.len().saturating_sub(ROWS);
        (more > 0).then(|| self.lang.page_more_rows(self.lang.grouped(more as f64)))
    }

    fn cell(&self, cell: &FigureCell) -> (bool, String) {
        match cell {
            FigureCell::Number(x) => (true, self.lang.plain_number(*x)),
            FigureCell::Text(text) => (false, style::short(text, 200)),
            FigureCell::Empty => (false, String::new()),
        }
    }

    /// Names of columns, and whether they contain only numbers.
    fn heads(&self, table: &FigureTable) -> Vec<(String, bool)> {
        let is_number = |column: usize| {
            let cells = table.rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != FigureCell::Empty);
            let mut cells = cells.peekable();
            cells.peek().is_some() && cells.all(|cell| matches!(cell, FigureCell::Number(_)))
        };
        table.head.iter().enumerate().map(|(i, head)| (style::short(head, 80), is_number(i))).collect()
    }

    fn replay_json(&self, replay: &ReplayData) -> String {
        embedded(&replay.json(self.lang))
    }
}

/// The largest number of epochs on a replay's sliders.
fn most(replay: &ReplayData) -> usize {
    let epochs = replay.monitored.iter().map(|m| m.values.len()).max().unwrap_or(0);
    epochs.max(replay.settings.patience).max(replay.settings.start_from_epoch)
}
