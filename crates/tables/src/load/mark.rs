//! The decimal separator of a file that a recipe reads: it is found in the file, and the training data is used to check
//! it.

use crate::cell::number::{self, Decimal};
use crate::load::load::StoredColumn;
use crate::load::profile::{ColumnScan, votes};
use crate::spec::note::Note;
use treino_core::catalog::setting;
use treino_core::{Error, Result};

/// A file that a recipe reads.
pub(crate) struct NewFile<'a> {
    /// The names of its columns.
    pub names: &'a [String],
    /// The delimiter, if it is a CSV file.
    pub delimiter: Option<u8>,
    /// The columns that are read.
    pub planned: &'a [StoredColumn],
    /// The decimal separator of the training file, if known.
    pub training: Option<Decimal>,
}

/// How well an interpretation matches the numbers of training, and whether there was anything to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
struct MarkFit {
    score: u32,
    compared: bool,
}

impl NewFile<'_> {
    /// The decimal separator of the file; `profiles` examines all its cells under a separator.
    ///
    /// If a cell is unambiguous, it decides. Otherwise cells such as `1,234` have two interpretations that differ by a
    /// factor of a thousand: the right one is near the numbers of training. If both are, or neither is, the delimiter
    /// decides (files with semicolons usually have decimal commas), and a note is added; it never decides against the
    /// separator of training.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if its numbers are ambiguous.
    pub fn decimal(
        &self,
        profiles: impl Fn(Decimal) -> Result<Vec<ColumnScan>>,
        notes: &mut Vec<Note>,
    ) -> Result<Decimal> {
        let usual = match self.delimiter {
            Some(b';') => Some(Decimal::Comma),
            Some(b',') => Some(Decimal::Point),
            _ => self.training,
        };
        let mark = self.training.or(usual).unwrap_or(Decimal::Point);
        let under = profiles(mark)?;
        let (for_it, against) = votes(&under);
        if for_it != against {
            return Ok(if for_it > against { mark } else { mark.other() });
        }
        let Some((at, cell)) = self.doubtful(&under) else { return Ok(mark) };
        let other = profiles(mark.other())?;
        let (fit, other_fit) = (self.fit(&under), self.fit(&other));
        let value = |mark: Decimal| number::parse(cell.as_bytes(), mark).map_or(f64::NAN, |parsed| parsed.value);
        let note = |chosen: Decimal, why: &str| {
            let (value, other) = (value(chosen), chosen.other().mark());
            Note::about(
                &self.names[at],
                format!(
                    "{cell} is read as {value}, {why}; use {} if the \"{other}\" stands before decimals",
                    setting("data.decimal", &*other.to_string())
                ),
            )
        };
        if fit.compared && fit.score != other_fit.score {
            let chosen = if fit.score > other_fit.score { mark } else { mark.other() };
            if usual.is_some_and(|usual| usual != chosen) {
                notes.push(note(chosen, "which is nearer to the numbers of training"));
            }
            return Ok(chosen);
        }
        match usual {
            Some(usual) if self.training.is_none_or(|training| training == usual) => {
                notes.push(note(usual, "and neither the file nor training tells for sure"));
                Ok(usual)
            }
            _ => {
                let e = format!(
                    "column \"{}\": {cell} could be {} or {}, and neither the file nor training tells",
                    self.names[at],
                    value(Decimal::Point),
                    value(Decimal::Comma)
                );
                Err(Error::input(e)
                    .help("say which mark stands before decimals: `data.decimal = \".\"` or `data.decimal = \",\"`"))
            }
        }
    }

    /// The first of the columns to be read that has an ambiguous cell, and that cell.
    fn doubtful<'p>(&self, profiles: &'p [ColumnScan]) -> Option<(usize, &'p str)> {
        self.columns(profiles).find_map(|(planned, profile)| Some((planned.position, profile.either()?)))
    }

    /// The columns of numbers that are read.
    fn columns<'p>(&self, profiles: &'p [ColumnScan]) -> impl Iterator<Item = (&StoredColumn, &'p ColumnScan)> {
        let numbers = self.planned.iter().filter(|planned| planned.plan.is_number());
        numbers.filter_map(|planned| Some((planned, profiles.get(planned.position)?)))
    }

    /// How close the numbers under a separator are to those of training: two for a column within its range, one for a
    /// column that exceeds it by no more than its width.
    fn fit(&self, profiles: &[ColumnScan]) -> MarkFit {
        let mut fit = MarkFit { score: 0, compared: false };
        for (planned, profile) in self.columns(profiles) {
            let (Some([low, high]), true) = (planned.range, profile.min <= profile.max) else { continue };
            fit.compared = true;
            let width = if high > low { high - low } else { high.abs() };
            let within = |more: f64| profile.min >= low - more && profile.max <= high + more;
            fit.score += u32::from(within(0.0)) + u32::from(within(width));
        }
        fit
    }
}

