//! Columns of a table that layers for categories read: from a file to a stored model.

use std::path::Path;
use treino::data::{Encoding, TableSource, prepare_for};
use treino::layers::{Discretization, Layer};
use treino::network::{Network, readings};
use treino::prelude::*;
use treino::report::Evaluation;
use treino::train::{Compile, gradient};

const DATASETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets");

fn read(text: &str) -> Result<Spec> {
    Spec::read(&treino::catalog::parse(text, Path::new("spec.toml"))?)
}

/// A folder with a table.
fn table(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

/// The example with learnt vectors, and the first rows of its table with a level that it does not know.
fn example() -> (Spec, String) {
    let text = include_str!("../../../../docs/examples/embedding.toml").replace("../../datasets", DATASETS);
    let penguins = std::fs::read_to_string(format!("{DATASETS}/penguins.csv")).unwrap();
    let mut rows: Vec<&str> = penguins.lines().take(4).collect();
    rows.push("\"Adelie\",\"Atlantis\",39.1,18.7,181,3750,\"unknown\",2007");
    rows.push("\"Adelie\",,39.1,18.7,181,,,2007");
    (read(&text).unwrap(), rows.join("\n"))
}

#[test]
fn text_columns_with_learnt_vectors_beat_the_baseline_and_predict_unseen_levels() {
    let (spec, rows) = example();
    let planned = PreparedRun::new(&spec).unwrap();
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    let (part, evaluation) = run.scores.best_unseen();
    assert_eq!(part, "test");
    let Evaluation::Classes(classes) = evaluation else { panic!("species are classes") };
    assert!(classes.accuracy.model > 0.9 && classes.accuracy.baseline < 0.6, "{:?}", classes.accuracy);

    let source = TableSource::text("new.csv", &rows);
    let predicted = |model: &TrainedModel| {
        let mut csv = Vec::new();
        model.predict(&source).unwrap().csv(&mut csv).unwrap();
        String::from_utf8(csv).unwrap()
    };
    assert_eq!(predicted(&run.model).lines().count(), 6);
    let again = TrainedModel::from_bytes(&run.model.to_bytes().unwrap()).unwrap();
    assert_eq!(predicted(&again), predicted(&run.model));
    assert_eq!(run.model.evaluate(&source).unwrap().1, 0);

    // The run's own spec has everything written out, and gives the same bits.
    let own = treino::catalog::write(&planned.resolved.spec.entries());
    for part in ["vocabulary = [", "bin_boundaries = [", "input_dim = 4"] {
        assert!(own.contains(part), "{part} is not in\n{own}");
    }
    let planned = PreparedRun::new(&read(&own).unwrap()).unwrap();
    let second = Session::quiet(|session| planned.run(session)).unwrap();
    assert!(second.model.to_bytes().unwrap() == run.model.to_bytes().unwrap());
}

const ROWS: &str = "city,zip,size,seen,y\n\
    Rome,100,1.5,yes,0\nRome,200,2.5,no,1\nOslo,100,,yes,0\nRome,300,4.5,no,1\nOslo,100,5.5,no,0\nLima,400,6.5,yes,1\n\
    ,200,7.5,yes,0\nRome,200,8.5,no,1\n";

fn layers(lines: &str) -> String {
    format!(
        "[data]\npath = \"PATH\"\ntarget = \"y\"\nvalidation_split = 0.0\ntest_split = 0.0\n[model]\nlayers = [{lines}]\n"
    )
}

#[test]
fn who_reads_a_column_decides_what_it_becomes() {
    let (_folder, path) = table(ROWS);
    let text = layers(
        "{ type = \"input_layer\", name = \"a\", columns = [\"city\"] }, { type = \"embedding\", output_dim = 2, name = \"e\" }, \
         { type = \"input_layer\", name = \"b\", columns = [\"size\"] }, { type = \"discretization\", num_bins = 2, name = \"d\" }, \
         { type = \"input_layer\", name = \"c\", columns = [\"zip\"] }, { type = \"integer_lookup\", name = \"l\", max_tokens = 3 }, \
         { type = \"input_layer\", name = \"h\", columns = [\"city\", \"seen\"] }, \
         { type = \"hashing\", name = \"f\", num_bins = 3, output_mode = \"count\" }, \
         { type = \"input_layer\", name = \"o\", columns = [\"size\"] }, \
         { type = \"flatten\", name = \"ef\", inputs = \"e\" }, \
         { type = \"concatenate\", inputs = [\"ef\", \"d\", \"l\", \"f\", \"o\"] }, { type = \"dense\", activation = \"sigmoid\" }",
    );
    let spec = read(&text.replace("PATH", &path)).unwrap();
    let asked = readings(spec.model.layers.as_ref().unwrap()).unwrap();
    let prepared = prepare_for(&spec.data, &asked).unwrap();
    // Only "size" is an ordinary feature as well: scaled, and whether it is missing.
    let names = prepared.recipe.feature_names();
    assert_eq!(names, ["size", "size (missing)", "city (a)", "size (b)", "zip (c)", "city (h)", "seen (h)"]);
    let x = &prepared.train.x;
    // Rome 4 times, Oslo 2, Lima once: fewer than min_frequency. The median of the sizes is 5.5.
    assert_eq!(x.column(2), [1.0, 1.0, 2.0, 1.0, 2.0, 0.0, 0.0, 1.0]);
    assert_eq!(x.column(3), [1.5, 2.5, 5.5, 4.5, 5.5, 6.5, 7.5, 8.5]);
    // 200 and 100 come three times each, the higher one first.
    assert_eq!(x.column(4), [2.0, 1.0, 2.0, 0.0, 2.0, 0.0, 1.0, 1.0]);

    let planned = PreparedRun::new(&spec).unwrap();
    let found = planned.resolved.spec.model.layers.as_ref().unwrap();
    let mut by_hand = Discretization { num_bins: Some(2), ..Discretization::default() };
    by_hand.adapt(&[1.5, 2.5, 5.5, 4.5, 5.5, 6.5, 7.5, 8.5]).unwrap();
    let boundaries = found.iter().find_map(|p| match &p.layer {
        Layer::Discretization(layer) => layer.bin_boundaries.clone(),
        _ => None,
    });
    assert_eq!((boundaries.clone(), boundaries), (by_hand.bin_boundaries, Some(vec![5.5])));
    let words = |input: &treino::data::InputColumn| matches!(&input.encoding, Encoding::Bin { hash } if hash.bins == 3);
    assert_eq!(prepared.recipe.inputs.iter().filter(|input| words(input)).count(), 2);
}

#[test]
fn columns_that_no_layer_reads_are_not_needed_later() {
    let (_folder, path) = table(ROWS);
    let text = layers(
        "{ type = \"input_layer\", columns = [\"size\"] }, { type = \"dense\", units = 3 }, \
         { type = \"dense\", activation = \"sigmoid\" }",
    );
    let planned = PreparedRun::new(&read(&text.replace("PATH", &path)).unwrap()).unwrap();
    assert_eq!(planned.prepared.recipe.feature_names(), ["size", "size (missing)"]);
    let unread = planned.prepared.recipe.left_out.iter().filter(|left| left.reason == "no layer reads it");
    assert_eq!(unread.map(|left| left.name.as_str()).collect::<Vec<_>>(), ["city", "zip", "seen"]);
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    assert_eq!(run.model.predict(&TableSource::text("new.csv", "size\n1.5\n7\n")).unwrap().outputs.rows(), 2);
}

#[test]
fn no_gradient_flows_through_an_index() {
    let bins = Discretization { bin_boundaries: Some(vec![-0.5, 0.0, 0.5]), ..Discretization::default() };
    let layers: [Layer; 3] = [Dense::new(2).into(), bins.into(), Dense::new(1).into()];
    let mut network = Network::build(2, &layers).unwrap();
    network.initialize(3);
    let x = Matrix::new(3, 2, vec![0.5, -1.0, 2.0, 0.25, -1.5, 1.0]);
    let y = Matrix::new(3, 1, vec![5.0, -2.0, 1.0]);
    let compile = Compile::new(SGD::default(), MeanSquaredError::default(), Vec::new());
    let data = Examples::new(&x, &y);
    let (_, gradient) = Session::quiet(|session| gradient(&network, &compile, data, 1, session)).unwrap();
    // Kernel and bias of the first layer are the first six numbers.
    assert!(gradient[..6].iter().all(|g| *g == 0.0) && gradient[6..].iter().any(|g| *g != 0.0), "{gradient:?}");
}

#[test]
fn what_does_not_fit_is_said_once_and_clearly() {
    let (_folder, path) = table(ROWS);
    let dense = "{ type = \"flatten\" }, { type = \"dense\", activation = \"sigmoid\" }";
    let of = |column: &str, layer: &str| {
        format!("{{ type = \"input_layer\", columns = [{column}] }}, {{ {layer} }}, {dense}")
    };
    let alone = |layer: &str| format!("{{ {layer} }}, {dense}");
    let cases = [
        (of("\"citty\"", "type = \"embedding\""), "there is no column \"citty\"", "\"city\""),
        (of("\"y\"", "type = \"embedding\""), "is the target", ""),
        (of("\"city\", \"zip\"", "type = \"embedding\""), "\"zip\" is of the kind integer", "one input layer for each"),
        (of("\"zip\"", "type = \"embedding\""), "needs input_dim", "lookup"),
        (of("\"zip\"", "type = \"embedding\", input_dim = 5"), "row 1 has 100", "room for them all"),
        (
            of("\"size\"", "type = \"embedding\", input_dim = 9"),
            "\"size\": the cell in row 3 is missing",
            "integer_lookup",
        ),
        (of("\"city\"", "type = \"embedding\", input_dim = 2"), "room for 2 ids", "input_dim = 3"),
        (of("\"city\"", "type = \"category_encoding\", num_tokens = 2"), "room for 2 ids", "num_tokens = 3"),
        (of("\"zip\"", "type = \"string_lookup\""), "read by a string_lookup", "integer_lookup"),
        (of("\"city\"", "type = \"integer_lookup\""), "read by an integer_lookup", "string_lookup"),
        (of("\"size\"", "type = \"integer_lookup\""), "not whole", "discretization"),
        (of("\"city\"", "type = \"discretization\", num_bins = 3"), "layer for numbers", "string_lookup"),
        (of("\"city\"", "type = \"string_lookup\", vocabulary = []"), "vocabulary is empty", "learnt"),
        (of("\"city\"", "type = \"string_lookup\", vocabulary = [\"a\", \"a\"]"), "has \"a\" twice", ""),
        (
            of("\"city\"", "type = \"string_lookup\", vocabulary = [\"a\", \"\"], mask_token = \"a\""),
            "mask token \"a\"",
            "",
        ),
        (of("\"zip\"", "type = \"integer_lookup\", vocabulary = [1, 2, 3], max_tokens = 3"), "max_tokens is 3", ""),
        (of("\"zip\"", "type = \"integer_lookup\", pad_to_max_tokens = true"), "needs max_tokens", ""),
        (
            of("\"city\"", "type = \"string_lookup\", vocabulary = [\"Rome\"], num_oov_indices = 0"),
            "\"Oslo\" in row 3 is not in the vocabulary",
            "num_oov_indices = 1",
        ),
        (alone("type = \"discretization\", num_bins = 3, bin_boundaries = [1.0]"), "not both", ""),
        (alone("type = \"discretization\""), "needs bin_boundaries", ""),
        (alone("type = \"discretization\", bin_boundaries = [1.0, 0.5]"), "must ascend, but 1 stands before 0.5", ""),
        (alone("type = \"discretization\", num_bins = 3"), "the input is none", "input layer with columns"),
        (alone("type = \"string_lookup\", vocabulary = [\"a\"]"), "looks up texts", "input layer with columns"),
        (alone("type = \"integer_lookup\""), "the input is none", "vocabulary"),
        (alone("type = \"hashing\""), "needs num_bins", ""),
        (alone("type = \"hashing\", num_bins = 0"), "num_bins is 0", ""),
        (alone("type = \"hashing\", num_bins = 3, salt = [1, 2, 3]"), "salt has 3 numbers", ""),
        (alone("type = \"hashing\", num_bins = 3, mask_value = 1.5"), "a text in quotes or a whole number", ""),
        (alone("type = \"hashing\", num_bins = 3, output_mode = \"hot\""), "one of \"int\"", "hot"),
        (
            "{ type = \"input_layer\", columns = [\"city\"] }, { type = \"embedding\", name = \"e\" }, \
             { type = \"flatten\", name = \"f\" }, { type = \"dense\", name = \"d\", inputs = \"input_layer\" }, \
             { type = \"concatenate\", inputs = [\"f\", \"d\"] }, { type = \"dense\", activation = \"sigmoid\" }"
                .to_string(),
            "\"e\" and \"d\" read the columns of \"input_layer\" in different ways",
            "two input layers",
        ),
        (
            "{ type = \"input_layer\", columns = [\"city\"] }, { type = \"embedding\", name = \"e\" }, \
             { type = \"input_layer\", columns = [\"seen\"] }, { type = \"shared\", layer = \"e\", name = \"f\" }, \
             { type = \"concatenate\", inputs = [\"e\", \"f\"] }, { type = \"flatten\" }, { type = \"dense\" }"
                .to_string(),
            "\"e\" is shared, but each input layer numbers its levels for itself",
            "in one input layer",
        ),
    ];
    let mut problems = Vec::new();
    for (lines, message, help) in cases {
        let made = read(&layers(&lines).replace("PATH", &path)).and_then(|spec| {
            let planned = PreparedRun::new(&spec)?;
            Session::quiet(|session| planned.run(session))
        });
        match made {
            Ok(_) => problems.push(format!("{lines}\n  went through")),
            Err(e)
                if e.message().contains(message)
                    && (help.is_empty()
                        || e.to_string().contains(help)
                        || e.helps().iter().any(|h| h.contains(help))) => {}
            Err(e) => problems.push(format!("{lines}\n  says {e}\n  and not {message} .. {help}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
