//! Several targets at once: `--more-targets`.

use crate::scratch::Scratch;
use serde_json::Value;

const TRAIN: &str = "train penguins.csv --target species --more-targets body_mass_g";

#[test]
fn every_target_is_named_trained_judged_and_predicted() {
    let scratch = Scratch::with(&["penguins.csv"]);
    let said = scratch.good(&format!("{TRAIN} --epochs 12 --repeats 3")).stdout;
    for words in
        ["target    species: multiclass", "target    body_mass_g: regression", "\n  species\n", "\n  body_mass_g\n"]
    {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(said.contains("output species and body_mass_g"), "{said}");
    // A table of the seeds for each target.
    assert_eq!(said.matches("test, 3 seeds").count(), 2, "{said}");
    assert_eq!(said.matches("one split for all").count(), 1, "{said}");
    assert!(said.contains("runs/0001-penguins/spec.toml --epochs 36"), "{said}");

    let model = "runs/0001-penguins";
    let said = scratch.good(&format!("inspect {model}")).stdout;
    assert!(said.contains("predicts species (multiclass): Adelie, Chinstrap, Gentoo\n"), "{said}");
    assert!(said.contains("predicts body_mass_g (regression)\n"), "{said}");
    let said = scratch.good(&format!("evaluate {model} penguins.csv")).stdout;
    assert!(said.contains("342 rows of penguins.csv, 2 rows without a target set aside"), "{said}");
    assert!(said.contains("true \\ predicted") && said.contains("RMSE"), "{said}");
    let predicted = scratch.good(&format!("predict {model} penguins.csv")).stdout;
    let head =
        "species,species_probability_Adelie,species_probability_Chinstrap,species_probability_Gentoo,body_mass_g";
    assert_eq!((predicted.lines().next().unwrap(), predicted.lines().count()), (head, 345));
    scratch.write("new.csv", scratch.text("penguins.csv").replacen("body_mass_g", "mass", 1));
    assert_eq!(scratch.good(&format!("predict {model} new.csv")).stdout, predicted);
    scratch.refuses(&format!("evaluate {model} new.csv"), &["lacks the target, \"body_mass_g\"", "new.csv"]);
}

#[test]
fn threads_and_the_written_spec_give_the_same_bits() {
    let scratch = Scratch::with(&["penguins.csv"]);
    for (run, threads) in [("one", 1), ("three", 3)] {
        scratch.good(&format!("{TRAIN},sex --epochs 4 --dropout 0.2 --threads {threads} --name {run} -q"));
    }
    scratch.good("train runs/0001-one/spec.toml --name again -q");
    for file in ["model.safetensors", "history.csv", "metrics.json"] {
        let of = |run: &str| scratch.bytes(&format!("runs/{run}/{file}"));
        assert!(of("0001-one") == of("0002-three"), "{file}: threads");
        assert!(of("0001-one") == of("0003-again"), "{file}: again");
    }
}

#[test]
fn json_lines_keep_their_keys_for_the_first_target_and_add_the_others() {
    let scratch = Scratch::with(&["penguins.csv"]);
    let done = scratch.good(&format!("{TRAIN} --epochs 2 --repeats 2 --threads 1 --json"));
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (start, end) = (&lines[0], lines.last().unwrap());
    assert_eq!((start["target"].as_str(), start["task"].as_str()), (Some("species"), Some("multiclass")));
    let more = serde_json::json!([{ "target": "body_mass_g", "task": "regression", "classes": [] }]);
    assert_eq!(start["more_targets"], more);
    let names = lines[1]["logs"].as_object().unwrap();
    assert!(names.contains_key("species_loss") && names.contains_key("val_body_mass_g_mean_absolute_error"));
    assert_eq!(end["scores"]["test"]["target"], "classes");
    let further = &end["more_targets"][0];
    assert_eq!((further["target"].as_str(), further["task"].as_str()), (Some("body_mass_g"), Some("regression")));
    assert_eq!(further["scores"]["test"]["target"], "numbers");
    assert_eq!(end["repeats"][0]["more_scores"][0], further["scores"]);
    assert_eq!(scratch.json("runs/0001-penguins/metrics.json")["more_targets"], end["more_targets"]);

    let json = scratch.good("evaluate runs/0001-penguins penguins.csv --json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["evaluation"]["n"].as_u64(), json["set_aside"].as_u64()), (Some(342), Some(2)));
    assert_eq!(json["more_evaluations"][0]["target"], "body_mass_g");
    assert_eq!(json["more_evaluations"][0]["evaluation"]["n"], 342);

    let document = include_str!("../../../../docs/json-lines.md");
    for key in ["more_targets", "more_scores", "more_evaluations"] {
        assert!(document.contains(&format!("`{key}`")), "docs/json-lines.md does not explain `{key}`");
    }
}

const SPEC: &str = r#"
[data]
path = "diamonds.csv"
target = "price"
more_targets = ["cut"]

[[model.layers]]
type = "dense"
units = 16
activation = "relu"
name = "trunk"

[[model.layers]]
type = "dense"
units = 5
activation = "softmax"
name = "cut"

[[model.layers]]
type = "dense"
units = 1
name = "price"
inputs = "trunk"

[compile]
loss = { cut = "sparse_categorical_crossentropy", price = "mean_absolute_error" }
loss_weights = { price = 0.5 }
metrics = { cut = ["accuracy"], price = ["root_mean_squared_error", "r2_score"] }

[fit]
epochs = 2
batch_size = 512

[[callbacks]]
type = "early_stopping"
monitor = "val_price_loss"
patience = 1
"#;

#[test]
fn layers_may_name_the_targets_in_any_order_and_flags_speak_of_outputs() {
    let scratch = Scratch::with(&["diamonds.csv"]);
    scratch.write("s.toml", SPEC);
    scratch.good("train s.toml -q");
    let history = scratch.text("runs/0001-diamonds/history.csv");
    let head = "epoch,loss,price_loss,cut_loss,price_root_mean_squared_error,price_r2_score,cut_accuracy,val_loss";
    assert!(history.starts_with(head), "{history}");
    assert!(scratch.text("runs/0001-diamonds/spec.toml").contains("outputs = [\"price\", \"cut\"]"));
    let predicted = scratch.good("predict runs/0001-diamonds diamonds.csv").stdout;
    assert!(predicted.starts_with("price,cut,cut_probability_Fair,"), "{}", &predicted[..200]);
    let losses = "--loss '{ price = \"huber\" }' --metrics '{ price = [\"mae\"] }'";
    scratch.good(&format!("train s.toml {losses} --epochs 1 --no-early-stopping -q"));
    assert!(
        scratch.text("runs/0002-diamonds/history.csv").starts_with("epoch,loss,price_loss,cut_loss,price_mae,val_loss")
    );

    scratch.write("half.toml", SPEC.replace("name = \"price\"", "name = \"cost\"").replace("price = ", "cost = "));
    let words = ["none like \"price\": is it \"cost\"?", "name every output layer after its target, or none"];
    scratch.refuses("train half.toml", &words);
    scratch.write("watch.toml", SPEC.replace("val_price_loss", "val_prize_loss"));
    scratch.refuses("train watch.toml", &["monitors \"val_prize_loss\"", "did you mean \"val_price_loss\"?"]);
}

#[test]
fn what_cannot_be_targets_together_is_refused() {
    let scratch = Scratch::with(&["penguins.csv"]);
    scratch.refuses_all(&[
        ("train penguins.csv --target species --more-targets species", &["\"species\" is a target twice"]),
        ("train penguins.csv --target species --more-targets sex,sex", &["\"sex\" is a target twice"]),
        (&format!("{TRAIN},islnd"), &["no column \"islnd\"", "did you mean \"island\"?"]),
        (&format!("{TRAIN} --ignore body_mass_g"), &["\"body_mass_g\" cannot be the target and ignored"]),
        (&format!("{TRAIN} --weight body_mass_g"), &["\"body_mass_g\" cannot be the target and the weight"]),
        ("train penguins.csv --more-targets sex", &["no target"]),
        (&format!("{TRAIN} --loss '{{ body_mas_g = \"mse\" }}'"), &["\"body_mas_g\"", "did you mean \"body_mass_g\"?"]),
        (&format!("{TRAIN} --loss binary_crossentropy"), &["binary_crossentropy does not fit", "output \"species\""]),
        (&format!("{TRAIN} --metrics accuracy"), &["counts classes, but \"body_mass_g\" is a number"]),
        (&format!("{TRAIN} --class-weight balanced"), &["class_weight is for networks with one output", "--weight"]),
    ]);
}
