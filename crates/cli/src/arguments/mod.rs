//! The command line. The meaning, allowed values and default of a flag of `train` come from the catalogue: a flag is a
//! name and the path of the value of the spec that it sets.

mod explore;
mod output;
mod stopping;
mod study;
mod values;
mod wording;

pub use explore::{PICTURE_KINDS, typed_without};
pub use study::{format_of, study_spec};
pub use values::scalar;
pub use wording::with_flags;

use clap::{Arg, ArgAction, ArgMatches, Command};
use output::{output_flags, spreadsheet_flag};
use std::path::Path;
use stopping::{early_stopping, stopping_flags};
use treino::Result;
use treino::catalog::{Entries, Entry, Field, Kind, Node, Param, Value, find};
use treino::data::DataSpec;
use treino::error::Error;
use treino::spec::{self, Spec};
use values::{toml_value, typed};

/// A flag that sets one value of the spec.
struct Flag {
    long: &'static str,
    path: &'static str,
    heading: &'static str,
    /// For a flag without a value: the value it sets, and its help text if that differs from the value's.
    sets: Option<(bool, Option<&'static str>)>,
}

const DATA: &str = "Data";
const NETWORK: &str = "Network";
const TRAINING: &str = "Training";

const fn flag(heading: &'static str, long: &'static str, path: &'static str) -> Flag {
    Flag { long, path, heading, sets: None }
}

const fn on(heading: &'static str, long: &'static str, path: &'static str) -> Flag {
    Flag { long, path, heading, sets: Some((true, None)) }
}

const fn off(heading: &'static str, long: &'static str, path: &'static str, help: &'static str) -> Flag {
    Flag { long, path, heading, sets: Some((false, Some(help))) }
}

const FLAGS: &[Flag] = &[
    flag(DATA, "target", "data.target"),
    flag(DATA, "more-targets", "data.more_targets"),
    flag(DATA, "task", "data.task"),
    flag(DATA, "positive", "data.positive"),
    flag(DATA, "categorical", "data.categorical"),
    flag(DATA, "numeric", "data.numeric"),
    flag(DATA, "ignore", "data.ignore"),
    flag(DATA, "weight", "data.weight"),
    flag(DATA, "literal", "data.literal"),
    flag(DATA, "missing", "data.missing"),
    flag(DATA, "impute", "data.impute"),
    flag(DATA, "scale", "data.scale"),
    flag(DATA, "validation-split", "data.validation_split"),
    flag(DATA, "test-split", "data.test_split"),
    flag(DATA, "validation", "data.validation"),
    flag(DATA, "test", "data.test"),
    flag(DATA, "skip-rows", "data.skip_rows"),
    flag(DATA, "skip-footer", "data.skip_footer"),
    flag(DATA, "delimiter", "data.delimiter"),
    flag(DATA, "decimal", "data.decimal"),
    off(
        DATA,
        "no-header",
        "data.header",
        "The first line is a row already; columns are called column_1, column_2 and so on",
    ),
    flag(NETWORK, "hidden", "model.hidden"),
    flag(NETWORK, "activation", "model.activation"),
    on(NETWORK, "batch-norm", "model.batch_norm"),
    flag(NETWORK, "dropout", "model.dropout"),
    flag(NETWORK, "l1", "model.l1"),
    flag(NETWORK, "l2", "model.l2"),
    flag(NETWORK, "kernel-initializer", "model.kernel_initializer"),
    flag(NETWORK, "initial-weights", "model.initial_weights"),
    flag(TRAINING, "optimizer", "compile.optimizer"),
    flag(TRAINING, "learning-rate", "compile.optimizer.learning_rate"),
    flag(TRAINING, "loss", "compile.loss"),
    flag(TRAINING, "metrics", "compile.metrics"),
    flag(TRAINING, "epochs", "fit.epochs"),
    flag(TRAINING, "batch-size", "fit.batch_size"),
    flag(TRAINING, "validation-freq", "fit.validation_freq"),
    flag(TRAINING, "class-weight", "fit.class_weight"),
    flag(TRAINING, "repeats", "fit.repeats"),
    off(TRAINING, "no-shuffle", "fit.shuffle", "Go over the rows in the order of the file, every epoch"),
];

/// What `--seed` sets.
const SEEDS: [&str; 2] = ["data.seed", "fit.seed"];

impl Flag {
    /// The parameter that the flag sets.
    fn param(&self) -> Option<&'static Param> {
        let (section, rest) = self.path.split_once('.')?;
        let section = treino::spec::FAMILY.components.iter().find(|d| d.name == section)?;
        match rest.split_once('.') {
            None => section.param(rest),
            // A parameter that all optimizers have.
            Some((_, name)) => treino::optimizers::FAMILY.components.first()?.param(name),
        }
    }

