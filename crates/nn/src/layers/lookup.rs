//! Maps tokens to their indices in a vocabulary.
//!
//! Indices: the mask token has 0 if there is one and the output is `int`, then come the slots for unknown tokens, then
//! the vocabulary. With several slots, an unknown integer gets the slot of its value, a text that of its Fingerprint64,
//! modulo their number. A learned vocabulary is ordered by frequency, ties by the token, highest first.

use super::BuildLayer;
use super::category_encoding::{OutputMode, output};
use super::discretization::{Index, indices};
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_core::rows::{ColumnEncoding, Lookup, LookupFit, VocabularyKey, learn};

/// Number of slots for unknown tokens, and of all tokens; indices must be exact in single precision.
const SLOTS: Kind = Kind::Int(Interval::closed(0.0, 16_777_216.0));
const MOST: Kind = Kind::Int(Interval::closed(2.0, 16_777_216.0));

component! {
    /// The index of a text in a vocabulary.
    ///
    /// The input is an input layer with `columns`: its texts are looked up when the table is encoded.
    ///
    /// Keras differences: no `tf_idf`, as nothing in a table is a document; no `invert`, as a network for tables
    /// predicts no tokens; no `encoding`, texts are UTF-8; no `oov_method` and `salt`; no `sparse`; the vocabulary is
    /// no file. A missing cell of a table is the mask token where there is one, else it is unknown.
    pub struct StringLookup = "string_lookup" {
        /// At most so many indices, those of the mask and of unknown tokens counted.
        max_tokens: Option<usize> = None, MOST;
        /// Slots for unknown tokens; with 0 they are an error.
        num_oov_indices: usize = 1, SLOTS;
        /// The token that stands for nothing; where the output is not `int` it is dropped.
        mask_token: Option<String> = None, Kind::Text;
        /// A token that is never learnt.
        oov_token: String = "[UNK]".to_string(), Kind::Text;
        /// The known tokens; learnt from the training rows when left open.
        vocabulary: Option<Vec<String>> = None, Kind::TEXTS;
        /// What comes out: the index, or zeros and ones as of `category_encoding`.
        output_mode: OutputMode = OutputMode::Int, OutputMode::KIND;
        /// Whether zeros and ones are max_tokens wide, however small the vocabulary.
        pad_to_max_tokens: bool = false, Kind::Bool;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// The index of a whole number in a vocabulary.
    ///
    /// Columns of a table are looked up when an input layer with `columns` is the input, and then the vocabulary can be learnt.
    /// Elsewhere it looks up the numbers that it gets, without what stands behind the point.
    ///
    /// Keras differences: as for `string_lookup`.
    pub struct IntegerLookup = "integer_lookup" {
        /// At most so many indices, those of the mask and of unknown tokens counted.
        max_tokens: Option<usize> = None, MOST;
        /// Slots for unknown tokens; with 0 they are an error.
        num_oov_indices: usize = 1, SLOTS;
        /// The token that stands for nothing; where the output is not `int` it is dropped.
        mask_token: Option<i64> = None, Kind::Int(Interval::ALL);
        /// A token that is never learnt.
        oov_token: i64 = -1, Kind::Int(Interval::ALL);
        /// The known tokens; learnt from the training rows when left open.
        vocabulary: Option<Vec<i64>> = None, Kind::List(&Kind::Int(Interval::ALL));
        /// What comes out: the index, or zeros and ones as of `category_encoding`.
        output_mode: OutputMode = OutputMode::Int, OutputMode::KIND;
        /// Whether zeros and ones are max_tokens wide, however small the vocabulary.
        pad_to_max_tokens: bool = false, Kind::Bool;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

/// The common parameters of both lookups.
struct Settings<'a, T> {
    max_tokens: Option<usize>,
    unknown: usize,
    mask: Option<&'a T>,
    oov: &'a T,
    vocabulary: Option<&'a [T]>,
    mode: OutputMode,
    padded: bool,
}

impl<T: VocabularyKey + std::fmt::Debug> Settings<'_, T> {
    /// The checked lookup; with an empty vocabulary if it is to be learned.
    fn learnable(&self) -> Result<LookupFit<T>> {
        let mask_has_index = self.mode == OutputMode::Int;
        let mut lookup =
            Lookup { vocabulary: Vec::new(), unknown: self.unknown, mask: self.mask.cloned(), mask_has_index };
        let special = lookup.special();
        if let Some(given) = self.vocabulary {
            // Vocabularies from Keras start with the mask and the token for unknown ones.
            let mask = self.mask.iter().copied().filter(|_| mask_has_index);
            let front: Vec<&T> = mask.chain(std::iter::repeat_n(self.oov, self.unknown)).collect();
            let starts = given.len() >= special && given[..special].iter().eq(front);
            lookup.vocabulary = if starts { &given[special..] } else { given }.to_vec();
            if lookup.vocabulary.is_empty() {
                return Err(
                    Error::input("the vocabulary is empty").help("left open it is learnt from the training rows")
                );
            }
            let mut sorted: Vec<&T> = lookup.vocabulary.iter().collect();
            sorted.sort();
            if let Some(two) = sorted.windows(2).find(|two| two[0] == two[1]) {
                return Err(Error::input(format!("the vocabulary has {:?} twice", two[0])));
            }
            if let Some(mask) = self.mask.filter(|mask| lookup.vocabulary.contains(mask)) {
                return Err(Error::input(format!("the vocabulary has the mask token {mask:?} among its tokens")));
            }
        }
        let most = match self.max_tokens {
            Some(most) if lookup.size() > most || (lookup.vocabulary.is_empty() && special >= most) => {
                let (has, tokens) = (lookup.size(), lookup.vocabulary.len());
                let e = format!("max_tokens is {most}, but {tokens} tokens with what stands before them are {has}");
                return Err(Error::input(e));
            }
            Some(most) => most - special,
            None if self.padded => return Err(Error::input("pad_to_max_tokens needs max_tokens")),
            None => (1 << 24) - special.min(1 << 24),
        };
        Ok(LookupFit { lookup, max_tokens: most, excluded: self.oov.clone() })
    }

    /// The lookup with its vocabulary.
    fn lookup(&self) -> Result<Lookup<T>> {
        let lookup = self.learnable()?.lookup;
        if lookup.vocabulary.is_empty() {
            let e = "the vocabulary is learnt from columns of a table, but the input is none";
            return Err(Error::input(e).help("feed it an input layer with columns, or give it a vocabulary"));
        }
        Ok(lookup)
    }

    /// The width of the one-hot encoding.
    fn depth(&self, lookup: &Lookup<T>) -> usize {
        self.max_tokens.filter(|_| self.padded && self.mode != OutputMode::Int).unwrap_or(lookup.size())
    }

    /// The vocabulary learned from some tokens.
    fn learnt(&self, tokens: impl Iterator<Item = T>) -> Result<Vec<T>> {
        let LookupFit { max_tokens, excluded, .. } = self.learnable()?;
        let never: Vec<&T> = self.mask.into_iter().chain([&excluded]).collect();
        Ok(learn(tokens.map(|token| (token, 1)), &never, max_tokens))
    }
}

impl StringLookup {
    fn settings(&self) -> Settings<'_, String> {
        Settings {
            max_tokens: self.max_tokens,
            unknown: self.num_oov_indices,
            mask: self.mask_token.as_ref(),
            oov: &self.oov_token,
            vocabulary: self.vocabulary.as_deref(),
            mode: self.output_mode,
            padded: self.pad_to_max_tokens,
        }
    }

    /// Learns the vocabulary from texts (as Keras's `adapt`).
    ///
    /// # Errors
    /// Returns an error for parameters that contradict each other.
    pub fn adapt<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.vocabulary = None;
        self.vocabulary = Some(self.settings().learnt(texts.into_iter().map(String::from))?);
        Ok(())
    }
}

