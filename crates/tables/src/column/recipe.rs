//! Converts the columns of a table to the inputs of a network.

use crate::cell::date::DateFormat;
use crate::cell::number::Decimal;
use crate::column::column::ColumnKind;
use serde::{Deserialize, Serialize};
use treino_core::rows::Columns;
use treino_core::rows::Hash;
use treino_core::rows::Lookup;

/// Converts the columns of a table to the inputs of a network. Fitted on the training rows only, saved in the model,
/// and applied to raw files for prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredRecipe")]
pub struct Recipe {
    /// Whether the training file had a header; without one, columns are matched by position.
    pub header: bool,
    /// The number of columns of the training file, including unused columns and targets.
    pub columns: usize,
    /// The position of the target in it (from 0).
    pub target: usize,
    /// The positions of further targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_targets: Vec<usize>,
    /// The decimal separator of the training file: the default for a file that does not show its own.
    pub decimal: Option<Decimal>,
    /// Words for missing cells in addition to the built-in ones.
    pub missing: Vec<String>,
    /// The columns that are used, in the order of the training file.
    pub inputs: Vec<InputColumn>,
    /// The columns that are not used.
    pub left_out: Vec<LeftOut>,
    #[serde(skip_serializing)]
    names: Vec<String>,
}

/// The stored part of a [`Recipe`]: all but the names of the inputs, which are derived.
#[derive(Deserialize)]
struct StoredRecipe {
    header: bool,
    columns: usize,
    target: usize,
    #[serde(default)]
    more_targets: Vec<usize>,
    decimal: Option<Decimal>,
    missing: Vec<String>,
    inputs: Vec<InputColumn>,
    left_out: Vec<LeftOut>,
}

impl From<StoredRecipe> for Recipe {
    fn from(s: StoredRecipe) -> Self {
        Recipe {
            header: s.header,
            columns: s.columns,
            target: s.target,
            more_targets: s.more_targets,
            decimal: s.decimal,
            missing: s.missing,
            inputs: s.inputs,
            left_out: s.left_out,
            names: Vec::new(),
        }
        .named()
    }
}

/// A column that is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputColumn {
    /// Its name in the file.
    pub name: String,
    /// Its position in the training file (from 0).
    pub position: usize,
    /// The type of its cells.
    pub kind: ColumnKind,
    /// Whether its numbers are rounded to single precision before any other step.
    pub narrow: bool,
    /// How it becomes inputs.
    pub encoding: Encoding,
    /// The range of its cells in the training rows, which those of other files are compared with; absent in models of
    /// older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<TrainingRange>,
    /// The input layer that needs a special encoding of it; `None` for the ordinary inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// The range of the numbers of a column in the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRange {
    /// The smallest number; for dates, the first day since 1970.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their unit, if they are not plain numbers: percentages, times, or amounts of money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<NumberUnit>,
}

/// The unit of numbers that are not plain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberUnit {
    /// Percentages: `94 %` is 94.
    Percent,
    /// Times and durations, in seconds.
    Time,
    /// Amounts of money, with the sign of the currency.
    Money(String),
}

/// A column that is not used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name in the file.
    pub name: String,
    /// Why it is not used.
    pub reason: String,
    /// The kind of reason.
    #[serde(default)]
    pub why: LeftOutReason,
}

/// Why a column is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// The spec excludes it.
    Asked,
    /// No layer uses it.
    Unread,
    /// It has no value.
    Empty,
    /// It has one value only.
    Constant,
    /// Its values identify the rows.
    Identifier,
    /// Its numbers are too large or too small, or its levels too rare.
    #[default]
    Unusable,
}

/// Why a column is not used, with a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReasonText {
    pub why: LeftOutReason,
    pub text: String,
}

impl ReasonText {
    pub fn new(why: LeftOutReason, text: impl Into<String>) -> Self {
        ReasonText { why, text: text.into() }
    }
}

/// A number x becomes (x - mean) / sd, clipped at a limit if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standardization {
    /// The mean of the training rows; 0 if nothing is scaled.
    pub mean: f64,
    /// The standard deviation of the training rows, with n in the denominator; 1 if nothing is scaled.
    pub sd: f64,
    /// The largest absolute value of the result; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

impl Standardization {
    /// Leaves numbers as they are.
    pub const NONE: Standardization = Standardization { mean: 0.0, sd: 1.0, limit: None };

    /// x sd + mean: the number that became x, unless it was clipped.
    pub fn restore(&self, x: f64) -> f64 {
        x.mul_add(self.sd, self.mean)
    }

    /// (x - mean) / sd, within [-limit, limit].
    #[inline]
    pub fn apply(&self, x: f64) -> f64 {
        let scaled = (x - self.mean) / self.sd;
        let limit = self.limit.unwrap_or(f64::INFINITY);
        if scaled > limit {
            limit
        } else if scaled < -limit {
            -limit
        } else {
            scaled
        }
    }
}

