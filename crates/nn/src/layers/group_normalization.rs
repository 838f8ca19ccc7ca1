//! Group normalisation (Y. Wu, K. He, "Group normalization", ECCV 2018), and the op of layer normalisation, which is
//! the special case of one group.

use super::BuildLayer;
use super::normalization_parameters::normalization;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId, VarId, Weight};
use treino_core::catalog::{Interval, Kind};
use treino_core::error::{Error, Result};
use treino_engine::reduce::sum_columns_by;

normalization! {
    /// Group normalisation: the columns are cut into groups, and each group of a row gets mean 0 and variance 1.
    ///
    /// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with a gamma and a beta for each column. Rows of more sides
    /// than one have the groups along the last.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct GroupNormalization = "group_normalization" {
        /// Number of groups, a divisor of the number of columns; -1 for a group a column.
        groups: i64 = 32, Kind::Int(Interval::at_least(-1.0));
    }
}

impl BuildLayer for GroupNormalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (outer, last) = builder.outer_and_last(x);
        let groups = match self.groups {
            -1 => last,
            groups => groups as usize,
        };
        if groups == 0 || !last.is_multiple_of(groups) {
            let e = format!("groups is {groups}, but must divide the {last} columns");
            let divisors: Vec<String> = (1..=last).filter(|d| last.is_multiple_of(*d)).map(|d| d.to_string()).collect();
            return Err(Error::input(e).help(format!("one of {}", divisors.join(", "))));
        }
        let gamma = Weight {
            initializer: &self.gamma_initializer,
            regularizer: self.gamma_regularizer.as_ref(),
            constraint: self.gamma_constraint.as_ref(),
        };
        let beta = Weight {
            initializer: &self.beta_initializer,
            regularizer: self.beta_regularizer.as_ref(),
            constraint: self.beta_constraint.as_ref(),
        };
        let affine = Affine { gamma: self.scale.then_some(gamma), beta: self.center.then_some(beta) };
        let op =
            GroupNormalizationOp::build(builder, x, [1, outer, last, groups], self.epsilon, self.trainable, affine)?;
        let y = op.y;
        builder.push(op);
        Ok(y)
    }
}

/// The weights after a normalisation, if any.
pub(super) struct Affine<'a> {
    pub gamma: Option<Weight<'a>>,
    pub beta: Option<Weight<'a>>,
}

/// Normalisation within rows.
///
/// A group has n numbers, inverse = 1 / sqrt(variance + epsilon), x^ = (x - mean) inverse. Backwards, with g = gamma dy:
/// d gamma = sum over rows of dy x^, d beta = sum of dy, dx = inverse (g - (sum of g + x^ sum of g x^) / n).
#[derive(Debug, Clone)]
pub struct GroupNormalizationOp {
    /// Number of normalised rows in a row of the batch.
    outer: usize,
    /// Number of times that the columns occur in a normalised row.
    times: usize,
    columns: usize,
    groups: usize,
    epsilon: f32,
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    gamma: Option<VarId>,
    beta: Option<VarId>,
    /// x^, kept for the backward pass.
    normal: ScratchId,
    /// 1 / sqrt(variance + epsilon) of each group.
    inverse: ScratchId,
    wants_dx: bool,
}

