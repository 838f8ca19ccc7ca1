//! Registers of several numbers, for the kernels that a compiler does not vectorise well enough by itself.
//!
//! A kernel written over [`Vector`] gives the same bits for every implementation as long as no lane's result depends on
//! [`Vector::LANES`]: each lane then does the same IEEE operations in the same order.

use super::VectorKernel;

/// A register of `f32`.
///
/// # Safety
/// Every function needs the instruction set of the type to be there. Pointers need not be aligned.
pub(crate) trait Vector: Copy {
    /// Numbers in a register.
    const LANES: usize;

    /// How many registers a product's tile is wide at most.
    const WIDEST: usize;

    /// Registers for rows that would not fill half of one of these.
    type Narrow: Vector;

    /// Which lanes of the last register of a row count.
    type Mask: Copy;

    /// Runs another kernel over these registers, compiled by itself.
    unsafe fn run<K: VectorKernel>(kernel: K);

    /// The first `count` lanes, 1 to `LANES`.
    unsafe fn first(count: usize) -> Self::Mask;

    /// `x` in every lane.
    unsafe fn splat(x: f32) -> Self;

    /// `LANES` numbers.
    unsafe fn load(from: *const f32) -> Self;

    /// The lanes of the mask; the others are 0 and their memory is not touched.
    unsafe fn load_first(from: *const f32, mask: Self::Mask) -> Self;

    /// Writes `LANES` numbers.
    unsafe fn store(self, to: *mut f32);

    /// Writes the lanes of the mask.
    unsafe fn store_first(self, to: *mut f32, mask: Self::Mask);

    /// self * b + c, rounded once.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;

    /// self + b.
    unsafe fn add(self, b: Self) -> Self;

    /// The transpose of a square of eight numbers a side; rows begin so many numbers apart.
    #[inline(always)]
    unsafe fn turn_eight(a: *const f32, a_row: usize, b: *mut f32, b_row: usize) {
        for row in 0..8 {
            for column in 0..8 {
                // SAFETY: the caller vouches for both squares.
                unsafe { *b.add(column * b_row + row) = *a.add(row * a_row + column) };
            }
        }
    }

    /// The sum of a\[i\] b\[i\] in sixteen lanes: lane l adds up i = l, l + 16, ... in this order; then the lanes are added,
    /// halves upon halves.
    unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::{VectorKernel, vectors_avx2, vectors_of_eight, vectors_of_sixteen};
    use super::Vector;
    use std::arch::x86_64::*;

    /// Sixteen numbers, AVX-512.
    #[derive(Clone, Copy)]
    pub(crate) struct Sixteen(__m512);

    impl Vector for Sixteen {
        const LANES: usize = 16;
        const WIDEST: usize = 4;
        type Narrow = Eight<true>;
        type Mask = __mmask16;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            // SAFETY: the instruction set is there.
            unsafe { vectors_of_sixteen(kernel) }
        }

