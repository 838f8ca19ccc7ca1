//! Flushing small numbers to zero.
//!
//! Arithmetic on denormal numbers (smaller in size than 2^-126) takes processors up to a hundred times as long. The flush-to-zero
//! modes of processors differ: x86 flushes after rounding, ARM before. These functions compare instead, so that the bits are the same
//! everywhere. NaN stays NaN.

/// x, or 0 if x is denormal.
#[inline(always)]
pub fn flush(x: f32) -> f32 {
    clear_unless(0x7f80_0000, x)
}

/// x, or 0 if x is smaller in size than 2^-63, for weights: the product of two larger numbers is not denormal.
#[inline(always)]
pub fn flush_weight(x: f32) -> f32 {
    clear_unless(0x6000_0000, x)
}

/// x, or 0 if x is smaller in size than 2^-95 (2.5e-29), for gradients between layers: products of larger numbers with inputs and
/// weights of ordinary size are not denormal.
#[inline(always)]
pub fn flush_gradient(x: f32) -> f32 {
    clear_unless(0x7000_0000, x)
}

/// x, or 0 if x is smaller in size than 2^-58, for numbers to be squared: neither the square of a larger number is denormal, nor
/// 0.001 of it, as a running mean takes.
#[inline(always)]
pub fn flush_root(x: f32) -> f32 {
    x * if x.abs() < 3.469_447e-18 { 0.0 } else { 1.0 }
}

/// x, or 0 if none of the given bits of its exponent is set.
#[inline(always)]
fn clear_unless(bits: u32, x: f32) -> f32 {
    let keep = u32::from(x.to_bits() & bits == 0).wrapping_sub(1);
    f32::from_bits(x.to_bits() & keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_numbers_become_zero_and_others_stay() {
        type Flush = fn(f32) -> f32;
        let all = [(flush as Flush, -126), (flush_weight, -63), (flush_gradient, -95), (flush_root, -58)];
        for (f, power) in all {
            let least = 2.0_f32.powi(power);
            for (x, y) in [(least, least), (least.next_down(), 0.0), (1e-42, 0.0), (1.5, 1.5), (0.0, 0.0)] {
                assert_eq!((f(x), f(-x)), (y, -y), "2^{power}: {x:e}");
            }
            assert!(f(f32::NAN).is_nan() && f(-f32::NAN).is_nan() && f(f32::NEG_INFINITY) == f32::NEG_INFINITY);
        }
    }
}
