//! Everything in the catalogue trains: each thing in a small network through the program, from a spec file.
//!
//! A new thing is tried by its room's usual recipe. Where that cannot work (it needs other targets, a graph, a parameter),
//! the failure names it: give it a line in the exceptions of its room.

use crate::scratch::Scratch;
use serde_json::Value as Json;
use std::sync::Mutex;
use treino::FAMILIES;

const ROWS: usize = 60;

/// Three numbers, an id from 0 to 4, a word, and a target of each kind.
fn table() -> String {
    let row = |i: usize| {
        let (a, b, c, id) = ((i * 7) % 13, (i * 5) % 11, (i * 3) % 17, i % 5);
        let number = 1.0 + a as f64 * 0.5 + b as f64 * 0.25;
        let answer = if a + b > 10 { "yes" } else { "no" };
        let class = ["red", "green", "blue"][(a + c) % 3];
        let word = ["north", "east", "south", "west"][(b + c) % 4];
        format!("{a},{b}.5,{c},{id},{word},{number},{answer},{class}\n")
    };
    std::iter::once("a,b,c,id,word,number,answer,class\n".to_string()).chain((0..ROWS).map(row)).collect()
}

/// What a network is trained for.
#[derive(Clone, Copy, PartialEq)]
enum OutputCompile {
    /// A number, standardised.
    Number,
    /// A number above 0 as it is, and a softplus at the end.
    Amount,
    /// Yes or no, and a sigmoid at the end.
    Answer,
    /// Yes or no as -1 and 1, and a tanh at the end.
    Sign,
    /// One of three classes by number, and a softmax at the end.
    Class,
    /// One of three classes as a one-hot row.
    OneHot,
}

/// A spec for a goal, in its parts.
struct Recipe {
    goal: OutputCompile,
    data: String,
    layers: String,
    optimizer: String,
    loss: Option<String>,
    metrics: String,
    fit: String,
    callbacks: String,
}

/// The usual network, all its parts as by default.
fn usual(goal: OutputCompile) -> Recipe {
    Recipe {
        goal,
        data: String::new(),
        layers: "{ type = \"dense\", units = 8, activation = \"tanh\" }".into(),
        optimizer: "\"adam\"".into(),
        loss: None,
        metrics: String::new(),
        fit: "batch_size = 16".into(),
        callbacks: String::new(),
    }
}

impl Recipe {
    fn spec(&self) -> String {
        let Recipe { data, layers, optimizer, metrics, fit, callbacks, .. } = self;
        let (target, end, loss) = match self.goal {
            OutputCompile::Number => ("number", "units = 1", "mean_squared_error"),
            OutputCompile::Amount => ("number", "units = 1, activation = \"softplus\"", "mean_squared_error"),
            OutputCompile::Answer => ("answer", "units = 1, activation = \"sigmoid\"", "binary_crossentropy"),
            OutputCompile::Sign => ("answer", "units = 1, activation = \"tanh\"", "hinge"),
            OutputCompile::Class => ("class", "units = 3, activation = \"softmax\"", "sparse_categorical_crossentropy"),
            OutputCompile::OneHot => ("class", "units = 3, activation = \"softmax\"", "categorical_crossentropy"),
        };
        let others: Vec<&str> = ["number", "answer", "class"].into_iter().filter(|name| *name != target).collect();
        let scale = if self.goal == OutputCompile::Amount { "target_scale = \"none\"\n" } else { "" };
        let ignore = if data.contains("ignore") { String::new() } else { format!("ignore = {others:?}\n") };
        let loss = self.loss.clone().unwrap_or(format!("\"{loss}\""));
        format!(
            "callbacks = [{callbacks}]\n[data]\npath = \"table.csv\"\ntarget = \"{target}\"\n{ignore}{scale}{data}\n[model]\n\
             layers = [{layers}, {{ type = \"dense\", {end} }}]\n[compile]\noptimizer = {optimizer}\nloss = {loss}\n\
             metrics = [{metrics}]\n[fit]\nepochs = 2\n{fit}\n"
        )
    }
}

fn named(name: &str) -> String {
    format!("{{ type = \"{name}\" }}")
}

/// The usual recipe with one layer in the middle.
fn with_layer(layer: &str) -> Recipe {
    let before = "{ type = \"dense\", units = 8, name = \"first\" }";
    Recipe { layers: format!("{before}, {layer}, {{ type = \"flatten\" }}"), ..usual(OutputCompile::Number) }
}

/// A layer that reads the cells of one column, and the usual layer of all other columns beside it.
fn of_column(column: &str, layer: &str) -> Recipe {
    let layers = format!(
        "{{ type = \"input_layer\", columns = [\"{column}\"] }}, {layer}, {{ type = \"dense\", units = 4, name = \"of_it\" }}, \
         {{ type = \"input_layer\" }}, {{ type = \"dense\", units = 4, name = \"of_others\" }}, \
         {{ type = \"concatenate\", inputs = [\"of_it\", \"of_others\"] }}"
    );
    Recipe { layers, ..usual(OutputCompile::Number) }
}

