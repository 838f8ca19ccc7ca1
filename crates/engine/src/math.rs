//! Elementary functions in single precision, computed with polynomials.
//!
//! Each function is branch-free arithmetic on one `f32` (comparisons become selects). So the compiler vectorises a loop over a slice
//! inside a [`crate::simd::Kernel`], and each element has the same bits in every version of the loop. The stated errors are in units in
//! the last place (ulp) against a double-precision reference, over all magnitudes, and are tested below. Infinities and NaN behave as
//! in IEEE 754 and C's libm. [`exp`] and the functions made of it give 0 where the result would be denormal.

// Constants are written with all their digits. Some are close to well-known constants, but not equal to them.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

/// 1.5 * 2^23: adding it to a small number rounds that number to an integer, in the low bits of the sum.
const ROUNDER: f32 = 12_582_912.0;
const LOG2_E: f32 = 1.442_695_04;
/// ln 2 in two parts. The first has few enough bits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_375;
const LN_2_LOW: f32 = -2.121_944_4e-4;

#[inline(always)]
fn select(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

/// x = n ln 2 + r with |r| <= ln 2 / 2. Returns r and the integer n.
#[inline(always)]
fn reduce(x: f32) -> (f32, i32) {
    let shifted = x.mul_add(LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    (r, (shifted.to_bits() as i32).wrapping_sub(ROUNDER.to_bits() as i32))
}

/// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2 (coefficients of Cephes' expf, S. Moshier).
#[inline(always)]
fn exp_tail(r: f32) -> f32 {
    let p = 1.987_569_15e-4_f32.mul_add(r, 1.398_199_95e-3);
    let p = p.mul_add(r, 8.333_451_91e-3);
    let p = p.mul_add(r, 4.166_579_59e-2);
    let p = p.mul_add(r, 1.666_666_55e-1);
    p.mul_add(r, 5.000_000_12e-1)
}

/// 2^n for n in [-126, 127].
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// ln 2^-126, rounded up: the least x for which e^x is not denormal.
const LOWEST: f32 = -87.336_54;

/// e^x, or 0 where that would be denormal. Error below 1.5 ulp.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these the result is infinite or zero; the clamp keeps the exponent arithmetic in range.
    let clamped = select(x > 89.0, 89.0, select(x < LOWEST, LOWEST, x));
    let (r, n) = reduce(clamped);
    let e = exp_tail(r).mul_add(r * r, r) + 1.0;
    // Two factors, because 2^n may be out of range although the result is not.
    let half = n >> 1;
    let y = e * power_of_two(half) * power_of_two(n - half);
    select(x.is_nan(), x, select(x < LOWEST, 0.0, y))
}

/// e^x - 1, accurate near 0. Error below 2 ulp.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let clamped = select(x > 89.0, 89.0, select(x < -18.0, -18.0, x));
    let (r, n) = reduce(clamped);
    let e = exp_tail(r).mul_add(r * r, r);
    let half = n >> 1;
    let (a, b) = (power_of_two(half), power_of_two(n - half));
    // For n near 128, 2^n would overflow. There, subtracting 1 does not change the rounded result.
    let near = e.mul_add(a * b, a * b - 1.0);
    let far = (e + 1.0) * a * b;
    // For tiny x, and for -0, the result is x.
    let y = select(n > 60, far, near);
    let y = select(x.abs() < 1e-30, x, y);
    select(x.is_nan(), x, y)
}

