//! Prepares the data of a spec for training.

use crate::cell::number::Decimal;
use crate::column::dataset::{Dataset, Prepared};
use crate::column::stats::{level_counts, moments};
use crate::column::summary::{Distribution, Summary};
use crate::column::table::Table;
use crate::column::target::{Target, TargetValues};
use crate::encode::{no_row, rows_with_targets};
use crate::fit::absent;
use crate::fit::column_encoding;
use crate::fit::fit::{fit, median, seen};
use crate::repeated::repeated;
use crate::source::source::TableSource;
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use crate::split::split;
use crate::{RecipeMode, Scaling};
use treino_core::rows::ColumnEncodings;
use treino_core::{Error, Result};

/// Reads the files that a spec names and makes them ready for training. See [`prepare_table`].
///
/// # Errors
/// Returns an error if the spec names no file, a file cannot be read, or the table cannot be used as the spec requires.
pub fn prepare(spec: &DataSpec) -> Result<Prepared> {
    prepare_for(spec, &ColumnEncodings::default())
}

/// [`prepare`] for a network whose layers need special column encodings.
///
/// # Errors
/// As [`prepare`]; also returns an error if columns do not exist or cannot be encoded so.
pub fn prepare_for(spec: &DataSpec, readings: &ColumnEncodings) -> Result<Prepared> {
    spec.check()?;
    let Some(path) = &spec.path else {
        return Err(Error::input("there is no table to read").help("name a CSV or Parquet file"));
    };
    let source = TableSource::from_argument(path)?;
    let mut table = super::read(&source, spec)?;
    let spec = &spec.for_columns(&table.names());
    let (texts, codes) = (column_encoding::texts(readings, &table, spec), column_encoding::codes(readings, &table));
    if !texts.is_empty() || !codes.is_empty() {
        let categorical = spec.categorical.iter().cloned().chain(texts).collect();
        let numeric = spec.numeric.iter().cloned().chain(codes).collect();
        table = super::read(&source, &DataSpec { categorical, numeric, ..spec.clone() })?;
    }
    prepare_table_for(table, spec, readings)
}

/// Makes a table ready for training: finds the task, holds out rows for validation and test, fits the recipe on the
/// training rows and encodes all parts. Separate files for validation and test are read here.
///
/// # Errors
/// Returns an error if the target does not exist or cannot be predicted, a weight is negative or missing, there are too
/// few rows for the split, or no input column is left.
pub fn prepare_table(table: Table, spec: &DataSpec) -> Result<Prepared> {
    prepare_table_for(table, spec, &ColumnEncodings::default())
}

