//! The input of a network.

use super::BuildLayer;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

component! {
    /// Some of the columns that come in, for networks with several inputs.
    ///
    /// `columns` names columns of the table: all numbers that they became are taken, in that order. Rows without names are
    /// cut by `shape` instead: each input layer takes the next numbers. Without either it is the whole row.
    ///
    /// Who reads it decides how columns become numbers. Ordinary layers get the features of the recipe; `embedding`,
    /// `category_encoding`, `string_lookup`, `integer_lookup`, `hashing` and `discretization` get one number a column: an id,
    /// an index, a bin, or the number unscaled. Both from one input layer is refused; two may name the same column. Columns
    /// that only such layers read are not part of the whole row.
    pub struct InputLayer = "input_layer" ["input"] {
        /// Shape of a row, where it is cut from a row of numbers.
        shape: Option<Vec<usize>> = None, Kind::List(&Kind::COUNT);
        /// Columns of the table.
        columns: Option<Vec<String>> = None, Kind::TEXTS;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl InputLayer {
    /// Columns of a table, with a name for the input layer.
    pub fn columns<'a>(name: &str, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let columns = Some(columns.into_iter().map(String::from).collect());
        InputLayer { columns, name: Some(name.to_string()), ..InputLayer::default() }
    }
}

impl BuildLayer for InputLayer {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, _inputs: &[ValueId]) -> Result<ValueId> {
        if let Some(y) = builder.read() {
            return Ok(y);
        }
        let (columns, shape) = match (&self.columns, &self.shape) {
            (Some(_), Some(_)) => {
                return Err(Error::input("an input layer has either columns or a shape, not both"));
            }
            (Some(names), None) => {
                let mut columns = Vec::new();
                for name in names {
                    columns.extend(builder.columns_of(name)?);
                }
                if columns.is_empty() {
                    return Err(Error::input("an input layer needs at least one column"));
                }
                let shape = vec![columns.len()];
                (columns, shape)
            }
            (None, Some(shape)) if shape.is_empty() => {
                return Err(Error::input("shape is [], but a row has at least one side").help("write shape = [1]"));
            }
            (None, Some(shape)) => {
                let width = shape.iter().fold(1, |width: usize, side| width.saturating_mul(*side));
                (builder.next_columns(width)?.collect(), shape.clone())
            }
            (None, None) => return builder.rows(),
        };
        Ok(builder.select(columns, &shape))
    }
}
