//! The flags of commands that write a file named by the user.

use super::switch;
use clap::Arg;

/// `-o FILE` and `--force`.
pub fn output_flags(help: &'static str) -> [Arg; 2] {
    let output = Arg::new("output").long("output").short('o').value_name("FILE").allow_hyphen_values(true).help(help);
    [output, switch("force", "Write it even over a file that holds something else").requires("output")]
}

/// `--for-spreadsheet`.
pub fn spreadsheet_flag() -> Arg {
    switch(
        "for-spreadsheet",
        "In CSV, put ' before texts that a spreadsheet would take for a formula: those that begin with = + - @",
    )
}
