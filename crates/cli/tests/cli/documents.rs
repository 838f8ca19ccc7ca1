//! The documents that the program or its sources decide are what they would be made anew.

use crate::scratch::{DATASETS, Scratch};
use std::path::Path;

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

/// Every example spec trains, on a copy of the tables beside it as in the repository.
#[test]
fn example_specs_train() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("datasets")).unwrap();
    for entry in std::fs::read_dir(DATASETS).unwrap().flatten() {
        std::fs::copy(entry.path(), scratch.path("datasets").join(entry.file_name())).unwrap();
    }
    let mut folders = vec![Path::new(DOCS).to_path_buf()];
    let mut specs = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                let name = path.strip_prefix(Path::new(DOCS).parent().unwrap()).unwrap().to_str().unwrap();
                scratch.write(name, std::fs::read(&path).unwrap());
                scratch.good(&format!("train {name} --epochs 2 -q"));
                specs += 1;
            }
        }
    }
    assert!(specs > 0, "docs has example specs");
}
