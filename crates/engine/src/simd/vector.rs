//! Vector registers, for kernels that the compiler does not vectorise well enough by itself.
//!
//! A kernel written over [`Vector`] gives the same bits for every implementation as long as no lane's result depends on
//! [`Vector::LANES`]: each lane then does the same IEEE operations in the same order.

use super::VectorKernel;

/// A register of `f32`.
///
/// # Safety
/// Every function needs a processor with the instruction set of the type. Pointers need not be aligned.
pub(crate) trait Vector: Copy {
    /// Numbers in a register.
    const LANES: usize;

    /// The largest width of a tile of a product, in registers.
    const MAX_TILE_REGISTERS: usize;

    /// The register for rows that are shorter than half of this one.
    type Narrow: Vector;

    /// The lanes that are used of the last register of a row.
    type Mask: Copy;

    /// Runs another kernel over these registers, in a separate function.
    unsafe fn run<K: VectorKernel>(kernel: K);

    /// The mask of the first `count` lanes, 1 to `LANES`.
    unsafe fn mask(count: usize) -> Self::Mask;

    /// `x` in every lane.
    unsafe fn splat(x: f32) -> Self;

    /// Reads `LANES` numbers.
    unsafe fn load(from: *const f32) -> Self;

    /// Reads the lanes of the mask. The others are 0, and their memory is not read.
    unsafe fn load_masked(from: *const f32, mask: Self::Mask) -> Self;

    /// Writes `LANES` numbers.
    unsafe fn store(self, to: *mut f32);

    /// Writes the lanes of the mask. The memory of the others is not touched.
    unsafe fn store_masked(self, to: *mut f32, mask: Self::Mask);

    /// self * b + c, rounded once.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;

    /// self + b.
    unsafe fn add(self, b: Self) -> Self;

    /// B = A', for A of 8 by 8 numbers. The rows of A begin `a_stride` numbers apart, those of B `b_stride`.
    #[inline(always)]
    unsafe fn transpose_8x8(a: *const f32, a_stride: usize, b: *mut f32, b_stride: usize) {
        for row in 0..8 {
            for column in 0..8 {
                // SAFETY: the caller guarantees that both matrices lie in memory.
                unsafe { *b.add(column * b_stride + row) = *a.add(row * a_stride + column) };
            }
        }
    }

    /// The sum of a\[i\] b\[i\] in sixteen lanes: lane l adds the products of i = l, l + 16, ... in this order. Then the upper half of
    /// the lanes is added to the lower half until one lane is left.
    unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::{VectorKernel, run_vectors_avx2, run_vectors_avx512, run_vectors_avx512_narrow};
    use super::Vector;
    use std::arch::x86_64::*;

    /// Sixteen numbers, AVX-512.
    #[derive(Clone, Copy)]
    pub(crate) struct F32x16(__m512);

    impl Vector for F32x16 {
        const LANES: usize = 16;
        const MAX_TILE_REGISTERS: usize = 4;
        type Narrow = F32x8<true>;
        type Mask = __mmask16;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            // SAFETY: the caller guarantees the instruction set.
            unsafe { run_vectors_avx512(kernel) }
        }