impl GroupNormalizationOp {
    /// `shape` is the structure of a row: normalised rows, repetitions of the columns in each, columns, groups.
    pub(super) fn build(
        builder: &mut ProgramBuilder,
        x: ValueId,
        shape: [usize; 4],
        epsilon: f64,
        trainable: bool,
        affine: Affine<'_>,
    ) -> Result<Self> {
        let [outer, times, columns, groups] = shape;
        let is_trained = trainable && (affine.gamma.is_some() || affine.beta.is_some());
        let mut variable = |name, weight: Option<Weight<'_>>| {
            weight.map(|weight| builder.variable(name, &[columns], trainable, weight)).transpose()
        };
        let (gamma, beta) = (variable("gamma", affine.gamma)?, variable("beta", affine.beta)?);
        let wants_dx = builder.wants_gradient(x);
        let sides = builder.shape(x).to_vec();
        let y = builder.value(&sides, &[x], is_trained);
        let normal = builder.scratch(ScratchSize::PerRow(outer * times * columns));
        let inverse = builder.scratch(ScratchSize::PerRow(outer * groups));
        let epsilon = epsilon as f32;
        Ok(Self { outer, times, columns, groups, epsilon, x, y, gamma, beta, normal, inverse, wants_dx })
    }

    /// Calls `f` with the index of each number of a group in its normalised row, and its column.
    #[inline(always)]
    fn each(&self, group: usize, mut f: impl FnMut(usize, usize)) {
        let own = self.columns / self.groups;
        for time in 0..self.times {
            for column in group * own..(group + 1) * own {
                f(time * self.columns + column, column);
            }
        }
    }
}

impl Op for GroupNormalizationOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let (rows, width) = (pass.rows * self.outer, self.times * self.columns);
        let [normal, inverse] = f.scratch.get([self.normal, self.inverse]);
        let (gamma, beta) = (self.gamma.map(|id| f.variables.get(id)), self.beta.map(|id| f.variables.get(id)));
        let share = 1.0 / (width / self.groups) as f32;
        let each_row = f.x.chunks_exact(width).zip(f.y.chunks_exact_mut(width));
        let scratch = normal.chunks_exact_mut(width).zip(inverse.chunks_exact_mut(self.groups));
        for ((x, y), (normal, inverse)) in each_row.zip(scratch).take(rows) {
            for (group, inverse) in inverse.iter_mut().enumerate() {
                let mut sum = 0.0;
                self.each(group, |at, _| sum += x[at]);
                let mean = sum * share;
                let mut squares = 0.0_f32;
                self.each(group, |at, _| squares = (x[at] - mean).mul_add(x[at] - mean, squares));
                *inverse = 1.0 / squares.mul_add(share, self.epsilon).sqrt();
                self.each(group, |at, column| {
                    normal[at] = (x[at] - mean) * *inverse;
                    let scaled = gamma.map_or(normal[at], |gamma| gamma[column] * normal[at]);
                    y[at] = beta.map_or(scaled, |beta| scaled + beta[column]);
                });
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.y);
        let (rows, width) = (pass.rows * self.outer, self.times * self.columns);
        let [normal, inverse] = b.scratch.get([self.normal, self.inverse]);
        let (normal, dy) = (&*normal, b.dy);
        if self.wants_dx {
            let gamma = self.gamma.map(|id| b.variables.get(id));
            let share = 1.0 / (width / self.groups) as f32;
            let each_row = b.dx.chunks_exact_mut(width).zip(dy.chunks_exact(width));
            let scratch = normal.chunks_exact(width).zip(inverse.chunks_exact(self.groups));
            for ((dx, dy), (normal, inverse)) in each_row.zip(scratch).take(rows) {
                for (group, inverse) in inverse.iter().enumerate() {
                    let (mut sum, mut along) = (0.0_f32, 0.0_f32);
                    self.each(group, |at, column| {
                        let g = gamma.map_or(dy[at], |gamma| gamma[column] * dy[at]);
                        sum += g;
                        along = g.mul_add(normal[at], along);
                    });
                    self.each(group, |at, column| {
                        let g = gamma.map_or(dy[at], |gamma| gamma[column] * dy[at]);
                        dx[at] = inverse * (g - normal[at].mul_add(along, sum) * share);
                    });
                }
            }
        }
        let all = rows * self.times;
        if let Some(range) = self.gamma.and_then(|id| b.variables.gradient_range(id)) {
            sum_columns_by(pass.simd, all, self.columns, &mut b.gradient[range], |i| dy[i] * normal[i]);
        }
        if let Some(range) = self.beta.and_then(|id| b.variables.gradient_range(id)) {
            sum_columns_by(pass.simd, all, self.columns, &mut b.gradient[range], |i| dy[i]);
        }
    }

    fn word(&self) -> &'static str {
        "normalization"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
