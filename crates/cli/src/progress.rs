//! The progress of a training: a live block on a terminal, sparse lines elsewhere. All of it on standard error.

use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use console::Style;
use indicatif::ProgressBar;
use std::time::{Duration, Instant};
use treino::callbacks::Callback;
use treino::events::Event;
use treino::events::Logs;
use treino::runs::PreparedRun;
use treino::train::PENALTY;
use treino_pages::language::Lang;

/// Time between two redraws of the live block.
const FRAME: Duration = Duration::from_millis(100);

/// The longest time between two lines if there is no live block.
const PATIENCE: Duration = Duration::from_secs(5);

/// The width of the epoch bar.
const BAR: usize = 24;

/// Shows the events of a training.
pub struct TrainProgressBar<'a> {
    terminal: &'a Terminal,
    live: Option<ProgressBar>,
    epochs: usize,
    /// Epochs without improvement after which the training stops, if the monitored metric is shown.
    patience: Option<usize>,
    /// Epochs done, the current one as a share.
    done: f64,
    /// When the first step ended, and how much was done then.
    began: Option<(Instant, f64)>,
    /// The metric that is shown for each epoch.
    losses: Vec<f64>,
    best: usize,
    waited: usize,
    /// The last epoch's numbers.
    summary: String,
    /// Steps until the clock is read again, and how many there were before the last time.
    stride: (usize, usize),
    last_look: Instant,
    last_shown: Instant,
    /// How often a callback saved the model, and the last file.
    saved: (usize, String),
}

impl<'a> TrainProgressBar<'a> {
    /// For a training that is about to start.
    pub fn new(terminal: &'a Terminal, planned: &PreparedRun) -> Self {
        let live = terminal.live_block();
        let watched = if planned.prepared.validation.is_some() { "val_loss" } else { "loss" };
        let patience = planned.resolved.spec.callbacks.iter().find_map(|callback| match callback {
            Callback::EarlyStopping(stopping) => {
                let is_plain =
                    stopping.min_delta == 0.0 && stopping.baseline.is_none() && stopping.start_from_epoch == 0;
                (stopping.monitor == watched && is_plain).then_some(stopping.patience)
            }
            _ => None,
        });
        TrainProgressBar {
            terminal,
            live,
            epochs: planned.settings().epochs,
            patience,
            done: 0.0,
            began: None,
            losses: Vec::new(),
            best: 0,
            waited: 0,
            summary: String::new(),
            stride: (1, 1),
            last_look: Instant::now(),
            last_shown: Instant::now(),
            saved: (0, String::new()),
        }
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Event) {
        let lang = self.terminal.lang;
        match event {
            Event::Batch { epoch, step, steps, loss } => self.batch(*epoch, *step, *steps, *loss),
            Event::Epoch { epoch, logs, best, waited } => self.epoch(*epoch, logs, *best, *waited),
            Event::Stopped { epoch, why } => self.note(&lang.stopped_after(epoch + 1, lang.stop_reason(why))),
            Event::LearningRate { epoch, rate } => {
                self.note(&lang.rate_reduced(lang.marked(&rate.to_string()), epoch + 1));
            }
            // One line per batch would hide all others.
            Event::Saved { path, .. } => self.saved = (self.saved.0 + 1, path.to_string()),
            Event::Resumed { epoch } => self.note(&lang.goes_on(epoch + 1)),
            Event::Restored { epoch } => self.note(&lang.kept_weights(epoch + 1)),
            Event::Repeat { done, of } => match &self.live {
                Some(live) => live.set_message(self.terminal.plain(&format!("  {}", lang.seeds_done(done, of)))),
                None => self.say(&lang.seeds_done(done, of)),
            },
            _ => {}
        }
    }

