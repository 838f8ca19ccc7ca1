//! Why a training went as it did: fixed rules, each with its evidence and one thing to try.

use super::evaluation::Evaluation;
use crate::data::Target;
use crate::train::{Ending, Planned, Run};

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is: a sentence without a full stop.
    pub what: String,
    /// The numbers that show it.
    pub evidence: String,
    /// Flags to try the same training with.
    pub attempt: Option<String>,
}

/// By how much the loss of a held-out part may exceed that of training before it counts as over-fitting, as a share of
/// what the baseline loses.
const GAP: f64 = 0.25;

/// A score this near to perfect on unseen rows is more often a leak than a triumph.
const TOO_GOOD: f64 = 0.999;

/// Of fewer rows than this, an honest model may well get all right.
const ENOUGH: usize = 300;

/// Looks at a finished run, target after target. Where nothing is wrong, the list is empty.
pub fn diagnose(planned: &Planned, run: &Run) -> Vec<Finding> {
    let command = |flags: &str| Some(flags.to_string());
    let mut findings = Vec::new();
    let mut add = |target: Option<&Target>, what: &str, evidence: String, attempt: Option<String>| {
        let what = match target {
            Some(target) if !planned.prepared.more_targets.is_empty() => format!("{}: {what}", target.name),
            _ => what.to_string(),
        };
        findings.push(Finding { what, evidence, attempt });
    };

    if let Ending::Diverged(divergence) = &run.history.ending {
        let evidence = format!("epoch {}, step {}: {}", divergence.epoch + 1, divergence.step + 1, divergence.place);
        let attempt = command(&format!("--learning-rate {}", divergence.smaller_rate()));
        add(None, "the training diverged", evidence, attempt);
    }
    let diverged = matches!(run.history.ending, Ending::Diverged(_));
    for (target, scores) in planned.prepared.targets().zip(run.scores.each()) {
        let (part, honest) = scores.honest();
        let (loss, baseline) = losses(honest);
        let (train_loss, _) = losses(&scores.train);
        if let (true, Some((score, name))) = (part != "train", perfect(honest)) {
            let evidence = format!("{part} {name} {score:.4}");
            let what = "nearly perfect on unseen rows: a column may give the answer away";
            add(Some(target), what, evidence, None);
        } else if loss >= baseline && !diverged {
            let evidence = format!("{part} loss {loss:.4}, baseline {baseline:.4}");
            let what = "no better than the baseline, which ignores all inputs";
            add(Some(target), what, evidence, command("--hidden 16 --l2 0.01"));
        } else if loss - train_loss > GAP * baseline && !diverged {
            let evidence = format!("loss {train_loss:.4} in training, {loss:.4} on {part} rows");
            let what = "over-fitting: the network knows its training rows better than new ones";
            add(Some(target), what, evidence, command("--dropout 0.3"));
        }
    }
    let epochs = run.history.epochs.len();
    if run.history.ending == Ending::Finished
        && run.history.best_epoch.is_some_and(|best| best + 1 == epochs)
        && epochs > 1
    {
        let evidence = format!("the last of {epochs} epochs was the best");
        let attempt = command(&format!("--epochs {}", epochs * 3));
        add(None, "still improving when the epochs ran out", evidence, attempt);
    }
    for (target, scores) in planned.prepared.targets().zip(run.scores.each()) {
        if let Evaluation::Classes(classes) = scores.honest().1
            && let Some(lost) =
                classes.classes.iter().find(|c| c.support >= 1.0 && c.scores.recall < 0.3 && c.training_share < 0.4)
            && classes.accuracy.model >= classes.accuracy.baseline
            && planned.settings().class_weight.is_none()
        {
            let evidence = format!(
                "accuracy {:.4}, but only {:.0} % of \"{}\" found",
                classes.accuracy.model,
                100.0 * lost.scores.recall,
                lost.name
            );
            // Classes can be weighed in networks with one output only.
            let alone = planned.prepared.more_targets.is_empty();
            let attempt = if alone { command("--class-weight balanced") } else { None };
            add(Some(target), "accuracy hides a class that is rarely found", evidence, attempt);
        }
    }
    findings
}

/// The loss that counts and the baseline's: log-loss, or the mean of squares.
fn losses(evaluation: &Evaluation) -> (f64, f64) {
    match evaluation {
        Evaluation::Classes(c) => (c.log_loss.model, c.log_loss.baseline),
        Evaluation::Numbers(n) => (n.mse.model, n.mse.baseline),
    }
}

fn perfect(evaluation: &Evaluation) -> Option<(f64, &'static str)> {
    let (score, name, n) = match evaluation {
        Evaluation::Classes(c) => (c.accuracy.model, "accuracy", c.n),
        Evaluation::Numbers(n) => (n.r2.as_ref()?.model, "R2", n.n),
    };
    (score >= TOO_GOOD && n >= ENOUGH).then_some((score, name))
}
