//! Commands that are shown to be typed again.

/// A word as a shell takes it in one piece: as it is where that is safe, else in single quotes.
///
/// ```
/// use treino::shell::quote;
/// assert_eq!(quote("data/pima.csv"), "data/pima.csv");
/// assert_eq!(quote("it's <b>"), r"'it'\''s <b>'");
/// ```
pub fn quote(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "_-./=,:+".contains(c)) && !text.is_empty();
    if is_plain { text.to_string() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
