//! Constant initializers.
//!
//! Keras differences: none known. (In Keras 3.15 the bare name "constant" fails; here it is constant 0.)

use super::distribution::{DrawElements, ElementDistribution};
use treino_core::catalog::{Kind, component};

component! {
    /// All 0: Keras's default for biases.
    pub struct Zeros = "zeros" ["zero"] {}
}

impl DrawElements for Zeros {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::Constant(0.0)
    }
}

component! {
    /// All 1.
    pub struct Ones = "ones" ["one"] {}
}

impl DrawElements for Ones {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::Constant(1.0)
    }
}

component! {
    /// All the same number.
    pub struct Constant = "constant" {
        /// The number.
        value: f64 = 0.0, Kind::NUMBER;
    }
}

impl DrawElements for Constant {
    fn distribution_of(&self, _shape: &[usize]) -> ElementDistribution {
        ElementDistribution::Constant(self.value)
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
