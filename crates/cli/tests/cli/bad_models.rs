//! Model files that are cut off, damaged, of another program or of a newer one.

use crate::scratch::Scratch;
use treino::files::seal;

/// A folder with a table and a small model in `runs/0001-iris`.
fn with_model() -> (Scratch, Vec<u8>) {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.good("train iris.csv --target species --epochs 1 --hidden 4 -q");
    let model = scratch.bytes("runs/0001-iris/model.safetensors");
    (scratch, model)
}

/// The safetensors file with another header, and the checksum of that where it has a place for it.
fn with_header(model: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let length = u64::from_le_bytes(model[..8].try_into().unwrap()) as usize;
    let header = change(std::str::from_utf8(&model[8..8 + length]).unwrap());
    let mut bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &model[8 + length..]].concat();
    let _ = seal(&mut bytes);
    bytes
}

#[test]
fn files_that_are_no_whole_model_are_refused() {
    let (scratch, model) = with_model();
    let mut infinite = model.clone();
    let last = infinite.len() - 4;
    infinite[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    seal(&mut infinite).unwrap();
    let foreign = with_header(&model, |header| {
        let mut header: serde_json::Value = serde_json::from_str(header).unwrap();
        header.as_object_mut().unwrap().remove("__metadata__");
        header.to_string()
    });
    let newer = with_header(&model, |header| header.replacen("format_version\\\":2", "format_version\\\":3", 1));
    let renamed = with_header(&model, |header| header.replacen("dense/kernel", "dense/kernol", 1));
    let garbled = with_header(&model, |header| header.replacen("format_version", "format_versoin", 1));
    for (name, bytes, words) in [
        ("empty", vec![], &["no safetensors file"] as &[&str]),
        ("text", b"these are words, not weights".to_vec(), &["no safetensors file"]),
        ("cut_header", model[..100].to_vec(), &["cut off"]),
        ("cut_weights", model[..model.len() - 1].to_vec(), &["cut off"]),
        ("longer", [model.clone(), vec![0]].concat(), &["cut off"]),
        ("infinite", infinite, &["holds inf"]),
        ("foreign", foreign, &["no Treino model", "--initial-weights"]),
        ("newer", newer, &["format version 3", "reads up to 2", "newer treino"]),
        ("renamed", renamed, &["dense/kernol"]),
        ("garbled", garbled, &["damaged"]),
        (
            "unsealed",
            with_header(&model, |header| header.replacen("checksum", "checksom", 1)),
            &["checksum is missing"],
        ),
    ] {
        let file = format!("{name}.safetensors");
        scratch.write(&file, bytes);
        for command in
            [format!("predict {file} iris.csv"), format!("evaluate {file} iris.csv"), format!("inspect {file}")]
        {
            scratch.refuses(&command, words).find(&file).unwrap_or_else(|| panic!("{command} does not name the file"));
        }
    }
}

#[test]
fn a_flipped_bit_is_refused() {
    let (scratch, model) = with_model();
    for i in 0..20 {
        let mut bytes = model.clone();
        // Spread over the file, header and numbers.
        let at = i * 97 % bytes.len();
        bytes[at] ^= 1 << (i % 8);
        scratch.write("flipped.safetensors", &bytes);
        scratch.refuses("inspect flipped.safetensors", &["flipped.safetensors"]);
    }
    // Weights alone have a checksum, too.
    let checkpoint = "type = 'model_checkpoint'\nfilepath = 'w.safetensors'\nsave_weights_only = true\n";
    let spec = format!(
        "[data]\npath = 'iris.csv'\ntarget = 'species'\n[model]\nhidden = [4]\n[fit]\nepochs = 1\n[[callbacks]]\n{checkpoint}"
    );
    scratch.write("s.toml", spec);
    scratch.good("train s.toml -q");
    let weights = scratch.bytes("w.safetensors");
    let train = "train iris.csv --target species --hidden 4 --epochs 1 --initial-weights w.safetensors -q";
    scratch.good(train);
    for at in [weights.len() - 1, weights.len() / 2] {
        let mut bytes = weights.clone();
        bytes[at] ^= 4;
        scratch.write("w.safetensors", &bytes);
        scratch.refuses(train, &["w.safetensors", "damaged"]);
    }
}

/// What a study keeps: a flipped bit is told, or changes nothing that is shown.
#[test]
fn a_flipped_bit_in_a_study_is_noticed_or_harmless() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.run("study iris.csv --target species --hidden 4 --epochs 3 --vary learning_rate=0.01,0.1 --repeats 3 -q");
    let whole = scratch.bytes("studies/iris/study.db");
    let shown = scratch.good("study show iris --json").stdout;
    let fingerprint = scratch.good("study show iris --fingerprint").stdout;
    let (mut told, flips) = (0, 150);
    for i in 0..flips {
        let mut bytes = whole.clone();
        let at = (i * 7919 + 13) % bytes.len();
        bytes[at] ^= 1 << (i % 8);
        scratch.write("studies/iris/study.db", bytes);
        let done = scratch.run("study show iris --json");
        let same = done.code == 0 && done.stdout == shown;
        assert!(same || done.code == 2, "byte {at}: {} {}{}", done.code, done.stdout, done.stderr);
        assert!(same || done.stderr.contains("study.db"), "byte {at}: {}", done.stderr);
        if same {
            assert_eq!(scratch.good("study show iris --fingerprint").stdout, fingerprint, "byte {at}");
        }
        told += usize::from(!same);
    }
    assert!(told > flips / 3, "{told} of {flips}: the rest is space that nothing uses");
}

/// What a run keeps: each bit of its files is flipped in turn, and something must notice.
#[test]
fn a_flipped_bit_in_any_file_of_a_run_is_noticed() {
    let (scratch, model) = with_model();
    let run = "runs/0001-iris";
    scratch.good(&format!("verify {run}"));
    for (file, reads) in [
        ("record.json", "doctor"),
        ("history.csv", "verify"),
        ("metrics.json", "verify"),
        ("spec.toml", "verify"),
        ("checksums.txt", "verify"),
    ] {
        let name = format!("{run}/{file}");
        let whole = scratch.bytes(&name);
        for i in 0..8 {
            let mut bytes = whole.clone();
            let at = (i * 7919 + 3) % bytes.len();
            bytes[at] ^= 1 << i;
            scratch.write(&name, &bytes);
            let done = scratch.run(&format!("{reads} {run}"));
            assert!([1, 2].contains(&done.code), "{file} byte {at}: {}{}", done.stdout, done.stderr);
        }
        scratch.write(&name, whole);
    }
    // What describes the network, not its numbers.
    let name = format!("{run}/model.safetensors");
    for (old, new, says) in [
        ("negative_slope = 0.1", "negative_slope = 0.9", "spec: negative_slope = 0.9"),
        ("from_logits = false", "from_logits = true", "spec: "),
        ("\\\"table\\\"", "\\\"tafle\\\"", "recipe or targets"),
        ("[\\\"setosa\\\",\\\"versicolor\\\"", "[\\\"versicolor\\\",\\\"setosa\\\"", "recipe or targets"),
    ] {
        let is_there = std::cell::Cell::new(false);
        let change = |header: &str| {
            is_there.set(header.contains(old));
            header.replacen(old, new, 1)
        };
        scratch.write(&name, with_header(&model, change));
        assert!(is_there.get(), "{old}");
        let done = scratch.run(&format!("verify {run}"));
        let words = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(done.code == 1 && words.contains(says), "{old}: {} {words} {}", done.code, done.stderr);
        assert!(words.contains("changed since the run was written: model.safetensors"), "{words}");
    }
}
