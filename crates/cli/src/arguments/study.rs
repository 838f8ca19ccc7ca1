//! The arguments of `treino study`.

use super::output::{output_flags, spreadsheet_flag};
use super::stopping::{early_stopping, stopping_flags};
use super::{entries_with, json, lay_over, option, scalar, switch, training};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::path::Path;
use treino::Result;
use treino::catalog::{self, Entries, Kind, Node, Origin, Param, Value};
use treino::error::Error;
use treino::study::space::Dimension;
use treino::study::{self, RandomSource, Repeats, StudySpec};

const STUDY: &str = "Study";

/// A flag that sets one value of a study.
struct StudyFlag {
    long: &'static str,
    section: &'static str,
    key: &'static str,
}

const fn study_flag(long: &'static str, section: &'static str, key: &'static str) -> StudyFlag {
    StudyFlag { long, section, key }
}

/// `--repeats` is also a flag of a training: in a study it is the number of seeds of a config.
const STUDY_FLAGS: &[StudyFlag] = &[
    study_flag("objective", "study", "objective"),
    study_flag("study-seed", "study", "seed"),
    study_flag("sampler", "search", "sampler"),
    study_flag("prune", "search", "prune"),
    study_flag("configs", "search", "configs"),
    study_flag("window", "search", "window"),
    study_flag("time", "search", "time"),
    study_flag("until-decided", "search", "until_decided"),
    study_flag("most-seeds", "search", "most_seeds"),
    study_flag("confirm-top", "repeats", "confirm_top"),
    study_flag("confirm-seeds", "repeats", "confirm_seeds"),
    study_flag("folds", "repeats", "folds"),
    study_flag("chance", "repeats", "vary"),
    study_flag("sources", "repeats", "sources"),
];

impl StudyFlag {
    fn param(&self) -> Option<&'static Param> {
        StudySpec::SECTIONS.iter().find(|section| section.name == self.section)?.param(self.key)
    }

    fn arg(&self) -> Arg {
        let summary = self.param().map_or(String::new(), Param::summary);
        let help = summary.strip_suffix('.').unwrap_or(&summary).replace('`', "");
        let arg = Arg::new(self.long).long(self.long).help_heading(STUDY).help(help);
        match self.param().map(|param| &param.kind) {
            Some(Kind::Bool) => arg.action(ArgAction::SetTrue),
            Some(Kind::Int(_)) => arg.value_name("N").allow_hyphen_values(true),
            Some(Kind::Float(_)) => arg.value_name("X").allow_hyphen_values(true),
            Some(Kind::List(_)) => arg.value_name("NAME,...").allow_hyphen_values(true),
            _ => arg.value_name("NAME").allow_hyphen_values(true),
        }
    }
}

/// The command.
pub fn command() -> Command {
    let named = || Arg::new("study").value_name("STUDY").required(true).help("Name or folder of a study");
    let out = || option("out", "DIR", "Where studies are [default: studies]");
    training(Command::new("study"))
        .args(stopping_flags())
        .about("Compare settings over repeated seeds, and say what may be said")
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .after_help(
            "The same command again goes on where a study stopped.\n\nExamples:\n  treino study patients.csv --target outcome --vary optimizer=sgd,adam --vary \
             learning_rate=0.001,0.01,0.1 --repeats 10\n  treino study patients.csv --target outcome --vary learning_rate=1e-4..1:log --vary \
             batch_size=8..128:pow2 --configs 100\n  treino study study.toml\n\nExit codes: 0 a config is best, 3 undecided, 4 trainings failed.",
        )
        .arg(
            option("vary", "PATH=VALUES", "Vary a value of the spec: learning_rate=0.001,0.01 or dropout=0..0.5 or learning_rate=1e-4..1:log")
                .action(ArgAction::Append)
                .help_heading(STUDY),
        )
        .args(STUDY_FLAGS.iter().map(StudyFlag::arg))
        .arg(
            switch("vary-split", "Let each seed decide the validation rows, too: repeats.vary with split").help_heading(STUDY),
        )
        .arg(out())
        .arg(option("name", "NAME", "Name of the study [default: the table's]"))
        .arg(
            switch("extend", "Go on with a study of that name with more configs, seeds or time"),
        )
        .arg(
            switch("fork", "Where there is a study of that name, begin another one beside it").conflicts_with("extend"),
        )
        .arg(json("Print JSON lines on standard output instead of words"))
        .arg(switch("quiet", "Print the verdict only").short('q'))
        .subcommand(Command::new("ls").about("List the studies").arg(out()))
        .subcommand(
            Command::new("show")
                .about("Show what a study has found so far")
                .arg(named())
                .arg(json("Print one JSON object"))
                .arg(
                    switch("fingerprint", "Print a fingerprint of all results: equal for equal studies"),
                ),
        )
        .subcommand(Command::new("watch").about("Follow a study that is being done").arg(named()))
        .subcommand(
            Command::new("compare")
                .about("Compare two configs on the seeds that both have")
                .arg(Arg::new("a").value_name("A").required(true).help("STUDY for its best config, or STUDY:NUMBER"))
                .arg(Arg::new("b").value_name("B").required(true).help("The same, or the NUMBER of a config of A's study"))
                .arg(json("Print one JSON object")),
        )
        .subcommand(
            Command::new("importance")
                .about("Say which settings, and which sources of chance, mattered")
                .arg(named())
                .arg(json("Print one JSON object")),
        )
        .subcommand(
            Command::new("report")
                .about("Write the page of a study: verdict, curves, seeds, settings, what mattered")
                .arg(named())
                .args(output_flags("Where to write it [default: report.html beside the study]")),
        )
        .subcommand(
            Command::new("plot")
                .about("Draw a figure of a study in the terminal or into a file")
                .arg(named())
                .arg(Arg::new("figure").value_name("FIGURE").help("Which one; without it they are listed"))
                .args(output_flags("Write to a file: .svg, .png, .csv or .json"))
                .arg(spreadsheet_flag()),
        )
        .subcommand(
            Command::new("export")
                .about("Write every training as a row, or the study for Optuna")
                .arg(named())
                .arg(option("format", "NAME", "csv, json, parquet, or optuna for a journal that Optuna opens [default: as the file's name ends, else csv]"))
                .args(output_flags("Write to a file instead of standard output"))
                .arg(spreadsheet_flag()),
        )
}

