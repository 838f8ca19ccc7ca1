//! Paths on error surfaces of two weights: gradient descent, several optimizers, learning rates, batches.

use super::super::experiment::Experiment;
use super::super::pictures::fitting;
use super::super::{ClaimResult, Topic};
use super::ColumnPair;
use super::surface::{DescentPath, Surface, curvature, least_squares};
use crate::figure::{Axis, AxisScale, Figure, FigureTable, Panel, Series, SeriesShape};
use treino::activations::{Activation, Linear, Sigmoid, Tanh};
use treino::error::Result;
use treino::layers::{ConnectedLayer, Dense};
use treino::losses::{BinaryCrossentropy, MeanSquaredError};
use treino::optimizers::{Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl, Nadam, Optimizer, RMSprop, SGD};
use treino::rows::Matrix;

/// Steps of gradient descent.
const STEPS: usize = 40;

/// Arrows along each axis of a surface.
const ARROWS: usize = 9;

/// One unit without a bias.
fn neuron(activation: impl Into<Activation>) -> ConnectedLayer {
    Dense { use_bias: false, ..Dense::new(1).activation(activation) }.into()
}

/// y = w1 x1 + w2 x2: a quadratic error.
fn linear(lab: &Experiment<'_>, x: &Matrix, y: &[f32]) -> Result<Surface> {
    Surface::new(lab, x, y, &[neuron(Linear::default())], MeanSquaredError::default())
}

/// p = sigmoid(w1 x1 + w2 x2) with crossentropy: convex, but not quadratic.
fn sigmoid(lab: &Experiment<'_>, pair: &ColumnPair) -> Result<Surface> {
    Surface::new(lab, &pair.x, &pair.is_yes, &[neuron(Sigmoid::default())], BinaryCrossentropy::default())
}

/// y = tanh(w2 tanh(w1 x1)), a chain of two units: two valleys, and a saddle between them.
pub(super) fn chain(lab: &Experiment<'_>, x: &[f32], y: &[f32]) -> Result<Surface> {
    let x = Matrix::new(x.len(), 1, x.to_vec());
    Surface::new(lab, &x, y, &[neuron(Tanh::default()), neuron(Tanh::default())], MeanSquaredError::default())
}

/// The target scaled to the range of tanh.
pub(super) fn within_tanh(pair: &ColumnPair) -> Vec<f32> {
    pair.y.iter().map(|y| (y / 2.0).clamp(-0.9, 0.9)).collect()
}

fn sgd(rate: f64) -> Optimizer {
    SGD { learning_rate: rate.into(), ..SGD::default() }.into()
}

fn weights() -> [String; 2] {
    ["w1".to_string(), "w2".to_string()]
}

/// A window around a point.
fn around(centre: [f64; 2], half: [f64; 2]) -> [[f64; 2]; 2] {
    [[centre[0] - half[0], centre[1] - half[1]], [centre[0] + half[0], centre[1] + half[1]]]
}

/// The errors of paths, step by step.
fn fall(lab: &Experiment<'_>, ways: &[(String, DescentPath)]) -> Panel {
    let lang = lab.lang();
    let y = fitting(lang.explore_error(), ways.iter().flat_map(|(_, way)| way.errors.iter().copied()));
    let series = ways.iter().map(|(name, way)| way.fall(name)).collect();
    Panel { title: lang.explore_by_step(), x: Axis::new(lang.explore_step()), y, series, ..Panel::default() }
}

/// Every step of paths.
fn table(lab: &Experiment<'_>, ways: &[(String, DescentPath)]) -> FigureTable {
    let lang = lab.lang();
    let mut table =
        FigureTable::new([lang.explore_way(), lang.explore_step(), "w1".into(), "w2".into(), lang.explore_error()]);
    for (name, way) in ways {
        for (step, (w, error)) in way.at.iter().zip(&way.errors).enumerate() {
            table.row([name.clone().into(), (step as f64).into(), w[0].into(), w[1].into(), (*error).into()]);
        }
    }
    table
}

