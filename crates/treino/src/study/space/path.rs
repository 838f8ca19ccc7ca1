//! Paths of a space: those of a spec, or suffixes of them.

use treino_core::error::{Error, Result};

/// The property of the hidden layers that a path sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Their number.
    Count,
    /// The units of one of them.
    Units(usize),
}

impl Hidden {
    pub(super) fn of(path: &str) -> Option<Hidden> {
        if path == "model.hidden.count" {
            return Some(Hidden::Count);
        }
        path.strip_prefix("model.hidden[")?.strip_suffix("].units")?.parse().ok().map(Hidden::Units)
    }

    pub(super) fn units(layer: usize) -> String {
        format!("model.hidden[{layer}].units")
    }
}

pub(super) fn is_every_hidden(path: &str) -> bool {
    path == "model.hidden[*].units"
}

/// The path in a spec for a name: `batch_size` is `fit.batch_size`, `optimizer.momentum` is
/// `compile.optimizer.momentum`, `learning-rate` the optimizer's.
///
/// # Errors
/// Returns an error for a name that no section has.
pub fn full_path(name: &str) -> Result<String> {
    const SECTIONS: [&str; 4] = ["data", "model", "compile", "fit"];
    let name = name.trim().replace('-', "_");
    // Varying the type means varying the whole component.
    let name = name.strip_suffix(".type").unwrap_or(&name).to_string();
    if is_every_hidden(&name) || name == "model.hidden.count" {
        return Ok(name);
    }
    let (first, rest) = name.split_once('.').map_or((name.as_str(), None), |(first, rest)| (first, Some(rest)));
    if let (true, Some(_)) = (SECTIONS.contains(&first), rest) {
        return check(name);
    }
    match (first, rest) {
        ("optimizer" | "loss" | "metrics", _) => return check(format!("compile.{name}")),
        ("hidden", Some(_)) => return full_path(&format!("model.{name}")),
        ("regularizer", Some("l1")) => return Ok("model.l1".to_string()),
        ("regularizer", Some("l2")) => return Ok("model.l2".to_string()),
        _ => {}
    }
    for section in SECTIONS {
        if rest.is_none() && has(section, &name) {
            return Ok(format!("{section}.{name}"));
        }
    }
    if rest.is_none() && optimizers_have(&name) {
        return Ok(format!("compile.optimizer.{name}"));
    }
    Err(unknown(&name))
}

fn check(path: String) -> Result<String> {
    let mut parts = path.splitn(3, '.');
    let (section, key, rest) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
    if !has(section, key) || (key == "optimizer" && rest.is_some_and(|rest| !optimizers_have(rest))) {
        return Err(unknown(&path));
    }
    Ok(path)
}

fn has(section: &str, key: &str) -> bool {
    crate::spec::FAMILY.components.iter().any(|thing| thing.name == section && thing.param(key).is_some())
}

fn optimizers_have(name: &str) -> bool {
    treino_nn::optimizers::FAMILY.components.iter().any(|thing| thing.param(name).is_some())
}

fn unknown(name: &str) -> Error {
    let sections = crate::spec::FAMILY.components.iter().flat_map(|thing| thing.params.iter().map(|param| param.name));
    let optimizers =
        treino_nn::optimizers::FAMILY.components.iter().flat_map(|thing| thing.params.iter().map(|param| param.name));
    let mut names: Vec<&str> = sections.chain(optimizers).collect();
    names.sort_unstable();
    names.dedup();
    let end = name.rsplit('.').next().unwrap_or(name);
    Error::input(format!("a spec has no \"{name}\" that could be varied")).nearest(end, names)
}
