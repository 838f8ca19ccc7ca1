//! Computations by hand: the logarithmic loss, back-propagation through a chain, a network of one weight.

use super::super::experiment::Experiment;
use super::super::{ClaimResult, Topic};
use super::ColumnPair;
use super::descent::{chain, within_tanh};
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Mark, MarkPosition, Panel, Series, SeriesShape};
use treino::data::Task;
use treino::error::Result;
use treino_engine::double::exp;
use treino_engine::math::ln_f64;

/// The rows of the lecture's table: the true class, and the predicted probability of class 1.
const ROWS: [(u8, f64); 6] = [(1, 0.95), (1, 0.05), (1, 0.52), (0, 0.05), (0, 0.95), (0, 0.52)];

/// The loss of a row: -log of the probability of its true class, natural and to base 10.
fn costs(truth: u8, p: f64) -> (f64, f64) {
    let said = if truth == 1 { p } else { 1.0 - p };
    let natural = -ln_f64(said);
    (natural, natural / ln_f64(10.0))
}

/// The logarithmic loss, row by row.
pub(in super::super) fn log_loss(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let prepared = &lab.planned.prepared;
    if prepared.target.task == Task::Regression {
        return Ok(None);
    }
    let mut table = FigureTable::new([
        lang.explore_truth(),
        lang.explore_probability(),
        lang.explore_natural(),
        lang.explore_base_ten(),
    ]);
    for (truth, p) in ROWS {
        let (natural, ten) = costs(truth, p);
        table.row([FigureCell::from(f64::from(truth)), p.into(), natural.into(), ten.into()]);
    }
    let x: Vec<f64> = (1..=100).map(|i| f64::from(i) / 100.0).collect();
    let line =
        |of: fn((f64, f64)) -> f64| SeriesShape::Line { x: x.clone(), y: x.iter().map(|p| of(costs(1, *p))).collect() };
    let said = |(truth, p): (u8, f64)| if truth == 1 { p } else { 1.0 - p };
    let points = SeriesShape::Points {
        x: ROWS.iter().map(|row| said(*row)).collect(),
        y: ROWS.iter().map(|(truth, p)| costs(*truth, *p).0).collect(),
        labels: ROWS.iter().map(|(truth, p)| format!("y = {truth}, p = {p}")).collect(),
    };
    let panel = Panel {
        x: Axis::between(lang.explore_said(), 0.0, 1.02),
        y: Axis::new(lang.explore_cost()),
        series: vec![
            Series::new(lang.explore_natural(), line(|costs| costs.0)),
            Series::new(lang.explore_base_ten(), line(|costs| costs.1)),
            Series::new(lang.explore_six_rows(), points),
        ],
        ..Panel::default()
    };
    let validation = prepared.validation.as_ref();
    let classes: Vec<f32> = validation.map_or_else(Vec::new, |data| data.y.column(0));
    let shares = (0..prepared.target.classes.len())
        .map(|class| classes.iter().filter(|c| **c as usize == class).count() as f64 / classes.len().max(1) as f64);
    let blind: f64 = shares.filter(|share| *share > 0.0).map(|share| -share * ln_f64(share)).sum();
    let trained = lab.train(vec![lab.arm(lang.explore_the_base(), |_| {})], lab.by_error())?;
    let reached = trained.mean(0);
    let words = vec![
        lang.explore_log_rows(
            lang.number(costs(1, 0.95).0),
            lang.number(costs(1, 0.05).0),
            lang.number(costs(1, 0.95).1),
            lang.number(costs(1, 0.05).1),
        ),
        lang.explore_log_here(
            lang.number(blind),
            lang.number(blind / ln_f64(10.0)),
            lang.number(reached),
            lang.number(reached / ln_f64(10.0)),
        ),
    ];
    let title = lang.topic_log_loss_title();
    let worked = Some((table.clone(), lang.explore_log_formula()));
    let figure =
        lab.figure("log-losses", "log-loss", lang.explore_cost_title(), vec![words[0].clone()], vec![panel], table);
    let topic = lab.topic("log-loss", [title, lang.topic_log_loss_claim()], ClaimResult::Shown, words, vec![figure]);
    Ok(Some(Topic { worked, ..topic }))
}