    fn arg(&self) -> Arg {
        let param = self.param();
        let summary = param.map_or(String::new(), Param::summary);
        let mut help = summary.strip_suffix('.').unwrap_or(&summary).replace('`', "");
        let arg = Arg::new(self.long).long(self.long).help_heading(self.heading);
        if let Some((_, own)) = self.sets {
            return arg.action(ArgAction::SetTrue).help(own.map_or(help, str::to_string));
        }
        if let Some(param) = param {
            // The learning rate has a different default for each optimizer.
            let default = if self.path.matches('.').count() > 1 { None } else { (param.default)() };
            if let Some(default) = default.map(|value| default_of(param, &value)).filter(|text| !text.is_empty()) {
                help.push_str(&format!(" [default: {default}]"));
            }
        }
        arg.value_name(self.value_name()).action(ArgAction::Append).allow_hyphen_values(true).help(help)
    }

    fn value_name(&self) -> &'static str {
        let kind = self.param().map(|p| match &p.kind {
            Kind::PerOutput(each) => *each,
            kind => kind,
        });
        match (self.long, kind) {
            ("validation" | "test" | "initial-weights", _) => "FILE",
            ("target" | "weight", _) => "COLUMN",
            ("more-targets" | "literal" | "categorical" | "numeric" | "ignore", _) => "COLUMNS",
            ("missing", _) => "TOKENS",
            ("class-weight", _) => "balanced|LABEL=W,...",
            (_, Some(Kind::Int(_))) => "N",
            (_, Some(Kind::Float(_) | Kind::FloatOrComponent(..))) => "X",
            (_, Some(Kind::List(_))) => "A,B,...",
            _ => "NAME",
        }
    }
}

/// The flag that sets a value of the spec, such as `--batch-size` for `fit.batch_size`.
pub fn flag_of(path: &str) -> Option<String> {
    if SEEDS.contains(&path) {
        return Some("--seed".to_string());
    }
    FLAGS.iter().find(|flag| flag.path == path).map(|flag| format!("--{}", flag.long))
}

/// The default of a parameter as it would be typed: the name of a component alone where its own parameters have their defaults.
fn default_of(param: &Param, value: &Value) -> String {
    let (Kind::Component(family), Value::Table(table)) = (&param.kind, value) else { return short(value) };
    let component = table.get("type").and_then(Node::text).and_then(|name| find(family, name).ok());
    let is_usual = |entry: &Entry| {
        let usual = component.and_then(|component| component.param(&entry.key)).and_then(|param| (param.default)());
        usual.is_none_or(|usual| usual.to_string() == entry.node.value.to_string())
    };
    if table.list.iter().all(is_usual) { short(value) } else { value.to_string() }
}

/// A default in the form in which it would be typed.
pub fn short(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.iter().map(|n| short(&n.value)).collect::<Vec<_>>().join(","),
        Value::Table(table) => table.get("type").map_or_else(|| value.to_string(), |name| short(&name.value)),
        other => other.to_string(),
    }
}

