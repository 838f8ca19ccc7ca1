//! Text columns with learnt vectors through the real program.

use crate::scratch::{DATASETS, Scratch};
use std::path::Path;

#[test]
fn a_spec_with_embeddings_trains_predicts_and_gives_the_same_bits() {
    let scratch = Scratch::with(&["penguins.csv"]);
    let example = std::fs::read_to_string(Path::new(DATASETS).join("../docs/examples/embedding.toml")).unwrap();
    scratch.write("spec.toml", example.replace("../../datasets/", ""));
    for (out, threads) in [("one", 1), ("two", 2)] {
        scratch.good(&format!("train spec.toml --epochs 3 --threads {threads} --out {out} --name model -q"));
    }
    let model = "0001-model/model.safetensors";
    assert!(scratch.bytes(&format!("one/{model}")) == scratch.bytes(&format!("two/{model}")), "threads");
    scratch.good("train one/0001-model/spec.toml --out again --name model -q");
    assert!(scratch.bytes(&format!("one/{model}")) == scratch.bytes(&format!("again/{model}")), "the run's own spec");

    let rows = "sex,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,year\n\
                male,Torgersen,39.1,18.7,181,3750,2007\nfemale,Atlantis,39.5,17.4,186,,2007\n,,40.3,18,195,3250,2007\n";
    scratch.write("new.csv", rows);
    let out = scratch.good("predict one/0001-model new.csv").stdout;
    assert_eq!(out.lines().count(), 4, "{out}");
    let out = scratch.good("inspect one/0001-model").stdout;
    assert!(out.contains("Embedding") && out.contains("island"), "{out}");
    scratch.good("evaluate one/0001-model penguins.csv");
    scratch.refuses("predict one/0001-model spec.toml", &["spec.toml"]);
    scratch.write("less.csv", rows.replace("island", "isle"));
    scratch.refuses("predict one/0001-model less.csv", &["\"island\"", "isle"]);
}
