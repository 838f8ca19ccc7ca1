//! Explorations: what the lecture says is found where it was planted, on any number of threads.

use treino::events::Gate;
use treino::prelude::*;
use treino::train::Simd;
use treino_pages::explore::{ClaimResult, Exploration, Explore, Topic, exploration_report, explore, topics};
use treino_pages::figure::page::ReportPage;
use treino_pages::figure::{Figure, FigureCell, FigureTable};
use treino_pages::language::Lang;

fn dataset(name: &str) -> String {
    format!("{}/../../datasets/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn explored(spec: &Spec, only: &[&str], seeds: usize, threads: usize, lang: Lang) -> Result<Exploration> {
    explored_with(spec, only, seeds, threads, lang, false)
}

fn explored_with(
    spec: &Spec,
    only: &[&str],
    seeds: usize,
    threads: usize,
    lang: Lang,
    vary_split: bool,
) -> Result<Exploration> {
    let only: Vec<String> = only.iter().map(ToString::to_string).collect();
    let never = Gate::new();
    let how = Explore {
        seeds,
        only: &only,
        lang,
        threads,
        simd: Simd::detect(),
        gate: &never,
        vary_split,
        command: "treino explore table.csv",
    };
    explore(spec, &how, &mut |_, _, _| {})
}

fn spec(table: &str, target: &str) -> Spec {
    Spec { data: DataSpec::new(&dataset(table), target), ..Spec::default() }
}

fn small(table: &str, target: &str) -> Spec {
    let mut spec = spec(table, target);
    spec.model.hidden = vec![8];
    spec.fit.epochs = 12;
    spec
}

fn topic<'e>(found: &'e Exploration, id: &str) -> &'e Topic {
    found.topics.iter().find(|topic| topic.id == id).unwrap_or_else(|| panic!("no topic {id}"))
}

fn figure<'t>(topic: &'t Topic, id: &str) -> &'t Figure {
    topic.figures.iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("no figure {id}"))
}

fn number(figure: &Figure, row: usize, column: usize) -> f64 {
    match figure.table.rows[row][column] {
        FigureCell::Number(x) => x,
        ref other => panic!("{other:?} is no number"),
    }
}

/// Without what a clock has measured.
fn timeless(mut found: Exploration) -> Exploration {
    for topic in &mut found.topics {
        topic.figures.retain(|figure| figure.id != "batch-time");
    }
    found
}

#[test]
fn every_topic_is_the_same_on_any_number_of_threads_and_speaks_both_languages() {
    let spec = small("iris.csv", "species");
    let alone = explored(&spec, &[], 2, 1, Lang::English).unwrap();
    let together = explored(&spec, &[], 2, 3, Lang::English).unwrap();
    for (alone, together) in timeless(alone.clone()).topics.iter().zip(&timeless(together).topics) {
        // As text: a gap in a line is no number, and equals none.
        assert!(format!("{alone:?}") == format!("{together:?}"), "{} differs", alone.id);
    }
    assert!(alone.left_out.is_empty() && !alone.cut_short);
    assert_eq!(alone.topics.iter().map(|topic| topic.id).collect::<Vec<_>>(), topics().collect::<Vec<_>>());
    let portuguese = explored(&spec, &[], 2, 2, Lang::Portuguese).unwrap();
    for (english, portuguese) in alone.topics.iter().zip(&portuguese.topics) {
        assert_ne!(english.claim, portuguese.claim);
        assert_eq!((english.finding, english.figures.len()), (portuguese.finding, portuguese.figures.len()));
        assert!(english.words.len() >= 2 && portuguese.words.len() >= 2, "{}", english.id);
        for figure in &english.figures {
            assert!(!figure.panels.is_empty() && !figure.table.rows.is_empty(), "{}", figure.id);
            assert!(figure.command.ends_with(&format!("--only {}", english.id)), "{}", figure.command);
        }
    }
}

#[test]
fn what_can_be_worked_out_by_hand_is_right() {
    let found =
        explored(&small("pima.csv", "diabetes"), &["log-loss", "backpropagation", "input-scale"], 2, 2, Lang::English);
    let found = found.unwrap();
    // The slide's table, in natural logarithms and to the base 10.
    let table = figure(topic(&found, "log-loss"), "log-losses");
    for (row, (natural, ten)) in [(0.051, 0.02), (2.996, 1.30), (0.654, 0.28)].into_iter().enumerate() {
        assert!((number(table, row, 2) - natural).abs() < 0.0005 && (number(table, row, 3) - ten).abs() < 0.005);
    }
    assert!((number(table, 5, 2) - 0.734).abs() < 0.0005);
    assert_eq!(topic(&found, "backpropagation").finding, ClaimResult::Confirmed);
    // The lecture's own sample: a condition number of 51,000 becomes 3, and a rate of 1.9e-4 becomes 0.66. A drawn sample of
    // the same kind is near.
    let table = figure(topic(&found, "input-scale"), "weight-height");
    let near = |found: f64, wanted: f64, by: f64| assert!((found / wanted - 1.0).abs() < by, "{found} is not {wanted}");
    near(number(table, 0, 1), 51_000.0, 0.25);
    near(number(table, 1, 1), 3.0, 0.25);
    near(number(table, 0, 2), 1.9e-4, 0.1);
    near(number(table, 1, 2), 0.66, 0.1);
}

