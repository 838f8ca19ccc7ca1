//! What the doctor offers, as the command that does it: the same in every language.

use treino::doctor::{Change, Remedy};
use treino::shell::quote;

/// The command that trains a run's spec with what a remedy changes, quoted for a shell.
///
/// ```
/// use treino::doctor::{Change, Remedy};
/// use treino_pages::language::remedy_command;
///
/// let remedy = Remedy(vec![Change::Dropout(0.1), Change::Ignore(vec!["id".to_string(), "a, b".to_string()])]);
/// assert_eq!(
///     remedy_command(&remedy, "my runs/0001-pima/spec.toml"),
///     r#"treino train 'my runs/0001-pima/spec.toml' --dropout 0.1 --ignore '["id", "a, b"]'"#
/// );
/// ```
pub fn remedy_command(remedy: &Remedy, spec: &str) -> String {
    // What begins with a hyphen would be taken for a flag.
    let spec = if spec.starts_with('-') { format!("./{spec}") } else { spec.to_string() };
    let flags: Vec<String> = remedy.0.iter().map(flag).collect();
    format!("treino train {} {}", quote(&spec), flags.join(" "))
}

fn flag(change: &Change) -> String {
    let valued = |flag: &str| format!("{flag} {}", quote(&short(change)));
    match change {
        Change::LearningRate(_) => valued("--learning-rate"),
        Change::Epochs(_) => valued("--epochs"),
        Change::BatchSize(_) => valued("--batch-size"),
        Change::StopEarly(_) => valued("--patience"),
        Change::Hidden(_) => valued("--hidden"),
        Change::Activation(_) => valued("--activation"),
        Change::KernelInitializer(_) => valued("--kernel-initializer"),
        Change::BatchNorm => "--batch-norm".to_string(),
        Change::Dropout(_) => valued("--dropout"),
        Change::L1(_) => valued("--l1"),
        Change::L2(_) => valued("--l2"),
        Change::Loss(_) => valued("--loss"),
        Change::BalancedClasses => valued("--class-weight"),
        Change::StandardScale => valued("--scale"),
        Change::Ignore(_) => valued("--ignore"),
        Change::RandomSplit => format!("--set {}", quote(&format!("{}={}", change.path(), short(change)))),
        Change::ValidationSplit(_) => valued("--validation-split"),
        Change::Repeats(_) => valued("--repeats"),
    }
}

/// A value as it is typed behind a flag.
fn short(change: &Change) -> String {
    use treino::catalog::Value;
    match change.value() {
        Value::Text(text) => text,
        Value::List(items) => {
            let plain = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
            let texts: Vec<&str> = items.iter().filter_map(|item| item.text()).collect();
            let is_plain = texts.iter().all(|text| text.chars().all(plain) && text.trim() == *text && !text.is_empty());
            let written = |text: &&str| serde_json::Value::from(*text).to_string();
            match (texts.is_empty(), is_plain) {
                (true, _) => items.iter().map(|item| item.value.to_string()).collect::<Vec<_>>().join(","),
                (_, true) => texts.join(","),
                // Strings of TOML are written as those of JSON.
                (_, false) => format!("[{}]", texts.iter().map(written).collect::<Vec<_>>().join(", ")),
            }
        }
        other => other.to_string(),
    }
}