/// The whole command line.
pub fn command() -> Command {
    let color = Arg::new("color")
        .long("color")
        .value_name("WHEN")
        .value_parser(["auto", "always", "never"])
        .default_value("auto")
        .global(true)
        .help("When to use colours");
    let ascii = switch("ascii", "Plain ASCII output").global(true);
    let lang = Arg::new("lang")
        .long("lang")
        .value_name("LANG")
        .value_parser(treino_pages::language::Lang::ALL.map(treino_pages::language::Lang::code))
        .global(true)
        .help("Language of what is said [default: the locale's, else en]");
    // For developers of Treino: see CONTRIBUTING.md.
    let simd = option("simd", "LEVEL", "Instruction set: avx512, avx2 or baseline").global(true).hide(true);

    let command = Command::new("treino")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Train neural networks on tables")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(color)
        .arg(ascii)
        .arg(lang)
        .arg(simd)
        .subcommand(train())
        .subcommand(lr_find())
        .subcommand(study::command())
        .subcommand(explore::command());
    with_program_commands(with_run_commands(with_model_commands(command)))
}

fn train() -> Command {
    training(Command::new("train"))
        .about("Train a network on a table, or as a spec says")
        .after_help(
            "Examples:\n  treino train patients.csv --target outcome\n  treino train patients.csv --target outcome --hidden 32 \
             --dropout 0.2 --repeats 10\n  treino train runs/0001-patients/spec.toml --learning-rate 0.01\n\nAn optimizer, \
             loss or activation is a name, or a table with its parameters:\n  --optimizer '{ type = \"sgd\", momentum = 0.9 \
             }'\nA loss, metric or activation can be an expression:\n  --loss \"mean(abs(y_true - y_pred) ** 1.5)\"\n`treino catalog` lists what there is.",
        )
        .args(stopping_flags())
        .arg(option("out", "DIR", "Where to put the run folder [default: runs]"))
        .arg(option("name", "NAME", "Name of the run folder [default: the table's]"))
        .arg(
            switch("resume", "Keep the progress now and then beside the run folders, and go on from there after a crash"),
        )
        .arg(json("Print JSON lines on standard output instead of words"))
        .arg(
            switch("profile", "Print where a step's time went, with what reading the clock took; of repeats, of the first"),
        )
        .arg(switch("quiet", "Print the final table only").short('q'))
}

fn lr_find() -> Command {
    training(Command::new("lr-find"))
        .about("Try learning rates, and say with which to begin")
        .after_help(
            "A short training whose learning rate grows from step to step, with several seeds. Nothing is saved.\n\nExample:\n  \
             treino lr-find patients.csv --target outcome --optimizer sgd",
        )
        .arg(option("from", "X", "The first rate to try [default: 0.000001]"))
        .arg(option("to", "X", "The last rate to try [default: 10]"))
        .arg(option("steps", "N", "Steps from the first to the last [default: 200]"))
        .arg(option("seeds", "N", "Seeds to try them with [default: 3]"))
        .arg(json("Print one JSON object"))
}

/// The commands that use a model.
fn with_model_commands(command: Command) -> Command {
    let model = || Arg::new("model").value_name("RUN|MODEL").required(true).help("Run folder or model.safetensors");
    let data = || {
        Arg::new("data")
            .value_name("DATA")
            .required(true)
            .help("Table: CSV, gzipped CSV or Parquet; - reads standard input")
    };
    command
        .subcommand(
            Command::new("evaluate")
                .about("Say how good a model is on a table with targets")
                .arg(model())
                .arg(data())
                .args(other_file_flags().map(Flag::arg))
                .arg(json("Print one JSON object")),
        )
        .subcommand(
            Command::new("predict")
                .about("Predict every row of a table, as CSV")
                .arg(model())
                .arg(data())
                .arg(
                    option(
                        "threshold",
                        "P",
                        "Predict the second of two classes where its probability is above P [default: 0.5]",
                    )
                    .allow_hyphen_values(true),
                )
                .arg(option("keep", "COLUMNS", "Columns of the table to write before the predictions, such as an id"))
                .args(other_file_flags().map(Flag::arg))
                .args(output_flags("Write to a file instead of standard output"))
                .arg(spreadsheet_flag()),
        )
        .subcommand(
            Command::new("inspect")
                .about("Show what a model or a table holds")
                .arg(
                    Arg::new("path")
                        .value_name("RUN|MODEL|DATA")
                        .required(true)
                        .help("Run folder, model file, or table"),
                )
                .args(reading_flags().map(Flag::arg))
                .arg(json("Print one JSON object")),
        )
}

