//! `treino bench`: how long trainings of known networks take, as one JSON line.
//!
//! The timed code is [`treino::train::fit`] as every program calls it, from the initial weights to the last epoch.

mod machine;

use crate::session::ReportContext;
use crate::workloads::{Data, UpdateKind, WIDE_FULL, WORKLOADS, Workload};
use crate::{arguments, json};
use clap::ArgMatches;
use serde_json::{Value, json};
use std::time::Instant;
use treino::Result;
use treino::catalog::Kind;
use treino::error::Error;
use treino::events::Ending;
use treino::network::Network;
use treino::train::{self, Compile, Fit, Session, Training, in_parallel};

/// The minimum total time of the repeats, in seconds.
const BUDGET: f64 = 5.0;

/// Trains a workload repeatedly, and prints the times.
pub fn run(matches: &ArgMatches, started: Instant) -> Result<u8> {
    let workload = workload(matches)?;
    let budget = arguments::number(matches, "budget", Kind::POSITIVE)?.unwrap_or(BUDGET);
    let surroundings = ReportContext::new(matches)?;
    if surroundings.threads == 1 {
        machine::stay_on_one_cpu();
    }
    let mut nobody = |_: &treino::events::Event| {};
    let mut session = surroundings.session(&mut nobody);

    let before_data = started.elapsed().as_secs_f64();
    let data = workload.data();
    let building = Instant::now();
    let trainings = Trainings::new(&workload, &data)?;
    let built = before_data + building.elapsed().as_secs_f64();

    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    let repeating = Instant::now();
    let trained = loop {
        let (wall, cpu) = (Instant::now(), machine::cpu_seconds());
        let trained = trainings.repeat(&mut session)?;
        walls.push(wall.elapsed().as_secs_f64());
        cpus.extend(machine::cpu_seconds().zip(cpu).map(|(after, before)| after - before));
        let is_enough = walls.len() >= workload.least_repeats;
        if is_enough && (workload.least_repeats == 1 || repeating.elapsed().as_secs_f64() >= budget) {
            break trained;
        }
    };
    let final_loss = trainings.loss(&trained, &session)?;
    json::line(&line(&workload, &session, built, &walls, &cpus, (final_loss, &trained), started));
    Ok(0)
}

fn workload(matches: &ArgMatches) -> Result<Workload> {
    let name: &String = matches.get_one("workload").expect("clap requires it");
    let Some(mut workload) = WORKLOADS.into_iter().find(|workload| workload.name == name) else {
        let names = WORKLOADS.iter().map(|workload| workload.name);
        return Err(Error::input(format!("there is no workload \"{name}\"")).nearest(name, names));
    };
    if matches.get_flag("full") {
        if workload.name != "wide" {
            return Err(Error::input(format!("--full is for the workload \"wide\", but this is \"{name}\"")));
        }
        workload.rows = WIDE_FULL;
    }
    Ok(workload)
}

/// The initial state of every repeat.
struct Trainings<'a> {
    data: &'a Data,
    models: Vec<(Network, Compile, Fit)>,
}

/// A trained model, and the mean loss of its last epoch.
struct BenchResult {
    network: Network,
    last_epoch_loss: f64,
}

impl<'a> Trainings<'a> {
    fn new(workload: &Workload, data: &'a Data) -> Result<Self> {
        let model = |model| Ok((workload.network(model)?, workload.compile(model), workload.fit(model)));
        let models = (0..workload.models()).map(model).collect::<Result<_>>()?;
        Ok(Trainings { data, models })
    }

    /// Trains all models from their initial weights.
    fn repeat(&self, session: &mut Session<'_>) -> Result<Vec<BenchResult>> {
        let one = |index: usize, session: &mut Session<'_>| self.train(index, session);
        let (first, others) = in_parallel(session, self.models.len(), |session| one(0, session), one)?;
        std::iter::once(Ok(first)).chain(others).collect()
    }

    fn train(&self, index: usize, session: &mut Session<'_>) -> Result<BenchResult> {
        let (network, compile, settings) = &self.models[index];
        let mut network = network.clone();
        let train = self.data.examples();
        let training = Training {
            compile,
            train,
            validation: None,
            settings,
            callbacks: &[],
            units: None,
            noise: None,
            model_file: None,
        };
        let history = train::fit(&mut network, &training, session)?;
        if let Ending::Diverged(divergence) = &history.ending {
            return Err(divergence.error());
        }
        let last_epoch_loss = history.epochs.last().and_then(|logs| logs.get("loss")).unwrap_or(f64::NAN);
        Ok(BenchResult { network, last_epoch_loss })
    }

