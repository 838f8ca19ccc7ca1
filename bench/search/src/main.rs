//! Treino's samplers on a table of objective values: `search TABLE.csv SAMPLER TRIALS SEEDS WINDOW`.
//!
//! A row of the table is a config: its places along each dimension (0, 1, ...) and, last, its value. Each seed searches the
//! table from nothing; a suggestion sees the values of all configs but the last WINDOW - 1, which are pending. Printed is, for
//! each seed, the best value after each trial, separated by commas.

use treino::study::search::{Domain, IntScale, SearchPoint, Random, Sampler, Seen, Space, Tpe};

struct Places(Vec<Domain>);

impl Space for Places {
    fn domains(&self) -> &[Domain] {
        &self.0
    }

    fn is_active(&self, _: usize, _: &[Option<f64>]) -> bool {
        true
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, sampler, trials, seeds, window] = &arguments[..] else {
        panic!("search TABLE.csv tpe|random TRIALS SEEDS WINDOW");
    };
    let number = |text: &String| text.parse::<usize>().expect("a number");
    let (trials, seeds, window) = (number(trials), number(seeds), number(window));
    let text = std::fs::read_to_string(table).expect("a table");
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().expect("numbers")).collect()).collect();
    let sides = rows[0].len() - 1;
    let high = |side: usize| rows.iter().map(|row| row[side] as i64).max().unwrap_or(0);
    let domain = |side| Domain::Int { low: 0, high: high(side), scale: IntScale::Linear };
    let space = Places((0..sides).map(domain).collect());
    let value = |point: &SearchPoint| {
        let is_there = |row: &&Vec<f64>| point.iter().zip(*row).all(|(entry, place)| *entry == Some(*place));
        rows.iter().find(is_there).map(|row| row[sides]).expect("every place is in the table")
    };
    let sampler: &dyn Sampler = match sampler.as_str() {
        "tpe" => &Tpe,
        "random" => &Random,
        other => panic!("there is no sampler {other}"),
    };
    for seed in 0..seeds as u64 {
        let mut points: Vec<(SearchPoint, f64)> = Vec::new();
        let (mut best, mut line) = (f64::INFINITY, Vec::new());
        for index in 0..trials {
            let known = (index + 1).saturating_sub(window);
            let told = |at: usize, value: f64| (at < known).then_some(value);
            let each = points.iter().enumerate();
            let seen: Vec<Seen<'_>> = each.map(|(at, one)| Seen { point: &one.0, value: told(at, one.1) }).collect();
            let point = sampler.suggest(&space, index, &seen, seed).expect("there are more");
            let found = value(&point);
            points.push((point, found));
            best = best.min(found);
            line.push(best.to_string());
        }
        println!("{}", line.join(","));
    }
}
