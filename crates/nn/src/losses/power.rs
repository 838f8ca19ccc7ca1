//! Powers of numbers in [0, 1], which are shares of probability.

use treino_engine::math;

/// x -> x^exponent, by multiplication where the exponent is a small whole number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Power {
    exponent: f32,
    times: Option<u32>,
}

impl Power {
    pub fn new(exponent: f64) -> Self {
        let small = exponent.fract() == 0.0 && (0.0..=8.0).contains(&exponent);
        Power { exponent: exponent as f32, times: small.then_some(exponent as u32) }
    }

    /// x^exponent. NaN for a negative x, unless the exponent is a small whole number.
    #[inline(always)]
    pub fn of(self, x: f32) -> f32 {
        match self.times {
            Some(times) => (0..times).fold(1.0, |power, _| power * x),
            None if x == 0.0 => 0.0,
            None => math::exp(self.exponent * math::ln(x)),
        }
    }

    /// Its derivative; 0 at 0, where it may be infinite.
    #[inline(always)]
    pub fn slope(self, x: f32) -> f32 {
        match self.times {
            Some(0) => 0.0,
            Some(times) => self.exponent * (1..times).fold(1.0, |power, _| power * x),
            None if x == 0.0 => 0.0,
            None => self.exponent * math::exp((self.exponent - 1.0) * math::ln(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_and_slopes() {
        for (exponent, x, power, slope) in [
            (0.0, 0.0, 1.0, 0.0),
            (1.0, 0.0, 0.0, 1.0),
            (2.0, 0.25, 0.0625, 0.5),
            (2.0, -0.5, 0.25, -1.0),
            (0.5, 0.25, 0.5, 1.0),
            (0.5, 0.0, 0.0, 0.0),
            (9.0, 0.5, 0.001_953_125, 0.035_156_25),
        ] {
            let p = Power::new(exponent);
            assert!((p.of(x) - power).abs() <= 3e-7 * power, "{x}^{exponent}");
            assert!((p.slope(x) - slope).abs() <= 3e-6 * slope.abs(), "slope of {x}^{exponent}");
        }
    }
}
