//! Figures: one data structure for all renderers.
//!
//! A [`Figure`] is data and text, created once: panels with axes and units, one or two sentences with the most
//! important numbers, the data as a table, and the command that creates it again. Reports, files and the terminal all
//! render this one structure, so that they cannot disagree. [`Figure`]s contain no colours and no pixels; renderers
//! give the first series the first colour, dash and marker, and so on.

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
pub use run::{compared_curves, figure, figures};
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
    /// One or two sentences about what the figure shows, with the most important numbers.
    pub words: Vec<String>,
    /// The panels, next to each other if there are several.
    pub panels: Vec<Panel>,
    /// The data.
    pub table: FigureTable,
    /// The command that creates it again.
    pub command: String,
}

impl Figure {
    /// Whether it has nothing but bars of height 0: its words say the same.
    pub fn is_blank(&self) -> bool {
        let is_zero =
            |series: &Series| matches!(&series.shape, SeriesShape::Bars { y, .. } if y.iter().all(|y| *y == 0.0));
        !self.panels.is_empty() && self.panels.iter().flat_map(|panel| &panel.series).all(is_zero)
    }
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// The title above it, if a figure has several; else empty.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series, from the back to the front.
    pub series: Vec<Series>,
    /// Marked positions.
    pub marks: Vec<Mark>,
    /// Whether a unit is as long on both axes, as in a ROC curve.
    pub is_square: bool,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What is measured, with its unit in brackets if it has one.
    pub title: String,
    /// The scale.
    pub scale: AxisScale,
    /// Its limits; `None` to derive them from the data.
    pub range: Option<[f64; 2]>,
    /// Whether a reader may switch it between linear and logarithmic.
    pub can_switch: bool,
}

/// The scale of an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum AxisScale {
    /// Linear.
    #[default]
    Linear,
    /// Logarithmic.
    Log,
    /// One position for each name: 0, 1, ...
    Names(Vec<String>),
}

/// A series of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend; empty for none.
    pub name: String,
    /// Whether it is a reference, such as a baseline: drawn thin and grey, without using a colour.
    pub is_reference: bool,
    /// Its data.
    pub shape: SeriesShape,
}

/// The type of a series. Positions that are not finite are omitted: a line has a gap there.
#[derive(Debug, Clone, PartialEq)]
pub enum SeriesShape {
    /// A line through points.
    Line {
        /// Horizontal positions.
        x: Vec<f64>,
        /// Vertical positions.
        y: Vec<f64>,
    },
    /// Points, each with a label that is shown on hover (or without labels).
    Points {
        /// Horizontal positions.
        x: Vec<f64>,
        /// Vertical positions.
        y: Vec<f64>,
        /// Labels.
        labels: Vec<String>,
    },
    /// Points with a whisker each, such as an estimate with its interval.
    Whiskers {
        /// Horizontal positions.
        x: Vec<f64>,
        /// Vertical positions.
        y: Vec<f64>,
        /// Lower ends.
        low: Vec<f64>,
        /// Upper ends.
        high: Vec<f64>,
    },
    /// The area between two lines.
    Band {
        /// Horizontal positions.
        x: Vec<f64>,
        /// Lower line.
        low: Vec<f64>,
        /// Upper line.
        high: Vec<f64>,
    },
    /// Bars that start at 0: centre, width and height of each.
    Bars {
        /// Centres.
        x: Vec<f64>,
        /// Heights.
        y: Vec<f64>,
        /// One width for all.
        width: f64,
    },
    /// Horizontal bars: for long names on the vertical axis. With whiskers if there is a spread.
    Rows {
        /// Lengths.
        x: Vec<f64>,
        /// Positions on the vertical axis.
        y: Vec<f64>,
        /// Half a whisker; empty for none.
        spread: Vec<f64>,
    },
    /// Cells of a matrix, darker for larger numbers: `z[row][column]`, with a text in each.
    Cells {
        /// Numbers; row 0 is at position 0 of the vertical axis.
        z: Vec<Vec<f64>>,
        /// The texts of the cells.
        texts: Vec<Vec<String>>,
    },
}

/// A marked position.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its position.
    pub place: MarkPosition,
    /// Its text.
    pub label: String,
}

/// The position of a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MarkPosition {
    /// A vertical line.
    X(f64),
    /// A horizontal line.
    Y(f64),
    /// The strip between two horizontal positions.
    Between(f64, f64),
}

impl Series {
    /// A series with a name in the legend.
    pub fn new(name: impl Into<String>, shape: SeriesShape) -> Self {
        Series { name: name.into(), is_reference: false, shape }
    }

    /// A reference series.
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

    /// An axis with one position for each name.
    pub fn names(title: impl Into<String>, names: Vec<String>) -> Self {
        Axis { title: title.into(), scale: AxisScale::Names(names), ..Axis::default() }
    }
}
