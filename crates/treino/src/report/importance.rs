//! Which columns matter: what shuffling one costs, and what the prediction does along it.
//!
//! Permutation importance (Breiman, "Random forests", 2001; Fisher, Rudin, Dominici, 2019): by how much the loss grows when the
//! cells of a column change rows. Partial dependence (Friedman, "Greedy function approximation", 2001): the mean prediction when
//! a column is set to a value in all rows. All features of a column move together.

use super::curves::quantile;
use super::evaluation::Evaluation;
use super::notable::probabilities;
use super::record::{Dependence, Importance};
use crate::data::{Encoding, Input, Matrix, Target, Task};
use crate::error::Result;
use crate::store::{Baseline, Bundle};
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;

/// Times that each column is shuffled.
const SHUFFLES: u32 = 5;

/// Rows that are looked at, and multiply-adds that may be spent on all shuffles.
const ROWS: usize = 2000;
const WORK: usize = 2_000_000_000;

/// Columns whose dependence is shown, and values along each.
const SHOWN: usize = 4;
const VALUES: usize = 20;

/// Rows that a dependence is the mean of.
const MEAN_OF: usize = 500;

/// Some rows of the data, with what is known of them.
pub(super) struct Sample<'a> {
    pub model: &'a Bundle,
    pub inputs: &'a [Input],
    pub x: Matrix,
    /// Targets in their own units: classes, or numbers; one list a target.
    pub y: Vec<Vec<f64>>,
    pub weights: Option<Vec<f32>>,
}

impl<'a> Sample<'a> {
    /// Evenly chosen rows, as many as there is work for.
    pub fn new(model: &'a Bundle, data: &crate::data::Dataset) -> Result<Self> {
        let side = model.table()?;
        let inputs = &side.recipe.inputs[..];
        let a_row = model.network.parameters().max(1) * inputs.len().max(1) * SHUFFLES as usize;
        let rows = (WORK / a_row).clamp(50, ROWS).min(data.len());
        let step = data.len().div_ceil(rows.max(1)).max(1);
        let chosen: Vec<usize> = (0..data.len()).step_by(step).collect();
        let numbers = chosen.iter().flat_map(|row| data.x.row(*row)).copied().collect();
        let of_target = |(at, (target, _)): (usize, (&Target, &Baseline))| {
            let restore = |row: &usize| match target.task {
                Task::Regression => target.restore(data.y.get(*row, at)),
                _ => f64::from(data.y.get(*row, at)),
            };
            chosen.iter().map(restore).collect()
        };
        Ok(Sample {
            model,
            inputs,
            x: Matrix::new(chosen.len(), data.x.cols(), numbers),
            y: side.targets().enumerate().map(of_target).collect(),
            weights: data.weights.as_ref().map(|all| chosen.iter().map(|row| all[*row]).collect()),
        })
    }

    /// The loss of each target: log-loss, or mean squared error.
    fn losses(&self, x: &Matrix) -> Result<Vec<f64>> {
        let outputs = self.model.outputs(x)?;
        let each = self.model.table()?.targets().zip(&outputs).zip(&self.y);
        each.map(|(((target, baseline), p), y)| {
            let weights = self.weights.as_deref();
            let evaluation = match baseline {
                Baseline::Mean(mean) => {
                    let p: Vec<f64> = p.as_slice().iter().map(|p| f64::from(*p)).collect();
                    Evaluation::numbers(y, &p, weights, *mean)?
                }
                Baseline::Shares(shares) => {
                    let y: Vec<u32> = y.iter().map(|y| *y as u32).collect();
                    Evaluation::classes(&target.classes, &y, p.as_slice(), p.cols(), weights, shares)?
                }
            };
            Ok(match evaluation {
                Evaluation::Classes(classes) => classes.log_loss.model,
                Evaluation::Numbers(numbers) => numbers.mse.model,
            })
        })
        .collect()
    }

    /// Where the features of each column begin and end.
    fn places(&self) -> Vec<std::ops::Range<usize>> {
        let mut from = 0;
        let place = |input: &Input| {
            from += input.width();
            from - input.width()..from
        };
        self.inputs.iter().map(place).collect()
    }

