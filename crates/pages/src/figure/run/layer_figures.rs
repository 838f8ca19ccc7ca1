//! Figures of the statistics inside the network.

use super::Maker;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Panel, Series, SeriesShape};
use treino::events::LayerTrace;

/// One statistic of a layer over the epochs.
type Statistic = fn(&LayerTrace) -> &[f32];

impl Maker<'_> {
    pub(super) fn inside(&self, figures: &mut Vec<Figure>) {
        let (lang, inside) = (self.lang, &self.record.inside);
        if inside.epochs.is_empty() || inside.layers.is_empty() {
            return;
        }
        let ends = |of: Statistic| -> Vec<(String, f64, f64)> {
            let end = |layer: &LayerTrace| {
                let (first, last) = (of(layer).first()?, of(layer).last()?);
                Some((layer.layer.clone(), f64::from(*first), f64::from(*last)))
            };
            inside.layers.iter().filter_map(end).collect()
        };
        let grown = ends(|layer| &layer.weights).into_iter().max_by(|a, b| (a.2 / a.1).total_cmp(&(b.2 / b.1)));
        let words = grown.map(|(layer, from, to)| lang.weights_words(layer, self.number(from), self.number(to)));
        figures.push(self.layers("weights", lang.weights_title(), lang.weights_axis(), words, |layer| &layer.weights));
        let gradients = ends(|layer| &layer.gradients);
        let words = gradients
            .first()
            .zip(gradients.last())
            .map(|((first, _, a), (last, _, b))| lang.gradients_words(first, self.number(*a), last, self.number(*b)));
        figures.push(
            self.layers("gradients", lang.gradients_title(), lang.gradients_axis(), words, |layer| &layer.gradients),
        );
        let words = ends(|layer| &layer.deviations);
        let words =
            words.first().map(|(layer, from, to)| lang.outputs_words(layer, self.number(*from), self.number(*to)));
        figures
            .push(self.layers("outputs", lang.outputs_title(), lang.outputs_axis(), words, |layer| &layer.deviations));
        figures.push(self.units());
    }

    /// A statistic of every layer over the epochs.
    fn layers(&self, id: &str, title: String, axis: String, words: Option<String>, of: Statistic) -> Figure {
        let (lang, inside) = (self.lang, &self.record.inside);
        let x: Vec<f64> = inside.epochs.iter().map(|epoch| *epoch as f64 + 1.0).collect();
        let mut table =
            FigureTable::new(std::iter::once(lang.epoch()).chain(inside.layers.iter().map(|l| l.layer.clone())));
        for (at, epoch) in x.iter().enumerate() {
            let cells = inside.layers.iter().map(|layer| FigureCell::from(of(layer).get(at).map(|x| f64::from(*x))));
            table.row(std::iter::once(FigureCell::Number(*epoch)).chain(cells));
        }
        let line = |layer: &LayerTrace| {
            let y = of(layer).iter().map(|x| f64::from(*x)).collect();
            Series::new(&layer.layer, SeriesShape::Line { x: x.clone(), y })
        };
        let panel = Panel {
            x: Axis::new(lang.epoch()),
            y: Axis { can_switch: true, ..Axis::new(axis) },
            series: inside.layers.iter().map(line).collect(),
            ..Panel::default()
        };
        let words = words.into_iter().collect();
        Figure { id: id.to_string(), title, words, panels: vec![panel], table, command: self.command(id) }
    }

    /// Dead and saturated units.
    fn units(&self) -> Figure {
        let (lang, layers) = (self.lang, &self.record.inside.layers);
        let mut table = FigureTable::new([
            lang.layer(),
            lang.activation(),
            lang.units(),
            lang.dead(),
            lang.saturated(),
            lang.flat_last(),
        ]);
        let share = |part: usize, layer: &LayerTrace| part as f64 / layer.units.max(1) as f64;
        let (mut dead, mut saturated, mut units) = (Vec::new(), Vec::new(), 0);
        for layer in layers {
            let end = layer.end.unwrap_or_default();
            let flat = FigureCell::from(layer.flat.last().map(|x| f64::from(*x)));
            let counts = [layer.units, end.dead, end.saturated].map(|n| FigureCell::Number(n as f64));
            let names = [layer.layer.as_str(), layer.activation.as_str()].map(FigureCell::from);
            table.row(names.into_iter().chain(counts).chain([flat]));
            dead.push(share(end.dead, layer));
            saturated.push(share(end.saturated, layer));
            units += layer.units;
        }
        let count = |of: fn(&treino::events::UnitsAtEnd) -> usize| -> usize {
            layers.iter().filter_map(|layer| layer.end.as_ref()).map(of).sum()
        };
        let rows = layers.iter().filter_map(|layer| layer.end).map(|end| end.rows).max().unwrap_or_default();
        let words =
            vec![lang.units_words(count(|end| end.dead), count(|end| end.saturated), units, lang.grouped(rows as f64))];
        let at = |shift: f64| (0..layers.len()).map(|at| at as f64 + shift).collect();
        let panel = Panel {
            x: Axis::names(lang.layer(), layers.iter().map(|layer| layer.layer.clone()).collect()),
            y: Axis::between(lang.share_of_units(), 0.0, 1.0),
            series: vec![
                Series::new(lang.dead(), SeriesShape::Bars { x: at(-0.2), y: dead, width: 0.36 }),
                Series::new(lang.saturated(), SeriesShape::Bars { x: at(0.2), y: saturated, width: 0.36 }),
            ],
            ..Panel::default()
        };
        let id = "units".to_string();
        Figure { command: self.command(&id), id, title: lang.units_title(), words, panels: vec![panel], table }
    }
}
