//! Conditions of a dimension: `optimizer == 'sgd' and batch_size in [16, 32]`.
//!
//! ```text
//! or    = and { "or" and }         and = not { "and" not }       not = "not" not | "(" or ")" | test
//! test  = path ("==" | "!=" | "<" | "<=" | ">" | ">=") literal | path "in" "[" literal { "," literal } "]"
//! ```
//! A literal is a number, `true`, `false`, or a text in single or double quotes. An inactive path fails every test.

use std::ops::Range;
use treino_core::catalog::Value;
use treino_core::error::{Error, Result};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// One of them holds.
    Any(Vec<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A comparison of a path's value with literals.
    Test(Test),
}

/// A comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The path, as typed.
    pub path: String,
    /// The relation.
    pub relation: Relation,
    /// The literals: one, or several after `in`.
    pub literals: Vec<Literal>,
    /// The byte range of the test in the text.
    pub place: Range<usize>,
}

/// Relations of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Is one of the literals: `==` and `in`.
    In,
    /// Is not the literal.
    NotEqual,
    /// Is less.
    Less,
    /// Is at most.
    AtMost,
    /// Is more.
    More,
    /// Is at least.
    AtLeast,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Literal {
    /// The literal for a value of a spec; a component with parameters is represented by its `type`.
    pub fn of(value: &Value) -> Option<Literal> {
        match value {
            Value::Bool(b) => Some(Literal::Bool(*b)),
            Value::Int(i) => Some(Literal::Number(*i as f64)),
            Value::Float(x) => Some(Literal::Number(*x)),
            Value::Text(text) => Some(Literal::Text(text.clone())),
            Value::Table(table) => table.get("type").and_then(|node| Literal::of(&node.value)),
            Value::List(_) => None,
        }
    }
}

impl Condition {
    /// Parses a condition.
    ///
    /// # Errors
    /// Returns an error for a text that is not a condition, with its position.
    pub fn parse(text: &str) -> Result<Condition> {
        let mut parser = Parser { text, at: 0 };
        let condition = parser.any()?;
        match parser.peek() {
            None => Ok(condition),
            Some(_) => Err(parser.fails("here must be \"and\", \"or\" or the end")),
        }
    }

    /// Whether it holds, given the value of each path.
    pub fn holds(&self, value: &dyn Fn(&str) -> Option<Literal>) -> bool {
        match self {
            Condition::Any(all) => all.iter().any(|one| one.holds(value)),
            Condition::All(all) => all.iter().all(|one| one.holds(value)),
            Condition::Not(one) => !one.holds(value),
            Condition::Test(test) => value(&test.path).is_some_and(|value| test.holds(&value)),
        }
    }

    /// All its comparisons.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Condition::Any(all) | Condition::All(all) => all.iter().flat_map(Condition::tests).collect(),
            Condition::Not(one) => one.tests(),
            Condition::Test(test) => vec![test],
        }
    }
}

