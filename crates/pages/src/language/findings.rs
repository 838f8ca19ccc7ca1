//! Findings of the doctor in words.

use super::Lang;
use treino::doctor::{Change, Check, Finding, Severity};

impl Lang {
    /// What a finding is: a sentence without a full stop.
    pub fn finding(self, finding: &Finding) -> String {
        let what = self.rule(&finding.rule);
        match &finding.target {
            Some(target) => format!("{target}: {what}"),
            None => what,
        }
    }

    /// What the remedy of a finding costs: a sentence without a full stop.
    pub fn trade(self, finding: &Finding) -> Option<String> {
        let remedy = finding.remedy.as_ref()?;
        remedy.0.contains(&Change::BalancedClasses).then(|| self.class_weight_trade())
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
    fn rule(self, rule: &Check) -> String {
        let lang = self;
        match rule {
            Check::Diverged { .. } => lang.diverged(),
            Check::RateTooHigh { .. } => lang.rate_too_high(),
            Check::RateTooLow { .. } => lang.rate_too_low(),
            Check::StillImproving { .. } => lang.still_improving(),
            Check::Plateau { .. } => lang.plateau(),
            Check::OverFitting { .. } => lang.over_fitting(),
            Check::UnderFitting { .. } => lang.under_fitting(),
            Check::BatchOfOne { layer } => lang.batch_of_one(layer),
            Check::EqualWeights { zero: true, layer, .. } => lang.zero_weights(layer),
            Check::EqualWeights { layer, .. } => lang.equal_weights(layer),
            Check::StrongRegularization { .. } => lang.strong_regularization(),
            Check::VanishingGradients { .. } => lang.vanishing_gradients(),
            Check::DeadUnits { layer, .. } => lang.dead_units(layer),
            Check::SaturatedUnits { layer, .. } => lang.saturated_units(layer),
            Check::UnscaledInputs { .. } => lang.unscaled_inputs(),
            Check::HiddenImbalance { .. } => lang.hidden_imbalance(),
            Check::TooGood { .. } => lang.too_good(),
            Check::AbsentClasses { .. } => lang.absent_classes(),
            Check::Leak { column, .. } => lang.leak(column),
            Check::MissingLeak { column, .. } => lang.missing_leak(column),
            Check::ConstantColumns { .. } => lang.constant_columns(),
            Check::IdentifierColumns { .. } => lang.identifier_columns(),
            Check::WrongLoss { .. } => lang.wrong_loss(),
            Check::TinyValidation { .. } => lang.tiny_validation(),
            Check::UnstableSeeds { .. } => lang.unstable_seeds(),
        }
    }

    /// The numbers that show what a rule found.
    pub fn evidence(self, rule: &Check) -> String {
        let lang = self;
        let number = |x: &f64| lang.number(*x);
        let percent = |x: f64| lang.percent(x);
        let rate = |rate: &Option<f64>| rate.map_or("–".to_string(), |rate| lang.plain_number(rate));
        match rule {
            Check::Diverged { epoch, step, place, in_expression } => {
                let evidence = lang.diverged_evidence(epoch, step, place);
                if *in_expression { format!("{evidence}; {}", lang.diverged_in_expression()) } else { evidence }
            }
            Check::BatchOfOne { .. } => lang.batch_of_one_evidence(),
            Check::RateTooHigh { rate: r, blown_up: Some(times), .. } => lang.blown_up_evidence(number(times), rate(r)),
            Check::RateTooHigh { rate: r, jumps: [size, worse], .. } => {
                lang.jumps_evidence(percent(*size), percent(*worse), rate(r))
            }
            Check::RateTooLow { rate: r, from, to, epochs } => {
                lang.rate_too_low_evidence(number(from), number(to), epochs, rate(r))
            }
            Check::StillImproving { epochs } => lang.still_improving_evidence(epochs),
            Check::Plateau { best, epochs } => lang.plateau_evidence(best, epochs),
            Check::OverFitting { train, other, part, shares: true } => {
                lang.over_fitting_shares(percent(*train), percent(*other), lang.part(part))
            }
            Check::UnderFitting { loss, baseline, part, shares: true } => {
                lang.under_fitting_shares(lang.part(part), percent(*loss), percent(*baseline))
            }
            Check::OverFitting { train, other, part, .. } => {
                lang.over_fitting_evidence(number(train), number(other), lang.part(part))
            }
            Check::UnderFitting { loss, baseline, part, .. } => {
                lang.under_fitting_evidence(lang.part(part), number(loss), number(baseline))
            }
            Check::EqualWeights { zero: true, .. } => lang.zero_weights_evidence(),
            Check::EqualWeights { initializer, .. } => {
                lang.equal_weights_evidence(initializer.as_deref().unwrap_or_default())
            }
            Check::StrongRegularization { l1, l2, dropout, train, baseline } => {
                let all = [("L1", l1), ("L2", l2), ("dropout", dropout)];
                let strong = all.iter().filter(|(_, strength)| **strength > 0.0);
                let strong: Vec<String> =
                    strong.map(|(name, x)| format!("{name} {}", lang.plain_number(**x))).collect();
                lang.strong_regularization_evidence(strong.join(", "), number(train), number(baseline))
            }
            Check::VanishingGradients { layer, share, layers, activation } => {
                lang.vanishing_gradients_evidence(layer, lang.plain_number(rounded(*share)), layers, activation)
            }
            Check::DeadUnits { dead, units, activation, .. } => lang.dead_units_evidence(dead, units, activation),
            Check::SaturatedUnits { saturated, units, activation, .. } => {
                lang.saturated_units_evidence(saturated, units, activation)
            }
            Check::UnscaledInputs { column, scale: [mean, sd] } => {
                lang.unscaled_inputs_evidence(column, number(mean), number(sd))
            }
            Check::HiddenImbalance { class, recall, accuracy, share } => {
                lang.hidden_imbalance_evidence(number(accuracy), percent(*recall), class, percent(*share))
            }
            Check::TooGood { score, value, part, column } => {
                let evidence = lang.too_good_evidence(lang.part(part), lang.score(score), number(value));
                match column {
                    Some(column) => format!("{evidence}; {}", lang.too_good_column(column)),
                    None => evidence,
                }
            }
            Check::Leak { alone, .. } => lang.leak_evidence(percent(*alone)),
            Check::MissingLeak { alone, .. } => lang.missing_leak_evidence(percent(*alone)),
            Check::AbsentClasses { classes } => lang.absent_classes_evidence(listed(classes, lang)),
            Check::ConstantColumns { columns } | Check::IdentifierColumns { columns } => listed(columns, lang),
            Check::WrongLoss { loss, task, better } => lang.wrong_loss_evidence(loss, lang.task(task), better),
            Check::TinyValidation { rows } => lang.tiny_validation_evidence(rows),
            Check::UnstableSeeds { score, range: [low, high], seeds } => {
                lang.unstable_seeds_evidence(lang.score(score), number(low), number(high), seeds)
            }
        }
    }
}

/// A small share with two digits.
fn rounded(share: f64) -> f64 {
    format!("{share:.1e}").parse().unwrap_or(share)
}

/// The first names of a list.
fn listed(names: &[String], lang: Lang) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { lang.and_more(shown, names.len() - SHOWN) } else { shown }
}
