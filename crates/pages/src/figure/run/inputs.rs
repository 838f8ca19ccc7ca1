//! Figures of the inputs: their importance, partial dependence, and scales.

use super::Maker;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use treino::report::{Dependence, PredictionCurves, TargetRecord};

/// The number of columns that are drawn; the table has all.
const SHOWN: usize = 20;

impl Maker<'_> {
    pub(super) fn inputs(&self, target: &TargetRecord, figures: &mut Vec<Figure>) {
        if !target.importance.is_empty() {
            figures.push(self.importance(target));
        }
        if !target.dependence.is_empty() {
            figures.push(self.dependence(target));
        }
    }

    fn importance(&self, target: &TargetRecord) -> Figure {
        let (lang, all) = (self.lang, &target.importance);
        let loss = match target.curves {
            PredictionCurves::Classes { .. } if target.has_scores => lang.wrong_share(),
            PredictionCurves::Classes { .. } => lang.log_loss(),
            PredictionCurves::Numbers(_) => lang.squared_error(),
        };
        let first = &all[0];
        let mut words =
            vec![lang.importance_words(&first.column, &loss, self.number(first.mean), self.number(first.sd))];
        let idle = all.iter().filter(|one| one.mean <= 2.0 * one.sd).count();
        words.push(lang.importance_idle(idle, all.len()));
        let mut table = FigureTable::new([lang.column(), lang.loss_grows(&loss), lang.standard_deviation()]);
        all.iter().for_each(|one| {
            table.row([FigureCell::from(one.column.as_str()), FigureCell::from(one.mean), FigureCell::from(one.sd)]);
        });
        // The first at the top.
        let shown: Vec<_> = all.iter().take(SHOWN).rev().collect();
        let rows = SeriesShape::Rows {
            x: shown.iter().map(|one| one.mean).collect(),
            y: (0..shown.len()).map(|at| at as f64).collect(),
            spread: shown.iter().map(|one| one.sd).collect(),
        };
        let panel = Panel {
            x: Axis::new(lang.loss_grows(&loss)),
            y: Axis::names("", shown.iter().map(|one| one.column.clone()).collect()),
            series: vec![Series::new("", rows)],
            ..Panel::default()
        };
        let id = "importance".to_string();
        Figure { command: self.command(&id), id, title: lang.importance_title(), words, panels: vec![panel], table }
    }

    fn dependence(&self, target: &TargetRecord) -> Figure {
        let lang = self.lang;
        let of = |class: &String| match target.has_scores {
            true => lang.class_score_of(class),
            false => lang.probability_of(class),
        };
        let what = match (&target.curves, &target.classes[..]) {
            (PredictionCurves::Numbers(_), _) => vec![target.name.clone()],
            (_, [_, positive]) => vec![of(positive)],
            (_, classes) => classes.iter().map(of).collect(),
        };
        let axis = match &what[..] {
            [one] => one.clone(),
            _ if target.has_scores => lang.class_score(),
            _ => lang.probability(),
        };
        let head = [lang.column(), lang.value()].into_iter().chain(what.iter().cloned());
        let mut table = FigureTable::new(head);
        for one in &target.dependence {
            for (at, label) in one.labels.iter().enumerate() {
                let cells = one.predictions.iter().map(|p| FigureCell::from(p.get(at).copied()));
                table.row(
                    [FigureCell::from(one.column.as_str()), FigureCell::from(label.as_str())].into_iter().chain(cells),
                );
            }
        }
        let range = |one: &Dependence| {
            let all = one.predictions.iter().flatten().filter(|x| x.is_finite());
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)))
        };
        let (low, high) = range(&target.dependence[0]);
        let words = vec![
            lang.dependence_words(&target.dependence[0].column, self.number(low), self.number(high)),
            lang.dependence_care(),
        ];
        let panels = target.dependence.iter().map(|one| {
            let is_number = !one.values.is_empty();
            let x: Vec<f64> =
                if is_number { one.values.clone() } else { (0..one.labels.len()).map(|at| at as f64).collect() };
            let series = what.iter().zip(&one.predictions).map(|(name, y)| {
                let name = if what.len() == 1 { String::new() } else { name.clone() };
                let (x, y) = (x.clone(), y.clone());
                let shape = if is_number {
                    SeriesShape::Line { x, y }
                } else {
                    SeriesShape::Bars { x, y, width: 0.8 / what.len() as f64 }
                };
                Series::new(name, shape)
            });
            Panel {
                x: if is_number { Axis::new(&one.column) } else { Axis::names(&one.column, one.labels.clone()) },
                y: Axis::new(&axis),
                series: series.collect(),
                ..Panel::default()
            }
        });
        let panels = panels.collect();
        let id = "dependence".to_string();
        Figure { command: self.command(&id), id, title: lang.dependence_title(), words, panels, table }
    }

    /// The scales of the inputs.
    pub(super) fn data(&self, figures: &mut Vec<Figure>) {
        let lang = self.lang;
        let all: Vec<_> = self.record.data.inputs.iter().filter(|column| column.numbers.is_some()).collect();
        if all.is_empty() {
            return;
        }
        let mut table = FigureTable::new([
            lang.column(),
            lang.smallest(),
            lang.mean(),
            lang.standard_deviation(),
            lang.largest(),
            lang.mean_seen(),
            lang.sd_seen(),
        ]);
        for column in &all {
            let own = column.numbers.unwrap_or_default().map(FigureCell::from);
            table.row(
                std::iter::once(FigureCell::from(column.name.as_str()))
                    .chain(own)
                    .chain(column.scaled.map(FigureCell::from)),
            );
        }
        let size = |scale: [f64; 2]| scale[0].abs() + scale[1];
        let mut shown = all.clone();
        shown.sort_by(|a, b| size(b.scaled).total_cmp(&size(a.scaled)));
        shown.truncate(SHOWN);
        let (largest, smallest) = (shown[0], shown[shown.len() - 1]);
        let words = vec![lang.scales_words(
            &largest.name,
            self.number(largest.scaled[0]),
            self.number(largest.scaled[1]),
            &smallest.name,
            self.number(smallest.scaled[0]),
            self.number(smallest.scaled[1]),
        )];
        shown.reverse();
        let rows = SeriesShape::Rows {
            x: shown.iter().map(|column| column.scaled[0]).collect(),
            y: (0..shown.len()).map(|at| at as f64).collect(),
            spread: shown.iter().map(|column| column.scaled[1]).collect(),
        };
        let panel = Panel {
            x: Axis::new(lang.scales_axis()),
            y: Axis::names("", shown.iter().map(|column| column.name.clone()).collect()),
            series: vec![Series::new("", rows)],
            ..Panel::default()
        };
        let id = "scales".to_string();
        figures.push(Figure {
            command: self.command(&id),
            id,
            title: lang.scales_title(),
            words,
            panels: vec![panel],
            table,
        });
    }
}
