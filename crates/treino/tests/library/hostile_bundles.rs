//! Whatever the bytes are, the bundle loader answers with a model or an error, and never panics.

use proptest::prelude::*;
use std::sync::LazyLock;
use treino::data::TableSource;
use treino::events::Gate;
use treino::files::seal;
use treino::runs::PreparedRun;
use treino::spec::{self, Spec};
use treino::store::TrainedModel;
use treino::train::Session;

const TABLE: &str = "size,colour,day,answer\n1,red,2024-01-01,yes\n2,blue,2024-02-03,no\n3,red,2024-03-05,yes\n\
                     4,blue,,no\n,red,2024-05-06,yes\n6,green,2024-06-07,no\n7,red,2024-07-08,yes\n8,blue,2024-08-09,no\n";

const LAYERS: &str = "\
    { type = \"input_layer\", name = \"a\", columns = [\"colour\"] }, { type = \"embedding\", output_dim = 2 }, \
    { type = \"flatten\", name = \"e\" }, { type = \"input_layer\", name = \"b\", columns = [\"colour\"] }, \
    { type = \"string_lookup\", name = \"s\", output_mode = \"one_hot\", num_oov_indices = 2 }, \
    { type = \"input_layer\", name = \"c\", columns = [\"colour\"] }, \
    { type = \"hashing\", name = \"h\", num_bins = 3, salt = 5, output_mode = \"count\" }, \
    { type = \"input_layer\", name = \"d\", columns = [\"size\"] }, { type = \"integer_lookup\", name = \"i\" }, \
    { type = \"input_layer\", columns = [\"size\"] }, { type = \"discretization\", name = \"n\", num_bins = 2 }, \
    { type = \"input_layer\", name = \"o\", columns = [\"colour\", \"size\"] }, { type = \"input_layer\", name = \"rest\" }, \
    { type = \"concatenate\", inputs = [\"e\", \"s\", \"h\", \"i\", \"n\", \"o\", \"rest\"] }, { type = \"dense\", units = 3 }, \
    { type = \"batch_normalization\" }, { type = \"dropout\", rate = 0.1 }, { type = \"dense\", activation = \"sigmoid\" }";

/// The bytes of a small model with every kind of column and layer.
static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let (head, rows) = TABLE.split_once('\n').unwrap();
    std::fs::write(&path, format!("{head}\n{}", rows.repeat(4))).unwrap();
    let text = format!("[model]\nlayers = [{LAYERS}]\n[fit]\nepochs = 1\n");
    let mut entries = treino::catalog::parse(&text, std::path::Path::new("s.toml")).unwrap();
    for (key, value) in [("data.path", path.to_str().unwrap()), ("data.target", "answer")] {
        spec::set(&mut entries, key, treino::catalog::Value::Text(value.into()), "test").unwrap();
    }
    let planned = PreparedRun::new(&Spec::read(&entries).unwrap()).unwrap();
    let gate = Gate::new();
    planned.run(&mut Session::new(1, &gate, &mut |_| {})).unwrap().model.to_bytes().unwrap()
});

/// Opens the bytes, and uses what comes out.
fn open(bytes: &[u8]) -> bool {
    let Ok(bundle) = TrainedModel::from_bytes(bytes) else { return false };
    if let Ok(prediction) = bundle.predict(&TableSource::text("t.csv", TABLE)) {
        prediction.csv(Vec::new()).unwrap();
    }
    let _ = bundle.evaluate(&TableSource::text("t.csv", TABLE));
    let _ = bundle.to_bytes();
    true
}

/// The file with its own checksum, where it has a place for it: what is behind the checksum must not panic either.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let _ = seal(&mut bytes);
    bytes
}

/// Where the header ends.
fn header_end(model: &[u8]) -> usize {
    8 + u64::from_le_bytes(model[..8].try_into().unwrap()) as usize
}

/// The bundle with another header, its length put right.
fn with_header(header: &str) -> Vec<u8> {
    let rest = &MODEL[header_end(&MODEL)..];
    sealed([&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), rest].concat())
}

#[test]
fn the_model_itself_opens_and_comes_back_as_it_was() {
    assert!(open(&MODEL));
    assert!(TrainedModel::from_bytes(&MODEL).unwrap().to_bytes().unwrap() == *MODEL);
}

#[test]
fn every_beginning_of_a_model_is_refused() {
    for length in (0..MODEL.len()).step_by(7) {
        assert!(!open(&MODEL[..length]), "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!open(&bytes));
    }

    #[test]
    fn changed_bytes_anywhere(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = MODEL.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert!(bytes == *MODEL || !open(&bytes));
        open(&sealed(bytes));
    }

    /// Numbers in the description become other numbers, as where features, classes or layers are counted.
    #[test]
    fn changed_numbers_in_the_header(at in any::<prop::sample::Index>(), number in prop::sample::select(vec![
        "0", "1", "-1", "2", "7", "1e999", "1e18", "18446744073709551615", "4294967296", "null", "true", "[]", "\\\"x\\\"",
    ])) {
        let header = std::str::from_utf8(&MODEL[8..header_end(&MODEL)]).unwrap();
        let digits: Vec<(usize, usize)> = number_spans(header);
        let (start, end) = digits[at.index(digits.len())];
        open(&with_header(&format!("{}{number}{}", &header[..start], &header[end..])));
    }

    /// A stretch of the description goes, or comes twice.
    #[test]
    fn stretches_of_the_header(at in any::<prop::sample::Index>(), length in 1usize..60, twice in any::<bool>()) {
        let header = std::str::from_utf8(&MODEL[8..header_end(&MODEL)]).unwrap();
        let start = at.index(header.len());
        let end = (start + length).min(header.len());
        let stretch = if twice { header[start..end].repeat(2) } else { String::new() };
        open(&with_header(&format!("{}{stretch}{}", &header[..start], &header[end..])));
    }

    /// A word of the description in the place of another.
    #[test]
    fn words_in_the_wrong_place(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let header = std::str::from_utf8(&MODEL[8..header_end(&MODEL)]).unwrap();
        let words = word_spans(header);
        let (a, b) = words[from.index(words.len())];
        let (c, d) = words[to.index(words.len())];
        open(&with_header(&format!("{}{}{}", &header[..a], &header[c..d], &header[b..])));
    }
}

fn spans(text: &str, inside: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| inside(*c)) {
        match spans.last_mut() {
            Some((_, end)) if *end == at => *end = at + c.len_utf8(),
            _ => spans.push((at, at + c.len_utf8())),
        }
    }
    spans
}

fn number_spans(text: &str) -> Vec<(usize, usize)> {
    spans(text, |c| c.is_ascii_digit())
}

fn word_spans(text: &str) -> Vec<(usize, usize)> {
    spans(text, |c| c.is_alphanumeric() || c == '_')
}