/// The commands that show a run.
fn with_run_commands(command: Command) -> Command {
    command
        .subcommand(
            Command::new("runs")
                .about("List the runs in a folder with their scores")
                .arg(Arg::new("folder").value_name("DIR").help("Where they are [default: runs]"))
                .arg(
                    option("sort", "BY", "Sort by name, epochs, or the score on the validation or test rows, best first")
                        .value_parser(["name", "epochs", "validation", "test"]),
                )
                .arg(json("Print one JSON object a run")),
        )
        .subcommand(
            Command::new("compare")
                .about("Put runs beside each other: what differs in their specs, scores, curves")
                .after_help("Example:\n  treino compare runs/0001-patients runs/0002-patients")
                .arg(
                    Arg::new("runs")
                        .value_name("RUN")
                        .required(true)
                        .num_args(2..)
                        .help("Run folders, two or more"),
                )
                .arg(json("Print one JSON object"))
                .args(output_flags("Write the curves to a file: .svg, .png, .csv or .json"))
                .arg(spreadsheet_flag()),
        )
        .subcommand(
            Command::new("report")
                .about("Write the page that explains a run")
                .arg(run_folder())
                .args(output_flags("Where to write it [default: report.html in the run folder]")),
        )
        .subcommand(
            Command::new("doctor")
                .about("Say what is wrong with a run, and what to try")
                .arg(run_folder())
                .arg(json("Print one JSON object")),
        )
        .subcommand(
            Command::new("plot")
                .about("Draw a figure of a run in the terminal, or write it to a file")
                .after_help("Examples:\n  treino plot runs/0001-patients\n  treino plot runs/0001-patients loss\n  treino plot runs/0001-patients roc -o roc.svg")
                .arg(run_folder())
                .arg(Arg::new("figure").value_name("FIGURE").help("Such as loss; without it, the figures are listed"))
                .args(output_flags("Write it as .svg, .png, .csv or .json"))
                .arg(spreadsheet_flag()),
        )
        .subcommand(
            Command::new("replay")
                .about("Say what other early stopping would have done in a run")
                .after_help("Settings that are not given are those of the run.\n\nExample:\n  treino replay runs/0001-patients --patience 5")
                .arg(run_folder())
                .arg(option("monitor", "NAME", "Name in the history to watch"))
                .arg(option("patience", "N", "Epochs without improvement after which to stop"))
                .arg(option("min-delta", "X", "By how much an epoch must be better to count"))
                .arg(option("mode", "MODE", "Whether less or more is better").value_parser(["auto", "min", "max"]))
                .arg(option("baseline", "X", "A number that an epoch must beat to count, or none"))
                .arg(option("start-from-epoch", "N", "Epochs before which nothing is watched"))
                .arg(option("restore-best-weights", "BOOL", "Whether to end with the best epoch's weights").value_parser(["true", "false"]))
                .arg(json("Print one JSON object")),
        )
        .subcommand(
            Command::new("verify")
                .about("Train a run again, and compare its model bit by bit")
                .after_help("Nothing is written. The exit code is 0 for the same bits, 1 for others, 2 for a run or data that cannot be used.")
                .arg(run_folder())
                .arg(Arg::new("data").value_name("DATA").help("The run's table, where its spec.toml does not find it"))
                .arg(threads())
                .arg(json("Print one JSON object")),
        )
}

