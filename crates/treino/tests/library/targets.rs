//! Tables with several targets, from the spec to predictions.

use std::path::Path;
use treino::data::{Column, DataSpec, Distribution, Prepared, Table, TableSource, Task, prepare, prepare_table, read};
use treino::data::{RecipeMode, Scaling, SplitMethod};
use treino::events::Ending;
use treino::events::Gate;
use treino::report::Evaluation;
use treino::runs::{PreparedRun, Run};
use treino::spec::Spec;
use treino::store::{StoredBaseline, TrainedModel};
use treino::train::Session;

fn dataset(name: &str) -> String {
    format!("{}/../../datasets/{name}.csv", env!("CARGO_MANIFEST_DIR"))
}

/// Species and body mass of the penguins, and the rest of a spec.
fn penguins(rest: &str) -> Spec {
    let path = dataset("penguins");
    let text = format!("[data]\npath = '{path}'\ntarget = \"species\"\nmore_targets = [\"body_mass_g\"]\n{rest}");
    Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap()
}

fn run(planned: &PreparedRun, threads: usize) -> Run {
    let gate = Gate::new();
    planned.run(&mut Session::new(threads, &gate, &mut |_| {})).unwrap()
}

fn several(more: &[&str]) -> DataSpec {
    let more_targets = more.iter().map(|name| name.to_string()).collect();
    DataSpec { more_targets, validation_split: 0.0, split: SplitMethod::Last, ..DataSpec::new("", "y") }
}

fn prepared(text: &str, spec: &DataSpec) -> treino::Result<Prepared> {
    prepare_table(read(&TableSource::text("t.csv", text), spec)?, spec)
}

