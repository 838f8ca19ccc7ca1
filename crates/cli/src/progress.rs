//! What is shown while a training runs: a live block on a terminal, sparse lines elsewhere. All of it on standard error.

use crate::tables::number;
use crate::terminal::Terminal;
use console::Style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};
use treino::callbacks::Logs;
use treino::train::Event;

/// Redraws a second at most.
const FRAMES: u8 = 10;

/// A line at least this often where nothing is redrawn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shows the events of a training.
pub struct Progress<'a> {
    terminal: &'a Terminal,
    bar: Option<ProgressBar>,
    epochs: usize,
    losses: Vec<f64>,
    last_line: Instant,
    last_draw: Option<Instant>,
}

impl<'a> Progress<'a> {
    /// For a training of at most so many epochs.
    pub fn new(terminal: &'a Terminal, epochs: usize) -> Self {
        let bar = terminal.live.then(|| {
            let bar = ProgressBar::with_draw_target(Some(epochs as u64), ProgressDrawTarget::stderr_with_hz(FRAMES));
            let (template, chars) = if terminal.ascii {
                ("  epoch {pos}/{len} [{bar:20}] {eta}\n  {msg}", "#>-")
            } else {
                ("  epoch {pos}/{len} {bar:20} {eta}\n  {msg}", "━╸─")
            };
            // The template is ours and valid; without it the bar is plainer.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars(chars));
            }
            bar
        });
        Progress { terminal, bar, epochs, losses: Vec::new(), last_line: Instant::now(), last_draw: None }
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Batch { epoch, step, steps, loss } => self.batch(*epoch, *step, *steps, *loss),
            Event::Epoch { epoch, logs, best, waited } => self.epoch(*epoch, logs, *best, *waited),
            Event::Stopped { epoch, why } => self.note(&format!("stopped after epoch {}: {why}", epoch + 1)),
            Event::Restored { epoch } => self.note(&format!("kept the weights of epoch {}", epoch + 1)),
            Event::Repeat { done, of } => match &self.bar {
                Some(bar) => bar.set_message(format!("{done} of {of} seeds done")),
                None => self.say(&format!("{done} of {of} seeds done")),
            },
        }
    }

    /// Takes the live block away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn batch(&mut self, epoch: usize, step: usize, steps: usize, loss: f64) {
        // The clock is asked now and then only: a step of a small network takes about a microsecond.
        if step % 64 != 0 {
            return;
        }
        let now = Instant::now();
        match &self.bar {
            Some(bar) if self.last_draw.is_none_or(|last| now - last > Duration::from_millis(100)) => {
                self.last_draw = Some(now);
                bar.set_message(format!("step {step}/{steps}  loss {}", number(loss)));
            }
            None if now - self.last_line > PATIENCE => {
                self.say(&format!("epoch {}/{}  step {step}/{steps}  loss {}", epoch + 1, self.epochs, number(loss)));
                self.last_line = now;
            }
            _ => {}
        }
    }

    fn epoch(&mut self, epoch: usize, logs: &Logs, best: bool, waited: usize) {
        let watched = logs.get("val_loss").or_else(|| logs.get("loss")).unwrap_or(f64::NAN);
        self.losses.push(watched);
        let mark = if best { "  best so far".to_string() } else { format!("  best was {waited} earlier") };
        if let Some(bar) = &self.bar {
            bar.set_position(epoch as u64 + 1);
            let room = self.terminal.width.saturating_sub(4);
            let text = format!("{}  {}{mark}", sparkline(&self.losses, 16), summary(logs));
            bar.set_message(self.terminal.plain(&text).chars().take(room).collect::<String>());
        } else if is_milestone(epoch + 1) || epoch + 1 == self.epochs || self.last_line.elapsed() > PATIENCE {
            self.say(&format!("epoch {}/{}  {}{}", epoch + 1, self.epochs, summary(logs), if best { "  best so far" } else { "" }));
            self.last_line = Instant::now();
        }
    }

    fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.say(text)),
            None => self.say(text),
        }
    }

    fn say(&self, text: &str) {
        self.terminal.say(&format!("  {}\n", self.terminal.style_err(Style::new().dim(), text)));
    }
}

/// 1, 2, 5, 10, 20, 50, 100, ...
fn is_milestone(epoch: usize) -> bool {
    let mut leading = epoch;
    while leading % 10 == 0 && leading > 0 {
        leading /= 10;
    }
    matches!(leading, 1 | 2 | 5)
}

/// An epoch's numbers in one line.
pub fn summary(logs: &Logs) -> String {
    logs.0.iter().map(|(name, value)| format!("{name} {}", number(*value))).collect::<Vec<_>>().join("  ")
}

/// The last numbers as a line of little bars, from the lowest to the highest among them.
pub fn sparkline(values: &[f64], most: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let from = values.len().saturating_sub(most);
    let shown = &values[from..];
    let (low, high) = shown.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let bar = |v: &f64| {
        let height = if high > low { (v - low) / (high - low) * 7.0 } else { 0.0 };
        if v.is_finite() { BARS[height.round() as usize] } else { '?' }
    };
    shown.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_and_sparklines() {
        let shown: Vec<usize> = (1..=200).filter(|e| is_milestone(*e)).collect();
        assert_eq!(shown, [1, 2, 5, 10, 20, 50, 100, 200]);
        assert_eq!(sparkline(&[0.0, 3.5, 7.0], 8), "▁▅█");
        assert_eq!(sparkline(&[1.0, 1.0, f64::NAN], 2), "▁?");
    }
}