/// [`prepare_table`] for a network whose layers need special column encodings.
///
/// # Errors
/// As [`prepare_table`]; also returns an error if columns do not exist or cannot be encoded so.
pub fn prepare_table_for(table: Table, spec: &DataSpec, readings: &ColumnEncodings) -> Result<Prepared> {
    spec.check()?;
    if let Some(column) = table.columns.iter().find(|c| c.rows().is_some_and(|n| n != table.rows)) {
        return Err(Error::input(format!("column \"{}\" has not {} rows as the table has", column.name, table.rows)));
    }
    let spec = &spec.for_columns(&table.names());
    let mut notes = table.notes.clone();
    let place = |e: Error| e.in_file(&table.name);
    let (columns, weight) = roles(&table, spec)?;

    let mut targets = Vec::with_capacity(columns.len());
    let mut cells = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().map(|column| &table.columns[*column]).enumerate() {
        let find = if at == 0 { Target::new } else { Target::further };
        let target = find(column, spec, &mut notes).map_err(place)?;
        cells.push(target.cells(column, table.rows, [Decimal::Point; 2]).map_err(place)?);
        targets.push(target);
    }
    let rows = rows_with_targets(&cells, table.rows);
    if rows.is_empty() {
        return Err(place(no_row(&targets.iter().collect::<Vec<_>>(), &cells)));
    }
    let mut set_aside = table.rows - rows.len();
    // The split can be stratified by one target only: the first one.
    let classes: Vec<u32> = match &cells[0] {
        TargetValues::Classes(codes) => rows.iter().map(|r| codes[*r as usize]).collect(),
        TargetValues::Numbers(_) => vec![0; rows.len()],
    };
    let parts = split(&rows, &classes, targets[0].classes.len().max(1), spec).map_err(place)?;
    for ((target, cells), column) in targets.iter_mut().zip(&cells).zip(&columns) {
        target.seen = seen(&table.columns[*column], &parts.train);
        if let TargetValues::Numbers(numbers) = cells {
            scale_target(target, numbers, &parts.train, spec).map_err(place)?;
        }
    }
    let summary = summary(&table, &columns, &targets, &cells);

    let recipe = fit(&table, &parts.train, &columns, weight, spec, readings, &mut notes)?;
    let all: Vec<&Target> = targets.iter().collect();
    let places: Vec<usize> = recipe.inputs.iter().map(|i| i.position).collect();
    let weights = weight.map(|w| &table.columns[w]);
    let dataset = |rows: Vec<u32>| recipe.dataset(&table, &places, &all, &cells, weights, rows);
    let some = |rows: Vec<u32>| if rows.is_empty() { Ok(None) } else { dataset(rows).map(Some) };
    let train = dataset(parts.train)?;
    let mut validation = some(parts.validation)?;
    let mut test = some(parts.test)?;
    drop(table);

    for (path, part, option) in
        [(&spec.validation, &mut validation, "`data.validation`"), (&spec.test, &mut test, "`data.test`")]
    {
        if let Some(path) = path {
            let source = TableSource::from_argument(path)?;
            // The format of the table says nothing about another file.
            let written = DataSpec { decimal: None, skip_footer: 0, ..spec.clone() };
            let mut differs = Vec::new();
            let (found, aside) = recipe.encode_with_targets(&all, &source, &written, &mut differs).map_err(|e| {
                let too = if all.len() == 1 { "the target too" } else { "the targets too" };
                e.help(format!(
                    "this is the file that {option} names; it needs the columns of the training file, {too}"
                ))
            })?;
            set_aside += aside;
            notes.extend(
                differs.into_iter().map(|note| Note { text: format!("{} ({option} {path})", note.text), ..note }),
            );
            *part = Some(found);
        }
    }
    check_parts([("training", Some(&train)), ("validation", validation.as_ref()), ("test", test.as_ref())])?;
    for (part, name) in [(&validation, "validation"), (&test, "test")] {
        notes.extend(part.as_ref().and_then(|part| repeated(&train, part, name)));
    }
    for (at, target) in targets.iter().enumerate() {
        let others = [("validation", validation.as_ref()), ("test", test.as_ref())];
        notes.extend(absent::notes(target, at, &train, others, spec));
    }
    if set_aside > 0 {
        let rows = if set_aside == 1 { "1 row has".to_string() } else { format!("{set_aside} rows have") };
        notes.push(match &targets[..] {
            [target] => Note::about(&target.name, format!("{rows} no value and cannot be used")),
            _ => Note::new(format!("{rows} no value in one of the targets and cannot be used")),
        });
    }
    let target = targets.remove(0);
    Ok(Prepared { recipe, target, more_targets: targets, train, validation, test, set_aside, notes, summary })
}

