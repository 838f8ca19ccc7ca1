//! Which rows are kept back.

use super::spec::DataSpec;
use crate::{Error, Result};
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;

/// The rows of the three parts, each in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub train: Vec<u32>,
    pub validation: Vec<u32>,
    pub test: Vec<u32>,
}

/// Splits `rows`. `classes` gives the class of each of them (all 0 for a number); `count` is the number of classes.
///
/// A random split takes `round(n * share)` rows for test and validation, spread over the classes in proportion by the
/// largest remainder; each class keeps a row for training. The last rows, in Keras's way, are cut at `floor(n * (1 -
/// share))`.
///
/// # Errors
/// A part that is asked for would have no rows.
pub(crate) fn split(rows: &[u32], classes: &[u32], count: usize, spec: &DataSpec) -> Result<Parts> {
    let n = rows.len();
    let (validation, test) = spec.fractions();
    let parts = if spec.split == "last" {
        let train_end = (n as f64 * (1.0 - (validation + test))).floor() as usize;
        let validation_end = ((n as f64 * (1.0 - test)).floor() as usize).clamp(train_end, n);
        Parts {
            train: rows[..train_end].to_vec(),
            validation: rows[train_end..validation_end].to_vec(),
            test: rows[validation_end..].to_vec(),
        }
    } else {
        random(rows, classes, count, (n as f64 * validation).round() as usize, (n as f64 * test).round() as usize, spec)
    };
    for (name, share, part) in
        [("training", 1.0, &parts.train), ("validation", validation, &parts.validation), ("test", test, &parts.test)]
    {
        if share > 0.0 && part.is_empty() {
            let what = format!("{n} rows with a target are too few: none is left for the {name}");
            return Err(Error::input(what)
                .help("set --validation-split or --test-split to 0, or to other shares, or give more rows"));
        }
    }
    Ok(parts)
}

fn random(rows: &[u32], classes: &[u32], count: usize, validation: usize, test: usize, spec: &DataSpec) -> Parts {
    let mut sizes = vec![0usize; count];
    for class in classes {
        sizes[*class as usize] += 1;
    }
    let room: Vec<usize> = sizes.iter().map(|s| s.saturating_sub(1)).collect();
    let mut in_test = share_out(test, &sizes, &room);
    let room: Vec<usize> = room.iter().zip(&in_test).map(|(r, t)| r - t).collect();
    let mut in_validation = share_out(validation, &sizes, &room);

    let mut order = vec![0; rows.len()];
    Stream::new(spec.seed, Purpose::Split, "").permutation(Simd::detect(), &mut order);
    let mut parts = Parts { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
    for i in order {
        let class = classes[i as usize] as usize;
        let part = if in_test[class] > 0 {
            in_test[class] -= 1;
            &mut parts.test
        } else if in_validation[class] > 0 {
            in_validation[class] -= 1;
            &mut parts.validation
        } else {
            &mut parts.train
        };
        part.push(rows[i as usize]);
    }
    for part in [&mut parts.train, &mut parts.validation, &mut parts.test] {
        part.sort_unstable();
    }
    parts
}

/// Shares `total` out over classes in proportion to `sizes`, at most `room` for each: the whole parts first, then one
/// each to the largest remainders (ties to the first class), and over again where there was no room.
fn share_out(total: usize, sizes: &[usize], room: &[usize]) -> Vec<usize> {
    // Classes without room count for nothing, so that the others make up for them.
    let sizes: Vec<u128> = sizes.iter().zip(room).map(|(s, r)| if *r > 0 { *s as u128 } else { 0 }).collect();
    let sum = sizes.iter().sum::<u128>().max(1);
    let mut shares: Vec<usize> =
        sizes.iter().zip(room).map(|(s, r)| ((s * total as u128 / sum) as usize).min(*r)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|c| (std::cmp::Reverse(sizes[*c] * total as u128 % sum), *c));
    let mut left = total.min(room.iter().sum()) - shares.iter().sum::<usize>();
    while left > 0 {
        for class in &order {
            if left > 0 && shares[*class] < room[*class] {
                shares[*class] += 1;
                left -= 1;
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: u32) -> Vec<u32> {
        (0..n).collect()
    }

    fn spec(validation_split: f64, test_split: f64, split: &str) -> DataSpec {
        DataSpec { validation_split, test_split, split: split.into(), ..DataSpec::default() }
    }

    #[test]
    fn classes_keep_their_shares_and_totals_are_right() {
        // 101 rows: 70, 26, 4 and 1 of four classes; 20 + 20 rows are kept back.
        let classes: Vec<u32> =
            (0..101).map(|i| [0, 70, 96, 100].iter().filter(|s| i >= **s).count() as u32 - 1).collect();
        let p = split(&rows(101), &classes, 4, &spec(0.2, 0.2, "random")).unwrap();
        assert_eq!((p.train.len(), p.validation.len(), p.test.len()), (61, 20, 20));
        let count = |part: &[u32], class| part.iter().filter(|r| classes[**r as usize] == class).count();
        // 20 * 70/100 = 14, 20 * 26/100 = 5.2, 20 * 4/100 = 0.8.
        assert_eq!([0, 1, 2, 3].map(|c| count(&p.test, c)), [14, 5, 1, 0]);
        assert_eq!([0, 1, 2, 3].map(|c| count(&p.validation, c)), [14, 5, 1, 0]);
        let mut all = [p.train, p.validation, p.test].concat();
        all.sort_unstable();
        assert_eq!(all, rows(101));
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let one = split(&rows(50), &[0; 50], 1, &spec(0.2, 0.2, "random")).unwrap();
        assert_eq!(one, split(&rows(50), &[0; 50], 1, &spec(0.2, 0.2, "random")).unwrap());
        let other = DataSpec { seed: 2, ..DataSpec::default() };
        assert_ne!(one, split(&rows(50), &[0; 50], 1, &other).unwrap());
    }

    #[test]
    fn the_last_rows_are_cut_as_keras_does() {
        let p = split(&rows(7), &[0; 7], 1, &spec(0.2, 0.0, "last")).unwrap();
        // floor(7 * 0.8) = 5.
        assert_eq!((p.train, p.validation, p.test.len()), (rows(5), vec![5, 6], 0));
        let p = split(&rows(10), &[0; 10], 1, &spec(0.2, 0.2, "last")).unwrap();
        assert_eq!((p.train, p.validation, p.test), (rows(6), vec![6, 7], vec![8, 9]));
    }

    #[test]
    fn a_part_without_rows_is_an_error() {
        let e = split(&rows(2), &[0; 2], 1, &spec(0.2, 0.2, "random")).unwrap_err();
        assert!(e.message().contains("too few"), "{e}");
        // Classes with one row each leave nothing to keep back.
        let e = split(&rows(10), &rows(10), 10, &spec(0.2, 0.0, "random")).unwrap_err();
        assert!(e.message().contains("validation"), "{e}");
        assert!(split(&rows(1), &[0], 1, &spec(0.0, 0.0, "random")).is_ok());
    }
}
