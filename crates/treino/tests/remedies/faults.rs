//! Trainings with a fault in them.

use treino::data::{DataSpec, Table, TableSource, read};

/// What a remedy must improve on the validation rows.
#[derive(Clone, Copy, PartialEq)]
pub enum Goal {
    /// Log-loss or mean squared error.
    Loss,
    /// How many rows of the rarest class are found.
    Recall,
}

/// A training with a fault in it.
pub struct Fault {
    /// What is wrong.
    pub name: &'static str,
    /// The rule that finds it.
    pub rule: &'static str,
    /// A table of the project, or `rare` or `small`.
    pub table: &'static str,
    /// What follows `[data]`, and the other sections.
    pub spec: [&'static str; 2],
    /// What its remedy improves.
    pub goal: Goal,
    /// Whether it takes long.
    pub is_slow: bool,
}

const PIMA: (&str, &str) = ("pima", "target = \"diabetes\"");
const HEART: (&str, &str) = ("heart", "target = \"diameter_narrowing\"");
const DIABETES: (&str, &str) = ("diabetes", "target = \"progression\"");
const IRIS: (&str, &str) = ("iris", "target = \"species\"");
const AMES: (&str, &str) = ("ames", "target = \"Sale_Price\"");
const MADE: &str = "target = \"y\"";

const STOPPING: &str = "\n[[callbacks]]\ntype = \"early_stopping\"\npatience = 20\nrestore_best_weights = true\n";

/// All of them.
pub fn faults() -> Vec<Fault> {
    let adam_10 = "[compile.optimizer]\ntype = \"adam\"\nlearning_rate = 10.0\n[fit]\nepochs = 20";
    let rmsprop_1 = "[compile.optimizer]\ntype = \"rmsprop\"\nlearning_rate = 1.0\n[fit]\nepochs = 40";
    let linear_sgd =
        "[model]\nhidden = []\n[compile.optimizer]\ntype = \"sgd\"\nlearning_rate = 0.4\n[fit]\nepochs = 40";
    let adam_low = "[compile.optimizer]\ntype = \"adam\"\nlearning_rate = 1e-6\n[fit]\nepochs = 30";
    let free = "[model]\nl2 = 0.0\n[fit]\nepochs = 200\nbatch_size = 8";
    let long = "[fit]\nepochs = 200\nbatch_size = 8";
    let zeros = "[model]\nkernel_initializer = \"zeros\"\n[fit]\nepochs = 100";
    let ones = "[model]\nkernel_initializer = { type = \"constant\", value = 0.1 }\n[fit]\nepochs = 100";
    let six = "[model]\nhidden = [64, 64, 64, 64, 64, 64]\nactivation = \"sigmoid\"\n[fit]\nepochs = 100";
    let dead = "[[model.layers]]\ntype = \"dense\"\nunits = 16\nactivation = \"relu\"\n\
                bias_initializer = { type = \"constant\", value = -10.0 }\n\
                [[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n[fit]\nepochs = 60";
    let saturated = "[model]\nactivation = \"sigmoid\"\n\
                     kernel_initializer = { type = \"random_normal\", stddev = 200.0 }\n[fit]\nepochs = 60";
    let penalty = "[model]\nl2 = 1.0\n[fit]\nepochs = 60";
    let dropout = "[model]\ndropout = 0.98\n[fit]\nepochs = 60";
    let mse = "[compile]\nloss = \"mean_squared_error\"\n[fit]\nepochs = 200";
    let few = "[fit]\nepochs = 2";
    let some = "[fit]\nepochs = 40";
    let all = "[fit]\nepochs = 200";
    let raw = |(table, target)| (table, format!("{target}\nscale = \"none\""));
    let last = |(table, target)| (table, format!("{target}\nsplit = \"last\""));
    let list = [
        ("rate too high, Adam", "rate_too_high", PIMA, adam_10),
        ("rate too high, RMSprop", "rate_too_high", PIMA, rmsprop_1),
        ("rate too high, regression", "rate_too_high", DIABETES, adam_10),
        ("divergence", "diverged", DIABETES, linear_sgd),
        ("rate too low", "rate_too_low", PIMA, adam_low),
        ("rate too low, regression", "rate_too_low", DIABETES, adam_low),
        ("too few epochs", "still_improving", PIMA, few),
        ("too few epochs, regression", "still_improving", DIABETES, few),
        ("no early stopping", "over_fitting", ("small", MADE), free),
        ("no early stopping, pima", "over_fitting", PIMA, long),
        ("too free for its rows", "over_fitting", AMES, all),
        ("zero weights", "equal_weights", PIMA, zeros),
        ("zero weights, classes", "equal_weights", IRIS, zeros),
        ("zero weights, regression", "equal_weights", DIABETES, zeros),
        ("equal weights", "equal_weights", IRIS, ones),
        ("six sigmoid layers", "vanishing_gradients", PIMA, six),
        ("six sigmoid layers, heart", "vanishing_gradients", HEART, six),
        ("six sigmoid layers, regression", "vanishing_gradients", DIABETES, six),
        ("dead units", "dead_units", PIMA, dead),
        ("saturated units", "saturated_units", PIMA, saturated),
        ("strong penalty", "strong_regularization", PIMA, penalty),
        ("strong dropout", "strong_regularization", PIMA, dropout),
        ("rare class", "hidden_imbalance", ("rare", MADE), some),
        ("a loss for numbers", "wrong_loss", IRIS, mse),
        ("a loss for numbers, two classes", "wrong_loss", PIMA, mse),
    ];
    let mut faults: Vec<Fault> = list
        .into_iter()
        .map(|(name, rule, (table, target), rest)| fault(name, rule, table, target.to_string(), rest))
        .collect();
    let (table, target) = raw(PIMA);
    faults.push(fault("raw inputs", "unscaled_inputs", table, target, some));
    let (table, target) = raw(DIABETES);
    faults.push(fault("raw inputs, regression", "unscaled_inputs", table, target, some));
    let (table, target) = last(IRIS);
    faults.push(fault("a sorted file", "absent_classes", table, target, some));
    faults
}

fn fault(name: &'static str, rule: &'static str, table: &'static str, data: String, rest: &'static str) -> Fault {
    // Only the network that stopped in time and still knows its rows too well has early stopping.
    let rest = if table == "ames" { format!("{rest}{STOPPING}") } else { rest.to_string() };
    let spec = [data.leak() as &str, rest.leak() as &str];
    let goal = if rule == "hidden_imbalance" { Goal::Recall } else { Goal::Loss };
    Fault { name, rule, table, spec, goal, is_slow: table == "ames" }
}

/// A table by its name; made-up ones follow from the seed.
pub fn table(name: &str, seed: u64) -> Table {
    match name {
        "rare" => made(rare(seed)),
        "small" => made(small(seed)),
        _ => Table::read(format!("{}/../../datasets/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap(),
    }
}

fn made(text: String) -> Table {
    read(&TableSource::text("made.csv", &text), &DataSpec::default()).unwrap()
}

/// A number from 0 to 1 that follows from three others: a hash.
fn noise(seed: u64, row: u64, column: u64) -> f64 {
    let mut z = (seed * 1_000_000_007 + row * 1_000_003 + column + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// A class that 1,500 rows have rarely, and two columns that say something about it.
fn rare(seed: u64) -> String {
    let rows = (0..1500).map(|row| {
        let [a, b, c] = [0, 1, 2].map(|column| noise(seed, row, column));
        let is = if noise(seed, row, 9) < 0.2 * a * b { "ill" } else { "well" };
        format!("{a:.4},{b:.4},{c:.4},{is}\n")
    });
    format!("a,b,c,y\n{}", rows.collect::<String>())
}

/// So few rows that a network learns them by heart.
fn small(seed: u64) -> String {
    let rows = (0..150).map(|row| {
        let [a, b, c] = [0, 1, 2].map(|column| noise(seed, row, column));
        let is = if a + b + 0.8 * noise(seed, row, 5) > 1.4 { "yes" } else { "no" };
        format!("{a:.4},{b:.4},{c:.4},{is}\n")
    });
    format!("a,b,c,y\n{}", rows.collect::<String>())
}
