//! Which targets a loss can compare with.

/// What kind of target a loss compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// Numbers, as many a row as predictions.
    Numbers,
    /// Numbers of at least 0, as many a row as predictions.
    Amounts,
    /// -1 or 1 (or 0 and 1 throughout), as many a row as predictions.
    Signs,
    /// Numbers in [0, 1], as many a row as predictions, each for itself.
    Probabilities,
    /// Numbers in [0, 1], as many a row as predictions, compared as a whole.
    Shares,
    /// One row of shares a sample that sum to 1: a class as a one-hot row.
    OneHot,
    /// One class number a row, that of an output.
    ClassNumbers,
    /// One class number a row, that of an output; 0 or 1 for a single output.
    Classes,
    /// One whole number a row that says what it belongs to; outputs have no part in it.
    Groups,
}

impl TargetKind {
    /// Target columns for that many outputs.
    pub fn columns(self, outputs: usize) -> usize {
        if self.is_one_number() { 1 } else { outputs }
    }

    /// Whether a row has one number whatever the number of outputs.
    pub fn is_one_number(self) -> bool {
        matches!(self, TargetKind::ClassNumbers | TargetKind::Classes | TargetKind::Groups)
    }

    /// Whether a target may be `y`.
    pub fn allow(self, y: f32, outputs: usize) -> bool {
        match self {
            TargetKind::Numbers => y.is_finite(),
            TargetKind::Amounts => y.is_finite() && y >= 0.0,
            TargetKind::Signs => y == -1.0 || y == 0.0 || y == 1.0,
            TargetKind::Probabilities | TargetKind::Shares | TargetKind::OneHot => (0.0..=1.0).contains(&y),
            TargetKind::ClassNumbers => y >= 0.0 && y < outputs as f32 && y.fract() == 0.0,
            TargetKind::Classes => TargetKind::ClassNumbers.allow(y, outputs.max(2)),
            TargetKind::Groups => y.is_finite() && y.fract() == 0.0,
        }
    }

    /// What they may be, for a message.
    pub fn range(self, outputs: usize) -> String {
        match self {
            TargetKind::Numbers => "finite numbers".to_string(),
            TargetKind::Amounts => "numbers of at least 0".to_string(),
            TargetKind::Signs => "-1 and 1, or 0 and 1".to_string(),
            TargetKind::Probabilities | TargetKind::Shares | TargetKind::OneHot => "numbers in [0, 1]".to_string(),
            TargetKind::ClassNumbers => format!("whole numbers from 0 to {}", outputs.saturating_sub(1)),
            TargetKind::Classes => TargetKind::ClassNumbers.range(outputs.max(2)),
            TargetKind::Groups => "whole numbers".to_string(),
        }
    }

    /// The first row, from 0, whose numbers do not sum to 1 where they should, and its sum.
    pub fn wrong_sum(self, y: &[f32], columns: usize) -> Option<(usize, f64)> {
        if self != TargetKind::OneHot {
            return None;
        }
        // Shares that were computed or written with three digits are let pass.
        let sum = |row: &[f32]| row.iter().map(|y| f64::from(*y)).sum::<f64>();
        y.chunks_exact(columns).map(sum).enumerate().find(|(_, sum)| (sum - 1.0).abs() > 1e-2)
    }
}
