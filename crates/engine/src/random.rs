//! Random numbers that are a function of what they are used for, not of what was drawn before.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
//! a keyed bijection of a 128-bit counter. A [`Stream`] is a key made from *(seed, purpose, name)*; the counter is made from the
//! epoch, the step and the position of the element. So every element can be computed at any time, in any order and on any thread, and
//! an additional dropout layer does not change the shuffle.

use crate::simd::{Kernel, Simd};

/// What a stream of random numbers is used for. The value of each variant enters the key, so it must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The split into training, validation and test rows.
    Split = 1,
    /// Initial weights; the name of the stream is that of the variable.
    Init = 2,
    /// The order of the rows in an epoch.
    Shuffle = 3,
    /// Dropout masks and noise; the name of the stream is that of the layer.
    Dropout = 4,
    /// Resampling for bootstrap intervals.
    Bootstrap = 5,
    /// Shuffles of a column for permutation importance; the name of the stream is that of the column.
    Importance = 6,
    /// The configurations that a study tries; the epoch of the stream is the number of the configuration.
    Search = 7,
}

/// A stream of random numbers: element `i` of step `s` of epoch `e` is a pure function of the key and *(i, s, e)*.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    key: [u32; 2],
    step: u32,
    epoch: u32,
}

impl Stream {
    /// The stream of `seed` for one purpose. Streams of the same purpose differ by their `name`.
    pub fn new(seed: u64, purpose: Purpose, name: &str) -> Self {
        // FNV-1a of the name; Philox then mixes it with seed and purpose.
        let hash =
            name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        let mixed = philox([hash as u32, (hash >> 32) as u32, purpose as u32, 0], [seed as u32, (seed >> 32) as u32]);
        Stream { key: [mixed[0], mixed[1]], step: 0, epoch: 0 }
    }

    /// The same stream at an epoch and step.
    pub fn at(mut self, epoch: u32, step: u32) -> Self {
        self.epoch = epoch;
        self.step = step;
        self
    }

    /// Four random words: elements `4 * block .. 4 * block + 4`.
    #[inline(always)]
    pub fn block(&self, block: u64) -> [u32; 4] {
        philox([block as u32, (block >> 32) as u32, self.step, self.epoch], self.key)
    }

    /// The [`BLOCKS`] blocks from `first` on: `[w][b]` is word w of block `first + b`.
    #[inline(always)]
    fn blocks(&self, first: u64) -> [[u32; BLOCKS]; 4] {
        // Each word is kept in the lower half of 64 bits: one vector instruction multiplies the lower halves and ignores the upper ones.
        const LOW: u64 = 0xffff_ffff;
        let mut k = self.key.map(u64::from);
        let (mut c0, mut c1) = ([0; BLOCKS], [0; BLOCKS]);
        let (mut c2, mut c3) = ([u64::from(self.step); BLOCKS], [u64::from(self.epoch); BLOCKS]);
        for b in 0..BLOCKS {
            (c0[b], c1[b]) = (first + b as u64, (first + b as u64) >> 32);
        }
        for round in 0..10 {
            if round > 0 {
                k = [(k[0] + u64::from(WEYL[0])) & LOW, (k[1] + u64::from(WEYL[1])) & LOW];
            }
            for b in 0..BLOCKS {
                let (p, q) = ((c0[b] & LOW) * FACTORS[0], (c2[b] & LOW) * FACTORS[1]);
                (c0[b], c1[b], c2[b], c3[b]) = ((q >> 32) ^ c1[b] ^ k[0], q, (p >> 32) ^ c3[b] ^ k[1], p);
            }
        }
        [c0, c1, c2, c3].map(|words| words.map(|word| word as u32))
    }

    /// Element `i`: a word of 32 random bits.
    #[inline]
    pub fn word(&self, i: u64) -> u32 {
        self.block(i / 4)[(i % 4) as usize]
    }

    /// Element `i`, uniform in [0, 1): a multiple of 2^-24.
    #[inline]
    pub fn uniform(&self, i: u64) -> f32 {
        to_uniform(self.word(i))
    }

    /// Element `i`, uniform in the open interval (0, 1), in double precision. It is made of the words `2i` and `2i + 1`.
    #[inline]
    pub fn uniform_f64(&self, i: u64) -> f64 {
        let words = self.block(i / 2);
        let at = (i % 2) as usize * 2;
        let bits = (u64::from(words[at]) << 32 | u64::from(words[at + 1])) >> 12;
        (bits as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// Fills `out` with uniform numbers in [0, 1): `out[j]` is element `j`.
    pub fn fill_uniform(&self, out: &mut [f32]) {
        for (block, four) in out.chunks_mut(4).enumerate() {
            for (o, w) in four.iter_mut().zip(self.block(block as u64)) {
                *o = to_uniform(w);
            }
        }
    }

    /// Fills `out` with values of `f`: `out[j]` is f(u) for the uniform u of element `4 * first_block + j`.
    pub fn fill_transformed(&self, simd: Simd, first_block: u64, out: &mut [f32], f: &impl UniformTransform) {
        simd.run(FillTransformed { stream: *self, first_block, out, f });
    }

    /// Writes a random permutation of `0 .. items.len()` into `items`. It is a Fisher-Yates shuffle; each bounded draw is the upper half
    /// of the 64-bit product of a word and the bound (Lemire). Its bias is below 2^-32 times the length.
    pub fn permutation(&self, simd: Simd, items: &mut [u32]) {
        simd.run(Permutation { stream: *self, items });
    }
}

struct Permutation<'a> {
    stream: Stream,
    items: &'a mut [u32],
}

impl Kernel for Permutation<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Permutation { stream, items } = self;
        for (i, item) in items.iter_mut().enumerate() {
            *item = i as u32;
        }
        let mut words = [[0; BLOCKS]; 4];
        for (draw, i) in (1..items.len()).rev().enumerate() {
            let at = draw % (4 * BLOCKS);
            if at == 0 {
                words = stream.blocks((draw / 4) as u64);
            }
            let bound = i as u64 + 1;
            let j = (u64::from(words[at % 4][at / 4]) * bound) >> 32;
            items.swap(i, j as usize);
        }
    }
}

