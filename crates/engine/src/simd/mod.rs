//! One source, several instruction sets.
//!
//! A [`Kernel`] is written once, in plain Rust over slices with [`f32::mul_add`]. [`Simd::run`] compiles it once for each
//! instruction set and picks the widest that the processor has. Rust never fuses or reorders floating-point operations
//! by itself and a fused multiply-add is exact everywhere, so all versions of a kernel give the same bits; only their
//! speed differs. (Without hardware FMA, `mul_add` is a slow library call, and still the same bits.)

pub(crate) mod vector;

use vector::{Baseline, Vector};

/// An instruction set that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    /// What every processor of the target has: NEON on aarch64, SSE2 on x86-64.
    Baseline,
}

impl Level {
    /// Every level, widest first.
    pub const ALL: [Level; 3] = [Level::Avx512, Level::Avx2, Level::Baseline];

    /// Whether this processor has it.
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

/// A computation that is compiled for every instruction set. Mark `run` with `#[inline(always)]`: only inlined code is compiled for
/// the wide ones.
pub trait Kernel {
    /// The result.
    type Output;

    /// The computation.
    fn run(self) -> Self::Output;
}

/// A computation written with vector registers. `run` needs `#[inline(always)]`, as for [`Kernel`].
pub(crate) trait VectorKernel {
    /// The computation.
    ///
    /// # Safety
    /// The processor must have the instruction set of `V`.
    unsafe fn run<V: Vector>(self);
}

/// Asks the processor to load the cache line at `at`. The address need not be valid.
#[inline(always)]
pub(crate) fn prefetch(at: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch of an invalid address does nothing, and x86-64 always has SSE.
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
    /// The widest instruction set of the processor.
    pub fn detect() -> Self {
        Level::ALL.into_iter().find_map(Self::with_level).unwrap_or(Simd { level: Level::Baseline })
    }

    /// The given instruction set, or `None` if the processor lacks it.
    pub fn with_level(level: Level) -> Option<Self> {
        level.is_available().then_some(Simd { level })
    }

    /// The instruction set.
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

    /// Runs a kernel over the widest registers of this instruction set.
    #[inline]
    pub(crate) fn run_vectors<K: VectorKernel>(self, kernel: K) {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Simd` of this level is only made where the features were detected.
            Level::Avx512 => unsafe { run_vectors_avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { run_vectors_avx2(kernel) },
            _ => run_vectors_baseline(kernel),
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
fn run_vectors_avx512<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::F32x16>() }
}

/// Not inlined, so that its callers do not reserve stack for it.
#[inline(never)]
fn run_vectors_baseline<K: VectorKernel>(kernel: K) {
    // SAFETY: `Baseline` needs only what every processor of the target has.
    unsafe { kernel.run::<Baseline>() }
}

/// Registers of eight numbers, with the other features of AVX-512.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn run_vectors_avx512_narrow<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::F32x8<true>>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_vectors_avx2<K: VectorKernel>(kernel: K) {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<vector::F32x8<false>>() }
}
