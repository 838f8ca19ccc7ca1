//! The format of a CSV file: delimiter and decimal separator.

use crate::Delimiter;
use crate::cell::number::Decimal;
use crate::spec::spec::DataSpec;

/// The format of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvFormat {
    /// The delimiter: `,` `;` `|`, a tab, or a space for any run of spaces and tabs.
    pub delimiter: u8,
    /// The decimal separator.
    pub decimal: Decimal,
    /// Whether the first line is a header.
    pub header: bool,
}

impl CsvFormat {
    /// The delimiter as a word: "comma", "semicolon", "tab", "bar" or "spaces".
    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            b'|' => "bar",
            b' ' => "spaces",
            _ => "comma",
        }
    }
}

/// The possible delimiters, the less ambiguous first: a comma may also be a decimal separator.
pub(crate) const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// The number of bytes that decide about the delimiter of a file.
pub(crate) const SAMPLE: usize = 1 << 16;

/// The decimal separator that the spec gives, if any.
pub(crate) fn decimal(spec: &DataSpec) -> Option<Decimal> {
    spec.decimal.map(Decimal::from)
}

/// The delimiter that the spec gives, if any.
pub(crate) fn given(spec: &DataSpec) -> Option<u8> {
    spec.delimiter.map(Delimiter::byte)
}