/// A table whose target follows a line through one input, and a second input that says nothing.
fn planted() -> (tempfile::NamedTempFile, Spec) {
    let mut text = String::from("x,noise,y\n");
    for i in 0..200_u32 {
        let (x, noise) = (f64::from(i % 20) / 10.0 - 1.0, f64::from(i * 7919 % 101) / 101.0);
        text.push_str(&format!("{x},{noise},{}\n", 3.0 * x + 1.0));
    }
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut spec = Spec { data: DataSpec::new(&file.path().display().to_string(), "y"), ..Spec::default() };
    spec.model.hidden = vec![16];
    (file, spec)
}

#[test]
fn planted_claims_are_confirmed() {
    let (_file, mut spec) = planted();
    // Ten times more is too much for a linear task.
    spec.compile.optimizer = SGD { learning_rate: 0.1.into(), ..SGD::default() }.into();
    let ids = ["gradient-descent", "learning-rate", "initial-weights", "seeds", "penalties"];
    let found = explored(&spec, &ids, 8, 2, Lang::English).unwrap();
    for id in ids {
        let topic = topic(&found, id);
        assert_eq!(topic.finding, ClaimResult::Confirmed, "{id}: {}", topic.words.join(" "));
    }
    assert!(topic(&found, "gradient-descent").words[0].starts_with("On x and noise, learning \"y above its mean\""));
    let only = explored(&spec, &["log-loss", "evaluation"], 2, 1, Lang::English).unwrap();
    assert_eq!(only.left_out, ["log-loss"], "a number has no classes");
    assert_eq!(only.topics.len(), 1);
}

/// The lecture's claim about the learning rate on its own table: with fixed epochs, by the training loss.
#[test]
fn a_rate_that_is_too_low_or_too_high_is_worse_on_pima() {
    let found = explored(&spec("pima.csv", "diabetes"), &["learning-rate"], 8, 2, Lang::English).unwrap();
    let topic = topic(&found, "learning-rate");
    assert_eq!(topic.finding, ClaimResult::Confirmed, "{:?}", topic.words);
    assert!(topic.words[0].contains("without early stopping"), "{:?}", topic.words);
}

/// Labels of noise: what one split finds between two settings is chance, and more splits show it.
#[test]
fn each_seed_may_have_its_own_split() {
    let spec = small("pima.csv", "diabetes");
    let one = explored(&spec, &["seeds"], 4, 2, Lang::English).unwrap();
    let many = explored_with(&spec, &["seeds"], 4, 2, Lang::English, true).unwrap();
    let spoken = |found: &Exploration| found.words.join(" ");
    assert!(spoken(&one).contains("All of it on one split with 154 validation rows"), "{}", spoken(&one));
    assert!(one.words.iter().any(|words| words.contains("may be about these rows only")));
    assert!(many.words.iter().any(|words| words.contains("Each seed has its own split with 154 validation rows")));
    assert!(!many.words.iter().any(|words| words.contains("these rows only")));
    // The same initial weights are judged on other rows.
    let mean = |found: &Exploration| number(figure(topic(found, "seeds"), "seeds"), 0, 1);
    assert_ne!(mean(&many), mean(&one));
    assert_eq!(topic(&many, "seeds").finding, ClaimResult::Confirmed);
    let again = explored_with(&spec, &["seeds"], 4, 1, Lang::English, true).unwrap();
    assert!(format!("{again:?}") == format!("{many:?}"));

    let mut last = spec.clone();
    last.data.split = treino::data::SplitMethod::Last;
    let e = explored_with(&last, &["seeds"], 2, 1, Lang::English, true).unwrap_err();
    assert!(e.message().contains("do not depend on a seed"), "{}", e.message());
}

