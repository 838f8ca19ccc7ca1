//! Words among numbers or dates: placeholders for missing values.

use crate::cell::text::decode;

/// Placeholders for missing values, in lower case.
const PLACEHOLDERS: [&str; 34] = [
    "none",
    "missing",
    "unknown",
    "nil",
    "nd",
    "n.d.",
    "n.d",
    "n/d",
    "s/d",
    "s/i",
    "n.i.",
    "n/i",
    "#n/a",
    "#div/0!",
    "#value!",
    "#valor!",
    "#ref!",
    "#name?",
    "#num!",
    "#null!",
    "n.a.",
    "n.a",
    "na.",
    "<na>",
    "nat",
    "sem dado",
    "sem informação",
    "ausente",
    "desconhecido",
    "ignorado",
    "não informado",
    "nao informado",
    "undefined",
    "empty",
];

/// Whether a word is a placeholder on its own: one of those, or only punctuation.
pub(crate) fn is_placeholder(word: &str) -> bool {
    let word = word.to_lowercase();
    !word.chars().any(char::is_alphanumeric) || PLACEHOLDERS.contains(&word.as_str())
}

/// With more distinct words than this, they are not placeholders.
const MOST: usize = 3;

/// The words of a column of numbers or dates, with their counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct OddWords {
    words: Vec<(Box<[u8]>, u64)>,
    /// Whether there are more of them than are kept.
    many: bool,
}

impl OddWords {
    pub fn add(&mut self, word: &[u8]) {
        if self.many {
            return;
        }
        match self.words.iter().position(|(known, _)| **known == *word) {
            Some(at) => self.words[at].1 += 1,
            None if self.words.len() < MOST => self.words.push((word.into(), 1)),
            None => self.many = true,
        }
    }

    /// The words and the number of their cells, if they are few and each is intentional: it is repeated, or it is a
    /// known placeholder.
    pub fn on_purpose(&self) -> Option<(Vec<String>, u64)> {
        let words: Vec<String> = self.words.iter().map(|(word, _)| decode(word)).collect();
        let purpose = |(word, (_, count)): (&String, &(Box<[u8]>, u64))| *count > 1 || is_placeholder(word);
        let good = !self.many && !words.is_empty() && words.iter().zip(&self.words).all(purpose);
        good.then(|| (words, self.words.iter().map(|(_, count)| count).sum()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_words_again_and_again_stand_there_on_purpose() {
        let found = |words: &[&str]| {
            let mut odd = OddWords::default();
            words.iter().for_each(|word| odd.add(word.as_bytes()));
            odd.on_purpose().map(|(words, count)| (words.join(" "), count))
        };
        assert_eq!(found(&["None", "None"]), Some(("None".into(), 2)));
        assert_eq!(found(&["n.d.", "x", "x"]), Some(("n.d. x".into(), 3)));
        assert_eq!(found(&["--"]), Some(("--".into(), 1)));
        for words in [&["x"][..], &[], &["a", "b", "c", "d"]] {
            assert_eq!(found(words), None, "{words:?}");
        }
    }
}