#[test]
fn targets_stand_side_by_side_and_are_no_inputs() {
    let spec = DataSpec { recipe: RecipeMode::None, ..several(&["z"]) };
    let p = prepared("a,y,b,z\n1,10.5,2,u\n3,20.5,4,v\n5,30,6,w\n7,5,8,u\n", &spec).unwrap();
    assert_eq!(p.train.x.as_slice(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(p.train.y.as_slice(), [10.5, 0.0, 20.5, 1.0, 30.0, 2.0]);
    assert_eq!(p.test.unwrap().y.as_slice(), [5.0, 0.0]);
    assert_eq!((p.recipe.target, p.recipe.more_targets.as_slice()), (1, &[3][..]));
    let classes = Distribution::Classes(vec![("u".into(), 2), ("v".into(), 1), ("w".into(), 1)]);
    assert_eq!(p.summary.more_distributions, [classes]);
    assert_eq!(p.summary.kinds.iter().map(|(_, n)| n).sum::<usize>(), 2);
}

#[test]
fn a_row_needs_every_target_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.csv");
    std::fs::write(&path, "z,a,y\nv,3,1.5\n,4,2.5\nu,5,3.5\n").unwrap();
    let spec = DataSpec { test: Some(path.display().to_string()), target_scale: Scaling::None, ..several(&["z"]) };
    let p = prepared("a,y,z\n1,10.5,u\n3,,v\n5,30,\n7,5,v\n2,7.5,u\n", &spec).unwrap();
    assert_eq!((p.train.rows.as_slice(), p.set_aside), (&[0, 3, 4][..], 3));
    let test = p.test.unwrap();
    assert_eq!((test.rows.as_slice(), test.y.as_slice()), (&[0, 2][..], &[1.5, 1.0, 3.5, 0.0][..]));
    assert!(p.notes.iter().any(|n| n.text == "3 rows have no value in one of the targets and cannot be used"));
    let e = prepared("a,y,z\n1,1.5,\n2,,u\n3,2.5,\n4,,v\n", &several(&["z"])).unwrap_err();
    assert_eq!(e.message(), "no row has a value in every target");
}

#[test]
fn the_first_target_decides_the_split_and_numeric_what_a_further_one_is() {
    let rows: String =
        (0..60).map(|i| format!("{i}.5,{},{}\n", if i % 3 == 0 { "no" } else { "yes" }, i % 4)).collect();
    let spec = |numeric: &[&str]| DataSpec {
        split: SplitMethod::Random,
        numeric: numeric.iter().map(|name| name.to_string()).collect(),
        ..several(&["n"])
    };
    let p = prepared(&format!("x,y,n\n{rows}"), &spec(&[])).unwrap();
    let test = p.test.as_ref().unwrap();
    assert_eq!((test.len(), test.y.column(0).iter().sum::<f32>()), (12, 8.0));
    assert_eq!(p.more_targets[0].task, Task::Multiclass);
    assert!(p.notes.iter().any(|n| n.text.ends_with("for numbers use `data.numeric = [\"n\"]`")));
    let p = prepared(&format!("x,y,n\n{rows}"), &spec(&["n"])).unwrap();
    assert_eq!((p.target.task, p.more_targets[0].task), (Task::Binary, Task::Regression));
}

#[test]
fn columns_that_cannot_be_targets_together_are_refused() {
    let table = "a,y,z\n1,10.5,u\n3,2.5,v\n5,30,u\n7,5,v\n2,7.5,u\n";
    let message = |spec: &DataSpec| prepared(table, spec).unwrap_err().to_string();
    assert!(message(&several(&["y"])).contains("\"y\" is a target twice"));
    assert!(message(&several(&["z", "z"])).contains("\"z\" is a target twice"));
    assert!(message(&several(&["Z"])).contains("did you mean \"z\"?"));
    assert!(message(&DataSpec { weight: Some("z".into()), ..several(&["z"]) }).contains("target and the weight"));
    assert!(message(&DataSpec { ignore: vec!["z".into()], ..several(&["z"]) }).contains("target and ignored"));
    let columns = || vec![Column::numbers("a", vec![1.0, 2.0]), Column::numbers("y", vec![1.5, 2.5])];
    let e = prepare_table(Table::new("memory", columns()).unwrap(), &several(&["y"])).unwrap_err();
    assert!(e.message().contains("twice"), "{e}");
}

#[test]
fn in_short_every_target_has_an_output_on_the_last_hidden_layer() {
    let planned = PreparedRun::new(&penguins("[model]\nhidden = [8, 4]\n")).unwrap();
    let p = &planned.prepared;
    let tasks: Vec<(&str, Task)> = p.targets().map(|t| (t.name.as_str(), t.task)).collect();
    assert_eq!(tasks, [("species", Task::Multiclass), ("body_mass_g", Task::Regression)]);
    assert!(p.recipe.inputs.iter().all(|i| i.name != "species" && i.name != "body_mass_g"));

    let layers = planned.resolved.network.summary();
    let layers: Vec<(&str, &str, usize)> =
        layers.iter().map(|l| (l.name.as_str(), l.inputs[0].as_str(), l.shape[0])).collect();
    let outputs = [("species", "dense_1", 3), ("body_mass_g", "dense_1", 1)];
    assert_eq!(layers, [&[("dense", "rows", 8), ("dense_1", "dense", 4)], &outputs[..]].concat());
    let goals = &planned.resolved.compile.goals;
    assert_eq!(goals[0].loss.name(), "sparse_categorical_crossentropy");
    assert_eq!(goals[1].loss.name(), "mean_squared_error");
    assert_eq!(
        (goals[0].metrics[0].name.as_str(), goals[1].metrics[0].name.as_str()),
        ("accuracy", "mean_absolute_error")
    );

    // Each target is scaled, and has a baseline, by its own column.
    let y = p.train.y.column(1);
    assert!(y.iter().map(|y| f64::from(*y)).sum::<f64>().abs() < 1e-3);
    let StoredBaseline::Mean(mean) = planned.baselines[1] else { panic!("{:?}", planned.baselines) };
    assert!((mean - p.more_targets[0].mean).abs() < 1e-2, "{mean}");
    assert!(matches!(&planned.baselines[0], StoredBaseline::Shares(shares) if shares.len() == 3));

    // The resolved spec says it all, and means the same.
    let again = PreparedRun::new(&planned.resolved.spec).unwrap();
    assert_eq!(again.resolved.spec, planned.resolved.spec);
    // Without hidden layers the outputs read the rows.
    let planned = PreparedRun::new(&penguins("[model]\nhidden = []\n")).unwrap();
    let names: Vec<String> = planned.resolved.network.summary().into_iter().map(|l| l.inputs[0].clone()).collect();
    assert_eq!(names, ["rows", "input_layer", "input_layer"]);
}

const NAMED: &str = r#"
[[model.layers]]
type = "dense"
units = 8
activation = "tanh"
name = "trunk"
FIRST
SECOND
[compile]
loss = { species = "LOSS", body_mass_g = "huber" }
loss_weights = { species = 2.0, body_mass_g = 0.5 }
metrics = { body_mass_g = ["r2_score"], species = ["accuracy"] }
optimizer = { type = "adam", learning_rate = 0.05 }
[fit]
epochs = 300
[[callbacks]]
type = "early_stopping"
monitor = "val_body_mass_g_loss"
patience = 2
"#;
const SPECIES: &str = r#"
[[model.layers]]
type = "dense"
units = 3
activation = "softmax"
name = "species"
inputs = "trunk"
"#;
const MASS: &str = r#"
[[model.layers]]
type = "dense"
units = 1
name = "body_mass_g"
inputs = "trunk"
"#;

fn named(first: &str, second: &str, loss: &str) -> Run {
    let text = NAMED.replace("FIRST", first).replace("SECOND", second).replace("LOSS", loss);
    let planned = PreparedRun::new(&penguins(&text)).unwrap();
    assert_eq!(planned.resolved.network.output_names(), ["species", "body_mass_g"]);
    let run = run(&planned, 1);
    // Trained again from what is written down: the same bits.
    assert_eq!(
        self::run(&PreparedRun::new(&planned.resolved.spec).unwrap(), 2).model.to_bytes().unwrap(),
        run.model.to_bytes().unwrap()
    );
    run
}

#[test]
fn outputs_named_like_targets_belong_to_them_in_any_order() {
    let (a, b) = (named(SPECIES, MASS, "categorical_crossentropy"), named(MASS, SPECIES, "categorical_crossentropy"));
    assert_eq!(a.history.epochs, b.history.epochs);
    let Ending::Stopped { why, .. } = &a.history.ending else { panic!("{:?}", a.history.ending) };
    assert!(why.contains("val_body_mass_g_loss"), "{why}");
    let names: Vec<&str> = a.history.epochs[0].0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..5], ["loss", "species_loss", "body_mass_g_loss", "species_accuracy", "body_mass_g_r2_score"]);
    for run in [&a, &b] {
        let Evaluation::Classes(species) = &run.scores.train else { panic!("these are classes") };
        let Evaluation::Numbers(mass) = &run.scores.more_targets[0].train else { panic!("these are numbers") };
        assert!(species.accuracy.model > 0.7 && mass.r2.unwrap().model > 0.5, "{species:?} {mass:?}");
    }
    // The loss of the sum is that of the parts.
    let sum = |i: usize| 2.0 * a.history.series("species_loss")[i] + 0.5 * a.history.series("body_mass_g_loss")[i];
    assert!((a.history.series("loss")[0] - sum(0)).abs() < 1e-6);
    // One-hot rows and class numbers say the same.
    let sparse = named(SPECIES, MASS, "sparse_categorical_crossentropy");
    for (one, other) in a.history.series("loss").iter().zip(sparse.history.series("loss")).take(3) {
        assert!((one - other).abs() < 1e-4 * one, "{one} {other}");
    }
}

