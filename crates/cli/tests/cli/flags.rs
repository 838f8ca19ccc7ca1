//! Every flag of `train`, once: that it is taken, and that it does what it says.

use crate::scratch::Scratch;

/// What shows that a flag worked.
enum Shows {
    /// These words in the run's `spec.toml`.
    Spec(&'static str),
    /// These words on standard output.
    Says(&'static str),
    /// This file.
    File(&'static str),
}
use Shows::{File, Says, Spec};

/// Flags after `train`, and what shows that they worked. Runs go to `runs` unless `--out` says otherwise.
const PIMA: &[(&str, &str, Shows)] = &[
    ("target", "", Spec("target = \"diabetes\"")),
    ("more-targets", "--more-targets age,mass", Says("output diabetes and age and mass")),
    ("task", "--task multiclass", Spec("units = 2")),
    ("positive", "--positive neg", Spec("positive = \"neg\"")),
    ("literal", "--literal diabetes", Spec("literal = [\"diabetes\"]")),
    ("categorical", "--categorical pregnant,age", Spec("categorical = [\"pregnant\", \"age\"]")),
    ("numeric", "--numeric age", Spec("numeric = [\"age\"]")),
    ("ignore", "--ignore insulin --ignore triceps", Says("6 columns give")),
    ("ignore", "--ignore '[\"insulin\"]'", Spec("ignore = [\"insulin\"]")),
    ("weight", "--weight age", Spec("weight = \"age\"")),
    ("missing", "--missing 33.6,0", Spec("missing = [\"33.6\", \"0\"]")),
    ("missing", "--missing=-999,9,n/d", Spec("missing = [\"-999,9\", \"n/d\"]")),
    ("skip-rows", "--skip-rows 0", Spec("skip_rows = 0")),
    ("skip-footer", "--skip-footer 8", Says("760 rows")),
    ("impute", "--impute mean", Spec("impute = \"mean\"")),
    ("scale", "--scale none", Spec("scale = \"none\"")),
    ("validation-split", "--validation-split 0.1", Says("537 train, 77 validation, 154 test")),
    ("validation-split", "--validation-split 0 --test-split 0", Says("768 train (seed 1)")),
    ("test-split", "--test-split 0", Says("614 train, 154 validation (seed 1)")),
    ("validation", "--validation other.csv", Says("614 train, 768 validation, 154 test")),
    ("test", "--validation other.csv --test other.csv", Says("768 train, 768 validation, 768 test")),
    ("delimiter", "--delimiter ,", Spec("delimiter = \",\"")),
    ("decimal", "--decimal .", Spec("decimal = \".\"")),
    ("hidden", "--hidden 5,4,3", Says("13 → 5 → 4 → 3 → 1")),
    ("hidden", "--hidden '[5, 4]'", Says("13 → 5 → 4 → 1")),
    ("hidden", "--hidden ''", Says("13 → 1, 14 parameters")),
    ("activation", "--activation tanh", Spec("activation = \"tanh\"")),
    ("activation", "--activation '{ type = \"leaky_relu\", negative_slope = 0.1 }'", Spec("negative_slope = 0.1")),
    ("batch-norm", "--batch-norm", Spec("type = \"batch_normalization\"")),
    ("dropout", "--dropout 0.25", Spec("rate = 0.25")),
    ("l1", "--l1 0.001", Spec("l1 = 0.001")),
    ("l2", "--l1 0.001 --l2 0.002", Spec("l2 = 0.002")),
    ("kernel-initializer", "--kernel-initializer he_normal", Spec("kernel_initializer = \"he_normal\"")),
    (
        "initial-weights",
        "--initial-weights first/0001-pima/model.safetensors",
        Spec("../../first/0001-pima/model.safetensors"),
    ),
    ("optimizer", "--optimizer sgd", Says("sgd at 0.01")),
    ("optimizer", "--optimizer '{ type = \"sgd\", momentum = 0.9 }'", Spec("momentum = 0.9")),
    ("optimizer", "--optimizer lbfgs --batch-size 1000", Says("lbfgs, binary_crossentropy")),
    ("learning-rate", "--learning-rate 0.02", Says("adam at 0.02")),
    ("learning-rate", "--optimizer sgd --learning-rate 0.02", Says("sgd at 0.02")),
    (
        "learning-rate",
        "--optimizer '{ type = \"sgd\", nesterov = true, momentum = 0.5 }' --learning-rate 0.02",
        Spec("nesterov = true"),
    ),
    ("learning-rate", "--learning-rate '{ type = \"cosine_decay\", decay_steps = 100 }'", Says("adam by cosine_decay")),
    ("loss", "--loss mse", Says("mean_squared_error")),
    ("loss", "--loss '{ type = \"binary_crossentropy\", from_logits = true }'", Spec("activation = \"linear\"")),
    ("metrics", "--metrics accuracy,auc,precision", Spec("\"accuracy\"")),
    ("metrics", "--metrics accuracy --metrics '{ type = \"precision\", name = \"p\" }'", Spec("name = \"p\"")),
    ("epochs", "--epochs 1", Says("1 epoch in")),
    ("batch-size", "--batch-size 100", Says("batches of 100 (5 steps an")),
    ("validation-freq", "--validation-freq 2", Spec("validation_freq = 2")),
    ("class-weight", "--class-weight balanced", Spec("class_weight = \"balanced\"")),
    ("class-weight", "--class-weight pos=2.5", Spec("pos = 2.5")),
    ("repeats", "--repeats 5", Says("test, 5 seeds")),
    ("no-shuffle", "--no-shuffle", Spec("shuffle = false")),
    ("patience", "--patience 7", Says("7 epochs without a better val_loss")),
    ("no-early-stopping", "--no-early-stopping", Says("all epochs done; the model is that of epoch 2")),
    ("seed", "--seed 42", Says("(seed 42)")),
    ("set", "--set fit.batch_size=16 --set data.split=last", Says("(the last rows)")),
    ("set", "--set compile.optimizer.amsgrad=true", Spec("amsgrad = true")),
    ("threads", "--threads 2", Says("saved")),
    ("out", "--out a/b", File("a/b/0001-pima/model.safetensors")),
    ("name", "--name 'my run/1'", File("runs/0001-my-run-1/model.safetensors")),
    ("json", "--json", Says("{\"event\":\"start\"")),
    ("quiet", "--quiet", Says("baseline")),
    ("profile", "--profile", Says("part of a step")),
    ("color", "--color always", Says("\u{1b}[")),
    ("ascii", "--ascii", Says("network   13 -> ")),
    ("lang", "--lang pt", Says("acurácia")),
];

/// Flags that other tests are about, or that train nothing.
const ELSEWHERE: &[(&str, &str)] = &[("no-header", "tables.rs"), ("resume", "losing_nothing.rs"), ("help", "here")];

#[test]
fn every_flag_of_train_is_taken_and_does_what_it_says() {
    let first = Scratch::with(&["pima.csv"]);
    first.good("train pima.csv --target diabetes --epochs 1 --out first -q");
    let first = first.bytes("first/0001-pima/model.safetensors");
    for (flag, arguments, shows) in PIMA {
        assert!(arguments.contains(&format!("--{flag}")) || *flag == "target", "{flag}: {arguments}");
        let scratch = Scratch::with(&["pima.csv"]);
        scratch.write("other.csv", scratch.bytes("pima.csv"));
        scratch.write("first/0001-pima/model.safetensors", &first);
        let epochs = if arguments.contains("--epochs") { "" } else { "--epochs 2" };
        let done = scratch.good(&format!("train pima.csv --target diabetes {epochs} {arguments}"));
        match shows {
            Says(words) => assert!(done.stdout.contains(words), "{arguments}: no {words}\n{}", done.stdout),
            File(path) => assert!(scratch.path(path).is_file(), "{arguments}: no {path}"),
            Spec(words) => {
                let spec = scratch.text("runs/0001-pima/spec.toml");
                assert!(spec.contains(words), "{arguments}: no {words}\n{spec}");
            }
        }
    }
}

#[test]
fn no_flag_of_train_is_without_a_test() {
    let help = Scratch::new().good("train --help").stdout;
    let flags: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().split("--").nth(1).filter(|_| line.trim_start().starts_with('-')))
        .map(|rest| rest.split([' ', '\n']).next().unwrap())
        .collect();
    assert!(flags.len() > 40, "{flags:?}");
    for flag in flags {
        let tested = PIMA.iter().any(|(name, ..)| *name == flag) || ELSEWHERE.iter().any(|(name, _)| *name == flag);
        assert!(tested, "--{flag} has no line in {}", file!());
    }
}

#[test]
fn help_and_version_are_short_and_plain() {
    let scratch = Scratch::new();
    assert!(scratch.good("--version").stdout.starts_with("treino "));
    for command in [
        "--help",
        "train --help",
        "evaluate --help",
        "predict --help",
        "inspect --help",
        "catalog --help",
        "lr-find --help",
    ] {
        let help = scratch.good(command).stdout;
        assert!(help.contains("Usage: treino"), "{help}");
        assert!(!help.contains('\u{1b}') && !help.contains('`') || command == "train --help", "{help}");
    }
}

#[test]
fn initial_weights_are_where_the_training_starts() {
    let scratch = Scratch::with(&["pima.csv"]);
    let train = "train pima.csv --target diabetes --no-early-stopping -q";
    scratch.good(&format!("{train} --epochs 3 --name first"));
    // No step worth mentioning: the model stays what it was.
    let still =
        "--initial-weights runs/0001-first/model.safetensors --optimizer '{ type = \"sgd\", learning_rate = 0.0 }'";
    scratch.good(&format!("{train} --epochs 1 --name second {still}"));
    let predict = |run: &str| scratch.good(&format!("predict runs/{run} pima.csv")).stdout;
    assert_eq!(predict("0001-first"), predict("0002-second"));
    let done = "--initial-weights runs/0001-first/model.safetensors --hidden 8";
    scratch.refuses(&format!("{train} {done}"), &["\"dense/bias\"", "shape"]);
    scratch.refuses(&format!("{train} --initial-weights pima.csv"), &["pima.csv", "no safetensors file"]);
    scratch.refuses(&format!("{train} --initial-weights gone.safetensors"), &["gone.safetensors", "no such file"]);
}

#[test]
fn class_and_row_weights_change_the_training() {
    let scratch = Scratch::with(&["pima.csv"]);
    let recall = |flags: &str, n: usize| {
        scratch.good(&format!("train pima.csv --target diabetes --epochs 5 -q {flags}"));
        let metrics = scratch.json(&format!("runs/000{n}-pima/metrics.json"));
        metrics["scores"]["train"]["classes"][1]["recall"].as_f64().unwrap()
    };
    let plain = recall("", 1);
    assert!(recall("--class-weight balanced", 2) > plain + 0.05);
    assert!(recall("--class-weight pos=5,neg=0.5", 3) > plain + 0.1);
    let metrics = |n: usize| scratch.text(&format!("runs/000{n}-pima/history.csv"));
    recall("--weight age", 4);
    assert_ne!(metrics(1), metrics(4));
}
