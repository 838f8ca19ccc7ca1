//! The split: which rows are held out.

use crate::SplitMethod;
use crate::spec::spec::DataSpec;
use treino_core::{Error, Result};
use treino_engine::random::{Purpose, Stream};
use treino_engine::simd::Simd;

/// The rows of the three parts, each in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub train: Vec<u32>,
    pub validation: Vec<u32>,
    pub test: Vec<u32>,
}

/// Splits `rows`. `classes` gives the class of each of them (all 0 for regression); `count` is the number of classes.
///
/// A random split takes `round(n * share)` rows for test and validation, distributed over the classes in proportion by
/// the largest remainder method; each class keeps a row for training. The last rows, as Keras does it, are cut at
/// `floor(n * (1 - share))`. With folds, the rows outside the test are assigned in turn, class after class, so that
/// folds differ by one row at most, and by one row of each class; without a random split they are blocks of the file.
///
/// # Errors
/// Returns an error if a requested part would have no rows.
pub(crate) fn split(rows: &[u32], classes: &[u32], count: usize, spec: &DataSpec) -> Result<Parts> {
    let n = rows.len();
    let (validation, test) = spec.fractions();
    let parts = if let Some(folds) = spec.folds {
        one_fold(rows, classes, count, (n as f64 * test).round() as usize, folds, spec)
    } else if spec.split == SplitMethod::Last {
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
                .help("set `data.validation_split` or `data.test_split` to 0, or to other shares, or give more rows"));
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

    let mut parts = Parts { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
    let take = |i: u32, left: &mut [usize]| {
        let left = &mut left[classes[i as usize] as usize];
        *left = left.saturating_sub(1);
    };
    let has = |i: u32, left: &[usize]| left[classes[i as usize] as usize] > 0;
    let mut others = Vec::new();
    for i in permutation(rows.len(), spec.seed) {
        if has(i, &in_test) {
            take(i, &mut in_test);
            parts.test.push(rows[i as usize]);
        } else {
            others.push(i);
        }
    }
    for i in reordered(others, spec) {
        let part = if has(i, &in_validation) { &mut parts.validation } else { &mut parts.train };
        take(i, &mut in_validation);
        part.push(rows[i as usize]);
    }
    parts.sorted()
}

/// One fold for validation, the others for training.
fn one_fold(rows: &[u32], classes: &[u32], count: usize, test: usize, folds: usize, spec: &DataSpec) -> Parts {
    let mut parts = Parts { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
    let mut others: Vec<u32>;
    if spec.split == SplitMethod::Last {
        let cut = rows.len() - test;
        parts.test = rows[cut..].to_vec();
        others = (0..cut as u32).collect();
    } else {
        // The test is the same rows as without folds.
        let whole = random(rows, classes, count, 0, test, spec);
        others = (0..rows.len() as u32).filter(|i| whole.test.binary_search(&rows[*i as usize]).is_err()).collect();
        parts.test = whole.test;
        let place: Vec<u32> = permutation(rows.len(), spec.validation_seed.unwrap_or(spec.seed));
        let mut rank = vec![0; rows.len()];
        place.iter().enumerate().for_each(|(at, i)| rank[*i as usize] = at);
        others.sort_by_key(|i| (classes[*i as usize], rank[*i as usize]));
    }
    let n = others.len();
    for (at, i) in others.into_iter().enumerate() {
        let fold = if spec.split == SplitMethod::Last { at * folds / n } else { at % folds };
        let part = if fold + 1 == spec.fold { &mut parts.validation } else { &mut parts.train };
        part.push(rows[i as usize]);
    }
    parts.sorted()
}

fn permutation(n: usize, seed: u64) -> Vec<u32> {
    let mut order = vec![0; n];
    Stream::new(seed, Purpose::Split, "").permutation(Simd::detect(), &mut order);
    order
}

/// The rows outside the test, in the order in which they are taken for validation.
fn reordered(others: Vec<u32>, spec: &DataSpec) -> Vec<u32> {
    match spec.validation_seed {
        Some(seed) if seed != spec.seed => {
            permutation(others.len(), seed).into_iter().map(|at| others[at as usize]).collect()
        }
        _ => others,
    }
}

impl Parts {
    fn sorted(mut self) -> Parts {
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            part.sort_unstable();
        }
        self
    }
}

/// Distributes `total` over classes in proportion to `sizes`, at most `room` for each: the integer parts first, then
/// one each to the largest remainders (ties to the first class), and again if a class was full.
fn share_out(total: usize, sizes: &[usize], room: &[usize]) -> Vec<usize> {
    // Full classes count as zero, so that the others replace them.
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
        DataSpec { validation_split, test_split, split: split.parse().unwrap(), ..DataSpec::default() }
    }

    #[test]
    fn classes_keep_their_shares_and_totals_are_right() {
        // 101 rows: 70, 26, 4 and 1 of four classes; 20 + 20 rows are held out.
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
    fn folds_are_even_and_each_row_is_in_one() {
        // 103 rows: 60, 30 and 13 of three classes.
        let classes: Vec<u32> = (0..103).map(|i| [60, 90].iter().filter(|s| i >= **s).count() as u32).collect();
        for (order, seed) in [("random", None), ("random", Some(9)), ("last", None)] {
            let spec = |fold| DataSpec {
                folds: Some(4),
                fold,
                validation_seed: seed,
                test_split: 0.2,
                split: order.parse().unwrap(),
                ..DataSpec::default()
            };
            let parts: Vec<Parts> = (1..=4).map(|fold| split(&rows(103), &classes, 3, &spec(fold)).unwrap()).collect();
            assert!(parts.iter().all(|p| p.test == parts[0].test && p.test.len() == 21));
            assert!(parts.iter().all(|p| p.train.len() + p.validation.len() == 82));
            let mut all: Vec<u32> = parts.iter().flat_map(|p| p.validation.clone()).collect();
            assert!(parts.iter().all(|p| [20, 21].contains(&p.validation.len())));
            all.extend(&parts[0].test);
            all.sort_unstable();
            assert_eq!(all, rows(103));
            if order == "random" {
                for class in 0..3 {
                    let of = |p: &Parts| p.validation.iter().filter(|r| classes[**r as usize] == class).count();
                    let counts: Vec<usize> = parts.iter().map(of).collect();
                    assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
                }
                let whole = split(&rows(103), &classes, 3, &DataSpec { folds: None, ..spec(1) }).unwrap();
                assert_eq!(whole.test, parts[0].test);
            }
        }
    }

    #[test]
    fn another_seed_for_validation_leaves_the_test() {
        let at = |validation_seed| {
            split(&rows(60), &[0; 60], 1, &DataSpec { validation_seed, ..DataSpec::default() }).unwrap()
        };
        let (own, same, other) = (at(None), at(Some(1)), at(Some(2)));
        assert_eq!(own, same);
        assert_eq!(own.test, other.test);
        assert_ne!(own.validation, other.validation);
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
        // Classes with one row each leave nothing to hold out.
        let e = split(&rows(10), &rows(10), 10, &spec(0.2, 0.0, "random")).unwrap_err();
        assert!(e.message().contains("validation"), "{e}");
        assert!(split(&rows(1), &[0], 1, &spec(0.0, 0.0, "random")).is_ok());
    }
}
