//! The pages and figures of a study.

use super::look::{argument, path_of};
use crate::output::write_output;
use crate::plot::draw;
use crate::terminal::{Terminal, escaped};
use clap::ArgMatches;
use std::path::{Path, PathBuf};
use treino::Result;
use treino::files::write_in_place;
use treino::study::StudyContent;
use treino_pages::figure::{StudyView, study_figure, study_figures, study_report};

/// The name of the page in a study's folder.
const NAME: &str = "report.html";

/// Shows the content of a study's file.
fn view<T>(path: &Path, name: &str, terminal: &Terminal, show: impl FnOnce(&StudyView<'_>) -> Result<T>) -> Result<T> {
    let content = StudyContent::read(path)?;
    let (course, spec) = (content.course(), content.study_spec()?);
    show(&StudyView { course: &course, space: &spec.space, text: &content.spec, name, lang: terminal.lang })
}

/// Writes the page of a study next to its file, and prints the path.
pub fn write(path: &Path, name: &str, terminal: &Terminal) -> Result<PathBuf> {
    let output = path.with_file_name(NAME);
    view(path, name, terminal, |view| write_in_place(&output, study_report(view).html().as_bytes()))?;
    Ok(output)
}

/// `treino study report`.
pub fn report(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let name = argument(matches, "study");
    let path = path_of(name)?;
    let written = match matches.get_one::<String>("output").map(PathBuf::from) {
        None => write(&path, name, terminal)?,
        Some(output) => {
            let page = view(&path, name, terminal, |view| Ok(study_report(view).html()))?;
            write_output(matches, &output, page.as_bytes(), &[&path])?;
            output
        }
    };
    terminal.print(&format!("{}\n", escaped(&written.display().to_string())));
    Ok(0)
}

/// `treino study plot`: one figure, or the list of them.
pub fn plot(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let name = argument(matches, "study");
    view(&path_of(name)?, name, terminal, |view| match matches.get_one::<String>("figure") {
        None => {
            let lines = study_figures(view).into_iter().map(|f| format!("  {:<18} {}\n", f.id, escaped(&f.title)));
            terminal.print(&lines.collect::<String>());
            Ok(())
        }
        Some(id) => draw(&study_figure(view, id)?, matches, terminal),
    })?;
    Ok(0)
}