#[test]
fn outputs_and_goals_that_do_not_fit_the_targets_are_refused() {
    let fails = |text: &str| PreparedRun::new(&penguins(text)).unwrap_err().to_string();
    let with = |first: &str, second: &str| {
        NAMED.split("[compile]").next().unwrap().replace("FIRST", first).replace("SECOND", second)
    };
    let e = fails(&with(SPECIES, &MASS.replace("body_mass_g", "mass")));
    assert!(e.contains("none like \"body_mass_g\": is it \"mass\"?"), "{e}");
    let e = fails(&with(SPECIES, ""));
    assert!(e.contains("the network has one output, \"species\", but there are 2 targets"), "{e}");
    // Names that say nothing leave the order.
    let unnamed = with(&SPECIES.replace("\"species\"", "\"one\""), &MASS.replace("body_mass_g", "two"));
    assert!(PreparedRun::new(&penguins(&unnamed)).is_ok());
    let e = fails(&with(&MASS.replace("body_mass_g", "one"), &SPECIES.replace("\"species\"", "\"two\"")));
    assert!(e.contains("the layer \"one\" gives 1 numbers, but \"species\" has 3 classes"), "{e}");

    let e = fails("[compile.loss]\nbody_mas_g = \"huber\"\n");
    assert!(e.contains("compile.loss names \"body_mas_g\"") && e.contains("did you mean \"body_mass_g\"?"), "{e}");
    let e = fails("[compile]\nloss = \"sparse_categorical_crossentropy\"\n");
    assert!(e.contains("\"body_mass_g\" is a number") && e.contains("about the output \"body_mass_g\""), "{e}");
    let e = fails("[compile]\nmetrics = [\"accuracy\"]\n");
    assert!(e.contains("counts classes, but \"body_mass_g\" is a number"), "{e}");
    let e = fails("[fit]\nclass_weight = \"balanced\"\n");
    assert!(e.contains("class_weight is for networks with one output"), "{e}");
    // A loss that is said for one output leaves the default for the other.
    let planned = PreparedRun::new(&penguins("[compile.loss]\nbody_mass_g = \"huber\"\n")).unwrap();
    assert_eq!(planned.resolved.compile.losses(), "sparse_categorical_crossentropy and huber");
}

