//! What shells and `man` read about the program.

use crate::arguments::{self, argument};
use crate::output::print_data;
use clap::ArgMatches;
use clap_complete::Shell;
use std::path::Path;
use treino::Result;
use treino::error::Error;
use treino::files::write_atomically;

/// Prints the completions for a shell.
pub fn completions(matches: &ArgMatches) -> u8 {
    let mut script = Vec::new();
    if let Some(shell) = matches.get_one::<Shell>("shell") {
        clap_complete::generate(*shell, &mut arguments::command(), "treino", &mut script);
    }
    print_data(&script);
    0
}

/// Writes a manual page for the program and for each command.
pub fn manual(matches: &ArgMatches) -> Result<u8> {
    let folder = Path::new(argument(matches, "folder"));
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make", folder, &e))?;
    let mut command = arguments::command();
    command.build();
    write_page(&command, folder)?;
    Ok(0)
}

/// The page of a command, and those of its own commands.
fn write_page(command: &clap::Command, folder: &Path) -> Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_string();
    let mut page = Vec::new();
    let path = folder.join(format!("{name}.1"));
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(|e| Error::io("write", &path, &e))?;
    write_atomically(&path, &page)?;
    let own = command.get_subcommands().filter(|own| own.get_name() != "help");
    own.into_iter().try_for_each(|own| write_page(own, folder))
}