fn tanh(x: f64) -> f64 {
    if x.abs() > 20.0 { x.signum() } else { 1.0 - 2.0 / (exp(2.0 * x) + 1.0) }
}

/// The error of one row after y = tanh(w2 tanh(w1 x)).
fn chain_error(w: [f64; 2], x: f64, y: f64) -> f64 {
    (y - tanh(w[1] * tanh(w[0] * x))).powi(2)
}

/// Forward values and backward factors of one row, compared with the engine and with finite differences.
pub(in super::super) fn backpropagation(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    const W: [f64; 2] = [0.5, -0.8];
    const H: f64 = 1e-5;
    let lang = lab.lang();
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    let targets = within_tanh(&pair);
    // A row with a non-zero input.
    let row = (0..pair.x.rows()).find(|row| pair.x.get(*row, 0).abs() > 0.3).unwrap_or(0);
    let (x, y) = (f64::from(pair.x.get(row, 0)), f64::from(targets[row]));
    let z1 = W[0] * x;
    let a1 = tanh(z1);
    let z2 = W[1] * a1;
    let a2 = tanh(z2);
    let error = (y - a2).powi(2);
    let back_a2 = -2.0 * (y - a2);
    let back_z2 = back_a2 * (1.0 - a2 * a2);
    let (slope2, back_a1) = (back_z2 * a1, back_z2 * W[1]);
    let back_z1 = back_a1 * (1.0 - a1 * a1);
    let slope1 = back_z1 * x;
    let mut table =
        FigureTable::new([lang.explore_step(), lang.explore_forward(), lang.explore_factor(), lang.explore_so_far()]);
    for (name, value, factor, product) in [
        ("x", x, f64::NAN, f64::NAN),
        ("y", y, f64::NAN, f64::NAN),
        ("w1", W[0], f64::NAN, f64::NAN),
        ("w2", W[1], f64::NAN, f64::NAN),
        ("z1 = w1 x", z1, 1.0 - a1 * a1, back_z1),
        ("a1 = tanh(z1)", a1, W[1], back_a1),
        ("z2 = w2 a1", z2, 1.0 - a2 * a2, back_z2),
        ("a2 = tanh(z2)", a2, back_a2, back_a2),
        ("E = (y - a2)^2", error, 1.0, 1.0),
        ("dE/dw2 = dE/dz2 a1", slope2, a1, slope2),
        ("dE/dw1 = dE/dz1 x", slope1, x, slope1),
    ] {
        table.row([FigureCell::from(name), value.into(), factor.into(), product.into()]);
    }
    let difference = |i: usize| {
        let moved = |by: f64| {
            let mut w = W;
            w[i] += by;
            chain_error(w, x, y)
        };
        (moved(H) - moved(-H)) / (2.0 * H)
    };
    let by_differences = [difference(0), difference(1)];
    let (_, by_engine) = chain(lab, &[x as f32], &[y as f32])?.at(W)?;
    let away = |found: [f64; 2], from: [f64; 2]| {
        let one = |i: usize| (found[i] - from[i]).abs() / from[i].abs().max(1e-9);
        one(0).max(one(1))
    };
    let slopes = [slope1, slope2];
    let (from_differences, from_engine) = (away(slopes, by_differences), away(by_engine, slopes));
    // The engine computes in single precision.
    let holds = from_differences < 1e-6 && from_engine < 1e-4;
    let panel = |i: usize| {
        let places: Vec<f64> = (0..=80).map(|k| W[i] - 2.0 + f64::from(k) * 0.05).collect();
        let at = |w: f64| if i == 0 { chain_error([w, W[1]], x, y) } else { chain_error([W[0], w], x, y) };
        let ends = [W[i] - 0.8, W[i] + 0.8];
        let tangent = SeriesShape::Line { x: ends.to_vec(), y: ends.map(|w| error + slopes[i] * (w - W[i])).to_vec() };
        let point = SeriesShape::Points { x: vec![W[i]], y: vec![error], labels: Vec::new() };
        Panel {
            x: Axis::new(format!("w{}", i + 1)),
            y: Axis::new(lang.explore_error()),
            series: vec![
                Series::new(
                    lang.explore_error(),
                    SeriesShape::Line { y: places.iter().map(|w| at(*w)).collect(), x: places },
                ),
                Series::new(lang.explore_tangent(), tangent),
                Series::new(format!("w{} = {}", i + 1, lab.setting(W[i])), point),
            ],
            ..Panel::default()
        }
    };
    let words = vec![
        lang.explore_chain_rule(
            &pair.names[0],
            pair_row(lab, row),
            lang.number(x),
            lang.number(error),
            lang.number(slope1),
            lang.number(slope2),
        ),
        lang.explore_checked(lang.number(from_differences), lang.number(from_engine)),
    ];
    let title = lang.topic_backpropagation_title();
    let worked = Some((table.clone(), lang.explore_chain_formula()));
    let figure = lab.figure(
        "chain",
        "backpropagation",
        lang.explore_slopes_title(),
        vec![lang.explore_tangent_words(), words[1].clone()],
        vec![panel(0), panel(1)],
        table,
    );
    let finding = ClaimResult::of(Some(holds));
    let topic = lab.topic("backpropagation", [title, lang.topic_backpropagation_claim()], finding, words, vec![figure]);
    Ok(Some(Topic { worked, ..topic }))
}