#[test]
fn a_saved_model_predicts_and_is_judged_as_before() {
    let planned = PreparedRun::new(&penguins("[model]\nhidden = [8]\n[fit]\nepochs = 25\n")).unwrap();
    let (one, two) = (run(&planned, 1), run(&planned, 3));
    let bytes = one.model.to_bytes().unwrap();
    assert!(bytes == two.model.to_bytes().unwrap());
    let back = TrainedModel::from_bytes(&bytes).unwrap();
    assert_eq!(back.table, one.model.table);

    let text = std::fs::read_to_string(dataset("penguins")).unwrap().replace('"', "");
    let csv = |bundle: &TrainedModel, text: &str| {
        let mut out = Vec::new();
        bundle.predict(&TableSource::text("t.csv", text)).unwrap().csv(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let predicted = csv(&back, &text);
    assert_eq!(predicted, csv(&one.model, &text));
    let head =
        "species,species_probability_Adelie,species_probability_Chinstrap,species_probability_Gentoo,body_mass_g";
    assert_eq!(predicted.lines().next().unwrap(), head);
    let without = |drop: &[usize]| {
        let cells = |line: &str| {
            let kept = line.split(',').enumerate().filter(|(i, _)| !drop.contains(i)).map(|(_, cell)| cell);
            kept.collect::<Vec<_>>().join(",") + "\n"
        };
        text.lines().map(cells).collect::<String>()
    };
    assert_eq!(predicted, csv(&back, &without(&[0, 5])));
    assert_eq!(predicted, csv(&back, &without(&[5])));
    let e = back.evaluate(&TableSource::text("t.csv", &without(&[5]))).unwrap_err();
    assert!(e.message().contains("lacks the target, \"body_mass_g\""), "{e}");

    // What the evaluation says, counted by hand.
    let (evaluations, set_aside) = back.evaluate(&TableSource::text("t.csv", &text)).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let pairs: Vec<(Vec<&str>, Vec<&str>)> = rows
        .zip(predicted.lines().skip(1).map(|line| line.split(',').collect()))
        .filter(|(row, _)| row[5] != "NA")
        .collect();
    assert_eq!((set_aside, evaluations.len(), pairs.len()), (2, 2, 342));
    let right = pairs.iter().filter(|(row, said)| row[0] == said[0]).count() as f64 / 342.0;
    let error = |(row, said): &(Vec<&str>, Vec<&str>)| row[5].parse::<f64>().unwrap() - said[4].parse::<f64>().unwrap();
    let mae = pairs.iter().map(|pair| error(pair).abs()).sum::<f64>() / 342.0;
    let (Evaluation::Classes(species), Evaluation::Numbers(mass)) = (&evaluations[0], &evaluations[1]) else {
        panic!("{evaluations:?}")
    };
    assert!((species.accuracy.model - right).abs() < 1e-12);
    assert!((mass.mae.model - mae).abs() < 1e-3, "{} {mae}", mass.mae.model);
}

#[test]
fn files_without_names_are_predicted_with_all_targets_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let rows: String = (0..40).map(|i| format!("{}.5,{},{}.25,{}\n", i % 7, i % 5, i, ["u", "v"][i % 2])).collect();
    std::fs::write(&path, &rows).unwrap();
    let text = format!(
        "[data]\npath = '{}'\nheader = false\ntarget = \"column_3\"\nmore_targets = [\"column_1\", \"column_4\"]\n\
         [model]\nhidden = [3]\n[fit]\nepochs = 2\n",
        path.display()
    );
    let spec = Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap();
    let model = run(&PreparedRun::new(&spec).unwrap(), 1).model;
    let prediction = |text: &str| {
        let source = TableSource::text("p.csv", text);
        let prediction = model.predict(&source)?;
        Ok::<_, treino::Error>((0..prediction.outputs.rows()).map(|i| prediction.row(i)).collect::<Vec<_>>())
    };
    let whole = prediction(&rows).unwrap();
    assert_eq!(whole[0].len(), 1 + 1 + 3);
    let inputs: String = rows.lines().map(|line| line.split(',').nth(1).unwrap().to_string() + "\n").collect();
    assert_eq!(prediction(&inputs).unwrap(), whole);
    assert!(prediction("1,2\n").unwrap_err().message().contains("2 columns"));
}

#[test]
fn columns_that_layers_cannot_be_called_after_are_targets_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let rows: String = (0..40).map(|i| format!("{}.5,{},{i}.25,{}.75\n", i % 7, ["u", "v"][i % 2], i % 9)).collect();
    std::fs::write(&path, format!("x,type,a/b,dense\n{rows}")).unwrap();
    let text = format!(
        "[data]\npath = '{}'\ntarget = \"type\"\nmore_targets = [\"a/b\", \"dense\"]\n\
         [model]\nhidden = [3]\n[fit]\nepochs = 2\n",
        path.display()
    );
    let planned =
        PreparedRun::new(&Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap()).unwrap();
    assert_eq!(planned.resolved.network.output_names(), ["type_output", "a_b", "dense_output"]);
    let written = |planned: &PreparedRun| treino::catalog::write(&planned.resolved.spec.entries());
    let again = Spec::read(&treino::catalog::parse(&written(&planned), Path::new("again.toml")).unwrap()).unwrap();
    assert_eq!(written(&PreparedRun::new(&again).unwrap()), written(&planned));
    let bytes = run(&planned, 1).model.to_bytes().unwrap();
    let back = TrainedModel::from_bytes(&bytes).unwrap();
    let prediction = back.predict(&TableSource::text("p.csv", "x\n1.5\n")).unwrap();
    assert_eq!(prediction.columns(), ["type", "type_probability_u", "type_probability_v", "a/b", "dense"]);
}

#[test]
fn a_model_of_one_target_is_stored_without_a_word_about_others() {
    let spec = DataSpec { path: Some(dataset("iris")), ..DataSpec::new("", "species") };
    let p = prepare(&spec).unwrap();
    let planned = PreparedRun::with_data(&Spec { data: spec, ..Spec::default() }, p).unwrap();
    assert!(!treino::catalog::write(&planned.resolved.spec.entries()).contains("more_targets"));
    let recipe = serde_json::to_string(&planned.prepared.recipe).unwrap();
    assert!(!recipe.contains("more_targets"));
}