/// The natural logarithm. Error below 1.5 ulp. ln 0 is minus infinity, ln of a negative number is NaN.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let small = x < f32::MIN_POSITIVE;
    // A denormal is scaled by 2^23 first.
    let scaled = select(small, x * 8_388_608.0, x);
    let bits = scaled.to_bits() as i32;
    // The exponent such that the mantissa lies in [sqrt 1/2, sqrt 2).
    let n = bits.wrapping_sub(0x3f35_04f3) >> 23;
    let m = f32::from_bits(bits.wrapping_sub(n << 23) as u32) - 1.0;
    let n = n as f32 - select(small, 23.0, 0.0);
    let square = m * m;
    // ln(1 + m) = m - m^2 / 2 + m^3 P(m): coefficients of Cephes' logf.
    let p = 7.037_683_63e-2_f32.mul_add(m, -1.151_461_03e-1);
    let p = p.mul_add(m, 1.167_699_87e-1);
    let p = p.mul_add(m, -1.242_014_08e-1);
    let p = p.mul_add(m, 1.424_932_28e-1);
    let p = p.mul_add(m, -1.666_805_77e-1);
    let p = p.mul_add(m, 2.000_071_48e-1);
    let p = p.mul_add(m, -2.499_999_40e-1);
    let p = p.mul_add(m, 3.333_333_12e-1);
    let tail = n.mul_add(LN_2_LOW, p * m * square);
    let y = n.mul_add(LN_2_HIGH, (-0.5_f32).mul_add(square, tail) + m);
    let y = select(x == f32::INFINITY, x, y);
    let y = select(x == 0.0, f32::NEG_INFINITY, y);
    select(x < 0.0 || x.is_nan(), f32::NAN, y)
}

/// ln(1 + x), accurate near 0. Error below 3 ulp.
#[inline(always)]
pub fn ln_1p(x: f32) -> f32 {
    let w = 1.0 + x;
    // The factor corrects the rounding error of 1 + x (W. Kahan).
    let y = ln(w) * (x / (w - 1.0));
    select(w == 1.0 || w == f32::INFINITY, x, y)
}

/// The hyperbolic tangent. Error below 3 ulp.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let e = expm1(-2.0 * x.abs());
    let y = -e / (e + 2.0);
    select(x.abs() < 1e-30, x, y.copysign(x))
}

/// The logistic function 1 / (1 + e^-x). Error below 3 ulp.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    select(x >= 0.0, 1.0, e) / (1.0 + e)
}

/// ln(1 + e^x), without overflow. Error below 3 ulp.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let y = select(x > 0.0, x, 0.0) + ln_1p(exp(-x.abs()));
    select(x.is_nan(), x, y)
}

/// The error function 2/sqrt(pi) * integral of e^(-t^2) from 0 to x. Error below 3 ulp.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let a = x.abs();
    // |x| < 1: x P(x^2), interpolated at Chebyshev nodes (relative error 4e-11 before rounding).
    let t = x * x;
    let p = (-9.667_044_6e-6_f32).mul_add(t, 1.126_595_9e-4);
    let p = p.mul_add(t, -8.484_080_4e-4);
    let p = p.mul_add(t, 5.221_031_8e-3);
    let p = p.mul_add(t, -2.686_543_07e-2);
    let p = p.mul_add(t, 1.128_378_25e-1);
    let p = p.mul_add(t, -3.761_263_85e-1);
    let inner = p.mul_add(t, 1.283_791_67e-1).mul_add(x, x);
    // 1 <= |x| < 4: 1 - e^(-x^2) Q(1/|x|) (absolute error 2e-9 before rounding); beyond 4 the result rounds to 1.
    let bounded = select(a > 4.0, 4.0, a);
    let u = 1.0 / bounded;
    let q = (-1.908_507_1e-2_f32).mul_add(u, 1.260_680_8e-1);
    let q = q.mul_add(u, -3.638_875_4e-1);
    let q = q.mul_add(u, 5.849_980_7e-1);
    let q = q.mul_add(u, -5.109_105_05e-1);
    let q = q.mul_add(u, 5.254_130_0e-2);
    let q = q.mul_add(u, 5.574_934_03e-1);
    let q = q.mul_add(u, 3.658_295_1e-4);
    let outer = (-exp(-bounded * bounded)).mul_add(q, 1.0).copysign(x);
    let y = select(a < 1.0, inner, outer);
    select(x.is_nan(), x, y)
}

/// The natural logarithm in double precision, for x normal and positive. Error below 4 ulp.
pub fn ln_f64(x: f64) -> f64 {
    let bits = x.to_bits() as i64;
    let n = (bits - 0x3fe6_a09e_667f_3bcd) >> 52;
    let m = f64::from_bits((bits - (n << 52)) as u64);
    // ln m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.172: ten terms reach an error of 1e-17.
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = (1..=10).rev().fold(0.0_f64, |sum, k| sum.mul_add(square, 1.0 / f64::from(2 * k + 1)));
    let mantissa = 2.0 * (series * square).mul_add(s, s);
    let n = n as f64;
    n.mul_add(0.693_147_180_369_123_816_49, n.mul_add(1.908_214_929_270_587_700_02e-10, mantissa))
}