fn layer(name: &str) -> Recipe {
    let two = "{ type = \"dense\", units = 8, name = \"second\" }";
    let number = usual(OutputCompile::Number);
    match name {
        "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum" | "concatenate" | "dot" => {
            with_layer(&format!("{two}, {{ type = \"{name}\", inputs = [\"first\", \"second\"] }}"))
        }
        "shared" => with_layer(&format!("{two}, {{ type = \"shared\", layer = \"second\" }}")),
        "string_lookup" | "category_encoding" => of_column("word", &named(name)),
        "integer_lookup" => of_column("id", &named(name)),
        "hashing" => of_column("word", "{ type = \"hashing\", num_bins = 3 }"),
        "discretization" => of_column("a", "{ type = \"discretization\", num_bins = 3 }"),
        "group_normalization" => with_layer("{ type = \"group_normalization\", groups = 4 }"),
        "input_layer" => Recipe {
            layers: "{ type = \"input_layer\", columns = [\"a\", \"b\"] }, { type = \"dense\", units = 4, name = \"left\" }, \
                     { type = \"input_layer\", columns = [\"c\", \"id\"] }, { type = \"dense\", units = 4, name = \"right\" }, \
                     { type = \"concatenate\", inputs = [\"left\", \"right\"] }"
                .into(),
            ..number
        },
        "embedding" => Recipe {
            data: "recipe = \"none\"\nignore = [\"a\", \"b\", \"c\", \"word\", \"answer\", \"class\"]".into(),
            layers: "{ type = \"embedding\", input_dim = 5, output_dim = 3 }, { type = \"flatten\" }".into(),
            ..number
        },
        "normalization" => Recipe { layers: format!("{}, {}", named(name), number.layers), ..number },
        _ => with_layer(&named(name)),
    }
}

fn loss(name: &str) -> Option<Recipe> {
    let goal = match name {
        "binary_crossentropy" | "binary_focal_crossentropy" | "crossentropy" | "dice" | "tversky" => {
            OutputCompile::Answer
        }
        "hinge" | "squared_hinge" => OutputCompile::Sign,
        "poisson" | "mean_squared_logarithmic_error" => OutputCompile::Amount,
        "sparse_categorical_crossentropy" => OutputCompile::Class,
        "categorical_crossentropy"
        | "categorical_focal_crossentropy"
        | "categorical_generalized_cross_entropy"
        | "categorical_hinge"
        | "kl_divergence"
        | "cosine_similarity" => OutputCompile::OneHot,
        // It makes rows of a group alike, but predicts nothing: bad_input.rs has its refusal.
        "circle" => return None,
        _ => OutputCompile::Number,
    };
    Some(Recipe { loss: Some(named(name)), ..usual(goal) })
}

/// For which goal a metric is computed, and how it is written.
fn metric(name: &str) -> (OutputCompile, String) {
    let goal = match name {
        "accuracy"
        | "equal_accuracy"
        | "binary_accuracy"
        | "auc"
        | "exact_auc"
        | "precision"
        | "recall"
        | "f1_score"
        | "f_beta_score"
        | "true_positives"
        | "true_negatives"
        | "false_positives"
        | "false_negatives"
        | "sensitivity_at_specificity"
        | "specificity_at_sensitivity"
        | "precision_at_recall"
        | "recall_at_precision"
        | "binary_io_u"
        | "binary_crossentropy"
        | "hinge"
        | "squared_hinge" => OutputCompile::Answer,
        "sparse_categorical_accuracy" | "sparse_top_k_categorical_accuracy" | "sparse_categorical_crossentropy" => {
            OutputCompile::Class
        }
        "io_u" | "mean_io_u" => {
            return (OutputCompile::Class, format!("{{ type = \"{name}\", sparse_y_pred = false }}"));
        }
        "categorical_accuracy"
        | "top_k_categorical_accuracy"
        | "categorical_crossentropy"
        | "categorical_hinge"
        | "kl_divergence"
        | "one_hot_io_u"
        | "one_hot_mean_io_u"
        | "cosine_similarity" => OutputCompile::OneHot,
        "pearson_correlation" | "concordance_correlation" => {
            return (OutputCompile::Number, format!("{{ type = \"{name}\", axis = 0 }}"));
        }
        "poisson" | "mean_squared_logarithmic_error" => OutputCompile::Amount,
        _ => OutputCompile::Number,
    };
    (goal, named(name))
}

fn callback(name: &str) -> Recipe {
    let rest = match name {
        "model_checkpoint" => ", filepath = \"kept.safetensors\"",
        "csv_logger" => ", filename = \"log.csv\"",
        "backup_and_restore" => ", backup_dir = \"backup\"",
        "tensorboard" => ", log_dir = \"logs\", histogram_freq = 1",
        _ => "",
    };
    let usual = usual(OutputCompile::Number);
    let averaged = "{ type = \"adam\", use_ema = true }".to_string();
    let optimizer = if name == "swap_ema_weights" { averaged } else { usual.optimizer };
    Recipe { callbacks: format!("{{ type = \"{name}\"{rest} }}"), optimizer, ..usual }
}

