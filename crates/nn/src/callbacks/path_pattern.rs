//! File names with numbers of the training in them, such as `{epoch:02d}-{val_loss:.2f}.safetensors`.

use super::python_number::{fixed, repr, scientific};
use crate::events::Logs;
use treino_core::error::{Error, Result};

/// A file name with places for numbers, in Python's notation: `{name}`, `{name:02d}`, `{name:.3f}`, `{name:.2e}`. Two
/// braces stand for one.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Number { name: String, format: Format },
}

#[derive(Debug, Clone, Copy)]
struct Format {
    zeros: bool,
    width: usize,
    digits: Option<usize>,
    kind: NumberKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    /// A whole number.
    Whole,
    Fixed,
    Scientific,
    /// As Python's `repr`.
    Plain,
}

/// The most that a width or a number of digits may be.
const MOST: usize = 99;

impl PathPattern {
    /// Reads a pattern, called `path` in messages. `whole` are the names that stand for whole numbers, `names` the others.
    ///
    /// # Errors
    /// A brace without partner, an unknown name, a format that is none for its number.
    pub fn parse(path: &str, text: &str, whole: &[&str], names: &[String]) -> Result<Self> {
        let mut pieces = vec![Piece::Text(String::new())];
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            if let Some(after) = after.strip_prefix(c).filter(|_| matches!(c, '{' | '}')) {
                push(&mut pieces, c);
                rest = after;
                continue;
            }
            rest = after;
            match c {
                '{' => {
                    let Some((inside, after)) = rest.split_once('}') else {
                        return Err(Error::input(format!("{path} is \"{text}\", which has a {{ without its }}")));
                    };
                    pieces.push(number(path, inside, whole, names)?);
                    rest = after;
                }
                '}' => return Err(Error::input(format!("{path} is \"{text}\", which has a }} without its {{"))),
                c => push(&mut pieces, c),
            }
        }
        Ok(PathPattern { pieces })
    }

    /// What stands before the first number.
    pub fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// The file name with the numbers in their places; `None` where the logs lack one of them.
    pub fn fill(&self, epoch: usize, batch: Option<usize>, logs: &Logs) -> Option<String> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Number { name, format } => filled.push_str(&match name.as_str() {
                    "epoch" => format.write(epoch as f64),
                    "batch" => format.write(batch? as f64),
                    name => format.write(logs.get(name)?),
                }),
            }
        }
        Some(filled)
    }
}

fn push(pieces: &mut Vec<Piece>, c: char) {
    match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push(c),
        _ => pieces.push(Piece::Text(c.to_string())),
    }
}

/// Reads what stands between braces.
fn number(path: &str, inside: &str, whole: &[&str], names: &[String]) -> Result<Piece> {
    let (name, format) = inside.split_once(':').unwrap_or((inside, ""));
    let is_whole = whole.contains(&name);
    if !is_whole && !names.iter().any(|n| n == name) {
        let known = whole.iter().copied().chain(names.iter().map(String::as_str));
        return Err(Error::input(format!("{path} holds {{{inside}}}, which names no number of this training"))
            .nearest(name, known));
    }
    let format = Format::parse(format, is_whole).ok_or_else(|| {
        let (written, other) = if is_whole { ("02d", "d") } else { (".2f", ".3e") };
        Error::input(format!("{path} holds {{{inside}}}, which is no format for \"{name}\""))
            .help(format!("write {{{name}}}, {{{name}:{written}}} or {{{name}:{other}}}"))
    })?;
    Ok(Piece::Number { name: name.to_string(), format })
}

impl Format {
    fn parse(text: &str, is_whole: bool) -> Option<Self> {
        let (text, kind) = match text.chars().last() {
            Some('d') if is_whole => (&text[..text.len() - 1], NumberKind::Whole),
            Some('f') => (&text[..text.len() - 1], NumberKind::Fixed),
            Some('e') => (&text[..text.len() - 1], NumberKind::Scientific),
            _ if is_whole => (text, NumberKind::Whole),
            _ => (text, NumberKind::Plain),
        };
        let (width, digits) = match text.split_once('.') {
            Some((width, digits)) => (width, Some(digits)),
            None => (text, None),
        };
        let count = |text: &str| {
            let is_number = text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|n| is_number && *n <= MOST)
        };
        let zeros = width.starts_with('0');
        let width = if width.is_empty() { 0 } else { count(width)? };
        let digits = match digits {
            Some(digits) if matches!(kind, NumberKind::Fixed | NumberKind::Scientific) => Some(count(digits)?),
            Some(_) => return None,
            None => None,
        };
        Some(Format { zeros, width, digits, kind })
    }

    fn write(self, x: f64) -> String {
        let digits = self.digits.unwrap_or(6);
        let text = match self.kind {
            NumberKind::Whole => format!("{x:.0}"),
            NumberKind::Fixed => fixed(x, digits),
            NumberKind::Scientific => scientific(x, digits),
            NumberKind::Plain => repr(x),
        };
        let missing = self.width.saturating_sub(text.len());
        match (self.zeros, text.strip_prefix('-')) {
            (true, Some(amount)) => format!("-{}{amount}", "0".repeat(missing)),
            (true, None) => format!("{}{text}", "0".repeat(missing)),
            (false, _) => format!("{}{text}", " ".repeat(missing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str, epoch: usize, loss: f64) -> String {
        let logs = Logs(vec![("loss".to_string(), loss)]);
        let pattern = PathPattern::parse("filepath", text, &["epoch"], &["loss".to_string()]).unwrap();
        pattern.fill(epoch, None, &logs).unwrap()
    }

    #[test]
    fn numbers_stand_where_python_puts_them() {
        assert_eq!(fill("a/{epoch:02d}-{loss:.2f}.x", 3, 0.125), "a/03-0.12.x");
        assert_eq!(fill("{epoch}{{{epoch:5d}}}", 3, 0.0), "3{    3}");
        assert_eq!(fill("{loss:07.2f}|{loss:8.2f}|{loss:.0e}|{loss}", 3, -1.5), "-001.50|   -1.50|-2e+00|-1.5");
        assert_eq!(fill("{loss:06.2f}|{epoch:.1f}", 3, f64::NAN), "000nan|3.0");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, word) in [
            ("{epoch", "without its }"),
            ("epoch}", "without its {"),
            ("{epohc}", "{epohc}, which names no number"),
            ("{}", "{}, which names no number"),
            ("{loss:d}", "is no format"),
            ("{loss:.2}", "is no format"),
            ("{loss:x}", "is no format"),
            ("{loss:+.2f}", "is no format"),
            ("{epoch:.2d}", "is no format"),
            ("{epoch:999999999999d}", "is no format"),
            ("{epoch:100d}", "is no format"),
            ("{epoch:é}", "is no format"),
        ] {
            let e = PathPattern::parse("filepath", text, &["epoch"], &["loss".to_string()]).unwrap_err();
            assert!(e.message().contains(word), "{text}: {e}");
        }
    }
}
