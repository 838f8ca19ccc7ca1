//! What a person looks at: one contract for every figure.
//!
//! A [`Figure`] is data and words, made once: panels with axes and units, one or two sentences with the numbers that matter, the
//! data as a table, and the command that makes it again. The report, files, the terminal and any page to come draw that one
//! thing, so that they cannot disagree. [`Figure`]s know no colour and no pixel; who draws gives the first series the first
//! colour, dash and marker, and so on.

mod bundle;
mod contour;
mod draw;
mod files;
pub mod page;
mod picture;
mod plotly;
mod report;
mod run;
mod study;
mod study_report;
mod style;
mod terminal;

pub(crate) use bundle::SeedCurves;
pub(crate) use contour::HeightGrid;
pub use draw::{png, svg};
pub use files::{csv, json};
pub use plotly::plotly;
pub use report::report;
pub use run::{figure, figures};
pub use study::{StudyView, study_figure, study_figures};
pub use study_report::study_report;
pub use terminal::terminal;
pub use treino::report::{FigureCell, FigureTable};

/// A figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name in commands and links: `loss`, `roc`, ...
    pub id: String,
    /// What it shows.
    pub title: String,
    /// One or two sentences that say what is to be seen, with the numbers that matter.
    pub words: Vec<String>,
    /// What is drawn, side by side where there are several.
    pub panels: Vec<Panel>,
    /// The data.
    pub table: FigureTable,
    /// The command that makes it again.
    pub command: String,
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// Over it, where a figure has several; else empty.
    pub title: String,
    /// Across.
    pub x: Axis,
    /// Up.
    pub y: Axis,
    /// What is drawn, from the back to the front.
    pub series: Vec<Series>,
    /// Places worth a line and a word.
    pub marks: Vec<Mark>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What is measured, with its unit in brackets where it has one.
    pub title: String,
    /// How numbers become lengths.
    pub scale: AxisScale,
    /// From where to where; `None` for what the data asks.
    pub range: Option<[f64; 2]>,
    /// Whether a reader may switch it between linear and logarithmic.
    pub can_switch: bool,
}

/// How an axis maps.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum AxisScale {
    /// Evenly.
    #[default]
    Linear,
    /// By logarithm.
    Log,
    /// One place for each name: position 0, 1, ...
    Names(Vec<String>),
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend; empty for none.
    pub name: String,
    /// Whether it is there to compare with, such as a baseline: drawn thin and grey, and takes no colour.
    pub is_reference: bool,
    /// Its data.
    pub shape: SeriesShape,
}

/// What a series looks like. Positions that are not finite are left out: a line has a gap there.
#[derive(Debug, Clone, PartialEq)]
pub enum SeriesShape {
    /// A line through points.
    Line {
        /// Across.
        x: Vec<f64>,
        /// Up.
        y: Vec<f64>,
    },
    /// Points, each with a label that is shown when it is pointed at (or none for all).
    Points {
        /// Across.
        x: Vec<f64>,
        /// Up.
        y: Vec<f64>,
        /// What each is.
        labels: Vec<String>,
    },
    /// Points with a whisker each, such as an estimate with its interval.
    Whiskers {
        /// Across.
        x: Vec<f64>,
        /// Up.
        y: Vec<f64>,
        /// Lower ends.
        low: Vec<f64>,
        /// Upper ends.
        high: Vec<f64>,
    },
    /// The area between two lines.
    Band {
        /// Across.
        x: Vec<f64>,
        /// Lower line.
        low: Vec<f64>,
        /// Upper line.
        high: Vec<f64>,
    },
    /// Bars that stand on 0: centre, width and height of each.
    Bars {
        /// Centres.
        x: Vec<f64>,
        /// Heights.
        y: Vec<f64>,
        /// One width for all.
        width: f64,
    },
    /// Bars that lie: for long names on the axis that goes up. Whiskers where there is a spread.
    Rows {
        /// Lengths.
        x: Vec<f64>,
        /// Positions on the axis that goes up.
        y: Vec<f64>,
        /// Half a whisker; empty for none.
        spread: Vec<f64>,
    },
    /// Cells of a matrix, darker for more: `z[row][column]`, with a text in each.
    Cells {
        /// Numbers; row 0 is at position 0 of the axis that goes up.
        z: Vec<Vec<f64>>,
        /// What stands in each cell.
        texts: Vec<Vec<String>>,
    },
}

/// A place worth a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub place: MarkPosition,
    /// What is there.
    pub label: String,
}

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MarkPosition {
    /// A line across the whole height.
    X(f64),
    /// A line across the whole width.
    Y(f64),
    /// The strip between two places across.
    Between(f64, f64),
}

impl Series {
    /// A series with a name in the legend.
    pub fn new(name: impl Into<String>, shape: SeriesShape) -> Self {
        Series { name: name.into(), is_reference: false, shape }
    }

    /// A series to compare with.
    pub fn reference(name: impl Into<String>, shape: SeriesShape) -> Self {
        Series { name: name.into(), is_reference: true, shape }
    }
}

impl Axis {
    /// A linear axis.
    pub fn new(title: impl Into<String>) -> Self {
        Axis { title: title.into(), ..Axis::default() }
    }

    /// An axis from one number to another.
    pub fn between(title: impl Into<String>, low: f64, high: f64) -> Self {
        Axis { title: title.into(), range: Some([low, high]), ..Axis::default() }
    }

    /// An axis with one place for each name.
    pub fn names(title: impl Into<String>, names: Vec<String>) -> Self {
        Axis { title: title.into(), scale: AxisScale::Names(names), ..Axis::default() }
    }
}
