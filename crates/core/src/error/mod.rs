//! Errors, with messages that tell the user how to fix them.
//!
//! There is one public [`Error`]. It carries data, not a formatted string: what happened, where (a file, with line and
//! column if known), and what to do. [`std::fmt::Display`] writes it as plain text; a terminal may add colours.
//!
//! A message names the item, its value, the allowed range, and the nearest valid name.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The category of a failure; decides the exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An argument, a spec or a table that cannot be used as it is.
    Input,
    /// A file that could not be read or written.
    Io,
    /// A training whose numbers became infinite or NaN.
    Diverged,
    /// A run that was interrupted before it had a result.
    Interrupted,
}

/// A failure: what, where, and what to do about it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    message: String,
    file: Option<PathBuf>,
    span: Option<TextSpan>,
    excerpt: Option<Excerpt>,
    help: Vec<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// A line of a text that is not in a file, such as an expression, and a span in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line.
    pub line: String,
    /// The bytes of the span: whole characters; empty at the end of the line.
    pub place: Range<usize>,
}

/// A span of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSpan {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1; 0 if only the line is known.
    pub column: usize,
    /// Length in characters; 0 if unknown.
    pub length: usize,
}

impl Excerpt {
    /// At most 60 characters before and after the start of the span, with the number of characters before it and in it.
    fn clipped(&self) -> (String, usize, usize) {
        const SIDE: usize = 60;
        let count = |text: &str| text.chars().count();
        let (before, marked, all) =
            (count(&self.line[..self.place.start]), count(&self.line[self.place.clone()]), count(&self.line));
        let (first, last) = (before.saturating_sub(SIDE), all.min(before + SIDE));
        let left = if first > 0 { "..." } else { "" };
        let right = if last < all { "..." } else { "" };
        let shown: String = self.line.chars().skip(first).take(last - first).collect();
        let marked = marked.min(last - before).max(1);
        (format!("{left}{}{right}", shown.replace(char::is_control, " ")), before - first + left.len(), marked)
    }
}

