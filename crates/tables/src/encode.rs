//! Applying a recipe: from the columns of a table to the matrix of a network.

use crate::cell::date::{hour_cycle, month_cycle, parts, weekday_cycle};
use crate::cell::number::Decimal;
use crate::cell::text::composed;
use crate::column::column::{Column, ColumnKind, Values};
use crate::column::dataset::Dataset;
use crate::column::levels::Levels;
use crate::column::recipe::{Encoding, InputColumn, Recipe};
use crate::column::storage_type::StorageType;
use crate::column::table::Table;
use crate::column::target::{Target, TargetValues};
use crate::fit::column_encoding::{EncodedLevels, refused};
use crate::fit::compare::{units, with_training};
use crate::fit::fit::days;
use crate::load::load::{ReadOptions, StoredColumn, load, names};
use crate::source::source::{OpenedTable, TableSource};
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;
use std::collections::BTreeMap;
use treino_core::rows::Matrix;
use treino_core::{Error, Result};

/// A column that is read in addition to the inputs.
struct Extra<'a> {
    name: &'a str,
    /// Its position in the training file.
    position: usize,
    plan: StorageType,
    /// The range of the training rows, if known.
    range: Option<[f64; 2]>,
}

impl<'a> Extra<'a> {
    fn target(target: &'a Target, position: usize) -> Self {
        Extra { name: &target.name, position, plan: target.plan(), range: target.range() }
    }
}

/// The number of rows that are filled column by column at a time: few enough to stay in the cache.
const BLOCK: usize = 256;

impl Recipe {
    /// The inputs of every row of a raw file, for prediction: rows x [`features`](Recipe::features).
    ///
    /// Columns are found by name, in any order, and other columns are ignored. A file without a header must have the
    /// columns of the training file, either with all targets or with none. An unseen level gets the input for other
    /// levels. `spec` describes the format of the file as far as it is known; unexpected content of the file is added
    /// to `notes`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, lacks columns, or holds something other than a number where the
    /// model needs one; or if the decimal separator or unit (percentages, times) of numbers differs from that of
    /// training, or is ambiguous.
    pub fn encode(&self, source: &TableSource, spec: &DataSpec, notes: &mut Vec<Note>) -> Result<Matrix> {
        let (table, places, _) = self.load(source, spec, &[], notes)?;
        self.encode_columns(&table, &places, &(0..table.rows as u32).collect::<Vec<_>>())
    }

    /// The inputs and targets of a raw file, for evaluation, and the number of rows without a target, which are set
    /// aside. Weights are read if `spec` names a column for them. `targets` are those that the recipe was fitted with,
    /// in their order.
    ///
    /// # Errors
    /// As for [`encode`](Recipe::encode); also returns an error if a target is missing in all rows, or has a class that
    /// the model does not know.
    pub fn encode_with_targets(
        &self,
        targets: &[&Target],
        source: &TableSource,
        spec: &DataSpec,
        notes: &mut Vec<Note>,
    ) -> Result<(Dataset, usize)> {
        let positions = std::iter::once(&self.target).chain(&self.more_targets);
        let mut extra: Vec<Extra<'_>> = targets.iter().zip(positions).map(|(t, at)| Extra::target(t, *at)).collect();
        if let Some(weight) = &spec.weight {
            extra.push(Extra { name: weight, position: usize::MAX, plan: StorageType::Weight, range: None });
        }
        let (table, places, found) = self.load(source, spec, &extra, notes)?;
        let mut cells = Vec::with_capacity(targets.len());
        for (target, at) in targets.iter().zip(&found) {
            let column = &table.columns[*at];
            let found = target.cells(column, table.rows, self.marks(&table));
            cells.push(found.map_err(|e| e.in_file(&table.name))?);
            let trained = target.seen.as_ref().map(|seen| seen.unit.as_ref());
            notes.extend(units(column, trained).map_err(|e| e.in_file(&table.name))?);
        }
        let rows = rows_with_targets(&cells, table.rows);
        if rows.is_empty() {
            return Err(no_row(targets, &cells).in_file(&table.name));
        }
        let weights = found.get(targets.len()).map(|w| &table.columns[*w]);
        let set_aside = table.rows - rows.len();
        Ok((self.dataset(&table, &places, targets, &cells, weights, rows)?, set_aside))
    }

