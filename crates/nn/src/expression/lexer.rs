//! Splits an expression's text into tokens with their positions.

use std::ops::Range;

/// A token and its byte range in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VocabularyKey<'a> {
    pub kind: TokenKind<'a>,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind<'a> {
    Number(f64),
    Name(&'a str),
    /// An operator, a bracket or a comma.
    Sign(&'static str),
    End,
}

/// A part of the text that is not a token, and what to do about it.
#[derive(Debug)]
pub(super) struct Unknown {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<&'static str>,
}

/// Longer operators first.
const SIGNS: [&str; 16] = ["**", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "<", ">", "(", ")", ",", "^"];

/// The tokens of a text, [`TokenKind::End`] last.
pub(super) fn tokens(text: &str) -> Result<Vec<VocabularyKey<'_>>, Unknown> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, length) = if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            let length = number_length(rest.as_bytes());
            match rest[..length].parse::<f64>() {
                Ok(x) if x.is_finite() => (TokenKind::Number(x), length),
                _ => {
                    let message = format!("{} is too large for a number", &rest[..length]);
                    return Err(Unknown { span: at..at + length, message, help: None });
                }
            }
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (TokenKind::Name(&rest[..length]), length)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            if *sign == "^" {
                let message = "\"^\" has no meaning in an expression".to_string();
                return Err(Unknown { span: at..at + 1, message, help: Some("write ** for a power") });
            }
            (TokenKind::Sign(sign), sign.len())
        } else {
            let help = match c {
                '=' => Some("compare with ==; arguments have no names, and reductions always go over the row"),
                '&' => Some("write and"),
                '|' => Some("write or"),
                '!' => Some("write not, or != for unequal"),
                '.' => Some("write functions without a module in front: mean(x), not ops.mean(x)"),
                '×' | '·' => Some("write * for a product"),
                '−' | '–' => Some("write - for a difference"),
                _ => None,
            };
            let message = format!("\"{}\" has no meaning in an expression", c.escape_debug());
            return Err(Unknown { span: at..at + c.len_utf8(), message, help });
        };
        tokens.push(VocabularyKey { kind, span: at..at + length });
        at += length;
    }
    tokens.push(VocabularyKey { kind: TokenKind::End, span: text.trim_end().len()..text.trim_end().len() });
    Ok(tokens)
}

/// The length in bytes of a number that starts with a digit or a point.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from.min(text.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut length = digits(0);
    if text.get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(text.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}