/// The commands about the program itself.
fn with_program_commands(command: Command) -> Command {
    command
        .subcommand(
            Command::new("bench")
                .about("Measure how long trainings of known networks take")
                .after_help(format!(
                    "Workloads, on rows made up from a hash:\n{}\nPrints one JSON object. A repeat trains from the first weights \
                     on; times are medians of the repeats after the first, in microseconds a step.",
                    crate::workloads::list()
                ))
                .arg(Arg::new("workload").value_name("WORKLOAD").required(true).help("One of those below"))
                .arg(
                    option("threads", "N", "Threads to work on; with one the program stays on one CPU")
                        .default_value("1"),
                )
                .arg(option("budget", "SECONDS", "How long to go on repeating, beyond three times [default: 5]"))
                .arg(switch("full", "All 100000 rows of wide")),
        )
        .subcommand(
            Command::new("completions")
                .about("Print what a shell needs to complete commands and flags")
                .after_help("Example, for zsh:\n  treino completions zsh > ~/.zfunc/_treino")
                .arg(
                    Arg::new("shell")
                        .value_name("SHELL")
                        .required(true)
                        .value_parser(clap::value_parser!(clap_complete::Shell))
                        .help("bash, elvish, fish, powershell or zsh"),
                ),
        )
        .subcommand(
            Command::new("man")
                .about("Write the manual pages into a folder")
                .after_help("Example:\n  treino man ~/.local/share/man/man1")
                .arg(Arg::new("folder").value_name("DIR").required(true).help("Where to write them")),
        )
        .subcommand(
            Command::new("catalog")
                .about("List what exists: layers, losses, optimizers and their parameters")
                .arg(Arg::new("room").value_name("ROOM").help("Such as optimizers"))
                .arg(Arg::new("name").value_name("NAME").help("Such as adam"))
                .arg(
                    switch("schema", "Print the JSON Schema of spec files"),
                )
                .arg(
                    option("docs", "DIR", "Write the reference into a folder: a page for each room, and an index")
                        .conflicts_with_all(["room", "schema"]),
                ),
        )
}

/// The arguments of all commands that plan a training.
fn training(command: Command) -> Command {
    command
        .arg(
            Arg::new("input")
                .value_name("DATA|SPEC.toml")
                .required(true)
                .help("Table (CSV, gzipped CSV or Parquet; - reads standard input), or a spec"),
        )
        .args(FLAGS.iter().map(Flag::arg))
        .arg(
            option("seed", "N", "Seed of split, initial weights, shuffling and dropout [default: 1]")
                .help_heading(TRAINING),
        )
        .arg(
            option("set", "PATH=VALUE", "Set any value of the spec, such as fit.batch_size=16 or data.split=\"last\"")
                .action(ArgAction::Append)
                .help_heading(TRAINING),
        )
        .arg(threads())
}

fn json(help: &'static str) -> Arg {
    switch("json", help)
}

/// A flag without a value.
fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn run_folder() -> Arg {
    Arg::new("run").value_name("RUN").required(true).help("Run folder")
}

fn threads() -> Arg {
    option("threads", "N", "Threads to work on; they never change the result [default: all cores]")
}

fn option(long: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(long).long(long).value_name(value).allow_hyphen_values(true).help(help)
}

/// The name of a folder that `--name` gives, or else the default; `what` describes the folder.
///
/// # Errors
/// Returns an error for a name that is a path, or that is hidden.
pub fn folder_name(matches: &ArgMatches, what: &str, otherwise: impl FnOnce() -> String) -> Result<String> {
    let name = matches.get_one::<String>("name").cloned().unwrap_or_else(otherwise);
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        let e = Error::input(format!("{what} cannot be called \"{name}\""));
        return Err(e.help("take a name without / and \\, and no point at its beginning"));
    }
    Ok(name)
}

/// The spec from the arguments of `train`.
pub fn train_spec(matches: &ArgMatches) -> Result<Spec> {
    spec_with(matches, |entries| early_stopping(entries, matches))
}

/// The spec from the arguments of a command that plans a training.
pub fn spec(matches: &ArgMatches) -> Result<Spec> {
    spec_with(matches, |_| Ok(()))
}

/// The spec of the file, or the automatic one, with the flags applied to it, and then `change`; `--set` is applied
/// last.
fn spec_with(matches: &ArgMatches, change: impl FnOnce(&mut Entries) -> Result<()>) -> Result<Spec> {
    Spec::read(&entries_with(matches, change)?)
}

