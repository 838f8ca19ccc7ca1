//! What is measured of a finished run.

use std::path::Path;
use treino::events::Gate;
use treino::report::{PredictionCurves, Record, RecordedEnding};
use treino::runs::{PreparedRun, Run};
use treino::spec::Spec;
use treino::store::RunFolder;
use treino::train::Session;

/// A short training on a table of the project.
fn planned(table: &str, target: &str, data: &str, rest: &str) -> PreparedRun {
    let path = format!("{}/../../datasets/{table}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = format!(
        "[data]\npath = '{path}'\ntarget = \"{target}\"\n{data}\n[model]\nhidden = [8]\n[fit]\nepochs = 12\n{rest}"
    );
    PreparedRun::new(&Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap()).unwrap()
}

fn run(planned: &PreparedRun, threads: usize) -> Run {
    let gate = Gate::new();
    planned.run(&mut Session::new(threads, &gate, &mut |_| {})).unwrap()
}

/// The record, after a way through JSON that changes nothing.
fn record(planned: &PreparedRun) -> Record {
    let run = run(planned, 1);
    let record = Record::of(planned, &run).unwrap();
    let json = record.to_json().unwrap();
    assert_eq!(Record::of(planned, &run).unwrap().to_json().unwrap(), json);
    let folder = tempfile::tempdir().unwrap();
    let mut begun = RunFolder::begin(folder.path(), "r").unwrap();
    begun.write_model(&run.model, &serde_json::json!({})).unwrap();
    begun.write_training(&planned.resolved.spec, &run.history, &json).unwrap();
    let path = begun.finish(|_, _| Ok(())).unwrap();
    assert_eq!(Record::open(&path).unwrap().to_json().unwrap(), json);
    record
}

