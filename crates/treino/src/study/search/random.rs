//! Random points.

use super::{EvaluatedConfig, Sampler, SearchPoint, Space};
use treino_engine::random::{Purpose, Stream};

/// Each dimension is drawn from its domain, independent of the others and of all other configs (J. Bergstra, Y. Bengio,
/// JMLR 13, 2012). The same config number gives the same point.
#[derive(Debug, Clone, Copy)]
pub struct Random;

impl Sampler for Random {
    fn suggest(&self, space: &dyn Space, index: usize, _: &[EvaluatedConfig<'_>], seed: u64) -> Option<SearchPoint> {
        let stream = Stream::new(seed, Purpose::Search, "").at(index as u32, 0);
        let mut point = SearchPoint::new();
        for (at, domain) in space.domains().iter().enumerate() {
            let entry = space.is_active(at, &point).then(|| domain.at(stream.uniform_f64(at as u64)));
            point.push(entry);
        }
        Some(point)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, IntScale};
    use super::*;

    struct All(Vec<Domain>);

    impl Space for All {
        fn domains(&self) -> &[Domain] {
            &self.0
        }

        fn is_active(&self, dimension: usize, before: &[Option<f64>]) -> bool {
            dimension != 5 || before[0] == Some(1.0)
        }
    }

    /// Shares and means of 4,000 points, within four standard errors of the distribution's.
    #[test]
    fn points_follow_their_laws() {
        let space = All(vec![
            Domain::Choices(4),
            Domain::Float { low: -1.0, high: 3.0, log: false, zero: 0.0 },
            Domain::Float { low: 1e-4, high: 1.0, log: true, zero: 0.25 },
            Domain::Int { low: 1, high: 3, scale: IntScale::Linear },
            Domain::Int { low: 8, high: 64, scale: IntScale::Pow2 },
            Domain::Int { low: 1, high: 100, scale: IntScale::Log },
        ]);
        const N: usize = 4000;
        let points: Vec<SearchPoint> = (0..N).filter_map(|at| Random.suggest(&space, at, &[], 7)).collect();
        let column = |at: usize| points.iter().filter_map(move |point| point[at]);
        let share = |at: usize, fits: &dyn Fn(f64) -> bool| column(at).filter(|x| fits(*x)).count() as f64 / N as f64;
        let near = |found: f64, p: f64| {
            let error = (p * (1.0 - p) / N as f64).sqrt();
            assert!((found - p).abs() < 4.0 * error, "{found} {p}");
        };
        for choice in 0..4 {
            near(share(0, &|x| x == f64::from(choice)), 0.25);
        }
        near(share(1, &|x| x < 0.0), 0.25);
        near(share(2, &|x| x == 0.0), 0.25);
        // Half of the decades are below 0.01.
        near(share(2, &|x| x > 0.0 && x < 0.01), 0.375);
        for whole in 1..4 {
            near(share(3, &|x| x == f64::from(whole)), 1.0 / 3.0);
        }
        near(share(4, &|x| x == 16.0), 0.25);
        near(share(4, &|x| x == 64.0), 0.25);
        assert!(
            column(1).all(|x| (-1.0..=3.0).contains(&x)) && column(2).all(|x| x == 0.0 || (1e-4..=1.0).contains(&x))
        );
        assert!(points.iter().all(|point| point[5].is_some() == (point[0] == Some(1.0))));
        assert!(column(5).all(|x| (1.0..=100.0).contains(&x) && x.fract() == 0.0));
    }
}
