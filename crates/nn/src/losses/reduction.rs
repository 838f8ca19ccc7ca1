//! How the losses of rows become the loss of a batch, and the macro that gives every loss this parameter.

use treino_core::catalog::{Field, Kind, Node, Value};
use treino_core::error::{Error, Result};

/// How the losses l of rows with weights w become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reduction {
    /// sum(w l) / rows: the weights do not enter the divisor. Keras's "mean" is another word for it.
    #[default]
    SumOverBatchSize,
    /// sum(w l).
    Sum,
    /// sum(w l) / sum(w), and 0 where all weights are.
    MeanWithSampleWeight,
}

impl Reduction {
    /// What a spec may say. Keras's "none" gives a number a row, which a training cannot minimise.
    pub const KIND: Kind = Kind::Choice(&["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight"]);
}

impl Field for Reduction {
    fn read(node: &Node, path: &str) -> Result<Self> {
        match node.text() {
            Some("sum_over_batch_size" | "mean") => Ok(Reduction::SumOverBatchSize),
            Some("sum") => Ok(Reduction::Sum),
            Some("mean_with_sample_weight") => Ok(Reduction::MeanWithSampleWeight),
            _ => Err(node.place(Error::input(format!("{path} cannot be {}", node.value)))),
        }
    }

    fn write(&self) -> Option<Value> {
        let word = match self {
            Reduction::SumOverBatchSize => "sum_over_batch_size",
            Reduction::Sum => "sum",
            Reduction::MeanWithSampleWeight => "mean_with_sample_weight",
        };
        Some(Value::Text(word.to_string()))
    }
}

/// A loss with a reduction: made by the `loss!` macro.
pub trait HasReduction {
    /// How its rows become one number.
    fn reduction(&self) -> Reduction {
        Reduction::default()
    }
}

/// Declares a loss: a `component!` whose last parameter is `reduction`.
macro_rules! loss {
    (
        $(#[doc = $doc:literal])+
        pub struct $Name:ident = $name:literal $([$($alias:literal),* $(,)?])? { $($parameters:tt)* }
    ) => {
        treino_core::catalog::component! {
            $(#[doc = $doc])+
            pub struct $Name = $name $([$($alias),*])? {
                $($parameters)*
                /// How the rows become one number: over their number, as a sum, or over the sum of their weights.
                reduction: $crate::losses::Reduction = $crate::losses::Reduction::default(),
                    $crate::losses::Reduction::KIND;
            }
        }

        impl $crate::losses::HasReduction for $Name {
            fn reduction(&self) -> $crate::losses::Reduction {
                self.reduction
            }
        }
    };
}
pub(crate) use loss;

#[cfg(test)]
mod tests {
    use super::super::Loss;
    use treino_core::catalog::{Entries, Field, Node, Value};

    fn read(reduction: &str) -> treino_core::Result<Loss> {
        let mut table = Entries::default();
        table.set("type", Value::Text("huber".into()).into());
        table.set("reduction", Value::Text(reduction.into()).into());
        Loss::read(&Node::from(Value::Table(table)), "loss")
    }

    #[test]
    fn every_loss_has_a_reduction_and_one_number_a_row_is_refused() {
        for thing in Loss::COMPONENTS {
            assert_eq!(thing.params.last().unwrap().name, "reduction", "{}", thing.name);
        }
        assert_eq!(read("mean").unwrap(), Loss::named("huber").unwrap());
        let e = read("none").unwrap_err();
        assert_eq!(
            e.message(),
            "loss.reduction is \"none\", but must be one of \"sum_over_batch_size\", \"mean\", \"sum\", \
             \"mean_with_sample_weight\""
        );
    }
}
