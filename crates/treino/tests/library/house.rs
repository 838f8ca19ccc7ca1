//! The rules of the house that a machine can check.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use treino::FAMILIES;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust file of the workspace.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 50, "the walk found too little to mean anything");
    found
}

#[test]
fn no_file_outgrows_its_name() {
    for path in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines: something in it wants a file of its own", path.display());
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let says_nothing = ["base", "utils", "util", "common", "helpers", "helper", "misc"];
        assert!(!says_nothing.contains(&stem), "{} has a name that says nothing", path.display());
    }
}

/// What differs from Keras stands in the documentation of the thing or of the room's enum, from where it reaches the
/// catalogue and docs/reference; a module's documentation may say only that there is nothing, or point to the room.
#[test]
fn differences_from_keras_stand_where_the_catalogue_finds_them() {
    let is_room = |path: &PathBuf| {
        let folder = path.parent().and_then(|folder| folder.file_name());
        FAMILIES.iter().any(|room| folder.is_some_and(|folder| folder == room.name))
    };
    for path in sources().into_iter().filter(is_room) {
        let text = std::fs::read_to_string(&path).unwrap();
        for differences in text.lines().filter_map(|line| line.strip_prefix("//! Keras differences:")) {
            let says_nothing = ["none", "see the room"].iter().any(|nothing| differences.trim().starts_with(nothing));
            assert!(says_nothing, "{}: move \"Keras differences\" to the thing's own documentation", path.display());
        }
    }
}

#[test]
fn functions_stay_short_enough_to_read() {
    for path in sources().into_iter().filter(|path| path.iter().any(|part| part == "src")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (first, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let code = line.trim_start();
            let is_function = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "]
                .iter()
                .any(|start| code.starts_with(start));
            if !is_function || code.ends_with([';', '}']) {
                continue;
            }
            // Formatting puts a function's closing brace under its first letter.
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[first..].iter().position(|line| **line == end).map_or(1, |last| last + 1);
            assert!(length <= 100, "{}:{} has a function of {length} lines", path.display(), first + 1);
        }
    }
}

/// The rooms of a crate: modules and folders in its `src`.
fn rooms(of: &str) -> Vec<String> {
    let folder = root().join("crates").join(of).join("src");
    let mut rooms: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_string())
        .filter(|name| name != "lib" && name != "main")
        .collect();
    rooms.sort();
    rooms
}

/// The rooms that a file of a crate imports: what stands behind `crate::`, outside comments and tests.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code: String =
        code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in code.match_indices("crate::") {
        let is_own = !code[..at].ends_with(|c: char| c.is_alphanumeric() || "_$".contains(c));
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            _ if !is_own => {}
            None => drop(found.insert(word(rest))),
            Some(list) => {
                let (mut depth, mut is_first) = (0, true);
                for (at, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => is_first = true,
                        c if depth == 0 && is_first && !c.is_whitespace() => {
                            found.insert(word(&list[at..]));
                            is_first = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// Which rooms each room of a crate imports, each with a file that does it. Between files of `src` itself `super::` is the crate.
fn arrows(of: &str) -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let source = root().join("crates").join(of).join("src");
    let known = rooms(of);
    let mut arrows: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for path in sources().into_iter().filter(|path| path.starts_with(&source)) {
        let inside = path.strip_prefix(&source).unwrap();
        let room = Path::new(inside.iter().next().unwrap()).file_stem().unwrap().to_str().unwrap().to_string();
        if !known.contains(&room) || path.ends_with("tests.rs") {
            continue;
        }
        let mut text = std::fs::read_to_string(&path).unwrap();
        if inside.iter().count() == 1 {
            text = text.replace("super::", "crate::");
        }
        for to in imports(&text).into_iter().filter(|to| *to != room && known.contains(to)) {
            arrows.entry(room.clone()).or_default().entry(to).or_insert(path.clone());
        }
    }
    arrows
}

/// The rooms of a crate in the order in which ARCHITECTURE.md lists them: each may use those above it.
fn listed(of: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let heading = format!("### `crates/{of}`");
    let section = page.split(&heading).nth(1).unwrap_or_else(|| panic!("ARCHITECTURE.md has no {heading}"));
    let section = section.split("\n#").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells
        .flat_map(|cell| cell.split('`').map(|name| name.trim().trim_end_matches('/').trim_end_matches(".rs")))
        .filter(|name| !name.is_empty())
        .map(String::from)
        .collect()
}

#[test]
fn rooms_depend_downwards_only() {
    for of in ["engine", "core", "nn", "tables", "treino", "pages", "cli"] {
        let order = listed(of);
        let mut missing: Vec<String> = rooms(of).into_iter().filter(|room| !order.contains(room)).collect();
        missing.extend(order.iter().filter(|room| !rooms(of).contains(room)).cloned());
        assert!(missing.is_empty(), "ARCHITECTURE.md and crates/{of}/src do not agree on {missing:?}");
        let place = |room: &String| order.iter().position(|other| other == room).unwrap();
        for (from, to) in arrows(of).iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to))) {
            let goes_down = place(to.0) < place(from);
            assert!(goes_down, "crates/{of}: {from} -> {} goes up, in {}", to.0, to.1.display());
        }
    }
}
