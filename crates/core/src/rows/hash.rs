//! Hashes texts to bins: FarmHash's Fingerprint64, or SipHash-2-4 with a salt.
//!
//! Fingerprint64 is the function of that name in Google's FarmHash, which never changes. The fixtures of the hashing
//! layer compare it with Keras's bins, for text lengths that cover every branch.

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;

/// How texts and integers are assigned to bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hash {
    /// Number of bins.
    pub bins: usize,
    /// The mask, as a text: it has bin 0 for itself, and all other texts share the other bins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// The key of SipHash-2-4; without it the hash is Fingerprint64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<[i64; 2]>,
}

impl Hash {
    /// The bin of a text.
    pub fn bin(&self, text: &[u8]) -> usize {
        // A single bin cannot be reserved for the mask.
        let mask = self.mask.as_ref().filter(|_| self.bins > 1);
        if mask.is_some_and(|mask| mask.as_bytes() == text) {
            return 0;
        }
        let hash = match self.salt {
            Some([k0, k1]) => SipHasher24::new_with_keys(k0 as u64, k1 as u64).hash(text),
            None => fingerprint64(text),
        };
        let kept = usize::from(mask.is_some());
        (hash % self.bins.saturating_sub(kept).max(1) as u64) as usize + kept
    }

    /// The bin of an integer: that of its digits.
    pub fn bin_of_number(&self, number: i64) -> usize {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        self.bin(&digits[at..])
    }

    /// The bin of a missing cell: the mask's, else that of the empty text.
    pub fn bin_of_missing(&self) -> usize {
        if self.mask.is_some() && self.bins > 1 { 0 } else { self.bin(b"") }
    }
}

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;

/// FarmHash's Fingerprint64.
pub fn fingerprint64(s: &[u8]) -> u64 {
    match s.len() {
        0..=16 => up_to_16(s),
        17..=32 => up_to_32(s),
        33..=64 => up_to_64(s),
        _ => longer(s),
    }
}

fn word(s: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&s[at..at + 8]);
    u64::from_le_bytes(bytes)
}

fn half(s: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&s[at..at + 4]);
    u64::from(u32::from_le_bytes(bytes))
}

fn mix(x: u64) -> u64 {
    x ^ (x >> 47)
}

fn sum(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.wrapping_add(*part))
}

fn turn(x: u64, by: u32) -> u64 {
    x.rotate_right(by)
}

fn pair(u: u64, v: u64, by: u64) -> u64 {
    let a = mix((u ^ v).wrapping_mul(by));
    mix((v ^ a).wrapping_mul(by)).wrapping_mul(by)
}

fn factor(s: &[u8]) -> u64 {
    K2.wrapping_add(2 * s.len() as u64)
}

fn up_to_16(s: &[u8]) -> u64 {
    let (n, by) = (s.len(), factor(s));
    match n {
        0 => K2,
        1..=3 => {
            let (a, b, c) = (u32::from(s[0]), u32::from(s[n / 2]), u32::from(s[n - 1]));
            let (y, z) = (u64::from(a + (b << 8)), u64::from(n as u32 + (c << 2)));
            mix(y.wrapping_mul(K2) ^ z.wrapping_mul(K0)).wrapping_mul(K2)
        }
        4..=7 => pair(n as u64 + (half(s, 0) << 3), half(s, n - 4), by),
        _ => {
            let (a, b) = (word(s, 0).wrapping_add(K2), word(s, n - 8));
            let c = turn(b, 37).wrapping_mul(by).wrapping_add(a);
            let d = turn(a, 25).wrapping_add(b).wrapping_mul(by);
            pair(c, d, by)
        }
    }
}

fn up_to_32(s: &[u8]) -> u64 {
    let (n, by) = (s.len(), factor(s));
    let (a, b) = (word(s, 0).wrapping_mul(K1), word(s, 8));
    let (c, d) = (word(s, n - 8).wrapping_mul(by), word(s, n - 16).wrapping_mul(K2));
    pair(sum(&[turn(a.wrapping_add(b), 43), turn(c, 30), d]), sum(&[a, turn(b.wrapping_add(K2), 18), c]), by)
}

