//! From tokens to the graph, by precedence climbing (V. Pratt, "Top down operator precedence", POPL 1973).

use super::functions::{BuiltinFunction, CONSTANTS, FUNCTIONS};
use super::graph::{Binary, ExprId, ExprShape, Graph, Unary};
use super::lexer::{TokenKind, VocabularyKey, tokens};
use std::ops::Range;
use treino_core::error::{Error, Result};

/// The longest accepted text, in characters.
pub(super) const MOST_TEXT: usize = 10_000;
/// The deepest nesting of brackets, signs and right operands.
pub(super) const MOST_DEPTH: usize = 200;

/// Parses an expression over `variables`, which become the first inputs. `what` is the expression's name in messages,
/// such as "the loss".
pub(super) fn parse(what: &str, text: &str, variables: &[&str]) -> Result<(Graph, ExprId)> {
    if text.trim().is_empty() {
        return Err(Error::input(format!("{what} is an empty text, but must be an expression")));
    }
    let length = text.chars().count();
    if length > MOST_TEXT {
        return Err(Error::input(format!("{what} has {length} characters, but may have {MOST_TEXT}")));
    }
    let tokens = tokens(text).map_err(|unknown| {
        let error = Error::input(unknown.message).marking(text, unknown.span);
        unknown.help.into_iter().fold(error, |error, help| error.help(help))
    })?;
    let mut parser = Parser { what, text, variables, tokens, at: 0, depth: 0, graph: Graph::default() };
    for place in 0..variables.len() {
        parser.graph.input(place, ExprShape::Vector);
    }
    let root = parser.expression(0)?;
    match parser.peek().kind {
        TokenKind::End => Ok((parser.graph, root)),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'a> {
    what: &'a str,
    text: &'a str,
    variables: &'a [&'a str],
    tokens: Vec<VocabularyKey<'a>>,
    at: usize,
    depth: usize,
    graph: Graph,
}

/// The precedence of operators; comparisons, which do not associate, have a level of their own.
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SIGN: u8 = 7;
const POWER: u8 = 8;

