//! Learning-rate schedules beside Keras's.

use crate::keras::{fixture, floats, miss, node};
use treino::catalog::Field;
use treino::schedules::Schedule;

#[test]
fn every_schedule_gives_keras_s_rates() {
    let all = fixture("schedules");
    let steps: Vec<u64> = floats(&all["steps"]).into_iter().map(|step| step as u64).collect();
    let mut seen = Vec::new();
    for case in all["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let schedule = Schedule::read(&node(&case["schedule"]), "schedule").unwrap();
        seen.push(schedule.name());
        schedule.inner().check().unwrap();
        let ours: Vec<f64> = steps.iter().map(|step| schedule.inner().rate(*step)).collect();
        let share = miss(&ours, &floats(&case["rates32"]), &floats(&case["rates64"]));
        assert!(share <= 1.0, "{name} misses by {share} of its tolerance");
    }
    for thing in Schedule::COMPONENTS {
        let beyond = ["one_cycle", "warmup"].contains(&thing.name);
        assert!(seen.contains(&thing.name) || beyond, "{} has no fixture", thing.name);
    }
}
