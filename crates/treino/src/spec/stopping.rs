//! Early stopping put into the list of callbacks of a spec, or taken out.

use treino_core::catalog::{Entries, Field, Node, Value, find};
use treino_nn::callbacks::{Callback, EarlyStopping};

/// Stops after so many epochs without improvement: changes the patience of the early stopping that there is, or adds one that
/// keeps the best weights.
pub fn stop_early(entries: &mut Entries, patience: Node) {
    let mut list = callbacks(entries);
    match list.iter_mut().find(|node| is_stopping(node)) {
        Some(Node { value: Value::Table(table), .. }) => table.set("patience", patience),
        _ => {
            list.retain(|node| !is_stopping(node));
            let stopping = EarlyStopping { restore_best_weights: true, ..EarlyStopping::default() };
            if let Some(Value::Table(mut table)) = Field::write(&Callback::from(stopping)) {
                let origin = patience.origin.clone();
                table.set("patience", patience);
                list.push(Node { value: Value::Table(table), origin });
            }
        }
    }
    entries.set("callbacks", Value::List(list).into());
}

/// Takes every early stopping out.
pub fn never_stop_early(entries: &mut Entries) {
    let mut list = callbacks(entries);
    list.retain(|node| !is_stopping(node));
    entries.set("callbacks", Value::List(list).into());
}

fn callbacks(entries: &Entries) -> Vec<Node> {
    match entries.get("callbacks") {
        Some(Node { value: Value::List(list), .. }) => list.clone(),
        _ => Vec::new(),
    }
}

fn is_stopping(node: &Node) -> bool {
    let names_it = |name: &str| find(&treino_nn::callbacks::FAMILY, name).is_ok_and(|d| d.name == "early_stopping");
    match &node.value {
        Value::Table(table) => table.get("type").and_then(Node::text).is_some_and(names_it),
        Value::Text(name) => names_it(name),
        _ => false,
    }
}
