//! Faults that are planted are found, and healthy trainings are left in peace.

use std::path::Path;
use treino::catalog::Value;
use treino::data::{DataSpec, Table, TableSource, prepare_table, read};
use treino::doctor::{Finding, Severity, examine};
use treino::prelude::*;
use treino::report::{Evaluation, Record};
use treino_pages::language::Lang;

/// The project's table of that name.
fn table(name: &str) -> Table {
    Table::read(format!("{}/../../datasets/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn made(text: &str) -> Table {
    read(&TableSource::text("made.csv", text), &DataSpec::default()).unwrap()
}

/// A number from 0 to 1 that follows from two others: a hash, so that tables can be made up.
fn noise(row: usize, column: usize) -> f64 {
    let mut z = (row as u64 * 1_000_003 + column as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// A training of a table by a spec of these lines.
fn spec(data: &str, rest: &str) -> Spec {
    let text = format!("[data]\n{data}\n{rest}");
    Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap()
}

fn examined(table: Table, spec: &Spec) -> Vec<Finding> {
    let prepared = prepare_table(table, &spec.data).unwrap();
    let planned = PreparedRun::with_data(spec, prepared).unwrap();
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    examine(&Record::of(&planned, &run).unwrap())
}

/// The rules of findings.
fn names(findings: &[Finding]) -> Vec<String> {
    let rule = |finding: &Finding| serde_json::to_value(&finding.rule).unwrap()["rule"].as_str().unwrap().to_string();
    findings.iter().map(rule).collect()
}

/// Whether the rule of that name is among the findings of a training; each can be said in both languages.
fn finds(name: &str, table: Table, data: &str, rest: &str) {
    let findings = examined(table, &spec(data, rest));
    for (finding, lang) in findings.iter().flat_map(|finding| Lang::ALL.map(|lang| (finding, lang))) {
        assert!(!lang.finding(finding).is_empty() && !lang.evidence(&finding.rule).is_empty());
    }
    let names = names(&findings);
    assert!(names.iter().any(|found| found == name), "{name} is not among {names:?}");
}

const PIMA: &str = "target = \"diabetes\"";
const ADAM_10: &str = "[compile.optimizer]\ntype = \"adam\"\nlearning_rate = 10.0\n[fit]\nepochs = 20";

#[test]
fn a_rate_that_is_too_high() {
    finds("rate_too_high", table("pima"), PIMA, ADAM_10);
    let jumps =
        "[model]\nactivation = \"relu\"\n[compile.optimizer]\ntype = \"sgd\"\nlearning_rate = 3.0\n[fit]\nepochs = 40";
    finds("rate_too_high", table("pima"), PIMA, jumps);
}

#[test]
fn a_training_that_diverges() {
    // Beyond the largest stable rate of a linear map, errors grow from step to step.
    let rest = "[[model.layers]]\ntype = \"dense\"\nunits = 1\n[compile.optimizer]\ntype = \"sgd\"\nlearning_rate = 0.4\n[fit]\nepochs = 40";
    finds("diverged", table("diabetes"), "target = \"progression\"", rest);
}

#[test]
fn a_rate_that_is_too_low() {
    let rest = "[compile.optimizer]\ntype = \"adam\"\nlearning_rate = 1e-6\n[fit]\nepochs = 30";
    finds("rate_too_low", table("pima"), PIMA, rest);
}

#[test]
fn inputs_on_different_scales() {
    finds("unscaled_inputs", table("pima"), &format!("{PIMA}\nscale = \"none\""), "[fit]\nepochs = 5");
}

#[test]
fn units_that_are_dead() {
    let rest = "[[model.layers]]\ntype = \"dense\"\nunits = 16\nactivation = \"relu\"\n\
                bias_initializer = { type = \"constant\", value = -10.0 }\n\
                [[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n[fit]\nepochs = 5";
    finds("dead_units", table("pima"), PIMA, rest);
}

#[test]
fn units_that_are_saturated() {
    let rest = "[[model.layers]]\ntype = \"dense\"\nunits = 16\nactivation = \"sigmoid\"\n\
                kernel_initializer = { type = \"random_normal\", stddev = 200.0 }\n\
                [[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n[fit]\nepochs = 5";
    finds("saturated_units", table("pima"), PIMA, rest);
}

#[test]
fn a_rare_class_that_is_never_found() {
    let mut text = String::from("a,b,y\n");
    for row in 0..1500 {
        let y = if noise(row, 9) < 0.03 + 0.05 * noise(row, 0) { "ill" } else { "well" };
        text.push_str(&format!("{:.4},{:.4},{y}\n", noise(row, 0), noise(row, 1)));
    }
    finds("hidden_imbalance", made(&text), "target = \"y\"", "[fit]\nepochs = 10");
}

/// Rows of three numbers of which two tell the class most of the time.
fn classes(rows: usize, more: impl Fn(usize, bool) -> String, head: &str) -> String {
    let mut text = format!("a,b,c{head},y\n");
    for row in 0..rows {
        let is = noise(row, 0) + noise(row, 1) + 0.8 * noise(row, 5) > 1.4;
        let [a, b, c] = [0, 1, 2].map(|column| noise(row, column));
        text.push_str(&format!("{a:.4},{b:.4},{c:.4}{},{}\n", more(row, is), if is { "yes" } else { "no" }));
    }
    text
}

#[test]
fn a_column_that_gives_the_answer_away() {
    let copy = |row: usize, is: bool| format!(",{:.4}", f64::from(u8::from(is)) + 0.01 * noise(row, 6));
    finds("leak", made(&classes(600, copy, ",code")), "target = \"y\"", "[fit]\nepochs = 10");
    finds("too_good", made(&classes(2000, copy, ",code")), "target = \"y\"", "[fit]\nepochs = 30");
}

#[test]
fn gaps_that_give_the_answer_away() {
    // A gap wherever the class is "yes", and in a third of those rows only.
    let always = |row: usize, is: bool| if is { ",".to_string() } else { format!(",{:.4}", noise(row, 6)) };
    finds("missing_leak", made(&classes(600, always, ",end")), "target = \"y\"", "[fit]\nepochs = 10");
    let often = |row: usize, is: bool| {
        if is && row.is_multiple_of(3) { ",".to_string() } else { format!(",{:.4}", noise(row, 6)) }
    };
    finds("missing_leak", made(&classes(600, often, ",end")), "target = \"y\"", "[fit]\nepochs = 10");
}

#[test]
fn classes_that_no_training_row_has() {
    let rows: String =
        (0..150).map(|row| format!("{},{},{}\n", row * 7 % 10, row % 3, ["A", "B", "C", "D", "E"][row / 30])).collect();
    let data = "target = \"y\"\nsplit = \"last\"";
    finds("absent_classes", made(&format!("a,b,y\n{rows}")), data, "[fit]\nepochs = 10");
}

#[test]
fn columns_that_say_nothing() {
    let constant = |_: usize, _: bool| ",7".to_string();
    finds("constant_columns", made(&classes(200, constant, ",site")), "target = \"y\"", "[fit]\nepochs = 5");
    let names = |row: usize, _: bool| format!(",{}", 5000 + row);
    finds("identifier_columns", made(&classes(200, names, ",record")), "target = \"y\"", "[fit]\nepochs = 5");
}

#[test]
fn a_network_that_learns_its_rows_by_heart() {
    let rest = "[model]\nhidden = [64, 64]\n[fit]\nepochs = 200\nbatch_size = 8";
    finds("over_fitting", made(&classes(150, |_, _| String::new(), "")), "target = \"y\"", rest);
    finds("plateau", made(&classes(150, |_, _| String::new(), "")), "target = \"y\"", rest);
}

#[test]
fn a_network_that_learns_nothing() {
    let mut text = String::from("a,b,y\n");
    (0..600).for_each(|row| {
        let y = if noise(row, 7) < 0.5 { "yes" } else { "no" };
        text.push_str(&format!("{:.4},{:.4},{y}\n", noise(row, 0), noise(row, 1)));
    });
    finds("under_fitting", made(&text), "target = \"y\"", "[fit]\nepochs = 5");
}

#[test]
fn weights_that_start_equal() {
    let zeros = "[model]\nkernel_initializer = \"zeros\"\n[fit]\nepochs = 10";
    finds("equal_weights", table("pima"), PIMA, zeros);
    finds("equal_weights", table("iris"), "target = \"species\"", zeros);
    let equal = "[model]\nkernel_initializer = { type = \"constant\", value = 0.1 }\n[fit]\nepochs = 10";
    finds("equal_weights", table("diabetes"), "target = \"progression\"", equal);
    // One layer alone may start so: the next one tells its units apart.
    let first = "[[model.layers]]\ntype = \"dense\"\nunits = 8\nactivation = \"tanh\"\nkernel_initializer = \"zeros\"\n\
                 [[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n[fit]\nepochs = 20";
    assert!(!names(&examined(table("pima"), &spec(PIMA, first))).contains(&"equal_weights".to_string()));
}

#[test]
fn gradients_that_vanish() {
    let six = |activation: &str, more: &str| {
        format!("[model]\nhidden = [64, 64, 64, 64, 64, 64]\nactivation = \"{activation}\"\n{more}[fit]\nepochs = 30")
    };
    for (name, target) in [("pima", "diabetes"), ("iris", "species"), ("diabetes", "progression")] {
        for more in ["", "l2 = 0.0\n[compile.optimizer]\ntype = \"sgd\"\n"] {
            finds("vanishing_gradients", table(name), &format!("target = \"{target}\""), &six("sigmoid", more));
        }
        for activation in ["relu", "tanh"] {
            let found = names(&examined(table(name), &spec(&format!("target = \"{target}\""), &six(activation, ""))));
            assert!(!found.contains(&"vanishing_gradients".to_string()), "{name}, {activation}: {found:?}");
        }
    }
}

#[test]
fn a_regularization_that_lets_nothing_through() {
    for section in ["l2 = 1.0", "l1 = 0.3", "dropout = 0.98"] {
        finds("strong_regularization", table("pima"), PIMA, &format!("[model]\n{section}\n[fit]\nepochs = 30"));
    }
}

#[test]
fn a_network_that_is_too_free_for_its_rows() {
    let stopping =
        "[[callbacks]]\ntype = \"early_stopping\"\npatience = 20\nrestore_best_weights = true\n[fit]\nepochs = 60";
    finds("over_fitting", table("ames"), "target = \"Sale_Price\"", stopping);
}

/// Log-loss may be worse than the baseline's where classes weigh differently, but such a network has learnt something.
#[test]
fn a_network_that_ranks_is_better_than_the_baseline() {
    let mut text = String::from("a,b,y\n");
    for row in 0..1500 {
        let [a, b] = [0, 1].map(|column| noise(row, column));
        let y = if noise(row, 9) < 0.2 * a * b { "ill" } else { "well" };
        text.push_str(&format!("{a:.4},{b:.4},{y}\n"));
    }
    let spec = spec("target = \"y\"", "[fit]\nepochs = 20\nclass_weight = \"balanced\"");
    let prepared = prepare_table(made(&text), &spec.data).unwrap();
    let planned = PreparedRun::with_data(&spec, prepared).unwrap();
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    let record = Record::of(&planned, &run).unwrap();
    let Evaluation::Classes(test) = &record.targets[0].parts[2].1 else { panic!("classes") };
    let loss = test.log_loss.unwrap();
    assert!(loss.model > loss.baseline && test.auc > Some(0.6), "the case is another one: {test:?}");
    assert!(!names(&examine(&record)).contains(&"under_fitting".to_string()));
}

#[test]
fn a_loss_for_another_task() {
    finds("wrong_loss", table("pima"), PIMA, "[compile]\nloss = \"mean_squared_error\"\n[fit]\nepochs = 5");
}

#[test]
fn too_few_validation_rows() {
    finds("tiny_validation", table("iris"), "target = \"species\"\nvalidation_split = 0.05", "[fit]\nepochs = 5");
}

#[test]
fn too_few_epochs() {
    finds("still_improving", table("pima"), PIMA, "[fit]\nepochs = 2");
}

#[test]
fn seeds_that_disagree() {
    let rest = "[compile.optimizer]\ntype = \"sgd\"\nlearning_rate = 0.01\n[fit]\nepochs = 3\nrepeats = 8";
    finds("unstable_seeds", made(&classes(60, |_, _| String::new(), "")), "target = \"y\"", rest);
}

/// With an L2 penalty Adam silences most units of a relu here for good.
#[test]
fn the_default_recipe_lets_no_units_die() {
    let trained = |activation: &str| {
        let rest = format!("{activation}[fit]\nepochs = 25\nseed = 1");
        examined(table("diamonds"), &spec("target = \"price\"", &rest))
    };
    let grave = |findings: Vec<Finding>| -> Vec<String> {
        names(&findings.into_iter().filter(|finding| finding.rule.severity() < Severity::Hint).collect::<Vec<_>>())
    };
    assert_eq!(grave(trained("")), Vec::<String>::new());
    assert!(grave(trained("[model]\nactivation = \"relu\"\n")).contains(&"dead_units".to_string()));
}

#[test]
fn healthy_trainings_are_left_in_peace() {
    let tables = [
        ("pima", "diabetes"),
        ("iris", "species"),
        ("penguins", "species"),
        ("heart", "diameter_narrowing"),
        ("diabetes", "progression"),
    ];
    let (mut trainings, mut alarms) = (0, Vec::new());
    let mut try_it = |name: &str, table: Table, target: &str, seed: usize| {
        let mut entries = Spec::automatic();
        for path in ["data.seed", "fit.seed"] {
            treino::spec::set(&mut entries, path, Value::Int(seed as i64), "test").unwrap();
        }
        treino::spec::set(&mut entries, "data.target", Value::Text(target.to_string()), "test").unwrap();
        let findings = examined(table, &Spec::read(&entries).unwrap());
        trainings += 1;
        let alarm = findings.into_iter().find(|finding| finding.rule.severity() < Severity::Hint);
        alarms.extend(alarm.map(|alarm| {
            format!("{name}, seed {seed}: {} ({})", Lang::English.finding(&alarm), Lang::English.evidence(&alarm.rule))
        }));
    };
    for seed in 1..=20 {
        for (name, target) in tables {
            try_it(name, table(name), target, seed);
        }
        for rows in [300, 500, 800] {
            try_it("made", made(&classes(rows, |row, _| format!(",{}", row % 3), ",group")), "y", seed);
        }
        let mut text = String::from("a,b,c,y\n");
        (0..400).for_each(|row| {
            let [a, b, c, e] = [0, 1, 2, 3].map(|column| noise(row + 1000 * seed, column));
            text.push_str(&format!("{a:.4},{b:.4},{c:.4},{:.4}\n", 3.0 * a - 2.0 * b * c + 0.5 * e));
        });
        try_it("plane", made(&text), "y", seed);
        try_it(
            "wide",
            made(&classes(1000, |row, _| (10..15).map(|c| format!(",{:.3}", noise(row, c))).collect(), ",d,e,f,g,h")),
            "y",
            seed,
        );
    }
    assert_eq!(trainings, 200);
    assert!(alarms.len() <= 10, "{} false alarms of {trainings}:\n{}", alarms.len(), alarms.join("\n"));
}
