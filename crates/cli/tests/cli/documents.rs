//! The documents that the program or its sources decide are what they would be made anew.

use crate::scratch::{DATASETS, Scratch};
use std::path::Path;
use treino::FAMILIES;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

#[test]
fn the_schema_of_specs_is_up_to_date() {
    let made = Scratch::new().good("catalog --schema").stdout;
    let schema: serde_json::Value = serde_json::from_str(&made).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for section in ["version", "data", "model", "compile", "fit", "callbacks"] {
        assert!(schema["properties"].get(section).is_some(), "{section}");
    }
    let kept = std::fs::read_to_string(Path::new(DOCS).join("spec.schema.json")).unwrap_or_default();
    assert!(
        kept == made,
        "docs/spec.schema.json is stale; renew it with\n  cargo run -q -- catalog --schema > docs/spec.schema.json"
    );
}

#[test]
fn the_reference_is_up_to_date() {
    let scratch = Scratch::new();
    scratch.good("catalog --docs made");
    let kept = Path::new(DOCS).join("reference");
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let renew = "renew it with\n  cargo run -q -- catalog --docs docs/reference";
    let made = names(&scratch.path("made"));
    assert_eq!(made.len(), FAMILIES.len() + 1);
    for name in &made {
        let old = std::fs::read_to_string(kept.join(name)).unwrap_or_default();
        assert!(old == scratch.text(&format!("made/{name}")), "docs/reference/{name} is stale; {renew}");
    }
    assert_eq!(names(&kept), made, "docs/reference has pages of no room: take them away");
}

/// Every example spec trains, on a copy of the files beside it as in the repository.
#[test]
fn example_specs_train() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("datasets")).unwrap();
    for entry in std::fs::read_dir(DATASETS).unwrap().flatten() {
        std::fs::copy(entry.path(), scratch.path("datasets").join(entry.file_name())).unwrap();
    }
    let mut folders = vec![Path::new(DOCS).to_path_buf()];
    let mut specs = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(Path::new(DOCS).parent().unwrap()).unwrap().to_str().unwrap();
                scratch.write(name, std::fs::read(&path).unwrap());
                specs.extend(name.ends_with(".toml").then(|| name.to_string()));
            }
        }
    }
    assert!(!specs.is_empty(), "docs has example specs");
    for spec in specs {
        scratch.good(&format!("train {spec} --epochs 2 -q"));
    }
}

/// The README's outputs are what the program prints today: equal bits make that possible on any machine. Only the seconds
/// are left out.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(Path::new(DOCS).join("../README.md")).unwrap();
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("datasets")).unwrap();
    std::fs::copy(Path::new(DATASETS).join("pima.csv"), scratch.path("datasets/pima.csv")).unwrap();
    let pima = scratch.text("datasets/pima.csv");
    let inputs: Vec<&str> =
        pima.lines().take(3).filter_map(|line| line.rsplit_once(',').map(|(inputs, _)| inputs)).collect();
    scratch.write("new.csv", inputs.join("\n"));
    scratch.write("docs/spec/readme.toml", block(&readme, "```toml\n"));
    scratch.good("train docs/spec/readme.toml --epochs 3 --out other -q");

    let mut shown = 0;
    for chunk in readme.split("\n$ treino ").skip(1) {
        let chunk = chunk.split("\n```").next().unwrap_or(chunk);
        let (command, expected) = chunk.split_once('\n').unwrap_or((chunk, ""));
        let mut program = scratch.program(command);
        program.env("COLUMNS", "100");
        let done = crate::scratch::done(&mut program);
        // Where a table is cut out of a longer output, it is its end.
        // A study that decides nothing ends with 3.
        let printed = trimmed(if [0, 3].contains(&done.code) { &done.stdout } else { &done.stderr });
        let expected = trimmed(expected);
        assert!(printed.ends_with(&expected), "README: $ treino {command}\nprints\n{printed}\nand not\n{expected}");
        shown += 1;
    }
    assert!(shown >= 5, "the README has lost its outputs");
}

/// What stands in the first code block that begins so.
fn block<'a>(text: &'a str, begin: &str) -> &'a str {
    text.split_once(begin).and_then(|(_, rest)| rest.split_once("\n```")).map_or("", |(block, _)| block)
}

/// Lines without blanks at their ends and without the seconds that a training took.
fn trimmed(text: &str) -> String {
    let line = |line: &str| match (line.find(" epochs in "), line.find(" s: ")) {
        (Some(a), Some(b)) if a < b => format!("{} epochs{}", &line[..a], &line[b + 2..]),
        _ => line.trim_end().to_string(),
    };
    text.trim_matches('\n').lines().map(line).collect::<Vec<_>>().join("\n")
}