/// The positions of the target columns and of the column of weights.
fn roles(table: &Table, spec: &DataSpec) -> Result<(Vec<usize>, Option<usize>)> {
    let place = |e: Error| e.in_file(&table.name);
    let Some(name) = &spec.target else {
        return Err(place(Error::input("there is no target: which column is to be predicted?"))
            .nearest("", table.columns.iter().map(|c| c.name.as_str())));
    };
    let mut columns = vec![table.position(name)?];
    for name in &spec.more_targets {
        let column = table.position(name)?;
        if columns.contains(&column) {
            return Err(place(Error::input(format!("column \"{name}\" is a target twice"))));
        }
        columns.push(column);
    }
    let weight = spec.weight.as_ref().map(|w| table.position(w)).transpose()?;
    if let Some(target) = columns.iter().find(|column| weight == Some(**column)) {
        let name = &table.columns[*target].name;
        return Err(place(Error::input(format!("column \"{name}\" cannot be the target and the weight"))));
    }
    for name in &spec.ignore {
        table.position(name)?;
    }
    if let Some(weight) = weight {
        check_weights(table, weight)?;
    }
    Ok((columns, weight))
}

/// Returns an error for parts without rows or weight: they cannot be used for training or evaluation.
fn check_parts<'a>(parts: impl IntoIterator<Item = (&'static str, Option<&'a Dataset>)>) -> Result<()> {
    for (name, part) in parts {
        let Some(part) = part else { continue };
        if part.is_empty() {
            return Err(Error::input(format!("there are no {name} rows")));
        }
        if weight_sum(part).is_some_and(|sum| sum <= 0.0) {
            let e = Error::input(format!("the weights of all {name} rows are 0"));
            return Err(e.help("rows without weight can be left out of the file, or the split be another"));
        }
    }
    Ok(())
}

fn weight_sum(dataset: &Dataset) -> Option<f64> {
    dataset.weights.as_ref().map(|w| w.iter().map(|w| f64::from(*w)).sum())
}

/// Weights from a file were checked as they were read, with their lines; those in memory are checked here.
fn check_weights(table: &Table, weight: usize) -> Result<()> {
    let column = &table.columns[weight];
    for row in 0..table.rows {
        let w = if column.rows().is_some() { column.values.number(row) } else { f64::NAN };
        if w.is_nan() || w < 0.0 {
            return Err(Error::input(format!(
                "column \"{}\": the weight in row {} is {}, and must be a number of at least 0",
                column.name,
                row + 1,
                if w.is_nan() { "missing".to_string() } else { w.to_string() }
            ))
            .in_file(&table.name));
        }
    }
    Ok(())
}

/// Fits mean and sd of a regression target on the training rows.
fn scale_target(target: &mut Target, numbers: &[f64], train: &[u32], spec: &DataSpec) -> Result<()> {
    let values = || train.iter().map(|r| numbers[*r as usize]);
    let (min, max) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if min == max {
        return Err(Error::input(format!(
            "the target \"{}\" is {min} in every training row: there is nothing to learn",
            target.name
        )));
    }
    // The network computes in single precision, and so do the metrics in the target's units.
    let too = |size: &str, help: &str| {
        Err(Error::input(format!("the numbers of the target \"{}\" are too {size}", target.name)).help(help))
    };
    if max.abs().max(min.abs()) > f64::from(f32::MAX) / 1e6 {
        return too("large", "divide them by something");
    }
    if max - min < f64::from(f32::MIN_POSITIVE) * 1e6 {
        return too("small or too near to each other", "multiply them by something");
    }
    if spec.target_scale == Scaling::None || spec.recipe == RecipeMode::None {
        return Ok(());
    }
    let guess = values().sum::<f64>() / train.len() as f64;
    let (mean, sd) = moments(values(), train.len() as u64, guess, max - min);
    if !(mean.is_finite() && sd.is_finite() && sd > 0.0) {
        return Err(Error::input(format!("the numbers of the target \"{}\" are too large to be scaled", target.name))
            .help("divide them by something"));
    }
    (target.mean, target.sd) = (mean, sd);
    Ok(())
}

