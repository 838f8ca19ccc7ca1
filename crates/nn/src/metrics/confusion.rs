//! Counts of right and wrong decisions at thresholds, and the four of them as metrics.

use super::{ComputeMetric, MetricState, target};
use treino_core::catalog::{Kind, component};

/// Weights of entries by what they are and what they are said to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ConfusionCells {
    pub true_positives: f64,
    pub false_positives: f64,
    pub true_negatives: f64,
    pub false_negatives: f64,
}

/// What is counted, and what becomes of the counts.
pub(super) struct ConfusionQuery<'a> {
    /// A prediction strictly above one says yes; the default is 0.5, or any number with `top_k`.
    pub thresholds: Option<&'a [f64]>,
    /// Only the k largest predictions of a row can say yes.
    pub top_k: Option<usize>,
    /// The output that counts, all by default.
    pub class_id: Option<usize>,
    /// The number that is wanted.
    pub number: fn(&ConfusionCells) -> f64,
}

/// How many numbers thresholds make: as many, or one that is no list.
pub(super) fn parts(thresholds: Option<&[f64]>) -> Option<usize> {
    thresholds.map(<[f64]>::len)
}

pub(super) struct Counts {
    y_width: usize,
    p_width: usize,
    thresholds: Vec<f32>,
    top_k: Option<usize>,
    outputs: std::ops::Range<usize>,
    number: fn(&ConfusionCells) -> f64,
    cells: Vec<ConfusionCells>,
}

impl Counts {
    pub(super) fn start(y_width: usize, p_width: usize, question: ConfusionQuery<'_>) -> Box<dyn MetricState> {
        let thresholds: Vec<f32> = match question.thresholds {
            Some(thresholds) => thresholds.iter().map(|t| *t as f32).collect(),
            None if question.top_k.is_some() => vec![-1e10],
            None => vec![0.5],
        };
        Box::new(Counts {
            y_width,
            p_width,
            cells: vec![ConfusionCells::default(); thresholds.len()],
            thresholds,
            top_k: question.top_k,
            outputs: question.class_id.map_or(0..p_width, |class| class..(class + 1).min(p_width)),
            number: question.number,
        })
    }
}

/// Whether fewer than `k` predictions of the row come before number `at`: larger ones, or equal ones that stand earlier.
fn is_among_largest(row: &[f32], at: usize, k: usize) -> bool {
    let before = |(j, p): (usize, &f32)| *p > row[at] || (j < at && *p == row[at]);
    row.iter().enumerate().filter(|entry| before(*entry)).count() < k
}

impl MetricState for Counts {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for k in self.outputs.clone() {
                let is = target(y, self.p_width, k) != 0.0;
                let allowed = self.top_k.is_none_or(|top| is_among_largest(p, k, top));
                for (threshold, cells) in self.thresholds.iter().zip(&mut self.cells) {
                    *match (is, allowed && p[k] > *threshold) {
                        (true, true) => &mut cells.true_positives,
                        (false, true) => &mut cells.false_positives,
                        (true, false) => &mut cells.false_negatives,
                        (false, false) => &mut cells.true_negatives,
                    } += weight;
                }
            }
        }
    }

    fn result(&self) -> f64 {
        self.part(0)
    }

    fn part(&self, at: usize) -> f64 {
        self.cells.get(at).map_or(0.0, self.number)
    }

    fn reset(&mut self) {
        self.cells.fill(ConfusionCells::default());
    }
}

macro_rules! count {
    ($(#[doc = $doc:literal])+ $Name:ident = $name:literal, $cell:ident) => {
        component! {
            $(#[doc = $doc])+
            ///
            /// Over several outputs, all entries count alike. Whether more is better depends on what it is for.
            pub struct $Name = $name {
                /// A prediction strictly above it says yes (0.5 by default); several give a number each.
                thresholds: Option<Vec<f64>> = None, Kind::THRESHOLDS;
            }
        }

        impl ComputeMetric for $Name {
            fn parts(&self, _p_width: usize) -> Option<usize> {
                parts(self.thresholds.as_deref())
            }

            fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
                let thresholds = self.thresholds.as_deref();
                let number = |cells: &ConfusionCells| cells.$cell;
                Counts::start(y_width, p_width, ConfusionQuery { thresholds, top_k: None, class_id: None, number })
            }

            fn more_is_better(&self) -> Option<bool> {
                None
            }
        }
    };
}

count! {
    /// The number of yes that are predicted so.
    TruePositives = "true_positives", true_positives
}

count! {
    /// The number of no that are predicted so.
    TrueNegatives = "true_negatives", true_negatives
}

count! {
    /// The number of no that are predicted to be yes: false alarms.
    FalsePositives = "false_positives", false_positives
}

count! {
    /// The number of yes that are predicted to be no: what was missed.
    FalseNegatives = "false_negatives", false_negatives
}
