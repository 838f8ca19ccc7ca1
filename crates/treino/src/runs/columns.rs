//! A summary of each column over the training rows, decoded from the inputs.

use crate::report::ColumnSummary;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::BTreeMap;
use std::hash::Hasher;
use treino_nn::metrics::auc;
use treino_tables::{Dataset, DecodedColumn, Prepared, Task, shown};

/// The summary of each column that is used.
pub(super) fn columns(prepared: &Prepared) -> Vec<ColumnSummary> {
    prepared.recipe.places().iter().map(|place| facts(place, prepared)).collect()
}

fn facts(place: &DecodedColumn<'_>, prepared: &Prepared) -> ColumnSummary {
    let (input, x) = (place.input, &prepared.train.x);
    let n = x.rows();
    let rows = || (0..n).map(|row| place.of(x.row(row)));
    let missing: Option<usize> = rows().map(|features| input.is_missing(features).map(usize::from)).sum();
    let mut codes: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (row, features) in rows().enumerate().filter(|(_, features)| input.is_missing(features) != Some(true)) {
        codes.entry(input.code(features)).or_insert((0, row)).0 += 1;
    }
    // Of equally frequent ones the first in the file.
    let most = codes.values().max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    let frequent = |(count, row): (usize, usize)| (input.text(place.of(x.row(row))), count as f64 / n as f64);
    let date = input.kind == treino_tables::ColumnKind::Date;
    let numbers: Vec<f64> = rows().filter(|_| input.is_number() && !date).filter_map(|f| input.number(f)).collect();
    let first = || rows().map(|features| f64::from(features[0]));
    ColumnSummary {
        name: input.name.clone(),
        kind: input.kind.name().to_string(),
        features: place.features.iter().map(std::ops::Range::len).sum(),
        missing: missing.map(|missing| missing as f64 / n as f64),
        distinct: Some(codes.len()),
        numbers: (!numbers.is_empty()).then(|| summary(&numbers)),
        most_frequent: most.copied().filter(|_| !input.is_number() || codes.len() == 1).map(frequent),
        scaled: moments(first()),
        alone: alone(place, prepared).filter(|alone| alone.is_finite()),
        missing_alone: missing_alone(place, prepared),
    }
}

/// With fewer rows, with or without the cell, all may be of one class by chance.
const FEW: usize = 20;

/// The largest probability that random rows would all be of one class.
const BY_CHANCE: f64 = 1e-6;

/// How well the missing-value indicator of a column alone predicts the first target.
fn missing_alone(place: &DecodedColumn<'_>, prepared: &Prepared) -> Option<f64> {
    let Dataset { x, y, .. } = &prepared.train;
    let n = x.rows();
    let is_missing = |row: usize| place.input.is_missing(place.of(x.row(row)));
    let missing: Vec<bool> = (0..n).map(is_missing).collect::<Option<_>>()?;
    let groups = [true, false].map(|group| (0..n).filter(|row| missing[*row] == group).collect::<Vec<usize>>());
    if groups.iter().any(|rows| rows.len() < FEW) {
        return None;
    }
    let target = |row: &usize| f64::from(y.get(*row, 0));
    if prepared.target.task == Task::Regression {
        let [_, sd] = moments((0..n).map(|row| f64::from(y.get(row, 0))));
        let within: f64 =
            groups.iter().map(|rows| moments(rows.iter().map(target))[1].powi(2) * rows.len() as f64 / n as f64).sum();
        return (sd > 0.0).then(|| 1.0 - within / (sd * sd));
    }
    let shares = |rows: &[usize]| {
        let mut counts = vec![0.0; prepared.target.classes.len()];
        rows.iter().for_each(|row| counts[target(row) as usize] += 1.0 / rows.len() as f64);
        counts
    };
    let everywhere = shares(&(0..n).collect::<Vec<_>>());
    let telling = groups.iter().flat_map(|rows| {
        let likely = |usual: f64| usual.powf(rows.len() as f64) > BY_CHANCE;
        shares(rows).into_iter().zip(&everywhere).filter(move |(_, usual)| !likely(**usual)).map(|(share, _)| share)
    });
    telling.max_by(f64::total_cmp)
}