#[test]
fn two_classes() {
    let stopping = "[[callbacks]]\ntype = \"early_stopping\"\nmonitor = \"val_accuracy\"\npatience = 3";
    let planned = planned("pima", "diabetes", "", stopping);
    let record = record(&planned);
    let own = run(&planned, 3);
    assert_eq!(Record::of(&planned, &own).unwrap(), record);

    assert_eq!((record.data.source.as_str(), record.data.inputs.len()), ("pima.csv", 8));
    assert_eq!(record.course.stopping[0].patience, 3);
    assert!(record.course.stopping[0].more_is_better && record.setting.learning_rate == Some(0.001));
    assert!(!record.setting.spec.contains("datasets"));
    let [target] = &record.targets[..] else { panic!("one target") };
    assert_eq!(target.parts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["train", "validation", "test"]);
    let PredictionCurves::Classes { classes } = &target.curves else { panic!("classes") };
    assert_eq!((classes.len(), classes[0].name.as_str()), (1, "pos"));
    let treino::report::Evaluation::Classes(test) = &target.parts[2].1 else { panic!("classes") };
    assert_eq!((Some(classes[0].auc), classes[0].rows.iter().sum()), (test.auc, test.n));
    let [low, high] = classes[0].auc_interval.unwrap();
    assert!(low < classes[0].auc && classes[0].auc < high);

    assert!(target.wrong.iter().all(|row| row.truth != row.said && row.score >= 0.5 && row.inputs.len() == 8));
    assert!(target.wrong.is_sorted_by(|a, b| a.score >= b.score) && target.wrong.len() == 10);
    assert!(target.undecided.iter().all(|row| row.score < 0.6));
    let text = std::fs::read_to_string(format!("{}/../../datasets/pima.csv", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let cells: Vec<&str> = text.lines().nth(target.wrong[0].row).unwrap().split(',').collect();
    assert_eq!(cells[8].trim_matches('"'), target.wrong[0].truth);
    assert!(target.wrong[0].inputs.iter().zip(cells).all(|((_, said), cell)| said == cell || cell == "NA"));

    assert_eq!((target.importance.len(), target.dependence.len()), (8, 4));
    assert!(target.importance.is_sorted_by(|a, b| a.mean >= b.mean) && target.importance[0].column == "glucose");
    let glucose = &target.dependence[0];
    assert!(glucose.values.is_sorted_by(|a, b| a < b) && glucose.values.len() > 15);
    assert_eq!((glucose.labels.len(), glucose.predictions.len()), (glucose.values.len(), 1));
    assert!(glucose.predictions[0].last() > glucose.predictions[0].first());

    // The facts of a column, from the file itself.
    let rows: Vec<usize> = planned.prepared.train.rows.iter().map(|row| *row as usize + 1).collect();
    let mut insulin: Vec<f64> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    insulin.extend(rows.iter().filter_map(|row| lines[*row].split(',').nth(4).unwrap().parse::<f64>().ok()));
    let facts = record.data.inputs.iter().find(|column| column.name == "insulin").unwrap();
    assert_eq!(facts.missing, Some((rows.len() - insulin.len()) as f64 / rows.len() as f64));
    let [low, mean, _, high] = facts.numbers.unwrap();
    insulin.sort_by(f64::total_cmp);
    // The largest cells were cut at five standard deviations, and the features show no more than that.
    assert!(low == insulin[0] && high > 500.0 && high <= insulin[insulin.len() - 1]);
    insulin.iter_mut().for_each(|cell| *cell = cell.min(high));
    assert!((mean - insulin.iter().sum::<f64>() / insulin.len() as f64).abs() < 0.1);
    insulin.dedup();
    assert_eq!((facts.kind.as_str(), facts.distinct, facts.features), ("integer", Some(insulin.len()), 2));
    assert!(facts.alone.is_some_and(|auc| auc > 0.6 && auc < 0.9) && facts.most_frequent.is_none());
    assert_eq!(record.data.hash.len(), 32);
}

#[test]
fn several_classes_with_categories() {
    let record = record(&planned("penguins", "species", "", ""));
    let target = &record.targets[0];
    let PredictionCurves::Classes { classes } = &target.curves else { panic!("classes") };
    assert_eq!(classes.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), target.classes);
    let island = record.data.inputs.iter().find(|column| column.name == "island").unwrap();
    assert!(island.most_frequent.as_ref().is_some_and(|(level, share)| level == "Biscoe" && *share > 0.4));
    assert!(island.alone > Some(0.6) && island.numbers.is_none() && island.distinct == Some(3));
    assert!(target.dependence.iter().all(|d| d.predictions.len() == 3 && d.labels.len() == d.predictions[0].len()));
}

#[test]
fn numbers_and_several_targets() {
    let record = record(&planned("penguins", "species", "more_targets = [\"body_mass_g\"]", ""));
    let [_, mass] = &record.targets[..] else { panic!("two targets") };
    let PredictionCurves::Numbers(curves) = &mass.curves else { panic!("numbers") };
    assert!(curves.points.iter().all(|[y, p]| *y > 2000.0 && p.is_finite()));
    assert_eq!(curves.counts.iter().sum::<usize>(), curves.points.len());
    assert!(mass.undecided.is_empty() && mass.wrong.len() == 10 && mass.wrong[0].truth.parse::<f64>().is_ok());
    assert!(mass.wrong.is_sorted_by(|a, b| a.score.abs() >= b.score.abs()));
    assert_eq!(mass.dependence[0].predictions.len(), 1);
}

#[test]
fn a_regression_without_other_parts() {
    let alone = "validation_split = 0.0\ntest_split = 0.0";
    let record = record(&planned("diabetes", "progression", alone, ""));
    assert_eq!(record.data.parts[1..], [None, None]);
    assert_eq!(record.targets[0].parts.len(), 1);
    let bmi = record.data.inputs.iter().find(|column| column.name == "bmi").unwrap();
    assert!(bmi.alone.is_some_and(|r2| (r2 - 0.344).abs() < 0.001), "{:?}", bmi.alone);
}

#[test]
fn weights_and_seeds() {
    let record = record(&planned("pima", "diabetes", "weight = \"age\"", "repeats = 3"));
    let PredictionCurves::Classes { classes } = &record.targets[0].curves else { panic!("classes") };
    assert!(classes[0].auc_interval.is_none());
    let treino::report::Evaluation::Classes(test) = &record.targets[0].parts[2].1 else { panic!("classes") };
    assert_eq!(Some(classes[0].auc), test.auc);
    let seeds = &record.targets[0].seeds;
    assert_eq!((seeds[0].0.as_str(), seeds[0].1.len()), ("accuracy", 3));
}

#[test]
fn a_training_that_left_the_numbers() {
    // One step an epoch, so that some epochs end before the numbers do.
    let rest = "batch_size = 1000\n[compile]\nloss = \"mean_squared_error\"\n[compile.optimizer]\ntype = \"sgd\"\nlearning_rate = 20\n";
    let text = planned("diabetes", "progression", "", rest);
    let record = record(&text);
    assert!(matches!(record.course.ending, RecordedEnding::Diverged { .. }), "{:?}", record.course.ending);
}
