//! The gated linear unit: one half of the row, gated by the sigmoid of the other (Y. Dauphin and others, ICML 2017).

use super::{Rowwise, by_rows};
use treino_core::catalog::component;
use treino_core::error::{Error, Result};
use treino_engine::math::sigmoid;

component! {
    /// The first half of the row times the sigmoid of the second: the result is half as wide.
    ///
    /// Keras differences: always along the last axis.
    pub struct Glu = "glu" ["GLU"] {}
}

by_rows!(Glu);

impl Rowwise for Glu {
    fn width(&self, width: usize) -> Result<usize> {
        if width == 0 || !width.is_multiple_of(2) {
            let e = Error::input(format!("glu halves its input, but the input is {width} wide"));
            return Err(e.help("give the layer an even number of units"));
        }
        Ok(width / 2)
    }

    #[inline(always)]
    fn row(&self, x: &[f32], y: &mut [f32]) {
        let (a, b) = x.split_at(y.len());
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = a * sigmoid(*b);
        }
    }

    #[inline(always)]
    fn row_backward(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        let (a, b) = x.split_at(y.len());
        let (da, db) = dx.split_at_mut(y.len());
        for ((((da, db), dy), a), b) in da.iter_mut().zip(db).zip(dy).zip(a).zip(b) {
            let s = sigmoid(*b);
            *da = dy * s;
            *db = dy * a * (s * (1.0 - s));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ActivationFunction;
    use super::super::tests::values;
    use super::*;

    #[test]
    fn half_gates_half() {
        assert_eq!(values(Glu {}, &[3.0, -2.0, 0.0, 100.0]), [1.5, -2.0]);
        assert_eq!(Glu {}.output_width(6).unwrap(), 3);
        let e = Glu {}.output_width(5).unwrap_err();
        assert_eq!(e.message(), "glu halves its input, but the input is 5 wide");
    }
}
