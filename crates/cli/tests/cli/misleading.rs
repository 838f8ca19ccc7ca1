//! Words and numbers that would mislead: penalties in losses, scores that are no probabilities, causes that are none.

use crate::scratch::Scratch;
use std::fmt::Write;

/// Two columns and a target whose classes they tell.
fn two_classes(rows: usize, classes: [&str; 2]) -> String {
    let mut text = String::from("a,b,y\n");
    for i in 0..rows {
        let (a, b) = ((i * 7 % 23) as f64 / 4.0, (i * 5 % 19) as f64 / 3.0);
        let class = classes[usize::from(a + b > 6.0)];
        writeln!(text, "{a},{b:.3},{class}").unwrap();
    }
    text
}

/// The columns of a CSV file by name.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let mut lines = csv.lines();
    let at = lines.next().unwrap().split(',').position(|head| head == name).unwrap_or_else(|| panic!("no {name}"));
    lines.map(|line| line.split(',').nth(at).unwrap().parse().unwrap()).collect()
}

#[test]
fn the_loss_figure_shows_the_loss_of_the_task_and_the_penalty_apart() {
    let scratch = Scratch::with(&["pima.csv"]);
    let done = scratch.good("train pima.csv --target diabetes --epochs 5");
    assert!(done.stderr.contains(" (penalty 0."), "{}", done.stderr);
    let history = scratch.text("runs/0001-pima/history.csv");
    scratch.good("plot runs/0001-pima loss -o loss.csv");
    let figure = scratch.text("loss.csv");
    for (shown, whole, penalty) in [("training", "loss", "penalty"), ("validation", "val_loss", "val_penalty")] {
        let (whole, penalty) = (column(&history, whole), column(&history, penalty));
        for ((shown, whole), penalty) in column(&figure, shown).iter().zip(&whole).zip(&penalty) {
            assert!(*penalty > 0.01 && (shown + penalty - whole).abs() < 1e-12, "{shown} + {penalty} is not {whole}");
        }
    }
    assert_eq!(column(&figure, "penalty"), column(&history, "penalty"));
    // The log-loss of the table is the validation loss of the epoch whose weights were kept.
    let metrics = scratch.json("runs/0001-pima/metrics.json");
    let kept = metrics["kept_epoch"].as_u64().unwrap() as usize - 1;
    let log_loss = metrics["scores"]["validation"]["log_loss"]["model"].as_f64().unwrap();
    assert!((column(&figure, "validation")[kept] - log_loss).abs() < 1e-6);
    let page = scratch.text("runs/0001-pima/report.html");
    assert!(page.contains("loss without penalty (binary_crossentropy); penalty"));
    // Without a penalty there is nothing to tell apart.
    scratch.good("train pima.csv --target diabetes --epochs 2 --l2 0 --name plain");
    assert!(!scratch.text("runs/0002-plain/history.csv").contains("penalty"));
}

#[test]
fn hinge_gives_scores_that_are_decided_at_0() {
    let scratch = Scratch::new();
    scratch.write("t.csv", two_classes(200, ["-1", "1"]));
    let done = scratch.good("train t.csv --target y --loss hinge --learning-rate 0.01 --name m");
    assert!(!done.stdout.contains("log-loss") && done.stdout.contains("AUC"), "{}", done.stdout);
    let rows = scratch.good("predict runs/0001-m t.csv").stdout;
    assert!(rows.starts_with("y,score\n"), "{rows}");
    let (answers, scores) = (column(&rows, "y"), column(&rows, "score"));
    assert!(answers.iter().zip(&scores).all(|(answer, score)| (*answer > 0.0) == (*score > 0.0)));
    assert!(scores.iter().any(|score| *score < 0.0) && scores.iter().any(|score| *score > 0.0));
    // The metric of the epochs decides where the table does.
    let metrics = scratch.json("runs/0001-m/metrics.json");
    let (kept, test) = (metrics["kept_epoch"].as_u64().unwrap() as usize - 1, &metrics["scores"]["validation"]);
    let accuracy = column(&scratch.text("runs/0001-m/history.csv"), "val_accuracy")[kept];
    assert!((accuracy - test["accuracy"]["model"].as_f64().unwrap()).abs() < 1e-12);
    assert!(test.get("log_loss").is_none());
    for lang in ["en", "pt"] {
        scratch.good(&format!("report runs/0001-m --lang {lang}"));
        let page = scratch.text("runs/0001-m/report.html");
        for word in ["probability of", "probabilidade de", "Brier", "log-loss", "NaN"] {
            let words = page.split("<script").next().unwrap();
            assert!(!words.contains(word), "{lang}: {word}");
        }
    }
}

