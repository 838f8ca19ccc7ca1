//! The op of all layers that add noise in training.

use crate::program::{Op, PassContext, ProgramBuffers, ProgramBuilder, ScratchId, ScratchSize, ValueId};
use treino_core::error::Result;
use treino_engine::math::normal_quantile;
use treino_engine::random::{Purpose, Stream, UniformTransform};
use treino_engine::simd::Kernel;

/// The value of dropped numbers in alpha dropout: the limit of selu towards minus infinity, -scale * alpha.
const DROPPED: f64 = -1.758_099_340_847_376_6;

/// A kind of noise: y = a x r + c, with r and c drawn for each number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Noise {
    /// r is 0 with probability `rate`, else 1 / (1 - rate).
    Dropout { rate: f64 },
    /// Dropped numbers become the limit of selu; then mean and variance are restored.
    AlphaDropout { rate: f64 },
    /// c is normal.
    Added { stddev: f64 },
    /// r is normal with mean 1.
    Multiplied { stddev: f64 },
}

impl Noise {
    pub(super) fn build(self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let (Noise::Dropout { rate: strength }
        | Noise::AlphaDropout { rate: strength }
        | Noise::Added { stddev: strength }
        | Noise::Multiplied { stddev: strength }) = self;
        if strength == 0.0 {
            return Ok(x);
        }
        let (width, shape) = (builder.width(x), builder.shape(x).to_vec());
        let backward = builder.wants_gradient(x);
        let y = builder.value(&shape, &[x], false);
        let slope = builder.scratch(ScratchSize::PerRow(width));
        let stream = builder.stream_name();
        builder.push(NoiseOp { noise: self, width, x, y, slope, stream, backward });
        Ok(y)
    }
}

/// Noise on a value.
#[derive(Debug, Clone)]
pub struct NoiseOp {
    noise: Noise,
    width: usize,
    x: ValueId,
    pub(crate) y: ValueId,
    /// dy / dx of each number.
    slope: ScratchId,
    stream: String,
    backward: bool,
}

impl Op for NoiseOp {
    fn forward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        let f = memory.forward(self.x, self.y);
        let n = pass.rows * self.width;
        let (x, y) = (&f.x[..n], &mut f.y[..n]);
        if !pass.training {
            y.copy_from_slice(x);
            return;
        }
        let stream = Stream::new(pass.seed, Purpose::Dropout, &self.stream).at(pass.epoch, pass.step);
        let [slope] = f.scratch.get([self.slope]);
        let slope = &mut slope[..n];
        // A multiple of four: chunks of a batch have a multiple of four rows.
        let first = (pass.rows_before * self.width) as u64;
        let normal = |i: usize| normal_quantile(stream.uniform_f64(first + i as u64));
        match self.noise {
            Noise::Dropout { rate } => {
                let growth = if rate < 1.0 { (1.0 / (1.0 - rate)) as f32 } else { 0.0 };
                stream.fill_transformed(pass.simd, first / 4, slope, &Keep { rate: rate as f32, kept: growth });
                pass.simd.run(Scaled { x, slope, y });
            }
            Noise::AlphaDropout { rate } => {
                let a = 1.0 / ((1.0 - rate) * rate.mul_add(DROPPED * DROPPED, 1.0)).sqrt();
                let (dropped, b) = ((a * DROPPED) as f32, (-a * DROPPED * rate) as f32);
                stream.fill_transformed(pass.simd, first / 4, slope, &Keep { rate: rate as f32, kept: a as f32 });
                for ((y, x), slope) in y.iter_mut().zip(x).zip(slope) {
                    *y = if *slope == 0.0 { dropped + b } else { x.mul_add(*slope, b) };
                }
            }
            Noise::Added { stddev } => {
                slope.fill(1.0);
                for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
                    *y = x + (normal(i) * stddev) as f32;
                }
            }
            Noise::Multiplied { stddev } => {
                for (i, ((y, x), slope)) in y.iter_mut().zip(x).zip(slope).enumerate() {
                    *slope = normal(i).mul_add(stddev, 1.0) as f32;
                    *y = x * *slope;
                }
            }
        }
    }

    fn backward(&self, memory: &mut ProgramBuffers, pass: &PassContext<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let n = pass.rows * self.width;
            let [slope] = b.scratch.get([self.slope]);
            pass.simd.run(Scaled { x: &b.dy[..n], slope: &slope[..n], y: &mut b.dx[..n] });
        }
    }

    fn is_rowwise(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "noise"
    }

    fn output(&self) -> Option<ValueId> {
        Some(self.y)
    }
}

/// 0 for numbers below the rate, else `kept`.
struct Keep {
    rate: f32,
    kept: f32,
}

impl UniformTransform for Keep {
    #[inline(always)]
    fn apply(&self, u: f32) -> f32 {
        if u >= self.rate { self.kept } else { 0.0 }
    }
}

/// y = x * slope.
struct Scaled<'a> {
    x: &'a [f32],
    slope: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Scaled<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((y, x), slope) in self.y.iter_mut().zip(self.x).zip(self.slope) {
            *y = x * slope;
        }
    }
}
