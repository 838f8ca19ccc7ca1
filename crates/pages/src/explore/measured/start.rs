//! The start of a training: initial weights and the seed.

use super::super::experiment::Experiment;
use super::super::{ClaimResult, Topic, two_weights};
use super::explain;
use crate::figure::{Axis, Panel, SeedCurves, Series, SeriesShape};
use treino::error::Result;
use treino::initializers::{GlorotUniform, HeNormal, Initializer, RandomNormal, Zeros};
use treino::statistics::interval95;

/// The factor for the number of seeds in the topic of seeds.
const MORE_SEEDS: usize = 3;

/// Initial weights of 0, near 0, according to the initializers, and far too large.
pub(in super::super) fn initial_weights(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    if !lab.is_in_short() {
        return Ok(None);
    }
    let starts: [(&str, Initializer); 5] = [
        ("zeros", Zeros::default().into()),
        ("random_normal 0.01", RandomNormal { stddev: 0.01, ..RandomNormal::default() }.into()),
        ("glorot_uniform", GlorotUniform::default().into()),
        ("he_normal", HeNormal::default().into()),
        ("random_normal 1", RandomNormal { stddev: 1.0, ..RandomNormal::default() }.into()),
    ];
    let arm =
        |(label, start): &(&str, Initializer)| lab.arm(*label, |spec| spec.model.kernel_initializer = start.clone());
    let trained = lab.train(starts.iter().map(arm).collect(), lab.by_error())?;
    let finding = ClaimResult::of(trained.is_better(2, 0));
    let title = lang.topic_initial_weights_title();
    let mut words = vec![lab.best_words(&trained), lab.pair_words(&trained, 2, 0)];
    explain(&mut words, finding, lab.base.model.hidden.is_empty().then(|| lang.reason_no_hidden()));
    let panels = vec![lab.curves(&trained, &trained.judge.name), lab.strip(&trained)];
    let mut figures = vec![lab.figure(
        "starts",
        "initial-weights",
        Experiment::titled(&title, &trained),
        vec![words[0].clone()],
        panels,
        lab.summary(&trained),
    )];
    figures.push(two_weights::one_weight(lab));
    Ok(Some(lab.topic("initial-weights", [title, lang.topic_initial_weights_claim()], finding, words, figures)))
}

/// The same training with many seeds, and twice with the same seed.
pub(in super::super) fn seeds(lab: &Experiment<'_>) -> Result<Option<Topic>> {
    let lang = lab.lang();
    let many = lab.how.seeds * MORE_SEEDS;
    let arm = || lab.arm(lang.explore_the_base(), |_| {});
    let trained = lab.train_seeds(vec![arm()], lab.by_error(), many)?;
    let again = lab.train_seeds(vec![arm()], lab.by_error(), 1)?;
    let key = |run: &treino::study::RunResult| (run.outcome.clone(), run.curves.clone());
    let is_same = match (trained.configs[0].runs.first(), again.configs[0].runs.first()) {
        (Some((_, first)), Some((_, again))) => key(first) == key(again),
        _ => false,
    };
    let values = trained.values(0);
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let finding = match (is_same, high > low) {
        (true, true) => ClaimResult::Confirmed,
        (false, _) => ClaimResult::Refuted,
        _ => ClaimResult::Undecided,
    };
    let name = &trained.judge.name;
    let curves = trained.curves(0, name);
    let bundle = SeedCurves::of(&curves);
    let each = curves.into_iter().map(|y| {
        let x = (1..=y.len()).map(|epoch| epoch as f64).collect();
        Series::reference("", SeriesShape::Line { x, y })
    });
    let series = each.chain(bundle.series(&lang.explore_median(), false)).collect();
    let panel = Panel {
        title: name.clone(),
        x: Axis::new(lang.epoch()),
        y: Axis { can_switch: true, ..Axis::new(name) },
        series,
        ..Panel::default()
    };
    let interval = interval95(&values);
    let score = format!("val_{}", lab.score);
    let scores: Vec<f64> = trained.configs[0]
        .runs
        .iter()
        .filter_map(|(_, run)| run.metrics.iter().find(|(metric, _)| *metric == score).map(|(_, value)| *value))
        .collect();
    let ends = scores.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let same = if is_same { lang.explore_same() } else { lang.explore_not_same() };
    let words = vec![
        same,
        lang.explore_seed_range(
            many,
            name,
            lang.number(low),
            lang.number(high),
            lang.number(interval.sd),
            &score,
            lang.number(ends.0),
            lang.number(ends.1),
        ),
    ];
    let title = lang.topic_seeds_title();
    let panels = vec![panel, lab.strip(&trained)];
    let figure = lab.figure(
        "seeds",
        "seeds",
        Experiment::titled(&title, &trained),
        vec![words[1].clone()],
        panels,
        lab.summary(&trained),
    );
    Ok(Some(lab.topic("seeds", [title, lang.topic_seeds_claim()], finding, words, vec![figure])))
}
