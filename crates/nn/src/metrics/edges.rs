//! Between which thresholds a prediction lies.

/// Thresholds in rising order.
pub(super) enum Edges {
    /// `count` equally spaced ones from 0 to 1; the lowest one, where `below_0`, just below 0.
    Even { count: usize, below_0: bool },
    /// Any.
    List(Vec<f32>),
}

impl Edges {
    pub(super) fn len(&self) -> usize {
        match self {
            Edges::Even { count, .. } => *count,
            Edges::List(list) => list.len(),
        }
    }

    /// The highest threshold that a prediction exceeds strictly; `None` where there is none.
    pub(super) fn bucket(&self, p: f32) -> Option<usize> {
        match self {
            Edges::Even { count, below_0 } => {
                // Keras's arithmetic: predictions beyond [0, 1] count as its ends.
                let bucket = (p.clamp(0.0, 1.0) * (count - 1) as f32).ceil() - 1.0;
                if bucket >= 0.0 { Some(bucket as usize) } else { below_0.then_some(0) }
            }
            Edges::List(list) => list.partition_point(|t| p > *t).checked_sub(1),
        }
    }
}

/// Adds up from the top: what lies above each threshold.
pub(super) fn above(buckets: &[f64]) -> Vec<f64> {
    let mut sums = buckets.to_vec();
    for i in (1..sums.len()).rev() {
        sums[i - 1] += sums[i];
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_must_be_exceeded() {
        let even = |below_0| Edges::Even { count: 5, below_0 };
        for (p, bucket) in
            [(0.0, None), (0.1, Some(0)), (0.25, Some(0)), (0.26, Some(1)), (1.0, Some(3)), (2.0, Some(3))]
        {
            assert_eq!(even(false).bucket(p), bucket);
            assert_eq!(even(true).bucket(p), bucket.or(Some(0)));
            let list = Edges::List(vec![0.0, 0.25, 0.5, 0.75, 1.0]);
            assert_eq!(list.bucket(p), if p > 1.0 { Some(4) } else { bucket });
        }
        assert_eq!(above(&[1.0, 2.0, 4.0]), [7.0, 6.0, 4.0]);
    }
}
