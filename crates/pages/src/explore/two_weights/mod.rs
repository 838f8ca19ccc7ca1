//! Topics of networks with two weights, whose whole error surface can be drawn.
//!
//! They predict the user's target from the two numeric columns with the strongest correlation. Their errors, gradients
//! and steps come from the same engine and optimizers as those of any network.

mod by_hand;
mod descent;
mod scales;
mod surface;

pub(super) use by_hand::{backpropagation, log_loss, one_weight};
pub(super) use descent::{batches, gradient_descent, race, rates};
pub(super) use scales::{scales, weight_and_height};

use super::experiment::Experiment;
use treino::data::{ColumnKind, Task};
use treino::rows::Matrix;

/// The largest number of rows for a surface.
const ROWS: usize = 400;

/// Two columns and a target.
pub(super) struct ColumnPair {
    /// The columns.
    pub names: [String; 2],
    /// Rows x 2, in the units of the file.
    pub raw: Matrix,
    /// The same with mean 0 and standard deviation 1.
    pub x: Matrix,
    /// The target as a condition: that it is one class, or above its mean.
    pub yes: String,
    /// 1 where the condition holds, else 0.
    pub is_yes: Vec<f32>,
    /// The target with mean 0 and standard deviation 1.
    pub y: Vec<f32>,
}

fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
    values.iter().map(|x| if sd > 0.0 { (x - mean) / sd } else { 0.0 }).collect()
}

fn two_columns(columns: [&[f64]; 2]) -> Matrix {
    let data = columns[0].iter().zip(columns[1]).flat_map(|(a, b)| [*a as f32, *b as f32]).collect();
    Matrix::new(columns[0].len(), 2, data)
}

impl ColumnPair {
    /// The two numeric columns with the strongest correlation with the target; `None` if fewer than two vary.
    pub fn of(lab: &Experiment<'_>) -> Option<ColumnPair> {
        let prepared = &lab.planned.prepared;
        let (train, target) = (prepared.train.thinned(ROWS), &prepared.target);
        let answers: Vec<f64> = train.y.column(0).into_iter().map(f64::from).collect();
        let (yes, y) = match target.task {
            Task::Regression => {
                let mean = answers.iter().sum::<f64>() / answers.len() as f64;
                let is_above = answers.iter().map(|y| f64::from(u8::from(*y > mean))).collect::<Vec<f64>>();
                (lab.lang().explore_above_mean(&target.name), is_above)
            }
            _ => {
                let last = target.classes.len().saturating_sub(1);
                let is_last = answers.iter().map(|y| f64::from(u8::from(*y as usize == last))).collect();
                (format!("{} = {}", target.name, target.classes.get(last)?), is_last)
            }
        };
        let numbers = standardised(if target.task == Task::Regression { &answers } else { &y });
        let mut found: Vec<(f64, String, Vec<f64>)> = Vec::new();
        let mut at = 0;
        for input in prepared.recipe.inputs.iter().filter(|input| input.layer.is_none()) {
            let is_number = matches!(input.kind, ColumnKind::Number | ColumnKind::Integer);
            if let Some(scale) = input.scale().filter(|_| is_number) {
                let raw: Vec<f64> = train.x.column(at).into_iter().map(|x| scale.restore(f64::from(x))).collect();
                let x = standardised(&raw);
                let correlation = x.iter().zip(&numbers).map(|(x, y)| x * y).sum::<f64>() / x.len() as f64;
                if x.iter().any(|x| *x != 0.0) {
                    found.push((correlation.abs(), input.name.clone(), raw));
                }
            }
            at += input.width();
        }
        // Stable: of equal ones the first columns of the file.
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut found = found.into_iter().map(|(_, name, raw)| (name, raw));
        let ((first, a), (second, b)) = (found.next()?, found.next()?);
        let x = two_columns([&standardised(&a), &standardised(&b)]);
        Some(ColumnPair {
            names: [first, second],
            raw: two_columns([&a, &b]),
            x,
            yes,
            is_yes: y.iter().map(|y| *y as f32).collect(),
            y: numbers.iter().map(|y| *y as f32).collect(),
        })
    }
}
