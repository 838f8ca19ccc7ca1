//! Rows that are in two parts of a table: a score on rows that were trained on is too good.

use crate::column::dataset::Dataset;
use crate::spec::note::Note;

/// With more training rows than this the search is skipped: it stores and sorts a hash per row.
const MOST_ROWS: usize = 200_000;

/// A note about a part (called `name`) of which more than a tenth is also in the training rows, target included.
pub(crate) fn repeated(train: &Dataset, part: &Dataset, name: &str) -> Option<Note> {
    if train.len() > MOST_ROWS || part.len() > MOST_ROWS {
        return None;
    }
    let mut known: Vec<u64> = (0..train.len()).map(|i| hash(train, i)).collect();
    known.sort_unstable();
    let count = (0..part.len()).filter(|i| known.binary_search(&hash(part, *i)).is_ok()).count();
    (count * 10 > part.len()).then(|| {
        Note::new(format!(
            "{count} of the {} {name} rows also stand, with the same target, among the training rows: scores on them are \
             better than on new rows",
            part.len()
        ))
    })
}

/// A hash of the bits of a row and its target. A collision among 200 000 different rows is very unlikely.
fn hash(data: &Dataset, row: usize) -> u64 {
    // Negative zero equals zero.
    let numbers = data.x.row(row).iter().chain(data.y.row(row)).map(|v| u64::from((v + 0.0).to_bits()));
    numbers.fold(0x9e37_79b9_7f4a_7c15, |h, bits| {
        // The mixing function of splitmix64: every bit of the input changes about half of those of the result.
        let mut z = (h ^ bits).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_core::rows::Matrix;

    fn data(rows: &[[f32; 3]]) -> Dataset {
        let x = Matrix::new(rows.len(), 2, rows.iter().flat_map(|r| [r[0], r[1]]).collect());
        let y = Matrix::new(rows.len(), 1, rows.iter().map(|r| r[2]).collect());
        Dataset { x, y, weights: None, rows: (0..rows.len() as u32).collect() }
    }

    #[test]
    fn rows_of_two_parts_are_counted() {
        let train = data(&[[1.0, 2.0, 0.0], [3.0, 0.0, 1.0]]);
        let note = repeated(&train, &data(&[[3.0, -0.0, 1.0], [1.0, 2.0, 0.0], [9.0, 9.0, 0.0]]), "test").unwrap();
        assert!(note.text.starts_with("2 of the 3 test rows"), "{note}");
        // Another target, or the same numbers in another order, is another row.
        assert_eq!(repeated(&train, &data(&[[1.0, 2.0, 1.0], [2.0, 1.0, 0.0]]), "test"), None);
        let mut many = vec![[5.0, 5.0, 5.0]; 10];
        many[0] = [1.0, 2.0, 0.0];
        assert_eq!(repeated(&train, &data(&many), "test"), None);
    }
}
