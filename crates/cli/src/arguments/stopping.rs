//! The flags that change the list of callbacks.

use super::{TRAINING, option, scalar, switch};
use clap::{Arg, ArgMatches};
use treino::Result;
use treino::catalog::{Entries, Kind, Node, Origin};
use treino::spec::{PATIENCE, never_stop_early, stop_early};

/// The flags about early stopping.
pub fn stopping_flags() -> [Arg; 2] {
    [
        option("patience", "N", "")
            .help(format!("Epochs without improvement after which to stop [default: {PATIENCE}]"))
            .help_heading(TRAINING),
        switch("no-early-stopping", "Do all epochs and keep the last weights")
            .conflicts_with("patience")
            .help_heading(TRAINING),
    ]
}

/// `--patience` and `--no-early-stopping` change the list of callbacks.
pub fn early_stopping(entries: &mut Entries, matches: &ArgMatches) -> Result<()> {
    if matches.get_flag("no-early-stopping") {
        never_stop_early(entries);
    } else if let Some(patience) = matches.get_one::<String>("patience") {
        let value = scalar(&Kind::INDEX, patience, "--patience")?;
        stop_early(entries, Node { value, origin: Origin::Flag("--patience".to_string()) });
    }
    Ok(())
}
