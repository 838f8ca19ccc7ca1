//! What can be found, and how grave it is.

use super::remedy::Remedy;
use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The training failed, or its result means nothing.
    Fault,
    /// The result is worse than it needs be, or says less than it seems to.
    Warning,
    /// Something to know.
    Hint,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is, with its evidence.
    pub rule: Check,
    /// The target that it is about, where there are several.
    pub target: Option<String>,
    /// What to try with the same training.
    pub remedy: Option<Remedy>,
}

/// What can be found, each with the numbers that show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Check {
    /// The training left the finite numbers. Epoch and step from 1.
    Diverged {
        /// From 1.
        epoch: usize,
        /// From 1.
        step: usize,
        /// Where, in English.
        place: String,
        /// Whether the cause is in the expression of a loss.
        in_expression: bool,
    },
    /// The loss jumps about, or blew up at the beginning.
    RateTooHigh {
        /// The learning rate.
        rate: Option<f64>,
        /// The loss of the first epoch over the baseline's, where that is the evidence.
        blown_up: Option<f64>,
        /// The mean change of the loss from epoch to epoch over the baseline's loss, and the share of epochs that made it worse.
        jumps: [f64; 2],
    },
    /// The loss still falls as steadily as at the beginning, and has not come far.
    RateTooLow {
        /// The learning rate.
        rate: Option<f64>,
        /// First and last loss.
        from: f64,
        /// First and last loss.
        to: f64,
        /// Epochs.
        epochs: usize,
    },
    /// The last epoch was the best.
    StillImproving {
        /// Epochs.
        epochs: usize,
    },
    /// The later half of the epochs was for nothing.
    Plateau {
        /// The best epoch, from 1.
        best: usize,
        /// Epochs.
        epochs: usize,
    },
    /// Training rows are known better than new ones.
    OverFitting {
        /// Loss on training rows.
        train: f64,
        /// Loss on the other part.
        other: f64,
        /// Its name.
        part: String,
        /// Whether these are shares of wrong rows, because scores have no loss that compares with a baseline.
        shares: bool,
    },
    /// No better than what knows no input.
    UnderFitting {
        /// Loss of the model.
        loss: f64,
        /// Loss of the baseline.
        baseline: f64,
        /// The part.
        part: String,
        /// Whether these are shares of wrong rows.
        shares: bool,
    },
    /// Batch normalisation over single rows, which makes all rows alike while it trains.
    BatchOfOne {
        /// The layer.
        layer: String,
    },
    /// The units of a layer start alike and stay alike, or its weights stay 0.
    EqualWeights {
        /// The layer.
        layer: String,
        /// Its initializer, where the spec says it.
        initializer: Option<String>,
        /// Whether its weights were 0 in all epochs.
        zero: bool,
    },
    /// Penalties or dropout are so strong that nothing was learnt.
    StrongRegularization {
        /// The strongest L1 penalty on a kernel.
        l1: f64,
        /// The strongest L2 penalty on a kernel.
        l2: f64,
        /// The strongest dropout.
        dropout: f64,
        /// Loss on training rows, without penalties.
        train: f64,
        /// Loss of the baseline.
        baseline: f64,
    },
    /// Hardly any of the gradient reaches the first layers, and nothing was learnt.
    VanishingGradients {
        /// The first layer.
        layer: String,
        /// Its gradient as a share of the last layer's, where it was smallest.
        share: f64,
        /// Hidden layers with an activation that is flat at its ends.
        layers: usize,
        /// That activation.
        activation: String,
    },
    /// Units that give the same for every row.
    DeadUnits {
        /// The layer.
        layer: String,
        /// Dead units.
        dead: usize,
        /// Units.
        units: usize,
        /// The activation.
        activation: String,
    },
    /// Units that stand at an end of their activation.
    SaturatedUnits {
        /// The layer.
        layer: String,
        /// Saturated units.
        saturated: usize,
        /// Units.
        units: usize,
        /// The activation.
        activation: String,
    },
    /// Inputs are on very different scales.
    UnscaledInputs {
        /// The largest column.
        column: String,
        /// Its mean and standard deviation as the network sees them.
        scale: [f64; 2],
    },
    /// Accuracy looks good, but a class is rarely found.
    HiddenImbalance {
        /// The class.
        class: String,
        /// Its recall.
        recall: f64,
        /// The accuracy.
        accuracy: f64,
        /// The share of the class.
        share: f64,
    },
    /// Classes that no training row has.
    AbsentClasses {
        /// Their names.
        classes: Vec<String>,
    },
    /// Nearly perfect on unseen rows.
    TooGood {
        /// `accuracy` or `R2`.
        score: String,
        /// Its value.
        value: f64,
        /// The part.
        part: String,
        /// The column that tells the target nearly alone, where one does.
        column: Option<String>,
    },
    /// A column tells the target alone.
    Leak {
        /// The column.
        column: String,
        /// How well, from 0 to 1.
        alone: f64,
    },
    /// Whether a cell of a column is missing tells the target alone.
    MissingLeak {
        /// The column.
        column: String,
        /// How well, from 0 to 1.
        alone: f64,
    },
    /// Columns with one value only.
    ConstantColumns {
        /// Their names.
        columns: Vec<String>,
    },
    /// Columns that only name the rows.
    IdentifierColumns {
        /// Their names.
        columns: Vec<String>,
    },
    /// A loss that does not suit the task.
    WrongLoss {
        /// The loss.
        loss: String,
        /// The task.
        task: String,
        /// What suits it.
        better: String,
    },
    /// So few validation rows that the best epoch is chosen by chance.
    TinyValidation {
        /// Rows.
        rows: usize,
    },
    /// The result depends on the seed.
    UnstableSeeds {
        /// The number that varies.
        score: String,
        /// Lowest and highest.
        range: [f64; 2],
        /// Seeds.
        seeds: usize,
    },
}

