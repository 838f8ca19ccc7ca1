//! Features back to what a person wrote: the other way through a recipe.

use super::column::ColumnKind;
use super::date::DAY;
use super::recipe::{Encoding, Input, Recipe};
use jiff::civil::date;
use jiff::{Span, ToSpan};

impl Recipe {
    /// What a row of features says about each column, as its name and its value; a missing value is empty. Numbers have six
    /// digits that count: features are single precision.
    pub fn decode(&self, features: &[f32]) -> Vec<(String, String)> {
        let mut from = 0;
        let each = self.inputs.iter().map(|input| {
            let features = &features[from..from + input.width()];
            from += input.width();
            (input.name.clone(), input.decode(features))
        });
        each.collect()
    }
}

impl Input {
    /// What its features say.
    pub(crate) fn decode(&self, features: &[f32]) -> String {
        let first = f64::from(features[0]);
        let missing = |at: usize| features.get(at).is_some_and(|x| *x == 1.0);
        match &self.encoding {
            Encoding::Number { indicator: true, .. } | Encoding::Date { indicator: true, .. } if missing(1) => {
                String::new()
            }
            Encoding::Number { scale, .. } => self.number(scale.restore(first)),
            Encoding::Date { scale, .. } => day(scale.restore(first)),
            Encoding::AsIs | Encoding::Amount { .. } | Encoding::Id => self.number(first),
            Encoding::Presence => if first == 1.0 { "" } else { "…" }.to_string(),
            Encoding::OneHot { levels, missing } => {
                let at = features.iter().position(|x| *x == 1.0).unwrap_or(features.len());
                match levels.get(at) {
                    Some(level) => level.clone(),
                    None if *missing && at == levels.len() => String::new(),
                    None => "…".to_string(),
                }
            }
            Encoding::Level { levels } => {
                (first as usize).checked_sub(1).and_then(|at| levels.get(at)).cloned().unwrap_or_default()
            }
            Encoding::Text { .. } | Encoding::Integer { .. } | Encoding::Bin { .. } => format!("[{first}]"),
        }
    }

    fn number(&self, x: f64) -> String {
        match self.kind {
            ColumnKind::Boolean => if x >= 0.5 { "1" } else { "0" }.to_string(),
            ColumnKind::Integer => format!("{:.0}", six_digits(x)),
            _ => six_digits(x).to_string(),
        }
    }
}

/// A number rounded to six digits that count.
pub(crate) fn six_digits(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// Days since 1970 as a date.
fn day(days: f64) -> String {
    let seconds = (days * DAY as f64).round() as i64;
    let whole: Span = Span::new().try_days(seconds.div_euclid(DAY)).unwrap_or_else(|_| 0.days());
    date(1970, 1, 1).checked_add(whole).map_or(String::new(), |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{DataSpec, Source, prepare_table, read};

    #[test]
    fn rows_come_back_as_they_were_written() {
        let mut text = String::from("n,x,sex,day,y\n");
        let rows: Vec<[String; 4]> = (0..40)
            .map(|i| {
                let x = if i % 7 == 0 { String::new() } else { format!("{}", f64::from(i) / 8.0) };
                let sex = ["f", "m", ""][i as usize % 3].to_string();
                [format!("{}", i * 3 % 11), x, sex, format!("2020-{:02}-{:02}", 1 + i % 12, 1 + i % 28)]
            })
            .collect();
        for (i, row) in rows.iter().enumerate() {
            text.push_str(&format!("{},{}\n", row.join(","), i % 2));
        }
        let spec = DataSpec { validation_split: 0.0, test_split: 0.2, ..DataSpec::new("", "y") };
        let prepared =
            prepare_table(read(&Source::text("t.csv", &text), &DataSpec::default()).unwrap(), &spec).unwrap();
        let names = ["n", "x", "sex", "day"];
        for part in [&prepared.train, prepared.test.as_ref().unwrap()] {
            for (at, row) in part.rows.iter().enumerate() {
                let decoded = prepared.recipe.decode(part.x.row(at));
                let expected: Vec<(String, String)> = names
                    .iter()
                    .zip(&rows[*row as usize])
                    .map(|(name, cell)| (name.to_string(), cell.clone()))
                    .collect();
                assert_eq!(decoded, expected);
            }
        }
    }
}