/// The formats of an export, with their file extensions.
const FORMATS: [(&str, &str); 4] = [("csv", "csv"), ("json", "json"), ("parquet", "parquet"), ("optuna", "log")];

/// The requested format, or that of the file extension.
pub fn format_of(matches: &ArgMatches, output: Option<&Path>) -> Result<&'static str> {
    let ending = output.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
    let Some(asked) = matches.get_one::<String>("format") else {
        let by_name = FORMATS.iter().find(|(_, end)| ending.as_deref() == Some(end));
        return Ok(by_name.map_or("csv", |(name, _)| name));
    };
    let names = FORMATS.map(|(name, _)| name);
    let found = names.into_iter().find(|name| name == asked);
    found.ok_or_else(|| Error::input(format!("--format is {asked}")).nearest(asked, names))
}

/// The study from the arguments of `study`.
pub fn study_spec(matches: &ArgMatches) -> Result<StudySpec> {
    let input: &String = matches.get_one("input").expect("clap requires it");
    let path = Path::new(input);
    let mut study = Entries::default();
    let mut base = None;
    if input.to_lowercase().ends_with(".toml") {
        // Relative paths of a study's own file are resolved where its base is read.
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, &e))?;
        let entries = catalog::parse(&text, path)?;
        if StudySpec::is_one(&entries) {
            base = Some(StudySpec::open(path, &entries)?);
            study = entries;
        }
    }
    let mut base = match base {
        Some(mut base) => {
            lay_over(&mut base, matches)?;
            early_stopping(&mut base, matches)?;
            base
        }
        None => entries_with(matches, |entries| early_stopping(entries, matches))?,
    };
    if let Some(fit) = base.table_mut("fit", &Origin::default())
        && let Some(repeats) = fit.remove("repeats")
        && matches.contains_id("repeats")
    {
        study::set(&mut study, "repeats", "seeds", repeats.value, "--repeats");
    }
    for flag in STUDY_FLAGS {
        let name = format!("--{}", flag.long);
        let kind = flag.param().map_or(&Kind::Text, |param| &param.kind);
        if matches!(kind, Kind::Bool) {
            if matches.get_flag(flag.long) {
                study::set(&mut study, flag.section, flag.key, Value::Bool(true), &name);
            }
        } else if let (Kind::List(_), Some(text)) = (kind, matches.get_one::<String>(flag.long)) {
            let names = text.split(',').map(|name| Value::Text(name.trim().to_string()).into()).collect();
            study::set(&mut study, flag.section, flag.key, Value::List(names), &name);
        } else if let Some(text) = matches.get_one::<String>(flag.long) {
            study::set(&mut study, flag.section, flag.key, scalar(kind, text, &name)?, &name);
        }
    }
    if matches.get_flag("vary-split") {
        vary_split(&mut study);
    }
    let more = matches.get_many::<String>("vary").into_iter().flatten().map(|text| Dimension::typed(text));
    StudySpec::read(&study, base, more.collect::<Result<_>>()?)
}

/// Adds the split to what a seed decides.
fn vary_split(study: &mut Entries) {
    let given = match study.get("repeats") {
        Some(Node { value: Value::Table(repeats), .. }) => repeats.get("vary").map(|node| node.value.clone()),
        _ => None,
    };
    let mut names = match given {
        Some(Value::List(names)) => names,
        Some(one) => vec![one.into()],
        None => Repeats::default().vary.into_iter().map(|name| Value::Text(name).into()).collect(),
    };
    let split = RandomSource::Split.name();
    if !names.iter().any(|name: &Node| name.text() == Some(split)) {
        names.push(Value::Text(split.to_string()).into());
    }
    study::set(study, "repeats", "vary", Value::List(names), "--vary-split");
}
