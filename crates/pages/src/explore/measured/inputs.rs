//! The scale of the inputs of a network, and of its layers.

use super::super::experiment::Experiment;
use super::super::{ClaimResult, Topic, two_weights};
use super::explain;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use treino::data::{Encoding, RecipeMode, Scaling, Standardization};
use treino::error::Result;
use treino::layers::BatchNormalization;
use treino::rows::Matrix;
use treino::train::Session;

/// The epoch after which batch normalisation is compared: it should be faster, not better at the end.
const EARLY: usize = 10;

/// Bins of a histogram.
const BINS: usize = 40;

/// Standardised inputs, and unscaled inputs.
pub(in super::super) fn input_scale(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    // Standard input cannot be read again.
    if lab.base.data.recipe == RecipeMode::None || lab.base.data.path.as_deref() == Some("-") {
        return Ok(None);
    }
    let arms = [Scaling::Standard, Scaling::None]
        .map(|scale| lab.arm(format!("scale {scale}"), |spec| spec.data.scale = scale));
    let trained = lab.train(arms.into(), lab.by_error())?;
    let finding = ClaimResult::of(trained.is_better(0, 1));
    let title = lang.topic_input_scale_title();
    let panels = vec![lab.curves(&trained, &trained.judge.name), lab.strip(&trained)];
    let mut figures = vec![lab.figure(
        "input-scales",
        "input-scale",
        Experiment::titled(&title, &trained),
        vec![lab.best_words(&trained)],
        panels,
        lab.summary(&trained),
    )];
    let mut words = vec![lab.pair_words(&trained, 0, 1)];
    let ratio = spread_ratio(lab);
    explain(
        &mut words,
        finding,
        ratio.filter(|ratio| *ratio < 10.0).map(|ratio| lang.reason_alike(lang.number(ratio))),
    );
    if let Some((figure, said)) = two_weights::scales(lab)? {
        figures.push(figure);
        words.push(said);
    }
    let (figure, said) = two_weights::weight_and_height(lab)?;
    figures.push(figure);
    if words.len() < 2 {
        words.push(said);
    }
    Ok(Some(lab.topic("input-scale", [title, lang.topic_input_scale_claim()], finding, words, figures)))
}

/// The largest standard deviation of a numeric column, divided by the smallest; `None` without two of them.
fn spread_ratio(lab: &Experiment<'_>) -> Option<f64> {
    let spread = |column: &treino::data::InputColumn| match &column.encoding {
        Encoding::Number { scale, .. } if *scale != Standardization::NONE => Some(scale.sd),
        _ => None,
    };
    let spreads: Vec<f64> = lab.planned.prepared.recipe.inputs.iter().filter_map(spread).collect();
    let largest = spreads.iter().copied().reduce(f64::max)?;
    let smallest = spreads.iter().copied().reduce(f64::min)?;
    (spreads.len() > 1 && smallest > 0.0).then(|| largest / smallest)
}

/// The network with and without batch normalisation before each hidden activation.
pub(in super::super) fn batch_normalisation(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    if !lab.is_in_short() || lab.base.model.hidden.is_empty() {
        return Ok(None);
    }
    let arms = [(lang.explore_without(), false), (lang.explore_with(), true)]
        .map(|(label, is_on)| lab.long_arm(label, |spec| spec.model.batch_norm = is_on));
    let early = EARLY.min(lab.base.fit.epochs);
    let trained = lab.train(arms.into(), lab.by_training_error(early))?;
    let finding = ClaimResult::of(trained.is_better(1, 0));
    let validation = format!("val_{}", lab.error);
    let panels = vec![lab.curves(&trained, lab.error), lab.curves(&trained, &validation)];
    let mut words = vec![
        lang.explore_after(early, lab.error, lang.number(trained.mean(1)), lang.number(trained.mean(0))),
        format!(
            "{} {}",
            lab.pair_words(&trained, 1, 0),
            lang.explore_at_the_end(
                &validation,
                lang.number(trained.mean_metric(1, &validation)),
                lang.number(trained.mean_metric(0, &validation))
            )
        ),
    ];
    let depth = lab.base.model.hidden.len();
    let is_shallow = lab.base.data.scale == Scaling::Standard && depth <= 2;
    explain(&mut words, finding, is_shallow.then(|| lang.reason_shallow(depth)));
    let title = lang.topic_batch_normalisation_title();
    let mut figures = vec![lab.figure(
        "batch-normalised",
        "batch-normalisation",
        Experiment::titled(&title, &trained),
        vec![words[0].clone()],
        panels,
        lab.summary(&trained),
    )];
    figures.extend(one_batch(lab)?);
    Ok(Some(lab.topic("batch-normalisation", [title, lang.topic_batch_normalisation_claim()], finding, words, figures)))
}

