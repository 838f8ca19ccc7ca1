//! The flags that change the list of callbacks.

use super::scalar;
use clap::ArgMatches;
use treino::Result;
use treino::callbacks::{Callback, EarlyStopping};
use treino::catalog::{Entries, Field, Kind, Node, Origin, Value};

/// `--patience` and `--no-early-stopping` change the list of callbacks.
pub fn early_stopping(entries: &mut Entries, matches: &ArgMatches) -> Result<()> {
    let is_stopping = |node: &Node| match &node.value {
        Value::Table(table) => table.get("type").and_then(Node::text).is_some_and(names_early_stopping),
        Value::Text(name) => names_early_stopping(name),
        _ => false,
    };
    let mut list = match entries.get("callbacks") {
        Some(Node { value: Value::List(list), .. }) => list.clone(),
        _ => Vec::new(),
    };
    if matches.get_flag("no-early-stopping") {
        list.retain(|node| !is_stopping(node));
    } else if let Some(patience) = matches.get_one::<String>("patience") {
        let origin = Origin::Flag("--patience".to_string());
        let patience = Node { value: scalar(&Kind::INDEX, patience, "--patience")?, origin: origin.clone() };
        match list.iter_mut().find(|node| is_stopping(node)) {
            Some(Node { value: Value::Table(table), .. }) => table.set("patience", patience),
            _ => {
                list.retain(|node| !is_stopping(node));
                let stopping = EarlyStopping { restore_best_weights: true, ..EarlyStopping::default() };
                let value = Field::write(&Callback::from(stopping));
                if let Some(Value::Table(mut table)) = value {
                    table.set("patience", patience);
                    list.push(Node { value: Value::Table(table), origin });
                }
            }
        }
    } else {
        return Ok(());
    }
    entries.set("callbacks", Value::List(list).into());
    Ok(())
}

fn names_early_stopping(name: &str) -> bool {
    treino::catalog::find(&treino::callbacks::FAMILY, name).is_ok_and(|d| d.name == "early_stopping")
}
