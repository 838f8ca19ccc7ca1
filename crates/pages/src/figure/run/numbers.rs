//! Figures of predicted numbers.

use super::Maker;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use treino::report::{Evaluation, NumberCurves, TargetRecord};

impl Maker<'_> {
    pub(super) fn numbers(&self, target: &TargetRecord, curves: &NumberCurves, figures: &mut Vec<Figure>) {
        let Some((part, Evaluation::Numbers(scores))) = target.parts.last() else { return };
        let (lang, part) = (self.lang, self.lang.part(part));
        let number = |x: f64| self.number(x);
        let (x, y): (Vec<f64>, Vec<f64>) = curves.points.iter().map(|[truth, said]| (*truth, *said)).unzip();
        let all = x.iter().chain(&y).filter(|v| v.is_finite());
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let mut table = FigureTable::new([lang.true_number(&target.name), lang.said_number()]);
        curves.points.iter().for_each(|[truth, said]| table.row([FigureCell::from(*truth), FigureCell::from(*said)]));
        let mut words = vec![lang.predicted_words(number(scores.rmse.model), number(scores.rmse.baseline), &part)];
        words.extend(scores.r2.map(|r2| lang.r2_words(self.percent(r2.model))));
        let (said, truth): (Vec<f64>, Vec<f64>) = curves.groups.iter().map(|[said, truth]| (*said, *truth)).unzip();
        let panel = Panel {
            x: Axis::new(lang.true_number(&target.name)),
            y: Axis::new(lang.said_number()),
            series: vec![
                Series::reference(lang.exact(), SeriesShape::Line { x: vec![low, high], y: vec![low, high] }),
                Series::new(lang.rows(), SeriesShape::Points { x, y, labels: Vec::new() }),
                Series::new(lang.tenths(), SeriesShape::Line { x: truth, y: said }),
            ],
            ..Panel::default()
        };
        let (id, title) = ("predicted".to_string(), lang.predicted_title(&part));
        figures.push(Figure { command: self.command(&id), id, title, words, panels: vec![panel], table });
        figures.push(self.residuals(target, curves, &part));
    }

    fn residuals(&self, target: &TargetRecord, curves: &NumberCurves, part: &str) -> Figure {
        let lang = self.lang;
        let [half, most, ..] = curves.error_quantiles;
        let words = vec![lang.residual_words(self.number(half), self.number(most))];
        let mut table = FigureTable::new([lang.from(), lang.to(), lang.rows()]);
        for (edges, count) in curves.edges.windows(2).zip(&curves.counts) {
            table.row([FigureCell::Number(edges[0]), FigureCell::Number(edges[1]), FigureCell::Number(*count as f64)]);
        }
        let bars = SeriesShape::Bars {
            x: curves.edges.windows(2).map(|edges| f64::midpoint(edges[0], edges[1])).collect(),
            y: curves.counts.iter().map(|count| *count as f64).collect(),
            width: curves.edges.windows(2).next().map_or(1.0, |edges| edges[1] - edges[0]),
        };
        let histogram = Panel {
            x: Axis::new(lang.residual(&target.name)),
            y: Axis::new(lang.rows()),
            series: vec![Series::new("", bars)],
            ..Panel::default()
        };
        let (x, y): (Vec<f64>, Vec<f64>) = curves.points.iter().map(|[truth, said]| (*said, truth - said)).unzip();
        let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        let against = Panel {
            x: Axis::new(lang.said_number()),
            y: Axis::new(lang.residual(&target.name)),
            series: vec![
                Series::reference("", SeriesShape::Line { x: vec![low, high], y: vec![0.0, 0.0] }),
                Series::new(lang.rows(), SeriesShape::Points { x, y, labels: Vec::new() }),
            ],
            ..Panel::default()
        };
        let (id, title) = ("residuals".to_string(), lang.residual_title(part));
        Figure { command: self.command(&id), id, title, words, panels: vec![histogram, against], table }
    }
}
