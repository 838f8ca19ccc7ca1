//! Integers that identify something rather than count: postal codes, account numbers, document numbers, phone numbers.

use crate::column::dates::RowText;

/// Integers up to this are exact in double precision.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// If the cells have different lengths, one cell in this many must have a leading zero.
const PADDED: u64 = 20;

/// Numbers of one length are codes from this number of digits, if their first digits differ.
const LONG: u32 = 10;

/// The minimum number of such cells.
const FEWEST: u64 = 10;

/// Why integers are taken for codes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Names<'a> {
    /// They have leading zeros, like this one.
    Padded(&'a RowText),
    /// Double precision would change this one.
    TooLong(&'a RowText),
    /// They have a plus sign, as phone numbers do, like this one.
    Phones(&'a RowText),
    /// They are long, and all have the same length.
    OneLength(u32),
}

/// Statistics of the digits of a column's integers.
#[derive(Debug, Clone)]
pub(crate) struct Digits {
    cells: u64,
    shortest: usize,
    longest: usize,
    negative: bool,
    padded: u64,
    first_padded: Option<RowText>,
    with_plus: u64,
    first_with_plus: Option<RowText>,
    too_long: Option<RowText>,
}

impl Digits {
    pub fn new() -> Self {
        Digits {
            cells: 0,
            shortest: usize::MAX,
            longest: 0,
            negative: false,
            padded: 0,
            first_padded: None,
            with_plus: 0,
            first_with_plus: None,
            too_long: None,
        }
    }

    /// Adds a number without separators or surrounding characters, and its value.
    #[inline]
    pub fn add(&mut self, cell: &[u8], value: f64, byte: u64) {
        self.cells += 1;
        self.shortest = self.shortest.min(cell.len());
        self.longest = self.longest.max(cell.len());
        match cell {
            [b'0', _, ..] => self.note_padded(cell, byte),
            [b'+', ..] if cell.len() > 8 => self.note_plus(cell, byte),
            [b'-', ..] => self.negative = true,
            _ => {}
        }
        if value.abs() > EXACT && self.too_long.is_none() {
            self.note_long(cell, value, byte);
        }
    }

    fn note_padded(&mut self, cell: &[u8], byte: u64) {
        if cell.iter().all(u8::is_ascii_digit) {
            self.padded += 1;
            self.first_padded.get_or_insert_with(|| place(cell, byte));
        }
    }

    fn note_plus(&mut self, cell: &[u8], byte: u64) {
        self.with_plus += 1;
        self.first_with_plus.get_or_insert_with(|| place(cell, byte));
    }

    fn note_long(&mut self, cell: &[u8], value: f64, byte: u64) {
        let digits = cell.trim_ascii_start().strip_prefix(b"+").unwrap_or(cell);
        let written = format!("{:.0}", value.abs());
        if digits.iter().all(u8::is_ascii_digit) && written.as_bytes() != digits {
            self.too_long = Some(place(cell, byte));
        }
    }

    /// Why the numbers of a column, all integers between `min` and `max`, are codes; `None` if they may be quantities.
    pub fn names(&self, min: f64, max: f64) -> Option<Names<'_>> {
        if let Some(cell) = &self.too_long {
            return Some(Names::TooLong(cell));
        }
        let one_length = self.shortest == self.longest;
        match (&self.first_padded, &self.first_with_plus) {
            (Some(cell), _) if one_length || self.padded * PADDED >= self.cells => return Some(Names::Padded(cell)),
            (_, Some(cell)) if self.with_plus * 2 >= self.cells => return Some(Names::Phones(cell)),
            _ => {}
        }
        let digits = format!("{max:.0}").len() as u32;
        let first_digits_differ = max - min >= 10f64.powi(digits as i32 - 1);
        let is_code = one_length && !self.negative && digits >= LONG && self.cells >= FEWEST && first_digits_differ;
        is_code.then_some(Names::OneLength(digits))
    }

    /// Numbers with leading zeros that are too few for the column to be codes: the number of them, and the first.
    pub fn some_padded(&self) -> Option<(u64, &RowText)> {
        self.first_padded.as_ref().map(|cell| (self.padded, cell))
    }
}

fn place(cell: &[u8], byte: u64) -> RowText {
    (byte, String::from_utf8_lossy(cell).into_owned())
}

/// Whether the name of a column indicates that its integers are codes: `zip`, `cep_residencia`, `CPF`, `Phone Number`.
pub(crate) fn is_called_code(name: &str) -> bool {
    const WORDS: [&str; 34] = [
        "zip",
        "zipcode",
        "postcode",
        "postalcode",
        "postal",
        "plz",
        "cep",
        "cpf",
        "cnpj",
        "rg",
        "cns",
        "pis",
        "pasep",
        "nis",
        "ssn",
        "phone",
        "phonenumber",
        "telephone",
        "telefone",
        "fone",
        "celular",
        "mobile",
        "whatsapp",
        "fax",
        "iban",
        "isbn",
        "issn",
        "ean",
        "gtin",
        "imei",
        "barcode",
        "matricula",
        "matrícula",
        "renavam",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a name, in lower case: `zipCode`, `zip_code` and `Zip Code` are zip and code.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(cells: &[&str]) -> (Digits, f64, f64) {
        let mut digits = Digits::new();
        let value = |cell: &&str| cell.trim_start_matches('+').parse::<f64>().unwrap();
        for (cell, byte) in cells.iter().zip(1..) {
            digits.add(cell.as_bytes(), value(cell), byte);
        }
        let values = || cells.iter().map(value);
        (digits, values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    }

    #[test]
    fn what_names_something_is_found() {
        let names = |cells: &[&str]| {
            let (digits, min, max) = digits(cells);
            match digits.names(min, max) {
                Some(Names::Padded(place)) => Some(("padded", place.0)),
                Some(Names::TooLong(place)) => Some(("long", place.0)),
                Some(Names::Phones(place)) => Some(("phones", place.0)),
                Some(Names::OneLength(length)) => Some(("length", u64::from(length))),
                None => None,
            }
        };
        assert_eq!(names(&["60601", "00501"]), Some(("padded", 2)));
        assert_eq!(names(&["1", "02", "3"]), Some(("padded", 2)));
        assert_eq!(names(&["1582218195625938945", "5"]), Some(("long", 1)));
        assert_eq!(names(&["+5511987654321", "+5521987654321"]), Some(("phones", 1)));
        let phones: Vec<String> = (0..12).map(|i| format!("{}987654321", 11 + 7 * i)).collect();
        assert_eq!(names(&phones.iter().map(String::as_str).collect::<Vec<_>>()), Some(("length", 11)));
        // Seconds since 1970, exact integers, and a single zero among many others are quantities.
        let times: Vec<String> = (0..12).map(|i| (1_600_000_000 + 10_000_000 * i).to_string()).collect();
        assert_eq!(names(&times.iter().map(String::as_str).collect::<Vec<_>>()), None);
        assert_eq!(names(&["10000000000000000", "20000000000000000"]), None);
        assert_eq!(names(&["0", "10", "200", "-5"]), None);
        let mut few = vec!["5"; 50];
        few[7] = "07";
        assert_eq!(names(&few), None);
        assert_eq!(digits(&few).0.some_padded().map(|(n, place)| (n, place.0)), Some((1, 8)));
    }

    #[test]
    fn names_of_codes_are_known() {
        for name in ["zip", "ZIP", "zipCode", "Zip Code", "cep_residencia", "CPF", "phone_number", "home.phone"] {
            assert!(is_called_code(name), "{name}");
        }
        for name in ["zipper", "conceptual", "price", "recipe", "rgb", "age"] {
            assert!(!is_called_code(name), "{name}");
        }
    }
}