        #[inline(always)]
        unsafe fn mask(count: usize) -> __mmask16 {
            (0xffff_u32 >> (16 - count)) as __mmask16
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x16(unsafe { _mm512_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller guarantees the instruction set and 16 numbers.
            F32x16(unsafe { _mm512_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn load_masked(from: *const f32, mask: __mmask16) -> Self {
            // SAFETY: lanes outside the mask are not read.
            F32x16(unsafe { _mm512_maskz_loadu_ps(mask, from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller guarantees the instruction set and 16 numbers.
            unsafe { _mm512_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_masked(self, to: *mut f32, mask: __mmask16) {
            // SAFETY: lanes outside the mask are not written.
            unsafe { _mm512_mask_storeu_ps(to, mask, self.0) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x16(unsafe { _mm512_fmadd_ps(self.0, b.0, c.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x16(unsafe { _mm512_add_ps(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn transpose_8x8(a: *const f32, a_stride: usize, b: *mut f32, b_stride: usize) {
            // SAFETY: guaranteed by the caller.
            unsafe { transpose_8x8(a, a_stride, b, b_stride) }
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: the caller guarantees the instruction set and `length` numbers behind both pointers.
            unsafe {
                if length <= 8 {
                    return F32x8::<true>::dot(a, b, length);
                }
                let whole = length / 16 * 16;
                let mut sums = _mm512_setzero_ps();
                for i in (0..whole).step_by(16) {
                    sums = _mm512_fmadd_ps(_mm512_loadu_ps(a.add(i)), _mm512_loadu_ps(b.add(i)), sums);
                }
                if whole < length {
                    let mask = Self::mask(length - whole);
                    let (a, b) = (Self::load_masked(a.add(whole), mask), Self::load_masked(b.add(whole), mask));
                    sums = _mm512_fmadd_ps(a.0, b.0, sums);
                }
                tree_sum(_mm256_add_ps(_mm512_castps512_ps256(sums), _mm512_extractf32x8_ps::<1>(sums)))
            }
        }
    }

    /// [`Vector::transpose_8x8`] for AVX and wider.
    #[inline(always)]
    unsafe fn transpose_8x8(a: *const f32, a_stride: usize, b: *mut f32, b_stride: usize) {
        // SAFETY: the caller guarantees the instruction set and both matrices.
        unsafe {
            let rows: [__m256; 8] = std::array::from_fn(|i| _mm256_loadu_ps(a.add(i * a_stride)));
            // Interleave two rows, then four, within each half of a register; then exchange halves.
            let pairs: [__m256; 8] = std::array::from_fn(|i| {
                let (one, other) = (rows[i / 4 * 4 + i % 2 * 2], rows[i / 4 * 4 + i % 2 * 2 + 1]);
                if i % 4 < 2 { _mm256_unpacklo_ps(one, other) } else { _mm256_unpackhi_ps(one, other) }
            });
            let fours: [__m256; 8] = std::array::from_fn(|i| {
                let (one, other) = (pairs[i / 4 * 4 + i % 4 / 2 * 2], pairs[i / 4 * 4 + i % 4 / 2 * 2 + 1]);
                if i % 2 == 0 { _mm256_shuffle_ps::<0x44>(one, other) } else { _mm256_shuffle_ps::<0xee>(one, other) }
            });
            for i in 0..4 {
                _mm256_storeu_ps(b.add(i * b_stride), _mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]));
                _mm256_storeu_ps(b.add((i + 4) * b_stride), _mm256_permute2f128_ps::<0x31>(fours[i], fours[i + 4]));
            }
        }
    }

    /// The sum of eight lanes: the upper half is added to the lower half until one lane is left.
    #[inline(always)]
    unsafe fn tree_sum(x: __m256) -> f32 {
        // SAFETY: the caller guarantees the instruction set.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    /// Eight numbers, AVX2 and FMA. With AVX-512, there are 32 such registers instead of 16.
    #[derive(Clone, Copy)]
    pub(crate) struct F32x8<const WITH_AVX512: bool>(__m256);

    impl<const WITH_AVX512: bool> Vector for F32x8<WITH_AVX512> {
        const LANES: usize = 8;
        const MAX_TILE_REGISTERS: usize = 2;
        type Narrow = Self;
        type Mask = __m256i;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            // SAFETY: the caller guarantees the instruction set.
            unsafe {
                match WITH_AVX512 {
                    true => run_vectors_avx512_narrow(kernel),
                    false => run_vectors_avx2(kernel),
                }
            }
        }

        #[inline(always)]
        unsafe fn mask(count: usize) -> __m256i {
            const ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
            // SAFETY: count is 1 to 8, so the eight numbers lie in the array.
            unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - count).cast()) }
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x8(unsafe { _mm256_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller guarantees the instruction set and 8 numbers.
            F32x8(unsafe { _mm256_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn load_masked(from: *const f32, mask: __m256i) -> Self {
            // SAFETY: lanes outside the mask are not read.
            F32x8(unsafe { _mm256_maskload_ps(from, mask) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller guarantees the instruction set and 8 numbers.
            unsafe { _mm256_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_masked(self, to: *mut f32, mask: __m256i) {
            // SAFETY: lanes outside the mask are not written.
            unsafe { _mm256_maskstore_ps(to, mask, self.0) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x8(unsafe { _mm256_fmadd_ps(self.0, b.0, c.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: the caller guarantees the instruction set.
            F32x8(unsafe { _mm256_add_ps(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn transpose_8x8(a: *const f32, a_stride: usize, b: *mut f32, b_stride: usize) {
            // SAFETY: guaranteed by the caller.
            unsafe { transpose_8x8(a, a_stride, b, b_stride) }
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: the caller guarantees the instruction set and `length` numbers behind both pointers.
            unsafe {
                if length == 8 {
                    let low = _mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_loadu_ps(b), _mm256_setzero_ps());
                    return tree_sum(_mm256_add_ps(low, _mm256_setzero_ps()));
                }
                let whole = length / 16 * 16;
                let (mut low, mut high) = (_mm256_setzero_ps(), _mm256_setzero_ps());
                for i in (0..whole).step_by(16) {
                    low = _mm256_fmadd_ps(_mm256_loadu_ps(a.add(i)), _mm256_loadu_ps(b.add(i)), low);
                    high = _mm256_fmadd_ps(_mm256_loadu_ps(a.add(i + 8)), _mm256_loadu_ps(b.add(i + 8)), high);
                }
                let rest = length - whole;
                if rest > 0 {
                    let mask = Self::mask(rest.min(8));
                    let (a, b) = (a.add(whole), b.add(whole));
                    low = _mm256_fmadd_ps(Self::load_masked(a, mask).0, Self::load_masked(b, mask).0, low);
                    if rest > 8 {
                        let (a, b, mask) = (a.add(8), b.add(8), Self::mask(rest - 8));
                        high = _mm256_fmadd_ps(Self::load_masked(a, mask).0, Self::load_masked(b, mask).0, high);
                    }
                }
                tree_sum(_mm256_add_ps(low, high))
            }
        }
    }
}
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{F32x8, F32x16};

/// Four numbers, NEON. Every aarch64 processor has it.
#[cfg(target_arch = "aarch64")]
mod neon {
    use super::super::VectorKernel;
    use super::Vector;
    use std::arch::aarch64::*;

    #[derive(Clone, Copy)]
    pub(crate) struct F32x4(float32x4_t);

    impl Vector for F32x4 {
        const LANES: usize = 4;
        const MAX_TILE_REGISTERS: usize = 4;
        type Narrow = F32x4;
        type Mask = usize;

        #[inline(always)]
        unsafe fn run<K: VectorKernel>(kernel: K) {
            super::super::run_vectors_baseline(kernel);
        }

        #[inline(always)]
        unsafe fn mask(count: usize) -> usize {
            count
        }

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: aarch64 always has NEON.
            F32x4(unsafe { vdupq_n_f32(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller guarantees 4 numbers.
            F32x4(unsafe { vld1q_f32(from) })
        }

        #[inline(always)]
        unsafe fn load_masked(from: *const f32, count: usize) -> Self {
            let mut lanes = [0.0; 4];
            // SAFETY: the caller guarantees `count` numbers, at most 4.
            unsafe {
                std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
                F32x4(vld1q_f32(lanes.as_ptr()))
            }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller guarantees 4 numbers.
            unsafe { vst1q_f32(to, self.0) }
        }

        #[inline(always)]
        unsafe fn store_masked(self, to: *mut f32, count: usize) {
            let mut lanes = [0.0; 4];
            // SAFETY: the caller guarantees `count` numbers, at most 4.
            unsafe {
                vst1q_f32(lanes.as_mut_ptr(), self.0);
                std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
            }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: aarch64 always has NEON.
            F32x4(unsafe { vfmaq_f32(c.0, self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn add(self, b: Self) -> Self {
            // SAFETY: aarch64 always has NEON.
            F32x4(unsafe { vaddq_f32(self.0, b.0) })
        }

        #[inline(always)]
        unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
            // SAFETY: aarch64 always has NEON, and the caller guarantees `length` numbers behind both pointers.
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
                super::tree_sum(lanes)
            }
        }
    }
}
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::F32x4 as Baseline;

/// Four numbers in plain Rust, for every processor. Without hardware FMA it is slow.
#[cfg(not(target_arch = "aarch64"))]
#[derive(Clone, Copy)]
pub(crate) struct Baseline([f32; 4]);

#[cfg(not(target_arch = "aarch64"))]
impl Vector for Baseline {
    const LANES: usize = 4;
    const MAX_TILE_REGISTERS: usize = 2;
    type Narrow = Baseline;
    type Mask = usize;

    #[inline(always)]
    unsafe fn run<K: VectorKernel>(kernel: K) {
        super::run_vectors_baseline(kernel);
    }

    #[inline(always)]
    unsafe fn mask(count: usize) -> usize {
        count
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Baseline([x; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller guarantees 4 numbers; an array of f32 has the alignment of f32.
        Baseline(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn load_masked(from: *const f32, count: usize) -> Self {
        let mut lanes = [0.0; 4];
        // SAFETY: the caller guarantees `count` numbers, at most 4.
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        Baseline(lanes)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller guarantees 4 numbers.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, count: usize) {
        // SAFETY: the caller guarantees `count` numbers, at most 4.
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, count) };
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        let mut lanes = c.0;
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane = self.0[i].mul_add(b.0[i], *lane);
        }
        Baseline(lanes)
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Baseline(std::array::from_fn(|i| self.0[i] + b.0[i]))
    }

    #[inline(always)]
    unsafe fn dot(a: *const f32, b: *const f32, length: usize) -> f32 {
        let mut lanes = [0.0_f32; 16];
        for i in 0..length {
            // SAFETY: the caller guarantees `length` numbers behind both pointers.
            lanes[i % 16] = unsafe { (*a.add(i)).mul_add(*b.add(i), lanes[i % 16]) };
        }
        tree_sum(lanes)
    }
}

/// The sum of sixteen lanes: the upper half is added to the lower half until one lane is left.
fn tree_sum(mut lanes: [f32; 16]) -> f32 {
    for width in [8, 4, 2, 1] {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
    }
    lanes[0]
}
