//! Assigns numbers to bins.

use super::BuildLayer;
use super::category_encoding::{OutputMode, output};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};
use treino_core::rows::ColumnEncoding;

/// A number of bins; indices must be exact in single precision.
pub(super) const BINS: Kind = Kind::Int(Interval::closed(1.0, 16_777_216.0));

component! {
    /// The bin of a number: how many boundaries are not above it.
    ///
    /// The boundaries are given, or learnt from the training rows: `num_bins` bins of about as many rows each. To be learnt
    /// from, the input must be an input layer with `columns`. Their numbers come unscaled.
    ///
    /// Keras differences: learnt boundaries are the exact quantiles of the training rows, Keras's own of a sketch that
    /// `epsilon` keeps small (to 99 numbers both are the same); a missing cell of a table is filled first. No
    /// `sparse`.
    pub struct Discretization = "discretization" {
        /// The boundaries, from the lowest up.
        bin_boundaries: Option<Vec<f64>> = None, Kind::List(&Kind::NUMBER);
        /// How many bins to learn.
        num_bins: Option<usize> = None, BINS;
        /// What comes out: the bin, or zeros and ones as of `category_encoding`.
        output_mode: OutputMode = OutputMode::Int, OutputMode::KIND;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl Discretization {
    /// Learns the boundaries: the numbers between which `num_bins` bins have equal shares of `numbers`, linearly
    /// interpolated between two of them (as Keras's `adapt`).
    ///
    /// # Errors
    /// Returns an error without `num_bins`, or without numbers.
    pub fn adapt(&mut self, numbers: &[f32]) -> Result<()> {
        let Some(bins) = self.num_bins.take() else {
            return Err(Error::input("boundaries are learnt where num_bins says how many bins there are"));
        };
        let mut sorted: Vec<f32> = numbers.iter().copied().filter(|x| x.is_finite()).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            return Err(Error::input("there are no numbers to learn boundaries from"));
        };
        let quantile = |i: usize| {
            // The number at index j (from 0) has a share of (j + 1)/n at or below it.
            let place = (i * sorted.len()) as f64 / bins as f64 - 1.0;
            let below = place.max(0.0) as usize;
            let (a, b) = (f64::from(sorted[below]), f64::from(sorted[(below + 1).min(last)]));
            f64::from(((b - a).mul_add((place - below as f64).max(0.0), a)) as f32)
        };
        // If there are fewer numbers than bins, all numbers but the last are boundaries.
        let few = sorted.len() < bins;
        let boundaries = if few {
            sorted[..last].iter().map(|x| f64::from(*x)).collect()
        } else {
            (1..bins).map(quantile).collect()
        };
        self.bin_boundaries = Some(boundaries);
        Ok(())
    }

    fn boundaries(&self) -> Result<Vec<f32>> {
        let boundaries = match (&self.bin_boundaries, self.num_bins) {
            (Some(_), Some(_)) => {
                return Err(Error::input("a discretization has either bin_boundaries or num_bins, not both"));
            }
            (None, None) => {
                return Err(Error::input("a discretization needs bin_boundaries, or num_bins to learn them"));
            }
            (None, Some(_)) => {
                let e = "num_bins are learnt from columns of a table, but the input is none";
                return Err(Error::input(e).help("feed it an input layer with columns, or give it bin_boundaries"));
            }
            (Some(boundaries), None) => boundaries,
        };
        if let Some(two) = boundaries.windows(2).find(|two| two[0] > two[1]) {
            let e = format!("bin_boundaries must ascend, but {} stands before {}", two[0], two[1]);
            return Err(Error::input(e));
        }
        Ok(boundaries.iter().map(|x| *x as f32).collect())
    }
}

impl BuildLayer for Discretization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        if self.num_bins.is_none() || self.bin_boundaries.is_some() {
            self.boundaries()?;
        }
        Ok(Some(ColumnEncoding::Amounts))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let boundaries = self.boundaries()?;
        let depth = boundaries.len() + 1;
        let index = indices(builder, x, Index::Bins(boundaries));
        output(builder, index, depth, self.output_mode)
    }
}

/// A value with the index of each number of x.
pub(super) fn indices(builder: &mut ProgramBuilder, x: ValueId, index: Index) -> ValueId {
    let (width, shape) = (builder.width(x), builder.shape(x).to_vec());
    let backward = builder.wants_gradient(x);
    let y = builder.value(&shape, &[], false);
    builder.push(IndexOp { x, y, width, index, backward });
    y
}

/// How a number is converted to an index.
#[derive(Debug, Clone)]
pub(super) enum Index {
    /// The number of these boundaries that are not above it.
    Bins(Vec<f32>),
    /// The index of its integer part in a vocabulary.
    Lookup(treino_core::rows::Sorted<i64>),
    /// The bin of the digits of its integer part.
    Hash(treino_core::rows::Hash),
}

/// y = the index of x; dx = 0.
#[derive(Debug, Clone)]
pub struct IndexOp {
    x: ValueId,
    pub(crate) y: ValueId,
    /// Numbers in a row.
    width: usize,
    index: Index,
    backward: bool,
}

impl Op for IndexOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let n = pass.rows * self.width;
        for (y, x) in f.y[..n].iter_mut().zip(&f.x[..n]) {
            *y = match &self.index {
                Index::Bins(boundaries) => boundaries.partition_point(|b| b <= x) as f32,
                Index::Lookup(sorted) => sorted.index(&(*x as i64)),
                Index::Hash(hash) => hash.bin_of_number(*x as i64) as f32,
            };
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            memory.fill_gradient(self.x, |_, dx| dx[..pass.rows * self.width].fill(0.0));
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "index"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
