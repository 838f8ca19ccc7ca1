//! Compares learning rates with repeated seeds, and says which differences are real.
//!
//! `cargo run -p treino --example study [TABLE TARGET]`

use std::path::Path;
use treino::catalog::parse;
use treino::events::Gate;
use treino::study::{InMemoryStore, Study, StudyEvent, StudySpec, Workers};

fn main() -> treino::Result<()> {
    let mut words = std::env::args().skip(1);
    let table = words.next().unwrap_or_else(|| "datasets/iris.csv".to_string());
    let target = words.next().unwrap_or_else(|| "species".to_string());

    let base =
        parse(&format!("[data]\npath = {table:?}\ntarget = {target:?}\n[fit]\nepochs = 20\n"), Path::new("base"))?;
    let space = "[repeats]\nseeds = 5\n[space]\nlearning_rate = [0.0001, 0.01]\n";
    let study = Study::new(StudySpec::read(&parse(space, Path::new("study"))?, base, Vec::new())?)?;
    let mut done = 0;
    let mut watch = |event: &StudyEvent| done += usize::from(matches!(event, StudyEvent::Done(_)));
    let course = study.run(&InMemoryStore::default(), Workers::new(2, &Gate::new()), &mut watch)?;
    println!("{done} trainings");
    for ranked in &course.verdict.ranked {
        println!("{}: {:?}", course.configs[ranked.config].label(), ranked.standing);
    }
    Ok(())
}
