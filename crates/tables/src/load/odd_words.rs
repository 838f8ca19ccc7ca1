//! Words among numbers or dates: what people and programs write where they have no value.

use crate::cell::text::decode;

/// Words that people and programs write where they have no value, in lower case.
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

/// Whether a word stands for a missing value by itself: one of those, or nothing but signs.
pub(crate) fn is_placeholder(word: &str) -> bool {
    let word = word.to_lowercase();
    !word.chars().any(char::is_alphanumeric) || PLACEHOLDERS.contains(&word.as_str())
}

/// More different words than this are no placeholders.
const MOST: usize = 3;

/// The words of a column of numbers or dates, with how often each stands there.
#[derive(Debug, Clone, Default)]
pub(crate) struct OddWords {
    words: Vec<(Box<[u8]>, u64)>,
    /// Whether there are more of them.
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

    /// The words and how many cells they are, if they are few and each is written on purpose: again and again, or as a word that
    /// stands for nothing.
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
