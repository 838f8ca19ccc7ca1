//! Converts the inputs of a row back to readable cells.
//!
//! Inputs are in single precision, so a number is shown as the shortest one that its input represents, with at most six
//! digits. What the recipe does not keep cannot be restored: a level without an input of its own is `(other)`, a
//! missing cell that was imputed is the imputed value, and a number that was clipped at the limit of its scale is `>=`
//! or `<=` that limit.

use crate::cell::date::{DAY, text};
use crate::column::column::ColumnKind;
use crate::column::recipe::{Encoding, InputColumn, Recipe, Standardization};
use std::ops::Range;

/// A level without an input of its own.
const OTHER: &str = "(other)";

/// A column of which only a missing-value indicator is used.
const PRESENT: &str = "(present)";

/// A column of the table with its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedColumn<'a> {
    /// Its encoding; the first one, if there are several.
    pub input: &'a InputColumn,
    /// All its inputs.
    pub features: Vec<Range<usize>>,
}

impl DecodedColumn<'_> {
    /// Its inputs in its first encoding.
    pub fn of<'b>(&self, row: &'b [f32]) -> &'b [f32] {
        &row[self.features[0].clone()]
    }

    /// Copies all its inputs from one row to another.
    pub fn copy(&self, from: &[f32], to: &mut [f32]) {
        for range in &self.features {
            to[range.clone()].copy_from_slice(&from[range.clone()]);
        }
    }
}

impl Recipe {
    /// The cells of a row of inputs as readable text, in the order of the recipe: the column name and the cell. A
    /// missing cell is empty.
    pub fn decode(&self, features: &[f32]) -> Vec<(String, String)> {
        let cell = |place: DecodedColumn<'_>| (place.input.name.clone(), place.input.text(place.of(features)));
        self.places().into_iter().map(cell).collect()
    }

    /// The columns that are used; a column with several encodings occurs once.
    pub fn places(&self) -> Vec<DecodedColumn<'_>> {
        let mut places: Vec<DecodedColumn<'_>> = Vec::new();
        let mut at = 0;
        for input in &self.inputs {
            let range = at..at + input.width();
            at = range.end;
            match places.iter_mut().find(|place| place.input.position == input.position) {
                Some(place) => place.features.push(range),
                None => places.push(DecodedColumn { input, features: vec![range] }),
            }
        }
        places
    }
}

impl InputColumn {
    /// Whether its inputs represent a number (of a date, its days) rather than one of several levels.
    pub fn is_number(&self) -> bool {
        let number = matches!(
            self.encoding,
            Encoding::AsIs | Encoding::Number { .. } | Encoding::Date { .. } | Encoding::Amount { .. }
        );
        number && self.kind != ColumnKind::Boolean
    }

    /// The number that the inputs represent, in its own unit (a date in days since 1970); `None` if it is missing or
    /// not a number.
    pub fn number(&self, features: &[f32]) -> Option<f64> {
        let scale = match &self.encoding {
            _ if self.is_missing(features) == Some(true) => return None,
            Encoding::Number { scale, .. } | Encoding::Date { scale, .. } => *scale,
            Encoding::AsIs | Encoding::Amount { .. } => Standardization::NONE,
            _ => return None,
        };
        let number = f64::from(features[0]).mul_add(scale.sd, scale.mean);
        Some(if self.kind == ColumnKind::Integer { number.round() } else { number })
    }

    /// Whether the cell was missing; `None` if the inputs do not show it.
    pub fn is_missing(&self, features: &[f32]) -> Option<bool> {
        match &self.encoding {
            Encoding::Number { indicator: true, .. } | Encoding::Date { indicator: true, .. } => {
                Some(features[1] != 0.0)
            }
            Encoding::Date { month, weekday, hour, .. } if *month || *weekday || *hour => {
                Some(features[1] == 0.0 && features[2] == 0.0)
            }
            // Without a missing-value indicator, the training rows had no missing cells.
            Encoding::Number { .. } | Encoding::Date { .. } | Encoding::AsIs | Encoding::Id => Some(false),
            Encoding::Presence => Some(features[0] != 0.0),
            Encoding::OneHot { levels, missing } => Some(*missing && features[levels.len()] != 0.0),
            Encoding::Text { lookup } if lookup.mask.is_some() => Some(features[0] == lookup.missing()),
            Encoding::Integer { lookup } if lookup.mask.is_some() => Some(features[0] == lookup.missing()),
            _ => None,
        }
    }

