//! Points that fill a space evenly.

use super::sobol_numbers::NUMBERS;
use super::{EvaluatedConfig, Sampler, SearchPoint, Space};
use treino_engine::random::{Purpose, Stream};

/// Bits of a coordinate.
const BITS: usize = 30;

/// Sobol's sequence (I. Sobol, 1967) with the direction numbers of S. Joe and F. Kuo (SIAM Journal on Scientific
/// Computing 30, 2008), in Gray code order as in SciPy, each coordinate shifted bitwise (exclusive or) by a number that
/// depends on the seed. The first 2^k points have the most even distribution: use a power of two.
///
/// There are direction numbers for 64 dimensions; coordinates beyond them are random.
#[derive(Debug, Clone, Copy)]
pub struct Sobol;

impl Sampler for Sobol {
    fn suggest(&self, space: &dyn Space, index: usize, _: &[EvaluatedConfig<'_>], seed: u64) -> Option<SearchPoint> {
        let shifts = Stream::new(seed, Purpose::Search, "").at(0, 2);
        let further = Stream::new(seed, Purpose::Search, "").at(index as u32, 0);
        let mut point = SearchPoint::new();
        for (at, domain) in space.domains().iter().enumerate() {
            let whole = f64::from(1_u32 << BITS);
            let u = match coordinate(at, index) {
                // The middle of the cell, so that 0 is not special.
                Some(x) => (f64::from(x ^ (shifts.uniform_f64(at as u64) * whole) as u32) + 0.5) / whole,
                None => further.uniform_f64(at as u64),
            };
            let entry = space.is_active(at, &point).then(|| domain.at(u));
            point.push(entry);
        }
        Some(point)
    }
}

/// The coordinate of a point of the unshifted sequence, times 2^30; `None` for dimensions without direction numbers.
fn coordinate(dimension: usize, index: usize) -> Option<u32> {
    let directions = directions(dimension)?;
    let gray = index ^ (index >> 1);
    let bits = directions.iter().enumerate().filter(|(bit, _)| gray >> bit & 1 == 1);
    Some(bits.fold(0, |x, (_, direction)| x ^ direction))
}

/// v_j = m_j 2^(30 - j), with m_j from the first ones by the recurrence of the dimension's primitive polynomial.
fn directions(dimension: usize) -> Option<[u32; BITS]> {
    let mut m = [1_u32; BITS];
    if let Some(at) = dimension.checked_sub(1) {
        let (polynomial, first) = NUMBERS.get(at)?;
        let degree = polynomial.ilog2() as usize;
        m[..degree].copy_from_slice(first);
        for j in degree..BITS {
            let mut next = m[j - degree] ^ (m[j - degree] << degree);
            for k in 1..degree {
                if polynomial >> (degree - k) & 1 == 1 {
                    next ^= m[j - k] << k;
                }
            }
            m[j] = next;
        }
    }
    for (j, m) in m.iter_mut().enumerate() {
        *m <<= BITS - 1 - j;
    }
    Some(m)
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, fixture};
    use super::*;

    /// SciPy's `stats.qmc.Sobol(64, scramble=False)`.
    #[test]
    fn the_plain_sequence_is_scipys() {
        for case in fixture::cases("sobol") {
            let index = case["index"].as_u64().unwrap() as usize;
            for (dimension, wanted) in fixture::numbers(&case["point"]).into_iter().enumerate() {
                assert_eq!(f64::from(coordinate(dimension, index).unwrap()) / 2_f64.powi(30), wanted);
            }
        }
        assert_eq!(coordinate(64, 3), None);
    }

    #[test]
    fn each_cell_has_its_point() {
        struct Two([Domain; 2]);
        impl Space for Two {
            fn domains(&self) -> &[Domain] {
                &self.0
            }
            fn is_active(&self, _: usize, _: &[Option<f64>]) -> bool {
                true
            }
        }
        let unit = Domain::Float { low: 0.0, high: 1.0, log: false, zero: 0.0 };
        for seed in 0..3 {
            let mut cells = [0; 64];
            for index in 0..64 {
                let point = Sobol.suggest(&Two([unit; 2]), index, &[], seed).unwrap();
                let cell = |x: Option<f64>| (x.unwrap() * 8.0) as usize;
                cells[cell(point[0]) * 8 + cell(point[1])] += 1;
            }
            assert_eq!(cells, [1; 64], "a point in each cell of eight by eight");
        }
    }
}
