//! Batch normalisation (S. Ioffe, C. Szegedy, "Batch normalization: accelerating deep network training by reducing
//! internal covariate shift", ICML 2015).

use super::BuildLayer;
use super::normalization_parameters::normalization;
use crate::initializers::{Initializer, Ones, Zeros};
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId, VarId, Weight};
use treino_core::catalog::Kind;
use treino_core::error::Result;
use treino_engine::flush::{flush, flush_gradient};
use treino_engine::reduce::{sum_column_products, sum_columns};
use treino_engine::simd::Kernel;

normalization! {
    /// Batch normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, column by column.
    ///
    /// In training mean and variance (divided by n) are the batch's, and moving averages follow them:
    /// moving = momentum * moving + (1 - momentum) * batch. Outside training, and when frozen, the moving ones are used.
    /// The gradient flows through mean and variance. Of rows with more sides than one, columns are the last.
    ///
    /// Keras differences: no `axis`, it is always the last; no `renorm` and no `synchronized`.
    pub struct BatchNormalization = "batch_normalization" {
        /// Memory of the moving averages.
        momentum: f64 = 0.99, Kind::Float(treino_core::catalog::Interval::closed(0.0, 1.0));
        /// Where the moving mean starts.
        moving_mean_initializer: Initializer = Zeros::default().into(), Kind::Component(&crate::initializers::FAMILY);
        /// Where the moving variance starts.
        moving_variance_initializer: Initializer = Ones::default().into(), Kind::Component(&crate::initializers::FAMILY);
    }
}

impl BuildLayer for BatchNormalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (outer, width) = builder.outer_and_last(x);
        let trained = self.trainable;
        let mut gamma = None;
        if self.scale {
            let weight = Weight {
                initializer: &self.gamma_initializer,
                regularizer: self.gamma_regularizer.as_ref(),
                constraint: self.gamma_constraint.as_ref(),
            };
            gamma = Some(builder.variable("gamma", &[width], trained, weight)?);
        }
        let mut beta = None;
        if self.center {
            let weight = Weight {
                initializer: &self.beta_initializer,
                regularizer: self.beta_regularizer.as_ref(),
                constraint: self.beta_constraint.as_ref(),
            };
            beta = Some(builder.variable("beta", &[width], trained, weight)?);
        }
        let mean = builder.variable("moving_mean", &[width], false, Weight::free(&self.moving_mean_initializer))?;
        let variance =
            builder.variable("moving_variance", &[width], false, Weight::free(&self.moving_variance_initializer))?;
        let wants_dx = builder.wants_gradient(x);
        let shape = builder.shape(x).to_vec();
        let y = builder.value(&shape, &[x], trained && (self.scale || self.center));
        let op = BatchNormalizationOp {
            momentum: self.momentum,
            epsilon: self.epsilon as f32,
            frozen: !trained,
            outer,
            width,
            x,
            y,
            gamma,
            beta,
            moving: [mean, variance],
            normal: builder.scratch(ScratchSize::PerRow(outer * width)),
            columns: [(); 6].map(|()| builder.scratch(ScratchSize::Fixed(width))),
            backward: builder.wants_gradient(y),
            wants_dx,
        };
        builder.push(op);
        Ok(y)
    }
}

/// Batch normalisation of a value.
///
/// With n rows, inverse = 1 / sqrt(variance + epsilon) and x^ = (x - mean) * inverse:
/// d beta = sum dy, d gamma = sum dy x^, dx = gamma inverse (dy - (d beta + x^ d gamma) / n).
#[derive(Debug, Clone)]
pub struct BatchNormalizationOp {
    momentum: f64,
    epsilon: f32,
    frozen: bool,
    /// Number of normalised rows in a row of the batch: along all its axes except the last.
    outer: usize,
    width: usize,
    pub(crate) x: ValueId,
    pub(crate) y: ValueId,
    gamma: Option<VarId>,
    beta: Option<VarId>,
    /// Moving mean and variance.
    moving: [VarId; 2],
    /// x^, kept for the backward pass.
    normal: ScratchId,
    /// One number per column: mean, inverse, gamma, beta, d gamma, d beta.
    columns: [ScratchId; 6],
    backward: bool,
    wants_dx: bool,
}