fn summary(table: &Table, columns: &[usize], targets: &[Target], cells: &[TargetValues]) -> Summary {
    let mut kinds = table.kinds();
    for (kind, count) in &mut kinds {
        *count -= columns.iter().filter(|column| table.columns[**column].kind == *kind).count();
    }
    kinds.retain(|(_, n)| *n > 0);
    let of = |at: usize| match &cells[at] {
        TargetValues::Numbers(numbers) => {
            let mut present: Vec<f64> = numbers.iter().copied().filter(|v| !v.is_nan()).collect();
            let s = &table.columns[columns[at]].stats;
            Distribution::Numbers { min: s.min, median: median(&mut present), max: s.max, mean: s.mean, sd: s.sd }
        }
        TargetValues::Classes(codes) => {
            let classes = &targets[at].classes;
            let counts = level_counts(classes.len(), codes.iter().copied());
            Distribution::Classes(classes.iter().cloned().zip(counts).collect())
        }
    };
    Summary {
        source: table.name.clone(),
        rows: table.rows,
        columns: table.columns.len(),
        kinds,
        missing: table.missing() - columns.iter().map(|column| table.columns[*column].stats.missing).sum::<usize>(),
        dialect: table.dialect,
        distribution: of(0),
        more_distributions: (1..targets.len()).map(of).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SplitMethod;
    use crate::Task;

    fn prepared(text: &str, spec: &DataSpec) -> Result<Prepared> {
        prepare_table(crate::read(&TableSource::text("t.csv", text), spec)?, spec)
    }

    fn file(name: &str) -> String {
        format!("{}/../../datasets/{name}.csv", env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn pima_is_understood() {
        let p = prepare(&DataSpec::new(&file("pima"), "diabetes")).unwrap();
        assert_eq!(
            (p.target.task, p.target.classes.as_slice()),
            (Task::Binary, &["neg".to_string(), "pos".into()][..])
        );
        // 8 numbers, 5 of them with missing cells; 768 rows: round(153.6) = 154 each are held out.
        assert_eq!(p.recipe.features(), 13);
        assert_eq!((p.train.len(), p.validation.unwrap().len(), p.test.unwrap().len()), (460, 154, 154));
        assert_eq!(p.summary.distribution, Distribution::Classes(vec![("neg".into(), 500), ("pos".into(), 268)]));
        // A scaled column has mean 0 and sd 1 over the training rows.
        let x = p.train.x.column(0);
        let mean = x.iter().map(|v| f64::from(*v)).sum::<f64>() / 460.0;
        let var = x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 460.0;
        assert!(mean.abs() < 1e-6 && (var - 1.0).abs() < 1e-5, "{mean} {var}");
    }

    #[test]
    fn every_example_table_is_understood() {
        for (name, target, task, rows) in [
            ("iris", "species", Task::Multiclass, 150),
            ("penguins", "species", Task::Multiclass, 344),
            ("heart", "diameter_narrowing", Task::Binary, 303),
            ("diabetes", "progression", Task::Regression, 442),
            ("telco_churn", "churn", Task::Binary, 7043),
            ("letter", "lettr", Task::Multiclass, 20_000),
            ("ames", "Sale_Price", Task::Regression, 2930),
        ] {
            let p = prepare(&DataSpec::new(&file(name), target)).unwrap();
            assert_eq!((p.target.task, p.summary.rows, p.set_aside), (task, rows, 0), "{name}");
            assert!(p.recipe.left_out.is_empty(), "{name}: {:?}", p.recipe.left_out);
            for part in [Some(&p.train), p.validation.as_ref(), p.test.as_ref()].into_iter().flatten() {
                assert_eq!(part.x.cols(), p.recipe.features());
                assert!(part.x.as_slice().iter().chain(part.y.as_slice()).all(|v| v.is_finite()));
            }
        }
    }

    #[test]
    fn a_recipe_of_none_uses_numbers_as_they_are() {
        let spec = DataSpec {
            recipe: RecipeMode::None,
            validation_split: 0.0,
            split: SplitMethod::Last,
            ..DataSpec::new("", "y")
        };
        let p = prepared("a,y,b\n1,10.5,2\n3,20.5,4\n5,30,6\n7,5,8\n", &spec).unwrap();
        assert_eq!(
            (p.train.x.as_slice(), p.train.y.as_slice()),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..], &[10.5, 20.5, 30.0][..])
        );
        assert_eq!((p.test.unwrap().rows, p.target.mean, p.target.sd), (vec![3], 0.0, 1.0));
        for (text, word) in [("a,y\nu,1\nv,2\nu,3.5\n", "category"), ("a,y\n1,1\n,2.5\n", "missing")] {
            let e = prepared(text, &spec).unwrap_err();
            assert!(e.message().contains(word), "{e}");
        }
    }

    #[test]
    fn a_number_is_scaled_by_its_training_rows() {
        let spec = DataSpec { validation_split: 0.0, split: SplitMethod::Last, ..DataSpec::new("", "y") };
        let p = prepared("a,y\n1,10\n3,\n5,30.5\n7,49.5\n2,10\n4,1000\n", &spec).unwrap();
        // The training rows have 10, 30.5, 49.5 and 10: mean 25.
        assert_eq!((p.set_aside, p.target.mean, p.train.rows.as_slice()), (1, 25.0, &[0, 2, 3, 4][..]));
        assert!((p.target.restore(p.train.y.as_slice()[2]) - 49.5).abs() < 1e-5);
        assert!(p.notes.iter().any(|n| n.text.contains("1 row has no value")));
    }

    #[test]
    fn files_of_their_own_take_the_place_of_a_split() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.csv");
        std::fs::write(&path, "y,a\nno,3\nyes,4\n,5\n").unwrap();
        let spec =
            DataSpec { test: Some(path.display().to_string()), validation_split: 0.25, ..DataSpec::new("", "y") };
        let p = prepared("a,y\n1,no\n2,yes\n3,no\n4,yes\n1,no\n2,yes\n3,no\n4,yes\n", &spec).unwrap();
        assert_eq!((p.train.len(), p.validation.unwrap().len(), p.set_aside), (6, 2, 1));
        let test = p.test.unwrap();
        assert_eq!((test.rows, test.y.as_slice()), (vec![0, 1], &[0.0, 1.0][..]));
    }

    #[test]
    fn weights_come_along() {
        let spec =
            DataSpec { weight: Some("w".into()), validation_split: 0.0, test_split: 0.0, ..DataSpec::new("", "y") };
        let p = prepared("a,w,y\n1,0.5,0\n2,2,1\n3,1,0\n", &spec).unwrap();
        assert_eq!(p.train.weights.unwrap(), [0.5, 2.0, 1.0]);
        assert_eq!(p.recipe.feature_names(), ["a"]);
        let e = prepared("a,w,y\n1,0,0\n2,0,1\n", &spec).unwrap_err();
        assert!(e.message().contains("all training rows are 0"), "{e}");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let message = |text: &str, spec: &DataSpec| prepared(text, spec).unwrap_err().to_string();
        let spec = DataSpec::new("", "y");
        assert!(message("a,z\n1,2\n", &spec).contains("no column \"y\""));
        assert!(message("a,y\n1,\n2,\n", &spec).contains("no value in any row"));
        assert!(message("y\n1\n2\n1\n2\n1\n2\n1\n2\n1\n2\n", &spec).contains("no column is left"));
        assert!(message("a,y\n1,0\n2,1\n", &spec).contains("too few"));
        assert!(message("a,y\n1,2020-01-01\n2,2020-01-02\n", &spec).contains("is a date"));
        assert!(message("a,y\n1,0\n", &DataSpec { target: None, ..spec }).contains("no target"));
        assert!(prepare(&DataSpec::default()).unwrap_err().message().contains("no table"));
        let e = prepare(&DataSpec::new("no/such.csv", "y")).unwrap_err();
        assert!(e.message().contains("no such file"));
    }
}