    /// The inputs of every row of a table in memory; columns are found by name.
    ///
    /// # Errors
    /// Returns an error if the table lacks columns, or has them with another type.
    pub fn encode_table(&self, table: &Table) -> Result<Matrix> {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        let wanted: Vec<&str> = self.inputs.iter().map(|i| i.name.as_str()).collect();
        let places = find(&wanted, &names, &table.name)?;
        self.encode_columns(table, &places, &(0..table.rows as u32).collect::<Vec<_>>())
    }

    /// Reads the columns that are needed: the inputs and `extra` ones.
    /// Returns the table, and where in it the inputs and the extra columns are.
    fn load(
        &self,
        source: &TableSource,
        spec: &DataSpec,
        extra: &[Extra<'_>],
        notes: &mut Vec<Note>,
    ) -> Result<(Table, Vec<usize>, Vec<usize>)> {
        let opened = OpenedTable::open(source)?;
        let mut spec = spec.clone();
        let names = self.names(&opened, &mut spec, extra)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let file = opened.source.name();
        if self.header && spec.header {
            self.need_target(&names, extra, &file)?;
        }
        let mut places = if self.header && spec.header {
            let wanted = self.inputs.iter().map(|i| i.name.as_str()).chain(extra.iter().map(|e| e.name));
            find(&wanted.collect::<Vec<_>>(), &names, &file)?
        } else {
            self.places_by_position(&names, extra, &file)?
        };
        let inputs = self.inputs.iter().map(|input| (plan(input), input.range()));
        let plans = inputs.chain(extra.iter().map(|e| (e.plan, e.range)));
        let planned =
            |(position, (plan, range)): (&usize, (StorageType, _))| StoredColumn { position: *position, plan, range };
        let plans = places.iter().zip(plans).map(planned).collect();
        spec.missing.extend(self.missing.iter().cloned());
        let mut table = load(&opened, &spec, &ReadOptions { plans: Some(plans), decimal: self.decimal })?;
        notes.append(&mut table.notes);
        let found = places.split_off(self.inputs.len());
        for (at, (input, place)) in self.inputs.iter().zip(&places).enumerate() {
            if !places[..at].contains(place) {
                let column = &table.columns[*place];
                let differs = with_training(input, column, table.rows, self.marks(&table));
                notes.extend(differs.map_err(|e| e.in_file(&table.name))?);
            }
        }
        Ok((table, places, found))
    }

    /// The names of the columns of a file. A delimiter and a number of lines above the header that were meant for
    /// another file are removed from `spec` if the file has the columns without them.
    fn names(&self, opened: &OpenedTable, spec: &mut DataSpec, extra: &[Extra<'_>]) -> Result<Vec<String>> {
        let found = names(opened, spec);
        let wanted = || self.inputs.iter().map(|i| i.name.as_str()).chain(extra.iter().map(|e| e.name));
        let complete = |names: &[String]| wanted().all(|name| names.contains(&composed(name)));
        let open = DataSpec { delimiter: None, skip_rows: None, ..spec.clone() };
        if open == *spec || !self.header || !spec.header || found.as_ref().is_ok_and(|names| complete(names)) {
            return found;
        }
        match names(opened, &open) {
            Ok(names) if complete(&names) => {
                *spec = open;
                Ok(names)
            }
            _ => found,
        }
    }

    /// The decimal separators of the training file and of a table.
    fn marks(&self, table: &Table) -> [Decimal; 2] {
        [self.decimal, table.dialect.map(|dialect| dialect.decimal)].map(|mark| mark.unwrap_or(Decimal::Point))
    }

    /// Explains a file that lacks nothing but a target (the first of `extra` are the targets).
    fn need_target(&self, names: &[&str], extra: &[Extra<'_>], file: &str) -> Result<()> {
        let lacks = |name: &str| !names.contains(&composed(name).as_str());
        let targets = &extra[..extra.len().min(1 + self.more_targets.len())];
        let lacking = targets.iter().find(|target| lacks(target.name));
        if let (None, Some(weight)) = (lacking, extra.get(targets.len()).map(|c| c.name).filter(|name| lacks(name))) {
            let e = format!("the file lacks the column \"{weight}\", which said in training how much each row weighs");
            return Err(Error::input(e).in_file(file).help("add it, with 1 in each row where all weigh the same"));
        }
        let Some(Extra { name: target, .. }) = lacking else { return Ok(()) };
        if self.inputs.iter().any(|i| lacks(&i.name)) {
            return Ok(());
        }
        let known = |n: &str| self.inputs.iter().any(|i| i.name == n) || targets.iter().any(|t| t.name == n);
        let others = names.iter().copied().filter(|n| !known(n));
        let e = Error::input(format!("the file lacks the target, \"{target}\", so nothing can be compared with it"));
        let e = match treino_core::error::nearest(target, others) {
            Some(near) => e.help(format!("is \"{near}\" the column \"{target}\"?")),
            None => e,
        };
        Err(e.in_file(file).help("`treino predict` does without the target"))
    }

    fn places_by_position(&self, names: &[&str], extra: &[Extra<'_>], file: &str) -> Result<Vec<usize>> {
        let without_targets = names.len() + 1 + self.more_targets.len() == self.columns && extra.is_empty();
        if names.len() != self.columns && !without_targets {
            return Err(Error::input(format!(
                "the file has {} columns, and the model was trained on {}",
                names.len(),
                self.columns
            ))
            .in_file(file)
            .help("without names the columns must be those of the training file, in the same order"));
        }
        let targets = || std::iter::once(&self.target).chain(&self.more_targets);
        let place =
            |p: usize| if without_targets { p.saturating_sub(targets().filter(|t| **t < p).count()) } else { p };
        let mut places: Vec<usize> = self.inputs.iter().map(|i| place(i.position)).collect();
        for Extra { name, position, .. } in extra {
            places.push(if *position < names.len() { *position } else { find(&[name], names, file)?[0] });
        }
        if places.iter().any(|p| *p >= names.len()) {
            return Err(Error::input("the model's recipe does not fit its own columns: the model file is damaged"));
        }
        Ok(places)
    }

    /// The dataset of some rows; `places` gives the column of the table for each input.
    pub(crate) fn dataset(
        &self,
        table: &Table,
        places: &[usize],
        targets: &[&Target],
        cells: &[TargetValues],
        weights: Option<&Column>,
        rows: Vec<u32>,
    ) -> Result<Dataset> {
        let mut y = Matrix::zeros(rows.len(), targets.len());
        for (row, out) in rows.iter().zip(y.as_mut_slice().chunks_exact_mut(targets.len())) {
            for ((target, cells), out) in targets.iter().zip(cells).zip(out) {
                *out = match cells {
                    TargetValues::Classes(codes) => codes[*row as usize] as f32,
                    TargetValues::Numbers(numbers) => target.scale(numbers[*row as usize]) as f32,
                };
                if !out.is_finite() {
                    return Err(too_large(&target.name, *row, &table.name));
                }
            }
        }
        let weights = weights.map(|w| rows.iter().map(|r| w.values.number(*r as usize) as f32).collect::<Vec<f32>>());
        if let Some(bad) = weights.iter().flatten().position(|w| !w.is_finite()) {
            return Err(too_large("of the weights", rows[bad], &table.name));
        }
        let x = self.encode_columns(table, places, &rows)?;
        Ok(Dataset { x, y, weights, rows })
    }

    /// The inputs of some rows of a table.
    fn encode_columns(&self, table: &Table, places: &[usize], rows: &[u32]) -> Result<Matrix> {
        let width = self.features();
        let columns: Vec<&Column> = places.iter().map(|p| &table.columns[*p]).collect();
        for (input, column) in self.inputs.iter().zip(&columns) {
            fits(input, column).map_err(|e| e.in_file(&table.name))?;
        }
        let read: Vec<EncodedLevels> = self
            .inputs
            .iter()
            .zip(&columns)
            .map(|(i, c)| EncodedLevels::new(&i.encoding, c, self.marks(table)))
            .collect();
        let slots = |(input, column): (&InputColumn, &&Column)| level_slots(input, column, self.marks(table));
        let slots: Vec<Vec<u32>> = self.inputs.iter().zip(&columns).map(slots).collect();
        let mut data = vec![0.0f32; rows.len() * width];
        for (rows, out) in rows.chunks(BLOCK).zip(data.chunks_mut((BLOCK * width).max(1))) {
            let mut at = 0;
            for (((input, column), slots), read) in self.inputs.iter().zip(&columns).zip(&slots).zip(&read) {
                if input.layer.is_some() {
                    if let Err(row) = read.fill(&input.encoding, &column.values, rows, &mut out[at..], width) {
                        return Err(refused(input, &column.values, row, &table.name));
                    }
                    at += input.width();
                    continue;
                }
                if let Err(row) = fill(input, &column.values, slots, rows, &mut out[at..], width) {
                    return Err(too_large(&input.name, row, &table.name));
                }
                at += input.width();
            }
        }
        Ok(Matrix::new(rows.len(), width, data))
    }
}

/// The rows that have every target.
pub(crate) fn rows_with_targets(cells: &[TargetValues], rows: usize) -> Vec<u32> {
    (0..rows as u32).filter(|row| cells.iter().all(|cells| cells.is_there(*row as usize))).collect()
}

/// The error for a table in which no row has every target.
pub(crate) fn no_row(targets: &[&Target], cells: &[TargetValues]) -> Error {
    let empty = |cells: &TargetValues| (0..cells.rows()).all(|row| !cells.is_there(row));
    match targets.iter().zip(cells).find(|(_, cells)| empty(cells)) {
        Some((target, _)) => Error::input(format!("the target \"{}\" has no value in any row", target.name)),
        None => Error::input("no row has a value in every target"),
    }
}

fn too_large(column: &str, row: u32, file: &str) -> Error {
    Error::input(format!("the number {column} in row {} is too large", u64::from(row) + 1))
        .in_file(file)
        .help("rows are counted from 1, without the header")
}

/// The storage type of the column of an input when another file is read.
fn plan(input: &InputColumn) -> StorageType {
    match &input.encoding {
        Encoding::Date { format, .. } => StorageType::Date(*format),
        Encoding::OneHot { .. } | Encoding::Presence | Encoding::Level { .. } | Encoding::Text { .. } => {
            StorageType::Category { cap: usize::MAX }
        }
        Encoding::Bin { .. } if input.kind == ColumnKind::Category => StorageType::Category { cap: usize::MAX },
        Encoding::Number { .. } if input.kind == ColumnKind::Boolean => StorageType::Boolean,
        Encoding::Number { .. } | Encoding::AsIs | Encoding::Amount { .. } | Encoding::Id => {
            StorageType::Number { kind: input.kind, narrow: input.narrow }
        }
        Encoding::Integer { .. } | Encoding::Bin { .. } => {
            StorageType::Number { kind: input.kind, narrow: input.narrow }
        }
    }
}

/// The positions of the `wanted` names in `names`.
fn find(wanted: &[&str], names: &[&str], file: &str) -> Result<Vec<usize>> {
    let index: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
    // The recipe may come from an older version that kept names exactly as the file had them.
    let place = |name: &&str| index.get(composed(name).as_str()).copied();
    let mut lacking: Vec<&str> = Vec::new();
    for name in wanted.iter().filter(|w| place(w).is_none()) {
        if !lacking.contains(name) {
            lacking.push(name);
        }
    }
    if lacking.is_empty() {
        return Ok(wanted.iter().filter_map(place).collect());
    }
    let list = lacking.iter().take(20).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
    let more = if lacking.len() > 20 { format!(" and {} more", lacking.len() - 20) } else { String::new() };
    let mut e = Error::input(format!("the file lacks columns that the model needs: {list}{more}")).in_file(file);
    for name in lacking.iter().take(5) {
        if let Some(near) = treino_core::error::nearest(name, names.iter().copied().filter(|n| !wanted.contains(n))) {
            e = e.help(format!("is \"{near}\" the column \"{name}\"?"));
        }
    }
    Err(e)
}

/// Whether a column has the type that an input needs; a file is read with that type, but a table in memory may have
/// another.
fn fits(input: &InputColumn, column: &Column) -> Result<()> {
    let good = match &input.encoding {
        Encoding::Number { .. } | Encoding::AsIs => {
            matches!(column.values, Values::Narrow(_) | Values::Wide(_) | Values::Boolean { .. })
        }
        Encoding::OneHot { .. } | Encoding::Level { .. } | Encoding::Text { .. } => {
            matches!(column.values, Values::Category { .. })
        }
        Encoding::Amount { .. } | Encoding::Id | Encoding::Integer { .. } => {
            matches!(column.values, Values::Narrow(_) | Values::Wide(_))
        }
        Encoding::Bin { .. } => matches!(column.values, Values::Category { .. } | Values::Narrow(_) | Values::Wide(_)),
        Encoding::Date { .. } => matches!(column.values, Values::Date { .. }),
        Encoding::Presence => !matches!(column.values, Values::Absent),
    };
    if good {
        return Ok(());
    }
    Err(Error::input(format!(
        "column \"{}\" is of the kind {}, and the model was trained with the kind {}",
        column.name, column.kind, input.kind
    )))
}

/// For each level of the column, the index (from 0) of the input that is 1.
fn level_slots(input: &InputColumn, column: &Column, marks: [Decimal; 2]) -> Vec<u32> {
    let (Encoding::OneHot { levels: known, missing }, Values::Category { levels, .. }) =
        (&input.encoding, &column.values)
    else {
        return Vec::new();
    };
    let other = known.len() as u32 + u32::from(*missing);
    let index = Levels::new(known, marks);
    levels.iter().map(|l| index.find(l).map_or(other, |at| at as u32)).collect()
}

/// Writes the inputs of one column for some rows; `out` starts at its first input of the first row. Returns the row of
/// a number that is not finite.
fn fill(
    input: &InputColumn,
    values: &Values,
    slots: &[u32],
    rows: &[u32],
    out: &mut [f32],
    width: usize,
) -> Result<(), u32> {
    let number = |row: u32| {
        let v = values.number(row as usize);
        if input.narrow { f64::from(v as f32) } else { v }
    };
    match &input.encoding {
        Encoding::AsIs => {
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                out[0] = number(*row) as f32;
                if !out[0].is_finite() {
                    return Err(*row);
                }
            }
        }
        Encoding::Number { fill, scale, indicator } => {
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                let v = number(*row);
                out[0] = scale.apply(if v.is_nan() { *fill } else { v }) as f32;
                if *indicator {
                    out[1] = f32::from(u8::from(v.is_nan()));
                }
                if !out[0].is_finite() {
                    return Err(*row);
                }
            }
        }
        // Special encodings for layers are filled elsewhere.
        Encoding::Amount { .. } | Encoding::Id | Encoding::Level { .. } | Encoding::Text { .. } => {}
        Encoding::Integer { .. } | Encoding::Bin { .. } => {}
        Encoding::Presence => {
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                out[0] = f32::from(u8::from(values.is_missing(*row as usize)));
            }
        }
        Encoding::OneHot { levels, missing } => {
            let Values::Category { codes, .. } = values else { return Ok(()) };
            let absent = levels.len();
            let other = absent + usize::from(*missing);
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                let code = codes[*row as usize];
                let slot = match slots.get(code as usize) {
                    Some(slot) => *slot as usize,
                    None if *missing => absent,
                    None => other,
                };
                out[slot] = 1.0;
            }
        }
        Encoding::Date { fill, scale, indicator, month, weekday, hour, .. } => {
            let Values::Date { seconds, .. } = values else { return Ok(()) };
            for (row, out) in rows.iter().zip(out.chunks_mut(width)) {
                let at = seconds[*row as usize];
                let day = days(at);
                out[0] = scale.apply(if day.is_nan() { *fill } else { day }) as f32;
                let mut place = 1;
                if *indicator {
                    out[1] = f32::from(u8::from(day.is_nan()));
                    place = 2;
                }
                let circles = (at != Values::NO_DATE).then(|| parts(at)).flatten();
                let circles = circles.map(|(m, d, h)| [month_cycle(m), weekday_cycle(d), hour_cycle(h)]);
                for (i, used) in [month, weekday, hour].into_iter().enumerate() {
                    if *used {
                        let (sin, cos) = circles.map_or((0.0, 0.0), |c| c[i]);
                        (out[place], out[place + 1]) = (sin as f32, cos as f32);
                        place += 2;
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scaling;
    use crate::{Prepared, prepare_table, read};

    const TRAIN: &str = "id_code,age,job,seen,when,y\n\
        a1,10,cook,yes,2020-01-01,0\na2,20,cook,no,2020-01-02,1\na3,30,smith,no,2020-01-03,0\n\
        a4,40,smith,yes,2020-01-04,1\na5,,cook,yes,2020-01-05,0\na6,60,rare,no,2020-01-06,1\n";

    fn spec() -> DataSpec {
        DataSpec {
            target: Some("y".into()),
            validation_split: 0.0,
            test_split: 0.0,
            scale: Scaling::None,
            ..DataSpec::default()
        }
    }

    fn prepared(text: &str, spec: &DataSpec) -> Prepared {
        prepare_table(read(&TableSource::text("train.csv", text), spec).unwrap(), spec).unwrap()
    }

    fn raw(text: &str) -> TableSource {
        TableSource::text("new.csv", text)
    }

    #[test]
    fn features_are_what_their_names_say() {
        let p = prepared(TRAIN, &spec());
        let names = p.recipe.feature_names();
        assert_eq!(names[..5], ["age", "age (missing)", "job=cook", "job=smith", "job=(other)"]);
        assert_eq!(names[5..], ["seen", "when", "when (weekday sin)", "when (weekday cos)"]);
        // The median of 10 20 30 40 60 is 30; 2020-01-05 was a Sunday, 18266 days after 1970-01-01.
        let row = p.train.x.row(4);
        assert_eq!(row[..7], [30.0, 1.0, 1.0, 0.0, 0.0, 1.0, 18266.0]);
        assert!((row[7] + 0.7818315).abs() < 1e-7 && (row[8] - 0.6234898).abs() < 1e-7);
        assert_eq!(p.train.y.as_slice(), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        assert!(p.recipe.left_out[0].reason.contains("identifiers"));
    }

    #[test]
    fn a_raw_file_gives_the_numbers_of_training() {
        let spec = DataSpec { scale: Scaling::Standard, ..spec() };
        let p = prepared(TRAIN, &spec);
        let (again, aside) = p.recipe.encode_with_targets(&[&p.target], &raw(TRAIN), &spec, &mut Vec::new()).unwrap();
        assert_eq!((&again, aside), (&p.train, 0));
        // Another order, another delimiter, missing and additional columns: the same inputs.
        let text = "new;seen;when;job;age\n1;no;2020-01-02;cook;20\n2;;;baker;\n";
        let x = p.recipe.encode(&raw(text), &spec, &mut Vec::new()).unwrap();
        assert_eq!(x.row(0), p.train.x.row(1));
        assert_eq!(x.row(1)[1..5], [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(x.row(1)[7..], [0.0, 0.0]);
        let recipe: Recipe = serde_json::from_str(&serde_json::to_string(&p.recipe).unwrap()).unwrap();
        assert_eq!(recipe.encode(&raw(text), &spec, &mut Vec::new()).unwrap(), x);
    }

    #[test]
    fn what_a_raw_file_lacks_is_named() {
        let p = prepared(TRAIN, &spec());
        let e = p.recipe.encode(&raw("Age,job\n1,cook\n"), &spec(), &mut Vec::new()).unwrap_err();
        assert_eq!(e.message(), "the file lacks columns that the model needs: \"age\", \"seen\", \"when\"");
        assert_eq!(e.helps(), ["is \"Age\" the column \"age\"?"]);
        let e = p
            .recipe
            .encode(&raw("age,job,seen,when\n1,a,yes,2020-01-01\nx,a,no,2020-01-01\n"), &spec(), &mut Vec::new())
            .unwrap_err();
        assert_eq!((e.message(), e.span().unwrap().line), ("column \"age\": \"x\" is no number", 3));
        let e =
            p.recipe.encode(&raw("age,job,seen,when\n1,a,maybe,2020-01-01\n"), &spec(), &mut Vec::new()).unwrap_err();
        assert!(e.message().contains("neither yes nor no"), "{e}");
        let e = p.recipe.encode_with_targets(
            &[&p.target],
            &raw("age,job,seen,when,y\n1,a,no,2020-01-01,7\n"),
            &spec(),
            &mut Vec::new(),
        );
        assert!(e.unwrap_err().message().contains("no such class"));
        let e = p.recipe.encode_with_targets(
            &[&p.target],
            &raw("age,job,seen,when\n1,a,no,2020-01-01\n"),
            &spec(),
            &mut Vec::new(),
        );
        let e = e.unwrap_err();
        assert!(e.message().starts_with("the file lacks the target, \"y\"") && e.helps()[0].contains("treino predict"));
    }

    #[test]
    fn files_without_names_are_matched_by_position() {
        let spec = DataSpec { header: false, target: Some("column_2".into()), ..spec() };
        let p = prepared("1.5,0,7\n2.5,1,8\n4.5,0,9\n", &spec);
        assert_eq!(p.recipe.encode(&raw("1.5,0,7\n"), &spec, &mut Vec::new()).unwrap().row(0), [1.5, 7.0]);
        assert_eq!(p.recipe.encode(&raw("1.5,7\n"), &spec, &mut Vec::new()).unwrap().row(0), [1.5, 7.0]);
        assert!(p.recipe.encode(&raw("1.5\n"), &spec, &mut Vec::new()).unwrap_err().message().contains("trained on 3"));
        let e = p.recipe.encode_with_targets(&[&p.target], &raw("1.5,7\n"), &spec, &mut Vec::new()).unwrap_err();
        assert!(e.message().contains("2 columns"), "{e}");
    }

    #[test]
    fn a_table_in_memory_is_encoded_too() {
        let p = prepared("a,c,y\n1,u,0\n2,v,1\n4,u,0\n5,v,1\n", &spec());
        let table = |c| Table::new("memory", vec![c, Column::numbers("a", vec![2.0])]).unwrap();
        let x = p.recipe.encode_table(&table(Column::categories("c", ["v"]))).unwrap();
        assert_eq!(x.row(0), p.train.x.row(1));
        let e = p.recipe.encode_table(&table(Column::numbers("c", vec![1.0]))).unwrap_err();
        assert!(e.message().contains("kind integer"), "{e}");
    }
}
