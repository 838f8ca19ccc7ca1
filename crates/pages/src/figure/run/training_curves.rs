//! Figures of the epochs: loss, metrics, learning rate, and the results of several seeds.

use super::Maker;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Mark, MarkPosition, Panel, Series, SeriesShape};
use treino::report::{RecordedEnding, TargetRecord};
use treino::statistics::interval95;
use treino::train::PENALTY;

/// The series of the history that are neither losses nor metrics.
const NO_METRICS: [&str; 2] = [PENALTY, "learning_rate"];

impl Maker<'_> {
    pub(super) fn course(&self, figures: &mut Vec<Figure>) {
        let course = &self.record.course;
        figures.extend(self.divergence());
        if course.epochs.is_empty() {
            return;
        }
        figures.push(self.loss());
        let is_metric = |name: &&String| {
            !name.starts_with("val_") && !name.ends_with("loss") && !NO_METRICS.contains(&name.as_str())
        };
        let metrics: Vec<&String> = course.names.iter().filter(is_metric).collect();
        figures.extend(metrics.into_iter().map(|name| self.metric(name)));
        let rates = &course.learning_rates;
        if rates.windows(2).any(|pair| pair[0] != pair[1]) {
            figures.push(self.learning_rate());
        }
    }

    /// Positions of the epochs, from 1.
    fn epochs(&self) -> Vec<f64> {
        (1..=self.record.course.epochs.len()).map(|epoch| epoch as f64).collect()
    }

    /// A series of the history on training rows and, if available, on validation rows, transformed by `series`.
    fn both(&self, name: &str, series: impl Fn(&str) -> Option<Vec<f64>>) -> Vec<(String, Vec<f64>)> {
        let (train, validation) = (self.lang.part("train"), self.lang.part("validation"));
        let named = [(train, name.to_string()), (validation, format!("val_{name}"))];
        named.into_iter().filter_map(|(part, name)| Some((part, series(&name)?))).collect()
    }

    fn epoch_marks(&self) -> Vec<Mark> {
        let (course, lang) = (&self.record.course, self.lang);
        let mark = |epoch: usize, label: String| Mark { place: MarkPosition::X(epoch as f64 + 1.0), label };
        let mut marks = Vec::new();
        if let Some(best) = course.best_epoch {
            marks.push(mark(best, lang.mark_best(best + 1)));
        }
        if let RecordedEnding::Stopped { epoch } = course.ending
            && course.best_epoch != Some(epoch)
        {
            marks.push(mark(epoch, lang.mark_stopped(epoch + 1)));
        }
        marks
    }

    fn over_epochs(
        &self,
        id: &str,
        title: String,
        axis: Axis,
        curves: &[(String, Vec<f64>)],
        words: Vec<String>,
    ) -> Figure {
        let epochs = self.epochs();
        let head = std::iter::once(self.lang.epoch()).chain(curves.iter().map(|(name, _)| name.clone()));
        let mut table = FigureTable::new(head);
        for (at, epoch) in epochs.iter().enumerate() {
            table.row(
                std::iter::once(FigureCell::Number(*epoch)).chain(curves.iter().map(|(_, y)| FigureCell::from(y[at]))),
            );
        }
        let line =
            |(name, y): &(String, Vec<f64>)| Series::new(name, SeriesShape::Line { x: epochs.clone(), y: y.clone() });
        let panel = Panel {
            x: Axis::new(self.lang.epoch()),
            y: axis,
            series: curves.iter().map(line).collect(),
            marks: self.epoch_marks(),
            ..Panel::default()
        };
        Figure { id: id.to_string(), title, words, panels: vec![panel], table, command: self.command(id) }
    }

    fn loss(&self) -> Figure {
        let (lang, course) = (self.lang, &self.record.course);
        let mut curves = self.both("loss", |name| course.task_loss(name));
        let value = |curve: usize, epoch: usize| curves.get(curve).map_or(f64::NAN, |(_, y)| y[epoch]);
        let (last, best) = (course.epochs.len() - 1, course.best_epoch.unwrap_or_default());
        let mut words = vec![lang.loss_words(self.number(value(0, 0)), self.number(value(0, last)), last + 1)];
        if curves.len() > 1 {
            let losses = &curves[1].1;
            let lowest = (0..=last).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap_or(best);
            let (at_lowest, at_last) = (self.number(losses[lowest]), self.number(losses[last]));
            words.push(lang.val_loss_words(lowest + 1, at_lowest, at_last));
            if lowest != best && course.best_epoch.is_some() {
                words.push(lang.best_with_penalty_words(best + 1, self.number(losses[best])));
            }
        }
        let loss = &self.record.setting.loss;
        let mut name = lang.loss_axis(loss);
        if let Some(penalty) = course.series(PENALTY) {
            name = lang.loss_and_penalty_axis(loss);
            words.push(lang.penalty_words(self.number(penalty[0]), self.number(penalty[last])));
            curves.push((lang.penalty(), penalty));
        }
        let axis = Axis { can_switch: true, ..Axis::new(name) };
        self.over_epochs("loss", lang.loss_title(), axis, &curves, words)
    }

    /// The losses of the steps before the training diverged.
    fn divergence(&self) -> Option<Figure> {
        let RecordedEnding::Diverged { epoch, step, steps_before, losses, .. } = &self.record.course.ending else {
            return None;
        };
        let (first_loss, last_loss) = (losses.first()?, losses.last()?);
        let lang = self.lang;
        let first = (*steps_before as f64 - losses.len() as f64 + 1.0).max(1.0);
        let x: Vec<f64> = (0..losses.len()).map(|at| first + at as f64).collect();
        let mut table = FigureTable::new([lang.step(), lang.loss_axis(&self.record.setting.loss)]);
        x.iter().zip(losses).for_each(|(x, y)| table.row([FigureCell::Number(*x), FigureCell::from(*y)]));
        let last = first + losses.len() as f64;
        let words = vec![lang.divergence_words(
            self.number(*first_loss),
            self.number(*last_loss),
            lang.grouped(first),
            lang.grouped(last - 1.0),
        )];
        let shape = match losses.len() {
            1 => SeriesShape::Points { x, y: losses.clone(), labels: Vec::new() },
            _ => SeriesShape::Line { x, y: losses.clone() },
        };
        let panel = Panel {
            x: Axis::new(lang.step()),
            y: Axis { can_switch: true, ..Axis::new(lang.loss_axis(&self.record.setting.loss)) },
            series: vec![Series::new(lang.part("train"), shape)],
            marks: vec![Mark { place: MarkPosition::X(last), label: lang.mark_diverged(epoch + 1, step + 1) }],
            ..Panel::default()
        };
        let (id, title) = ("divergence".to_string(), lang.divergence_title());
        Some(Figure { command: self.command(&id), id, title, words, panels: vec![panel], table })
    }

    fn metric(&self, name: &str) -> Figure {
        let lang = self.lang;
        let curves = self.both(name, |name| self.record.course.series(name));
        let kept = self.record.course.kept_epoch.unwrap_or(self.record.course.epochs.len() - 1);
        let values = curves.iter().map(|(part, y)| format!("{} ({part})", self.number(y[kept])));
        let words = vec![lang.metric_words(name, kept + 1, values.collect::<Vec<_>>().join(", "))];
        self.over_epochs(name, lang.metric_title(name), Axis::new(name), &curves, words)
    }

    fn learning_rate(&self) -> Figure {
        let (lang, rates) = (self.lang, &self.record.course.learning_rates);
        let changes = rates.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let (from, to) = (rates.first().copied().unwrap_or(f64::NAN), rates.last().copied().unwrap_or(f64::NAN));
        let words = vec![lang.learning_rate_words(self.number(from), self.number(to), changes)];
        let axis = Axis { can_switch: true, ..Axis::new(lang.learning_rate()) };
        let curves = [(lang.learning_rate(), rates.clone())];
        self.over_epochs("learning-rate", lang.learning_rate(), axis, &curves, words)
    }

    /// The results of several seeds.
    pub(super) fn seeds(&self, target: &TargetRecord, figures: &mut Vec<Figure>) {
        let lang = self.lang;
        let Some((name, values)) = target.seeds.first().filter(|(_, values)| values.len() > 1) else { return };
        let interval = interval95(values);
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let number = |x: f64| self.number(x);
        let score = lang.score(name);
        let words = vec![
            lang.seeds_words(values.len(), &score, number(low), number(high)),
            lang.seeds_interval(number(interval.mean), number(interval.low), number(interval.high)),
        ];
        let mut table =
            FigureTable::new(std::iter::once(lang.training()).chain(target.seeds.iter().map(|(n, _)| lang.score(n))));
        for at in 0..values.len() {
            let cells = target.seeds.iter().map(|(_, values)| FigureCell::from(values.get(at).copied()));
            table.row(std::iter::once(FigureCell::Number(at as f64 + 1.0)).chain(cells));
        }
        let x = (1..=values.len()).map(|at| at as f64).collect();
        let mark = |y: f64, label: String| Mark { place: MarkPosition::Y(y), label };
        let panel = Panel {
            x: Axis::new(lang.training()),
            y: Axis::new(&score),
            series: vec![Series::new(score.clone(), SeriesShape::Points { x, y: values.clone(), labels: Vec::new() })],
            marks: vec![mark(interval.mean, lang.mark_mean(number(interval.mean)))],
            ..Panel::default()
        };
        let (id, title) = ("seeds".to_string(), lang.seeds_title(&score));
        figures.push(Figure { command: self.command(&id), id, title, words, panels: vec![panel], table });
    }
}