/// Smallest, mean, standard deviation, largest.
fn summary(numbers: &[f64]) -> [f64; 4] {
    let [mean, sd] = moments(numbers.iter().copied());
    let end = |worse: fn(f64, f64) -> f64| numbers.iter().copied().fold(mean, worse);
    // The ends are cells, so they are shown as cells would be.
    let cell = |number: f64| shown(number, f64::from(f32::EPSILON) * number.abs().max(sd)).parse().unwrap_or(number);
    [cell(end(f64::min)), mean, sd, cell(end(f64::max))]
}

/// Mean and standard deviation, with n in the denominator.
fn moments(numbers: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let of = |unit: f64| {
        let n = numbers.clone().count() as f64;
        let mean = numbers.clone().map(|x| x / unit).sum::<f64>() / n;
        let variance = numbers.clone().map(|x| (x / unit - mean) * (x / unit - mean)).sum::<f64>() / n;
        [mean * unit, variance.sqrt() * unit]
    };
    match of(1.0) {
        found if found.iter().all(|number| number.is_finite()) => found,
        // The squares overflow, and perhaps the sum does too.
        _ => of(numbers.clone().fold(0.0, |most, x| x.abs().max(most))),
    }
}

fn alone(place: &DecodedColumn<'_>, prepared: &Prepared) -> Option<f64> {
    let (input, Dataset { x, y, .. }) = (place.input, &prepared.train);
    let features = |row: usize| place.of(x.row(row));
    let target = |row: usize| y.get(row, 0);
    let is_number = input.is_number();
    let there = (0..x.rows()).filter(|row| !is_number || input.is_missing(features(*row)) != Some(true));
    let rows: Vec<usize> = there.collect();
    match prepared.target.task {
        Task::Regression => {
            // No and yes are 0 and 1, so the regression line passes through the two means.
            (is_number || matches!(input.encoding, treino_tables::Encoding::Number { .. })).then(|| {
                let pairs = || rows.iter().map(|row| (f64::from(features(*row)[0]), f64::from(target(*row))));
                let ([a, sd_a], [b, sd_b]) = (moments(pairs().map(|p| p.0)), moments(pairs().map(|p| p.1)));
                let together = pairs().map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / rows.len() as f64;
                let r = together / (sd_a * sd_b);
                r * r
            })
        }
        _ if is_number && prepared.target.classes.len() == 2 => {
            let positive: Vec<bool> = rows.iter().map(|row| target(*row) == 1.0).collect();
            let scores: Vec<f32> = rows.iter().map(|row| features(*row)[0]).collect();
            auc(&positive, &scores, None).map(|auc| auc.max(1.0 - auc))
        }
        _ if is_number => None,
        _ => {
            let mut levels: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for row in &rows {
                let counts = levels.entry(input.code(features(*row))).or_default();
                counts.resize(prepared.target.classes.len(), 0);
                counts[target(*row) as usize] += 1;
            }
            let right: usize = levels.values().filter_map(|counts| counts.iter().max()).sum();
            Some(right as f64 / rows.len() as f64)
        }
    }
}

/// 128 bits of SipHash-1-3 with key 0 over training, validation and test: for each part the inputs, the targets, the
/// weights if there are any, and the row numbers, from 0, all in little-endian bytes.
pub fn hash(prepared: &Prepared) -> String {
    let mut hasher = SipHasher13::new();
    // The recipe defines the meaning of standardised numbers; it is plain data, which can be serialised.
    hasher.write(serde_json::to_string(&prepared.recipe).unwrap_or_default().as_bytes());
    for part in std::iter::once(&prepared.train).chain(&prepared.validation).chain(&prepared.test) {
        for numbers in [part.x.as_slice(), part.y.as_slice(), part.weights.as_deref().unwrap_or_default()] {
            for some in numbers.chunks(1024) {
                hasher.write(&some.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
            }
        }
        part.rows.iter().for_each(|row| hasher.write(&row.to_le_bytes()));
    }
    format!("{:032x}", hasher.finish128().as_u128())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_whose_squares_overflow_have_moments() {
        // 1, 2, 3, 4: mean 2.5, variance 1.25.
        for unit in [1.0, 1e200, 4e307] {
            let [mean, sd] = moments((1..=4).map(|i| f64::from(i) * unit));
            assert!(
                (mean / unit - 2.5).abs() < 1e-12 && (sd / unit - 1.25_f64.sqrt()).abs() < 1e-12,
                "{unit}: {mean} {sd}"
            );
        }
        assert_eq!(moments([0.0; 3].into_iter()), [0.0, 0.0]);
    }
}
