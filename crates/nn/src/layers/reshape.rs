//! Layers that change the shape of a row, or do nothing.
//!
//! Keras differences: none. The numbers are not moved, so these layers cost nothing.

use super::BuildLayer;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Interval, Kind, component};
use treino_core::error::{Error, Result};

/// The length of an axis; -1 if it follows from the others.
const SIDE: Kind = Kind::Int(Interval::at_least(-1.0));

component! {
    /// One row of numbers out of a row of any shape.
    pub struct Flatten = "flatten" {
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// The same numbers in another shape.
    pub struct Reshape = "reshape" {
        /// Shape of a row; one side may be -1 and follows from the others.
        target_shape: Vec<i64> = vec![-1], Kind::List(&SIDE);
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// Nothing: what comes in goes out.
    pub struct Identity = "identity" {
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

impl BuildLayer for Flatten {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let width = builder.width(x);
        Ok(builder.view(x, &[width]))
    }
}

impl BuildLayer for Reshape {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        let x = builder.one(inputs)?;
        let width = builder.width(x);
        let refuse = || {
            let (target, from) = (&self.target_shape, builder.shape(x));
            Error::input(format!("target_shape is {target:?}, but a row of shape {from:?} has {width} numbers"))
        };
        let known = self.target_shape.iter().filter(|side| **side >= 0);
        let known = known.fold(1_usize, |product, side| product.saturating_mul(*side as usize));
        let open = self.target_shape.iter().filter(|side| **side < 0).count();
        if open > 1 {
            return Err(Error::input("target_shape has more than one -1, so its sides cannot be told"));
        }
        let fits = if open == 1 { known > 0 && width.is_multiple_of(known) } else { known == width };
        if !fits || self.target_shape.is_empty() {
            return Err(refuse());
        }
        let side = |side: &i64| if *side < 0 { width / known } else { *side as usize };
        let shape: Vec<usize> = self.target_shape.iter().map(side).collect();
        Ok(builder.view(x, &shape))
    }
}

impl BuildLayer for Identity {
    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
        builder.one(inputs)
    }
}