/// Gradient descent on three surfaces.
pub(in super::super) fn gradient_descent(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    let limit = 2.0 / curvature(&pair.x)[0];
    let mut panels = Vec::new();
    let mut ways: Vec<(String, DescentPath)> = Vec::new();
    let mut show = |surface: &Surface, title: String, corners, walked: Vec<DescentPath>| -> Result<()> {
        let mut panel = surface.panel(title.clone(), corners, weights())?;
        panel.series.push(Series::new(lang.explore_downhill(), surface.arrows(corners, ARROWS)?));
        for (at, way) in walked.into_iter().enumerate() {
            let name = if at == 0 { title.clone() } else { format!("{title} {}", at + 1) };
            panel.series.push(way.series(&format!("{} {}", lang.explore_way(), at + 1)));
            ways.push((name, way));
        }
        panels.push(panel);
        Ok(())
    };

    let bowl = linear(lab, &pair.x, &pair.y)?;
    let lowest = least_squares(&pair.x, &pair.y);
    let start = [lowest[0] - 1.4, lowest[1] + 1.2];
    let walked = vec![bowl.walk(&sgd(0.3 * limit), start, STEPS, None)?];
    show(&bowl, lang.explore_linear(), around(lowest, [2.0, 2.0]), walked)?;

    let slope = sigmoid(lab, &pair)?;
    let lowest = slope.lowest()?;
    let half = [0, 1].map(|i| f64::max(2.0, lowest[i].abs() * 1.3));
    let start = [lowest[0] - 0.7 * half[0], lowest[1] + 0.6 * half[1]];
    let walked = vec![slope.walk(&sgd(2.0), start, STEPS, None)?];
    show(&slope, lang.explore_sigmoid(), around(lowest, half), walked)?;

    let valleys = chain(lab, &pair.x.column(0), &within_tanh(&pair))?;
    let starts = [[0.5, -0.3], [-0.5, 0.3]];
    let walk = |start: &[f64; 2]| valleys.walk(&sgd(0.5), *start, STEPS, None);
    let walked = starts.iter().map(walk).collect::<Result<Vec<DescentPath>>>()?;
    show(&valleys, lang.explore_chain(&pair.names[0]), around([0.0, 0.0], [2.5, 2.5]), walked)?;

    let (_, at_zero) = valleys.at([0.0, 0.0])?;
    let falls = ways.iter().all(|(_, way)| way.falls());
    let ends = |at: usize| (lang.number(ways[at].1.errors[0]), lang.number(ways[at].1.end()));
    let ((bowl_from, bowl_to), (slope_from, slope_to)) = (ends(0), ends(1));
    let end = |at: usize| {
        let w = ways[at].1.at[ways[at].1.at.len() - 1];
        format!("({}; {})", lang.number(w[0]), lang.number(w[1]))
    };
    let words = vec![
        lang.explore_descents(
            &pair.names[0],
            &pair.names[1],
            &pair.yes,
            STEPS,
            bowl_from,
            bowl_to,
            slope_from,
            slope_to,
        ),
        lang.explore_saddle(lang.number(at_zero[0].abs().max(at_zero[1].abs())), end(2), end(3)),
    ];
    let title = lang.topic_gradient_descent_title();
    let figure = lab.figure(
        "descents",
        "gradient-descent",
        lang.explore_surfaces_title(),
        vec![lang.explore_contour_words(), words[1].clone()],
        panels,
        table(lab, &ways),
    );
    let finding = ClaimResult::of(Some(falls));
    Ok(Some(lab.topic("gradient-descent", [title, lang.topic_gradient_descent_claim()], finding, words, vec![figure])))
}

/// Eleven optimizers with the same rate and the same start.
pub(in super::super) fn race(lab: &Experiment<'_>) -> Result<Option<Figure>> {
    const RATE: f64 = 0.1;
    let lang = lab.lang();
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    let surface = sigmoid(lab, &pair)?;
    let lowest = surface.lowest()?;
    let half = [0, 1].map(|i| f64::max(2.5, lowest[i].abs() * 1.5));
    let start = [lowest[0] - 0.8 * half[0], lowest[1] + 0.7 * half[1]];
    let rate = || RATE.into();
    let momentum = |nesterov: bool| SGD { learning_rate: rate(), momentum: 0.9, nesterov, ..SGD::default() };
    let runners: [(&str, Optimizer); 11] = [
        ("sgd", sgd(RATE)),
        ("momentum", momentum(false).into()),
        ("nesterov", momentum(true).into()),
        ("rmsprop", RMSprop { learning_rate: rate(), ..RMSprop::default() }.into()),
        ("adam", Adam { learning_rate: rate(), ..Adam::default() }.into()),
        ("adamw", AdamW { learning_rate: rate(), ..AdamW::default() }.into()),
        ("adadelta", Adadelta { learning_rate: rate(), ..Adadelta::default() }.into()),
        ("adagrad", Adagrad { learning_rate: rate(), ..Adagrad::default() }.into()),
        ("adamax", Adamax { learning_rate: rate(), ..Adamax::default() }.into()),
        ("nadam", Nadam { learning_rate: rate(), ..Nadam::default() }.into()),
        ("ftrl", Ftrl { learning_rate: rate(), ..Ftrl::default() }.into()),
    ];
    let steps = 2 * STEPS;
    let walk = |(name, optimizer): &(&str, Optimizer)| {
        surface.walk(optimizer, start, steps, None).map(|way| (name.to_string(), way))
    };
    let ways = runners.iter().map(walk).collect::<Result<Vec<_>>>()?;
    let mut panel = surface.panel(lang.explore_sigmoid(), around(lowest, half), weights())?;
    panel.series.extend(ways.iter().map(|(name, way)| way.series(name)));
    let mut order: Vec<&(String, DescentPath)> = ways.iter().collect();
    order.sort_by(|a, b| a.1.end().total_cmp(&b.1.end()));
    let named = |(name, way): &(String, DescentPath)| format!("{name} {}", lang.number(way.end()));
    let words = vec![lang.explore_race(
        lab.setting(RATE),
        steps,
        named(order[0]),
        named(order[1]),
        named(order[order.len() - 1]),
    )];
    let panels = vec![panel, fall(lab, &ways)];
    Ok(Some(lab.figure("race", "optimizers", lang.explore_race_title(), words, panels, table(lab, &ways))))
}