#[cfg(test)]
mod tests {
    use crate::DecimalMark;
    use crate::{DataSpec, Prepared, TableSource, prepare_table, read};
    use treino_core::Result;

    fn trained(header: &str, row: impl Fn(u32) -> String) -> Prepared {
        let rows: String = (0..40).map(|i| row(i) + "\n").collect();
        let spec = DataSpec { target: Some("y".into()), ..DataSpec::default() };
        prepare_table(read(&TableSource::text("t.csv", &format!("{header}\n{rows}")), &spec).unwrap(), &spec).unwrap()
    }

    /// Whether a file gives the same inputs as another, and the notes about it.
    fn compare(p: &Prepared, text: &str, plain: &str) -> Result<(bool, Vec<String>)> {
        let mut notes = Vec::new();
        let x = p.recipe.encode(&TableSource::text("new.csv", text), &DataSpec::default(), &mut notes)?;
        let same = x == p.recipe.encode(&TableSource::text("p.csv", plain), &DataSpec::default(), &mut Vec::new())?;
        Ok((same, notes.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn the_mark_is_that_of_the_file_and_near_to_training() {
        // Weights from 40.125 to 118.125.
        let p = trained("kg,y", |i| format!("{}.125,{}", 40 + 2 * i, i % 2));
        let plain = "kg\n45.25\n120.5\n";
        for text in [
            "kg\n45,250\n120,500\n",
            "kg;b\n45,250;1\n120,500;1\n",
            "kg,b\n45.250,1\n120.500,1\n",
            "kg\tb\n45,250\t1\n120,500\t1\n",
            "kg;b\n45.250;1\n120.500;1\n",
        ] {
            let (same, notes) = compare(&p, text, plain).unwrap();
            assert!(same, "{text}");
            // Points in a file with semicolons are unusual, and so are commas after tabs for a model that was trained
            // on points.
            let usual = ["kg;b\n45,", "kg,b\n45."].iter().any(|start| text.starts_with(start));
            assert_eq!(notes.len(), usize::from(!usual), "{text} {notes:?}");
        }
        // An unambiguous cell decides for all, however late it comes.
        let late = format!("kg;b\n{}{}", "45,250;1\n".repeat(1500), "45,25;1\n");
        let plain = format!("kg\n{}", "45.25\n".repeat(1501));
        assert_eq!(compare(&p, &late, &plain).unwrap(), (true, vec![]));
    }

    #[test]
    fn thousands_are_read_where_training_had_thousands() {
        let p = trained("n,y", |i| format!("{},{}", 1000 + 37 * i * i, i % 2));
        let (same, notes) = compare(&p, "n;b\n45.250;1\n3.500;1\n", "n\n45250\n3500\n").unwrap();
        assert!(same && notes.is_empty(), "{notes:?}");
        let (same, notes) = compare(&p, "n;b\n45,250;1\n3,500;1\n", "n\n45250\n3500\n").unwrap();
        assert!(
            same && notes[0].contains("45,250 is read as 45250") && notes[0].contains("`data.decimal = \",\"`"),
            "{notes:?}"
        );
    }

    #[test]
    fn what_nothing_decides_is_asked() {
        // Both 2.5 and 2500 are in the range of training.
        let p = trained("a,y", |i| format!("{}.5,{}", (i * i * i) / 10, i % 2));
        let e = compare(&p, "a;b\n2,500;1\n", "a\n2.5\n").unwrap_err();
        assert!(e.message().starts_with("column \"a\": 2,500 could be 2500 or 2.5"), "{e}");
        assert!(e.helps()[0].contains("`data.decimal = "));
        let (same, notes) = compare(&p, "a,b\n2.500,1\n", "a\n2.5\n").unwrap();
        assert!(same && notes.len() == 1, "{notes:?}");
        let told = DataSpec { decimal: Some(DecimalMark::Comma), ..DataSpec::default() };
        let mut notes = Vec::new();
        let x = p.recipe.encode(&TableSource::text("n.csv", "a;b\n2,500;1\n"), &told, &mut notes).unwrap();
        let plain = p.recipe.encode(&TableSource::text("n.csv", "a\n2.5\n"), &DataSpec::default(), &mut notes).unwrap();
        assert!(x == plain && notes.is_empty());
    }
}