/// One training for each thing; of metrics, for all of a goal.
fn trainings() -> Vec<(String, Recipe)> {
    let mut all = Vec::new();
    for room in FAMILIES {
        for thing in room.components {
            let name = thing.name;
            let dense = |key: &str| Recipe {
                layers: format!("{{ type = \"dense\", units = 8, {key} = {} }}", named(name)),
                ..usual(OutputCompile::Number)
            };
            let recipe = match room.name {
                // Every training has them all, or none.
                "sections" | "pruners" => None,
                "layers" => Some(layer(name)),
                "activations" => Some(dense("activation")),
                "initializers" => Some(dense("kernel_initializer")),
                "regularizers" => Some(dense("kernel_regularizer")),
                "constraints" => Some(dense("kernel_constraint")),
                "losses" => loss(name),
                "optimizers" => {
                    let fit = if name == "lbfgs" { "batch_size = 1000" } else { "batch_size = 16" };
                    Some(Recipe { optimizer: named(name), fit: fit.into(), ..usual(OutputCompile::Number) })
                }
                "schedules" => {
                    let optimizer = format!("{{ type = \"sgd\", learning_rate = {} }}", named(name));
                    Some(Recipe { optimizer, ..usual(OutputCompile::Number) })
                }
                "metrics" => {
                    let (goal, written) = metric(name);
                    let of_goal = |(_, it): &&mut (String, Recipe)| it.goal == goal && !it.metrics.is_empty();
                    match all.iter_mut().find(of_goal) {
                        Some((names, recipe)) => {
                            *names += &format!(", {name}");
                            recipe.metrics += &format!(", {written}");
                            None
                        }
                        None => Some(Recipe { metrics: written, ..usual(goal) }),
                    }
                }
                "callbacks" => Some(callback(name)),
                other => panic!("{other} is in no training"),
            };
            all.extend(recipe.map(|recipe| (format!("{} {name}", room.name), recipe)));
        }
    }
    all
}

/// Trains, predicts, evaluates, and trains the run's own spec again.
fn problem(scratch: &Scratch, folder: &str, recipe: &Recipe) -> Option<String> {
    scratch.write(&format!("{folder}/table.csv"), table());
    scratch.write(&format!("{folder}/spec.toml"), recipe.spec());
    let run = |what: &str| -> Result<String, String> {
        let done = scratch.run(what);
        if done.code == 0 { Ok(done.stdout) } else { Err(format!("treino {what}\n{}", done.stderr)) }
    };
    let tried = || -> Result<(), String> {
        let printed = run(&format!("train {folder}/spec.toml --json --out {folder}/runs --threads 1"))?;
        let lines: Vec<Json> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let logs: Vec<&Json> = lines.iter().filter(|line| line["event"] == "epoch").map(|line| &line["logs"]).collect();
        if logs.len() != 2 {
            return Err(format!("{} epochs and not 2", logs.len()));
        }
        for (name, value) in logs.iter().flat_map(|logs| logs.as_object().unwrap()) {
            if !value.as_f64().is_some_and(f64::is_finite) {
                return Err(format!("{name} is {value}"));
            }
        }
        let path = lines.last().and_then(|line| line["run"].as_str()).unwrap_or_default().to_string();
        let predicted = run(&format!("predict {path} {folder}/table.csv"))?;
        if predicted.lines().count() != ROWS + 1 || predicted.contains("NaN") || predicted.contains("inf") {
            return Err(format!("it predicts\n{predicted}"));
        }
        run(&format!("evaluate {path} {folder}/table.csv --json"))?;
        let model = scratch.bytes(&format!("{path}/model.safetensors"));
        let again = run(&format!("train {path}/spec.toml --json --out {folder}/again --threads 1"))?;
        let end: Json = serde_json::from_str(again.lines().last().unwrap()).unwrap();
        let again = scratch.bytes(&format!("{}/model.safetensors", end["run"].as_str().unwrap()));
        if model == again { Ok(()) } else { Err("the run's spec.toml gives another model".to_string()) }
    };
    tried().err()
}

#[test]
fn everything_in_the_catalogue_trains() {
    let scratch = Scratch::new();
    let trainings = trainings();
    let things: usize = FAMILIES.iter().map(|room| room.components.len()).sum();
    let named: usize = trainings.iter().map(|(names, _)| names.split(", ").count()).sum();
    // The sections, what belongs to studies, and `circle` have no training of their own.
    assert_eq!(
        named,
        things - treino::spec::FAMILY.components.len() - treino::study::pruning::FAMILY.components.len() - 1
    );
    let (next, problems) = (Mutex::new(trainings.iter().enumerate()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((i, (names, recipe))) = next.lock().unwrap().next() else { return };
                    if let Some(problem) = problem(&scratch, &format!("t{i}"), recipe) {
                        problems.lock().unwrap().push(format!("{names}: {problem}\n{}", recipe.spec()));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    let help = "a new thing may need a line in the exceptions of its room, in everything.rs";
    assert!(problems.is_empty(), "{}\n\n{help}", problems.join("\n\n"));
}