/// A rate that is too small, a good one, one that is too large, with the limit.
pub(in super::super) fn rates(lab: &Experiment<'_>) -> Result<Option<Figure>> {
    let lang = lab.lang();
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    let surface = linear(lab, &pair.x, &pair.y)?;
    let limit = 2.0 / curvature(&pair.x)[0];
    let lowest = least_squares(&pair.x, &pair.y);
    let start = [lowest[0] - 1.2, lowest[1] + 0.8];
    let steps = 15;
    let mut ways = Vec::new();
    for share in [0.05, 0.6, 1.05] {
        let way = surface.walk(&sgd(share * limit), start, steps, None)?;
        ways.push((format!("{} ({})", lang.number(share * limit), lang.percent(share)), way));
    }
    let mut panel = surface.panel(lang.explore_linear(), around(lowest, [3.0, 3.0]), weights())?;
    panel.series.extend(ways.iter().map(|(name, way)| way.series(name)));
    let ends: Vec<String> = ways.iter().map(|(_, way)| lang.number(way.end())).collect();
    let words = vec![
        lang.explore_limit(lang.number(limit)),
        lang.explore_limit_ends(steps, lang.number(ways[0].1.errors[0]), &ends[0], &ends[1], &ends[2]),
    ];
    let panels = vec![panel, fall(lab, &ways)];
    Ok(Some(lab.figure("rate-limit", "learning-rate", lang.explore_limit_title(), words, panels, table(lab, &ways))))
}

/// The paths with one row, some rows and all rows per step.
pub(in super::super) fn batches(lab: &Experiment<'_>) -> Result<Option<Figure>> {
    const RATE: f64 = 0.3;
    let lang = lab.lang();
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    let surface = sigmoid(lab, &pair)?;
    let lowest = surface.lowest()?;
    let half = [0, 1].map(|i| f64::max(2.0, lowest[i].abs() * 1.3));
    let start = [lowest[0] - 0.7 * half[0], lowest[1] + 0.6 * half[1]];
    let steps = 2 * STEPS;
    let mut ways = Vec::new();
    for batch in [Some(1), Some(32), None] {
        let name = batch.map_or(lang.explore_all_rows(), |batch| batch.to_string());
        ways.push((name, surface.walk(&sgd(RATE), start, steps, batch)?));
    }
    let mut panel = surface.panel(lang.explore_sigmoid(), around(lowest, half), weights())?;
    panel.series.extend(ways.iter().map(|(name, way)| way.series(name)));
    let rises = |way: &DescentPath| way.errors.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let words =
        vec![lang.explore_noise(steps, lab.setting(RATE), rises(&ways[0].1), rises(&ways[1].1), rises(&ways[2].1))];
    let panels = vec![panel, fall(lab, &ways)];
    Ok(Some(lab.figure("batch-ways", "batch-size", lang.explore_noise_title(), words, panels, table(lab, &ways))))
}

/// The error surface of a linear neuron, and gradient descent at nine tenths of its limit: a panel, the path, the
/// condition number and the limit.
pub(super) fn valley(
    lab: &Experiment<'_>,
    title: String,
    x: &Matrix,
    y: &[f32],
    names: [String; 2],
) -> Result<(Panel, DescentPath, f64, f64)> {
    let surface = linear(lab, x, y)?;
    let [large, small] = curvature(x);
    let lowest = least_squares(x, y);
    // Up to where the error has risen by about 2 along each axis.
    let half = [0, 1].map(|i| {
        let square = (0..x.rows()).map(|row| f64::from(x.get(row, i)).powi(2)).sum::<f64>() / x.rows() as f64;
        1.4 / square.sqrt().max(1e-30)
    });
    let start = [lowest[0] - 0.6 * half[0], lowest[1] + 0.7 * half[1]];
    let limit = 2.0 / large;
    let way = surface.walk(&sgd(0.9 * limit), start, STEPS, None)?;
    let mut panel = surface.panel(title, around(lowest, half), names)?;
    panel.series.push(way.series(&lab.lang().explore_way()));
    let at = SeriesShape::Points { x: vec![lowest[0]], y: vec![lowest[1]], labels: Vec::new() };
    panel.series.push(Series::new(lab.lang().explore_minimum(), at));
    debug_assert!(panel.x.scale == AxisScale::Linear);
    Ok((panel, way, large / small, limit))
}
