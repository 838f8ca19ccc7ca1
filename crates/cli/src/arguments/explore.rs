//! The arguments of `treino explore`.

use super::{json, option, switch, training};
use clap::{ArgAction, Command};
use treino::shell;
use treino_pages::explore::topics;

/// The file formats of a figure.
pub const PICTURE_KINDS: [&str; 4] = ["svg", "png", "csv", "json"];

/// The command.
pub fn command() -> Command {
    training(Command::new("explore"))
        .about("Vary one setting after another on a table, and hold the lecture's claims against it")
        .after_help(format!(
            "Around the training that the other arguments describe, each topic varies one thing with repeated seeds and says \
             what was measured here. One page shows it with its pictures.\n\nTopics:\n  {}\n\nExample:\n  treino explore \
             patients.csv --target outcome",
            topics().collect::<Vec<_>>().join(", ")
        ))
        .arg(
            switch("predict-first", "Write an exercise: findings stay hidden until the reader has predicted them"),
        )
        .arg(
            switch("vary-split", "Let each seed decide the validation rows, too, so that findings are about more than one split"),
        )
        .arg(option("seeds", "N", "Seeds of each setting, from --seed on [default: 10]"))
        .arg(option("only", "TOPIC,...", "Explore these topics alone").value_delimiter(',').action(ArgAction::Append))
        .arg(
            option("pictures", "KIND", "Write every picture beside the page too: svg, png, csv or json")
                .value_parser(PICTURE_KINDS),
        )
        .arg(option("out", "DIR", "Where to put the folder with the page [default: explorations]"))
        .arg(option("name", "NAME", "Name of the folder [default: the table's]"))
        .arg(json("Print one JSON object with all findings and figures"))
        .arg(switch("quiet", "Print the findings only").short('q'))
}

/// The command line as it was typed, without these options (each with a value) and flags, so that it can be reused.
pub fn typed_without(options: &[&str], flags: &[&str]) -> String {
    let mut words = vec!["treino".to_string()];
    let mut typed = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = typed.next() {
        if options.contains(&word.as_str()) {
            typed.next();
        } else if !flags.contains(&word.as_str()) && !options.iter().any(|o| word.starts_with(&format!("{o}="))) {
            words.push(shell::quote(&word));
        }
    }
    words.join(" ")
}
