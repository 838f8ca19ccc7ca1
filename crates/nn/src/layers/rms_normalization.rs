//! Rows scaled to a common length: by their root mean square (B. Zhang, R. Sennrich, "Root mean square layer
//! normalization", NeurIPS 2019) or by their norm.

use super::BuildLayer;
use crate::initializers::Ones;
use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId, VarId, Weight};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;
use treino_engine::reduce::sum_columns_by;

component! {
    /// Root-mean-square normalisation: y = scale x / sqrt(mean x^2 + epsilon), row by row.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct RMSNormalization = "rms_normalization" {
        /// Keeps the divisor away from zero.
        epsilon: f64 = 1e-6, Kind::POSITIVE;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
        /// Whether training moves scale.
        trainable: bool = true, Kind::Bool;
    }
}

component! {
    /// Rows of length 1: y = x / |x|; a row of zeros stays.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct UnitNormalization = "unit_normalization" {
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for RMSNormalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (_, last) = builder.outer_and_last(x);
        let ones = Ones::default().into();
        let scale = builder.variable("scale", &[last], self.trainable, Weight::free(&ones))?;
        let length = Length::RootMeanSquare { epsilon: self.epsilon as f32 };
        ResizeOp::build(builder, x, length, Some(scale), self.trainable)
    }
}

impl BuildLayer for UnitNormalization {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        ResizeOp::build(builder, x, Length::Norm, None, false)
    }
}

/// The divisor of a row.
#[derive(Debug, Clone, Copy)]
enum Length {
    /// sqrt(mean x^2 + epsilon).
    RootMeanSquare { epsilon: f32 },
    /// |x|, but at least 1e-12.
    Norm,
}

/// y = scale x r with r = 1 / length(x).
///
/// Backward, with g = scale dy and c = 1/n or 1 for the two lengths: dx = r (g - c r^2 x sum of g x); a norm at its
/// lower bound does not depend on x.
#[derive(Debug, Clone)]
pub struct ResizeOp {
    outer: usize,
    last: usize,
    length: Length,
    x: ValueId,
    pub(crate) y: ValueId,
    scale: Option<VarId>,
    /// r of each row.
    inverse: ScratchId,
    wants_dx: bool,
}

impl ResizeOp {
    fn build(
        builder: &mut ProgramBuilder,
        x: ValueId,
        length: Length,
        scale: Option<VarId>,
        trained: bool,
    ) -> Result<ValueId> {
        let (outer, last) = builder.outer_and_last(x);
        let wants_dx = builder.wants_gradient(x);
        let shape = builder.shape(x).to_vec();
        let y = builder.value(&shape, &[x], trained);
        let inverse = builder.scratch(ScratchSize::PerRow(outer));
        builder.push(ResizeOp { outer, last, length, x, y, scale, inverse, wants_dx });
        Ok(y)
    }
}

impl Op for ResizeOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let rows = pass.rows * self.outer;
        let scale = self.scale.map(|id| f.variables.get(id));
        let [inverse] = f.scratch.get([self.inverse]);
        let each_row = f.x.chunks_exact(self.last).zip(f.y.chunks_exact_mut(self.last));
        for ((x, y), r) in each_row.zip(inverse).take(rows) {
            let squares = x.iter().fold(0.0_f32, |sum, x| x.mul_add(*x, sum));
            *r = match self.length {
                Length::RootMeanSquare { epsilon } => 1.0 / (squares / self.last as f32 + epsilon).sqrt(),
                Length::Norm => (1.0 / squares.sqrt()).min(1e12),
            };
            match scale {
                Some(scale) => y.iter_mut().zip(x).zip(scale).for_each(|((y, x), scale)| *y = x * *r * scale),
                None => y.iter_mut().zip(x).for_each(|(y, x)| *y = x * *r),
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let b = memory.backward(self.x, self.y);
        let rows = pass.rows * self.outer;
        let [inverse] = b.scratch.get([self.inverse]);
        let (x, dy, inverse) = (b.x, b.dy, &*inverse);
        if self.wants_dx {
            let scale = self.scale.map(|id| b.variables.get(id));
            let each_row = x.chunks_exact(self.last).zip(dy.chunks_exact(self.last));
            for (((x, dy), dx), r) in each_row.zip(b.dx.chunks_exact_mut(self.last)).zip(inverse).take(rows) {
                let g = |k: usize| scale.map_or(dy[k], |scale| scale[k] * dy[k]);
                let along = (0..self.last).fold(0.0_f32, |sum, k| g(k).mul_add(x[k], sum));
                let back = match self.length {
                    Length::RootMeanSquare { .. } => along * r * r / self.last as f32,
                    Length::Norm if *r >= 1e12 => 0.0,
                    Length::Norm => along * r * r,
                };
                for (k, dx) in dx.iter_mut().enumerate() {
                    *dx = r * (g(k) - x[k] * back);
                }
            }
        }
        if let Some(range) = self.scale.and_then(|id| b.variables.gradient_range(id)) {
            let last = self.last;
            sum_columns_by(pass.simd, rows, last, &mut b.gradient[range], |i| dy[i] * x[i] * inverse[i / last]);
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "resize"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}
