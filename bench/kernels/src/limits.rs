//! What one core of this machine can do: fused multiply-adds, bytes moved, and the pass of Adam over its parameters.

use std::hint::black_box;

use crate::best_seconds;

/// GFLOP/s of independent chains of fused multiply-adds in registers.
pub fn peak() -> f64 {
    const ROUNDS: usize = 1 << 16;
    let (chains_lanes, run): (usize, unsafe fn(usize) -> f32) = widest();
    // SAFETY: `widest` gives a loop that this processor has the instructions of.
    let seconds = best_seconds(0.05, || _ = black_box(unsafe { run(black_box(ROUNDS)) }));
    2.0 * (chains_lanes * ROUNDS) as f64 / seconds / 1e9
}

#[cfg(target_arch = "x86_64")]
fn widest() -> (usize, unsafe fn(usize) -> f32) {
    use std::arch::x86_64::*;

    const CHAINS: usize = 12;

    #[target_feature(enable = "avx512f")]
    fn avx512(rounds: usize) -> f32 {
        let (factor, term) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(0.001)));
        let mut chains = [_mm512_set1_ps(black_box(0.5)); CHAINS];
        for _ in 0..rounds {
            chains = chains.map(|chain| _mm512_fmadd_ps(chain, factor, term));
        }
        chains.into_iter().map(|chain| _mm512_reduce_add_ps(chain)).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2(rounds: usize) -> f32 {
        let (factor, term) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(0.001)));
        let mut chains = [_mm256_set1_ps(black_box(0.5)); CHAINS];
        for _ in 0..rounds {
            chains = chains.map(|chain| _mm256_fmadd_ps(chain, factor, term));
        }
        chains.into_iter().map(|chain| _mm256_cvtss_f32(chain)).sum()
    }

    if is_x86_feature_detected!("avx512f") {
        (CHAINS * 16, avx512)
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        (CHAINS * 8, avx2)
    } else {
        (LANES, plain)
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn widest() -> (usize, unsafe fn(usize) -> f32) {
    (LANES, plain)
}

const LANES: usize = 64;

/// For other processors: the compiler vectorises it for what the target always has.
unsafe fn plain(rounds: usize) -> f32 {
    let (factor, term) = (black_box(0.999f32), black_box(0.001f32));
    let mut chains = [black_box(0.5f32); LANES];
    for _ in 0..rounds {
        chains.iter_mut().for_each(|chain| *chain = *chain * factor + term);
    }
    chains.iter().sum()
}

/// GB/s of a = b + s c over arrays that fill `bytes` together.
pub fn triad(bytes: usize) -> f64 {
    let length = (bytes / 12).next_multiple_of(64);
    let (mut a, b, c) = (vec![0f32; length], vec![1f32; length], vec![2f32; length]);
    let s = black_box(3f32);
    let repeats = (1 << 20) / length + 1;
    let seconds = best_seconds(0.1, || {
        for _ in 0..repeats {
            wide(&mut a, &b, &c, s);
            black_box(&mut a);
        }
    });
    (repeats * length * 12) as f64 / seconds / 1e9
}

fn wide(a: &mut [f32], b: &[f32], c: &[f32], s: f32) {
    struct Triad<'a>(&'a mut [f32], &'a [f32], &'a [f32], f32);
    impl treino_engine::simd::Kernel for Triad<'_> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            for ((a, b), c) in self.0.iter_mut().zip(self.1).zip(self.2) {
                *a = c.mul_add(self.3, *b);
            }
        }
    }
    treino_engine::simd::Simd::detect().run(Triad(a, b, c, s));
}

/// Microseconds of one fused pass of Adam over `parameters`: four arrays read, three written.
pub fn adam(parameters: usize) -> f64 {
    struct Adam<'a>(&'a mut [f32], &'a mut [f32], &'a mut [f32], &'a [f32]);
    impl treino_engine::simd::Kernel for Adam<'_> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            for (((w, m), v), &g) in self.0.iter_mut().zip(self.1).zip(self.2).zip(self.3) {
                *m = (g - *m).mul_add(0.1, *m);
                *v = g.mul_add(g, -*v).mul_add(0.001, *v);
                *w -= 1e-3 * *m / (v.sqrt() + 1e-7);
            }
        }
    }
    let simd = treino_engine::simd::Simd::detect();
    let [mut w, mut m, mut v] = std::array::from_fn(|_| vec![0.5f32; parameters]);
    let g: Vec<f32> = (0..parameters).map(|i| (i % 7) as f32 * 0.1 - 0.3).collect();
    let repeats = 100_000 / parameters + 1;
    let seconds = best_seconds(0.1, || {
        for _ in 0..repeats {
            simd.run(Adam(&mut w, &mut m, &mut v, &g));
            black_box(&mut w);
        }
    });
    seconds / repeats as f64 * 1e6
}
