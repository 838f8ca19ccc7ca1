//! Trained vectors for ids.

use super::BuildLayer;
use crate::constraints::Constraint;
use crate::initializers::{Initializer, RandomUniform};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ValueId, VarId, Weight};
use crate::regularizers::Regularizer;
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;
use treino_core::rows::ColumnEncoding;

component! {
    /// A learnt vector for each id: row number x of a matrix (input_dim, output_dim).
    ///
    /// Columns of a table are numbered by their levels when an input layer with `columns` is the input.
    ///
    /// A row of k ids becomes a row of shape (k, output_dim); `flatten` makes one row of numbers of it. What is learnt about
    /// an id that comes several times in a batch is summed.
    ///
    /// Keras differences: ids outside [0, input_dim) are refused before the training starts; Keras on JAX and PyTorch
    /// goes on with other numbers. `input_dim` may be left open where the input is known to be below a number. No
    /// `mask_zero`: nothing in a network for tables reads masks.
    pub struct Embedding = "embedding" {
        /// Number of ids: they are 0 to input_dim - 1. Left open it follows from the input.
        input_dim: Option<usize> = None, Kind::COUNT;
        /// Numbers in a vector.
        output_dim: usize = 1, Kind::COUNT;
        /// Where the vectors start.
        embeddings_initializer: Initializer = RandomUniform::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Penalty on the vectors.
        embeddings_regularizer: Option<Regularizer> = None, Kind::Component(&crate::regularizers::FAMILY);
        /// What the vectors must satisfy after each step.
        embeddings_constraint: Option<Constraint> = None, Kind::Component(&crate::constraints::FAMILY);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves the vectors.
        trainable: bool = true, Kind::Bool;
    }
}

impl BuildLayer for Embedding {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn reading(&self) -> Result<Option<ColumnEncoding>> {
        Ok(Some(ColumnEncoding::Ids))
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let known = builder.ids(x, self.input_dim, "input_dim")?;
        let weight = Weight {
            initializer: &self.embeddings_initializer,
            regularizer: self.embeddings_regularizer.as_ref(),
            constraint: self.embeddings_constraint.as_ref(),
        };
        let vectors = builder.variable("embeddings", &[known, self.output_dim], self.trainable, weight)?;
        let mut shape = builder.shape(x).to_vec();
        shape.push(self.output_dim);
        let (ids, width) = (builder.width(x), self.output_dim);
        let y = builder.value(&shape, &[x], self.trainable);
        builder.push(EmbeddingOp { ids, known, width, x, y, vectors });
        Ok(y)
    }
}

/// y = the vectors of the ids in x; d vector = sum of dy over its occurrences, in the order of the rows.
#[derive(Debug, Clone)]
pub struct EmbeddingOp {
    /// Ids in a row.
    ids: usize,
    /// Number of vectors.
    known: usize,
    /// Numbers in a vector.
    width: usize,
    x: ValueId,
    pub(crate) y: ValueId,
    vectors: VarId,
}

impl EmbeddingOp {
    /// The index of the vector of an id. Ids were checked; an invalid one is clipped to the nearest valid id.
    #[inline(always)]
    fn place(&self, id: f32) -> usize {
        (id as usize).min(self.known - 1) * self.width
    }
}

impl Op for EmbeddingOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let vectors = f.variables.get(self.vectors);
        for (id, y) in f.x.iter().zip(f.y.chunks_exact_mut(self.width)).take(pass.rows * self.ids) {
            y.copy_from_slice(&vectors[self.place(*id)..][..self.width]);
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.y);
        if let Some(range) = b.variables.gradient_range(self.vectors) {
            let gradient = &mut b.gradient[range];
            gradient.fill(0.0);
            for (id, dy) in b.x.iter().zip(b.dy.chunks_exact(self.width)).take(pass.rows * self.ids) {
                for (sum, dy) in gradient[self.place(*id)..][..self.width].iter_mut().zip(dy) {
                    *sum += dy;
                }
            }
        }
    }

    fn word(&self) -> &'static str {
        "embedding"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
