//! The rules of the house that a machine can check.

use std::path::{Path, PathBuf};
use treino::catalog::Room;

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
    for room in Room::ALL {
        let folder = root().join("crates/treino/src").join(room.name());
        for path in sources().iter().filter(|path| path.parent().is_some_and(|p| p.ends_with(room.name()))) {
            let text = std::fs::read_to_string(path).unwrap();
            for said in text.lines().filter_map(|line| line.strip_prefix("//! Keras differences:")) {
                let says_nothing = ["none", "see the room"].iter().any(|nothing| said.trim().starts_with(nothing));
                assert!(
                    says_nothing,
                    "{}: move \"Keras differences\" to the thing's own documentation",
                    path.display()
                );
            }
        }
        // Sections and pruners have no module in Keras.
        let is_ours = [Room::Sections, Room::Pruners].contains(&room);
        assert!(folder.is_dir() || is_ours, "{}", folder.display());
    }
}

#[test]
fn the_architecture_page_knows_every_room() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for entry in std::fs::read_dir(root().join("crates/treino/src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        if path.is_dir() {
            assert!(page.contains(&format!("`{name}/`")), "ARCHITECTURE.md does not mention {name}/");
        }
    }
}
