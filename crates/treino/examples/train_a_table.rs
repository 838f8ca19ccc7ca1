//! Trains a network on a table and writes a run folder, as `treino train` does.
//!
//! `cargo run -p treino --example train_a_table [TABLE TARGET FOLDER]`

use treino::prelude::*;

fn main() -> treino::Result<()> {
    let mut words = std::env::args().skip(1);
    let table = words.next().unwrap_or_else(|| "datasets/pima.csv".to_string());
    let target = words.next().unwrap_or_else(|| "diabetes".to_string());
    let folder = words.next().unwrap_or_else(|| "runs".to_string());

    let spec = Spec { data: DataSpec::new(&table, &target), ..Spec::read(&Spec::automatic())? };
    let finished = Session::quiet(|session| Job::new(&spec)?.write_to(folder, "example")?.run(session))?;
    println!("{} epochs, kept epoch {:?}", finished.metrics.epochs, finished.metrics.kept_epoch);
    println!("on the test rows: {:?}", finished.metrics.scores.test);
    println!("written to {}", finished.folder.unwrap_or_default().display());
    Ok(())
}