impl IntegerLookup {
    fn settings(&self) -> Settings<'_, i64> {
        Settings {
            max_tokens: self.max_tokens,
            unknown: self.num_oov_indices,
            mask: self.mask_token.as_ref(),
            oov: &self.oov_token,
            vocabulary: self.vocabulary.as_deref(),
            mode: self.output_mode,
            padded: self.pad_to_max_tokens,
        }
    }

    /// Learns the vocabulary from numbers (as Keras's `adapt`).
    ///
    /// # Errors
    /// Returns an error for parameters that contradict each other.
    pub fn adapt(&mut self, numbers: impl IntoIterator<Item = i64>) -> Result<()> {
        self.vocabulary = None;
        self.vocabulary = Some(self.settings().learnt(numbers.into_iter())?);
        Ok(())
    }
}

impl BuildLayer for StringLookup {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        self.settings().learnable().map(|learnable| Some(ColumnEncoding::Texts(learnable)))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        if !builder.is_applied(x) {
            let e = format!("\"{}\" looks up texts, but its input has numbers", builder.layer_name());
            return Err(Error::input(e).help("feed it an input layer with columns of a table"));
        }
        let (settings, lookup) = (self.settings(), self.settings().lookup()?);
        output(builder, x, settings.depth(&lookup), self.output_mode)
    }
}

impl BuildLayer for IntegerLookup {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        self.settings().learnable().map(|learnable| Some(ColumnEncoding::Integers(learnable)))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let mut x = builder.one(inputs)?;
        let (settings, lookup) = (self.settings(), self.settings().lookup()?);
        if !builder.is_applied(x) {
            if lookup.unknown == 0 {
                let e = "num_oov_indices is 0, but numbers that no table gives may be unknown";
                return Err(Error::input(e).help("feed it an input layer with columns, or leave num_oov_indices at 1"));
            }
            x = indices(builder, x, Index::Lookup(lookup.sorted()));
        }
        output(builder, x, settings.depth(&lookup), self.output_mode)
    }
}
