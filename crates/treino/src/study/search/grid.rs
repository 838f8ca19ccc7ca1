//! Every combination, once, with the last dimension varying fastest.

use super::{Domain, EvaluatedConfig, Sampler, SearchPoint, Space};

/// Every combination of choices, in lexicographic order. A dimension whose condition does not hold has the single entry
/// `None`.
#[derive(Debug, Clone, Copy)]
pub struct Grid;

impl Sampler for Grid {
    fn suggest(&self, space: &dyn Space, index: usize, _: &[EvaluatedConfig<'_>], _: u64) -> Option<SearchPoint> {
        let mut left = index;
        let mut point = Vec::with_capacity(space.domains().len());
        find(space, &mut point, &mut left).then_some(point)
    }
}

/// The number of combinations; `None` if a dimension is not a list of choices.
pub fn grid_size(space: &dyn Space) -> Option<usize> {
    if space.domains().iter().any(|domain| !matches!(domain, Domain::Choices(_))) {
        return None;
    }
    let mut left = usize::MAX;
    find(space, &mut Vec::new(), &mut left);
    Some(usize::MAX - left)
}

/// Walks to the point with `left` others before it; counts those it passes.
fn find(space: &dyn Space, point: &mut SearchPoint, left: &mut usize) -> bool {
    let at = point.len();
    let Some(domain) = space.domains().get(at) else {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        return false;
    };
    let entries = match domain {
        Domain::Choices(n) if space.is_active(at, point) => *n,
        _ => 0,
    };
    for entry in 0..entries.max(1) {
        point.push((entries > 0).then_some(entry as f64));
        if find(space, point, left) {
            return true;
        }
        point.pop();
    }
    false
}