/// The precedence and meaning of a binary operator; `true` if its operands are exchanged.
fn infix(kind: TokenKind<'_>) -> Option<(u8, Binary, bool)> {
    Some(match kind {
        TokenKind::Name("or") => (1, Binary::Or, false),
        TokenKind::Name("and") => (2, Binary::And, false),
        TokenKind::Sign(sign) => match sign {
            "<" => (COMPARISON, Binary::Less, false),
            "<=" => (COMPARISON, Binary::LessEqual, false),
            ">" => (COMPARISON, Binary::Less, true),
            ">=" => (COMPARISON, Binary::LessEqual, true),
            "==" => (COMPARISON, Binary::Equal, false),
            "!=" => (COMPARISON, Binary::NotEqual, false),
            "+" => (5, Binary::Add, false),
            "-" => (5, Binary::Sub, false),
            "*" => (6, Binary::Mul, false),
            "/" => (6, Binary::Div, false),
            "%" => (6, Binary::Mod, false),
            "**" => (POWER, Binary::Pow, false),
            _ => return None,
        },
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &VocabularyKey<'a> {
        &self.tokens[self.at]
    }

    fn next(&mut self) -> VocabularyKey<'a> {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn error(&self, message: String, span: Range<usize>) -> Error {
        Error::input(message).marking(self.text, span)
    }

    /// An error for a token other than the expected one.
    fn unexpected(&self, wanted: &str) -> Error {
        let VocabularyKey { kind, span } = self.peek().clone();
        if kind == TokenKind::End {
            return self.error(format!("{} ends where {wanted} should come", self.what), span);
        }
        let error = self.error(format!("\"{}\" stands where {wanted} should come", &self.text[span.clone()]), span);
        match (kind, self.at.checked_sub(1).map(|before| self.tokens[before].kind)) {
            (
                TokenKind::Name(_) | TokenKind::Number(_) | TokenKind::Sign("("),
                Some(TokenKind::Name(_) | TokenKind::Number(_)),
            ) => error.help("write * for a product"),
            _ => error,
        }
    }

    fn expect(&mut self, sign: &'static str, wanted: &str) -> Result<Range<usize>> {
        if self.peek().kind == TokenKind::Sign(sign) {
            return Ok(self.next().span);
        }
        Err(self.unexpected(wanted))
    }

    /// An expression whose operators have at least the precedence `least`.
    fn expression(&mut self, least: u8) -> Result<ExprId> {
        let begin = self.peek().span.start;
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            let span = self.peek().span.clone();
            return Err(self.error(format!("{} is nested more than {MOST_DEPTH} deep", self.what), span));
        }
        let mut left = self.operand()?;
        while let Some((strength, op, turned)) = infix(self.peek().kind)
            && strength >= least
        {
            let sign = self.next().span;
            // Powers are right-associative, and allow a sign before the exponent.
            let right = self.expression(if strength == POWER { SIGN } else { strength + 1 })?;
            if strength == COMPARISON && infix(self.peek().kind).is_some_and(|(next, ..)| next == COMPARISON) {
                let span = sign.start..self.peek().span.end;
                let error = self.error("comparisons cannot be chained".to_string(), span);
                return Err(error.help("join them: a < b and b < c"));
            }
            let (a, b) = if turned { (right, left) } else { (left, right) };
            left = self.graph.binary(op, a, b);
            self.check_number(left, begin)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// An operand of an operator.
    fn operand(&mut self) -> Result<ExprId> {
        let VocabularyKey { kind, span } = self.peek().clone();
        match kind {
            TokenKind::Number(x) => {
                self.next();
                Ok(self.graph.constant(x))
            }
            TokenKind::Sign(sign @ ("-" | "+")) => {
                self.next();
                let x = self.expression(SIGN)?;
                Ok(if sign == "-" { self.graph.unary(Unary::Neg, x) } else { x })
            }
            TokenKind::Name("not") => {
                self.next();
                let x = self.expression(NOT)?;
                Ok(self.graph.unary(Unary::Not, x))
            }
            TokenKind::Sign("(") => {
                self.next();
                let x = self.expression(0)?;
                self.expect(")", "an operator or \")\"")?;
                Ok(x)
            }
            TokenKind::Name(name) if !matches!(name, "and" | "or") => {
                self.next();
                if self.peek().kind == TokenKind::Sign("(") { self.call(name, span) } else { self.variable(name, span) }
            }
            _ => Err(self.unexpected("a number, a variable or a function")),
        }
    }

    fn variable(&mut self, name: &str, span: Range<usize>) -> Result<ExprId> {
        if let Some(place) = self.variables.iter().position(|variable| *variable == name) {
            return Ok(self.graph.input(place, ExprShape::Vector));
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            return Ok(self.graph.constant(*value));
        }
        if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
            let error = self.error(format!("\"{name}\" is a function and needs its brackets"), span);
            return Err(error.help(format!("write {}", usage(function))));
        }
        let names = self.variables.iter().copied().chain(CONSTANTS.iter().map(|(name, _)| *name));
        Err(self.error(format!("{} has no variable \"{name}\"", self.what), span).nearest(name, names))
    }

    fn call(&mut self, name: &str, span: Range<usize>) -> Result<ExprId> {
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            if self.variables.contains(&name) || CONSTANTS.iter().any(|(constant, _)| *constant == name) {
                let error = self.error(format!("\"{name}\" is no function"), span);
                return Err(error.help("write * for a product"));
            }
            let error = self.error(format!("{} has no function \"{name}\"", self.what), span);
            return Err(error.nearest(name, FUNCTIONS.iter().map(|function| function.name)));
        };
        self.next();
        let mut arguments = Vec::new();
        if self.peek().kind != TokenKind::Sign(")") {
            arguments.push(self.expression(0)?);
            while self.peek().kind == TokenKind::Sign(",") {
                self.next();
                arguments.push(self.expression(0)?);
            }
        }
        let end = self.expect(")", "an operator, \",\" or \")\"")?.end;
        let (takes, has) = (function.arguments.len(), arguments.len());
        if takes != has {
            let things = if takes == 1 { "argument" } else { "arguments" };
            let error = self.error(format!("\"{name}\" takes {takes} {things}, but has {has}"), span.start..end);
            return Err(error.help(format!("write {}", usage(function))));
        }
        let value = (function.build)(&mut self.graph, &arguments);
        self.check_number(value, span.start)?;
        Ok(value)
    }

    /// Returns an error for a part whose value is constant and not finite.
    fn check_number(&self, id: ExprId, begin: usize) -> Result<()> {
        match self.graph.number(id) {
            Some(x) if !x.is_finite() => {
                let end = self.tokens[self.at.saturating_sub(1)].span.end;
                let is = if x.is_nan() { "NaN" } else { "infinite" };
                let part = &self.text[begin..end];
                Err(self.error(format!("{part} is {is}"), begin..end))
            }
            _ => Ok(()),
        }
    }
}

/// The syntax of a function call.
pub(super) fn usage(function: &BuiltinFunction) -> String {
    format!("{}({})", function.name, function.arguments.join(", "))
}