impl Op for BatchNormalizationOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let mut f = memory.forward(self.x, self.y);
        let rows = pass.rows * self.outer;
        let n = rows * self.width;
        let x = &f.x[..n];
        let [normal, mean, inverse, gamma, beta] =
            f.scratch.get([self.normal, self.columns[0], self.columns[1], self.columns[2], self.columns[3]]);
        let of_batch = pass.training && !self.frozen;
        let normal = &mut normal[..n];
        let share = 1.0 / rows as f32;
        if of_batch {
            sum_columns(pass.simd, x, self.width, false, mean);
            mean.iter_mut().for_each(|m| *m *= share);
        } else {
            mean.copy_from_slice(f.variables.get(self.moving[0]));
        }
        // The deviations first: the variance is needed for x^.
        pass.simd.run(Deviations { width: self.width, x, mean, normal });
        if of_batch {
            sum_column_products(pass.simd, normal, normal, self.width, inverse);
            inverse.iter_mut().for_each(|v| *v *= share);
            for (moving, batch) in self.moving.into_iter().zip([&*mean, &*inverse]) {
                let moving = f.variables.state_mut(moving);
                pass.simd.run(MovingAverage {
                    moving,
                    batch,
                    momentum: self.momentum as f32,
                    rest: (1.0 - self.momentum) as f32,
                });
            }
        } else {
            inverse.copy_from_slice(f.variables.get(self.moving[1]));
        }
        inverse.iter_mut().for_each(|v| *v = 1.0 / (*v + self.epsilon).sqrt());
        gamma.fill(1.0);
        beta.fill(0.0);
        if let Some(id) = self.gamma {
            gamma.copy_from_slice(f.variables.get(id));
        }
        if let Some(id) = self.beta {
            beta.copy_from_slice(f.variables.get(id));
        }
        pass.simd.run(ScaleRows { width: self.width, normal, inverse, gamma, beta, y: &mut f.y[..n] });
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if !self.backward {
            return;
        }
        let b = memory.backward(self.x, self.y);
        let rows = pass.rows * self.outer;
        let n = rows * self.width;
        let dy = &b.dy[..n];
        let [normal, inverse, gamma, dgamma, dbeta] =
            b.scratch.get([self.normal, self.columns[1], self.columns[2], self.columns[4], self.columns[5]]);
        let normal = &normal[..n];
        sum_columns(pass.simd, dy, self.width, false, dbeta);
        sum_column_products(pass.simd, dy, normal, self.width, dgamma);
        for (id, sums) in [(self.gamma, &*dgamma), (self.beta, &*dbeta)] {
            if let Some(range) = id.and_then(|id| b.variables.gradient_range(id)) {
                b.gradient[range].copy_from_slice(sums);
            }
        }
        if self.wants_dx {
            // With fixed statistics there is no gradient through mean and variance.
            let share = if self.frozen { 0.0 } else { 1.0 / rows as f32 };
            pass.simd.run(BackwardRows {
                width: self.width,
                share,
                normal,
                dy,
                inverse,
                gamma,
                dgamma,
                dbeta,
                dx: &mut b.dx[..n],
            });
        }
    }

    fn word(&self) -> &'static str {
        "normalization"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}

struct Deviations<'a> {
    width: usize,
    x: &'a [f32],
    mean: &'a [f32],
    normal: &'a mut [f32],
}

impl Kernel for Deviations<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (d, x) in self.normal.chunks_exact_mut(self.width).zip(self.x.chunks_exact(self.width)) {
            for ((d, x), mean) in d.iter_mut().zip(x).zip(self.mean) {
                *d = x - mean;
            }
        }
    }
}

/// Updates the moving averages.
struct MovingAverage<'a> {
    moving: &'a mut [f32],
    batch: &'a [f32],
    momentum: f32,
    rest: f32,
}

impl Kernel for MovingAverage<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (moving, batch) in self.moving.iter_mut().zip(self.batch) {
            *moving = flush(moving.mul_add(self.momentum, batch * self.rest));
        }
    }
}

struct ScaleRows<'a> {
    width: usize,
    normal: &'a mut [f32],
    inverse: &'a [f32],
    gamma: &'a [f32],
    beta: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for ScaleRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (normal, y) in self.normal.chunks_exact_mut(self.width).zip(self.y.chunks_exact_mut(self.width)) {
            for ((((normal, y), inverse), gamma), beta) in
                normal.iter_mut().zip(y).zip(self.inverse).zip(self.gamma).zip(self.beta)
            {
                *normal *= inverse;
                *y = normal.mul_add(*gamma, *beta);
            }
        }
    }
}

struct BackwardRows<'a> {
    width: usize,
    share: f32,
    normal: &'a [f32],
    dy: &'a [f32],
    inverse: &'a [f32],
    gamma: &'a [f32],
    dgamma: &'a [f32],
    dbeta: &'a [f32],
    dx: &'a mut [f32],
}

impl Kernel for BackwardRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.dx.chunks_exact_mut(self.width).zip(self.dy.chunks_exact(self.width));
        for ((dx, dy), normal) in rows.zip(self.normal.chunks_exact(self.width)) {
            let columns = self.gamma.iter().zip(self.inverse).zip(self.dgamma).zip(self.dbeta);
            for (((dx, dy), normal), (((gamma, inverse), dgamma), dbeta)) in
                dx.iter_mut().zip(dy).zip(normal).zip(columns)
            {
                let through = normal.mul_add(*dgamma, *dbeta) * self.share;
                *dx = flush_gradient(gamma * inverse * (dy - through));
            }
        }
    }
}
