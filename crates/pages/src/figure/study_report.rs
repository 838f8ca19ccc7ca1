//! The report of a study: the verdict, and its figures.

use super::page::{PagePart, ReportPage, Section};
use super::{Figure, FigureCell, FigureTable, StudyView, study_figures};
use treino::shell::quote;

/// The largest number of rows in the verdict's table.
const ROWS: usize = 100;

/// The report of a study, as one page.
pub fn study_report(view: &StudyView<'_>) -> ReportPage {
    let (lang, course) = (view.lang, view.course);
    let mut figures = study_figures(view);
    let mut take = |ids: &[&str]| -> Vec<PagePart> {
        let (taken, left) =
            std::mem::take(&mut figures).into_iter().partition(|f: &Figure| ids.contains(&f.id.as_str()));
        figures = left;
        let taken: Vec<Figure> = taken;
        taken.into_iter().map(PagePart::Figure).collect()
    };
    let mut verdict =
        vec![PagePart::Words(lang.verdict(course)), PagePart::Table(table(view), lang.study_table_words())];
    verdict.extend(take(&["configs"]));
    let sections = [
        ("verdict", lang.section_verdict(), verdict),
        ("training", lang.section_course(), take(&["curves", "seeds"])),
        ("space", lang.study_section_space(), take(&["slice", "heat", "contour", "parallel"])),
        ("matters", lang.study_section_matters(), take(&["importance", "sources"])),
        (
            "again",
            lang.section_again(),
            vec![
                PagePart::Code(view.text.to_string()),
                PagePart::Commands(vec![
                    format!("treino study show {}", quote(view.name)),
                    format!("treino study importance {}", quote(view.name)),
                    format!("treino study export {} -o trainings.csv", quote(view.name)),
                ]),
            ],
        ),
    ];
    let section = |(id, title, parts): (&str, String, Vec<PagePart>)| Section::new(id, title, parts);
    let trainings: usize = course.configs.iter().map(|config| config.all().count()).sum();
    ReportPage {
        lang,
        title: lang.study_report_title(view.name),
        lead: vec![lang.study_watched(lang.grouped(trainings as f64), lang.grouped(course.configs.len() as f64))],
        sections: sections.into_iter().map(section).filter(|section| !section.parts.is_empty()).collect(),
    }
}

fn table(view: &StudyView<'_>) -> FigureTable {
    let (lang, course) = (view.lang, view.course);
    let mut table = FigureTable::new([
        lang.study_place(),
        lang.column_config(),
        lang.column_mean(&course.objective),
        lang.column_interval(),
        lang.column_n(),
        lang.column_diverged(),
        lang.column_epochs(),
        lang.column_seconds(),
        lang.column_chance(),
        lang.column_standing(),
    ]);
    for (place, one) in course.verdict.ranked.iter().take(ROWS).enumerate() {
        let i = &one.interval;
        let mean = match one.seeds {
            0 => String::new(),
            1 => lang.number(i.mean),
            _ => format!("{} ± {}", lang.number(i.mean), lang.number(i.sd)),
        };
        let range =
            if one.seeds > 1 { format!("{} – {}", lang.number(i.low), lang.number(i.high)) } else { String::new() };
        table.row([
            FigureCell::from((place + 1) as f64),
            course.configs[one.config].label().into(),
            mean.into(),
            range.into(),
            (one.seeds as f64).into(),
            (one.diverged as f64).into(),
            one.epochs.into(),
            one.seconds.into(),
            one.chance.into(),
            lang.standing(one.standing).into(),
        ]);
    }
    table
}