impl Check {
    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Check::Diverged { .. } | Check::RateTooHigh { .. } | Check::RateTooLow { .. } => Severity::Fault,
            Check::EqualWeights { .. } | Check::VanishingGradients { .. } => Severity::Fault,
            Check::StrongRegularization { .. } => Severity::Fault,
            Check::UnderFitting { .. } | Check::TooGood { .. } | Check::Leak { .. } => Severity::Fault,
            Check::MissingLeak { .. } | Check::AbsentClasses { .. } | Check::BatchOfOne { .. } => Severity::Fault,
            Check::StillImproving { .. } | Check::Plateau { .. } => Severity::Hint,
            Check::ConstantColumns { .. } | Check::IdentifierColumns { .. } => Severity::Hint,
            Check::OverFitting { .. } | Check::DeadUnits { .. } | Check::SaturatedUnits { .. } => Severity::Warning,
            Check::UnscaledInputs { .. } | Check::HiddenImbalance { .. } | Check::WrongLoss { .. } => Severity::Warning,
            Check::TinyValidation { .. } | Check::UnstableSeeds { .. } => Severity::Warning,
        }
    }

    /// The figure of the report that shows it.
    pub fn figure(&self) -> &'static str {
        match self {
            Check::DeadUnits { .. } | Check::SaturatedUnits { .. } => "units",
            Check::EqualWeights { .. } | Check::VanishingGradients { .. } => "gradients",
            Check::HiddenImbalance { .. } | Check::AbsentClasses { .. } => "confusion",
            Check::TooGood { .. } | Check::Leak { .. } | Check::MissingLeak { .. } => "importance",
            Check::UnscaledInputs { .. } | Check::ConstantColumns { .. } | Check::IdentifierColumns { .. } => "scales",
            Check::UnstableSeeds { .. } => "seeds",
            Check::Diverged { .. } => "divergence",
            _ => "loss",
        }
    }

    /// Whether this explains another finding, so that the other one is only a symptom.
    pub(super) fn explains(&self, other: &Check) -> bool {
        use Check::*;
        let nothing_learnt = matches!(other, UnderFitting { .. } | HiddenImbalance { .. });
        match self {
            EqualWeights { .. } | VanishingGradients { .. } | StrongRegularization { .. } => {
                let units = matches!(other, DeadUnits { .. } | SaturatedUnits { .. });
                let rate = matches!(other, RateTooHigh { .. } | RateTooLow { .. });
                nothing_learnt || units || rate || matches!(other, StillImproving { .. } | Plateau { .. })
            }
            RateTooHigh { .. } | RateTooLow { .. } | DeadUnits { .. } => nothing_learnt,
            UnscaledInputs { .. } | SaturatedUnits { .. } => nothing_learnt || matches!(other, RateTooHigh { .. }),
            BatchOfOne { .. } => matches!(
                other,
                RateTooHigh { .. }
                    | RateTooLow { .. }
                    | StillImproving { .. }
                    | Plateau { .. }
                    | OverFitting { .. }
                    | UnderFitting { .. }
                    | DeadUnits { .. }
                    | SaturatedUnits { .. }
            ),
            _ => false,
        }
    }

    /// Whether it still says something about a training that diverged.
    pub(super) fn outlives_divergence(&self) -> bool {
        matches!(
            self,
            Check::Diverged { .. }
                | Check::UnscaledInputs { .. }
                | Check::WrongLoss { .. }
                | Check::ConstantColumns { .. }
                | Check::IdentifierColumns { .. }
        )
    }
}
