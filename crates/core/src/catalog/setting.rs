//! Settings in messages: in backquotes, as a spec writes them. A front end with other names for settings, such as a
//! command line, finds them by the backquotes.

use super::node::{Node, Value};
use super::toml::toml_value;

/// A setting with its value, such as `` `data.skip_rows = 2` ``. The value contains no backquote: it is written as
/// `\u0060`.
pub fn setting(path: &str, value: impl Into<Value>) -> String {
    format!("`{path} = {}`", toml_value(&value.into()).to_string().replace('`', "\\u0060"))
}

/// The same for a list of texts.
pub fn list_setting<T: ToString>(path: &str, texts: &[T]) -> String {
    let node = |text: &T| Node::from(Value::Text(text.to_string()));
    setting(path, Value::List(texts.iter().map(node).collect()))
}

/// A setting without a value, such as `` `data.ignore` ``.
pub fn setting_name(path: &str) -> String {
    format!("`{path}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml() {
        assert_eq!(setting("data.skip_rows", Value::Int(2)), "`data.skip_rows = 2`");
        assert_eq!(setting("data.decimal", Value::Text(",".into())), "`data.decimal = \",\"`");
        assert_eq!(list_setting("data.missing", &["n.d.", "a`b"]), "`data.missing = [\"n.d.\", \"a\\u0060b\"]`");
    }
}
