//! Watches a training from another thread, pauses it, and stops it when the validation loss is good enough.
//!
//! `cargo run -p treino --example watch_and_stop [TABLE TARGET]`

use treino::prelude::*;

fn main() -> treino::Result<()> {
    let mut words = std::env::args().skip(1);
    let table = words.next().unwrap_or_else(|| "datasets/pima.csv".to_string());
    let target = words.next().unwrap_or_else(|| "diabetes".to_string());

    let fit = Fit { epochs: 100_000, ..Fit::default() };
    let mut handle = Job::new(&Spec { data: DataSpec::new(&table, &target), fit, ..Spec::default() })?.start(1);
    let gate = handle.gate();
    for event in handle.events() {
        let Event::Epoch { epoch, logs, .. } = event else { continue };
        let loss = logs.get("val_loss").unwrap_or(f64::NAN);
        println!("epoch {}: val_loss {loss:.4}", epoch + 1);
        if epoch == 2 {
            gate.pause();
            println!("paused; no bit of the result depends on it");
            gate.resume();
        }
        if epoch >= 5 {
            gate.stop();
        }
    }
    let finished = handle.wait()?;
    println!("{:?} after {} epochs", finished.metrics.ending, finished.metrics.epochs);
    Ok(())
}
