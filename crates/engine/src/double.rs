//! Elementary functions in double precision, with the same bits on every machine. They are meant for numbers that are computed once
//! per step, not once per element.

use crate::math::ln_f64;

// ln 2 in two parts: the first has few enough bits that its product with an exponent is exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e^x. Relative error below 4e-16 for moderate results.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.clamp(-760.0, 720.0);
    let n = (x * std::f64::consts::LOG2_E).round();
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    // |r| <= ln 2 / 2, so the error after fourteen terms of the series is about 1e-17.
    let series = (1..=14).rev().fold(1.0_f64, |sum, k| (r / f64::from(k)).mul_add(sum, 1.0));
    // Two factors, because 2^n may be out of range although the result is not.
    let half = (n / 2.0).floor();
    series * power_of_two(half) * power_of_two(n - half)
}

/// 2^n for an integer n in [-1022, 1023].
fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n as i64 + 1023) as u64) << 52)
}

/// x^p for x >= 0. 0^p is 0 for p > 0, 1 for p = 0, and infinite for p < 0.
pub fn pow(x: f64, p: f64) -> f64 {
    if p == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x == 0.0 {
        return if p > 0.0 { 0.0 } else { f64::INFINITY };
    }
    if p == 1.0 { x } else { exp(p * ln_f64(x)) }
}

/// cos(pi x). Absolute error below 1e-15.
pub fn cos_pi(x: f64) -> f64 {
    // cos(pi x) has period 2 and is symmetric about x = 1.
    let phase = (x - 2.0 * (x / 2.0).floor()).min(2.0);
    let x = if phase > 1.0 { 2.0 - phase } else { phase };
    let sign = if x > 0.5 { -1.0 } else { 1.0 };
    let x = if x > 0.5 { 1.0 - x } else { x };
    // |pi x| <= pi / 2, so the error after twelve terms of the series is about 1e-18.
    let angle = std::f64::consts::PI * x;
    let square = -angle * angle;
    let term = |sum: f64, k: i32| (square / f64::from((2 * k - 1) * 2 * k)).mul_add(sum, 1.0);
    sign * (1..=12).rev().fold(1.0_f64, term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_agree_with_libm() {
        for i in -7000..7000 {
            let x = f64::from(i) * 0.1;
            assert!((exp(x) / libm::exp(x) - 1.0).abs() < 1e-15, "exp {x}");
            let x = f64::from(i) * 0.001;
            assert!((cos_pi(x) - libm::cos(std::f64::consts::PI * x)).abs() < 5e-15, "cos {x}");
            let (x, p) = (f64::from(i + 7001) * 0.01, f64::from(i) * 0.001);
            assert!((pow(x, p) / libm::pow(x, p) - 1.0).abs() < 1e-14, "{x}^{p}");
        }
        assert_eq!((exp(0.0), exp(1000.0), exp(-1000.0)), (1.0, f64::INFINITY, 0.0));
        assert_eq!((pow(0.0, 0.5), pow(0.0, 0.0), pow(3.0, 1.0), pow(0.0, -1.0)), (0.0, 1.0, 3.0, f64::INFINITY));
        assert_eq!((cos_pi(0.0), cos_pi(1.0), cos_pi(2.0), cos_pi(-3.0)), (1.0, -1.0, 1.0, -1.0));
        assert!(cos_pi(0.5).abs() < 1e-16 && exp(f64::NAN).is_nan());
    }
}
