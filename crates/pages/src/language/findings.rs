//! Findings of the doctor in words.

use super::Lang;
use treino::doctor::{Finding, Rule, Severity};

impl Lang {
    /// What a finding is: a sentence without a full stop.
    pub fn finding(self, finding: &Finding) -> String {
        let what = self.rule(&finding.rule);
        match &finding.target {
            Some(target) => format!("{target}: {what}"),
            None => what,
        }
    }

    /// How grave a finding is, in a word.
    pub fn severity(self, severity: Severity) -> String {
        match severity {
            Severity::Fault => self.severity_fault(),
            Severity::Warning => self.severity_warning(),
            Severity::Hint => self.severity_hint(),
        }
    }

    /// What a rule says: a sentence without a full stop.
    fn rule(self, rule: &Rule) -> String {
        let lang = self;
        match rule {
            Rule::Diverged { .. } => lang.diverged(),
            Rule::RateTooHigh { .. } => lang.rate_too_high(),
            Rule::RateTooLow { .. } => lang.rate_too_low(),
            Rule::StillImproving { .. } => lang.still_improving(),
            Rule::Plateau { .. } => lang.plateau(),
            Rule::OverFitting { .. } => lang.over_fitting(),
            Rule::UnderFitting { .. } => lang.under_fitting(),
            Rule::DeadUnits { layer, .. } => lang.dead_units(layer),
            Rule::SaturatedUnits { layer, .. } => lang.saturated_units(layer),
            Rule::UnscaledInputs { .. } => lang.unscaled_inputs(),
            Rule::HiddenImbalance { .. } => lang.hidden_imbalance(),
            Rule::TooGood { .. } => lang.too_good(),
            Rule::AbsentClasses { .. } => lang.absent_classes(),
            Rule::Leak { column, .. } => lang.leak(column),
            Rule::MissingLeak { column, .. } => lang.missing_leak(column),
            Rule::ConstantColumns { .. } => lang.constant_columns(),
            Rule::IdentifierColumns { .. } => lang.identifier_columns(),
            Rule::WrongLoss { .. } => lang.wrong_loss(),
            Rule::TinyValidation { .. } => lang.tiny_validation(),
            Rule::UnstableSeeds { .. } => lang.unstable_seeds(),
        }
    }

    /// The numbers that show what a rule found.
    pub fn evidence(self, rule: &Rule) -> String {
        let lang = self;
        let number = |x: &f64| lang.number(*x);
        let percent = |x: f64| lang.percent(x);
        let rate = |rate: &Option<f64>| rate.map_or("–".to_string(), |rate| lang.plain_number(rate));
        match rule {
            Rule::Diverged { epoch, step, place } => lang.diverged_evidence(epoch, step, place),
            Rule::RateTooHigh { rate: r, blown_up: Some(times), .. } => lang.blown_up_evidence(number(times), rate(r)),
            Rule::RateTooHigh { rate: r, jumps: [size, worse], .. } => {
                lang.jumps_evidence(percent(*size), percent(*worse), rate(r))
            }
            Rule::RateTooLow { rate: r, from, to, epochs } => {
                lang.rate_too_low_evidence(number(from), number(to), epochs, rate(r))
            }
            Rule::StillImproving { epochs } => lang.still_improving_evidence(epochs),
            Rule::Plateau { best, epochs } => lang.plateau_evidence(best, epochs),
            Rule::OverFitting { train, other, part } => {
                lang.over_fitting_evidence(number(train), number(other), lang.part(part))
            }
            Rule::UnderFitting { loss, baseline, part } => {
                lang.under_fitting_evidence(lang.part(part), number(loss), number(baseline))
            }
            Rule::DeadUnits { dead, units, activation, .. } => lang.dead_units_evidence(dead, units, activation),
            Rule::SaturatedUnits { saturated, units, activation, .. } => {
                lang.saturated_units_evidence(saturated, units, activation)
            }
            Rule::UnscaledInputs { column, scale: [mean, sd] } => {
                lang.unscaled_inputs_evidence(column, number(mean), number(sd))
            }
            Rule::HiddenImbalance { class, recall, accuracy, share } => {
                lang.hidden_imbalance_evidence(number(accuracy), percent(*recall), class, percent(*share))
            }
            Rule::TooGood { score, value, part, column } => {
                let evidence = lang.too_good_evidence(lang.part(part), lang.score(score), number(value));
                match column {
                    Some(column) => format!("{evidence}; {}", lang.too_good_column(column)),
                    None => evidence,
                }
            }
            Rule::Leak { alone, .. } => lang.leak_evidence(percent(*alone)),
            Rule::MissingLeak { alone, .. } => lang.missing_leak_evidence(percent(*alone)),
            Rule::AbsentClasses { classes } => lang.absent_classes_evidence(listed(classes, lang)),
            Rule::ConstantColumns { columns } | Rule::IdentifierColumns { columns } => listed(columns, lang),
            Rule::WrongLoss { loss, task, better } => lang.wrong_loss_evidence(loss, lang.task(task), better),
            Rule::TinyValidation { rows } => lang.tiny_validation_evidence(rows),
            Rule::UnstableSeeds { score, range: [low, high], seeds } => {
                lang.unstable_seeds_evidence(lang.score(score), number(low), number(high), seeds)
            }
        }
    }
}

/// The first names of a list.
fn listed(names: &[String], lang: Lang) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { lang.and_more(shown, names.len() - SHOWN) } else { shown }
}
