//! Every command that `treino doctor` prints is run by a shell.

use crate::scratch::Scratch;
use std::collections::BTreeSet;
use std::process::Command;

/// A number from 0 to 1 that follows from two others: a hash.
fn noise(row: u64, column: u64) -> f64 {
    let mut z = (row * 1_000_003 + column + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// Tables whose names and columns a shell would take apart if it could.
fn tables(scratch: &Scratch) {
    let mut rare = String::from("a,b,y\n");
    let mut leak = String::from("a,\"it's, a $code\",id,y\n");
    let mut gaps = String::from("a,end date,y\n");
    let mut noisy = String::from("a,b,y\n");
    for row in 0..900 {
        let [a, b] = [0, 1].map(|column| noise(row, column));
        let is = a + b + 0.8 * noise(row, 5) > 1.4;
        let rarely = if noise(row, 9) < 0.2 * a * b { "ill" } else { "well" };
        rare.push_str(&format!("{a:.4},{b:.4},{rarely}\n"));
        let code = f64::from(u8::from(is)) + 0.01 * noise(row, 6);
        leak.push_str(&format!("{a:.4},{code:.4},{:.4},{is}\n", noise(row, 7)));
        let end = if is { String::new() } else { format!("{:.4}", noise(row, 6)) };
        gaps.push_str(&format!("{a:.4},{end},{is}\n"));
        noisy.push_str(&format!("{a:.4},{b:.4},{}\n", noise(row, 7) < 0.5));
    }
    let mut few = String::from("a,b,c,y\n");
    for row in 0..60 {
        let [a, b, c] = [0, 1, 2].map(|column| noise(row, column));
        few.push_str(&format!("{a:.4},{b:.4},{c:.4},{}\n", a + b + 0.8 * noise(row, 5) > 1.4));
    }
    scratch.write("my 'data'/rare.csv", rare);
    scratch.write("leak.csv", leak);
    scratch.write("gaps.csv", gaps);
    scratch.write("noisy.csv", noisy);
    scratch.write("few.csv", few);
    let sorted: String = (0..150).map(|i| format!("{},{},{}\n", i * 7 % 50, i % 3, ["A", "B", "C"][i / 50])).collect();
    scratch.write("sorted.csv", format!("a,b,y\n{sorted}"));
    let dead = "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[[model.layers]]\ntype = \"dense\"\nunits = 16\nactivation = \"relu\"\n\
                bias_initializer = { type = \"constant\", value = -10.0 }\n[[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n[fit]\nepochs = 10\n";
    scratch.write("dead.toml", dead);
}

const TRAININGS: [&str; 26] = [
    "pima.csv --target diabetes --learning-rate 10 --epochs 20",
    "pima.csv --target diabetes --learning-rate 10 --optimizer sgd --hidden 8 --epochs 20 --no-early-stopping",
    "diabetes.csv --target progression --set model.hidden=[] --optimizer sgd --learning-rate 0.4 --epochs 40",
    "pima.csv --target diabetes --learning-rate 1e-6 --epochs 30",
    "pima.csv --target diabetes --epochs 2",
    "pima.csv --target diabetes --epochs 100 --batch-size 8 --no-early-stopping",
    "pima.csv --target diabetes --epochs 60 --patience 100 --learning-rate 0.01",
    "pima.csv --target diabetes --epochs 30 --kernel-initializer zeros",
    "iris.csv --target species --epochs 30 --kernel-initializer '{ type = \"constant\", value = 0.1 }'",
    "pima.csv --target diabetes --epochs 30 --hidden 32,32,32,32,32,32 --activation sigmoid",
    "pima.csv --target diabetes --epochs 30 --l2 1 --l1 0.1",
    "pima.csv --target diabetes --epochs 30 --dropout 0.98",
    "pima.csv --target diabetes --epochs 5 --scale none",
    "pima.csv --target diabetes --epochs 5 --loss mean_squared_error",
    "iris.csv --target species --epochs 5 --loss mean_squared_error",
    "dead.toml",
    "pima.csv --target diabetes --epochs 10 --activation sigmoid --kernel-initializer '{ type = \"random_normal\", stddev = 200.0 }'",
    "pima.csv --target diabetes --epochs 30 --activation sigmoid --scale none --learning-rate 0.1",
    "RARE --target y --epochs 20",
    "leak.csv --target y --epochs 10 --ignore id",
    "gaps.csv --target y --epochs 10",
    "iris.csv --target species --epochs 5 --validation-split 0.03",
    "few.csv --target y --epochs 5 --validation-split 0.05",
    "sorted.csv --target y --epochs 5 --set data.split=last",
    "few.csv --target y --epochs 3 --repeats 8 --optimizer sgd",
    "noisy.csv --target y --epochs 3 --hidden 2",
];

#[test]
fn every_command_runs() {
    let scratch = Scratch::with(&["pima.csv", "iris.csv", "diabetes.csv"]);
    tables(&scratch);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_treino")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let shell = |command: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(scratch.path("")).env("PATH", &path).output().unwrap()
    };
    let (mut rules, mut commands, mut failed) = (BTreeSet::new(), 0, Vec::new());
    for (at, training) in TRAININGS.into_iter().enumerate() {
        let line = training.replace("RARE", r#""my 'data'/rare.csv""#);
        // Folders with blanks, quotes and a hyphen at their beginning.
        let out = ["runs", "my 'runs'", "./-runs"][at % 3];
        let trained = shell(&format!("treino train {line} --json --out \"{out}\""));
        let stdout = String::from_utf8(trained.stdout).unwrap();
        let code = trained.status.code();
        assert!(code == Some(0) || code == Some(3), "{line}: {}", String::from_utf8_lossy(&trained.stderr));
        let end: serde_json::Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
        for finding in end["findings"].as_array().unwrap() {
            let Some(command) = finding["command"].as_str() else { continue };
            rules.insert(finding["rule"].as_str().unwrap().to_string());
            let done = shell(command);
            commands += 1;
            if done.status.code() != Some(0) {
                failed.push(format!("{training}\n{command}\n{}", String::from_utf8_lossy(&done.stderr)));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {commands} fail:\n{}", failed.len(), failed.join("\n"));
    let all = [
        "absent_classes",
        "dead_units",
        "diverged",
        "equal_weights",
        "hidden_imbalance",
        "leak",
        "missing_leak",
        "over_fitting",
        "plateau",
        "rate_too_high",
        "rate_too_low",
        "saturated_units",
        "still_improving",
        "strong_regularization",
        "tiny_validation",
        "under_fitting",
        "unscaled_inputs",
        "unstable_seeds",
        "vanishing_gradients",
        "wrong_loss",
    ];
    let missing: Vec<&str> = all.into_iter().filter(|rule| !rules.contains(*rule)).collect();
    assert!(missing.is_empty(), "no training had a command for {missing:?}, but for {rules:?}");
}

#[test]
fn commands_are_printed_in_one_line_and_say_what_they_cost() {
    let scratch = Scratch::new();
    tables(&scratch);
    scratch.good("train leak.csv --target y --epochs 10 --ignore id -q");
    let shown = scratch.good("doctor runs/0001-leak").stdout;
    let line = shown.lines().find(|line| line.contains("treino train")).expect("a command");
    // What was ignored before stays so.
    assert!(line.ends_with(r#"--ignore '["id", "it'\''s, a $code"]'"#), "{line}");
    std::fs::rename(scratch.path("my 'data'"), scratch.path("data")).unwrap();
    scratch.good("train data/rare.csv --target y --epochs 20 -q");
    let words = |flags: &str| {
        let shown = scratch.good(&format!("doctor runs/0002-rare {flags}")).stdout;
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(words("").contains("at the price of precision and accuracy"), "{}", words(""));
    assert!(words("--lang pt").contains("à custa de precisão e acurácia"), "{}", words("--lang pt"));
    let json: serde_json::Value = serde_json::from_str(&scratch.good("doctor runs/0002-rare --json").stdout).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["changes"], serde_json::json!({ "fit.class_weight": "balanced" }));
    assert!(finding["trade"].as_str().unwrap().contains("recall"), "{finding}");
    let page = scratch.text("runs/0002-rare/report.html");
    assert!(page.contains("at the price of precision and accuracy"));
}