        #[inline(always)]
        unsafe fn first(count: usize) -> __mmask16 {
            (0xffff_u32 >> (16 - count)) as __mmask16
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the instruction set is there.
            Sixteen(unsafe { _mm512_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller vouches for 16 numbers.
            Sixteen(unsafe { _mm512_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f32, mask: __mmask16) -> Self {
            // SAFETY: lanes outside the mask are not read.
            Sixteen(unsafe { _mm512_maskz_loadu_ps(mask, from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller vouches for 16 numbers.
            unsafe { _mm512_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, mask: __mmask16) {
            // SAFETY: lanes outside the mask are not written.
            unsafe { _mm512_mask_storeu_ps(to, mask, self.0) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: the instruction set is there.
            Sixteen(unsafe { _mm512_fmadd_ps(self.0, b.0, c.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: the instruction set is there.
            Sixteen(unsafe { _mm512_add_ps(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn turn_eight(a: *const f32, a_row: usize, b: *mut f32, b_row: usize) {
            // SAFETY: the caller's word.
            unsafe { turn_eight(a, a_row, b, b_row) }
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: the instruction set is there, and the caller vouches for `length` numbers behind both pointers.
            unsafe {
                if length <= 8 {
                    return Eight::<true>::dot(a, b, length);
                }
                let whole = length / 16 * 16;
                let mut sums = _mm512_setzero_ps();
                for i in (0..whole).step_by(16) {
                    sums = _mm512_fmadd_ps(_mm512_loadu_ps(a.add(i)), _mm512_loadu_ps(b.add(i)), sums);
                }
                if whole < length {
                    let mask = Self::first(length - whole);
                    let (a, b) = (Self::load_first(a.add(whole), mask), Self::load_first(b.add(whole), mask));
                    sums = _mm512_fmadd_ps(a.0, b.0, sums);
                }
                halves(_mm256_add_ps(_mm512_castps512_ps256(sums), _mm512_extractf32x8_ps::<1>(sums)))
            }
        }
    }

    /// The transpose of eight rows of eight.
    #[inline(always)]
    unsafe fn turn_eight(a: *const f32, a_row: usize, b: *mut f32, b_row: usize) {
        // SAFETY: the instruction set is there, and the caller vouches for both squares.
        unsafe {
            let rows: [__m256; 8] = std::array::from_fn(|i| _mm256_loadu_ps(a.add(i * a_row)));
            // Pairs, then fours of rows side by side within each half; then the halves change places.
            let pairs: [__m256; 8] = std::array::from_fn(|i| {
                let (one, other) = (rows[i / 4 * 4 + i % 2 * 2], rows[i / 4 * 4 + i % 2 * 2 + 1]);
                if i % 4 < 2 { _mm256_unpacklo_ps(one, other) } else { _mm256_unpackhi_ps(one, other) }
            });
            let fours: [__m256; 8] = std::array::from_fn(|i| {
                let (one, other) = (pairs[i / 4 * 4 + i % 4 / 2 * 2], pairs[i / 4 * 4 + i % 4 / 2 * 2 + 1]);
                if i % 2 == 0 { _mm256_shuffle_ps::<0x44>(one, other) } else { _mm256_shuffle_ps::<0xee>(one, other) }
            });
            for i in 0..4 {
                _mm256_storeu_ps(b.add(i * b_row), _mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]));
                _mm256_storeu_ps(b.add((i + 4) * b_row), _mm256_permute2f128_ps::<0x31>(fours[i], fours[i + 4]));
            }
        }
    }

    /// The sum of eight lanes, halves upon halves.
    #[inline(always)]
    unsafe fn halves(x: __m256) -> f32 {
        // SAFETY: the instruction set is there.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    /// Eight numbers, AVX2 and FMA: with the sixteen registers of AVX2, or with all that AVX-512 has.
    #[derive(Clone, Copy)]
    pub(crate) struct Eight<const WITH_AVX512: bool>(__m256);

    impl<const WITH_AVX512: bool> Vector for Eight<WITH_AVX512> {
        const LANES: usize = 8;
        const WIDEST: usize = 2;
        type Narrow = Self;
        type Mask = __m256i;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            // SAFETY: the instruction set is there.
            unsafe {
                match WITH_AVX512 {
                    true => vectors_of_eight(kernel),
                    false => vectors_avx2(kernel),
                }
            }
        }

        #[inline(always)]
        unsafe fn first(count: usize) -> __m256i {
            const LADDER: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
            // SAFETY: count is 1 to 8, so the eight numbers lie in the ladder.
            unsafe { _mm256_loadu_si256(LADDER.as_ptr().add(8 - count).cast()) }
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the instruction set is there.
            Eight(unsafe { _mm256_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller vouches for 8 numbers.
            Eight(unsafe { _mm256_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f32, mask: __m256i) -> Self {
            // SAFETY: lanes outside the mask are not read.
            Eight(unsafe { _mm256_maskload_ps(from, mask) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller vouches for 8 numbers.
            unsafe { _mm256_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, mask: __m256i) {
            // SAFETY: lanes outside the mask are not written.
            unsafe { _mm256_maskstore_ps(to, mask, self.0) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: the instruction set is there.
            Eight(unsafe { _mm256_fmadd_ps(self.0, b.0, c.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: the instruction set is there.
            Eight(unsafe { _mm256_add_ps(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn turn_eight(a: *const f32, a_row: usize, b: *mut f32, b_row: usize) {
            // SAFETY: the caller's word.
            unsafe { turn_eight(a, a_row, b, b_row) }
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: the instruction set is there, and the caller vouches for `length` numbers behind both pointers.
            unsafe {
                if length == 8 {
                    let low = _mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_loadu_ps(b), _mm256_setzero_ps());
                    return halves(_mm256_add_ps(low, _mm256_setzero_ps()));
                }
                let whole = length / 16 * 16;
                let (mut low, mut high) = (_mm256_setzero_ps(), _mm256_setzero_ps());
                for i in (0..whole).step_by(16) {
                    low = _mm256_fmadd_ps(_mm256_loadu_ps(a.add(i)), _mm256_loadu_ps(b.add(i)), low);
                    high = _mm256_fmadd_ps(_mm256_loadu_ps(a.add(i + 8)), _mm256_loadu_ps(b.add(i + 8)), high);
                }
                let rest = length - whole;
                if rest > 0 {
                    let mask = Self::first(rest.min(8));
                    let (a, b) = (a.add(whole), b.add(whole));
                    low = _mm256_fmadd_ps(Self::load_first(a, mask).0, Self::load_first(b, mask).0, low);
                    if rest > 8 {
                        let (a, b, mask) = (a.add(8), b.add(8), Self::first(rest - 8));
                        high = _mm256_fmadd_ps(Self::load_first(a, mask).0, Self::load_first(b, mask).0, high);
                    }
                }
                halves(_mm256_add_ps(low, high))
            }
        }
    }
}
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Eight, Sixteen};

/// Four numbers, NEON: always there on aarch64.
#[cfg(target_arch = "aarch64")]
mod neon {
    use super::super::VectorKernel;
    use super::Vector;
    use std::arch::aarch64::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Four(float32x4_t);

    impl Vector for Four {
        const LANES: usize = 4;
        const WIDEST: usize = 4;
        type Narrow = Four;
        type Mask = usize;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            super::super::vectors_of_four(kernel);
        }

        #[inline(always)]
        unsafe fn first(count: usize) -> usize {
            count
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: NEON is always there.
            Four(unsafe { vdupq_n_f32(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller vouches for 4 numbers.
            Four(unsafe { vld1q_f32(from) })
        }

        #[inline(always)]
        unsafe fn load_first(from: *const f32, count: usize) -> Self {
            let mut lanes = [0.0; 4];
            // SAFETY: the caller vouches for `count` numbers, at most 4.
            unsafe {
                std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
                Four(vld1q_f32(lanes.as_ptr()))
            }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller vouches for 4 numbers.
            unsafe { vst1q_f32(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, count: usize) {
            let mut lanes = [0.0; 4];
            // SAFETY: the caller vouches for `count` numbers, at most 4.
            unsafe {
                vst1q_f32(lanes.as_mut_ptr(), self.0);
                std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
            }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: NEON is always there.
            Four(unsafe { vfmaq_f32(c.0, self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: NEON is always there.
            Four(unsafe { vaddq_f32(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: NEON is always there, and the caller vouches for `length` numbers behind both pointers.
            unsafe {
                let whole = length / 16 * 16;
                let mut sums = [Self::splat(0.0); 4];
                for i in (0..whole).step_by(16) {
                    for (part, sum) in sums.iter_mut().enumerate() {
                        let at = i + part * 4;
                        *sum = Self::load(a.add(at)).mul_add(Self::load(b.add(at)), *sum);
                    }
                }
                let mut lanes = [0.0_f32; 16];
                for (part, sum) in sums.into_iter().enumerate() {
                    sum.store(lanes.as_mut_ptr().add(part * 4));
                }
                for i in whole..length {
                    lanes[i - whole] = (*a.add(i)).mul_add(*b.add(i), lanes[i - whole]);
                }
                super::halves(lanes)
            }
        }
    }
}
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Four as Plain;

/// Four numbers in plain Rust, for any processor: right, and slow without hardware FMA.
#[cfg(not(target_arch = "aarch64"))]
#[derive(Clone, Copy)]
pub(crate) struct Plain([f32; 4]);

#[cfg(not(target_arch = "aarch64"))]
impl Vector for Plain {
    const LANES: usize = 4;
    const WIDEST: usize = 2;
    type Narrow = Plain;
    type Mask = usize;

    #[inline(always)]
    unsafe fn run<K: VectorKernel>(kernel: K) {
        super::vectors_of_four(kernel);
    }

    #[inline(always)]
    unsafe fn first(count: usize) -> usize {
        count
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Plain([x; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for 4 numbers; arrays of f32 have its alignment.
        Plain(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        let mut lanes = [0.0; 4];
        // SAFETY: the caller vouches for `count` numbers, at most 4.
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        Plain(lanes)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for 4 numbers.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        // SAFETY: the caller vouches for `count` numbers, at most 4.
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, count) };
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        let mut lanes = c.0;
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane = self.0[i].mul_add(b.0[i], *lane);
        }
        Plain(lanes)
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Plain(std::array::from_fn(|i| self.0[i] + b.0[i]))
    }

    #[inline(always)]
    unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
        let mut lanes = [0.0_f32; 16];
        for i in 0..length {
            // SAFETY: the caller vouches for `length` numbers behind both pointers.
            lanes[i % 16] = unsafe { (*a.add(i)).mul_add(*b.add(i), lanes[i % 16]) };
        }
        halves(lanes)
    }
}

/// The sum of sixteen lanes, halves upon halves.
fn halves(mut lanes: [f32; 16]) -> f32 {
    for width in [8, 4, 2, 1] {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
    }
    lanes[0]
}
