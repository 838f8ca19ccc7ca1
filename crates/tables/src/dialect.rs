//! How a CSV file is written: what stands between the cells, and before the decimals.

use super::number::Decimal;
use super::source::Opened;
use super::spec::DataSpec;
use treino_core::{Error, Result};

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between cells: `,` `;` `|` or a tab.
    pub delimiter: u8,
    /// The decimal mark.
    pub decimal: Decimal,
    /// Whether the first line names the columns.
    pub header: bool,
}

impl Dialect {
    /// The delimiter as a word: "comma", "semicolon", "tab" or "bar".
    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            b'|' => "bar",
            _ => "comma",
        }
    }
}

/// The delimiters to choose from, the more telling first: a comma may also be a decimal mark.
pub(crate) const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// How much of a file decides about its delimiter.
pub(crate) const SAMPLE: usize = 1 << 16;

/// The delimiter that the spec names, or the one that cuts the first lines of the file most evenly.
pub(crate) fn delimiter(opened: &Opened, spec: &DataSpec) -> Result<u8> {
    if let Some(given) = &spec.delimiter {
        return match given.as_str() {
            "," | "comma" => Ok(b','),
            ";" | "semicolon" => Ok(b';'),
            "|" | "bar" => Ok(b'|'),
            "tab" | "\t" | "\\t" => Ok(b'\t'),
            other => Err(Error::input(format!("delimiter cannot be \"{other}\"")).help("possible: , ; | tab")),
        };
    }
    Ok(find_delimiter(&opened.sample(SAMPLE)?, SAMPLE))
}

/// The decimal mark that the spec names, if it names one.
pub(crate) fn decimal(spec: &DataSpec) -> Result<Option<Decimal>> {
    match spec.decimal.as_deref() {
        None => Ok(None),
        Some("." | "point") => Ok(Some(Decimal::Point)),
        Some("," | "comma") => Ok(Some(Decimal::Comma)),
        Some(other) => Err(Error::input(format!("decimal cannot be \"{other}\"")).help("possible: . ,")),
    }
}

/// The delimiter that cuts most records into as many cells as the first one; of several, the first in the list whose
/// share is as high. `sample` may end in the middle of a record if it is `limit` bytes long.
fn find_delimiter(sample: &[u8], limit: usize) -> u8 {
    let mut best = (0.0, b',');
    let mut single = None;
    for delimiter in DELIMITERS {
        let mut counts = field_counts(sample, delimiter);
        if sample.len() >= limit && counts.len() > 1 {
            counts.pop();
        }
        let Some(first) = counts.first().copied() else { continue };
        let share = counts.iter().filter(|c| **c == first).count() as f64 / counts.len() as f64;
        if first > 1 && share > best.0 {
            best = (share, delimiter);
        }
        if first == 1 && share == 1.0 {
            single = Some(delimiter);
        }
    }
    match single {
        // One column of numbers with decimal commas: the commas are no delimiters.
        Some(delimiter) if best.0 == 0.0 => delimiter,
        _ => best.1,
    }
}

fn field_counts(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(sample);
    let mut record = ::csv::ByteRecord::new();
    let mut counts = Vec::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        counts.push(record.len());
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_cuts_evenly() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("1,5;2,5\n3,5;4,5\n", b';'),
            ("a\tb\n1,2\t3\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("a,b\n\"x;y\",2\n\"z;w\",3\n", b','),
            ("name,text\nx,a;b\ny,c\n", b','),
            ("a;b,c\n1,2\n3,4\n", b','),
            ("x\n1\n2\n", b','),
            // A ragged line does not change what the others say.
            ("a,b,c\n1,2,3\n1,2\n4,5,6\n", b','),
        ] {
            assert_eq!(char::from(find_delimiter(text.as_bytes(), 1 << 16)), char::from(delimiter), "{text}");
        }
        assert_ne!(find_delimiter(b"x\n1,5\n2,5\n", 1 << 16), b',');
    }
}
