//! `treino inspect` and `treino catalog`, and tables of every form.

use crate::scratch::{DATASETS, Scratch, done};

#[test]
fn a_table_a_model_and_a_run_are_shown() {
    let scratch = Scratch::with(&["pima.csv", "heart.csv"]);
    let table = scratch.good("inspect pima.csv").stdout;
    for words in ["768 rows, 9 columns", "insulin", "374", "neg (500), pos (268)", "category", "integer"] {
        assert!(table.contains(words), "{words}\n{table}");
    }
    scratch.good("train heart.csv --target diameter_narrowing --epochs 1 -q");
    let run = scratch.good("inspect runs/0001-heart").stdout;
    for words in
        ["predicts diameter_narrowing (binary): 0, 1", "thal", "category", "dense_2", "parameters", "adam at 0.001"]
    {
        assert!(run.contains(words), "{words}\n{run}");
    }
    assert_eq!(scratch.good("inspect runs/0001-heart/model.safetensors").stdout, run);
    std::fs::copy(scratch.path("runs/0001-heart/model.safetensors"), scratch.path("renamed")).unwrap();
    assert_eq!(scratch.good("inspect renamed").stdout, run);
}

#[test]
fn tables_of_every_form_are_read() {
    let scratch = Scratch::with(&["iris.csv"]);
    let text = scratch.text("iris.csv");
    scratch.write("semicolon.csv", text.replace(',', ";").replace('.', ","));
    scratch.write("tabs.tsv", text.replace(',', "\t"));
    scratch.write("bare.csv", text.split_once('\n').unwrap().1);
    let parquet = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/data/iris.parquet");
    std::fs::copy(parquet, scratch.path("iris.parquet")).unwrap();

    let flags = "--epochs 3 -q --out runs --name r";
    let expected = scratch.good(&format!("train iris.csv --target species {flags}")).stdout;
    for (i, form) in [
        "semicolon.csv --target species",
        "semicolon.csv --target species --delimiter ; --decimal ,",
        "tabs.tsv --target species --delimiter tab",
        "bare.csv --target column_5 --no-header",
        "iris.parquet --target species",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(scratch.good(&format!("train {form} {flags}")).stdout, expected, "{form}");
        // The weights do not depend on the form either.
        let run = format!("runs/{:04}-r/history.csv", i + 2);
        assert_eq!(scratch.text(&run), scratch.text("runs/0001-r/history.csv"), "{form}");
    }
    assert!(scratch.good("inspect iris.parquet").stdout.contains("150 rows, 5 columns"));
    let piped =
        done(scratch.program(&format!("train - --target species {flags}")).write_stdin(scratch.bytes("iris.csv")));
    assert_eq!((piped.code, piped.stdout), (0, expected), "{}", piped.stderr);
}

#[test]
fn the_catalogue_lists_rooms_things_and_parameters() {
    let scratch = Scratch::new();
    let all = scratch.good("catalog").stdout;
    for words in ["optimizers", "adam", "early_stopping", "sections", "glorot_uniform"] {
        assert!(all.contains(words), "{words}");
    }
    let room = scratch.good("catalog optimizers").stdout;
    assert!(room.contains("sgd") && !room.contains("relu"));
    assert_eq!(scratch.good("catalog optimizer").stdout, room);
    let adam = scratch.good("catalog optimizers adam").stdout;
    for words in ["learning_rate = 0.001", "beta_1 = 0.9", "a number in [0, 1)"] {
        assert!(adam.contains(words), "{words}\n{adam}");
    }
    assert_eq!(scratch.good("catalog optimizers Adam").stdout, adam);
    scratch.refuses("catalog optimisers", &["\"optimisers\"", "did you mean \"optimizers\"?"]);
    scratch.refuses("catalog optimizers adm", &["\"adm\"", "did you mean \"adam\"?"]);
    // Every thing that is listed can be shown.
    let rooms =
        ["layers", "activations", "initializers", "regularizers", "losses", "optimizers", "metrics", "callbacks"];
    for room in rooms {
        for line in scratch.good(&format!("catalog {room}")).stdout.lines().skip(1) {
            let name = line.strip_prefix("  ").unwrap().split(' ').next().unwrap();
            if !name.is_empty() {
                assert!(scratch.good(&format!("catalog {room} {name}")).stdout.starts_with(name));
            }
        }
    }
}

#[test]
fn inspect_reads_as_it_is_told() {
    let scratch = Scratch::new();
    scratch.write("t.csv", "a;b\n1;x\n2;y\nnone;x\n");
    let done = scratch.good("inspect t.csv --missing none --categorical b");
    assert!(done.stdout.contains("integer") && done.stdout.contains("category"), "{}", done.stdout);
    assert!(scratch.good("inspect t.csv --delimiter ,").stdout.contains("1 column"));
}

#[test]
fn the_only_input_may_count() {
    let scratch = Scratch::new();
    let rows: String = (0..70).map(|i| format!("{},{}\n", 1950 + i, 3 * i + 7)).collect();
    scratch.write("years.csv", format!("year,sales\n{rows}"));
    let done = scratch.good("train years.csv --target sales --epochs 2 -q");
    assert!(done.stdout.contains("RMSE"), "{}", done.stdout);
}

#[test]
fn every_table_of_the_repository_can_be_inspected() {
    let scratch = Scratch::new();
    for entry in std::fs::read_dir(DATASETS).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "csv") {
            assert!(scratch.good(&format!("inspect {}", path.display())).stdout.contains("columns"));
        }
    }
}

#[test]
fn what_a_table_and_a_model_hold_is_told_as_json() {
    let scratch = Scratch::with(&["iris.csv"]);
    let inspected = |path: &str| -> serde_json::Value {
        let out = scratch.good(&format!("inspect {path} --json"));
        assert_eq!(out.stdout.lines().count(), 1);
        serde_json::from_str(&out.stdout).unwrap()
    };
    let table = inspected("iris.csv");
    assert_eq!((&table["event"], &table["rows"], &table["delimiter"]), (&"table".into(), &150.into(), &"comma".into()));
    let species = &table["columns"][4];
    assert_eq!(
        (&species["name"], &species["type"], &species["distinct"]),
        (&"species".into(), &"category".into(), &3.into())
    );
    assert_eq!(species["levels"][0], serde_json::json!({ "level": "setosa", "rows": 50 }));
    assert!(species["min"].is_null());
    // Fisher's table: the mean of the sepal lengths is 5.8433.
    assert!((table["columns"][0]["mean"].as_f64().unwrap() - 5.843_333_333).abs() < 1e-6);

    scratch.good("train iris.csv --target species --hidden 4 --epochs 2 -q");
    let model = inspected("runs/0001-iris");
    assert_eq!(model["targets"][0]["classes"], serde_json::json!(["setosa", "versicolor", "virginica"]));
    assert_eq!((&model["parameters"], &model["layers"][0]["parameters"]), (&35.into(), &20.into()));
    assert_eq!(model["columns"][3]["inputs"], 1);
}
