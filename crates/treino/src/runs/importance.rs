//! Permutation importance and partial dependence.
//!
//! Permutation importance (L. Breiman, Machine Learning 45, 2001): the cells of a column are shuffled, and the increase
//! of the loss shows how much the network uses them. Partial dependence (J. Friedman, Annals of Statistics 29, 2001):
//! the column of every row is set to one value, and the predictions are averaged. Both describe the network, not the
//! real world, and if columns are correlated, both create combinations of values that may never occur.

use crate::report::curves::evenly;
use crate::report::target_predictions::TargetPredictions;
use crate::report::{ColumnImportance, Dependence};
use crate::statistics::{mean, standard_deviation};
use crate::store::{TableSide, TrainedModel};
use std::collections::BTreeMap;
use treino_core::error::Result;
use treino_core::rows::Matrix;
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;
use treino_tables::{Dataset, DecodedColumn, Target};

/// The number of shuffles of each column.
const SHUFFLES: usize = 5;
/// The largest number of rows that are shuffled, and that are averaged over; with fewer than [`FEWEST`] rows there is
/// no result.
const MOST_SHUFFLED: usize = 2000;
const MOST_AVERAGED: usize = 500;
const FEWEST: usize = 20;
/// The largest number of multiplications for either.
const MOST_WORK: f64 = 5e9;
/// The number of columns whose dependence is drawn, of numbers along each, and of levels of a category.
const DRAWN: usize = 4;
const MOST_VALUES: usize = 20;
const MOST_LEVELS: usize = 12;
/// The largest number of training rows that the values are taken from.
const MOST_SOURCES: usize = 10_000;

/// A model with the rows for which it is queried.
pub(super) struct QueriedModel<'a> {
    pub model: &'a TrainedModel,
    pub side: &'a TableSide,
    pub train: &'a Dataset,
    pub part: &'a Dataset,
    pub seed: u64,
}

/// Some rows of a dataset.
fn rows_of(data: &Dataset, rows: &[usize]) -> Dataset {
    let pick = |m: &Matrix| Matrix::new(rows.len(), m.cols(), rows.iter().flat_map(|r| m.row(*r)).copied().collect());
    Dataset {
        x: pick(&data.x),
        y: pick(&data.y),
        weights: data.weights.as_ref().map(|w| rows.iter().map(|r| w[*r]).collect()),
        rows: rows.iter().map(|r| data.rows[*r]).collect(),
    }
}

