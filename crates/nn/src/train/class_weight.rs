//! Class weights that compensate class imbalance.

use treino_core::catalog::{Entries, Field, Interval, Kind, Node, Value};
use treino_core::error::{Error, Result};

/// The weights of the classes in training.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassWeight {
    /// n / (classes * rows of the class): every class has the same total weight.
    Balanced,
    /// A weight per label; a label that is not listed has weight 1.
    ByLabel(Vec<(String, f64)>),
}

impl ClassWeight {
    /// The weight of each class, given the number of its training rows.
    ///
    /// # Errors
    /// Returns an error for a label that is not a class.
    pub fn resolve(&self, classes: &[String], counts: &[usize]) -> Result<Vec<f64>> {
        match self {
            ClassWeight::Balanced => {
                let n: usize = counts.iter().sum();
                let share = |count: &usize| n as f64 / (classes.len() * (*count).max(1)) as f64;
                Ok(counts.iter().map(share).collect())
            }
            ClassWeight::ByLabel(given) => {
                let mut weights = vec![1.0; classes.len()];
                for (label, weight) in given {
                    let Some(at) = classes.iter().position(|c| c == label) else {
                        return Err(Error::input(format!("class_weight names \"{label}\", which is not a class"))
                            .nearest(label, classes.iter().map(String::as_str)));
                    };
                    weights[at] = *weight;
                }
                Ok(weights)
            }
        }
    }
}

impl Field for ClassWeight {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match &node.value {
            Value::Text(text) if text == "balanced" => Ok(ClassWeight::Balanced),
            // The command line's form: label=weight,label=weight.
            Value::Text(text) => {
                let pair = |pair: &str| {
                    let (label, weight) = pair.rsplit_once('=')?;
                    let weight: f64 = weight.trim().parse().ok()?;
                    (weight.is_finite() && weight >= 0.0).then(|| (label.trim().to_string(), weight))
                };
                text.split(',').map(pair).collect::<Option<Vec<_>>>().map(ClassWeight::ByLabel).ok_or_else(|| {
                    let e = Error::input(format!("{path} is \"{text}\", but must be \"balanced\" or weights by label"));
                    node.place(e.help("write label=weight,label=weight with weights of at least 0"))
                })
            }
            Value::Table(table) => {
                let weight = Kind::Float(Interval::at_least(0.0));
                let read = |entry: &treino_core::catalog::Entry| {
                    let path = format!("{path}.{}", entry.key);
                    weight.check(&entry.node, &path)?;
                    Ok((entry.key.clone(), f64::read(&entry.node, &path)?))
                };
                table.list.iter().map(read).collect::<Result<Vec<_>>>().map(ClassWeight::ByLabel)
            }
            other => Err(node.place(Error::input(format!("{path} is {other}, but must be \"balanced\" or a table")))),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(match self {
            ClassWeight::Balanced => Value::Text("balanced".to_string()),
            ClassWeight::ByLabel(weights) => {
                let mut table = Entries::default();
                for (label, weight) in weights {
                    table.set(label, Value::Float(*weight).into());
                }
                Value::Table(table)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_the_same_and_labels_are_checked() {
        let classes = ["no".to_string(), "yes".to_string()];
        let weights = ClassWeight::Balanced.resolve(&classes, &[30, 10]).unwrap();
        assert_eq!(weights, [40.0 / 60.0, 2.0]);
        let typed = ClassWeight::read(&Value::Text("yes=3".into()).into(), "class_weight").unwrap();
        assert_eq!(typed.resolve(&classes, &[30, 10]).unwrap(), [1.0, 3.0]);
        let wrong = ClassWeight::ByLabel(vec![("yess".into(), 1.0)]);
        assert_eq!(wrong.resolve(&classes, &[1, 1]).unwrap_err().helps(), ["did you mean \"yes\"?"]);
    }
}
