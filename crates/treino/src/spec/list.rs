//! Lists as people type them: items between commas.

/// What holds commas together in a typed list, beside braces and brackets.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListSyntax {
    /// Whether parentheses do, as in expressions.
    pub parentheses: bool,
    /// Whether single and double quotes do, as in TOML.
    pub quotes: bool,
}

/// The items between the commas of a list, without blanks around them; empty items are left out. A comma for which
/// `is_part(before, after)` holds is part of its item; `before` begins where the item does.
pub fn split_list(text: &str, syntax: ListSyntax, is_part: impl Fn(&str, &str) -> bool) -> Vec<&str> {
    let (mut items, mut depth, mut quote, mut start) = (Vec::new(), 0, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if syntax.quotes => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, '(') if syntax.parentheses => depth += 1,
            (None, ')') if syntax.parentheses => depth -= 1,
            (None, ',') if depth == 0 && !is_part(&text[start..at], &text[at + 1..]) => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_are_no_ends() {
        let never = |_: &str, _: &str| false;
        let plain = ListSyntax::default();
        assert_eq!(split_list("a, b,,c ", plain, never), ["a", "b", "c"]);
        assert_eq!(split_list("{a=1,b=2},[1,2]", plain, never), ["{a=1,b=2}", "[1,2]"]);
        assert_eq!(split_list("it's,f(a,b)", plain, never), ["it's", "f(a", "b)"]);
        assert_eq!(split_list("f(a,b),c", ListSyntax { parentheses: true, ..plain }, never), ["f(a,b)", "c"]);
        assert_eq!(split_list("\"a,b\",c", ListSyntax { quotes: true, ..plain }, never), ["\"a,b\"", "c"]);
        assert_eq!(split_list("-999,9,x", plain, |before, _| before == "-999"), ["-999,9", "x"]);
    }
}