/// The row number of a pair's row in the file, from 1.
fn pair_row(lab: &Experiment<'_>, row: usize) -> u32 {
    lab.planned.prepared.train.thinned(super::ROWS).rows[row] + 1
}

/// The lecture's two points.
const POINTS: [(f64, f64); 2] = [(0.2, 0.9), (3.0, -0.9)];

/// The mean squared error of y = tanh(w x) on the two points, and its derivative.
fn one_weight_error(w: f64) -> (f64, f64) {
    let each = POINTS.map(|(x, y)| {
        let out = tanh(w * x);
        ((y - out).powi(2), -2.0 * (y - out) * (1.0 - out * out) * x)
    });
    ((each[0].0 + each[1].0) / 2.0, (each[0].1 + each[1].1) / 2.0)
}

/// Gradient descent on one weight: the weight after each step.
fn one_weight_way(start: f64, rate: f64, steps: usize) -> Vec<f64> {
    let mut way = vec![start];
    for _ in 0..steps {
        let w = way[way.len() - 1];
        way.push(w - rate * one_weight_error(w).1);
    }
    way
}

/// The zero of the derivative between two points, the first of which has a negative derivative.
fn minimum(mut low: f64, mut high: f64) -> f64 {
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if one_weight_error(middle).1 < 0.0 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Within this distance of a minimum, a path has reached it.
const REACHED: f64 = 0.05;

/// One weight, two minima: the initial weight decides which one a path leads to.
pub(in super::super) fn one_weight(lab: &Experiment<'_>) -> Figure {
    let lang = lab.lang();
    let places: Vec<f64> = (0..=300).map(|k| -2.0 + f64::from(k) * 0.05).collect();
    let y = places.iter().map(|w| one_weight_error(*w).0).collect();
    let minima = [minimum(-2.0, 0.5), minimum(3.0, 13.0)];
    let starts = [-1.5, 1.0, 3.0, 12.0];
    const STEPS: usize = 400;
    let ways = starts.map(|start| one_weight_way(start, 0.5, STEPS));
    let mark = |w: &f64| Mark {
        place: MarkPosition::X(*w),
        label: format!("w = {}, E = {}", lang.number(*w), lang.number(one_weight_error(*w).0)),
    };
    let mut series = vec![Series::reference("E(w)", SeriesShape::Line { x: places, y })];
    let mut steps = Vec::new();
    let mut table = FigureTable::new([lang.explore_start(), lang.explore_end(), lang.explore_error()]);
    for way in &ways {
        let name = format!("{} {}", lang.explore_start(), lab.setting(way[0]));
        let end = way[way.len() - 1];
        table.row([way[0].into(), end.into(), one_weight_error(end).0.into()]);
        let x: Vec<f64> = way.iter().step_by(20).copied().collect();
        let y = x.iter().map(|w| one_weight_error(*w).0).collect();
        series.push(Series::new(&name, SeriesShape::Line { x, y }));
        let x = (0..way.len()).step_by(5).map(|step| step as f64).collect();
        steps.push(Series::new(&name, SeriesShape::Line { x, y: way.iter().step_by(5).copied().collect() }));
    }
    let panels = vec![
        Panel {
            title: "y = tanh(w x)".to_string(),
            x: Axis::new("w"),
            y: Axis::new(lang.explore_error()),
            series,
            marks: minima.iter().map(mark).collect(),
            ..Panel::default()
        },
        Panel { x: Axis::new(lang.explore_step()), y: Axis::new("w"), series: steps, ..Panel::default() },
    ];
    let [left, right] = minima.map(|w| (lang.number(w), lang.number(one_weight_error(w).0)));
    let mut words = vec![lang.explore_two_minima(left.0, left.1, right.0, right.1)];
    for way in &ways {
        let (start, end) = (way[0], way[way.len() - 1]);
        let start = lab.setting(start);
        let reached = minima.iter().find(|w| (end - **w).abs() < REACHED);
        // Descent moves against the slope, towards one of the two.
        let slope = one_weight_error(end).1;
        let towards = minima.iter().filter(|w| (slope < 0.0) == (**w > end));
        let next = towards.min_by(|a, b| (*a - end).abs().total_cmp(&(*b - end).abs()));
        words.extend(match (reached, next) {
            (Some(minimum), _) => Some(lang.explore_path_reached(start, STEPS, lang.number(*minimum))),
            (None, Some(next)) => {
                Some(lang.explore_path_on_its_way(start, STEPS, lang.number(end), lang.number(*next)))
            }
            (None, None) => None,
        });
    }
    lab.figure("one-weight", "initial-weights", lang.explore_one_weight_title(), words, panels, table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64, by: f64) {
        assert!((found - wanted).abs() < by, "{found} is not {wanted}");
    }

    /// The slide: 0.02, 1.30, 0.28 and 0.32 to base 10; Keras 3.15's `binary_crossentropy`: 0.051, 2.996, 0.654, 0.734.
    #[test]
    fn the_six_rows_are_those_of_the_lecture() {
        let found = ROWS.map(|(truth, p)| costs(truth, p));
        let natural = [0.051293, 2.995732, 0.653926, 0.051293, 2.995732, 0.733969];
        let ten = [0.02, 1.30, 0.28, 0.02, 1.30, 0.32];
        for (i, (n, t)) in found.into_iter().enumerate() {
            near(n, natural[i], 1e-6);
            near(t, ten[i], 0.005);
        }
    }

    #[test]
    fn one_weight_has_the_minima_of_the_lecture() {
        for (w, wanted, error) in [(minimum(-2.0, 0.5), -0.33, 0.477), (minimum(3.0, 13.0), 7.36, 1.805)] {
            near(w, wanted, 0.005);
            near(one_weight_error(w).0, error, 0.0005);
            near(one_weight_error(w).1, 0.0, 1e-9);
        }
        // Which one is reached depends on the initial weight alone.
        let end = |start: f64| *one_weight_way(start, 0.5, 400).last().unwrap();
        // The maximum between the minima is at w = 0.85.
        near(end(-1.5), -0.33, 0.01);
        near(end(0.8), -0.33, 0.01);
        assert!(end(0.9) > 3.0 && end(12.0) > 7.0);
    }

    #[test]
    fn the_slope_is_that_of_differences() {
        for w in [-1.0, 0.0, 0.7, 5.0] {
            let difference = (one_weight_error(w + 1e-6).0 - one_weight_error(w - 1e-6).0) / 2e-6;
            near(one_weight_error(w).1, difference, 1e-8);
        }
        near(tanh(0.7), 0.604_367_777_117_163_6, 1e-15);
        near(tanh(-30.0), -1.0, 1e-15);
    }
}
