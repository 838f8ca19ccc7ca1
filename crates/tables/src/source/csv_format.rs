//! How a CSV file is written: what stands between the cells, and before the decimals.

use crate::Delimiter;
use crate::cell::number::Decimal;
use crate::spec::spec::DataSpec;

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvFormat {
    /// What stands between cells: `,` `;` `|`, a tab, or a blank for any run of blanks and tabs.
    pub delimiter: u8,
    /// The decimal mark.
    pub decimal: Decimal,
    /// Whether the first line names the columns.
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

/// The delimiters to choose from, the more telling first: a comma may also be a decimal mark.
pub(crate) const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// How much of a file decides about its delimiter.
pub(crate) const SAMPLE: usize = 1 << 16;

/// The decimal mark that the spec names, if it names one.
pub(crate) fn decimal(spec: &DataSpec) -> Option<Decimal> {
    spec.decimal.map(Decimal::from)
}

/// The delimiter that the spec names, if it names one.
pub(crate) fn given(spec: &DataSpec) -> Option<u8> {
    spec.delimiter.map(Delimiter::byte)
}
