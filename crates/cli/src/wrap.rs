//! Text wrapped to a width.

/// Text wrapped to at most `width` characters per line, unless a single word is longer: the first line starts with
/// `first`, the others with `indent`.
pub fn wrapped(words: &str, width: usize, first: &str, indent: &str) -> String {
    if first.chars().count() + words.trim().chars().count() <= width && !words.contains('\n') {
        return format!("{first}{}\n", words.trim());
    }
    let mut text = first.to_string();
    let mut used = first.chars().count();
    let mut begins = true;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if !begins && used + 1 + length > width {
            text.push('\n');
            text.push_str(indent);
            used = indent.chars().count();
            begins = true;
        }
        if !begins {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
        begins = false;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_between_them_only() {
        assert_eq!(wrapped("one two three four", 10, "- ", "  "), "- one two\n  three\n  four\n");
        assert_eq!(wrapped("a-word-without-end b", 10, "  ", "  "), "  a-word-without-end\n  b\n");
        assert_eq!(wrapped("", 10, "  ", "  "), "  \n");
        // Text that fits keeps its spaces.
        assert_eq!(wrapped("a  b", 10, "  ", "  "), "  a  b\n");
    }
}