/// A function that converts uniform numbers to another distribution. Mark `apply` with `#[inline(always)]`, as for [`Kernel`].
pub trait UniformTransform {
    /// The value for a `u` in [0, 1).
    fn apply(&self, u: f32) -> f32;
}

struct FillTransformed<'a, F> {
    stream: Stream,
    first_block: u64,
    out: &'a mut [f32],
    f: &'a F,
}

/// Blocks that are computed at the same time.
const BLOCKS: usize = 16;

impl<F: UniformTransform> Kernel for FillTransformed<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut block = self.first_block;
        let mut chunks = self.out.chunks_exact_mut(4 * BLOCKS);
        for chunk in &mut chunks {
            let words = self.stream.blocks(block);
            for (i, four) in chunk.chunks_exact_mut(4).enumerate() {
                for (word, out) in four.iter_mut().enumerate() {
                    *out = self.f.apply(to_uniform(words[word][i]));
                }
            }
            block += BLOCKS as u64;
        }
        for four in chunks.into_remainder().chunks_mut(4) {
            for (out, word) in four.iter_mut().zip(self.stream.block(block)) {
                *out = self.f.apply(to_uniform(word));
            }
            block += 1;
        }
    }
}

/// A word of 32 random bits as a uniform number in [0, 1): its upper 24 bits times 2^-24.
#[inline(always)]
pub fn to_uniform(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / (1 << 24) as f32)
}

/// The multipliers of Philox, and the increments of its keys.
const FACTORS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox4x32 with ten rounds, of counter `c` and key `k`.
#[inline(always)]
fn philox(mut c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
        }
        let a = u64::from(c[0]) * FACTORS[0];
        let b = u64::from(c[2]) * FACTORS[1];
        c = [(b >> 32) as u32 ^ c[1] ^ k[0], b as u32, (a >> 32) as u32 ^ c[3] ^ k[1], a as u32];
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Level;

    /// The known answers that the authors publish with Random123 (file `kat_vectors`, philox4x32, 10 rounds).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
        assert_eq!(
            philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn a_permutation_holds_every_item_once_and_changes_with_the_epoch() {
        let stream = Stream::new(1, Purpose::Shuffle, "");
        let mut a = vec![0; 1000];
        stream.at(0, 0).permutation(Simd::detect(), &mut a);
        let mut b = vec![0; 1000];
        stream.at(1, 0).permutation(Simd::detect(), &mut b);
        assert_ne!(a, b);
        let mut sorted = a.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().enumerate().all(|(i, v)| i as u32 == *v));
    }

    #[test]
    fn every_position_of_a_permutation_is_equally_likely() {
        // 6000 permutations of 6 items: each of the 36 counts has the expected value 1000. The 99.9 % quantile of chi-square with 25
        // degrees of freedom is 52.6.
        let mut counts = [[0u32; 6]; 6];
        for epoch in 0..6000 {
            let mut p = [0; 6];
            Stream::new(7, Purpose::Shuffle, "").at(epoch, 0).permutation(Simd::detect(), &mut p);
            for (place, item) in p.iter().enumerate() {
                counts[place][*item as usize] += 1;
            }
        }
        let chi: f64 = counts.iter().flatten().map(|c| (f64::from(*c) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 52.6, "chi-square {chi}");
    }

    struct Unchanged;

    impl UniformTransform for Unchanged {
        #[inline(always)]
        fn apply(&self, u: f32) -> f32 {
            u
        }
    }

    #[test]
    fn blocks_computed_together_equal_single_blocks() {
        let stream = Stream::new(3, Purpose::Dropout, "dropout").at(2, 5);
        for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
            for (first_block, length) in [(0, 3), (5, 64), (1 << 40, 150), (u64::from(u32::MAX) - 3, 128)] {
                let mut out = vec![-1.0; length];
                stream.fill_transformed(simd, first_block, &mut out, &Unchanged);
                let element = |i: usize| stream.uniform(4 * first_block + i as u64);
                assert!(out.iter().enumerate().all(|(i, out)| *out == element(i)));
            }
        }
    }

    #[test]
    fn uniform_numbers_have_the_mean_and_variance_of_the_unit_interval() {
        let stream = Stream::new(3, Purpose::Init, "dense/kernel");
        let n = 100_000;
        let mut values = vec![0.0; n];
        stream.fill_uniform(&mut values);
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n as f64;
        let var = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n as f64;
        // Four standard errors: 4 * sqrt(1/12 / n) and 4 * sqrt(1/180 / n).
        assert!((mean - 0.5).abs() < 3.7e-3 && (var - 1.0 / 12.0).abs() < 9.5e-4, "{mean} {var}");
        assert_eq!(values[17], stream.uniform(17));
    }
}