impl QueriedModel<'_> {
    /// Evenly spaced rows of the part, each of which is predicted `times` times; `None` if that is too much work.
    fn chosen(&self, most: usize, times: usize) -> Option<Dataset> {
        let each = (times * self.model.network.parameters().max(1)) as f64;
        let rows: Vec<usize> = evenly(self.part.len(), most.min((MOST_WORK / each) as usize)).collect();
        (rows.len() >= FEWEST.min(self.part.len())).then(|| rows_of(self.part, &rows))
    }

    fn losses(&self, data: &Dataset) -> Result<Vec<f64>> {
        let all = self.side.outputs(self.model, &data.x)?;
        let each = self.side.targets().zip(&all).enumerate();
        Ok(each
            .map(|(at, ((target, _), outputs))| {
                TargetPredictions { target, outputs, data, at, decision: self.model.decision(at) }.loss()
            })
            .collect())
    }

    /// The importance of each column for each target, the most important column first.
    pub fn importance(&self) -> Result<Vec<Vec<ColumnImportance>>> {
        let targets = self.side.targets().count();
        let mut all = vec![Vec::new(); targets];
        let places = self.side.recipe.places();
        let Some(data) = self.chosen(MOST_SHUFFLED, places.len() * SHUFFLES) else { return Ok(all) };
        let before = self.losses(&data)?;
        let mut shuffled = data.clone();
        let mut order = vec![0; data.len()];
        let (width, simd) = (data.x.cols(), Simd::detect());
        for place in &places {
            let mut growth = vec![Vec::new(); targets];
            for repeat in 0..SHUFFLES as u32 {
                Stream::new(self.seed, Purpose::Importance, &place.input.name)
                    .at(0, repeat)
                    .permutation(simd, &mut order);
                for (from, to) in order.iter().zip(shuffled.x.as_mut_slice().chunks_exact_mut(width)) {
                    place.copy(data.x.row(*from as usize), to);
                }
                let after = self.losses(&shuffled)?;
                growth.iter_mut().zip(&after).zip(&before).for_each(|((g, a), b)| g.push(a - b));
            }
            for (all, growth) in all.iter_mut().zip(&growth) {
                let (mean, sd) = (mean(growth), standard_deviation(growth));
                all.push(ColumnImportance { column: place.input.name.clone(), mean, sd });
            }
            shuffled.x.as_mut_slice().copy_from_slice(data.x.as_slice());
        }
        // A stable sort: columns of equal importance keep their order. NaN comes last.
        let key = |i: &ColumnImportance| if i.mean.is_nan() { f64::NEG_INFINITY } else { i.mean };
        all.iter_mut().for_each(|all| all.sort_by(|a, b| key(b).total_cmp(&key(a))));
        Ok(all)
    }

    /// The dependence of the predictions of target `at` on the first of these columns.
    pub fn dependence(&self, at: usize, target: &Target, importance: &[ColumnImportance]) -> Result<Vec<Dependence>> {
        let Some(data) = self.chosen(MOST_AVERAGED, DRAWN * MOST_VALUES) else { return Ok(Vec::new()) };
        let places = self.side.recipe.places();
        let drawn = importance.iter().take(DRAWN);
        let drawn = drawn.filter_map(|one| places.iter().find(|place| place.input.name == one.column));
        drawn.map(|place| self.along(place, at, target, &data)).collect()
    }

    fn along(&self, place: &DecodedColumn<'_>, at: usize, target: &Target, data: &Dataset) -> Result<Dependence> {
        let sources: Vec<usize> = if place.input.is_number() { self.quantiles(place) } else { self.levels(place) };
        let x = &self.train.x;
        let mut changed = data.clone();
        let mut predictions = Vec::new();
        for source in &sources {
            for row in changed.x.as_mut_slice().chunks_exact_mut(x.cols()) {
                place.copy(x.row(*source), row);
            }
            let all = self.side.outputs(self.model, &changed.x)?;
            let said =
                TargetPredictions { target, outputs: &all[at], data: &changed, at, decision: self.model.decision(at) };
            let mean = |of: &dyn Fn(usize) -> f64| (0..data.len()).map(of).sum::<f64>() / data.len() as f64;
            let means: Vec<f64> = match said.is_number() {
                true => vec![mean(&|row| said.predicted(row))],
                false => said.shown_classes().map(|class| mean(&|row| said.for_class(row, class))).collect(),
            };
            predictions.resize(means.len(), Vec::new());
            predictions.iter_mut().zip(means).for_each(|(line, mean): (&mut Vec<f64>, f64)| line.push(mean));
        }
        let features = |row: &usize| place.of(x.row(*row));
        let values = sources.iter().filter(|_| place.input.is_number());
        Ok(Dependence {
            column: place.input.name.clone(),
            labels: sources.iter().map(|row| place.input.text(features(row))).collect(),
            values: values.filter_map(|row| place.input.number(features(row))).collect(),
            predictions,
        })
    }

    /// Training rows whose numbers are the quantiles of the column.
    fn quantiles(&self, place: &DecodedColumn<'_>) -> Vec<usize> {
        let feature = |row: &usize| place.of(self.train.x.row(*row))[0];
        let there = |row: &usize| place.input.number(place.of(self.train.x.row(*row))).is_some();
        let mut rows: Vec<usize> = evenly(self.train.len(), MOST_SOURCES).filter(there).collect();
        rows.sort_by(|a, b| feature(a).total_cmp(&feature(b)));
        let mut distinct = rows.clone();
        distinct.dedup_by(|a, b| feature(a) == feature(b));
        if distinct.len() <= MOST_VALUES {
            return distinct;
        }
        let mut chosen: Vec<usize> = (0..MOST_VALUES).map(|i| rows[i * (rows.len() - 1) / (MOST_VALUES - 1)]).collect();
        chosen.dedup_by(|a, b| feature(a) == feature(b));
        chosen
    }

    /// A training row for each level, the most frequent first.
    fn levels(&self, place: &DecodedColumn<'_>) -> Vec<usize> {
        let mut levels: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for row in evenly(self.train.len(), MOST_SOURCES) {
            levels.entry(place.input.code(place.of(self.train.x.row(row)))).or_insert((0, row)).0 += 1;
        }
        let mut levels: Vec<(usize, usize)> = levels.into_values().collect();
        levels.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        levels.into_iter().take(MOST_LEVELS).map(|(_, row)| row).collect()
    }
}
