//! Assigns texts and integers to bins by a hash.

use super::BuildLayer;
use super::category_encoding::{OutputMode, output};
use super::discretization::{BINS, Index, indices};
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Field, Interval, Kind, Node, Value, component};
use treino_core::error::{Error, Result};
use treino_core::rows::{ColumnEncoding, Hash};

/// A text or an integer, as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedValue(pub String);

impl Field for HashedValue {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.value {
            Value::Int(number) => Ok(HashedValue(number.to_string())),
            _ => String::read(node, path).map(HashedValue),
        }
    }

    fn write(&self) -> Option<Value> {
        self.0.write()
    }
}

component! {
    /// The bin of a text or whole number: its hash, modulo the number of bins.
    ///
    /// The hash is FarmHash's Fingerprint64, or SipHash-2-4 with a salt; a number is hashed as its digits. Columns of a table,
    /// text ones too, are hashed when an input layer with `columns` is the input. Elsewhere it hashes numbers.
    ///
    /// Keras differences: a number column of a table must hold whole numbers (Keras cuts others off). Numbers that a
    /// layer computed are cut off as in Keras. No `sparse`.
    pub struct Hashing = "hashing" {
        /// Number of bins.
        num_bins: Option<usize> = None, BINS;
        /// A text or whole number that bin 0 is kept for; missing cells go there too.
        mask_value: Option<HashedValue> = None, Kind::TextOrInt;
        /// One or two numbers that change the hash.
        salt: Option<Vec<i64>> = None, Kind::OneOrMore(&Kind::Int(Interval::ALL));
        /// What comes out: the bin, or zeros and ones as of `category_encoding`.
        output_mode: OutputMode = OutputMode::Int, OutputMode::KIND;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl Hashing {
    fn hash(&self) -> Result<Hash> {
        let Some(bins) = self.num_bins else {
            return Err(Error::input("a hashing layer needs num_bins"));
        };
        let salt = match self.salt.as_deref() {
            None => None,
            Some([both]) => Some([*both, *both]),
            Some([a, b]) => Some([*a, *b]),
            Some(list) => {
                return Err(Error::input(format!("salt has {} numbers, but must have one or two", list.len())));
            }
        };
        Ok(Hash { bins, mask: self.mask_value.clone().map(|token| token.0), salt })
    }
}

impl BuildLayer for Hashing {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        self.hash().map(|hash| Some(ColumnEncoding::Bins(hash)))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let mut x = builder.one(inputs)?;
        let hash = self.hash()?;
        let depth = hash.bins;
        if !builder.is_applied(x) {
            x = indices(builder, x, Index::Hash(hash));
        }
        output(builder, x, depth, self.output_mode)
    }
}
