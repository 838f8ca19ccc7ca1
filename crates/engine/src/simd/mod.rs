//! One source, several instruction sets.
//!
//! A [`Kernel`] is written once, in plain Rust over slices with [`f32::mul_add`]. [`Simd::run`] compiles it once for each
//! instruction set and picks the widest that the processor has. Rust never fuses or reorders floating-point operations
//! by itself and a fused multiply-add is exact everywhere, so all versions of a kernel give the same bits; only their
//! speed differs. (Without hardware FMA, `mul_add` is a slow library call, and still the same bits.)

pub(crate) mod vector;

use vector::{Plain, Vector};

/// An instruction set that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    /// What the target always has: NEON on aarch64, SSE2 on x86-64.
    Baseline,
}

impl Level {
    /// Every level, widest first.
    pub const ALL: [Level; 3] = [Level::Avx512, Level::Avx2, Level::Baseline];

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            match self {
                Level::Avx512 => {
                    is_x86_feature_detected!("avx512f")
                        && is_x86_feature_detected!("avx512vl")
                        && is_x86_feature_detected!("avx512dq")
                        && is_x86_feature_detected!("avx512bw")
                        && Level::Avx2.is_available()
                }
                Level::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
                Level::Baseline => true,
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self == Level::Baseline
        }
    }
}

/// A computation to be compiled for every instruction set. Mark `run` with `#[inline(always)]`: only what is inlined is
/// compiled for the wide ones.
pub trait Kernel {
    /// What it gives back.
    type Output;

    /// The computation.
    fn run(self) -> Self::Output;
}

/// A computation written over registers; `run` needs `#[inline(always)]` too.
pub(crate) trait VectorKernel {
    /// The computation.
    ///
    /// # Safety
    /// The instruction set of `V` must be there.
    unsafe fn run<V: Vector>(self);
}

/// Asks that the line at `at`, which may lie anywhere, be brought into the caches.
#[inline(always)]
pub(crate) fn prefetch(at: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing, and SSE is always there.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.cast())
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// A chosen instruction set, known to be available.
#[derive(Debug, Clone, Copy)]
pub struct Simd {
    level: Level,
}

impl Simd {
    /// The widest that the processor has.
    pub fn detect() -> Self {
        Level::ALL.into_iter().find_map(Self::with_level).unwrap_or(Simd { level: Level::Baseline })
    }

    /// A given one, or `None` where the processor lacks it.
    pub fn with_level(level: Level) -> Option<Self> {
        level.is_available().then_some(Simd { level })
    }

    /// Which one it is.
    pub fn level(self) -> Level {
        self.level
    }

    /// Runs a kernel, compiled for this instruction set.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Simd` of this level is only made where the features were detected.
            Level::Avx512 => unsafe { run_avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { run_avx2(kernel) },
            _ => kernel.run(),
        }
    }

    /// Runs a kernel over the widest registers.
    #[inline]
    pub(crate) fn run_vectors<K: VectorKernel>(self, kernel: K) {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Simd` of this level is only made where the features were detected.
            Level::Avx512 => unsafe { vectors_of_sixteen(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { vectors_avx2(kernel) },
            _ => vectors_of_four(kernel),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn vectors_of_sixteen<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::Sixteen>() }
}

/// By itself, so that the others need not make room for what it keeps on the stack.
#[inline(never)]
fn vectors_of_four<K: VectorKernel>(kernel: K) {
    // SAFETY: `Plain` needs nothing that the target does not always have.
    unsafe { kernel.run::<Plain>() }
}

/// Narrow registers with everything else that AVX-512 gives.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn vectors_of_eight<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::Eight<true>>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn vectors_avx2<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::Eight<false>>() }
}
