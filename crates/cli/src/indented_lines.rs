//! Text wrapped to the width of the terminal.

use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use console::Style;

/// Labelled lines: the label in a separate column if there is space.
pub struct IndentedLines<'a> {
    terminal: &'a Terminal,
    /// What has been added so far.
    pub text: String,
}

impl<'a> IndentedLines<'a> {
    /// No lines yet.
    pub fn new(terminal: &'a Terminal) -> Self {
        IndentedLines { terminal, text: String::new() }
    }

    /// Adds a command under a label, in one line whatever its width: broken in two, a shell would run half of it.
    pub fn add_command(&mut self, label: &str, command: &str) {
        let label = if self.terminal.is_narrow() { format!("  {label}: ") } else { format!("  {label:<9} ") };
        self.text.push_str(&self.terminal.style(Style::new().dim(), &label));
        self.text.push_str(&escaped(command));
        self.text.push('\n');
    }

    /// Adds words under a label.
    pub fn add(&mut self, label: &str, words: &str) {
        let styled = |text: &str| self.terminal.style(Style::new().dim(), text);
        let words = escaped(words);
        let (first, indent) = if self.terminal.is_narrow() {
            (format!("  {label}: "), "    ")
        } else {
            (format!("  {label:<9} "), "            ")
        };
        let text = wrapped(&words, self.terminal.width, &first, indent);
        // Styled last, because escape codes have no width.
        let words_begin = first.len().min(text.len());
        self.text.push_str(&styled(&text[..words_begin]));
        self.text.push_str(&text[words_begin..]);
    }
}