/// The quantile function of the standard normal distribution for p in (0, 1): Wichura, algorithm AS 241 (PPND16),
/// Applied Statistics 37, 1988. Relative error about 1e-16.
pub fn normal_quantile(p: f64) -> f64 {
    fn ratio(r: f64, numerator: [f64; 8], denominator: [f64; 8]) -> f64 {
        let horner = |c: [f64; 8]| c.iter().rev().fold(0.0, |sum: f64, c| sum.mul_add(r, *c));
        horner(numerator) / horner(denominator)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(
            0.180_625 - q * q,
            [
                3.387_132_872_796_366_608,
                1.331_416_678_917_843_774_5e2,
                1.971_590_950_306_551_442_7e3,
                1.373_169_376_550_946_112_5e4,
                4.592_195_393_154_987_145_7e4,
                6.726_577_092_700_870_085_3e4,
                3.343_057_558_358_812_810_5e4,
                2.509_080_928_730_122_672_7e3,
            ],
            [
                1.0,
                4.231_333_070_160_091_125_2e1,
                6.871_870_074_920_579_083e2,
                5.394_196_021_424_751_107_7e3,
                2.121_379_430_158_659_586_7e4,
                3.930_789_580_009_271_061e4,
                2.872_908_573_572_194_267_4e4,
                5.226_495_278_852_854_561e3,
            ],
        );
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-ln_f64(tail)).sqrt();
    let z = if r <= 5.0 {
        ratio(
            r - 1.6,
            [
                1.423_437_110_749_683_577_34,
                4.630_337_846_156_545_295_9,
                5.769_497_221_460_691_405_5,
                3.647_848_324_763_204_605_04,
                1.270_458_252_452_368_382_58,
                2.417_807_251_774_506_117_7e-1,
                2.272_384_498_926_918_458_33e-2,
                7.745_450_142_783_414_076_4e-4,
            ],
            [
                1.0,
                2.053_191_626_637_758_821_87,
                1.676_384_830_183_803_849_4,
                6.897_673_349_851_000_045_5e-1,
                1.481_039_764_274_800_745_9e-1,
                1.519_866_656_361_645_719_66e-2,
                5.475_938_084_995_344_946e-4,
                1.050_750_071_644_416_843_24e-9,
            ],
        )
    } else {
        ratio(
            r - 5.0,
            [
                6.657_904_643_501_103_777_2,
                5.463_784_911_164_114_369_9,
                1.784_826_539_917_291_335_8,
                2.965_605_718_285_048_912_3e-1,
                2.653_218_952_657_612_309_3e-2,
                1.242_660_947_388_078_438_6e-3,
                2.711_555_568_743_487_578_15e-5,
                2.010_334_399_292_288_132_65e-7,
            ],
            [
                1.0,
                5.998_322_065_558_879_376_9e-1,
                1.369_298_809_227_358_053_1e-1,
                1.487_536_129_085_061_485_25e-2,
                7.868_691_311_456_132_591e-4,
                1.846_318_317_510_054_681_8e-5,
                1.421_511_758_316_445_888_7e-7,
                2.044_263_103_389_939_785_64e-15,
            ],
        )
    };
    z.copysign(q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error of `f` in ulp of the true value, and where it occurs, over numbers of every exponent in `[low, high]`; with
    /// `signed`, over their negatives too.
    fn worst_ulp(f: fn(f32) -> f32, truth: fn(f64) -> f64, low: f32, high: f32, signed: bool) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        let mut check = |x: f32| {
            let (y, t) = (f64::from(f(x)), truth(f64::from(x)));
            let nearest = t as f32;
            if nearest.is_infinite() || nearest == 0.0 {
                assert!(y == f64::from(nearest) || (y - t).abs() <= 1e-44 || y.abs() >= 3.4028e38, "f({x}) = {y}");
                return;
            }
            let ulp = f64::from(f32::from_bits(nearest.abs().to_bits() + 1)) - f64::from(nearest.abs());
            let error = (y - t).abs() / ulp;
            if error.is_nan() || error > worst.0 {
                worst = (error, x);
            }
        };
        let (low, high) = (low.to_bits(), high.to_bits());
        // 401 is odd, so all bits of the mantissa vary.
        for bits in (low..=high).step_by(401) {
            check(f32::from_bits(bits));
            if signed {
                check(-f32::from_bits(bits));
            }
        }
        worst
    }

    #[track_caller]
    fn holds(f: fn(f32) -> f32, truth: fn(f64) -> f64, low: f32, high: f32, signed: bool, bound: f64) {
        let (error, x) = worst_ulp(f, truth, low, high, signed);
        assert!(error < bound, "{error} ulp at {x:e}");
    }

    const DENORMAL: f32 = 1e-42;

    #[test]
    fn no_exponential_is_denormal() {
        let least = f64::from(f32::MIN_POSITIVE);
        assert!(libm::exp(f64::from(LOWEST)) >= least && libm::exp(f64::from(LOWEST.next_down())) < least);
        for bits in (80.0_f32.to_bits()..110.0_f32.to_bits()).step_by(17) {
            let x = -f32::from_bits(bits);
            for y in [exp(x), sigmoid(x), softplus(x)] {
                assert!(y == 0.0 || y >= f32::MIN_POSITIVE, "{x} {y:e}");
                assert_eq!(y == 0.0, x < LOWEST, "{x} {y:e}");
            }
        }
    }

    #[test]
    fn errors_stay_below_the_stated_bounds() {
        holds(exp, libm::exp, DENORMAL, -LOWEST, true, 1.5);
        holds(exp, libm::exp, DENORMAL, 104.0, false, 1.5);
        holds(expm1, libm::expm1, DENORMAL, 88.7, true, 2.0);
        holds(ln, libm::log, DENORMAL, f32::MAX, false, 1.5);
        holds(ln_1p, libm::log1p, DENORMAL, f32::MAX, false, 3.0);
        holds(tanh, libm::tanh, DENORMAL, 100.0, true, 3.0);
        holds(sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)), DENORMAL, 87.0, true, 3.0);
        holds(softplus, |x| x.max(0.0) + libm::log1p(libm::exp(-x.abs())), DENORMAL, 87.0, true, 3.0);
        holds(erf, libm::erf, DENORMAL, 100.0, true, 3.0);
    }

    #[test]
    fn infinities_zeros_and_nan_follow_ieee_754() {
        let inf = f32::INFINITY;
        assert_eq!((exp(inf), exp(-inf), exp(0.0)), (inf, 0.0, 1.0));
        assert_eq!((expm1(inf), expm1(-inf), expm1(0.0)), (inf, -1.0, 0.0));
        assert_eq!((ln(inf), ln(0.0), ln(1.0)), (inf, -inf, 0.0));
        assert_eq!((ln_1p(inf), ln_1p(0.0)), (inf, 0.0));
        assert_eq!((tanh(inf), tanh(-inf)), (1.0, -1.0));
        assert_eq!((sigmoid(inf), sigmoid(-inf), sigmoid(0.0)), (1.0, 0.0, 0.5));
        assert_eq!((softplus(inf), softplus(-inf)), (inf, 0.0));
        assert_eq!((erf(inf), erf(-inf)), (1.0, -1.0));
        for f in [exp, expm1, ln, ln_1p, tanh, sigmoid, softplus, erf] {
            assert!(f(f32::NAN).is_nan());
        }
        assert!(ln(-1.0).is_nan());
        assert!(tanh(-0.0).is_sign_negative());
    }

    #[test]
    fn double_precision_logarithm_and_normal_quantile() {
        for i in 1..4000 {
            let x = f64::from(i) * f64::from(i) * 1e-5;
            assert!((ln_f64(x) - libm::log(x)).abs() <= 1e-15 * libm::log(x).abs().max(1e-1), "{x}");
        }
        // From tables of the normal distribution.
        for (p, z) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.025, -1.959_963_984_540_054)] {
            assert!((normal_quantile(p) - z).abs() < 1e-14, "{p}");
        }
        assert!((normal_quantile(1e-10) + 6.361_340_902_404_056).abs() < 1e-12);
    }
}
