//! Notable rows: those with the largest errors, and those with the most uncertain predictions.

use super::record::NotableRow;
use super::target_predictions::TargetPredictions;
use treino_tables::{ColumnKind, Recipe};

/// The largest number of rows of each kind.
const MOST: usize = 10;

/// A row is undecided if the probabilities of its two most probable classes differ by less than this.
const GAP: f64 = 0.2;

/// The rows with wrong predictions, worst first: those whose true class had the lowest probability or score, or the
/// numbers with the largest errors. Ties are in the order of the file.
pub(crate) fn wrong(said: &TargetPredictions<'_>, recipe: &Recipe) -> Vec<NotableRow> {
    let rows = 0..said.data.len();
    let badness: Vec<(usize, f64)> = if said.is_number() {
        let error = |row: usize| (said.number(row) - said.predicted(row)).abs();
        rows.map(|row| (row, -error(row))).filter(|(_, e)| *e != 0.0).collect()
    } else {
        let wrong = rows.filter(|row| said.predicted_class(*row) != said.class(*row));
        wrong.map(|row| (row, said.for_class(row, said.class(row)))).collect()
    };
    least(badness, said, recipe)
}

/// The undecided rows between two classes, closest first; none for class scores, which have no fixed scale.
pub(crate) fn undecided(said: &TargetPredictions<'_>, recipe: &Recipe) -> Vec<NotableRow> {
    if said.is_number() || !said.decision.is_probability {
        return Vec::new();
    }
    let gap = |row: usize| {
        let best = said.predicted_class(row);
        let others = (0..said.target.classes.len()).filter(|class| *class != best);
        let second = others.map(|class| said.for_class(row, class)).fold(f64::NEG_INFINITY, f64::max);
        (said.for_class(row, best) - second).abs()
    };
    let near = (0..said.data.len()).map(|row| (row, gap(row))).filter(|(_, gap)| *gap < GAP);
    least(near.collect(), said, recipe)
}

/// The rows with the smallest numbers.
fn least(mut rows: Vec<(usize, f64)>, said: &TargetPredictions<'_>, recipe: &Recipe) -> Vec<NotableRow> {
    let number = |row: usize| said.data.rows[row];
    rows.sort_by(|a, b| a.1.total_cmp(&b.1).then(number(a.0).cmp(&number(b.0))));
    rows.truncate(MOST);
    rows.into_iter().map(|(row, _)| notable(row, said, recipe)).collect()
}

fn notable(row: usize, said: &TargetPredictions<'_>, recipe: &Recipe) -> NotableRow {
    let (truth, answer, score) = if said.is_number() {
        let (y, p) = (said.number(row), said.predicted(row));
        let truth = if said.target.kind == ColumnKind::Integer { y.round() } else { y };
        (said.target.shown(truth), said.target.shown(p), y - p)
    } else {
        let class = |class: usize| said.target.classes[class].clone();
        let best = said.predicted_class(row);
        (class(said.class(row)), class(best), said.for_class(row, best))
    };
    let inputs = recipe.decode(said.data.x.row(row));
    NotableRow { row: said.data.rows[row] as usize + 1, truth, said: answer, score, inputs }
}
