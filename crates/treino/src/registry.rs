//! All families of the catalogue.

use serde_json::Value;
use treino_core::catalog::{self, Family, ReferencePage};
use treino_core::error::{Error, Result};

/// Every family, in the order in which a reader meets them.
pub static FAMILIES: [&Family; 12] = [
    &crate::spec::FAMILY,
    &treino_nn::layers::FAMILY,
    &treino_nn::activations::FAMILY,
    &treino_nn::initializers::FAMILY,
    &treino_nn::regularizers::FAMILY,
    &treino_nn::constraints::FAMILY,
    &treino_nn::losses::FAMILY,
    &treino_nn::optimizers::FAMILY,
    &treino_nn::schedules::FAMILY,
    &treino_nn::metrics::FAMILY,
    &treino_nn::callbacks::FAMILY,
    &crate::study::pruning::FAMILY,
];

/// The family of a name, such as "optimizers"; the name of one of its components, such as "optimizer", does as well.
///
/// # Errors
/// An unknown name, with the nearest one.
pub fn family(name: &str) -> Result<&'static Family> {
    let is_called = |family: &&&Family| [family.name, family.one].iter().any(|n| n.eq_ignore_ascii_case(name));
    FAMILIES.iter().find(is_called).copied().ok_or_else(|| {
        let e = Error::input(format!("the catalogue has no family \"{name}\""));
        e.nearest(name, FAMILIES.iter().map(|family| family.name))
    })
}

/// The JSON Schema (draft 2020-12) of a spec file.
pub fn json_schema() -> Value {
    catalog::json_schema(&FAMILIES)
}

/// The pages of the reference; see [`catalog::reference`].
pub fn reference(flag: &dyn Fn(&str) -> Option<String>) -> Vec<ReferencePage> {
    catalog::reference(&FAMILIES, flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Spec, section};
    use crate::study::Search;
    use std::path::Path;
    use treino_core::catalog::{Node, parse};

    #[test]
    fn every_example_is_a_spec() {
        let mut examples = 0;
        for page in reference(&|_| None) {
            for chunk in page.text.split("```toml\n").skip(1) {
                let example = chunk.split("```").next().unwrap();
                // Pruners stand in a study.
                let read = parse(example, Path::new(&page.file)).and_then(|entries| match entries.get("search") {
                    Some(_) => section::<Search>(&entries, "search").map(|_| ()),
                    None => Spec::read(&entries).map(|_| ()),
                });
                assert!(read.is_ok(), "{}: {}\n{example}", page.file, read.unwrap_err());
                examples += 1;
            }
        }
        assert!(examples > 100, "{examples}");
    }

    #[test]
    fn every_name_in_the_catalogue_is_unique_and_documented() {
        for family in FAMILIES {
            let components = family.components;
            for (i, component) in components.iter().enumerate() {
                assert!(component.summary().ends_with('.'), "{} has no sentence that says what it is", component.name);
                for other in &components[..i] {
                    assert!(!other.is_called(component.name), "{} stands twice in {}", component.name, family.name);
                }
                for param in component.params {
                    let says = param.summary().ends_with('.');
                    assert!(says, "{}.{} has no sentence that says what it does", component.name, param.name);
                    if let Some(value) = (param.default)() {
                        param.kind.check(&Node::from(value), param.name).unwrap();
                    }
                }
            }
        }
    }
}
