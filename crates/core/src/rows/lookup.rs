//! Maps tokens to the indices of a vocabulary, as Keras's lookup layers do.
//!
//! Index 0 is the mask if it has an index, then come the slots for unknown tokens, then the vocabulary.
//! [`VocabularyKey::slot`] gives the slot of an unknown token.

use super::hash::fingerprint64;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text or an integer.
pub trait VocabularyKey: Ord + Clone {
    /// The slot, of `slots` in all, of this token if it is unknown: the fingerprint of a text, or the value of a
    /// number, modulo `slots`.
    fn slot(&self, slots: usize) -> usize;

    /// The value of a missing cell if there is no mask: the empty text, or 0.
    fn nothing() -> Self;
}

impl VocabularyKey for String {
    fn slot(&self, slots: usize) -> usize {
        (fingerprint64(self.as_bytes()) % slots.max(1) as u64) as usize
    }

    fn nothing() -> Self {
        String::new()
    }
}

impl VocabularyKey for i64 {
    fn slot(&self, slots: usize) -> usize {
        self.rem_euclid(i64::try_from(slots).unwrap_or(i64::MAX).max(1)) as usize
    }

    fn nothing() -> Self {
        0
    }
}

/// How tokens become indices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lookup<T> {
    /// The known tokens in their order; empty if they are still to be learned.
    pub vocabulary: Vec<T>,
    /// Slots for unknown tokens.
    pub unknown: usize,
    /// The mask token, which represents a missing value.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub mask: Option<T>,
    /// Whether the mask has index 0; else it is dropped, which is encoded as -1.
    pub mask_has_index: bool,
}

impl<T: VocabularyKey> Lookup<T> {
    /// The index of the first slot for unknown tokens.
    fn first(&self) -> usize {
        usize::from(self.mask.is_some() && self.mask_has_index)
    }

    /// The number of indices before those of the vocabulary.
    pub fn special(&self) -> usize {
        self.first().saturating_add(self.unknown)
    }

    /// Number of indices.
    pub fn size(&self) -> usize {
        self.special().saturating_add(self.vocabulary.len())
    }

    fn masked(&self) -> f32 {
        if self.mask_has_index { 0.0 } else { -1.0 }
    }

    /// The index of a missing cell: that of the mask, else that of the empty text or 0 as an unknown token; NaN if
    /// there is neither.
    pub fn missing(&self) -> f32 {
        match (&self.mask, self.unknown) {
            (Some(_), _) => self.masked(),
            (None, 0) => f32::NAN,
            (None, slots) => (self.first() + T::nothing().slot(slots)) as f32,
        }
    }

    /// A sorted copy for searching.
    pub fn sorted(&self) -> Sorted<T> {
        let place = |i: usize| self.special().saturating_add(i) as f32;
        let mut known: Vec<(T, f32)> =
            self.vocabulary.iter().enumerate().map(|(i, token)| (token.clone(), place(i))).collect();
        known.sort_by(|a, b| a.0.cmp(&b.0));
        let mask = self.mask.clone().map(|mask| (mask, self.masked()));
        Sorted { known, mask, first: self.first(), unknown: self.unknown }
    }
}

/// A vocabulary in the order of its tokens.
#[derive(Debug, Clone)]
pub struct Sorted<T> {
    known: Vec<(T, f32)>,
    mask: Option<(T, f32)>,
    first: usize,
    unknown: usize,
}

impl<T: VocabularyKey> Sorted<T> {
    /// The index of a token; NaN if it is unknown and there is no slot for unknown tokens.
    pub fn index(&self, token: &T) -> f32 {
        if let Some((mask, index)) = &self.mask
            && mask == token
        {
            return *index;
        }
        match self.known.binary_search_by(|known| known.0.cmp(token)) {
            Ok(at) => self.known[at].1,
            Err(_) if self.unknown == 0 => f32::NAN,
            Err(_) if self.unknown == 1 => self.first as f32,
            Err(_) => (self.first + token.slot(self.unknown)) as f32,
        }
    }
}

/// The tokens by frequency, most frequent first; ties by the token, highest first (as in Keras's `adapt`); at most
/// `most`.
pub fn learn<T: VocabularyKey>(tokens: impl Iterator<Item = (T, usize)>, never: &[&T], most: usize) -> Vec<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for (token, times) in tokens {
        if times > 0 && !never.contains(&&token) {
            *counts.entry(token).or_default() += times;
        }
    }
    let mut found: Vec<(T, usize)> = counts.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    found.into_iter().take(most).map(|(token, _)| token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_and_unknown_tokens_stand_before_the_vocabulary() {
        let lookup = Lookup { vocabulary: vec![7, 3], unknown: 2, mask: Some(0), mask_has_index: true };
        let sorted = lookup.sorted();
        assert_eq!([0, 7, 3, 4, -1].map(|token| sorted.index(&token)), [0.0, 3.0, 4.0, 1.0, 2.0]);
        assert_eq!((lookup.size(), lookup.missing()), (5, 0.0));
        let dropped = Lookup { mask_has_index: false, ..lookup.clone() };
        assert_eq!((dropped.size(), dropped.missing(), dropped.sorted().index(&7)), (4, -1.0, 2.0));
        let strict = Lookup { unknown: 0, mask: None, ..lookup };
        assert!(strict.missing().is_nan() && strict.sorted().index(&4).is_nan());
    }

    #[test]
    fn tokens_are_learnt_by_how_often_they_come_and_ties_from_the_highest() {
        let tokens = ["a", "c", "b", "c", "b", "d"].map(|t| (t.to_string(), 1));
        let never = "d".to_string();
        assert_eq!(learn(tokens.clone().into_iter(), &[&never], 9), ["c", "b", "a"]);
        assert_eq!(learn(tokens.into_iter(), &[], 2), ["c", "b"]);
    }
}