impl Error {
    /// An error of the given kind. The message starts in lower case and has no full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            file: None,
            span: None,
            excerpt: None,
            help: Vec::new(),
            source: None,
        }))
    }

    /// The error of another library that caused this one, for [`std::error::Error::source`]. The message contains all
    /// that the user needs of it.
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Input that cannot be used.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A file that could not be read or written: `verb` is the operation, such as "read".
    pub fn io(verb: &str, path: &Path, cause: &std::io::Error) -> Self {
        let why = match cause.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_string(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
            std::io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder".to_string(),
            std::io::ErrorKind::AlreadyExists => "there is a file of that name".to_string(),
            std::io::ErrorKind::StorageFull => "the disk is full".to_string(),
            std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_string(),
            std::io::ErrorKind::FileTooLarge => "no file may be so large here".to_string(),
            // The system's message ends with its error code and with text that the reader knows already.
            _ => cause.to_string().split(" (os error").next().unwrap_or_default().to_string(),
        };
        // The cause is borrowed and cannot be cloned, so it is rebuilt from its parts.
        let source = match cause.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code),
            None => std::io::Error::new(cause.kind(), cause.to_string()),
        };
        Self::new(Kind::Io, format!("cannot {verb} {}: {why}", path.display())).caused_by(source)
    }

    /// The file that the error is about.
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.file.get_or_insert(path.into());
        self
    }

    /// The line (from 1) that the error is about.
    pub fn at_line(self, line: usize) -> Self {
        self.at(TextSpan { line, column: 0, length: 0 })
    }

    /// The span of text that the error is about.
    pub fn at(mut self, span: TextSpan) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// The span in a text that the error is about, in bytes. Only the line of the span is shown.
    pub fn marking(mut self, text: &str, place: Range<usize>) -> Self {
        let begin = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[place.start..].find('\n').map_or(text.len(), |at| place.start + at);
        let place = place.start - begin..place.end.min(end) - begin;
        self.0.excerpt.get_or_insert(Excerpt { line: text[begin..end].to_string(), place });
        self
    }

    /// The error with its message and its help texts rewritten by `words`.
    pub fn worded(mut self, words: impl Fn(&str) -> String) -> Self {
        self.0.message = words(&self.0.message);
        self.0.help.iter_mut().for_each(|help| *help = words(help));
        self
    }

    /// Adds one suggestion what to do: a sentence.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    /// Adds "did you mean ...?" if one of `names` is close to `given`, and otherwise the list of them, if short.
    pub fn nearest<'a>(self, given: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        match nearest(given, names.iter().copied()) {
            Some(name) => self.help(format!("did you mean \"{name}\"?")),
            None if names.is_empty() => self,
            None => {
                let shown = names.iter().take(24).copied().collect::<Vec<_>>().join(", ");
                let more = if names.len() > 24 { format!(" and {} more", names.len() - 24) } else { String::new() };
                self.help(format!("possible: {shown}{more}"))
            }
        }
    }

    /// The category of the failure.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What happened, in one sentence without position or help.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file that the error is about, if any.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The span of that file, if known.
    pub fn span(&self) -> Option<TextSpan> {
        self.0.span
    }

    /// The text that the error is about and the span in it, if any.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        self.0.excerpt.as_ref()
    }

    /// What to do about it, one sentence each.
    pub fn helps(&self) -> &[String] {
        &self.0.help
    }

    /// The program's exit code for this error: 2 for a mistake of the user or a problem of the environment, 3 for a
    /// training that diverged, 130 for an interruption.
    pub fn exit_code(&self) -> u8 {
        match self.0.kind {
            Kind::Input | Kind::Io => 2,
            Kind::Diverged => 3,
            Kind::Interrupted => 130,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match (&self.0.file, self.0.span) {
            (Some(file), Some(TextSpan { line, column: 0, .. })) => write!(f, "\n  at {}:{line}", file.display())?,
            (Some(file), Some(TextSpan { line, column, .. })) => {
                write!(f, "\n  at {}:{line}:{column}", file.display())?
            }
            (Some(file), None) => write!(f, "\n  in {}", file.display())?,
            (None, _) => {}
        }
        if let Some(excerpt) = &self.0.excerpt {
            let (line, before, marked) = excerpt.clipped();
            write!(f, "\n    {line}\n    {}{}", " ".repeat(before), "^".repeat(marked))?;
        }
        for help in &self.0.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// The name among `names` that is closest to `given`, ignoring case, `-` and `_`; `None` if nothing is close.
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    fn plain(s: &str) -> String {
        s.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).collect()
    }
    let wanted = plain(given);
    names
        .into_iter()
        .map(|name| {
            let name_plain = plain(name);
            let mut score = strsim::jaro_winkler(&wanted, &name_plain);
            if wanted.len() >= 3
                && (name_plain.contains(&wanted) || wanted.contains(&name_plain) && name_plain.len() >= 3)
            {
                score = score.max(0.86);
            }
            (score, name)
        })
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_an_error_of_the_system_can_be_asked() {
        let cause = std::io::Error::from_raw_os_error(2);
        let e = Error::io("read", Path::new("x.csv"), &cause);
        assert_eq!(e.message(), "cannot read x.csv: there is no such file or folder");
        let source = std::error::Error::source(&e).and_then(|source| source.downcast_ref::<std::io::Error>());
        assert_eq!(source.map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
        assert!(std::error::Error::source(&Error::input("no number")).is_none());
    }

    #[test]
    fn a_close_name_is_offered_and_a_far_one_lists_what_is_possible() {
        let names = ["diabetes", "glucose", "insulin"];
        assert_eq!(nearest("diabetis", names), Some("diabetes"));
        assert_eq!(nearest("Glucose", names), Some("glucose"));
        assert_eq!(nearest("xyz", names), None);
        let e = Error::input("there is no column \"xyz\"").nearest("xyz", names);
        assert_eq!(e.helps(), ["possible: diabetes, glucose, insulin"]);
    }

    #[test]
    fn the_text_names_place_and_help() {
        let e = Error::input("ragged row").in_file("a.csv").at_line(7).help("quote it");
        assert_eq!(e.to_string(), "ragged row\n  at a.csv:7\n  help: quote it");
        assert_eq!(e.exit_code(), 2);
    }
}