#[test]
fn the_words_about_two_minima_are_what_the_paths_did() {
    let found = explored(&small("iris.csv", "species"), &["initial-weights"], 2, 2, Lang::English).unwrap();
    let figure = figure(topic(&found, "initial-weights"), "one-weight");
    let words = figure.words.join(" ");
    for row in 0..4 {
        let (start, end) = (number(figure, row, 0), number(figure, row, 1));
        let minimum = if start < 0.85 { -0.33 } else { 7.36 };
        let reached = (end - minimum).abs() < 0.05;
        let said = words.split(". ").find(|said| said.contains(&format!("From w = {start},"))).unwrap_or_default();
        assert_eq!(said.contains("reach the minimum"), reached, "{start} {end}: {said}");
        assert!(
            said.contains(if start < 0.85 { "minimum at w = -0.3" } else { "minimum at 7.36" }),
            "{start} {end}: {said}"
        );
        assert_eq!(said.contains("on the way to the minimum"), !reached, "{start} {end}: {said}");
    }
}

/// A network without hidden layers learns as well from zero: the claim is refuted or open, and a refusal has its reason.
#[test]
fn what_was_refuted_has_its_likely_reason() {
    let mut spec = small("iris.csv", "species");
    // Far too small: the largest of the six is best.
    spec.compile.optimizer = SGD { learning_rate: 1e-6.into(), ..SGD::default() }.into();
    let found = explored(&spec, &["learning-rate"], 6, 2, Lang::English).unwrap();
    let topic = &found.topics[0];
    assert_eq!(topic.finding, ClaimResult::Refuted);
    assert!(
        topic.words[1].ends_with("the base rate is too low for this table; the best one may be above all six."),
        "{:?}",
        topic.words
    );
}

/// A network given by its layers: what varies the short form is left out, the rest is there.
#[test]
fn a_network_of_layers_is_explored_as_it_is() {
    let mut spec = small("iris.csv", "species");
    let softmax = treino::activations::Softmax::default();
    spec.model.layers = Some(vec![Dense::new(4).into(), Dense::new(3).activation(softmax).into()]);
    let ids = ["initial-weights", "dropout", "penalties", "batch-normalisation", "seeds"];
    let found = explored(&spec, &ids, 2, 1, Lang::English).unwrap();
    assert_eq!(found.left_out, ["initial-weights", "batch-normalisation", "penalties", "dropout"]);
    assert_eq!(found.topics[0].id, "seeds");
}

/// The error by which settings compare fits the network's output and its loss.
#[test]
fn outputs_of_every_kind_have_a_bare_loss() {
    use treino::losses::{BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy};
    let softmax = || Dense::new(2).activation(treino::activations::Softmax::default());
    let cases: [(Dense, Loss, &str); 3] = [
        (softmax(), SparseCategoricalCrossentropy::default().into(), "val_sparse_categorical_crossentropy"),
        (softmax(), CategoricalCrossentropy::default().into(), "val_categorical_crossentropy"),
        (
            Dense::new(1),
            BinaryCrossentropy { from_logits: true, ..Default::default() }.into(),
            "val_binary_crossentropy",
        ),
    ];
    for (output, loss, name) in cases {
        let mut spec = small("pima.csv", "diabetes");
        spec.model.layers = Some(vec![Dense::new(4).into(), output.into()]);
        spec.compile.loss = Some(treino::train::PerOutput::Same(loss));
        let found = explored(&spec, &["seeds", "loss"], 2, 1, Lang::English).unwrap();
        assert!(found.words[1].contains(&format!("compared by {name},")), "{:?}", found.words);
        let reached = number(figure(topic(&found, "seeds"), "seeds"), 0, 1);
        assert!((0.3..0.8).contains(&reached), "{name} {reached}");
    }
}

/// An optimizer that leaves the finite numbers is a finding, not an error; and one column is no pair.
#[test]
fn what_diverges_or_is_missing_is_said() {
    let (_file, mut spec) = planted();
    spec.compile.optimizer = SGD { learning_rate: 1.0.into(), ..SGD::default() }.into();
    spec.data.ignore = vec!["noise".to_string()];
    let found = explored(&spec, &["learning-rate", "gradient-descent"], 3, 2, Lang::English).unwrap();
    assert_eq!(found.left_out, ["gradient-descent"]);
    let words = found.topics[0].words.join(" ");
    assert!(words.contains("diverged with 3 of 3 seeds"), "{words}");
}

