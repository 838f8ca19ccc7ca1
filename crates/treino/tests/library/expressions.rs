//! Expressions beside Keras's operations and the built-in losses, in trainings, and on their page in `docs/`.

use crate::keras::{counts, fixture, floats, miss, singles};
use treino::activations::{Activation, ExpressionActivation};
use treino::catalog::{Field, Node, Value};
use treino::events::Gate;
use treino::expression::{ActivationFormula, Expression, FUNCTIONS, LossFormula, MetricFormula};
use treino::layers::Dense;
use treino::losses::{ExpressionLoss, Gradient, Loss, LossBatch};
use treino::metrics::NamedMetric;
use treino::network::Network;
use treino::optimizers::Adam;
use treino::rows::Matrix;
use treino::train::{Compile, Examples, Fit, Session, Training, fit};
use treino_engine::simd::Simd;

fn expression(text: &str) -> Loss {
    let expression = LossFormula::new(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
    ExpressionLoss { expression, ..ExpressionLoss::default() }.into()
}

/// Losses and gradient.
fn compute(loss: &Loss, width: usize, y: &[f32], p: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let rows = p.len() / width;
    let (mut losses, mut dp) = (vec![f32::NAN; rows], vec![f32::NAN; p.len()]);
    let scale: Vec<f32> = (0..rows).map(|i| (i + 1) as f32 / rows as f32).collect();
    let batch = LossBatch { y, p, width, logits: false };
    loss.inner().rows(Simd::detect(), batch, &mut losses, Some(Gradient { scale: &scale, dp: &mut dp }));
    let double = |numbers: Vec<f32>| numbers.into_iter().map(f64::from).collect();
    (double(losses), double(dp))
}

#[test]
fn values_and_gradients_are_those_of_kerass_operations() {
    let all = fixture("expressions");
    let cases = all["cases"].as_array().unwrap();
    for case in cases {
        let (name, text) = (case["name"].as_str().unwrap(), case["expression"].as_str().unwrap());
        let (y, p) = (singles(&case["y_true"]["values"]), singles(&case["y_pred"]["values"]));
        let [rows, width] = counts(&case["y_pred"]["shape"])[..] else { panic!("a matrix") };
        let formula = LossFormula::new(text).unwrap();
        let (mut losses, mut dp) = (vec![f32::NAN; rows], vec![f32::NAN; p.len()]);
        formula.values_and_slopes(Simd::detect(), [&y, &p], width, &vec![1.0; rows], &mut losses, &mut dp);
        for (key, ours) in [("rows", losses), ("grad", dp)] {
            let ours: Vec<f64> = ours.into_iter().map(f64::from).collect();
            let share = miss(&ours, &floats(&case[format!("{key}32")]), &floats(&case[format!("{key}64")]));
            assert!(share <= 1.0, "{name}: {key} of {text} misses by {share} of its tolerance");
        }
    }
    let all: String = cases.iter().map(|case| case["expression"].as_str().unwrap()).collect();
    for function in FUNCTIONS.iter().filter(|f| !f.name.starts_with("logical_")) {
        assert!(all.contains(&format!("{}(", function.name)), "no case of {}", function.name);
    }
}

/// Expressions that say what a built-in loss does give its numbers, to rounding.
#[test]
fn built_in_losses_written_out() {
    let clipped = "clip(y_pred, epsilon, 1 - epsilon)";
    let entropy = format!("-mean(y_true * log({clipped}) + (1 - y_true) * log(1 - {clipped}))");
    let categorical = "-sum(y_true * log(clip(y_pred / sum(y_pred), epsilon, 1 - epsilon)))";
    for (name, text) in [
        ("mean_squared_error", "mean(square(y_true - y_pred))"),
        ("mean_squared_error", "(y_true - y_pred) ** 2"),
        ("mean_absolute_error", "mean(abs(y_true - y_pred))"),
        ("binary_crossentropy", entropy.as_str()),
        ("categorical_crossentropy", categorical),
    ] {
        for width in [2, 5] {
            let p: Vec<f32> = (0..width * 40).map(|i| ((i * 37) % 97 + 1) as f32 / 99.0).collect();
            let y: Vec<f32> = (0..width * 40).map(|i| f32::from(u8::from(i % width == (i / width) % width))).collect();
            let built_in = compute(&Loss::named(name).unwrap(), width, &y, &p);
            let written = compute(&expression(text), width, &y, &p);
            for (ours, theirs) in [(written.0, built_in.0), (written.1, built_in.1)] {
                for (a, b) in ours.iter().zip(&theirs) {
                    assert!((a - b).abs() <= 2e-6 * (1.0 + b.abs()), "{text}: {a}, not {b}");
                }
            }
        }
    }
}

/// Inputs, and targets of one number, of a class out of two, or of three classes as one-hot rows.
fn data(kind: &str) -> (Matrix, Matrix) {
    let x: Vec<f32> = (0..96 * 3).map(|i| ((i * 53) % 89) as f32 / 44.0 - 1.0).collect();
    let sum = |row: usize| x[row * 3] + 0.5 * x[row * 3 + 1];
    let y = match kind {
        "numbers" => (0..96).map(sum).collect(),
        "binary" => (0..96).map(|row| f32::from(u8::from(sum(row) > 0.0))).collect(),
        "classes" => (0..96 * 3).map(|i| f32::from(u8::from(i % 3 == ((sum(i / 3) + 1.5) as usize).min(2)))).collect(),
        other => panic!("no data of the kind {other}"),
    };
    (Matrix::new(96, 3, x.clone()), Matrix::new(96, if kind == "classes" { 3 } else { 1 }, y))
}

/// The history and the bits of the weights of a short training.
fn train(kind: &str, loss: &Loss, metric: Option<&MetricFormula>, hidden: &Activation) -> (Vec<f64>, Vec<u32>) {
    let (x, y) = data(kind);
    let last =
        ["linear", "sigmoid", "softmax"][["numbers", "binary", "classes"].iter().position(|k| *k == kind).unwrap()];
    let layers =
        [Dense::new(8).activation(hidden.clone()), Dense::new(y.cols()).activation(Activation::named(last).unwrap())];
    let mut network = Network::build(3, &layers).unwrap();
    network.initialize(1);
    let metrics = metric.map(|expression| {
        let metric = treino::metrics::ExpressionMetric { expression: expression.clone() }.into();
        NamedMetric { name: "own".into(), metric }
    });
    let optimizer = Adam { learning_rate: 0.02.into(), ..Adam::default() };
    let compile = Compile::new(optimizer, loss.clone(), metrics.into_iter().collect());
    let rows = Examples::new(&x, &y);
    let settings = Fit { epochs: 12, batch_size: 20, ..Fit::default() };
    let training = Training {
        compile: &compile,
        train: rows,
        validation: Some(rows),
        settings: &settings,
        callbacks: &[],
        units: None,
        noise: None,
        model_file: None,
    };
    let gate = Gate::new();
    let history = fit(&mut network, &training, &mut Session::new(2, &gate, &mut |_| {})).unwrap();
    assert_eq!(history.epochs.len(), 12, "{:?}", history.ending);
    if metric.is_some() {
        assert!(history.epochs.iter().all(|logs| logs.get("val_own").is_some_and(f64::is_finite)));
    }
    let losses = history.epochs.iter().map(|logs| logs.get("loss").unwrap()).collect();
    (losses, network.named_weights().flat_map(|(_, _, w)| w.to_vec()).map(f32::to_bits).collect())
}

#[test]
fn a_loss_that_is_shared_by_threads_gives_the_bits_it_gives_alone() {
    let loss = expression("mean(log(1 + exp(square(y_true - y_pred)))) + 0.01 * logsumexp(abs(y_pred))");
    let hidden = Activation::read(&Node::from(Value::Text("x * sigmoid(1.5 * x)".into())), "activation").unwrap();
    assert_eq!(hidden.name(), "expression");
    let alone = train("numbers", &loss, None, &hidden);
    std::thread::scope(|scope| {
        let all = [(); 4].map(|()| scope.spawn(|| train("numbers", &loss, None, &hidden)));
        all.into_iter().for_each(|run| assert!(run.join().unwrap() == alone));
    });
}

/// Everything on the page is read, and every loss on it learns.
#[test]
fn the_page_holds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/expressions.md");
    let page = std::fs::read_to_string(path).unwrap();
    let relu = Activation::named("relu").unwrap();
    let mut seen = [0; 4];
    for block in page.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind.split_once(' ').unwrap_or((kind, "")) {
            ("loss", kind) => {
                let loss = expression(text);
                let (losses, _) = train(kind, &loss, None, &relu);
                assert!(losses[11] < losses[0], "{text}: {losses:?}");
                seen[0] += 1;
            }
            ("metric", kind) => {
                let metric = MetricFormula::new(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
                train(kind, &Loss::named("mse").unwrap(), Some(&metric), &relu);
                seen[1] += 1;
            }
            ("activation", _) => {
                let expression = ActivationFormula::new(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
                let activation = ExpressionActivation { expression }.into();
                let (losses, _) = train("numbers", &Loss::named("mse").unwrap(), None, &activation);
                assert!(losses[11] < losses[0], "{text}: {losses:?}");
                seen[2] += 1;
            }
            ("schedule", _) => {
                let rate = Expression::parse(text, &["epoch", "lr"]).unwrap_or_else(|e| panic!("{text}\n{e}"));
                assert!((0..50).all(|epoch| (0.0..=0.1).contains(&rate.scalar(&[f64::from(epoch), 0.1]))), "{text}");
                seen[3] += 1;
            }
            ("sh" | "toml" | "text" | "rust", _) => {}
            other => panic!("a block of {other:?}"),
        }
    }
    assert!(seen.iter().zip([6, 2, 2, 1]).all(|(seen, least)| *seen >= least), "{seen:?}");
    for function in FUNCTIONS {
        let arguments = function.arguments.join(", ");
        let line = format!("| `{}({arguments})` | {} |", function.name, function.doc.replace('|', "\\|"));
        assert!(page.contains(&line), "the page lacks\n{line}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let text = |text: &str| Node::from(Value::Text(text.to_string()));
    let loss = Loss::read(&text(" abs(y_true - y_pred) "), "loss").unwrap();
    assert_eq!(Loss::read(&loss.write().unwrap().into(), "loss").unwrap(), loss);
    assert_eq!(loss, expression(" abs(y_true - y_pred) "));
    assert_ne!(loss, expression("square(y_true - y_pred)"));
    let metric = NamedMetric::typed("y_pred > y_true").unwrap();
    assert_eq!((metric.name.as_str(), metric.metric.name()), ("expression", "expression"));
    assert_eq!(NamedMetric::read(&metric.write().unwrap().into(), "metric").unwrap(), metric);
    let activation = Activation::named("x * tanh(x)").unwrap();
    assert_eq!(Activation::read(&activation.write().unwrap().into(), "activation").unwrap(), activation);
    for word in ["expresion", "y_pred", "", "mean squared error", "mean-squared-error"] {
        assert!(Loss::named(word).unwrap_err().message().ends_with("is not the name of a loss"), "{word}");
    }
}

/// The page of `treino catalog losses expression` names every function.
#[test]
fn the_catalogue_names_every_function() {
    let doc = treino::catalog::find(&treino::losses::FAMILY, "expression").unwrap().doc.0;
    let words: Vec<&str> = doc.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for function in FUNCTIONS {
        assert!(words.contains(&function.name), "{}", function.name);
    }
}