impl Test {
    /// Whether it holds for a value.
    pub fn holds(&self, value: &Literal) -> bool {
        let number = |literal: &Literal| if let Literal::Number(x) = literal { Some(*x) } else { None };
        let order = |fits: fn(f64, f64) -> bool| {
            number(value).zip(self.literals.first().and_then(number)).is_some_and(|(a, b)| fits(a, b))
        };
        match self.relation {
            Relation::In => self.literals.contains(value),
            Relation::NotEqual => !self.literals.contains(value),
            Relation::Less => order(|a, b| a < b),
            Relation::AtMost => order(|a, b| a <= b),
            Relation::More => order(|a, b| a > b),
            Relation::AtLeast => order(|a, b| a >= b),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn fails(&mut self, what: &str) -> Error {
        self.peek();
        let end = self.text[self.at..].chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        let e = Error::input(format!("the condition cannot be read: {what}")).marking(self.text, self.at..end);
        e.help("a condition looks like: optimizer == 'sgd' and batch_size in [16, 32]")
    }

    /// Consumes a sign, if it comes next.
    fn sign(&mut self, sign: &str) -> bool {
        self.peek();
        let is_next = self.text[self.at..].starts_with(sign);
        if is_next {
            self.at += sign.len();
        }
        is_next
    }

    /// The next word, not consumed.
    fn word(&mut self) -> &'a str {
        self.peek();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "_.-+[]*".contains(c))).unwrap_or(rest.len());
        &rest[..end]
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = self.word() == keyword;
        if is_next {
            self.at += keyword.len();
        }
        is_next
    }

    fn any(&mut self) -> Result<Condition> {
        let mut all = vec![self.all()?];
        while self.keyword("or") {
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Any(all) })
    }

    fn all(&mut self) -> Result<Condition> {
        let mut all = vec![self.not(0)?];
        while self.keyword("and") {
            all.push(self.not(0)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn not(&mut self, depth: usize) -> Result<Condition> {
        const DEEPEST: usize = 32;
        if depth > DEEPEST {
            return Err(self.fails("it is nested too deep"));
        }
        if self.keyword("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.sign("(") {
            if self.text[..self.at].matches('(').count() > DEEPEST {
                return Err(self.fails("it is nested too deep"));
            }
            let inner = self.any()?;
            return if self.sign(")") { Ok(inner) } else { Err(self.fails("a parenthesis is not closed")) };
        }
        self.test().map(Condition::Test)
    }

    fn test(&mut self) -> Result<Test> {
        let path = self.word().to_string();
        let start = self.at;
        if path.is_empty() {
            return Err(self.fails("here must be a path, such as optimizer"));
        }
        self.at += path.len();
        let signs = [
            ("==", Relation::In),
            ("!=", Relation::NotEqual),
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("<", Relation::Less),
            (">", Relation::More),
        ];
        let (relation, literals) = if self.keyword("in") {
            if !self.sign("[") {
                return Err(self.fails("behind \"in\" must be a list in brackets"));
            }
            let mut literals = vec![self.literal()?];
            while self.sign(",") {
                literals.push(self.literal()?);
            }
            if !self.sign("]") {
                return Err(self.fails("the list is not closed"));
            }
            (Relation::In, literals)
        } else {
            let relation = signs.into_iter().find(|(sign, _)| self.sign(sign));
            let Some((_, relation)) = relation else {
                return Err(self.fails("here must be ==, !=, <, <=, >, >= or in"));
            };
            (relation, vec![self.literal()?])
        };
        Ok(Test { path, relation, literals, place: start..self.at })
    }

    fn literal(&mut self) -> Result<Literal> {
        match self.peek() {
            Some(quote @ ('\'' | '"')) => {
                let Some(length) = self.text[self.at + 1..].find(quote) else {
                    return Err(self.fails("a text is not closed"));
                };
                let text = self.text[self.at + 1..self.at + 1 + length].to_string();
                self.at += length + 2;
                Ok(Literal::Text(text))
            }
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find([',', ']', ')', ' ']).unwrap_or(rest.len());
                let literal = match &rest[..end] {
                    "true" => Literal::Bool(true),
                    "false" => Literal::Bool(false),
                    number => match number.parse::<f64>() {
                        Ok(x) if x.is_finite() => Literal::Number(x),
                        _ => return Err(self.fails("here must be a number, true, false or a text in quotes")),
                    },
                };
                self.at += end;
                Ok(literal)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let value = |path: &str| match path {
            "optimizer" => Some(Literal::Text("sgd".into())),
            "batch_size" => Some(Literal::Number(32.0)),
            "nesterov" => Some(Literal::Bool(true)),
            _ => None,
        };
        Condition::parse(text).unwrap().holds(&value)
    }

    #[test]
    fn conditions_hold_as_they_read() {
        assert!(holds("optimizer == 'sgd'") && !holds("optimizer != \"sgd\""));
        assert!(holds("batch_size in [16, 32]") && !holds("batch_size in [1]"));
        assert!(holds("optimizer == 'adam' or batch_size >= 32 and nesterov == true"));
        assert!(!holds("(optimizer == 'adam' or batch_size >= 32) and not nesterov == true"));
        assert!(!holds("nothing == 1") && holds("not nothing == 1"));
    }

    #[test]
    fn what_cannot_be_read_is_marked() {
        for (text, place) in
            [("optimizer", 9), ("optimizer = 'sgd'", 10), ("a == ", 5), ("a in 3", 5), ("(a == 1", 7), ("a == 'x", 5)]
        {
            let e = Condition::parse(text).unwrap_err();
            assert_eq!(e.excerpt().unwrap().place.start, place, "{text}: {e}");
        }
        assert!(Condition::parse(&"not ".repeat(5000)).is_err());
        assert!(Condition::parse(&"(".repeat(5000)).is_err());
    }
}
