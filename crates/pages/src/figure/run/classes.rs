//! Figures of predicted classes.

use super::Maker;
use crate::figure::{Axis, Figure, FigureCell, FigureTable, Mark, MarkPosition, Panel, Series, SeriesShape};
use treino::report::{ClassCurves, ClassificationScores, Evaluation, TargetRecord, ThresholdRow};

/// With more classes, only the largest have separate curves.
const MOST_CURVES: usize = 8;

impl Maker<'_> {
    pub(super) fn classes(&self, target: &TargetRecord, curves: &[ClassCurves], figures: &mut Vec<Figure>) {
        let Some((part, Evaluation::Classes(scores))) = target.parts.last() else { return };
        let part = self.lang.part(part);
        figures.push(self.confusion(scores, &part));
        let mut shown: Vec<&ClassCurves> = curves.iter().collect();
        shown.sort_by_key(|class| std::cmp::Reverse(class.rows[0]));
        shown.truncate(MOST_CURVES);
        // Without rows of a class, or without others, its curves are undefined.
        let curved: Vec<&ClassCurves> = shown.iter().copied().filter(|class| !class.rows.contains(&0)).collect();
        if !curved.is_empty() {
            figures.push(self.roc(&curved, &part));
            figures.push(self.precision_recall(&curved, &part));
        }
        if let [positive] = &curved[..]
            && curves.len() == 1
            && !positive.thresholds.is_empty()
        {
            figures.push(self.thresholds(positive, &part));
        }
        if shown.iter().any(|class| !class.calibration.is_empty()) {
            figures.push(self.calibration(&shown, &part));
        }
    }

    fn confusion(&self, scores: &ClassificationScores, part: &str) -> Figure {
        let lang = self.lang;
        let names: Vec<String> = scores.classes.iter().map(|class| class.name.clone()).collect();
        let right = scores.accuracy.model * scores.weight;
        let rows = |x: f64| lang.rows_counted(x);
        let mut words =
            vec![lang.confusion_words(rows(right), rows(scores.weight), part, self.percent(scores.accuracy.model))];
        let mistakes = scores.confusion.iter().enumerate().flat_map(|(truth, row)| {
            row.iter().enumerate().filter(move |(said, _)| *said != truth).map(move |(said, n)| (truth, said, *n))
        });
        if let Some((truth, said, n)) = mistakes.max_by(|a, b| a.2.total_cmp(&b.2)).filter(|(.., n)| *n > 0.0) {
            words.push(lang.confusion_mistake(rows(n), &names[truth], &names[said]));
        }
        let head = std::iter::once(lang.true_class()).chain(names.iter().map(|name| lang.said_as(name)));
        let mut table = FigureTable::new(head);
        for (name, row) in names.iter().zip(&scores.confusion) {
            table.row(
                std::iter::once(FigureCell::from(name.as_str())).chain(row.iter().map(|n| FigureCell::Number(*n))),
            );
        }
        // The first class at the top, as in a table: the shares within each true class determine the shade.
        let share = |row: &Vec<f64>| {
            let total: f64 = row.iter().sum();
            row.iter().map(|n| if total > 0.0 { n / total } else { 0.0 }).collect::<Vec<f64>>()
        };
        let texts = |row: &Vec<f64>| row.iter().map(|n| rows(*n)).collect::<Vec<String>>();
        let shape = SeriesShape::Cells {
            z: scores.confusion.iter().rev().map(share).collect(),
            texts: scores.confusion.iter().rev().map(texts).collect(),
        };
        let panel = Panel {
            x: Axis::names(lang.said_class(), names.clone()),
            y: Axis::names(lang.true_class(), names.into_iter().rev().collect()),
            series: vec![Series::new("", shape)],
            ..Panel::default()
        };
        self.figure("confusion", lang.confusion_title(part), words, panel, table)
    }

    fn figure(&self, id: &str, title: String, words: Vec<String>, panel: Panel, table: FigureTable) -> Figure {
        Figure { id: id.to_string(), title, words, panels: vec![panel], table, command: self.command(id) }
    }

    /// A line for each class, and its points as a table.
    fn lines(
        &self,
        classes: &[&ClassCurves],
        names: [String; 2],
        points: impl Fn(&ClassCurves) -> &[[f64; 2]],
    ) -> (Vec<Series>, FigureTable) {
        let [x_name, y_name] = names;
        let mut table = FigureTable::new([self.lang.class(), x_name, y_name]);
        let line = |class: &&ClassCurves| {
            let points = points(class);
            points.iter().for_each(|[x, y]| {
                table.row([FigureCell::from(class.name.as_str()), FigureCell::from(*x), FigureCell::from(*y)])
            });
            let (x, y) = points.iter().map(|[x, y]| (*x, *y)).unzip();
            Series::new(&class.name, SeriesShape::Line { x, y })
        };
        let series = classes.iter().map(line).collect();
        (series, table)
    }

    fn roc(&self, classes: &[&ClassCurves], part: &str) -> Figure {
        let lang = self.lang;
        let area = |class: &ClassCurves| match class.auc_interval {
            Some([low, high]) => {
                lang.auc_with_interval(&class.name, self.number(class.auc), self.number(low), self.number(high))
            }
            None => lang.auc_alone(&class.name, self.number(class.auc)),
        };
        let areas = classes.iter().map(|class| area(class)).collect::<Vec<_>>().join("; ");
        let words = vec![lang.roc_words(areas, part)];
        let names = [lang.false_positive_rate(), lang.true_positive_rate()];
        let (mut series, table) = self.lines(classes, names, |class| &class.roc);
        let chance = SeriesShape::Line { x: vec![0.0, 1.0], y: vec![0.0, 1.0] };
        series.push(Series::reference(lang.guessing(), chance));
        let panel = Panel {
            x: Axis::between(lang.false_positive_rate(), 0.0, 1.0),
            y: Axis::between(lang.true_positive_rate(), 0.0, 1.02),
            series,
            is_square: true,
            ..Panel::default()
        };
        self.figure("roc", lang.roc_title(part), words, panel, table)
    }

    fn precision_recall(&self, classes: &[&ClassCurves], part: &str) -> Figure {
        let lang = self.lang;
        let number = |x: f64| self.number(x);
        let average = |class: &&ClassCurves| {
            lang.average_precision(&class.name, number(class.average_precision), number(class.share))
        };
        let words = vec![lang.precision_recall_words(classes.iter().map(average).collect::<Vec<_>>().join("; "), part)];
        let (mut series, table) =
            self.lines(classes, [lang.recall(), lang.precision()], |class| &class.precision_recall);
        if let [class] = classes {
            let guess = SeriesShape::Line { x: vec![0.0, 1.0], y: vec![class.share; 2] };
            series.push(Series::reference(lang.guessing(), guess));
        }
        let panel = Panel {
            x: Axis::between(lang.recall(), 0.0, 1.0),
            y: Axis::between(lang.precision(), 0.0, 1.02),
            series,
            is_square: true,
            ..Panel::default()
        };
        self.figure("precision-recall", lang.precision_recall_title(part), words, panel, table)
    }

    fn thresholds(&self, class: &ClassCurves, part: &str) -> Figure {
        let lang = self.lang;
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::NAN };
        let scores = |row: &ThresholdRow| {
            let [tp, fp, tn, fn_] = row.counts;
            let (precision, recall) = (ratio(tp, tp + fp), ratio(tp, tp + fn_));
            [
                precision,
                recall,
                ratio(tn, tn + fp),
                ratio(2.0 * tp, 2.0 * tp + fp + fn_),
                ratio(tp + tn, tp + fp + tn + fn_),
            ]
        };
        let all: Vec<[f64; 5]> = class.thresholds.iter().map(scores).collect();
        let best = (0..all.len()).max_by(|a, b| all[*a][3].total_cmp(&all[*b][3])).unwrap_or_default();
        let at = |row: usize| class.thresholds.get(row).map_or(f64::NAN, |row| row.threshold);
        let score = |row: usize, which: usize| self.number(all.get(row).map_or(f64::NAN, |scores| scores[which]));
        let half = class.thresholds.iter().position(|row| (row.threshold - 0.5).abs() < 1e-9).unwrap_or_default();
        let is_predicted = all.get(half).is_some_and(|scores| scores[0].is_finite());
        let mut words = vec![match is_predicted {
            true => lang.threshold_half(&class.name, score(half, 0), score(half, 1)),
            false => lang.threshold_half_none(&class.name),
        }];
        let finds_any = all.get(best).is_some_and(|scores| scores[3] > 0.0);
        if finds_any {
            words.push(lang.threshold_best(self.number(at(best)), score(best, 3), score(best, 0), score(best, 1)));
        }
        let names = [lang.precision(), lang.recall(), lang.specificity(), "F1".to_string(), lang.score_accuracy()];
        let counts = ["TP", "FP", "TN", "FN"].map(String::from);
        let mut table = FigureTable::new(std::iter::once(lang.threshold()).chain(names.clone()).chain(counts));
        for (row, scores) in class.thresholds.iter().zip(&all) {
            let cells =
                scores.iter().map(|x| FigureCell::from(*x)).chain(row.counts.iter().map(|n| FigureCell::Number(*n)));
            table.row(std::iter::once(FigureCell::Number(row.threshold)).chain(cells));
        }
        let x: Vec<f64> = class.thresholds.iter().map(|row| row.threshold).collect();
        let line = |(which, name): (usize, &String)| {
            Series::new(name, SeriesShape::Line { x: x.clone(), y: all.iter().map(|scores| scores[which]).collect() })
        };
        let panel = Panel {
            x: Axis::between(lang.threshold_axis(&class.name), 0.0, 1.0),
            y: Axis::between(lang.share(), 0.0, 1.02),
            series: names.iter().enumerate().take(4).map(line).collect(),
            marks: finds_any
                .then(|| Mark { place: MarkPosition::X(at(best)), label: lang.mark_best_f1() })
                .into_iter()
                .collect(),
            ..Panel::default()
        };
        self.figure("thresholds", lang.thresholds_title(part), words, panel, table)
    }

    fn calibration(&self, classes: &[&ClassCurves], part: &str) -> Figure {
        let lang = self.lang;
        let mut table = FigureTable::new([
            lang.class(),
            lang.predicted_probability(),
            lang.observed_share(),
            lang.low(),
            lang.high(),
            lang.rows(),
        ]);
        let mut series = Vec::new();
        for class in classes {
            for bin in &class.calibration {
                let numbers = [bin.predicted, bin.observed, bin.interval[0], bin.interval[1], bin.rows as f64];
                table
                    .row(std::iter::once(FigureCell::from(class.name.as_str())).chain(numbers.map(FigureCell::Number)));
            }
            let of =
                |f: fn(&treino::report::CalibrationBin) -> f64| class.calibration.iter().map(f).collect::<Vec<f64>>();
            let shape = SeriesShape::Whiskers {
                x: of(|bin| bin.predicted),
                y: of(|bin| bin.observed),
                low: of(|bin| bin.interval[0]),
                high: of(|bin| bin.interval[1]),
            };
            series.push(Series::new(&class.name, shape));
        }
        series.push(Series::reference(
            lang.honest_probabilities(),
            SeriesShape::Line { x: vec![0.0, 1.0], y: vec![0.0, 1.0] },
        ));
        let far = |class: &ClassCurves| {
            let outside = class
                .calibration
                .iter()
                .filter(|bin| bin.predicted < bin.interval[0] || bin.predicted > bin.interval[1]);
            (outside.count(), class.calibration.len())
        };
        let (outside, bins) = classes.iter().map(|class| far(class)).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        let words = vec![
            lang.calibration_words(outside, bins),
            lang.brier_words(self.number(classes[0].brier), &classes[0].name),
        ];
        let panel = Panel {
            x: Axis::between(lang.predicted_probability(), 0.0, 1.0),
            y: Axis::between(lang.observed_share(), 0.0, 1.02),
            series,
            ..Panel::default()
        };
        self.figure("calibration", lang.calibration_title(part), words, panel, table)
    }
}
