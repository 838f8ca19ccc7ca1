//! `treino explore` as its users run it.

use crate::scratch::{DATASETS, Scratch, done};

/// What was said, in one line.
fn unwrapped(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

const FLAGS: &str = "--hidden 8 --epochs 6 --seeds 2";

#[test]
fn an_exploration_says_what_held_and_leaves_a_page_with_pictures() {
    let scratch = Scratch::with(&["iris.csv"]);
    let only = "--only backpropagation,seeds";
    let said = scratch.good(&format!("explore iris.csv --target species {FLAGS} {only} --pictures svg"));
    for part in [
        "The base training: Dense 8, Dense 3",
        "Back-propagation by hand (backpropagation): confirmed",
        "A fixed seed is not a good seed (seeds): confirmed",
        "claims confirmed: 2",
        "backpropagation-seeds.html, and 2 pictures in the same folder",
    ] {
        assert!(unwrapped(&said.stdout).contains(part), "{part}\n{}", said.stdout);
    }
    assert!(said.stderr.contains("seeds (2 of 2)"), "{}", said.stderr);
    let page = scratch.text("explorations/iris/backpropagation-seeds.html");
    assert!(page.contains("treino explore iris.csv --target species --hidden 8 --epochs 6 --seeds 2 --only seeds"));
    assert!(scratch.text("explorations/iris/chain.svg").starts_with("<svg"));
    assert!(scratch.path("explorations/iris/seeds.svg").exists());

    let quiet = scratch.good(&format!("explore iris.csv --target species {FLAGS} {only} -q")).stdout;
    assert!(!quiet.contains("The base training") && quiet.contains("(seeds): confirmed"), "{quiet}");
    for line in quiet.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let json = scratch.good(&format!("explore iris.csv --target species {FLAGS} {only} --json")).stdout;
    let found: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["topics"][1]["finding"], "confirmed");
    assert!(found["topics"][0]["figures"][0]["table"]["rows"].as_array().unwrap().len() == 11);
}

/// A Brazilian table, spoken of in Portuguese, with names that would be markup.
#[test]
fn tables_with_decimal_commas_and_hostile_names_are_explored_in_portuguese() {
    let scratch = Scratch::new();
    let mut table = String::from("<script>alert(1)</script>;altura \u{202e}\"x\";alvo <b>\n");
    for i in 0..90 {
        let (a, b) = (f64::from(i % 13) / 3.0, f64::from(i % 7) / 2.0);
        let class = if a + b > 3.5 { "sim <i>" } else { "não" };
        table.push_str(&format!("{a:.2};{b:.2};{class}\n").replace('.', ","));
    }
    scratch.write("tabela.csv", table);
    let said = scratch.good("explore tabela.csv --target 'alvo <b>' --hidden 4 --epochs 4 --seeds 2 --lang pt");
    assert!(said.stdout.contains("Retropropagação à mão (backpropagation): confirmada"), "{}", said.stdout);
    let page = scratch.text("explorations/tabela/report.html");
    assert!(page.contains("<html lang=\"pt-BR\"") && page.contains("Resultados"));
    assert!(page.contains("O que outra parada antecipada teria feito"), "early stopping can be played with");
    assert!(!page.contains("<script>alert") && !page.contains("alvo <b>") && page.contains("&#60;script"));
    // What is typed again is typed in one piece.
    assert!(page.contains("--target &#39;alvo &#60;b&#62;&#39;"), "the command is not quoted");
}

#[test]
fn bad_input_is_refused_before_any_training() {
    let scratch = Scratch::with(&["iris.csv", "pima.csv"]);
    let before = scratch.listing();
    scratch.refuses("explore iris.csv --target specie", &["specie", "species"]);
    scratch.refuses("explore iris.csv --target species --only optimizer", &["no topic \"optimizer\"", "optimizers"]);
    scratch.refuses("explore iris.csv --target species --seeds 1", &["--seeds is 1", "[2, 1000]"]);
    scratch.refuses("explore iris.csv --target species --validation-split 0", &["rows for validation"]);
    scratch.refuses("explore iris.csv --target species --pictures gif", &["gif", "svg"]);
    scratch.refuses("explore iris.csv --target species --name a/b", &["a/b"]);
    scratch.refuses("explore iris.csv --target species --out pima.csv", &["pima.csv", "not a folder"]);
    assert_eq!(scratch.listing(), before);
}

/// Standard input can be read once.
#[test]
fn a_table_may_come_through_a_pipe() {
    let scratch = Scratch::new();
    let table = std::fs::read(std::path::Path::new(DATASETS).join("iris.csv")).unwrap();
    let line = format!("explore - --target species {FLAGS} --only log-loss,input-scale");
    let done = done(scratch.program(&line).write_stdin(table));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(unwrapped(&done.stdout).contains("do not apply to this table or network: input-scale"), "{}", done.stdout);
    assert!(scratch.path("explorations/table/log-loss-input-scale.html").exists());
}

/// The terminal gives no finding away, and the page asks first.
#[test]
fn an_exercise_is_a_page_of_its_own() {
    let scratch = Scratch::with(&["iris.csv"]);
    let command = format!("explore iris.csv --target species {FLAGS} --only seeds --predict-first --vary-split");
    let said = scratch.good(&command).stdout;
    assert!(
        said.contains("exercise-seeds.html") && !said.contains("confirmed") && !said.contains("last bit"),
        "{said}"
    );
    let page = scratch.text("explorations/iris/exercise-seeds.html");
    assert!(page.contains("What do you expect on this table?") && page.contains("Each seed has its own split"));
}
