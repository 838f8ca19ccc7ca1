//! A backend of one's own: this one counts epochs and lets the processor do the work. Another could use other hardware.
//!
//! `cargo run -p treino --example own_backend`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use treino::events::{Divergence, Gate, LayerStatistics, Logs, Snapshot, TrainingState};
use treino::prelude::*;
use treino::train::{Backend, BatchEnd, CpuBackend, EpochEnd, Executor, Setup};

struct Counting {
    epochs: Arc<AtomicUsize>,
}

impl Backend for Counting {
    fn executor(&self, setup: &Setup<'_>) -> treino::Result<Box<dyn Executor>> {
        Ok(Box::new(Counted { epochs: Arc::clone(&self.epochs), cpu: CpuBackend.executor(setup)? }))
    }
}

struct Counted {
    epochs: Arc<AtomicUsize>,
    cpu: Box<dyn Executor>,
}

impl Executor for Counted {
    fn run_epoch(
        &mut self,
        data: &Examples<'_>,
        order: Option<&[u32]>,
        epoch: usize,
        batch_end: &mut BatchEnd<'_>,
    ) -> Result<EpochEnd, Divergence> {
        self.epochs.fetch_add(1, Ordering::Relaxed);
        self.cpu.run_epoch(data, order, epoch, batch_end)
    }

    fn running_logs(&self, loss: f64, rows: usize) -> Logs {
        self.cpu.running_logs(loss, rows)
    }

    fn evaluate(&mut self, data: &Examples<'_>) -> Logs {
        self.cpu.evaluate(data)
    }

    fn note_inside(&mut self, epoch: usize, inside: &mut LayerStatistics) {
        self.cpu.note_inside(epoch, inside);
    }

    fn snapshot(&self) -> Snapshot {
        self.cpu.snapshot()
    }

    fn restore(&mut self, weights: &Snapshot) {
        self.cpu.restore(weights);
    }

    fn learning_rate(&self) -> f64 {
        self.cpu.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) -> treino::Result<()> {
        self.cpu.set_learning_rate(rate)
    }

    fn finish(&mut self) {
        self.cpu.finish();
    }

    fn swap_ema(&mut self) -> treino::Result<()> {
        self.cpu.swap_ema()
    }

    fn training_state(&self) -> TrainingState {
        self.cpu.training_state()
    }

    fn resume(&mut self, state: &TrainingState) -> treino::Result<()> {
        self.cpu.resume(state)
    }
}

fn main() -> treino::Result<()> {
    let spec = Spec {
        data: DataSpec::new("datasets/iris.csv", "species"),
        fit: Fit { epochs: 7, ..Fit::default() },
        ..Spec::default()
    };
    let planned = PreparedRun::new(&spec)?;
    let epochs = Arc::new(AtomicUsize::new(0));
    let (backend, gate, mut nobody) = (Counting { epochs: Arc::clone(&epochs) }, Gate::new(), |_: &Event| {});
    let mut session = Session { backend: &backend, ..Session::new(1, &gate, &mut nobody) };
    let counted = planned.run(&mut session)?;
    let plain = Session::quiet(|session| planned.run(session))?;
    assert_eq!(counted.model.to_bytes()?, plain.model.to_bytes()?);
    assert_eq!(epochs.load(Ordering::Relaxed), 7);
    println!("7 epochs through a backend of one's own, with the same bits");
    Ok(())
}
