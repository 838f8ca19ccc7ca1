//! The flags of commands that write a file named by the user.

use clap::{Arg, ArgAction};

/// `-o FILE` and `--force`.
pub fn output_flags(help: &'static str) -> [Arg; 2] {
    let output = Arg::new("output").long("output").short('o').value_name("FILE").allow_hyphen_values(true).help(help);
    let force = Arg::new("force").long("force").action(ArgAction::SetTrue).requires("output");
    [output, force.help("Write it even over a file that holds something else")]
}

/// `--for-spreadsheet`.
pub fn spreadsheet_flag() -> Arg {
    Arg::new("for-spreadsheet")
        .long("for-spreadsheet")
        .action(ArgAction::SetTrue)
        .help("In CSV, put ' before texts that a spreadsheet would take for a formula: those that begin with = + - @")
}
