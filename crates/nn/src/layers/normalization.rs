//! Normalisation of inputs by fixed statistics.

use super::BuildLayer;
use crate::initializers::{Ones, Zeros};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId, VarId, Weight};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Fixed normalisation of inputs: y = (x - mean) / max(sqrt(variance), 1e-7), column by column.
    ///
    /// Mean and variance (divided by n) are given, or learned from the training rows before the first epoch (Keras:
    /// `adapt`). With `invert` it goes the other way: y = mean + x * max(sqrt(variance), 1e-7).
    ///
    /// Keras differences: no `axis`, it is always the last; no `count` among the weights.
    pub struct Normalization = "normalization" {
        /// Mean of each column; learned when left open.
        mean: Option<Vec<f64>> = None, Kind::List(&Kind::NUMBER);
        /// Variance of each column; learned when left open.
        variance: Option<Vec<f64>> = None, Kind::List(&Kind::NOT_NEGATIVE);
        /// Whether to undo a normalisation.
        invert: bool = false, Kind::Bool;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Normalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (outer, width) = builder.outer_and_last(x);
        let given = match (&self.mean, &self.variance) {
            (Some(mean), Some(variance)) => {
                for (what, list) in [("mean", mean), ("variance", variance)] {
                    if list.len() != width && list.len() != 1 {
                        let has = list.len();
                        return Err(Error::input(format!("{what} has {has} numbers for {width} columns")));
                    }
                }
                let widen = |list: &[f64]| (0..width).map(|j| list[j % list.len()] as f32).collect();
                Some([widen(mean), widen(variance)])
            }
            (None, None) => None,
            _ => return Err(Error::input("mean and variance go together: give both or neither")),
        };
        let (zeros, ones) = (Zeros::default().into(), Ones::default().into());
        let mean = builder.variable("mean", &[width], false, Weight::free(&zeros))?;
        let variance = builder.variable("variance", &[width], false, Weight::free(&ones))?;
        let shape = builder.shape(x).to_vec();
        let y = builder.value(&shape, &[x], false);
        let (statistics, invert, backward) = ([mean, variance], self.invert, builder.wants_gradient(x));
        let op = NormalizationOp { outer, width, x, y, statistics, given, invert, backward };
        builder.push(op);
        Ok(y)
    }
}

/// Normalises a value by the statistics in its variables.
#[derive(Debug, Clone)]
pub struct NormalizationOp {
    /// Number of normalised rows in a row of the batch: along all its axes except the last.
    pub outer: usize,
    /// The width of each of them.
    pub width: usize,
    /// The input.
    pub x: ValueId,
    pub(crate) y: ValueId,
    /// Mean and variance.
    pub statistics: [VarId; 2],
    /// Mean and variance as given; `None` if they are to be learned.
    pub given: Option<[Vec<f32>; 2]>,
    invert: bool,
    backward: bool,
}

impl Op for NormalizationOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let [mean, variance] = self.statistics.map(|id| f.variables.get(id));
        let rows =
            f.x[..pass.rows * self.outer * self.width].chunks_exact(self.width).zip(f.y.chunks_exact_mut(self.width));
        for (x, y) in rows {
            for (((y, x), mean), variance) in y.iter_mut().zip(x).zip(mean).zip(variance) {
                let sd = variance.sqrt().max(1e-7);
                *y = if self.invert { x.mul_add(sd, *mean) } else { (x - mean) / sd };
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let variance = b.variables.get(self.statistics[1]);
            let n = pass.rows * self.outer * self.width;
            let rows = b.dx[..n].chunks_exact_mut(self.width).zip(b.dy[..n].chunks_exact(self.width));
            for (dx, dy) in rows {
                for ((dx, dy), variance) in dx.iter_mut().zip(dy).zip(variance) {
                    let sd = variance.sqrt().max(1e-7);
                    *dx = if self.invert { dy * sd } else { dy / sd };
                }
            }
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "normalization"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