fn up_to_64(s: &[u8]) -> u64 {
    let (n, by) = (s.len(), factor(s));
    let (a, b) = (word(s, 0).wrapping_mul(K2), word(s, 8));
    let (c, d) = (word(s, n - 8).wrapping_mul(by), word(s, n - 16).wrapping_mul(K2));
    let y = sum(&[turn(a.wrapping_add(b), 43), turn(c, 30), d]);
    let z = pair(y, sum(&[a, turn(b.wrapping_add(K2), 18), c]), by);
    let (e, f) = (word(s, 16).wrapping_mul(by), word(s, 24));
    let g = y.wrapping_add(word(s, n - 32)).wrapping_mul(by);
    let h = z.wrapping_add(word(s, n - 24)).wrapping_mul(by);
    pair(sum(&[turn(e.wrapping_add(f), 43), turn(g, 30), h]), sum(&[e, turn(f.wrapping_add(a), 18), g]), by)
}

/// 32 bytes from `at`, with two seeds.
fn weak(s: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|step| word(s, at + step));
    let c = a.wrapping_add(w);
    let b = turn(sum(&[b, c, z]), 21);
    let a = sum(&[c, x, y]);
    let b = b.wrapping_add(turn(a, 44));
    (a.wrapping_add(z), b.wrapping_add(c))
}

/// The state of a long text.
struct State {
    x: u64,
    y: u64,
    z: u64,
    v: (u64, u64),
    w: (u64, u64),
}

impl State {
    /// Processes the 64 bytes from `at`.
    fn round(&mut self, s: &[u8], at: usize, by: u64, nine: u64) {
        let State { x, y, z, v, w } = self;
        *x = turn(sum(&[*x, *y, v.0, word(s, at + 8)]), 37).wrapping_mul(by);
        *y = turn(sum(&[*y, v.1, word(s, at + 48)]), 42).wrapping_mul(by);
        *x ^= w.1.wrapping_mul(nine);
        *y = sum(&[*y, v.0.wrapping_mul(nine), word(s, at + 40)]);
        *z = turn(z.wrapping_add(w.0), 33).wrapping_mul(by);
        *v = weak(s, at, v.1.wrapping_mul(by), x.wrapping_add(w.0));
        *w = weak(s, at + 32, z.wrapping_add(w.1), y.wrapping_add(word(s, at + 16)));
        std::mem::swap(z, x);
    }
}

fn longer(s: &[u8]) -> u64 {
    const SEED: u64 = 81;
    let n = s.len();
    let y = SEED.wrapping_mul(K1).wrapping_add(113);
    let z = mix(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2);
    let x = SEED.wrapping_mul(K2).wrapping_add(word(s, 0));
    let mut state = State { x, y, z, v: (0, 0), w: (0, 0) };
    let whole = (n - 1) / 64 * 64;
    for at in (0..whole).step_by(64) {
        state.round(s, at, K1, 1);
    }
    let by = K1.wrapping_add((state.z & 0xff) << 1);
    state.w.0 = state.w.0.wrapping_add(((n - 1) & 63) as u64);
    state.v.0 = state.v.0.wrapping_add(state.w.0);
    state.w.0 = state.w.0.wrapping_add(state.v.0);
    state.round(s, n - 64, by, 9);
    let State { x, y, z, v, w } = state;
    pair(sum(&[pair(v.0, w.0, by), mix(y).wrapping_mul(K0), z]), pair(v.1, w.1, by).wrapping_add(x), by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_has_bin_0_alone_and_numbers_are_their_digits() {
        let hash = Hash { bins: 4, mask: Some("-7".into()), salt: None };
        assert_eq!((hash.bin(b"-7"), hash.bin_of_number(-7), hash.bin_of_missing()), (0, 0, 0));
        for number in [0, 5, -120, i64::MIN, i64::MAX] {
            assert_eq!(hash.bin_of_number(number), hash.bin(number.to_string().as_bytes()));
            assert!((1..4).contains(&hash.bin_of_number(number)));
        }
        assert_eq!(Hash { bins: 1, ..hash }.bin(b"anything"), 0);
    }

    /// The test vector in the appendix of the SipHash paper: key 00 01 .. 0f, message 00 01 .. 0e.
    #[test]
    fn siphash_is_that_of_its_paper() {
        let message: Vec<u8> = (0..15).collect();
        let key = [0x0706_0504_0302_0100_u64, 0x0f0e_0d0c_0b0a_0908];
        assert_eq!(SipHasher24::new_with_keys(key[0], key[1]).hash(&message), 0xa129_ca61_49be_45e5);
    }
}
