//! `treino runs` and `treino compare`.

use crate::scratch::Scratch;

/// Runs of two tables, and what a list and a comparison say about them.
#[test]
fn runs_are_listed_and_put_beside_each_other() {
    let scratch = Scratch::with(&["pima.csv", "iris.csv"]);
    scratch.good("train pima.csv --target diabetes --hidden 8 --epochs 4 -q --name a");
    scratch.good(
        "train pima.csv --target diabetes --hidden 16 --epochs 40 --learning-rate 0.01 --no-early-stopping -q --name b",
    );
    scratch.good("train pima.csv --target diabetes --hidden 8 --epochs 4 --seed 2 -q --name c");
    scratch.good("train iris.csv --target species --epochs 2 -q --name d");
    let names = |arguments: &str| -> Vec<String> {
        let out = scratch.good(arguments).stdout;
        out.lines().skip(1).map(|line| line.split_whitespace().next().unwrap().to_string()).collect()
    };
    assert_eq!(names("runs"), ["0001-a", "0002-b", "0003-c", "0004-d"]);
    // The best by the validation rows is first among the runs of its target.
    let accuracy = |run: &str| {
        let metrics: serde_json::Value =
            serde_json::from_str(&scratch.text(&format!("runs/{run}/metrics.json"))).unwrap();
        metrics["scores"]["validation"]["accuracy"]["model"].as_f64().unwrap()
    };
    let sorted = names("runs --sort validation");
    let pima = &sorted[..3];
    assert!(pima.windows(2).all(|pair| accuracy(&pair[0]) >= accuracy(&pair[1])), "{sorted:?}");
    assert_eq!(sorted[3], "0004-d");
    let lines = scratch.good("runs --json").stdout;
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["event"], &first["metrics"]["target"]), (&"run".into(), &"diabetes".into()));

    let out = scratch.good("compare runs/0001-a runs/0002-b").stdout;
    for said in ["compile.optimizer.learning_rate  ", "model.layers[0].units  ", "accuracy, test", "Loss by epoch"] {
        assert!(out.contains(said), "{said}\n{out}");
    }
    assert!(!out.contains("different rows"), "{out}");
    let out = scratch.good("compare runs/0001-a runs/0003-c").stdout;
    assert!(out.contains("The runs differ in data.seed"), "{out}");
    scratch.good("compare runs/0001-a runs/0002-b -o curves.csv");
    assert_eq!(scratch.text("curves.csv").lines().next(), Some("epoch,0001-a,0002-b"));
    assert_eq!(scratch.text("curves.csv").lines().count(), 41);
    let json = scratch.good("compare runs/0001-a runs/0003-c --json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["differences"][0],
        serde_json::json!({ "path": "data.seed", "values": ["1", "2"], "changes_rows": true })
    );

    // The same command after the table changed.
    let rows = scratch.text("pima.csv");
    scratch.write("pima.csv", rows.lines().take(700).collect::<Vec<_>>().join("\n"));
    scratch.good("train pima.csv --target diabetes --hidden 8 --epochs 4 -q --name a");
    let said = |pair: &str| {
        let out = scratch.good(&format!("compare {pair}")).stdout;
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(said("runs/0001-a runs/0005-a").contains("its rows have changed"));
    // One number of as many rows.
    scratch.write("pima.csv", rows.replacen(",148,", ",149,", 1));
    scratch.good("train pima.csv --target diabetes --hidden 8 --epochs 4 -q --name a");
    let changed = said("runs/0001-a runs/0006-a");
    assert!(changed.contains("The specs do not differ") && changed.contains("its rows have changed"), "{changed}");
    scratch.write("pima.csv", rows);
    scratch.good("train pima.csv --target diabetes --hidden 8 --epochs 4 -q --name a");
    assert!(!said("runs/0001-a runs/0007-a").contains("rows have changed"));

    scratch.refuses("compare runs/0001-a runs/0004-d", &["0001-a predicts \"diabetes\"", "\"species\""]);
    scratch.refuses("compare runs/0001-a", &["RUN"]);
    scratch.refuses("compare runs/0001-a runs/0009", &["runs/0009"]);
    scratch.refuses("runs --sort size", &["size"]);
    // A damaged run is told, and the others are listed.
    scratch.write("runs/0002-b/metrics.json", "{");
    let done = scratch.run("runs");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("0002-b") && done.stdout.contains("0003-c"), "{}{}", done.stdout, done.stderr);
}
