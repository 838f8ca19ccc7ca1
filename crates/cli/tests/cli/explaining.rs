//! `treino report`, `doctor`, `plot` and `replay`, and the language of words.

use crate::scratch::{Scratch, done};

const TRAIN: &str = "train pima.csv --target diabetes --epochs 30 --patience 4 --hidden 8 --learning-rate 0.03";

fn trained() -> Scratch {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.good(&format!("{TRAIN} -q"));
    scratch
}

#[test]
fn every_run_has_a_report_that_can_be_made_again() {
    let scratch = trained();
    let page = scratch.bytes("runs/0001-pima/report.html");
    assert!(page.len() < 6_000_000, "{}", page.len());
    scratch.good("report runs/0001-pima -o again.html");
    assert!(scratch.bytes("again.html") == page);
    let said = scratch.good("report runs/0001-pima --lang pt -o pt.html").stdout;
    assert_eq!(said, "pt.html\n");
    let page = scratch.text("pt.html");
    assert!(page.contains("<html lang=\"pt-BR\"") && page.contains("Veredito") && page.contains("intervalo de 95 %"));

    scratch.refuses("report pima.csv", &["pima.csv"]);
    scratch.refuses("report runs", &["no record", "train"]);
    scratch.refuses("report runs/0001-pima -o no/such/folder.html", &["no/such"]);
    let record = scratch.text("runs/0001-pima/record.json");
    scratch.write("runs/0001-pima/record.json", record.replacen("\"format_version\":2", "\"format_version\":99", 1));
    scratch.refuses("report runs/0001-pima", &["format 99", "newer Treino"]);
    scratch.write("runs/0001-pima/record.json", &record[..record.len() / 2]);
    scratch.refuses("doctor runs/0001-pima", &["damaged"]);
}

#[test]
fn figures_are_listed_drawn_and_written() {
    let scratch = trained();
    let list = scratch.good("plot runs/0001-pima").stdout;
    let ids: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.len() > 10 && ids.contains(&"loss") && ids.contains(&"calibration"), "{ids:?}");
    for id in ids {
        for ascii in ["", "--ascii"] {
            let mut program = scratch.program(&format!("plot runs/0001-pima {id} {ascii}"));
            program.env("COLUMNS", "40");
            let said = done(&mut program).stdout;
            assert!(said.lines().count() > 3, "{id}:\n{said}");
            let widest = said.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= 40, "{id} is {widest} wide:\n{said}");
            assert!(ascii.is_empty() || said.is_ascii(), "{id}:\n{said}");
        }
    }
    scratch.good("plot runs/0001-pima roc -o roc.svg");
    assert!(scratch.text("roc.svg").starts_with("<svg") || scratch.text("roc.svg").starts_with("<?xml"));
    scratch.good("plot runs/0001-pima roc -o roc.PNG");
    assert!(scratch.bytes("roc.PNG").starts_with(b"\x89PNG"));
    scratch.good("plot runs/0001-pima loss -o en.csv");
    scratch.good("plot runs/0001-pima loss -o pt.csv --lang pt");
    let numbers = |name: &str| scratch.text(name).lines().skip(1).map(str::to_string).collect::<Vec<_>>();
    assert_eq!(numbers("en.csv"), numbers("pt.csv"));
    scratch.good("plot runs/0001-pima loss -o loss.json");
    let json = scratch.json("loss.json");
    assert_eq!(
        (json["id"].as_str(), json["command"].as_str()),
        (Some("loss"), Some("treino plot runs/0001-pima loss"))
    );

    scratch.refuses("plot runs/0001-pima los", &["no figure \"los\"", "did you mean \"loss\"?"]);
    scratch.refuses("plot runs/0001-pima loss -o loss.gif", &["gif", ".svg"]);
}

