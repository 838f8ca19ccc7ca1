//! Rows worth a look: those that the network got badly wrong, and those that it was undecided about.

use super::record::NotableRow;
use crate::data::{Dataset, Matrix, Recipe, Target, six_digits};

/// Rows of each kind.
const MOST: usize = 10;

/// Classes whose probabilities lie nearer than this are a close call.
const CLOSE: f64 = 0.2;

/// The probabilities of all classes of a row.
pub(super) fn probabilities(outputs: &[f32]) -> Vec<f64> {
    match *outputs {
        [p] => vec![1.0 - f64::from(p), f64::from(p)],
        _ => outputs.iter().map(|p| f64::from(*p)).collect(),
    }
}

/// The most probable class, of equals the first.
fn said(p: &[f64]) -> usize {
    (1..p.len()).fold(0, |best, at| if p[at] > p[best] { at } else { best })
}

/// Writes down some rows.
pub(super) struct Notary<'a> {
    pub recipe: &'a Recipe,
    pub target: &'a Target,
    pub data: &'a Dataset,
    pub outputs: &'a Matrix,
}

impl Notary<'_> {
    fn note(&self, at: usize, truth: String, said: String, score: f64) -> NotableRow {
        let inputs = self.recipe.decode(self.data.x.row(at));
        NotableRow { row: self.data.rows[at] as usize + 1, truth, said, score, inputs }
    }

    /// The rows with these measures, smallest first, of equals the earlier one.
    fn first(mut found: Vec<(f64, usize)>) -> impl Iterator<Item = usize> {
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.into_iter().take(MOST).map(|(_, at)| at)
    }

    /// Of classes: badly wrong, and undecided. The targets stand in column `column` of y.
    pub fn classes(&self, column: usize) -> [Vec<NotableRow>; 2] {
        let rows = self.data.len();
        let p: Vec<Vec<f64>> = (0..rows).map(|at| probabilities(self.outputs.row(at))).collect();
        let truth = |at: usize| self.data.y.get(at, column) as usize;
        let note = |at: usize| {
            let said = said(&p[at]);
            let name = |class: usize| self.target.classes[class].clone();
            self.note(at, name(truth(at)), name(said), p[at][said])
        };
        let is_wrong = |at: &usize| said(&p[*at]) != truth(*at);
        let wrong = (0..rows).filter(is_wrong).map(|at| (p[at][truth(at)], at)).collect();
        let gap = |at: usize| {
            let best = said(&p[at]);
            let second = p[at].iter().enumerate().filter(|(class, _)| *class != best).map(|(_, p)| *p);
            p[at][best] - second.fold(0.0, f64::max)
        };
        let close = (0..rows).map(|at| (gap(at), at)).filter(|(gap, _)| *gap < CLOSE).collect();
        [Self::first(wrong).map(note).collect(), Self::first(close).map(note).collect()]
    }

    /// Of numbers: those that are furthest off.
    pub fn numbers(&self, y: &[f64], p: &[f64]) -> Vec<NotableRow> {
        let found = (0..y.len()).map(|at| (-(y[at] - p[at]).abs(), at)).collect();
        let text = |x: f64| six_digits(x).to_string();
        Self::first(found).map(|at| self.note(at, text(y[at]), text(p[at]), y[at] - p[at])).collect()
    }
}
