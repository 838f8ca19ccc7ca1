//! Which output of a network predicts which target.
//!
//! In short, a network for several targets gets an output layer for each, named after its column. At length, outputs that
//! are named like the columns belong to them; otherwise the first output belongs to the first target, and so on.

use treino_core::error::{Error, Result};
use treino_tables::Target;

/// By the names of outputs one may say what holds for each, and a table with this key is a thing instead.
const NO_NAME: &str = "type";

/// Names for the output layers of several targets: the columns' own, except where a layer cannot be called so or one of
/// `taken` is.
pub(super) fn names_in_short(targets: &[&Target], taken: &[String]) -> Vec<String> {
    let mut used: Vec<String> = taken.to_vec();
    let mut names: Vec<Option<String>> = vec![None; targets.len()];
    for (name, target) in names.iter_mut().zip(targets) {
        let column = &target.name;
        if !column.is_empty() && !column.contains('/') && column != NO_NAME && !used.contains(column) {
            used.push(column.clone());
            *name = Some(column.clone());
        }
    }
    // Columns that lend their name as it is come first: "a/b" beside "a_b" must not take its name.
    let others = names.iter_mut().zip(targets).filter(|(name, _)| name.is_none());
    for (name, target) in others {
        let near = target.name.replace('/', "_");
        let candidates = (0..).map(|i| match (i, near.as_str()) {
            (0, "") => "output".to_string(),
            (0, near) => near.to_string(),
            (1, near) => format!("{near}_output"),
            (i, near) => format!("{near}_output_{i}"),
        });
        let free = candidates
            .into_iter()
            .find(|candidate| candidate != NO_NAME && !used.contains(candidate))
            .unwrap_or_default();
        used.push(free.clone());
        *name = Some(free);
    }
    names.into_iter().flatten().collect()
}

/// For each target the position of its output; `outputs` and `others` are the names of the output layers and of all
/// others.
///
/// # Errors
/// Another number of outputs than of targets; an output that none of several can be called; some outputs named like targets, and some not.
pub(super) fn outputs_of_targets(outputs: &[&str], others: &[String], targets: &[&Target]) -> Result<Vec<usize>> {
    let columns = || listed(targets.iter().map(|target| target.name.as_str()));
    if outputs.len() != targets.len() {
        let what = match targets.len() {
            1 => format!("there is one target, {}", columns()),
            n => format!("there are {n} targets, {}", columns()),
        };
        let has = match outputs.len() {
            1 => "one output".to_string(),
            n => format!("{n} outputs"),
        };
        let e = format!("the network has {has}, {}, but {what}", listed(outputs.iter().copied()));
        return Err(Error::input(e).help("each target has an output of its own: see more_targets in the section data"));
    }
    if targets.len() > 1 && outputs.contains(&NO_NAME) {
        return Err(Error::input(format!("one of several outputs cannot be called \"{NO_NAME}\""))
            .help("compile.loss and metrics for each output could not be told from a loss or metric with its type"));
    }
    let in_order = || (0..targets.len()).collect();
    if targets.len() == 1 || names_in_short(targets, others).iter().eq(outputs) {
        return Ok(in_order());
    }
    let own: Vec<Option<usize>> =
        targets.iter().map(|target| outputs.iter().position(|output| *output == target.name)).collect();
    if own.iter().all(Option::is_none) {
        return Ok(in_order());
    }
    let named: Option<Vec<usize>> = own.iter().copied().collect();
    named.ok_or_else(|| {
        let without = targets.iter().zip(&own).filter(|(_, own)| own.is_none()).map(|(target, _)| target.name.as_str());
        let other = outputs.iter().copied().filter(|output| targets.iter().all(|target| target.name != *output));
        let (without, other) = (listed(without), listed(other));
        Error::input(format!("some outputs are named like targets, but none like {without}: is it {other}?"))
            .help("name every output layer after its target, or none: then they follow the order of the targets")
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_tables::{ColumnKind, Task};

    fn targets(names: &[&str]) -> Vec<Target> {
        let target = |name: &&str| Target {
            name: name.to_string(),
            task: Task::Regression,
            kind: ColumnKind::Number,
            seen: None,
            values: Vec::new(),
            classes: Vec::new(),
            mean: 0.0,
            sd: 1.0,
        };
        names.iter().map(target).collect()
    }

    fn short(names: &[&str], taken: &[&str]) -> Vec<String> {
        let taken: Vec<String> = taken.iter().map(|name| name.to_string()).collect();
        names_in_short(&targets(names).iter().collect::<Vec<_>>(), &taken)
    }

    #[test]
    fn outputs_are_named_after_columns_as_far_as_layers_can_be() {
        assert_eq!(short(&["price", "cut"], &["dense"]), ["price", "cut"]);
        assert_eq!(short(&["dense", "cut"], &["dense"]), ["dense_output", "cut"]);
        assert_eq!(short(&["type", "cut"], &[]), ["type_output", "cut"]);
        assert_eq!(short(&["a/b", "a_b", "", "a_b_output"], &[]), ["a_b_output_2", "a_b", "output", "a_b_output"]);
    }

    #[test]
    fn outputs_belong_to_targets_by_name_or_by_order() {
        let of = |outputs: &[&str], columns: &[&str]| {
            outputs_of_targets(outputs, &["dense".to_string()], &targets(columns).iter().collect::<Vec<_>>())
        };
        assert_eq!(of(&["x", "y"], &["price", "cut"]).unwrap(), [0, 1]);
        assert_eq!(of(&["cut", "price"], &["price", "cut"]).unwrap(), [1, 0]);
        assert_eq!(of(&["anything"], &["price"]).unwrap(), [0]);
        // As the short form names them.
        assert_eq!(of(&["dense_output", "cut"], &["dense", "cut"]).unwrap(), [0, 1]);
        let e = of(&["cut", "prise"], &["price", "cut"]).unwrap_err();
        assert_eq!(e.message(), "some outputs are named like targets, but none like \"price\": is it \"prise\"?");
        let e = of(&["type", "price"], &["type", "price"]).unwrap_err();
        assert!(e.message().contains("cannot be called \"type\""), "{e}");
        let e = of(&["a", "b"], &["price"]).unwrap_err();
        assert_eq!(e.message(), "the network has 2 outputs, \"a\" and \"b\", but there is one target, \"price\"");
        let e = of(&["a"], &["price", "cut"]).unwrap_err();
        assert_eq!(e.message(), "the network has one output, \"a\", but there are 2 targets, \"price\" and \"cut\"");
    }
}