    /// Removes the live block.
    pub fn finish(&self) {
        if let Some(live) = &self.live {
            live.finish_and_clear();
        }
        match &self.saved {
            (0, _) => {}
            (1, path) => self.say(&self.terminal.lang.model_saved(escaped(path))),
            (times, path) => self.say(&self.terminal.lang.model_saved_times(times, escaped(path))),
        }
    }

    fn batch(&mut self, epoch: usize, step: usize, steps: usize, loss: f64) {
        if self.began.is_none() {
            self.began = Some((Instant::now(), 1.0 / steps as f64));
        }
        // The clock is read only now and then: a step of a small network takes microseconds.
        self.stride.0 -= 1;
        if self.stride.0 > 0 {
            return;
        }
        let now = Instant::now();
        let is_long = now - self.last_look > FRAME / 4;
        self.stride.1 = if is_long { 1 } else { (self.stride.1 * 2).min(256) };
        self.stride.0 = self.stride.1;
        self.last_look = now;
        self.done = epoch as f64 + step as f64 / steps as f64;
        let lang = self.terminal.lang;
        if self.live.is_some() {
            if self.losses.is_empty() {
                self.summary = lang.step_of(step, steps, lang.number(loss));
            }
            self.draw(now);
        } else if now - self.last_shown > PATIENCE {
            self.say(&format!(
                "{}  {}",
                lang.epoch_of(epoch + 1, self.epochs),
                lang.step_of(step, steps, lang.number(loss))
            ));
            self.last_shown = now;
        }
    }

    fn epoch(&mut self, epoch: usize, logs: &Logs, best: bool, waited: usize) {
        self.losses.push(logs.get("val_loss").or_else(|| logs.get("loss")).unwrap_or(f64::NAN));
        self.done = epoch as f64 + 1.0;
        self.waited = waited;
        if best {
            self.best = epoch + 1;
        }
        let (now, lang) = (Instant::now(), self.terminal.lang);
        if self.live.is_some() {
            self.summary = summary(lang, logs, self.terminal.width.saturating_sub(3));
            self.draw(now);
        } else if is_milestone(epoch + 1) || epoch + 1 == self.epochs || now - self.last_shown > PATIENCE {
            let place = format!("{}  ", lang.epoch_of(epoch + 1, self.epochs));
            let mark = if best { lang.best_so_far() } else { String::new() };
            let room = self.terminal.known_width().saturating_sub(place.chars().count() + mark.chars().count() + 2);
            self.say(&format!("{place}{}{mark}", summary(lang, logs, room)));
            self.last_shown = now;
        }
    }

    /// Draws the live block, unless it has just been drawn.
    fn draw(&mut self, now: Instant) {
        let Some(live) = &self.live else { return };
        if now - self.last_shown < FRAME {
            return;
        }
        self.last_shown = now;
        let lang = self.terminal.lang;
        let dim = |text: String| self.terminal.style_err(Style::new().dim(), &text);
        let epoch = (self.done.ceil() as usize).clamp(1, self.epochs);
        let left = self.left(now).map_or(String::new(), |left| lang.time_left(duration(left)));
        let bar = dim(bar(self.done / self.epochs as f64, BAR.min(self.terminal.width / 3)));
        let mut lines =
            vec![format!("  {}  {bar}{left}", lang.epoch_of(epoch, self.epochs)), format!("  {}", self.summary)];
        if !self.losses.is_empty() {
            let waited = match self.patience {
                Some(patience) => lang.waited(self.waited, patience),
                None => String::new(),
            };
            let most = if self.terminal.is_narrow() { 6 } else { 24 };
            let line = format!("  {}  {}{waited}", sparkline(&self.losses, most), lang.best_epoch(self.best));
            // A wrapped line could not be redrawn in place.
            lines.push(line.chars().take(self.terminal.width - 1).collect());
        }
        live.set_message(self.terminal.plain(&lines.join("\n")));
    }

