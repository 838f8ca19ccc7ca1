//! Broadcasting of shapes.

/// The shape that all of `shapes` are broadcast to: axes are aligned from the last, and an axis of length 1 matches any
/// length.
pub(super) fn stretched<'a>(shapes: impl Iterator<Item = &'a [usize]> + Clone) -> Option<Vec<usize>> {
    let rank = shapes.clone().map(<[usize]>::len).max()?;
    let mut out = vec![1; rank];
    for shape in shapes {
        for (side, out) in shape.iter().rev().zip(out.iter_mut().rev()) {
            if *side != 1 && *out != 1 && side != out {
                return None;
            }
            *out = (*out).max(*side);
        }
    }
    Some(out)
}

/// For each index in a row of shape `to`, the index in a row of shape `from`, which is broadcast to it.
pub(super) fn places(to: &[usize], from: &[usize]) -> Vec<u32> {
    let mut places = vec![0];
    let missing = to.len() - from.len();
    for (i, side) in to.iter().enumerate() {
        let own = if i < missing { 1 } else { from[i - missing] };
        places = places
            .iter()
            .flat_map(|place: &u32| (0..*side as u32).map(move |k| place * own as u32 + if own == 1 { 0 } else { k }))
            .collect();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_one_stretch_to_any() {
        let shapes: [&[usize]; 3] = [&[2, 3], &[3], &[2, 1]];
        assert_eq!(stretched(shapes.into_iter()), Some(vec![2, 3]));
        assert_eq!(stretched([&[2_usize][..], &[3]].into_iter()), None);
        assert_eq!(places(&[2, 3], &[2, 3]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(places(&[2, 3], &[3]), [0, 1, 2, 0, 1, 2]);
        assert_eq!(places(&[2, 3], &[2, 1]), [0, 0, 0, 1, 1, 1]);
    }
}
