//! Elementary functions in double precision with the same bits on every machine: for folded constants, schedules,
//! powers, and the reference values of gradient checks.
//!
//! Relative errors are below 1e-15 (1e-13 for powers far from 1), except next to the zero of `ln`.

const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5 * 2^52: adding it rounds to an integer, in the low bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

#[inline(always)]
fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// e^x.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let clamped = if x > 710.0 { 710.0 } else { x };
    let clamped = if clamped < -746.0 { -746.0 } else { clamped };
    let shifted = clamped.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, clamped));
    // Taylor's series: |r| <= ln 2 / 2, and 0.35^14 / 14! is 5e-18.
    let mut series = 1.0;
    let mut k = 13.0;
    while k >= 1.0 {
        series = (series * r / k) + 1.0;
        k -= 1.0;
    }
    let n = (shifted.to_bits() as i64).wrapping_sub(ROUNDER.to_bits() as i64).clamp(-1080, 1030);
    // Two halves, because 2^n itself may be out of range where the result is not.
    let y = series * power_of_two(n >> 1) * power_of_two(n - (n >> 1));
    if x.is_nan() { x } else { y }
}

/// e^x - 1.
pub(super) fn expm1(x: f64) -> f64 {
    if x.abs() > 0.35 {
        return exp(x) - 1.0;
    }
    let series = (2..=15).rev().fold(1.0, |series: f64, k| (series * x / f64::from(k)) + 1.0);
    series * x
}

/// The natural logarithm.
#[inline(always)]
pub(super) fn ln(x: f64) -> f64 {
    let small = x < f64::MIN_POSITIVE;
    // 2^54 makes a denormal normal.
    let scaled = if small { x * 18_014_398_509_481_984.0 } else { x };
    let bits = scaled.to_bits() as i64;
    // The exponent such that the mantissa lies in [sqrt 1/2, sqrt 2).
    let n = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(n << 52) as u64);
    // ln m = 2 artanh s = 2 (s + s^3 / 3 + s^5 / 5 + ...), |s| < 0.172.
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut series = 0.0_f64;
    let mut k = 21.0;
    while k >= 3.0 {
        series = series.mul_add(square, 1.0 / k);
        k -= 2.0;
    }
    let mantissa = 2.0 * (series * square).mul_add(s, s);
    let n = n as f64 - if small { 54.0 } else { 0.0 };
    let y = n.mul_add(LN_2_HIGH, n.mul_add(LN_2_LOW, mantissa));
    let y = if x == f64::INFINITY { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 || x.is_nan() { f64::NAN } else { y }
}

/// ln(1 + x).
pub(super) fn ln_1p(x: f64) -> f64 {
    let w = 1.0 + x;
    // The ratio corrects the rounding error of 1 + x (W. Kahan).
    if w == 1.0 || w == f64::INFINITY { x } else { ln(w) * (x / (w - 1.0)) }
}

/// The hyperbolic tangent.
pub(super) fn tanh(x: f64) -> f64 {
    let e = expm1(-2.0 * x.abs());
    (-e / (e + 2.0)).copysign(x)
}

/// 1 / (1 + e^-x).
pub(super) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// ln(1 + e^x).
pub(super) fn softplus(x: f64) -> f64 {
    if x.is_nan() { x } else { x.max(0.0) + ln_1p(exp(-x.abs())) }
}

/// The error function: 2 / sqrt(pi) e^(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), whose terms have the same sign.
pub(super) fn erf(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 6.0 {
        return if x.is_nan() { x } else { 1.0_f64.copysign(x) };
    }
    let (mut term, mut sum, mut k) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        term *= 2.0 * x * x / (2.0 * k + 1.0);
        sum += term;
        k += 1.0;
    }
    std::f64::consts::FRAC_2_SQRT_PI * exp(-x * x) * sum
}

/// x^y; NaN for a negative x unless y is an integer.
#[inline(always)]
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let size = exp(y * ln(x.abs()));
    let (is_whole, is_odd) = (y.floor() == y, (0.5 * y).floor() != 0.5 * y);
    let signed = if is_odd { -size } else { size };
    let negative = if is_whole { signed } else { f64::NAN };
    let z = if x < 0.0 { negative } else { size };
    if y == 0.0 || x == 1.0 { 1.0 } else { z }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_the_platforms_functions() {
        type BuiltinFunction = fn(f64) -> f64;
        let pairs: [(BuiltinFunction, BuiltinFunction); 6] = [
            (exp, f64::exp),
            (expm1, f64::exp_m1),
            (ln, f64::ln),
            (ln_1p, f64::ln_1p),
            (tanh, f64::tanh),
            (sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        ];
        for (ours, theirs) in pairs {
            for i in -4000..4000 {
                let x = f64::from(i) * 0.0173 + 1e-5;
                for x in [x, x * 1e-6, x * 10.0] {
                    let (a, b) = (ours(x), theirs(x));
                    assert!(a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 4e-15 * b.abs(), "{x}: {a} {b}");
                }
            }
        }
        for i in -400..400 {
            let y = f64::from(i) * 0.25;
            for x in [0.0, 1e-3, 0.5, 1.0, 1.7, 300.0, -2.0, -0.3, f64::INFINITY] {
                let (a, b) = (pow(x, y), x.powf(y));
                assert!(a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 3e-13 * b.abs(), "{x}^{y}: {a} {b}");
            }
        }
    }

    /// Abramowitz and Stegun, table 7.1.
    #[test]
    fn the_error_function_is_the_tables() {
        for (x, value) in
            [(0.5, 0.520_499_877_8), (1.0, 0.842_700_792_9), (2.0, 0.995_322_265_0), (-0.1, -0.112_462_916_0)]
        {
            assert!((erf(x) - value).abs() < 1e-10, "{x}: {}", erf(x));
        }
        assert_eq!((erf(0.0), erf(9.0), erf(-9.0)), (0.0, 1.0, -1.0));
    }

    #[test]
    fn the_ends() {
        assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY), exp(-800.0)), (f64::INFINITY, 0.0, 0.0));
        assert_eq!((ln(0.0), ln(f64::INFINITY), ln_1p(-1.0)), (f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY));
        assert!(ln(-1.0).is_nan() && exp(f64::NAN).is_nan() && pow(-2.0, 0.5).is_nan());
        assert_eq!((softplus(1e4), softplus(-1e4), tanh(-400.0)), (1e4, 0.0, -1.0));
    }
}
