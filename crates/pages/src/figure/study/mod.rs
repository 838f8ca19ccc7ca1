//! The figures of a study, from what its file holds.

mod configs;
mod contour;
mod space;

use super::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use crate::language::Lang;
use treino::error::{Error, Result};
use treino::shell::quote;
use treino::statistics::mean;
use treino::study::space::SearchSpace;
use treino::study::{Config, StudyResult};

/// A study for display.
#[derive(Debug, Clone, Copy)]
pub struct StudyView<'a> {
    /// Its results so far.
    pub course: &'a StudyResult,
    /// Its search space.
    pub space: &'a SearchSpace,
    /// The study as text.
    pub text: &'a str,
    /// Its name in commands.
    pub name: &'a str,
    /// The language.
    pub lang: Lang,
}

/// All figures of a study, in the order of its report.
pub fn study_figures(view: &StudyView<'_>) -> Vec<Figure> {
    let makers = [
        StudyView::configs,
        StudyView::curves,
        StudyView::seeds,
        StudyView::slice,
        StudyView::heat,
        StudyView::contour,
        StudyView::parallel,
        StudyView::importance,
        StudyView::sources,
    ];
    makers.iter().filter_map(|make| make(view)).collect()
}

/// One figure of a study.
///
/// # Errors
/// Returns an error for a name that is not a figure of the study.
pub fn study_figure(view: &StudyView<'_>, id: &str) -> Result<Figure> {
    let mut all = study_figures(view);
    if let Some(at) = all.iter().position(|figure| figure.id == id) {
        return Ok(all.swap_remove(at));
    }
    let ids: Vec<&str> = all.iter().map(|figure| figure.id.as_str()).collect();
    let error = Error::input(format!("this study has no figure \"{id}\""));
    Err(error.nearest(id, ids.iter().copied()).help(format!("its figures are {}", ids.join(", "))))
}

impl StudyView<'_> {
    fn figure(
        &self,
        id: &str,
        title: String,
        words: Vec<String>,
        panels: Vec<Panel>,
        table: FigureTable,
    ) -> Option<Figure> {
        let command = format!("treino study plot {} {id}", quote(self.name));
        Some(Figure { id: id.to_string(), title, words, panels, table, command })
    }

    /// Configs with a mean, from the best to the worst.
    fn ranked(&self) -> impl Iterator<Item = (&Config, f64)> {
        let ranked = self.course.verdict.ranked.iter();
        ranked.filter_map(|one| {
            let config = &self.course.configs[one.config];
            let values: Vec<f64> = config.runs.iter().filter_map(|(_, run)| run.outcome.number()).collect();
            (!values.is_empty()).then(|| (config, mean(&values)))
        })
    }

    /// Ranks 1, 2, ... as names of an axis.
    fn places(&self, n: usize) -> Axis {
        Axis::names(self.lang.study_place(), (1..=n).map(|place| place.to_string()).collect())
    }

    /// Estimates with their intervals, one per name.
    fn whiskers(&self, x: Axis, y: Axis, [middle, low, high]: [Vec<f64>; 3]) -> Panel {
        let positions = (0..middle.len()).map(|at| at as f64).collect();
        let shape = SeriesShape::Whiskers { x: positions, y: middle, low, high };
        Panel { x, y, series: vec![Series::new("", shape)], ..Panel::default() }
    }
}
