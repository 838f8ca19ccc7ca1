//! The report of a run: nine sections, from the verdict to the commands that reproduce it.

use super::page::{Monitored, PageFinding, PagePart, ReplayData, ReportPage, Section};
use super::{Figure, FigureCell, FigureTable, figures};
use crate::language::{Lang, remedy_command};
use treino::doctor::examine;
use treino::report::{
    Evaluation, NotableRow, PredictionCurves, Record, RecordedEnding, Stopping, TargetRecord, headline,
};
use treino::shell::quote;
use treino::statistics::{mean, standard_deviation, wilson95};

/// The report of a run, as one page. `run` is the run's path in commands.
pub fn report(record: &Record, lang: Lang, run: &str) -> ReportPage {
    let mut writer = Writer { record, lang, run, figures: figures(record, lang, run) };
    let names: Vec<&str> = record.targets.iter().map(|target| target.name.as_str()).collect();
    let sections = vec![
        writer.verdict(),
        writer.diagnosis(),
        writer.course(),
        writer.evaluation(),
        writer.rows(),
        writer.inputs(),
        writer.inside(),
        writer.data(),
        writer.again(),
    ];
    ReportPage {
        lang,
        title: match names.is_empty() {
            true => record.data.source.clone(),
            false => lang.report_title(names.join(", "), &record.data.source),
        },
        lead: vec![lang.report_lead(run, &record.program)],
        sections: sections.into_iter().filter(|section| !section.parts.is_empty()).collect(),
    }
}

struct Writer<'a> {
    record: &'a Record,
    lang: Lang,
    run: &'a str,
    /// The figures that are not in any section yet.
    figures: Vec<Figure>,
}

/// A score with its 95 % interval.
struct Headline {
    name: String,
    value: f64,
    interval: [f64; 2],
    baseline: f64,
    more_is_better: bool,
}

