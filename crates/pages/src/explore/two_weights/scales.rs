//! The effect of the scale of the inputs on the surface.

use super::super::experiment::Experiment;
use super::descent::valley;
use super::{ColumnPair, standardised, two_columns};
use crate::figure::{Figure, FigureCell, FigureTable};
use treino::error::Result;
use treino_engine::math::normal_quantile;
use treino_engine::random::{Purpose, Stream};

/// A linear neuron on two columns, unscaled and standardised; its figure and a sentence about it.
fn beside(lab: &Experiment<'_>, id: &str, title: String, pair: &ColumnPair) -> Result<(Figure, String)> {
    let lang = lab.lang();
    let names = || pair.names.clone().map(|name| format!("w ({name})"));
    let (raw, raw_way, raw_condition, raw_limit) = valley(lab, lang.explore_raw(), &pair.raw, &pair.y, names())?;
    let (scaled, scaled_way, condition, limit) = valley(lab, lang.explore_standardised(), &pair.x, &pair.y, names())?;
    let mut table = FigureTable::new([
        lang.explore_setting(),
        lang.explore_condition(),
        lang.explore_largest_rate(),
        lang.explore_error(),
    ]);
    for (name, condition, limit, end) in [
        (lang.explore_raw(), raw_condition, raw_limit, raw_way.end()),
        (lang.explore_standardised(), condition, limit, scaled_way.end()),
    ] {
        table.row([FigureCell::from(name), condition.into(), limit.into(), end.into()]);
    }
    let words = lang.explore_conditions(
        &pair.names[0],
        &pair.names[1],
        lang.number(raw_condition),
        lang.number(condition),
        lang.number(raw_limit),
        lang.number(limit),
    );
    let steps = lang.explore_valley(raw_way.at.len() - 1, lang.number(raw_way.end()), lang.number(scaled_way.end()));
    let figure = lab.figure(id, "input-scale", title, vec![words.clone(), steps], vec![raw, scaled], table);
    Ok((figure, words))
}

/// On two of the user's columns.
pub(in super::super) fn scales(lab: &Experiment<'_>) -> Result<Option<(Figure, String)>> {
    let Some(pair) = ColumnPair::of(lab) else { return Ok(None) };
    beside(lab, "conditions", lab.lang().explore_conditions_title(), &pair).map(Some)
}

/// For a random sample of weights in kg and heights in m, and a body-mass index of at least 25.
pub(in super::super) fn weight_and_height(lab: &Experiment<'_>) -> Result<(Figure, String)> {
    const PEOPLE: u64 = 200;
    let lang = lab.lang();
    let draw = |name: &str| -> Vec<f64> {
        let stream = Stream::new(0, Purpose::Search, name);
        standardised(&(0..PEOPLE).map(|i| normal_quantile(stream.uniform_f64(i))).collect::<Vec<f64>>())
    };
    let (a, b) = (draw("weight"), draw("height"));
    let weight: Vec<f64> = a.iter().map(|z| 71.0 + 15.0 * z).collect();
    // Heights that are correlated with weights: a correlation of about 0.5.
    let height: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 1.7 + 0.1 * (0.5 * a + 0.75f64.sqrt() * b)).collect();
    let is_over = |(weight, height): (&f64, &f64)| f64::from(u8::from(weight / (height * height) >= 25.0));
    let over: Vec<f64> = weight.iter().zip(&height).map(is_over).collect();
    let pair = ColumnPair {
        names: [lang.explore_weight(), lang.explore_height()],
        raw: two_columns([&weight, &height]),
        x: two_columns([&standardised(&weight), &standardised(&height)]),
        yes: "BMI >= 25".to_string(),
        is_yes: over.iter().map(|y| *y as f32).collect(),
        y: standardised(&over).into_iter().map(|y| y as f32).collect(),
    };
    beside(lab, "weight-height", lang.explore_bmi_title(), &pair)
}