    /// The mean loss over all rows, in inference mode, mean over the models.
    fn loss(&self, trained: &[BenchResult], session: &Session<'_>) -> Result<f64> {
        let losses = trained.iter().zip(&self.models).map(|(BenchResult { network, .. }, (_, compile, _))| {
            let logs = train::evaluate(network, compile, self.data.examples(), None, session)?;
            Ok(logs.get("loss").unwrap_or(f64::NAN))
        });
        Ok(mean(&losses.collect::<Result<Vec<_>>>()?))
    }
}

fn line(
    workload: &Workload,
    session: &Session<'_>,
    built: f64,
    walls: &[f64],
    cpus: &[f64],
    (final_loss, trained): (f64, &[BenchResult]),
    started: Instant,
) -> Value {
    let steps = workload.steps() as f64;
    let per_step = |seconds: f64| seconds / steps * 1e6;
    let wall = median(settled(walls));
    let last: Vec<f64> = trained.iter().map(|trained| trained.last_epoch_loss).collect();
    let mut line = json!({
        "peer": "treino",
        "workload": workload.name,
        "threads": session.threads,
        "epochs": workload.epochs,
        "steps": workload.steps(),
        "repeats": walls.len(),
        "us_per_step": per_step(wall),
        "us_per_step_min": per_step(settled(walls).iter().copied().fold(f64::INFINITY, f64::min)),
        "cpu_us_per_step": (!cpus.is_empty()).then(|| per_step(median(settled(cpus)))),
        "samples_per_s": (workload.rows * workload.epochs * workload.models()) as f64 / wall,
        "final_loss": final_loss,
        "last_epoch_loss": mean(&last),
        // If the first repeat takes longer, that is warm-up.
        "startup_s": built + (walls[0] - wall).max(0.0),
    });
    if let UpdateKind::Sweep(models) = workload.moves {
        line["models_per_min"] = json!(models as f64 / wall * 60.0);
        line["sweep_s"] = json!(wall);
    }
    line["total_wall_s"] = json!(started.elapsed().as_secs_f64());
    line["peak_rss_mb"] = json!(machine::peak_mb());
    line
}

/// The repeats after the first, if there are any.
fn settled(repeats: &[f64]) -> &[f64] {
    if repeats.len() > 1 { &repeats[1..] } else { repeats }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { (sorted[half - 1] + sorted[half]) / 2.0 } else { sorted[half] }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle_and_the_first_repeat_does_not_count() {
        assert_eq!(median(settled(&[9.0, 3.0, 1.0, 2.0])), 2.0);
        assert_eq!(median(settled(&[9.0, 3.0, 1.0])), 2.0);
        assert_eq!(median(settled(&[9.0])), 9.0);
    }

    /// Single models of the sweep reach the loss of a NumPy implementation, up to the noise of the order of the rows,
    /// and have the same bits on any number of threads.
    #[test]
    fn models_of_the_sweep_reach_the_losses_of_numpy() {
        let fixture: Value = serde_json::from_str(include_str!("../../../../fixtures/bench/workloads.json")).unwrap();
        let sweep = WORKLOADS.into_iter().find(|workload| workload.name == "sweep").unwrap();
        let data = sweep.data();
        let mut some = Trainings::new(&sweep, &data).unwrap();
        let cases = fixture["sweep"].as_array().unwrap();
        let wanted: Vec<usize> = cases.iter().map(|case| case["model"].as_u64().unwrap() as usize).collect();
        let mut at = 0..;
        some.models.retain(|_| at.next().is_some_and(|model| wanted.contains(&model)));
        let all: Vec<Vec<f64>> = [1, 2, 3]
            .map(|threads| {
                let surroundings = ReportContext { threads, simd: treino::train::Simd::detect() };
                let mut nobody = |_: &treino::events::Event| {};
                let mut session = surroundings.session(&mut nobody);
                let trained = some.repeat(&mut session).unwrap();
                let one = |(at, one): (usize, BenchResult)| {
                    let (_, compile, _) = &some.models[at];
                    let logs = train::evaluate(&one.network, compile, data.examples(), None, &session).unwrap();
                    logs.get("loss").unwrap()
                };
                trained.into_iter().enumerate().map(one).collect()
            })
            .into();
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
        for (loss, case) in all[0].iter().zip(cases) {
            let [mean, sd] = ["mean", "sd"].map(|key| case[key].as_f64().unwrap());
            assert!((loss - mean).abs() < 5.0 * sd, "{loss}: {case}");
        }
    }
}