    /// Time until all epochs are done, at the pace since the end of the first step, which is slower than the others.
    fn left(&self, now: Instant) -> Option<Duration> {
        let (began, before) = self.began?;
        let since = self.done - before;
        let seconds = (now - began).as_secs_f64() / since * (self.epochs as f64 - self.done);
        (since > 0.0 && seconds < 1e7).then(|| Duration::from_secs_f64(seconds))
    }

    fn note(&self, text: &str) {
        match &self.live {
            Some(live) => live.suspend(|| self.say(text)),
            None => self.say(text),
        }
    }

    fn say(&self, text: &str) {
        let text = wrapped(text, self.terminal.known_width(), "  ", "    ");
        self.terminal.say(&format!("{}\n", self.terminal.style_err(Style::new().dim(), text.trim_end())));
    }
}

/// A share as a bar with `cells` cells.
fn bar(share: f64, cells: usize) -> String {
    let full = (share.clamp(0.0, 1.0) * cells as f64).floor() as usize;
    (0..cells).map(|i| if i < full { '━' } else { '·' }).collect()
}

/// A time as text: 0:07, 12:30, 1:05:00.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// 1, 2, 5, 10, 20, 50, 100, ...
fn is_milestone(epoch: usize) -> bool {
    let mut leading = epoch;
    while leading > 0 && leading.is_multiple_of(10) {
        leading /= 10;
    }
    matches!(leading, 1 | 2 | 5)
}

/// An epoch's numbers on one line of at most `most` characters: the losses first if there is not enough space.
fn summary(lang: Lang, logs: &Logs, most: usize) -> String {
    let words = logs.0.iter().filter(|(name, _)| name.strip_prefix("val_").unwrap_or(name) != PENALTY);
    let words = words.map(|(name, value)| {
        let (is_loss, text) = (name.ends_with("loss"), format!("{name} {}", lang.number(*value)));
        let penalty =
            if matches!(name.as_str(), "loss" | "val_loss") { logs.get(&name.replace("loss", PENALTY)) } else { None };
        (is_loss, penalty.map_or(text.clone(), |penalty| lang.with_penalty(text, lang.number(penalty))))
    });
    let words: Vec<(bool, String)> = words.collect();
    let mut room = most;
    let mut kept = vec![false; words.len()];
    for losses in [true, false] {
        for (kept, (is_loss, text)) in kept.iter_mut().zip(&words) {
            if *is_loss == losses && text.len() <= room {
                *kept = true;
                room = room.saturating_sub(text.len() + 2);
            }
        }
    }
    let shown: Vec<&str> =
        words.iter().zip(&kept).filter(|(_, kept)| **kept).map(|((_, text), _)| text.as_str()).collect();
    shown.join("  ")
}

/// The last numbers as a sparkline of bars, scaled between their minimum and maximum.
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

    #[test]
    fn bars_times_and_numbers_in_little_room() {
        assert_eq!(bar(0.5, 4), "━━··");
        assert_eq!((bar(0.0, 2), bar(1.0, 2), bar(f64::NAN, 2)), ("··".into(), "━━".into(), "··".into()));
        assert_eq!(duration(Duration::from_millis(6500)), "0:07");
        assert_eq!(duration(Duration::from_secs(3900)), "1:05:00");
        let logs = Logs(vec![("loss".into(), 0.5), ("accuracy".into(), 0.75), ("val_loss".into(), 0.625)]);
        assert_eq!(summary(Lang::English, &logs, 80), "loss 0.5000  accuracy 0.7500  val_loss 0.6250");
        assert_eq!(summary(Lang::English, &logs, 30), "loss 0.5000  val_loss 0.6250");
        assert_eq!(summary(Lang::English, &logs, 5), "");
        let logs = Logs(vec![("loss".into(), 0.5), ("penalty".into(), 0.25), ("accuracy".into(), 0.75)]);
        assert_eq!(summary(Lang::English, &logs, 80), "loss 0.5000 (penalty 0.2500)  accuracy 0.7500");
    }
}
