//! The figures of a run, from its [record](treino::report::Record).

mod beside;
mod classes;
mod inputs;
mod layer_figures;
mod numbers;
mod training_curves;

pub use beside::compared_curves;

use super::Figure;
use crate::language::Lang;
use treino::error::{Error, Result};
use treino::report::{PredictionCurves, Record, TargetRecord};
use treino::shell::quote;

/// The data for the figures of a run.
struct Maker<'a> {
    record: &'a Record,
    lang: Lang,
    /// The run's path in commands.
    run: &'a str,
}

/// All figures of a run, in the order of its report.
pub fn figures(record: &Record, lang: Lang, run: &str) -> Vec<Figure> {
    let maker = Maker { record, lang, run };
    let mut figures = Vec::new();
    maker.course(&mut figures);
    for (at, target) in record.targets.iter().enumerate() {
        let first = figures.len();
        match &target.curves {
            PredictionCurves::Classes { classes } => maker.classes(target, classes, &mut figures),
            PredictionCurves::Numbers(curves) => maker.numbers(target, curves, &mut figures),
        }
        maker.seeds(target, &mut figures);
        maker.inputs(target, &mut figures);
        if at > 0 {
            figures[first..].iter_mut().for_each(|figure| maker.rename(figure, at, target));
        }
    }
    maker.inside(&mut figures);
    maker.data(&mut figures);
    figures
}

/// One figure of a run.
///
/// # Errors
/// Returns an error for a name that is not a figure of the run.
pub fn figure(record: &Record, lang: Lang, run: &str, id: &str) -> Result<Figure> {
    let mut all = figures(record, lang, run);
    if let Some(at) = all.iter().position(|figure| figure.id == id) {
        return Ok(all.swap_remove(at));
    }
    let ids: Vec<&str> = all.iter().map(|figure| figure.id.as_str()).collect();
    let error = Error::input(format!("this run has no figure \"{id}\""));
    Err(error.nearest(id, ids.iter().copied()).help(format!("its figures are {}", ids.join(", "))))
}

impl Maker<'_> {
    /// The command that creates a figure again.
    fn command(&self, id: &str) -> String {
        format!("treino plot {} {id}", quote(self.run))
    }

    /// Appends a number to the name of a further target's figure.
    fn rename(&self, figure: &mut Figure, at: usize, target: &TargetRecord) {
        figure.id = format!("{}-{}", figure.id, at + 1);
        figure.title = format!("{}: {}", target.name, figure.title);
        figure.command = self.command(&figure.id);
    }

    fn number(&self, x: f64) -> String {
        self.lang.number(x)
    }

    fn percent(&self, x: f64) -> String {
        self.lang.percent(x)
    }
}