    /// What shuffling each column costs each target, most first.
    pub fn importance(&self, seed: u64) -> Result<Vec<Vec<Importance>>> {
        let rows = self.x.rows();
        let before = self.losses(&self.x)?;
        let mut found: Vec<Vec<Importance>> = vec![Vec::new(); before.len()];
        let mut x = self.x.clone();
        let mut order: Vec<u32> = vec![0; rows];
        for (input, place) in self.inputs.iter().zip(self.places()) {
            let stream = Stream::new(seed, Purpose::Importance, &input.name);
            let mut growth: Vec<Vec<f64>> = vec![Vec::new(); before.len()];
            for shuffle in 0..SHUFFLES {
                stream.at(shuffle, 0).permutation(Simd::detect(), &mut order);
                for (row, from) in order.iter().enumerate() {
                    let from = &self.x.row(*from as usize)[place.clone()];
                    x.row_mut(row)[place.clone()].copy_from_slice(from);
                }
                let after = self.losses(&x)?;
                growth.iter_mut().zip(after.iter().zip(&before)).for_each(|(g, (after, before))| g.push(after - before));
            }
            for row in 0..rows {
                x.row_mut(row)[place.clone()].copy_from_slice(&self.x.row(row)[place.clone()]);
            }
            for (found, growth) in found.iter_mut().zip(&growth) {
                let (mean, sd) =
                    (crate::study::statistics::mean(growth), crate::study::statistics::standard_deviation(growth));
                found.push(Importance { column: input.name.clone(), mean, sd });
            }
        }
        // A stable sort: columns that matter alike stay in the table's order.
        found.iter_mut().for_each(|all| all.sort_by(|a, b| b.mean.total_cmp(&a.mean)));
        Ok(found)
    }

    /// What the prediction of a target does along the columns that matter most.
    pub fn dependence(&self, target: usize, importance: &[Importance]) -> Result<Vec<Dependence>> {
        let places = self.places();
        let step = self.x.rows().div_ceil(MEAN_OF).max(1);
        let chosen: Vec<usize> = (0..self.x.rows()).step_by(step).collect();
        let mut all = Vec::new();
        for one in importance.iter().take(SHOWN) {
            let Some(at) = self.inputs.iter().position(|input| input.name == one.column) else { continue };
            let (input, place) = (&self.inputs[at], places[at].clone());
            let values = self.values(input, place.clone());
            if values.len() < 2 {
                continue;
            }
            let numbers: Vec<f32> = chosen.iter().flat_map(|row| self.x.row(*row)).copied().collect();
            let mut x = Matrix::new(chosen.len(), self.x.cols(), numbers);
            let mut predictions: Vec<Vec<f64>> = Vec::new();
            for value in &values {
                (0..x.rows()).for_each(|row| x.row_mut(row)[place.clone()].copy_from_slice(value));
                let outputs = &self.model.outputs(&x)?[target];
                let means = self.mean_prediction(target, outputs)?;
                predictions.resize(means.len(), Vec::new());
                predictions.iter_mut().zip(means).for_each(|(along, mean)| along.push(mean));
            }
            let labels: Vec<String> = values.iter().map(|value| input.decode(value)).collect();
            let is_number = matches!(input.encoding, Encoding::Number { .. } | Encoding::AsIs | Encoding::Amount { .. });
            let numbers = labels.iter().map(|label| label.parse().ok()).collect::<Option<Vec<f64>>>();
            let values = numbers.filter(|_| is_number).unwrap_or_default();
            all.push(Dependence { column: input.name.clone(), labels, values, predictions });
        }
        Ok(all)
    }

    /// The mean probability of each class, of two of the second one alone; or the mean number.
    fn mean_prediction(&self, target: usize, outputs: &Matrix) -> Result<Vec<f64>> {
        let n = outputs.rows() as f64;
        let is_number = self.model.table()?.targets().nth(target).is_some_and(|(t, _)| t.task == Task::Regression);
        if is_number {
            return Ok(vec![outputs.as_slice().iter().map(|p| f64::from(*p)).sum::<f64>() / n]);
        }
        let each: Vec<Vec<f64>> = (0..outputs.rows()).map(|row| probabilities(outputs.row(row))).collect();
        let classes = each.first().map_or(0, Vec::len);
        let first = usize::from(classes == 2);
        Ok((first..classes).map(|class| each.iter().map(|p| p[class]).sum::<f64>() / n).collect())
    }

    /// Values that a column is set to, as features: those that occur, at most so many, spread evenly over the rows.
    fn values(&self, input: &Input, place: std::ops::Range<usize>) -> Vec<Vec<f32>> {
        let mut seen: Vec<Vec<f32>> = (0..self.x.rows()).map(|row| self.x.row(row)[place.clone()].to_vec()).collect();
        if let Encoding::Number { indicator: true, .. } = input.encoding {
            seen.retain(|features| features[1] == 0.0);
        }
        seen.sort_by(|a, b| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal));
        let is_number = !matches!(input.encoding, Encoding::OneHot { .. } | Encoding::Level { .. });
        let mut distinct = seen.clone();
        distinct.dedup();
        if distinct.len() <= VALUES || !is_number {
            // Ones stand first in levels that are more frequent.
            if !is_number {
                distinct.reverse();
            }
            distinct.truncate(VALUES);
            return distinct;
        }
        let positions: Vec<f64> = (0..seen.len()).map(|at| at as f64).collect();
        let at = |step: usize| quantile(&positions, step as f64 / (VALUES - 1) as f64).round() as usize;
        let mut chosen: Vec<Vec<f32>> = (0..VALUES).map(|step| seen[at(step)].clone()).collect();
        chosen.dedup();
        chosen
    }
}