impl Writer<'_> {
    fn number(&self, x: f64) -> String {
        self.lang.number(x)
    }

    /// Takes the figures whose ids start with one of these; of a figure without anything to see, its words.
    fn take(&mut self, ids: &[&str]) -> Vec<PagePart> {
        let is_one = |figure: &Figure| {
            let base = figure.id.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
            ids.contains(&figure.id.as_str()) || ids.contains(&base)
        };
        let (taken, left) = std::mem::take(&mut self.figures).into_iter().partition(is_one);
        self.figures = left;
        let taken: Vec<Figure> = taken;
        let part =
            |figure: Figure| if figure.is_blank() { PagePart::Words(figure.words) } else { PagePart::Figure(figure) };
        taken.into_iter().map(part).collect()
    }

    fn section(&self, id: &str, title: String, parts: Vec<PagePart>) -> Section {
        Section::new(id, title, parts)
    }

    /// Adds the name of the target to a text, if there are several.
    fn of(&self, target: &TargetRecord, text: String) -> String {
        if self.record.targets.len() > 1 { format!("{}: {text}", target.name) } else { text }
    }

    fn verdict(&self) -> Section {
        let (lang, record) = (self.lang, self.record);
        let mut words = Vec::new();
        for target in &record.targets {
            let Some((part, evaluation)) = target.parts.last() else { continue };
            let Some(score) = headline_with_interval(target, evaluation) else { continue };
            let (rows, part) = (rows_of(evaluation), lang.part(part));
            let (low, high) = (self.number(score.interval[0]), self.number(score.interval[1]));
            let name = lang.score(&score.name);
            let sentence = lang.verdict_score(
                &target.name,
                name,
                self.number(score.value),
                low,
                high,
                lang.grouped(rows as f64),
                part,
            );
            words.push(sentence);
            let baseline = self.number(score.baseline);
            let [low, high] = score.interval;
            let (better, worse) = match score.more_is_better {
                true => (low > score.baseline, high < score.baseline),
                false => (high < score.baseline, low > score.baseline),
            };
            words.push(match (better, worse) {
                (true, _) => lang.verdict_better(baseline),
                (_, true) => lang.verdict_worse(baseline),
                _ => lang.verdict_open(baseline),
            });
        }
        let epochs = record.course.epochs.len();
        let kept = record.course.kept_epoch.map_or(0, |epoch| epoch + 1);
        words.push(match &record.course.ending {
            RecordedEnding::Finished => lang.verdict_finished(epochs, kept),
            RecordedEnding::Stopped { .. } => lang.verdict_stopped(epochs, kept),
            RecordedEnding::Interrupted => lang.verdict_interrupted(epochs, kept),
            RecordedEnding::Diverged { epoch, step, .. } if record.course.kept_epoch.is_none() => {
                lang.verdict_lost(epoch + 1, step + 1)
            }
            RecordedEnding::Diverged { epoch, step, .. } => lang.verdict_diverged(epoch + 1, step + 1, kept),
        });
        let mut parts = vec![PagePart::Words(words)];
        parts.extend(record.targets.iter().map(|target| self.scores(target)));
        self.section("verdict", lang.section_verdict(), parts)
    }

    /// The headline numbers on each part.
    fn scores(&self, target: &TargetRecord) -> PagePart {
        let lang = self.lang;
        let parts = target.parts.iter().map(|(part, _)| lang.part(part));
        let mut table = FigureTable::new(std::iter::once(lang.score_name()).chain(parts).chain([lang.baseline()]));
        let each: Vec<Vec<(&str, f64)>> = target.parts.iter().map(|(_, evaluation)| headline(evaluation)).collect();
        let Some(last) = target.parts.last() else { return PagePart::Table(table, String::new()) };
        for (name, _) in headline(&last.1) {
            let value =
                |all: &Vec<(&str, f64)>| FigureCell::from(all.iter().find(|(n, _)| *n == name).map(|(_, x)| *x));
            let baseline = FigureCell::from(baseline_of(&last.1, name));
            table.row(
                std::iter::once(FigureCell::from(lang.score(name))).chain(each.iter().map(value)).chain([baseline]),
            );
        }
        PagePart::Table(table, self.of(target, lang.scores_caption()))
    }

    fn diagnosis(&self) -> Section {
        let (lang, spec) = (self.lang, format!("{}/spec.toml", self.run));
        let findings = examine(self.record);
        let has = |id: &str| self.figures.iter().any(|figure| figure.id == id);
        let shown = findings.iter().map(|finding| PageFinding {
            severity: lang.severity(finding.rule.severity()),
            what: lang.finding(finding),
            evidence: lang.evidence(&finding.rule),
            command: finding.remedy.as_ref().map(|remedy| remedy_command(remedy, &spec)).unwrap_or_default(),
            trade: lang.trade(finding).unwrap_or_default(),
            figure: Some(finding.rule.figure().to_string()).filter(|id| has(id)),
        });
        let parts = match findings.is_empty() {
            true => vec![PagePart::Words(vec![lang.nothing_found_sentence()])],
            false => vec![PagePart::Findings(shown.collect())],
        };
        self.section("diagnosis", lang.section_diagnosis(), parts)
    }

    fn course(&mut self) -> Section {
        let course = &self.record.course;
        let names: Vec<String> = course.names.clone();
        let mut ids = vec!["divergence", "loss", "learning-rate"];
        ids.extend(names.iter().map(String::as_str));
        let mut parts = self.take(&ids);
        parts.extend(self.replay().map(PagePart::Replay));
        self.section("course", self.lang.section_course(), parts)
    }

    /// The replay of early stopping on all metrics that can be monitored.
    fn replay(&self) -> Option<ReplayData> {
        let course = &self.record.course;
        let monitored = course.names.iter().enumerate().filter_map(|(at, name)| {
            let values = course.epochs.iter().map(|epoch| epoch[at]).collect();
            Some(Monitored { name: name.clone(), more_is_better: course.more_is_better[at]?, values })
        });
        let monitored: Vec<Monitored> = monitored.collect();
        let usual = ["val_loss", "loss"].into_iter().find_map(|name| monitored.iter().find(|one| one.name == name))?;
        let settings = course.stopping.first().cloned();
        let settings = settings.unwrap_or_else(|| Stopping::after(5, &usual.name, usual.more_is_better));
        Some(ReplayData { id: "replay".to_string(), title: self.lang.replay_heading(), monitored, settings })
    }

    fn evaluation(&mut self) -> Section {
        let ids =
            ["confusion", "roc", "precision-recall", "thresholds", "calibration", "predicted", "residuals", "seeds"];
        let mut parts = self.take(&ids);
        for target in &self.record.targets {
            if let Some((part, Evaluation::Classes(scores))) = target.parts.last() {
                let lang = self.lang;
                let head =
                    [lang.class(), lang.precision(), lang.recall(), "F1".to_string(), "AUC".to_string(), lang.rows()];
                let mut table = FigureTable::new(head);
                for class in &scores.classes {
                    let numbers = [class.scores.precision, class.scores.recall, class.scores.f1].map(FigureCell::from);
                    let cells =
                        numbers.into_iter().chain([FigureCell::from(class.auc), FigureCell::Number(class.support)]);
                    table.row(std::iter::once(FigureCell::from(class.name.as_str())).chain(cells));
                }
                parts.push(PagePart::Table(table, self.of(target, lang.classes_caption(lang.part(part)))));
            }
        }
        self.section("evaluation", self.lang.section_evaluation(), parts)
    }

    fn rows(&self) -> Section {
        let lang = self.lang;
        let mut parts = Vec::new();
        for target in &self.record.targets {
            let part = target.parts.last().map_or(String::new(), |(part, _)| lang.part(part));
            let is_number = matches!(target.curves, PredictionCurves::Numbers(_));
            if !target.wrong.is_empty() {
                let words = match (is_number, target.has_scores) {
                    (true, _) => lang.wrong_numbers_words(&part),
                    (_, true) => lang.wrong_scores_words(&part),
                    _ => lang.wrong_words(&part),
                };
                parts.push(PagePart::Words(vec![words]));
                parts.push(PagePart::Table(self.notable(&target.wrong, target), self.of(target, lang.wrong_caption())));
            } else if !is_number {
                parts.push(PagePart::Words(vec![self.of(target, lang.none_wrong(&part))]));
            }
            if !target.undecided.is_empty() {
                parts.push(PagePart::Words(vec![lang.undecided_words(&part)]));
                let table = self.notable(&target.undecided, target);
                parts.push(PagePart::Table(table, self.of(target, lang.undecided_caption())));
            }
        }
        self.section("rows", lang.section_rows(), parts)
    }

    fn notable(&self, rows: &[NotableRow], target: &TargetRecord) -> FigureTable {
        let lang = self.lang;
        let score = match target.curves {
            PredictionCurves::Numbers(_) => lang.error(),
            PredictionCurves::Classes { .. } if target.has_scores => lang.class_score(),
            PredictionCurves::Classes { .. } => lang.probability(),
        };
        let inputs = rows.first().map_or(&[][..], |row| &row.inputs).iter().map(|(name, _)| name.clone());
        let mut table = FigureTable::new([lang.row(), lang.truth(), lang.said(), score].into_iter().chain(inputs));
        for row in rows {
            let first = [
                FigureCell::Number(row.row as f64),
                self.cell(&row.truth),
                self.cell(&row.said),
                FigureCell::from(row.score),
            ];
            table.row(first.into_iter().chain(row.inputs.iter().map(|(_, value)| self.cell(value))));
        }
        table
    }

    /// A cell of the record: a number is formatted as one.
    fn cell(&self, text: &str) -> FigureCell {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => FigureCell::Number(number),
            _ if text.is_empty() => FigureCell::Empty,
            _ => FigureCell::from(text),
        }
    }

    fn inputs(&mut self) -> Section {
        let parts = self.take(&["importance", "dependence"]);
        self.section("inputs", self.lang.section_inputs(), parts)
    }

    fn inside(&mut self) -> Section {
        let lang = self.lang;
        let mut table = FigureTable::new([lang.layer(), lang.kind(), lang.output_shape(), lang.parameter_count()]);
        for layer in &self.record.setting.layers {
            let words = [&layer.name, &layer.class, &layer.outputs].map(|text| FigureCell::from(text.as_str()));
            table.row(words.into_iter().chain([FigureCell::Number(layer.parameters as f64)]));
        }
        let mut parts =
            vec![PagePart::Table(table, lang.layers_caption(lang.grouped(self.record.setting.parameters as f64)))];
        parts.extend(self.take(&["weights", "gradients", "outputs", "units"]));
        self.section("inside", lang.section_inside(), parts)
    }

    fn data(&mut self) -> Section {
        let (lang, data) = (self.lang, &self.record.data);
        let grouped = |n: usize| lang.grouped(n as f64);
        let sizes = ["train", "validation", "test"].into_iter().zip(data.parts);
        let sizes = sizes.filter_map(|(part, rows)| Some(format!("{} {}", grouped(rows?), lang.part(part))));
        let mut words =
            vec![lang.data_words(&data.source, grouped(data.rows), data.columns, sizes.collect::<Vec<_>>().join(", "))];
        if data.set_aside > 0 {
            words.push(lang.set_aside_words(grouped(data.set_aside)));
        }
        let head = [lang.column(), lang.kind(), lang.missing(), lang.distinct(), lang.smallest(), lang.mean()];
        let head =
            head.into_iter().chain([lang.standard_deviation(), lang.largest(), lang.most_frequent(), lang.alone()]);
        let mut table = FigureTable::new(head);
        for column in &data.inputs {
            let [low, mean, sd, high] = column.numbers.unwrap_or([f64::NAN; 4]);
            let frequent = column.most_frequent.as_ref();
            let frequent = frequent
                .map_or(FigureCell::Empty, |(value, share)| format!("{value} ({})", lang.percent(*share)).into());
            let first = [FigureCell::from(column.name.as_str()), FigureCell::from(lang.column_kind(&column.kind))];
            let missing = column.missing.map_or(FigureCell::Empty, |share| FigureCell::from(lang.percent(share)));
            let numbers = [column.distinct.map_or(f64::NAN, |n| n as f64), low, mean, sd, high].map(FigureCell::from);
            table.row(
                first.into_iter().chain([missing]).chain(numbers).chain([frequent, FigureCell::from(column.alone)]),
            );
        }
        let mut parts = vec![PagePart::Words(words), PagePart::Table(table, lang.columns_caption())];
        if !data.left_out.is_empty() {
            let mut table = FigureTable::new([lang.column(), lang.why()]);
            for left in &data.left_out {
                table.row([FigureCell::from(left.name.as_str()), FigureCell::from(lang.left_out_because(left.why))]);
            }
            parts.push(PagePart::Table(table, lang.left_out_caption()));
        }
        parts.extend(self.take(&["scales"]));
        self.section("data", lang.section_data(), parts)
    }

    fn again(&self) -> Section {
        let (lang, record) = (self.lang, self.record);
        let run = self.run;
        let setting = &record.setting;
        let words = vec![
            lang.again_words(setting.seed, setting.split_seed, &record.program),
            lang.again_hash(&record.data.hash),
        ];
        let commands = [("train", quote(&format!("{run}/spec.toml"))), ("verify", quote(run)), ("report", quote(run))]
            .map(|(verb, what)| format!("treino {verb} {what}"));
        let parts =
            vec![PagePart::Words(words), PagePart::Commands(commands.to_vec()), PagePart::Code(setting.spec.clone())];
        self.section("again", lang.section_again(), parts)
    }
}