/// The entries that [`spec_with`] reads.
fn entries_with(matches: &ArgMatches, change: impl FnOnce(&mut Entries) -> Result<()>) -> Result<Entries> {
    let input: &String = matches.get_one("input").expect("clap requires it");
    if Path::new(input).join("spec.toml").is_file() {
        let e = Error::input("this is a run folder, not a table").in_file(input);
        return Err(e.help(format!("to train it again: treino train {input}/spec.toml")));
    }
    let mut entries = if input.to_lowercase().ends_with(".toml") {
        spec::entries_of(Path::new(input))?
    } else {
        let mut entries = Spec::automatic();
        spec::set(&mut entries, "data.path", Value::Text(input.clone()), "DATA")?;
        entries
    };
    set_flags(&mut entries, matches, FLAGS.iter())?;
    set_seeds(&mut entries, matches)?;
    change(&mut entries)?;
    set_paths(&mut entries, matches)?;
    Ok(entries)
}

/// Applies all flags of a training to a spec.
fn lay_over(entries: &mut Entries, matches: &ArgMatches) -> Result<()> {
    set_flags(entries, matches, FLAGS.iter())?;
    set_seeds(entries, matches)?;
    set_paths(entries, matches)
}

fn set_seeds(entries: &mut Entries, matches: &ArgMatches) -> Result<()> {
    if let Some(seed) = matches.get_one::<String>("seed") {
        for path in SEEDS {
            spec::set(entries, path, scalar(&Kind::INDEX, seed, "--seed")?, "--seed")?;
        }
    }
    Ok(())
}

/// Applies the `--set` options.
fn set_paths(entries: &mut Entries, matches: &ArgMatches) -> Result<()> {
    for assignment in matches.get_many::<String>("set").into_iter().flatten() {
        let Some((path, value)) = assignment.split_once('=') else {
            return Err(Error::input(format!("--set {assignment} has no value")).help("write --set fit.batch_size=16"));
        };
        let value = toml_value(value.trim()).unwrap_or_else(|_| Value::Text(value.trim().to_string()));
        spec::set(entries, path.trim(), value, "--set")?;
    }
    Ok(())
}

/// The data settings from the flags of a command that does not train.
pub fn reading(matches: &ArgMatches) -> Result<DataSpec> {
    let mut entries = Entries::default();
    let given = reading_flags().filter(|flag| matches.try_contains_id(flag.long).is_ok());
    set_flags(&mut entries, matches, given)?;
    Spec::read(&entries).map(|spec| spec.data)
}

/// The flags about reading a table.
fn reading_flags() -> impl Iterator<Item = &'static Flag> {
    other_file_flags().chain(FLAGS.iter().filter(|flag| ["literal", "categorical", "numeric"].contains(&flag.long)))
}

/// The flags about the format of a table that a model reads.
fn other_file_flags() -> impl Iterator<Item = &'static Flag> {
    const WRITTEN: [&str; 6] = ["missing", "skip-rows", "skip-footer", "delimiter", "decimal", "no-header"];
    FLAGS.iter().filter(|flag| WRITTEN.contains(&flag.long))
}

/// Applies the given flags to a spec.
fn set_flags(entries: &mut Entries, matches: &ArgMatches, flags: impl Iterator<Item = &'static Flag>) -> Result<()> {
    for flag in flags {
        let name = format!("--{}", flag.long);
        if let Some((value, _)) = flag.sets {
            if matches.get_flag(flag.long) {
                spec::set(entries, flag.path, Value::Bool(value), &name)?;
            }
        } else if let Some(given) = matches.get_many::<String>(flag.long) {
            let kind = flag.param().map_or(&Kind::Text, |p| &p.kind);
            spec::set(entries, flag.path, typed(kind, given, &name)?, &name)?;
        }
    }
    Ok(())
}

/// The number of an option, checked against its kind.
pub fn number<T: Field>(matches: &ArgMatches, name: &str, kind: Kind) -> Result<Option<T>> {
    let Some(text) = matches.get_one::<String>(name) else { return Ok(None) };
    let flag = format!("--{name}");
    let node = scalar(&kind, text, &flag)?.into();
    kind.check(&node, &flag)?;
    T::read(&node, &flag).map(Some)
}

/// A required argument.
pub fn argument<'a>(matches: &'a ArgMatches, name: &str) -> &'a String {
    matches.get_one(name).expect("clap requires it")
}
