//! Several tests at once: S. Holm, Scandinavian Journal of Statistics 6, 1979.
//!
//! Of m p-values, the k-th smallest is multiplied by m - k + 1, and is never below the previous one nor above 1.
//! However the tests depend on each other, the probability that any true null hypothesis is rejected stays below the
//! level.

/// The p-values, adjusted for their number, in the order in which they came.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut floor = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        floor = floor.max((p[at] * (p.len() - rank) as f64).min(1.0));
        adjusted[at] = floor;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by hand.
    #[test]
    fn the_smallest_is_multiplied_most() {
        let found = holm(&[0.02, 0.01, 0.3, 0.04]);
        let wanted = [0.06, 0.04, 0.3, 0.08];
        found.iter().zip(wanted).for_each(|(a, b)| assert!((a - b).abs() < 1e-15, "{found:?}"));
        // Never below the previous one, and never above 1.
        assert_eq!(holm(&[0.5, 0.01, 0.012]), [0.5, 0.03, 0.03]);
        assert_eq!(holm(&[0.7, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
