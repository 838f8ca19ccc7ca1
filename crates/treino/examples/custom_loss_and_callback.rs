//! A loss and a callback of one's own.
//!
//! `cargo run -p treino --example custom_loss_and_callback`

use treino::callbacks::{self, ActiveCallback, Control, StartCallback, TrainingInfo};
use treino::events::Logs;
use treino::losses::{self, ComputeLoss, Gradient, HasReduction, LossBatch, Simd, TargetKind};
use treino::prelude::*;

/// The pinball loss: its minimum is a quantile of the target, not its mean.
#[derive(Debug)]
struct Pinball {
    quantile: f32,
}

impl HasReduction for Pinball {}

impl ComputeLoss for Pinball {
    fn targets(&self) -> TargetKind {
        TargetKind::Numbers
    }

    fn rows(&self, _: Simd, batch: LossBatch<'_>, losses: &mut [f32], gradient: Option<Gradient<'_>>) {
        let error = |row: usize| batch.y[row] - batch.p[row];
        for (row, loss) in losses.iter_mut().enumerate() {
            *loss = f32::max(self.quantile * error(row), (self.quantile - 1.0) * error(row));
        }
        if let Some(Gradient { scale, dp }) = gradient {
            for (row, (slope, scale)) in dp.iter_mut().zip(scale).enumerate() {
                *slope = scale * if error(row) > 0.0 { -self.quantile } else { 1.0 - self.quantile };
            }
        }
    }
}

/// Halves the learning rate every so many epochs.
#[derive(Debug)]
struct Halve {
    every: usize,
}

impl StartCallback for Halve {
    fn start(&self, _: &TrainingInfo<'_>) -> treino::Result<Box<dyn ActiveCallback>> {
        Ok(Box::new(Halving { every: self.every }))
    }
}

struct Halving {
    every: usize,
}

impl ActiveCallback for Halving {
    fn epoch_end(&mut self, epoch: usize, _logs: &mut Logs, training: &mut dyn Control) -> treino::Result<()> {
        if (epoch + 1).is_multiple_of(self.every) {
            training.set_learning_rate(training.learning_rate() / 2.0)?;
        }
        Ok(())
    }
}

fn main() -> treino::Result<()> {
    // One column of zeros: the network can learn nothing but one number, the ninth decile of 0, 1, ..., 99.
    let (x, y) = (Matrix::zeros(100, 1), Matrix::new(100, 1, (0..100_u8).map(f32::from).collect()));
    let mut model = Sequential::new().add(Dense::new(1));
    let sgd = SGD { learning_rate: 4.0.into(), ..SGD::default() };
    model.compile(sgd, losses::Custom::new(Pinball { quantile: 0.9 }), [])?;
    model.callback(callbacks::Custom::new(Halve { every: 100 }));
    model.fit(&x, &y, &Fit { epochs: 800, batch_size: 100, ..Fit::default() })?;
    let decile = model.predict(&x)?.get(0, 0);
    println!("the ninth decile is {decile:.1}");
    assert!((decile - 89.5).abs() < 1.0, "{decile}");
    Ok(())
}
