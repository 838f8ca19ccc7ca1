//! Files named by the user, and data on standard output.

use crate::terminal::{escaped, print};
use clap::ArgMatches;
use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use treino::Result;
use treino::error::Error;
use treino::files::{remove_leftovers, write_atomically};

/// Writes to the file of `-o`. `inputs` are the files that the command read.
///
/// # Errors
/// Returns an error without `--force` if the command read the file, or if the file has content of another kind; and if
/// it cannot be written.
pub fn write_output(matches: &ArgMatches, path: &Path, bytes: &[u8], inputs: &[&Path]) -> Result<()> {
    let is_forced = matches.get_flag("force");
    if !is_forced && path.is_file() {
        if inputs.iter().any(|input| is_same_file(input, path)) {
            let e = Error::input("the output would overwrite what was read").in_file(path);
            return Err(e.help("name another file, or add --force"));
        }
        if !begins_alike(path, bytes) {
            let e = Error::input("the file exists and holds something else, which would be lost").in_file(path);
            return Err(e.help("name another file, or add --force"));
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    remove_leftovers(folder.unwrap_or(Path::new(".")));
    write_atomically(path, bytes)
}

/// Whether two paths lead to the same file, through links too.
fn is_same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |path: &Path| std::fs::metadata(path).map(|data| (data.dev(), data.ino())).ok();
        id(a).is_some() && id(a) == id(b)
    }
    #[cfg(not(unix))]
    {
        a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
    }
}

/// Whether a file starts like the new content, so that the same command probably wrote it: the header of a CSV file,
/// the first letters of any other. True for an empty file.
fn begins_alike(path: &Path, bytes: &[u8]) -> bool {
    const LONGEST_LINE: u64 = 1 << 20;
    let mut there = Vec::new();
    let is_read = File::open(path).and_then(|file| file.take(LONGEST_LINE).read_to_end(&mut there)).is_ok();
    // HTML, SVG, JSON, PNG, Parquet.
    let is_marked = bytes.first().is_some_and(|first| b"<{[\x89".contains(first)) || bytes.starts_with(b"PAR1");
    let beginning = |bytes: &[u8]| -> Vec<u8> {
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        line[..if is_marked { line.len().min(4) } else { line.len() }].to_vec()
    };
    is_read && (there.is_empty() || beginning(&there) == beginning(bytes))
}

/// Writes data to standard output: unchanged, but without control characters if it is a terminal.
pub fn print_data(bytes: &[u8]) {
    if std::io::stdout().is_terminal() {
        let lines = String::from_utf8_lossy(bytes);
        let harmless = lines.split_inclusive(['\t', '\n']).map(|part| match part.strip_suffix('\t') {
            Some(part) => escaped(part) + "\t",
            None => escaped(part),
        });
        return print(&harmless.collect::<String>());
    }
    print_bytes(bytes);
}

fn print_bytes(bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => print(text),
        Err(_) => {
            let _ = std::io::stdout().lock().write_all(bytes);
        }
    }
}

/// CSV in which no text starts like a formula, if `--for-spreadsheet` is given.
pub fn for_spreadsheet(matches: &ArgMatches, csv: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(csv) {
        Ok(text) if matches.get_flag("for-spreadsheet") => without_formulas(&text).into_bytes(),
        Ok(text) => text.into_bytes(),
        Err(e) => e.into_bytes(),
    }
}

fn without_formulas(csv: &str) -> String {
    let mut safe = String::with_capacity(csv.len());
    let mut rest = csv;
    while !rest.is_empty() {
        let mut is_quoted = false;
        let end = rest.find(|c: char| {
            is_quoted ^= c == '"';
            !is_quoted && matches!(c, ',' | '\n')
        });
        let (cell, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        let text = cell.strip_prefix('"').unwrap_or(cell);
        let is_number = cell.trim_end_matches([',', '\n', '\r']).parse::<f64>().is_ok();
        let quote = &cell[..cell.len() - text.len()];
        let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
        safe.push_str(quote);
        if begins && !is_number && !text.trim_end_matches(['\r', '\n']).is_empty() {
            safe.push('\'');
        }
        safe.push_str(text);
        rest = behind;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_as_a_formula_and_numbers_stay() {
        let csv = "y,-z,p\n=1+1,-0.5,1e-3\n\"@a,b\",-inf,+x\n\"say \"\"=1\"\"\",-,\"-\n=2\"\n";
        let safe = "y,'-z,p\n'=1+1,-0.5,1e-3\n\"'@a,b\",-inf,'+x\n\"say \"\"=1\"\"\",'-,\"'-\n=2\"\n";
        assert_eq!(without_formulas(csv), safe);
        assert_eq!(without_formulas("a\r\n-b\r\n"), "a\r\n'-b\r\n");
        assert_eq!(without_formulas(""), "");
    }
}
