//! The first remedy that the doctor offers against a planted fault improves the validation rows' score.
//!
//! `bench/doctor` prints the table in docs/doctor.md with 50 seeds a fault; without `SEEDS` there are a few.

mod faults;

use faults::{Fault, Goal, faults, table};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use treino::catalog::Entries;
use treino::data::prepare_table;
use treino::doctor::{Finding, examine};
use treino::prelude::*;
use treino::report::{Evaluation, Record};

/// The share of seeds in which a remedy must improve the score.
const MOST: f64 = 0.8;

/// Trains by a spec, and gives the record and the resolved spec.
fn trained(fault: &Fault, spec: &Spec, seed: u64) -> (Record, Entries) {
    let prepared = prepare_table(table(fault.table, seed), &spec.data).unwrap();
    let planned = PreparedRun::with_data(spec, prepared).unwrap();
    let run = Session::quiet(|session| planned.run(session)).unwrap();
    (Record::of(&planned, &run).unwrap(), planned.resolved.spec.entries())
}

/// The number that is to be improved: less is better.
fn score(record: &Record, goal: Goal) -> f64 {
    let parts = &record.targets[0].parts;
    let Some((_, validation)) = parts.iter().find(|(part, _)| part == "validation") else { return f64::NAN };
    match (validation, goal) {
        (Evaluation::Classes(classes), Goal::Loss) => classes.log_loss.map_or(f64::NAN, |loss| loss.model),
        (Evaluation::Numbers(numbers), _) => numbers.mse.model,
        (Evaluation::Classes(classes), Goal::Recall) => {
            let rarest = classes.classes.iter().min_by(|a, b| a.training_share.total_cmp(&b.training_share));
            rarest.map_or(f64::NAN, |class| -class.scores.recall)
        }
    }
}

fn name_of(finding: &Finding) -> String {
    serde_json::to_value(&finding.rule).unwrap()["rule"].as_str().unwrap().to_string()
}

/// What came out for a seed: whether the rule found the fault, whose remedy came first, what it was, and the scores before and after.
struct Outcome {
    is_found: bool,
    first: Option<String>,
    scores: [f64; 2],
}

fn tried(fault: &Fault, seed: u64) -> Outcome {
    let text = format!("[data]\n{}\nseed = {seed}\n{}", fault.spec[0], fault.spec[1]);
    let mut spec = Spec::read(&treino::catalog::parse(&text, Path::new("s.toml")).unwrap()).unwrap();
    spec.fit.seed = seed;
    let (record, mut entries) = trained(fault, &spec, seed);
    let before = score(&record, fault.goal);
    let findings = examine(&record);
    let is_found = findings.iter().any(|finding| name_of(finding) == fault.rule);
    let Some((finding, remedy)) = findings.iter().find_map(|f| f.remedy.as_ref().map(|remedy| (f, remedy))) else {
        return Outcome { is_found, first: None, scores: [before, before] };
    };
    remedy.apply(&mut entries).unwrap();
    let (record, _) = trained(fault, &Spec::read(&entries).unwrap(), seed);
    let first = format!("{}: {}", name_of(finding), serde_json::to_string(remedy).unwrap());
    Outcome { is_found, first: Some(first), scores: [before, score(&record, fault.goal)] }
}

/// The row of a fault in the table, and whether its rule finds it in most seeds and the first remedy improves the score in enough.
fn row(fault: &Fault, outcomes: &[Outcome]) -> (String, bool) {
    let seeds = outcomes.len();
    let found = outcomes.iter().filter(|outcome| outcome.is_found).count();
    // A training that diverged has no score at all.
    let improves = |[before, after]: [f64; 2]| after < before || (before.is_nan() && after.is_finite());
    let improved = outcomes.iter().filter(|outcome| improves(outcome.scores)).count();
    let mut firsts: Vec<(usize, &str)> = Vec::new();
    for outcome in outcomes.iter().filter_map(|outcome| outcome.first.as_deref()) {
        match firsts.iter_mut().find(|(_, first)| *first == outcome) {
            Some((count, _)) => *count += 1,
            None => firsts.push((1, outcome)),
        }
    }
    // In some seeds a fault does no harm, and nothing is offered.
    let offered: usize = firsts.iter().map(|(count, _)| count).sum();
    firsts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut means = [0, 1].map(|at| outcomes.iter().map(|outcome| outcome.scores[at]).sum::<f64>() / seeds as f64);
    if fault.goal == Goal::Recall {
        means = means.map(|mean| -mean);
    }
    let [before, after] = means;
    let (times, first) = firsts.first().copied().unwrap_or((0, ""));
    let text = format!(
        "| {} | `{}` | {found} | `{first}` ({times}) | {improved} of {offered} | {before:.4} | {after:.4} |",
        fault.name, fault.rule
    );
    let needed = (MOST * offered as f64).ceil() as usize;
    (text, 2 * found >= seeds && improved >= needed)
}

#[test]
fn the_first_remedy_improves_the_score() {
    let seeds = std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let only = std::env::var("ONLY").unwrap_or_default();
    let faults: Vec<Fault> = faults().into_iter().filter(|fault| fault.name.contains(&only)).collect();
    let (next, rows) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(fault) = faults.get(at) else { break };
            let seeds: u64 = seeds.unwrap_or(if fault.is_slow { 2 } else { 5 });
            let outcomes: Vec<Outcome> = (1..=seeds).map(|seed| tried(fault, seed)).collect();
            rows.lock().unwrap().push((at, row(fault, &outcomes)));
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(at, _)| *at);
    println!(
        "| fault | rule | found | first remedy (seeds) | improved | before | after |\n|---|---|---|---|---|---|---|"
    );
    rows.iter().for_each(|(_, (text, _))| println!("{text}"));
    let bad: Vec<&str> = rows.iter().filter(|(_, (_, is_good))| !is_good).map(|(_, (text, _))| text.as_str()).collect();
    assert!(bad.is_empty(), "below {MOST} of the seeds:\n{}", bad.join("\n"));
}
