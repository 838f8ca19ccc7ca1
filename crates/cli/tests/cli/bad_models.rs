//! Model files that are cut off, damaged, of another program or of a newer one.

use crate::scratch::Scratch;

/// A folder with a table and a small model in `runs/0001-iris`.
fn with_model() -> (Scratch, Vec<u8>) {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.good("train iris.csv --target species --epochs 1 --hidden 4 -q");
    let model = scratch.bytes("runs/0001-iris/model.safetensors");
    (scratch, model)
}

/// The safetensors file with another header.
fn with_header(model: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let length = u64::from_le_bytes(model[..8].try_into().unwrap()) as usize;
    let header = change(std::str::from_utf8(&model[8..8 + length]).unwrap());
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &model[8 + length..]].concat()
}

#[test]
fn files_that_are_no_whole_model_are_refused() {
    let (scratch, model) = with_model();
    let mut infinite = model.clone();
    let last = infinite.len() - 4;
    infinite[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let foreign = with_header(&model, |header| {
        let mut header: serde_json::Value = serde_json::from_str(header).unwrap();
        header.as_object_mut().unwrap().remove("__metadata__");
        header.to_string()
    });
    let newer = with_header(&model, |header| header.replacen("format_version\\\":1", "format_version\\\":2", 1));
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
        ("newer", newer, &["format version 2", "reads up to 1", "newer treino"]),
        ("renamed", renamed, &["dense/kernol"]),
        ("garbled", garbled, &["damaged"]),
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
fn a_flipped_bit_is_refused_or_harmless_but_never_a_panic() {
    let (scratch, model) = with_model();
    for i in 0..60 {
        let mut bytes = model.clone();
        // Spread over the file, most of them in the header.
        let at = (i * i * 37) % bytes.len();
        bytes[at] ^= 1 << (i % 8);
        scratch.write("flipped.safetensors", &bytes);
        let done = scratch.run("inspect flipped.safetensors");
        assert!([0, 2].contains(&done.code), "byte {at}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked"), "byte {at}: {}", done.stderr);
    }
}