/// How a column becomes inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "kebab-case")]
pub enum Encoding {
    /// A number as it is.
    AsIs,
    /// A number (no and yes are 0 and 1): missing ones become `fill`, then all are scaled. With an indicator, a second
    /// input is 1 where the cell was missing, else 0.
    Number {
        /// What a missing cell becomes.
        fill: f64,
        /// The scale of the filled column.
        #[serde(flatten)]
        scale: Standardization,
        /// Whether there is a missing-value indicator.
        indicator: bool,
    },
    /// Only the missing-value indicator, 1 or 0. For columns whose other cells are all equal.
    Presence,
    /// One-hot encoding: one input per level; then one for missing cells, if they occurred in training; then one for
    /// all other levels.
    OneHot {
        /// The levels with an input of their own: most frequent first, then by name.
        levels: Vec<String>,
        /// Whether missing cells have an input of their own.
        missing: bool,
    },
    /// Days since 1970 as a number; then, if they vary, sine and cosine of the month (of 12), of the weekday (of 7) and
    /// of the hour (of 24), all 0 where the date is missing.
    Date {
        /// The order of day, month and year.
        format: DateFormat,
        /// What a missing day becomes.
        fill: f64,
        /// The scale of the days.
        #[serde(flatten)]
        scale: Standardization,
        /// Whether there is a missing-value indicator.
        indicator: bool,
        /// Whether the month is used.
        month: bool,
        /// Whether the weekday is used.
        weekday: bool,
        /// Whether the hour is used.
        hour: bool,
    },
    /// A number, not scaled.
    Amount {
        /// What a missing cell becomes.
        fill: f64,
    },
    /// A number that is an id.
    Id,
    /// 1, 2, ... for the levels; 0 for missing or unknown ones.
    Level {
        /// The levels: most frequent first, then by name.
        levels: Vec<String>,
    },
    /// The index of a text in a vocabulary.
    Text {
        /// The vocabulary and its options.
        lookup: Lookup<String>,
    },
    /// The index of an integer in a vocabulary.
    Integer {
        /// The vocabulary and its options.
        lookup: Lookup<i64>,
    },
    /// The bin of a text or an integer.
    Bin {
        /// The bins.
        hash: Hash,
    },
}

impl Encoding {
    /// The exclusive upper bound of its integers, if it is known.
    fn below(&self) -> Option<usize> {
        match self {
            Encoding::Level { levels } => Some(levels.len() + 1),
            Encoding::Text { lookup } => Some(lookup.size()),
            Encoding::Integer { lookup } => Some(lookup.size()),
            Encoding::Bin { hash } => Some(hash.bins),
            _ => None,
        }
    }

    /// Whether a layer was applied to the cells.
    fn is_applied(&self) -> bool {
        matches!(self, Encoding::Text { .. } | Encoding::Integer { .. } | Encoding::Bin { .. })
    }
}

/// Most numbers are within this many standard deviations of their mean.
const USUAL: f64 = 4.0;

impl InputColumn {
    /// The scale of a column of numbers, whose scaled value is the first of its inputs; `None` for other columns.
    pub fn scale(&self) -> Option<&Standardization> {
        if let Encoding::Number { scale, .. } = &self.encoding { Some(scale) } else { None }
    }

    /// The range of the training rows, if known: exactly, or from their mean and standard deviation.
    pub fn range(&self) -> Option<[f64; 2]> {
        if let Some(seen) = &self.seen {
            return Some([seen.min, seen.max]);
        }
        match &self.encoding {
            Encoding::Number { scale, .. } | Encoding::Date { scale, .. } if *scale != Standardization::NONE => {
                Some([-USUAL, USUAL].map(|sds| scale.restore(sds)))
            }
            _ => None,
        }
    }

    /// The number of inputs that the column becomes.
    pub fn width(&self) -> usize {
        match &self.encoding {
            Encoding::AsIs | Encoding::Presence => 1,
            Encoding::Amount { .. } | Encoding::Id | Encoding::Level { .. } => 1,
            Encoding::Text { .. } | Encoding::Integer { .. } | Encoding::Bin { .. } => 1,
            Encoding::Number { indicator, .. } => 1 + usize::from(*indicator),
            Encoding::OneHot { levels, missing } => levels.len() + usize::from(*missing) + 1,
            Encoding::Date { indicator, month, weekday, hour, .. } => {
                1 + usize::from(*indicator) + 2 * (usize::from(*month) + usize::from(*weekday) + usize::from(*hour))
            }
        }
    }

    /// The names of these inputs.
    fn feature_names(&self, names: &mut Vec<String>) {
        let name = &self.name;
        let missing = || format!("{name} (missing)");
        let read = || format!("{name} ({})", self.layer.as_deref().unwrap_or_default());
        match &self.encoding {
            Encoding::AsIs => names.push(name.clone()),
            Encoding::Amount { .. } | Encoding::Id | Encoding::Level { .. } | Encoding::Text { .. } => {
                names.push(read())
            }
            Encoding::Integer { .. } | Encoding::Bin { .. } => names.push(read()),
            Encoding::Presence => names.push(missing()),
            Encoding::Number { indicator, .. } => {
                names.push(name.clone());
                names.extend(indicator.then(missing));
            }
            Encoding::OneHot { levels, missing } => {
                names.extend(levels.iter().map(|l| format!("{name}={l}")));
                names.extend(missing.then(|| format!("{name}=(missing)")));
                names.push(format!("{name}=(other)"));
            }
            Encoding::Date { indicator, month, weekday, hour, .. } => {
                names.push(name.clone());
                names.extend(indicator.then(missing));
                for (used, part) in [(month, "month"), (weekday, "weekday"), (hour, "hour")] {
                    if *used {
                        names.extend(["sin", "cos"].map(|f| format!("{name} ({part} {f})")));
                    }
                }
            }
        }
    }
}

