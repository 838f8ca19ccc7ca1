//! Dropout (N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014).

use super::Build;
use crate::catalog::{Interval, Kind, thing};
use crate::error::Result;
use crate::model::{Builder, Memory, Op, Pass, ScratchId, ScratchSize, ValueId};
use treino_engine::random::{Purpose, Stream, unit};

thing! {
    /// Dropout: in training each number is zeroed with probability `rate`, and the others grow by 1 / (1 - rate).
    ///
    /// Outside training it does nothing: the growth in training ("inverted dropout") stands in for smaller weights at test
    /// time, as some lectures put it.
    pub struct Dropout = "dropout" {
        /// Share of the numbers that is zeroed.
        rate: f64 = 0.5, Kind::Float(Interval::closed(0.0, 1.0));
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl Build for Dropout {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut Builder, x: ValueId) -> Result<ValueId> {
        if self.rate == 0.0 {
            return Ok(x);
        }
        let width = builder.width(x);
        let backward = builder.wants_gradient(x);
        let y = builder.value(width, x, false);
        let mask = builder.scratch(ScratchSize::PerRow(width));
        let layer = builder.layer_name().to_string();
        builder.push(Op::Dropout(DropoutOp { rate: self.rate, width, x, y, mask, layer, backward }));
        Ok(y)
    }
}

/// y = x * mask, the mask holding 0 or 1 / (1 - rate).
#[derive(Debug, Clone)]
pub struct DropoutOp {
    rate: f64,
    width: usize,
    x: ValueId,
    pub(crate) y: ValueId,
    mask: ScratchId,
    layer: String,
    backward: bool,
}

impl DropoutOp {
    pub(crate) fn forward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        let f = memory.forward(self.x, self.y);
        let n = pass.rows * self.width;
        if !pass.training {
            f.y[..n].copy_from_slice(&f.x[..n]);
            return;
        }
        let stream = Stream::new(pass.seed, Purpose::Dropout, &self.layer).at(pass.epoch, pass.step);
        let growth = if self.rate < 1.0 { (1.0 / (1.0 - self.rate)) as f32 } else { 0.0 };
        let rate = self.rate as f32;
        let [mask] = f.scratch.get([self.mask]);
        for (block, four) in mask[..n].chunks_mut(4).enumerate() {
            for (m, word) in four.iter_mut().zip(stream.block(block as u64)) {
                *m = if unit(word) >= rate { growth } else { 0.0 };
            }
        }
        for ((y, x), m) in f.y.iter_mut().zip(&f.x[..n]).zip(&*mask) {
            *y = x * m;
        }
    }

    pub(crate) fn backward(&self, memory: &mut Memory, pass: &Pass<'_>) {
        if self.backward {
            let b = memory.backward(self.x, self.y);
            let n = pass.rows * self.width;
            let [mask] = b.scratch.get([self.mask]);
            for ((dx, dy), m) in b.dx.iter_mut().zip(&b.dy[..n]).zip(&*mask) {
                *dx = dy * m;
            }
        }
    }
}
