//! The capabilities of the terminal, and writing to it.

use crate::arguments::with_flags;
use crate::wrap::wrapped;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use clap::ArgMatches;
use console::Style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::ops::Range;
use treino::data::Note;
use treino::error::{Error, TextSpan};
use treino_pages::language::Lang;

/// Where text is written.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Whether standard output takes colours.
    color_out: bool,
    /// Whether standard error takes colours.
    color_err: bool,
    /// Whether standard error is a terminal that can be redrawn.
    pub live: bool,
    /// Whether to keep to ASCII.
    pub ascii: bool,
    /// The language of the output.
    pub lang: Lang,
    /// Columns, between 40 and 200.
    pub width: usize,
    /// Whether that width is known, and not a guess for a file or a pipe.
    is_width_known: bool,
}

impl Terminal {
    /// Looks at the arguments, the streams and the environment (`NO_COLOR`, `TERM=dumb`, `COLUMNS`, the locale).
    pub fn new(matches: &ArgMatches) -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let when = matches.get_one::<String>("color").map_or("auto", String::as_str);
        let color = |is_terminal: bool| match when {
            "always" => true,
            "never" => false,
            _ => is_terminal && !dumb && !no_color,
        };
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let told: Option<u16> = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let seen = || console::Term::stdout().size_checked().or_else(|| console::Term::stderr().size_checked());
        let columns = told.or_else(|| seen().map(|(_, columns)| columns));
        Terminal {
            color_out: color(out),
            color_err: color(err),
            live: err && !dumb,
            ascii: matches.get_flag("ascii"),
            lang: language(matches),
            width: usize::from(columns.unwrap_or(80)).clamp(40, 200),
            is_width_known: columns.is_some(),
        }
    }

    /// The width for lines that should not be wrapped in a file or a pipe.
    pub fn known_width(&self) -> usize {
        if self.is_width_known { self.width } else { usize::MAX }
    }

    /// Whether there is no space for a separate column of labels.
    pub fn is_narrow(&self) -> bool {
        self.width < 60
    }

    /// Text for standard output in a style.
    pub fn style(&self, style: Style, text: &str) -> String {
        style.force_styling(self.color_out).apply_to(text).to_string()
    }

    /// Text for standard error in a style.
    pub fn style_err(&self, style: Style, text: &str) -> String {
        style.force_styling(self.color_err).apply_to(text).to_string()
    }

    /// A block on standard error that is redrawn whenever its message changes, if the terminal supports it.
    pub fn live_block(&self) -> Option<ProgressBar> {
        self.live.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // The whole block is the message; the template is valid.
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
            bar
        })
    }

    /// Writes to standard output. If the reader has closed it, the program ends without a message.
    pub fn print(&self, text: &str) {
        print(&self.plain(text));
    }

    /// Writes to standard error.
    pub fn say(&self, text: &str) {
        // An error on standard error cannot be reported anywhere.
        let _ = std::io::stderr().lock().write_all(self.plain(text).as_bytes());
    }

    /// Writes notes on a table to standard error.
    pub fn say_notes(&self, notes: &[Note]) {
        for note in notes {
            self.say(&wrapped(&escaped(&with_flags(&self.lang.noted(note))), self.known_width(), "", "  "));
        }
    }

    /// The text, converted to ASCII if requested.
    pub fn plain(&self, text: &str) -> String {
        if !self.ascii {
            return text.to_string();
        }
        let ascii = |c: char| match c {
            c if c.is_ascii() => c.to_string(),
            'á' | 'à' | 'â' | 'ã' => "a".to_string(),
            'é' | 'ê' => "e".to_string(),
            'í' => "i".to_string(),
            'ó' | 'ô' | 'õ' => "o".to_string(),
            'ú' | 'ü' => "u".to_string(),
            'ç' => "c".to_string(),
            'Á' | 'À' | 'Â' | 'Ã' => "A".to_string(),
            'É' | 'Ê' => "E".to_string(),
            'Í' => "I".to_string(),
            'Ó' | 'Ô' | 'Õ' => "O".to_string(),
            'Ú' | 'Ü' => "U".to_string(),
            'Ç' => "C".to_string(),
            '→' => "->".to_string(),
            '±' => "+-".to_string(),
            '·' | '•' | '–' | '—' | '─' => "-".to_string(),
            '≥' => ">=".to_string(),
            '≤' => "<=".to_string(),
            'µ' => "u".to_string(),
            '×' => "x".to_string(),
            '…' => "...".to_string(),
            '│' => "|".to_string(),
            '━' | '╸' => "=".to_string(),
            '▁' | '▂' => "_".to_string(),
            '▃' | '▄' => "-".to_string(),
            '▅' | '▆' => "=".to_string(),
            '▇' | '█' => "#".to_string(),
            // Text from the user's files.
            _ => "?".to_string(),
        };
        text.chars().map(ascii).collect()
    }

    /// Reports an error, with the lines of the spec and of the expression that it is in, if any.
    pub fn report(&self, error: &Error) {
        let error = &error.clone().worded(with_flags);
        let mut text = match (error.file(), error.span()) {
            (Some(file), Some(span)) if span.column > 0 => std::fs::read_to_string(file)
                .ok()
                .and_then(|source| self.snippet(error, &source, &file.display().to_string(), span)),
            _ => None,
        };
        if text.is_none() && error.excerpt().is_some() {
            let place = error.file().map(|file| Level::NOTE.message(format!("it is in {}", file.display())));
            let title = escaped(error.message());
            text = Some(self.rendered(error, Level::ERROR.primary_title(&*title).elements(place)));
        }
        let text = text.get_or_insert_with(|| {
            let lines = escaped(&error.to_string());
            let width = self.known_width();
            let lines = lines.lines().enumerate().map(|(i, line)| match i {
                // The text starts after "error: ".
                0 => wrapped(line, width.saturating_sub(7), "", "  "),
                _ => wrapped(line, width, "  ", "    "),
            });
            let text: String = lines.collect();
            format!("{} {}", self.style_err(Style::new().red().bold(), "error:"), text.trim_end())
        });
        self.say(&format!("{text}\n"));
    }

    fn snippet(&self, error: &Error, source: &str, file: &str, span: TextSpan) -> Option<String> {
        let range = byte_range(source, span)?;
        let title = escaped(error.message());
        let snippet = Snippet::source(source).path(file).annotation(AnnotationKind::Primary.span(range));
        Some(self.rendered(error, Level::ERROR.primary_title(&*title).element(snippet)))
    }

    /// A report with the expression that the error is about, and what to do.
    fn rendered(&self, error: &Error, mut group: Group<'_>) -> String {
        if let Some(excerpt) = error.excerpt() {
            // The number of bytes is unchanged, so that the span stays correct.
            let plain = |c: char| if c.is_control() { " ".repeat(c.len_utf8()) } else { c.to_string() };
            let line: String = excerpt.line.chars().map(plain).collect();
            let place = AnnotationKind::Primary.span(excerpt.place.clone());
            group = group.element(Snippet::source(line).annotation(place));
        }
        for help in error.helps() {
            group = group.element(Level::HELP.message(escaped(help)));
        }
        let renderer = if self.color_err { Renderer::styled() } else { Renderer::plain() };
        renderer.term_width(self.width).render(&[group])
    }
}

/// The language of `--lang`, else that of the locale: of the first of its variables that is set.
fn language(matches: &ArgMatches) -> Lang {
    let told = matches.get_one::<String>("lang").cloned();
    let locale =
        || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok()).find(|v| !v.is_empty());
    told.or_else(locale).and_then(|name| Lang::of(&name)).unwrap_or_default()
}

/// Writes to standard output. If the reader has closed it, the program ends without a message; other errors are
/// reported.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        if e.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        let error = Error::io("write to", std::path::Path::new("standard output"), &e);
        let _ = writeln!(std::io::stderr(), "error: {error}");
        std::process::exit(2);
    }
}

/// Text that may come from a file, without control characters that could change the terminal.
pub fn escaped(text: &str) -> String {
    // Also those that change the direction of the following text.
    let is_steering =
        |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if is_steering(c) { '\u{fffd}' } else { c }).collect()
}

fn byte_range(source: &str, span: TextSpan) -> Option<Range<usize>> {
    let line_start: usize = source.split_inclusive('\n').take(span.line - 1).map(str::len).sum();
    let line = source[line_start..].lines().next()?;
    let at = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    Some(line_start + at(span.column - 1)..line_start + at(span.column - 1 + span.length.max(1)))
}