#[test]
fn what_is_wrong_is_said_with_a_command_that_runs() {
    let scratch = Scratch::with(&["pima.csv"]);
    let flags = "--target diabetes --learning-rate 10 --epochs 12 --hidden 8";
    let said = scratch.good(&format!("train pima.csv {flags}")).stdout;
    assert!(said.contains("fault     the learning rate is too high"), "{said}");
    let said = scratch.good("doctor runs/0001-pima").stdout;
    let command = said.split_once("treino ").unwrap().1;
    let command = command.split("\n  fault").next().unwrap().split("\n  warning").next().unwrap();
    let command = command.split("\n  hint").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    scratch.good(&format!("{command} -q"));
    assert!(scratch.text("runs/0002-pima/spec.toml").contains("learning_rate = 0.001"));
    let said = scratch.good("doctor runs/0001-pima --lang pt").stdout;
    assert!(said.contains("a taxa de aprendizado é alta demais"), "{said}");
    let json = scratch.good("doctor runs/0001-pima --json --lang pt").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let first = &json["findings"][0];
    assert_eq!((first["rule"].as_str(), first["severity"].as_str()), (Some("rate_too_high"), Some("fault")));
    assert_eq!(first["what"], "the learning rate is too high");
}

#[test]
fn early_stopping_is_played_again() {
    let scratch = trained();
    let json = |flags: &str| -> serde_json::Value {
        serde_json::from_str(&scratch.good(&format!("replay runs/0001-pima --json {flags}")).stdout).unwrap()
    };
    // Its own settings give what it did.
    let metrics = scratch.json("runs/0001-pima/metrics.json");
    let own = json("");
    assert_eq!((&own["stopped_after"], &own["kept_epoch"]), (&metrics["ending"]["epoch"], &metrics["kept_epoch"]));
    assert_eq!(own["patience"], 4);
    // What the real callback does with another patience.
    scratch.good("train pima.csv --target diabetes --epochs 30 --patience 2 --hidden 8 --learning-rate 0.03 -q");
    let metrics = scratch.json("runs/0002-pima/metrics.json");
    let other = json("--patience 2");
    assert_eq!((&other["stopped_after"], &other["kept_epoch"]), (&metrics["ending"]["epoch"], &metrics["kept_epoch"]));
    assert_eq!(json("--patience 1000")["stopped_after"], serde_json::Value::Null);
    assert_eq!(
        json("--monitor accuracy --patience 1000")["kept_value"],
        json("--monitor accuracy --patience 999")["best_value"]
    );

    let said = scratch.good("replay runs/0001-pima --patience 2 --lang pt").stdout;
    assert!(said.contains("para após a época"), "{said}");
    scratch.refuses("replay runs/0001-pima --patience -1", &["--patience", "\"-1\""]);
    scratch.refuses("replay runs/0001-pima --min-delta x", &["--min-delta"]);
    scratch.refuses("replay runs/0001-pima --monitor val_los", &["val_los", "did you mean \"val_loss\"?"]);
}

#[test]
fn the_language_is_a_flag_or_the_locale_and_changes_words_alone() {
    let scratch = Scratch::with(&["pima.csv"]);
    let said = |locale: &str, arguments: &str| {
        let mut program = scratch.program(arguments);
        let done = done(program.env("LC_ALL", locale));
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stdout
    };
    let portuguese = said("pt_BR.UTF-8", TRAIN);
    for words in ["dados ", "alvo ", "acurácia", "linha de base", "salvo "] {
        assert!(portuguese.contains(words), "{words}\n{portuguese}");
    }
    assert!(portuguese.contains("0,6494") && !portuguese.contains("0.6494"), "{portuguese}");
    assert!(said("C", TRAIN).contains("accuracy") && said("pt_BR", &format!("{TRAIN} --lang en")).contains("accuracy"));
    for file in ["spec.toml", "history.csv", "metrics.json", "record.json", "model.safetensors"] {
        let one = scratch.bytes(&format!("runs/0001-pima/{file}"));
        assert!(one == scratch.bytes(&format!("runs/0002-pima/{file}")), "{file}");
    }
    let predict = "predict runs/0001-pima pima.csv";
    assert_eq!(said("pt_BR", predict), said("C", predict));
    let ascii = said("pt_BR", &format!("{TRAIN} --ascii"));
    assert!(ascii.is_ascii() && ascii.contains("acuracia"), "{ascii}");
    let mut narrow = scratch.program(TRAIN);
    let narrow = done(narrow.env("LC_ALL", "pt_BR").env("COLUMNS", "40")).stdout;
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    scratch.refuses("train pima.csv --target diabetes --lang fr", &["fr"]);
}