impl Recipe {
    /// A recipe without inputs for a file with `columns` columns.
    pub(crate) fn new(header: bool, columns: usize, target: usize, more_targets: &[usize]) -> Self {
        Recipe {
            header,
            columns,
            target,
            more_targets: more_targets.to_vec(),
            decimal: None,
            missing: Vec::new(),
            inputs: Vec::new(),
            left_out: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Generates the names of the inputs.
    pub(crate) fn named(mut self) -> Self {
        self.names.clear();
        for input in &self.inputs {
            input.feature_names(&mut self.names);
        }
        self
    }

    /// The columns of the table, each with the number of its inputs.
    pub fn columns(&self) -> Columns {
        let mut columns = Columns::default();
        for input in &self.inputs {
            match &input.layer {
                None => columns.push(&input.name, input.width()),
                Some(layer) => {
                    let (below, applied) = (input.encoding.below(), input.encoding.is_applied());
                    columns.push_read(layer, &input.name, below, applied);
                }
            }
        }
        columns
    }

    /// The number of columns that are used; a column with several encodings counts once.
    pub fn columns_used(&self) -> usize {
        let first =
            |i: usize| self.inputs.iter().position(|other| other.position == self.inputs[i].position) == Some(i);
        (0..self.inputs.len()).filter(|i| first(*i)).count()
    }

    /// The number of inputs: the width of every matrix that this recipe produces.
    pub fn features(&self) -> usize {
        self.names.len()
    }

    /// The names of the inputs: `glucose`, `insulin (missing)`, `sex=female`, `sex=(other)`, ...
    pub fn feature_names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_is_the_formula_within_the_limit() {
        let scale = Standardization { mean: 10.0, sd: 2.0, limit: Some(5.0) };
        assert_eq!([12.0, 7.0, 1e9, -1e9].map(|x| scale.apply(x)), [1.0, -1.5, 5.0, -5.0]);
        assert_eq!(Standardization { limit: None, ..scale }.apply(1010.0), 500.0);
    }

    #[test]
    fn a_recipe_survives_json_and_names_its_features() {
        let input = |name: &str, encoding| InputColumn {
            name: name.into(),
            position: 0,
            kind: ColumnKind::Number,
            narrow: true,
            encoding,
            seen: Some(TrainingRange { min: -1.5, max: 2.0, unit: Some(NumberUnit::Money("R$".into())) }),
            layer: None,
        };
        let mut recipe = Recipe::new(true, 4, 3, &[]);
        recipe.decimal = Some(Decimal::Comma);
        recipe.inputs = vec![
            input(
                "x",
                Encoding::Number {
                    fill: 0.1,
                    scale: Standardization { mean: 1.0 / 3.0, sd: 2.0, limit: Some(5.0) },
                    indicator: true,
                },
            ),
            input("c", Encoding::OneHot { levels: vec!["a".into()], missing: true }),
            input(
                "d",
                Encoding::Date {
                    format: DateFormat::DayFirst,
                    fill: 0.0,
                    scale: Standardization::NONE,
                    indicator: false,
                    month: true,
                    weekday: false,
                    hour: false,
                },
            ),
        ];
        let recipe = recipe.named();
        let expected = ["x", "x (missing)", "c=a", "c=(missing)", "c=(other)", "d", "d (month sin)", "d (month cos)"];
        assert_eq!(recipe.feature_names(), expected);
        assert_eq!(recipe.features(), recipe.inputs.iter().map(InputColumn::width).sum::<usize>());
        let back: Recipe = serde_json::from_str(&serde_json::to_string(&recipe).unwrap()).unwrap();
        assert_eq!(back, recipe);
    }

    #[test]
    fn recipes_of_older_versions_are_read() {
        let json = r#"{"header":true,"columns":2,"target":1,"decimal":".","missing":[],"inputs":[{"name":"x","position":0,
            "kind":"number","narrow":true,"encoding":{"as":"number","fill":1.0,"mean":10.0,"sd":2.0,"limit":5.0,"indicator":false}},
            {"name":"d","position":1,"kind":"date","narrow":false,"encoding":{"as":"date","format":"day-first","fill":1.0,"mean":0.0,
            "sd":1.0,"indicator":false,"month":true,"weekday":false,"hour":false}}],"left_out":[]}"#;
        let recipe: Recipe = serde_json::from_str(json).unwrap();
        assert_eq!((recipe.inputs[0].seen.as_ref(), recipe.inputs[0].range()), (None, Some([2.0, 18.0])));
        let Encoding::Date { format, .. } = recipe.inputs[1].encoding else { panic!() };
        assert_eq!(format, DateFormat::DayFirst);
    }
}