    /// The index of the level that the inputs represent, or another number that distinguishes levels.
    pub fn code(&self, features: &[f32]) -> u32 {
        match &self.encoding {
            Encoding::OneHot { .. } => features.iter().position(|f| *f != 0.0).unwrap_or(features.len()) as u32,
            _ if self.is_missing(features) == Some(true) => u32::MAX,
            _ => features[0].to_bits(),
        }
    }

    /// The cell as readable text.
    pub fn text(&self, features: &[f32]) -> String {
        if self.is_missing(features) == Some(true) {
            return String::new();
        }
        let index = features[0].max(0.0) as usize;
        let level = |levels: &[String], at: Option<usize>| {
            at.and_then(|at| levels.get(at)).map_or(OTHER, String::as_str).to_string()
        };
        match &self.encoding {
            Encoding::AsIs | Encoding::Amount { .. } => self.scaled(features[0], Standardization::NONE),
            Encoding::Number { scale, .. } => self.scaled(features[0], *scale),
            Encoding::Date { scale, .. } => self.date(features[0], *scale),
            Encoding::Presence => PRESENT.to_string(),
            Encoding::OneHot { levels, .. } => level(levels, Some(self.code(features) as usize)),
            Encoding::Id => shown(f64::from(features[0]), 0.0),
            Encoding::Level { levels } => level(levels, index.checked_sub(1)),
            Encoding::Text { lookup } => level(&lookup.vocabulary, index.checked_sub(lookup.special())),
            Encoding::Integer { lookup } => index
                .checked_sub(lookup.special())
                .and_then(|at| lookup.vocabulary.get(at))
                .map_or(OTHER.to_string(), i64::to_string),
            Encoding::Bin { .. } => shown(f64::from(features[0]), 0.0),
        }
    }

    fn scaled(&self, feature: f32, scale: Standardization) -> String {
        let number = f64::from(feature).mul_add(scale.sd, scale.mean);
        if self.kind == ColumnKind::Boolean {
            return if number > 0.5 { "yes" } else { "no" }.to_string();
        }
        let text = if self.kind == ColumnKind::Integer && number.abs() < 1e15 {
            // Avoids -0.
            format!("{}", number.round() + 0.0)
        } else {
            shown(number, uncertainty(feature, scale))
        };
        format!("{}{text}", bound(feature, scale))
    }

    fn date(&self, feature: f32, scale: Standardization) -> String {
        let days = f64::from(feature).mul_add(scale.sd, scale.mean);
        let day = (days + uncertainty(feature, scale)).floor();
        format!("{}{}", bound(feature, scale), text((day as i64).saturating_mul(DAY)))
    }
}

/// The prefix of a number that was clipped at the limit of its scale.
fn bound(feature: f32, scale: Standardization) -> &'static str {
    match scale.limit.map(|limit| limit as f32) {
        Some(limit) if feature >= limit => ">= ",
        Some(limit) if feature <= -limit => "<= ",
        _ => "",
    }
}

/// The largest possible distance between a decoded number and its cell: the rounding errors of the cell and of its
/// input.
fn uncertainty(feature: f32, scale: Standardization) -> f64 {
    let number = f64::from(feature).mul_add(scale.sd, scale.mean);
    f64::from(f32::EPSILON) * (f64::from(feature.abs()) * scale.sd).max(number.abs())
}

/// A number with as few decimals as keep the error below `apart` or half a unit of its sixth digit.
pub fn shown(number: f64, apart: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return if number == 0.0 { "0".to_string() } else { number.to_string() };
    }
    let apart = apart.max(half_of_sixth_digit(number));
    if !(1e-12..1e15).contains(&number.abs()) && number.abs() > apart {
        return format!("{number:.5e}");
    }
    shortest(number, apart)
}

