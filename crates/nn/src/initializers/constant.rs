//! Every element the same.
//!
//! Keras differences: none known. (In Keras 3.15 the bare name "constant" fails; here it is constant 0.)

use super::law::{Drawn, Law};
use treino_core::catalog::{Kind, thing};

thing! {
    /// All 0: Keras's default for biases.
    pub struct Zeros = "zeros" ["zero"] {}
}

impl Drawn for Zeros {
    fn law_of(&self, _shape: &[usize]) -> Law {
        Law::Constant(0.0)
    }
}

thing! {
    /// All 1.
    pub struct Ones = "ones" ["one"] {}
}

impl Drawn for Ones {
    fn law_of(&self, _shape: &[usize]) -> Law {
        Law::Constant(1.0)
    }
}

thing! {
    /// All the same number.
    pub struct Constant = "constant" {
        /// The number.
        value: f64 = 0.0, Kind::NUMBER;
    }
}

impl Drawn for Constant {
    fn law_of(&self, _shape: &[usize]) -> Law {
        Law::Constant(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::draw;
    use super::*;

    #[test]
    fn all_elements_are_the_same() {
        assert_eq!(draw(Zeros {}, &[2, 2], 1), [0.0; 4]);
        assert_eq!(draw(Ones {}, &[3], 1), [1.0; 3]);
        assert_eq!(draw(Constant { value: -0.25 }, &[2], 1), [-0.25; 2]);
    }
}
