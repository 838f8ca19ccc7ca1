//! Evaluations as tables.

use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use console::Style;
use treino::report::{ClassificationScores, Evaluation, RegressionScores};
use treino::statistics::wilson95;
use treino_pages::language::Lang;

/// One row of a score table: its name, and how to read it from an evaluation.
type TableRow<E> = (&'static str, fn(&E) -> Option<f64>, fn(&E) -> Option<f64>);

const CLASS_ROWS: [TableRow<ClassificationScores>; 8] = [
    ("accuracy", |e| Some(e.accuracy.model), |e| Some(e.accuracy.baseline)),
    ("AUC", |e| e.auc, |e| e.auc.map(|_| 0.5)),
    ("log-loss", |e| Some(e.log_loss?.model), |e| Some(e.log_loss?.baseline)),
    ("sensitivity", |e| recall_of(e, 1), |_| None),
    ("specificity", |e| recall_of(e, 0), |_| None),
    ("F1 (macro)", |e| Some(e.macro_average.f1), |_| None),
    ("precision (macro)", |e| Some(e.macro_average.precision), |_| None),
    ("recall (macro)", |e| Some(e.macro_average.recall), |_| None),
];

const NUMBER_ROWS: [TableRow<RegressionScores>; 4] = [
    ("RMSE", |e| Some(e.rmse.model), |e| Some(e.rmse.baseline)),
    ("MAE", |e| Some(e.mae.model), |e| Some(e.mae.baseline)),
    ("MSE", |e| Some(e.mse.model), |e| Some(e.mse.baseline)),
    ("R2", |e| e.r2.as_ref().map(|r2| r2.model), |e| e.r2.as_ref().map(|r2| r2.baseline)),
];

/// The recall of one of two classes: sensitivity of the positive one, specificity of the other. `None` for more classes, or
/// without rows of it.
fn recall_of(e: &ClassificationScores, class: usize) -> Option<f64> {
    let of = &e.classes[..];
    (of.len() == 2 && of[class].support > 0.0).then(|| of[class].scores.recall)
}

/// The name of target `at` above its tables, if there are several targets.
pub fn title(terminal: &Terminal, at: usize, name: &str) -> String {
    let space = if at == 0 { "" } else { "\n" };
    format!(
        "{space}  {}\n",
        terminal.style(Style::new().bold(), &shortened(name, terminal.width.saturating_sub(4).max(8)))
    )
}

/// The scores on several parts of the data, and the baseline on the last of them. On a narrow terminal the last part
/// has a separate table.
pub fn scores(terminal: &Terminal, parts: &[(&str, &Evaluation)]) -> String {
    let Some((last, earlier)) = parts.split_last() else { return String::new() };
    let mut text = score_table(terminal, parts, Some(last.1));
    if !fits(terminal, &text) {
        text = score_table(terminal, &[*last], Some(last.1));
        if !fits(terminal, &text) {
            let (own, baseline) = (score_table(terminal, &[*last], None), score_table(terminal, &[], Some(last.1)));
            text = format!("{own}\n\n{baseline}");
        }
        if !earlier.is_empty() {
            text = format!("{text}\n\n{}", score_table(terminal, earlier, None));
        }
    }
    let lang = terminal.lang;
    let always = match last.1 {
        Evaluation::Classes(c) => {
            let n = c.n as f64;
            let (low, high) = wilson95(c.accuracy.model * n, n);
            let (always, low, high) = (escaped(&c.baseline_class), lang.number(low), lang.number(high));
            lang.baseline_class(always, low, high)
        }
        Evaluation::Numbers(n) => lang.baseline_mean(lang.number(n.training_mean)),
    };
    let always = wrapped(&always, terminal.width, "  ", "    ");
    format!("{text}\n{}\n", terminal.style(Style::new().dim(), always.trim_end()))
}

/// The scores of some parts, and the baseline of an evaluation if one is given.
fn score_table(terminal: &Terminal, parts: &[(&str, &Evaluation)], baseline: Option<&Evaluation>) -> String {
    let lang = terminal.lang;
    let mut table = plain_table();
    let mut head: Vec<String> = vec![String::new()];
    head.extend(parts.iter().map(|(name, _)| lang.label(name).to_string()));
    head.extend(baseline.map(|_| lang.label("baseline").to_string()));
    table.add_row(head);
    let classes = |e: &'_ Evaluation| if let Evaluation::Classes(c) = e { Some(c.clone()) } else { None };
    let numbers = |e: &'_ Evaluation| if let Evaluation::Numbers(n) = e { Some(n.clone()) } else { None };
    let all = || parts.iter().map(|(_, e)| *e);
    let own: Vec<ClassificationScores> = all().filter_map(classes).collect();
    match baseline.or_else(|| all().next()) {
        Some(Evaluation::Classes(_)) => add_rows(lang, &mut table, &CLASS_ROWS, &own, baseline.and_then(classes)),
        _ => {
            let own: Vec<RegressionScores> = all().filter_map(numbers).collect();
            add_rows(lang, &mut table, &NUMBER_ROWS, &own, baseline.and_then(numbers));
        }
    }
    render(terminal, table)
}

fn add_rows<E>(lang: Lang, table: &mut Table, rows: &[TableRow<E>], parts: &[E], baseline: Option<E>) {
    let show = |value: Option<f64>| value.map_or("–".to_string(), |x| lang.number(x));
    // A score that no part has, such as the log-loss of class scores, needs no row.
    let has = |model: &fn(&E) -> Option<f64>| parts.iter().chain(&baseline).any(|part| model(part).is_some());
    for (name, model, of_baseline) in rows.iter().filter(|(_, model, _)| has(model)) {
        let mut cells = vec![lang.label(name).to_string()];
        cells.extend(parts.iter().map(|part| show(model(part))));
        cells.extend(baseline.as_ref().map(|part| show(of_baseline(part))));
        table.add_row(cells);
    }
}

/// Precision, recall and F1 of each class, and the confusion matrix if it has few classes and fits.
pub fn classes(terminal: &Terminal, evaluation: &ClassificationScores) -> String {
    let lang = terminal.lang;
    let mut text = first_that_fits(terminal, [(24, 5), (12, 5), (10, 4), (5, 4)], |(most, columns)| {
        let mut table = plain_table();
        table.add_row(&["class", "precision", "recall", "F1", "rows"].map(|word| lang.label(word))[..columns]);
        for class in &evaluation.classes {
            let s = &class.scores;
            let cells = [
                shortened(&class.name, most),
                lang.number(s.precision),
                lang.number(s.recall),
                lang.number(s.f1),
                lang.rows_counted(class.support),
            ];
            table.add_row(&cells[..columns]);
        }
        table
    });
    text.push('\n');
    if evaluation.classes.len() <= 8 {
        let matrix = first_that_fits(terminal, [14, 10, 7, 5, 3], |most| {
            let mut table = plain_table();
            let names = || evaluation.classes.iter().map(|c| shortened(&c.name, most));
            table.add_row(std::iter::once(lang.label("true \\ predicted").to_string()).chain(names()));
            for (name, row) in names().zip(&evaluation.confusion) {
                table.add_row(std::iter::once(name).chain(row.iter().map(|n| lang.rows_counted(*n))));
            }
            table
        });
        if fits(terminal, &matrix) {
            text.push_str(&format!("\n{matrix}\n"));
        }
    }
    text
}

/// The table in the first of several layouts that fits the terminal, else in the last.
pub fn first_that_fits<F: Copy>(
    terminal: &Terminal,
    forms: impl IntoIterator<Item = F>,
    table: impl Fn(F) -> Table,
) -> String {
    let mut text = String::new();
    for form in forms {
        text = render(terminal, table(form));
        if fits(terminal, &text) {
            break;
        }
    }
    text
}

/// Whether no line is wider than the terminal.
pub fn fits(terminal: &Terminal, text: &str) -> bool {
    text.lines().all(|line| console::measure_text_width(line) <= terminal.width)
}

/// A name in at most `most` characters, without control characters.
pub fn shortened(name: &str, most: usize) -> String {
    let name = escaped(&name.replace('\n', " "));
    if name.chars().count() <= most {
        return name;
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

/// A table without lines, indented.
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

/// The table as text: first column left-aligned, the others right-aligned, first row dim.
pub fn render(terminal: &Terminal, table: Table) -> String {
    aligned(terminal, table, usize::MAX)
}

/// As [`render`], but columns from the fifth on hold words and are left-aligned.
pub fn render_words(terminal: &Terminal, table: Table) -> String {
    aligned(terminal, table, 4)
}

fn aligned(terminal: &Terminal, mut table: Table, words_from: usize) -> String {
    for (_, column) in table.column_iter_mut().enumerate().filter(|(i, _)| (1..words_from).contains(i)) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let text = table.trim_fmt();
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let rest: String = rest.lines().map(|line| format!("\n {line}")).collect();
    format!(" {}{rest}", terminal.style(Style::new().dim(), head))
}
