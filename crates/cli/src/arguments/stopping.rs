//! The flags that change the list of callbacks.

use super::scalar;
use clap::ArgMatches;
use treino::Result;
use treino::catalog::{Entries, Kind, Node, Origin};
use treino::spec::{never_stop_early, stop_early};

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