#[test]
fn outputs_outside_0_and_1_are_never_called_probabilities() {
    let scratch = Scratch::new();
    scratch.write("t.csv", two_classes(200, ["no", "yes"]));
    let layers = "model.layers=[{type=\"dense\",units=8,activation=\"relu\"},{type=\"dense\",units=1}]";
    for (i, loss) in ["mean_squared_error", "mean_absolute_error", "huber"].into_iter().enumerate() {
        scratch.good(&format!("train t.csv --target y --loss {loss} --epochs 30 --name m --set '{layers}' -q"));
        let rows = scratch.good(&format!("predict runs/000{}-m t.csv", i + 1)).stdout;
        assert!(rows.starts_with("y,score\n"), "{loss}: {rows}");
        let scores = column(&rows, "score");
        for (line, score) in rows.lines().skip(1).zip(scores) {
            assert_eq!(line.starts_with("yes"), score > 0.5, "{loss}: {line}");
        }
    }
    // A squared error of what a sigmoid gives is one of probabilities.
    scratch.good("train t.csv --target y --loss mean_squared_error --epochs 3 --name m -q");
    assert!(scratch.good("predict runs/0004-m t.csv").stdout.starts_with("y,probability_no,probability_yes\n"));
    scratch.good("train t.csv --target y --loss ce --epochs 3 --name m -q");
    assert!(scratch.text("runs/0005-m/spec.toml").contains("binary_crossentropy"));
    scratch.write("three.csv", two_classes(200, ["no", "yes"]).replace("0,no", "0,maybe"));
    scratch.good("train three.csv --target y --loss categorical_hinge --epochs 3 --name m -q");
    assert!(scratch.good("predict runs/0006-m t.csv").stdout.starts_with("y,score_maybe,score_no,score_yes\n"));
    scratch.good("train three.csv --target y --loss crossentropy --epochs 3 --name m -q");
    assert!(scratch.text("runs/0007-m/spec.toml").contains("sparse_categorical_crossentropy"));
}

#[test]
fn early_stopping_says_which_baseline_was_not_beaten() {
    let scratch = Scratch::with(&["pima.csv"]);
    let callbacks = "callbacks=[{type=\"early_stopping\",patience=3,baseline=0.0001,start_from_epoch=2}]";
    let train = format!("train pima.csv --target diabetes --learning-rate 0.003 --set '{callbacks}'");
    let done = scratch.good(&train);
    let text = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("only epochs that beat the baseline 0.0001 count; watched from epoch 3 on"), "{text}");
    assert!(text.contains("val_loss did not beat the baseline 0.0001 in "), "{text}");
    assert!(!text.contains("has not improved"), "{text}");
    let done = scratch.good(&format!("{train} --lang pt"));
    let text = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("val_loss não superou a referência 0,0001 em "), "{text}");
}

#[test]
fn log_of_0_in_an_expression_is_named_as_the_cause() {
    let scratch = Scratch::new();
    scratch.write("t.csv", two_classes(200, ["no", "yes"]));
    let loss = "mean(-y_true*log(y_pred)-(1-y_true)*log(1-y_pred))";
    let done = scratch.run(&format!(
        "train t.csv --target y --loss '{loss}' --epochs 3000 --no-early-stopping --learning-rate 0.05 --l2 0"
    ));
    assert_eq!(done.code, 3, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains("log(0)") && done.stderr.contains("clip(y_pred"), "{}", done.stderr);
    assert!(!done.stderr.contains("learning rate"), "{}", done.stderr);
    assert!(!done.stdout.contains("--learning-rate"), "{}", done.stdout);
}

#[test]
fn batches_of_one_row_under_batch_normalisation_are_named_as_the_cause() {
    let scratch = Scratch::new();
    scratch.write("t.csv", two_classes(80, ["no", "yes"]));
    let done = scratch.good("train t.csv --target y --batch-norm --batch-size 1 --epochs 3");
    assert!(done.stdout.contains("with batches of one row"), "{}", done.stdout);
    let doctor = scratch.good("doctor runs/0001-t").stdout;
    assert!(doctor.contains("normalises over batches of one row") && doctor.contains("--batch-size 32"), "{doctor}");
    assert!(!doctor.contains("learning rate") && !doctor.contains("baseline"), "{doctor}");
    let done = scratch.good("train t.csv --target y --batch-norm --batch-size 2 --epochs 3");
    assert!(!done.stdout.contains("with batches of one row"), "{}", done.stdout);
}

#[test]
fn a_class_that_is_never_predicted_has_no_precision_of_nan() {
    let scratch = Scratch::new();
    // Noise: one row of ten is "rare", and nothing tells which.
    let mut text = String::from("a,y\n");
    for i in 0..300 {
        writeln!(text, "{},{}", i * 37 % 101, if i % 10 == 3 { "rare" } else { "usual" }).unwrap();
    }
    scratch.write("t.csv", text);
    scratch.good("train t.csv --target y --positive rare --epochs 3 --name m -q");
    for (lang, words) in [("en", "no row is predicted as \"rare\""), ("pt", "nenhuma linha é prevista como \"rare\"")]
    {
        scratch.good(&format!("report runs/0001-m --lang {lang}"));
        let page = scratch.text("runs/0001-m/report.html").replace("&#34;", "\"").replace("&quot;", "\"");
        assert!(page.contains(words), "{lang}");
        assert!(!page.split("<script").next().unwrap().contains("NaN"), "{lang}");
    }
}