/// An exercise shows no finding before its question is answered; what only shows something is as it was.
#[test]
fn an_exercise_hides_its_findings() {
    let found = explored(&small("iris.csv", "species"), &["log-loss", "seeds", "backpropagation"], 2, 2, Lang::English);
    let found = found.unwrap();
    let page = |predict_first| exploration_report(&found, "iris", Lang::English, predict_first);
    let (open, closed) = (page(false), page(true));
    let ids = |page: &ReportPage| page.sections.iter().map(|section| section.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&open), ["findings", "topic-log-loss", "topic-backpropagation", "topic-seeds"].map(String::from));
    let mut findings_last = ids(&open);
    findings_last.rotate_left(1);
    assert_eq!(ids(&closed), findings_last);
    for section in &closed.sections {
        let has_question = section.exercise.as_ref().is_some_and(|exercise| exercise.choices.len() == 3);
        assert_eq!(has_question, section.id.starts_with("topic-") && section.id != "topic-log-loss", "{}", section.id);
    }
    assert!(open.sections.iter().all(|section| section.exercise.is_none()));
    assert!(open.lead[0].contains("claims confirmed") && !closed.lead[0].contains("claims confirmed"));
    // What a reader sees before a solution is opened.
    let html = closed.html();
    let seeds = html.split("id=\"topic-seeds\"").nth(1).unwrap().split("<details").next().unwrap();
    assert!(seeds.contains("The lecture: ") && !seeds.contains("Result: ") && !seeds.contains("to the last bit"));
}

/// Every number of the two computations can be done again: y is among them.
#[test]
fn worked_examples_are_open_and_have_y() {
    let found =
        explored(&small("pima.csv", "diabetes"), &["log-loss", "backpropagation"], 2, 2, Lang::English).unwrap();
    let worked = |id: &str| topic(&found, id).worked.clone().unwrap().0;
    let of = |table: &FigureTable, name: &str| {
        let row = table.rows.iter().find(|row| row[0] == FigureCell::from(name)).unwrap_or_else(|| panic!("{name}"));
        let FigureCell::Number(x) = row[1] else { panic!("{name}: {:?}", row[1]) };
        x
    };
    let table = worked("log-loss");
    assert_eq!(table.head[..2], ["true class y", "probability p of class 1"].map(String::from));
    let table = worked("backpropagation");
    let [x, y, w1, w2] = ["x", "y", "w1", "w2"].map(|name| of(&table, name));
    let error = (y - (w2 * (w1 * x).tanh()).tanh()).powi(2);
    assert!((of(&table, "E = (y - a2)^2") / error - 1.0).abs() < 1e-9);
    let html = exploration_report(&found, "pima", Lang::English, false).html();
    let before = html.split("E = (y - a2)^2").next().unwrap();
    assert_eq!(before.matches("<details").count(), before.matches("</details>").count(), "the table is open");
}

#[test]
fn large_tables_are_thinned_and_it_is_said() {
    let mut spec = small("diamonds.csv", "price");
    spec.fit.epochs = 2;
    let found = explored(&spec, &["gradient-descent"], 2, 1, Lang::English).unwrap();
    assert!(found.words[4].starts_with("Of 53,940 rows, 3,33"), "{:?}", found.words);
}

#[test]
fn bad_input_is_refused() {
    let message = |spec: &Spec, only: &[&str], seeds| explored(spec, only, seeds, 1, Lang::English).unwrap_err();
    let good = small("iris.csv", "species");
    let e = message(&good, &["optimizer"], 2);
    assert_eq!(e.message(), "there is no topic \"optimizer\"");
    assert_eq!(e.helps()[0], "did you mean \"optimizers\"?");
    assert!(message(&good, &[], 1).message().contains("at least 2"));
    let mut bad = good.clone();
    bad.data.validation_split = 0.0;
    assert!(message(&bad, &[], 2).message().contains("rows for validation"));
    let mut bad = good.clone();
    bad.data.more_targets = vec!["petal_width".to_string()];
    assert!(message(&bad, &[], 2).message().contains("one target"));
}

#[test]
fn an_interrupt_keeps_what_is_whole() {
    let stop = Gate::new();
    let how = Explore {
        seeds: 2,
        vary_split: false,
        only: &[],
        lang: Lang::English,
        threads: 2,
        simd: Simd::detect(),
        gate: &stop,
        command: "treino explore iris.csv",
    };
    let mut watch = |_: &str, at: usize, _: usize| {
        if at == 3 {
            stop.stop();
        }
    };
    let found = explore(&small("iris.csv", "species"), &how, &mut watch).unwrap();
    assert!(found.cut_short);
    assert_eq!(found.topics.iter().map(|topic| topic.id).collect::<Vec<_>>(), ["loss", "log-loss"]);
}

/// Readers who hear a page find its parts by their names.
#[test]
fn titles_of_topics_and_figures_are_all_different() {
    let found = explored(&small("pima.csv", "diabetes"), &[], 2, 2, Lang::English).unwrap();
    let mut titles: Vec<&str> = found.topics.iter().map(|topic| topic.title.as_str()).collect();
    let mut ids: Vec<&str> = Vec::new();
    for figure in found.topics.iter().flat_map(|topic| &topic.figures) {
        titles.push(&figure.title);
        ids.push(&figure.id);
    }
    for names in [&mut titles, &mut ids] {
        let n = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n);
    }
}