/// The inputs of the first hidden activation of a trained network for one batch, before and after normalisation, and
/// the four lines of the algorithm for one unit.
fn one_batch(lab: &Experiment<'_>) -> Result<Option<Figure>> {
    let lang = lab.lang();
    let planned = &lab.planned;
    let train = &planned.prepared.train;
    let mut nobody = |_: &treino::events::Event| {};
    let mut session = Session { simd: lab.how.simd, ..Session::new(1, lab.how.gate, &mut nobody) };
    let trial = planned.trial(lab.base.fit.seed, &mut session)?;
    let weights: Vec<(&str, &[usize], &[f32])> = trial.network().named_weights().collect();
    let kernel = weights.iter().find(|(_, shape, _)| shape.len() == 2);
    let bias = weights.iter().find(|(name, shape, _)| shape.len() == 1 && name.ends_with("bias"));
    let Some(((_, shape, kernel), (.., bias))) = kernel.zip(bias) else { return Ok(None) };
    let (inputs, units) = (shape[0], shape[1]);
    let rows = lab.base.fit.batch_size.clamp(2, 256).min(train.len());
    if inputs != train.x.cols() || rows < 2 || kernel.iter().any(|w| !w.is_finite()) {
        return Ok(None);
    }
    let mut z = Matrix::zeros(rows, units);
    for row in 0..rows {
        for unit in 0..units {
            let products = train.x.row(row).iter().zip(kernel[unit..].iter().step_by(units));
            let sum: f64 = products.map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
            z.as_mut_slice()[row * units + unit] = (sum + f64::from(bias[unit])) as f32;
        }
    }
    // Keras's default for the layer.
    let epsilon = BatchNormalization::default().epsilon;
    let moments = |unit: usize| {
        let column = z.column(unit);
        let mean = column.iter().map(|x| f64::from(*x)).sum::<f64>() / rows as f64;
        let variance = column.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / rows as f64;
        (column, mean, variance)
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut shown: Option<(Vec<f64>, f64, f64)> = None;
    for unit in 0..units {
        let (column, mean, variance) = moments(unit);
        let column: Vec<f64> = column.into_iter().map(f64::from).collect();
        after.extend(column.iter().map(|x| (x - mean) / (variance + epsilon).sqrt()));
        before.extend(&column);
        if shown.as_ref().is_none_or(|(_, _, most)| variance > *most) {
            shown = Some((column, mean, variance));
        }
    }
    let Some((column, mean, variance)) = shown else { return Ok(None) };
    let mut table =
        FigureTable::new([lang.row(), "z".into(), "z - mean".into(), "(z - mean) / sqrt(variance + epsilon)".into()]);
    for (row, z) in column.iter().enumerate() {
        let centred = z - mean;
        table.row([
            FigureCell::from((row + 1) as f64),
            (*z).into(),
            centred.into(),
            (centred / (variance + epsilon).sqrt()).into(),
        ]);
    }
    let panel = |title: String, numbers: &[f64]| histogram(title, numbers, lang.explore_into(), lang.explore_numbers());
    let panels = vec![panel(lang.explore_without(), &before), panel(lang.explore_with(), &after)];
    let words = vec![
        lang.explore_batch_words(rows, units),
        lang.explore_four_lines(lang.number(mean), lang.number(variance), lab.setting(epsilon)),
    ];
    let title = lang.explore_batch_title();
    Ok(Some(lab.figure("one-batch", "batch-normalisation", title, words, panels, table)))
}

fn histogram(title: String, numbers: &[f64], x: String, y: String) -> Panel {
    let ends = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let width = if ends.1 > ends.0 { (ends.1 - ends.0) / BINS as f64 } else { 1.0 };
    let mut counts = vec![0.0; BINS];
    for number in numbers {
        counts[(((number - ends.0) / width) as usize).min(BINS - 1)] += 1.0;
    }
    let centres = (0..BINS).map(|bin| ends.0 + (bin as f64 + 0.5) * width).collect();
    let series = vec![Series::new("", SeriesShape::Bars { x: centres, y: counts, width })];
    Panel { title, x: Axis::new(x), y: Axis::new(y), series, ..Panel::default() }
}
