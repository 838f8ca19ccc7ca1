//! `treino catalog`.

use crate::arguments::{flag_of, short};
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use clap::ArgMatches;
use console::Style;
use std::path::Path;
use treino::Result;
use treino::catalog::{Descriptor, Family, find};
use treino::error::Error;
use treino::files::write_atomically;
use treino::{FAMILIES, family, json_schema, reference};

/// Lists families, the components of a family, or one component with its parameters.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    if matches.get_flag("schema") {
        let schema = serde_json::to_string_pretty(&json_schema()).unwrap_or_default();
        terminal.print(&format!("{schema}\n"));
        return Ok(0);
    }
    if let Some(folder) = matches.get_one::<String>("docs") {
        let folder = Path::new(folder);
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
        for page in reference(&flag_of) {
            write_atomically(&folder.join(page.file), page.text.as_bytes())?;
        }
        return Ok(0);
    }
    let first = matches.get_one::<String>("room");
    if let Some(things) = first.map(|name| called(name)).filter(|things| !things.is_empty()) {
        // Not a family but a component, perhaps one in several families.
        let pages: Vec<String> = things.into_iter().map(|found| thing(found, terminal)).collect();
        terminal.print(&pages.join("\n"));
        return Ok(0);
    }
    let room = first.map(|name| family(name)).transpose()?;
    let text = match (room, matches.get_one::<String>("name")) {
        (None, _) => FAMILIES.into_iter().map(|room| listing(room, terminal)).collect::<Vec<_>>().join("\n"),
        (Some(room), None) => listing(room, terminal),
        (Some(room), Some(name)) => thing(find(room, name)?, terminal),
    };
    terminal.print(&text);
    Ok(0)
}

/// All components of that name, if no family has it.
fn called(name: &str) -> Vec<&'static Descriptor> {
    if family(name).is_ok() {
        return Vec::new();
    }
    FAMILIES.iter().flat_map(|room| room.components).copied().filter(|thing| thing.is_called(name)).collect()
}

fn listing(room: &Family, terminal: &Terminal) -> String {
    let mut text = format!("{}\n", terminal.style(Style::new().bold(), room.name));
    let longest = room.components.iter().map(|d| d.name.len()).max().unwrap_or(0);
    // Names have a separate column if that leaves enough space for the summaries.
    let column = if longest + 4 + 30 <= terminal.width { longest + 4 } else { 4 };
    for thing in room.components {
        let first = if column > 4 {
            format!("  {:longest$}  ", thing.name)
        } else {
            text.push_str(&format!("  {}\n", thing.name));
            " ".repeat(column)
        };
        text.push_str(&wrapped(&thing.summary(), terminal.width, &first, &" ".repeat(column)));
    }
    text
}

fn thing(thing: &Descriptor, terminal: &Terminal) -> String {
    let width = terminal.width;
    let mut text = format!("{} ({})\n\n", terminal.style(Style::new().bold(), thing.name), thing.class);
    for line in thing.doc.0.trim().lines() {
        text.push_str(&wrapped(line, width, if line.trim().is_empty() { "" } else { "  " }, "  "));
    }
    if !thing.aliases.is_empty() {
        text.push_str(&format!(
            "\n{}",
            wrapped(&format!("also called {}", thing.aliases.join(", ")), width, "  ", "    ")
        ));
    }
    for param in thing.params {
        let default = (param.default)().map_or("left open".to_string(), |value| match short(&value) {
            text if text.is_empty() => "none".to_string(),
            text => text,
        });
        let name = terminal.style(Style::new().bold(), param.name);
        let fits = 2 + param.name.len() + 3 + default.len() <= width;
        text.push_str(&format!("\n  {name}{}= {default}\n", if fits { " " } else { "\n    " }));
        text.push_str(&wrapped(&param.summary(), width, "    ", "    "));
        text.push_str(&wrapped(&param.kind.to_string(), width, "    ", "    "));
    }
    text
}
