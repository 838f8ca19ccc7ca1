//! A page of figures: one HTML file that asks nothing of any server.
//!
//! Words, tables and a still picture of each figure are there without JavaScript and on paper; with it Plotly draws each figure
//! when it comes near. Plotly lies packed in the page, and the browser unpacks it: a page is a third as long.

mod replay;

pub use replay::{Monitored, ReplayData};

use super::{AxisScale, Figure, FigureCell, FigureTable, draw, plotly, style};
use crate::language::Lang;
use askama::Template;

/// Plotly's JavaScript: a line that says whose it is, then the script, packed with gzip and written in base 64. `plotly.sh` renews it.
const PLOTLY: &str = include_str!("plotly.min.js.gz.base64");

/// Rows of a table that a page shows at most; files have them all.
const ROWS: usize = 500;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPage {
    /// Its language.
    pub lang: Lang,
    /// Its title.
    pub title: String,
    /// Paragraphs under the title.
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
    /// What stands in it.
    pub parts: Vec<PagePart>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum PagePart {
    /// Paragraphs.
    Words(Vec<String>),
    /// A table and what is in it.
    Table(FigureTable, String),
    /// A figure.
    Figure(Figure),
    /// A list of findings.
    Findings(Vec<PageFinding>),
    /// Commands, one below the other.
    Commands(Vec<String>),
    /// Text as it is typed.
    Code(String),
    /// Early stopping played again.
    Replay(ReplayData),
}

/// A finding of the diagnosis.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFinding {
    /// How grave it is, in the page's language.
    pub severity: String,
    /// What was found.
    pub what: String,
    /// The numbers that show it.
    pub evidence: String,
    /// What to try; empty for nothing.
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
}

impl ReportPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        let needs = |part: &PagePart| matches!(part, PagePart::Figure(_) | PagePart::Replay(_));
        let has_script = self.sections.iter().flat_map(|section| &section.parts).any(needs);
        let (css, js) = (include_str!("page.css"), include_str!("page.js"));
        let shown = Shown { page: self, lang: self.lang, css, js, plotly: PLOTLY, has_script };
        // Writing into a string cannot fail, and the template has no other way to.
        shown.render().unwrap_or_default()
    }
}

/// JSON that can stand in a page's script element.
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

    /// Title and words, for who does not see the picture.
    fn alternative(&self, figure: &Figure) -> String {
        style::short(&format!("{}. {}", figure.title, figure.words.join(" ")), 800)
    }

    /// Whether axes across and up can be switched, and whether they begin as logarithms.
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

    /// Names of columns, and whether only numbers stand below.
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

/// The largest number of epochs that a replay's sliders offer.
fn most(replay: &ReplayData) -> usize {
    let epochs = replay.monitored.iter().map(|m| m.values.len()).max().unwrap_or(0);
    epochs.max(replay.settings.patience).max(replay.settings.start_from_epoch)
}
