//! Encodes indices as rows of zeros and ones.

use super::BuildLayer;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, choice, component};
use treino_core::error::{Error, Result};
use treino_core::rows::ColumnEncoding;

choice! {
    /// What a layer makes of indices.
    pub enum OutputMode {
        /// The indices themselves.
        Int = "int",
        /// A row of zeros with a 1 for each index.
        OneHot = "one_hot",
        /// One row of zeros with a 1 for every index.
        MultiHot = "multi_hot",
        /// How often each index occurs.
        Count = "count",
    }
}

choice! {
    /// The encodings of indices other than the indices themselves.
    pub enum Encoded {
        /// One row of zeros with a 1 for every index.
        MultiHot = "multi_hot",
        /// A row of zeros with a 1 for each index.
        OneHot = "one_hot",
        /// How often each index occurs.
        Count = "count",
    }
}

/// Rows with more zeros and ones than this are an error: they would fill the memory.
const WIDEST: usize = 1 << 17;

component! {
    /// Whole numbers from 0 as zeros and ones.
    ///
    /// Of a row of k numbers `one_hot` makes (k, num_tokens), and (num_tokens) where k is 1; `multi_hot` makes one row with a
    /// 1 at each number that is there, `count` one that says how often each is there.
    ///
    /// Keras differences: a number outside [0, num_tokens) is refused before the training starts; Keras encodes it as
    /// zeros, or fails, by backend. `num_tokens` may be left open where the input is known to be below a number. No
    /// `count_weights`, no `sparse`. Rows of several sides are counted along the last one (Keras: along the first).
    pub struct CategoryEncoding = "category_encoding" {
        /// Number of tokens: the numbers are 0 to num_tokens - 1. Left open it follows from the input.
        num_tokens: Option<usize> = None, Kind::COUNT;
        /// What is made of a row.
        output_mode: Encoded = Encoded::MultiHot, Encoded::KIND;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for CategoryEncoding {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        Ok(Some(ColumnEncoding::Ids))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let depth = builder.ids(x, self.num_tokens, "num_tokens")?;
        encoded(builder, x, depth, self.output_mode)
    }
}

/// Encodes indices in [0, `depth`) in an output mode.
pub(super) fn output(builder: &mut ProgramBuilder, x: ValueId, depth: usize, mode: OutputMode) -> Result<ValueId> {
    let mode = match mode {
        OutputMode::Int => {
            builder.set_below(x, depth);
            return Ok(x);
        }
        OutputMode::OneHot => Encoded::OneHot,
        OutputMode::MultiHot => Encoded::MultiHot,
        OutputMode::Count => Encoded::Count,
    };
    encoded(builder, x, depth, mode)
}

/// Encodes indices in [0, `depth`) in a mode; negative ones are ignored.
pub(super) fn encoded(builder: &mut ProgramBuilder, x: ValueId, depth: usize, mode: Encoded) -> Result<ValueId> {
    let (outer, last) = builder.outer_and_last(x);
    let mut shape = builder.shape(x).to_vec();
    match mode {
        Encoded::OneHot if last != 1 => shape.push(depth),
        _ => {
            shape.pop();
            shape.push(depth);
        }
    }
    let width = shape.iter().fold(1, |width: usize, side| width.saturating_mul(*side));
    if width > WIDEST {
        let e = format!("\"{}\" would make {width} numbers of a row, more than {WIDEST}", builder.layer_name());
        return Err(Error::input(e).help("an embedding of the indices, output_mode = \"int\", needs no such rows"));
    }
    // One row for each index, or one for all along the last axis.
    let run = if matches!(mode, Encoded::OneHot) { 1 } else { last };
    let y = builder.value(&shape, &[], false);
    builder.push(CategoryEncodingOp { x, y, groups: outer * last / run, run, depth, mode });
    Ok(y)
}

/// `y[i]` is whether, or how often, i occurs in a group of indices. Indices have no gradient.
#[derive(Debug, Clone)]
pub struct CategoryEncodingOp {
    x: ValueId,
    pub(crate) y: ValueId,
    /// Groups in a row.
    groups: usize,
    /// Indices in a group.
    run: usize,
    depth: usize,
    mode: Encoded,
}

impl Op for CategoryEncodingOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let groups = f.x.chunks_exact(self.run).zip(f.y.chunks_exact_mut(self.depth));
        for (x, y) in groups.take(pass.rows * self.groups) {
            y.fill(0.0);
            for index in x {
                if *index >= 0.0
                    && let Some(y) = y.get_mut(*index as usize)
                {
                    *y = if self.mode == Encoded::Count { *y + 1.0 } else { 1.0 };
                }
            }
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "category_encoding"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
