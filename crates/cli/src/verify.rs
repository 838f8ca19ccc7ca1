//! `treino verify`.

use crate::arguments::argument;
use crate::json;
use crate::progress::TrainProgressBar;
use crate::session::{ReportContext, listen_for_interrupts};
use crate::terminal::{Terminal, escaped};
use crate::wrap::wrapped;
use clap::ArgMatches;
use std::path::Path;
use treino::Result;
use treino::runs::Rerun;
use treino::runs::{Difference, Verification};

/// Trains a run again, and reports whether its model has the same bits.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let as_json = matches.get_flag("json");
    let surroundings = ReportContext::new(matches)?;
    let data = matches.get_one::<String>("data").map(String::as_str);
    let rerun = Rerun::open(Path::new(argument(matches, "run")), data)?;
    listen_for_interrupts();

    let mut progress = (terminal.live && !as_json).then(|| TrainProgressBar::new(terminal, &rerun.planned));
    let mut observer = |event: &treino::events::Event| {
        if let Some(progress) = &mut progress {
            progress.event(event);
        }
    };
    let result = rerun.verify(&mut surroundings.session(&mut observer));
    if let Some(progress) = &progress {
        progress.finish();
    }
    let verification = result?;
    let is_same = verification.is_same();
    let Verification { numbers, difference, description, changed } = verification;
    if as_json {
        json::line(&serde_json::json!({
            "same": is_same,
            "numbers": numbers,
            "different": difference.as_ref().map_or(0, |d| d.numbers),
            "first": difference.as_ref().map(|d| &d.first),
            "largest": difference.as_ref().map(|d| d.largest),
            "description": description,
            "changed": changed,
        }));
    } else {
        let lang = terminal.lang;
        let all = lang.grouped(numbers as f64);
        let mut words = match &difference {
            None if is_same => lang.same_bits(all),
            None => lang.same_numbers(all),
            Some(Difference { first, numbers, largest }) => {
                let some = lang.grouped(*numbers as f64);
                lang.other_bits(some, all, first, lang.marked(&format!("{largest:.1e}")))
            }
        };
        if let Some(description) = &description {
            words.push_str(&lang.other_description(escaped(description)));
        }
        if !changed.is_empty() {
            words.push_str(&lang.changed_files(escaped(&changed.join(", "))));
        }
        terminal.print(&wrapped(&words, terminal.width, "  ", "    "));
    }
    Ok(u8::from(!is_same))
}