fn rows_of(evaluation: &Evaluation) -> usize {
    match evaluation {
        Evaluation::Classes(classes) => classes.n,
        Evaluation::Numbers(numbers) => numbers.n,
    }
}

/// Accuracy with its Wilson interval; or the root mean squared error, with the interval of a mean over the rows in the
/// record.
fn headline_with_interval(target: &TargetRecord, evaluation: &Evaluation) -> Option<Headline> {
    match (evaluation, &target.curves) {
        (Evaluation::Classes(classes), _) => {
            let n = classes.n as f64;
            let (low, high) = wilson95(classes.accuracy.model * n, n);
            Some(Headline {
                name: "accuracy".to_string(),
                value: classes.accuracy.model,
                interval: [low, high],
                baseline: classes.accuracy.baseline,
                more_is_better: true,
            })
        }
        (Evaluation::Numbers(numbers), PredictionCurves::Numbers(curves)) => {
            let squares: Vec<f64> = curves.points.iter().map(|[truth, said]| (truth - said).powi(2)).collect();
            if squares.len() < 2 {
                return None;
            }
            let half = 1.96 * standard_deviation(&squares) / (squares.len() as f64).sqrt();
            let middle = mean(&squares);
            Some(Headline {
                name: "RMSE".to_string(),
                value: numbers.rmse.model,
                interval: [(middle - half).max(0.0).sqrt(), (middle + half).sqrt()],
                baseline: numbers.rmse.baseline,
                more_is_better: false,
            })
        }
        _ => None,
    }
}

/// The baseline's value of a headline number.
fn baseline_of(evaluation: &Evaluation, name: &str) -> Option<f64> {
    match (evaluation, name) {
        (Evaluation::Classes(classes), "accuracy") => Some(classes.accuracy.baseline),
        (Evaluation::Classes(classes), "log-loss") => Some(classes.log_loss?.baseline),
        (Evaluation::Classes(_), "AUC") => Some(0.5),
        (Evaluation::Numbers(numbers), "RMSE") => Some(numbers.rmse.baseline),
        (Evaluation::Numbers(numbers), "MAE") => Some(numbers.mae.baseline),
        (Evaluation::Numbers(numbers), "R2") => numbers.r2.map(|r2| r2.baseline),
        _ => None,
    }
}