/// A number with as few decimals as keep the error below `apart`.
pub(crate) fn shortest(number: f64, apart: f64) -> String {
    let within = |text: &String| text.parse::<f64>().is_ok_and(|v| (v - number).abs() <= apart);
    let text = (0..18).map(|digits| format!("{number:.digits$}")).find(within).unwrap_or_else(|| number.to_string());
    if text == "-0" { "0".to_string() } else { text }
}

/// Half a unit of the sixth digit of a number.
pub(crate) fn half_of_sixth_digit(number: f64) -> f64 {
    let exponent = format!("{number:e}").split('e').nth(1).and_then(|e| e.parse::<i32>().ok()).unwrap_or(0);
    format!("5e{}", exponent - 6).parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataSpec, Prepared, TableSource, prepare_table, read};

    fn prepared(source: &TableSource, target: &str) -> Prepared {
        let spec = DataSpec { target: Some(target.into()), ..DataSpec::default() };
        prepare_table(read(source, &spec).unwrap(), &spec).unwrap()
    }

    #[test]
    fn numbers_have_no_more_digits_than_they_are_worth() {
        assert_eq!(shown(33.599_998, 1e-5), "33.6");
        assert_eq!(shown(123_456.789, 0.0), "123457");
        assert_eq!(shown(-3e-7, 1e-6), "0");
        assert_eq!(shown(0.000_123_456_789, 0.0), "0.000123457");
        assert_eq!(shown(2.5e-20, 0.0), "2.50000e-20");
        assert_eq!(shown(7.0, 0.0), "7");
    }

    #[test]
    fn a_small_table_comes_back_with_its_gaps_and_dates() {
        let mut rows = String::from("a,b,c,when,y\n");
        for i in 0..40 {
            let gap = i % 7 == 3;
            let cell = |text: String| if gap { String::new() } else { text };
            let date = format!("2021-{:02}-{:02}", i % 12 + 1, i % 27 + 1);
            let level = ["red", "green", "blue"][i % 3].to_string();
            let yes = ["yes", "no"][i / 2 % 2];
            rows += &format!("{},{yes},{},{},{}\n", cell(format!("{}.25", i * 3)), cell(level), cell(date), i % 2);
        }
        let prepared = prepared(&TableSource::text("t.csv", &rows), "y");
        let lines: Vec<Vec<&str>> = rows.lines().skip(1).map(|line| line.split(',').collect()).collect();
        for (at, row) in prepared.train.rows.iter().enumerate() {
            let decoded = prepared.recipe.decode(prepared.train.x.row(at));
            let cells: Vec<&str> = decoded.iter().map(|(_, cell)| cell.as_str()).collect();
            assert_eq!(cells, lines[*row as usize][..4]);
        }
    }

    /// Each cell of a table of the project that is used can be decoded.
    fn comes_back(name: &str, target: &str) {
        let path = format!("{}/../../datasets/{name}.csv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
        let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let prepared = prepared(&TableSource::text("t.csv", &text), target);
        let mut compared = 0;
        for (at, row) in prepared.train.rows.iter().enumerate().step_by(7) {
            for (column, said) in prepared.recipe.decode(prepared.train.x.row(at)) {
                let place = names.iter().position(|n| *n == column).unwrap();
                let cell = &cells[*row as usize][place];
                // The recipe keeps yes and no, but not the words of the file.
                let word = crate::column::cell::boolean(cell.as_bytes()).map(|(yes, _)| if yes { "yes" } else { "no" });
                let same = match (cell.parse::<f64>(), said.parse::<f64>()) {
                    (Ok(a), Ok(b)) => (a - b).abs() <= 6e-6 * a.abs().max(1e-3),
                    _ => {
                        said == cell
                            || word == Some(said.as_str())
                            || said == OTHER
                            || said.contains("= ")
                            || (said.is_empty() && ["NA", "?", ""].contains(&cell))
                    }
                };
                assert!(same, "{name} {column}: \"{said}\", not \"{cell}\"");
                compared += usize::from(said != OTHER && !said.contains("= "));
            }
        }
        assert!(compared > 100);
    }

    #[test]
    fn the_tables_of_the_project_come_back() {
        comes_back("pima", "diabetes");
        comes_back("penguins", "species");
        comes_back("heart", "diameter_narrowing");
        comes_back("ames", "Sale_Price");
    }
}
