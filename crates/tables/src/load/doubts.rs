//! Notes about a column whose cells may have been misinterpreted.

use crate::cell::number::{Decimal, dress};
use crate::cell::text::decode;
use crate::column::codes::Names;
use crate::column::stats::Odd;
use crate::column::storage_type::{StorageType, quoted};
use crate::load::odd_words::is_placeholder;
use crate::load::profile::ColumnScan;
use crate::source::source::OpenedTable;
use crate::spec::note::Note;
use treino_core::Error;
use treino_core::catalog::list_setting;

/// A column with its storage type.
pub(crate) struct CheckedColumn<'a> {
    pub name: &'a str,
    pub profile: &'a ColumnScan,
    pub plan: StorageType,
    pub is_target: bool,
    /// In a column of almost only numbers, the first cell that is not a number.
    pub odd: Option<Odd>,
    /// The decimal separator of the file.
    pub decimal: Decimal,
}

/// The notes about a column; `place` gives the position of the row that starts at a byte, as in ` (line 7)`.
pub(crate) fn notes(column: &CheckedColumn<'_>, place: &dyn Fn(u64) -> String) -> Vec<Note> {
    let texts = [
        no_numbers(column),
        codes(column, place),
        dates(column, place),
        placeholders(column),
        dressed(column),
        absent(column),
    ];
    texts.into_iter().flatten().map(|text| Note::about(column.name, text)).collect()
}

/// A column that was perhaps meant to hold numbers or dates, but does not.
fn no_numbers(column: &CheckedColumn<'_>) -> Option<String> {
    if column.profile.other_mark() {
        let (here, there) = (column.decimal.other().mark(), column.decimal.mark());
        return Some(format!(
            "its decimal mark is \"{here}\" and that of the file \"{there}\", so it is not taken for numbers"
        ));
    }
    if column.profile.short_years() {
        return Some("dates with two-digit years are not read: write them with four".to_string());
    }
    let odd = column.odd.as_ref()?;
    Some(format!("{odd}, so it is not taken for numbers; {}", odd.remedy()))
}

/// Integers that were taken for codes, and those that were not in spite of a few leading zeros.
fn codes(column: &CheckedColumn<'_>, place: &dyn Fn(u64) -> String) -> Option<String> {
    let profile = column.profile;
    if !profile.number || !profile.whole || column.is_target {
        return None;
    }
    let odd = |(byte, cell): &(u64, String)| format!("{}{}", quoted(cell.as_bytes()), place(*byte));
    if !matches!(column.plan, StorageType::Category { .. }) {
        let (count, first) =
            profile.digits.some_padded().filter(|_| matches!(column.plan, StorageType::Number { .. }))?;
        let cells = if count == 1 { "1 cell has".to_string() } else { format!("{count} cells have") };
        return Some(format!(
            "{cells} zeros in front, such as {}; taken for numbers: name it in `data.categorical` if they are codes",
            odd(first)
        ));
    }
    let why = match profile.digits.names(profile.min, profile.max) {
        Some(Names::Padded(cell)) => format!("whole numbers with zeros in front, such as {},", odd(cell)),
        Some(Names::TooLong(cell)) => format!("whole numbers too long to be kept as numbers, such as {},", odd(cell)),
        Some(Names::Phones(cell)) => format!("whole numbers with a plus sign, such as {},", odd(cell)),
        Some(Names::OneLength(digits)) => format!("whole numbers of {digits} digits each"),
        None if profile.typed => "whole numbers that the file declares as text".to_string(),
        None => "whole numbers whose column is called like a code".to_string(),
    };
    Some(format!("{why} are taken for names, not for amounts; name it in `data.numeric` if they count something"))
}

/// Cells that are not dates, or dates that are not all in one order.
fn dates(column: &CheckedColumn<'_>, place: &dyn Fn(u64) -> String) -> Option<String> {
    let dates = &column.profile.dates;
    if let StorageType::Date(format) = column.plan {
        let mixed = dates.mixed()?;
        return Some(format!(
            "dates are written in several ways: {mixed} cells with the year first or the month as a name, the others as {}",
            format.pattern()
        ));
    }
    if let Some((count, format, (byte, odd))) = dates.almost() {
        let odd = quoted(odd.as_bytes());
        return Some(format!(
            "{count} of {} cells are dates like {}, and {odd}{} is none, so it is not taken for dates; if {odd} stands for a \
             missing cell, use {}",
            column.profile.present,
            format.pattern(),
            place(*byte),
            list_setting("data.missing", &[&dates.almost()?.2.1])
        ));
    }
    let two = dates.two_orders()?;
    let side = |(byte, cell): &(u64, String)| format!("{cell}{}", place(*byte));
    Some(format!(
        "dates of two orders are mixed, so it is not taken for dates: {} must have the day first, and {} the month",
        side(two.day_first),
        side(two.month_first)
    ))
}

/// Words in place of a missing number or date.
fn placeholders(column: &CheckedColumn<'_>) -> Option<String> {
    let profile = column.profile;
    let is_words = matches!(column.plan, StorageType::Category { .. });
    if !is_words || profile.number || profile.almost_numbers().is_some() || profile.dates.almost().is_some() {
        return None;
    }
    let (words, count) = profile.odd_words.on_purpose()?;
    let others = profile.present - count;
    if others * 2 < profile.present || others < 5 || profile.numbers_or_dates() != others {
        return None;
    }
    let what = if profile.are_dates(others) { "dates" } else { "numbers" };
    let list: Vec<String> = words.iter().map(|word| quoted(word.as_bytes())).collect();
    let list = list.join(" and ");
    let (is, stands) = if words.len() == 1 { ("is none", "stands") } else { ("are none", "stand") };
    Some(format!(
        "{others} of {} cells are {what}, and {list} {is}, so it is not taken for {what}; if {list} {stands} for a missing cell, \
         use {}",
        profile.present,
        list_setting("data.missing", &words)
    ))
}

/// Numbers that were read with a unit that their digits do not show.
fn dressed(column: &CheckedColumn<'_>) -> Option<String> {
    if !matches!(column.plan, StorageType::Number { .. } | StorageType::Label { .. }) {
        return None;
    }
    match column.profile.dress {
        d if d & dress::CLOCK != 0 => Some("times and durations, read as seconds".to_string()),
        d if d & dress::DASH != 0 => Some("a currency with a dash is read as 0".to_string()),
        _ => None,
    }
}

/// Cells of a target that a built-in word marks as missing.
fn absent(column: &CheckedColumn<'_>) -> Option<String> {
    let (count, word) = &column.profile.absent;
    let word = word.as_ref().filter(|_| column.is_target)?;
    let (rows, are) = if *count == 1 { ("1 cell", "is") } else { (&*format!("{count} cells"), "are") };
    Some(format!(
        "{rows} such as {} {are} taken for missing; use {} if it is a value like others",
        quoted(word.as_bytes()),
        list_setting("data.literal", &[column.name])
    ))
}

/// An error about one cell.
pub(crate) fn cell_error(opened: &OpenedTable, column: &str, what: &str, line: Option<usize>) -> Error {
    let e = Error::input(format!("column \"{column}\": {what}")).in_file(opened.source.name());
    match line {
        Some(line) => e.at_line(line),
        None => e,
    }
}

/// Advice for a cell that is not a number: to declare it missing is good advice for a placeholder word, and bad advice
/// for one value of many in a column of text.
pub(crate) fn advise(e: Error, what: &str, cell: &[u8], repeats: impl FnOnce() -> bool) -> Error {
    let is_no_date = what.contains(" is no date like ");
    if what.ends_with("is infinite") || is_no_date || (what.ends_with("is no number") && is_placeholder(&decode(cell)))
    {
        return e.help("a word that stands for a missing cell can be named with `data.missing`");
    }
    match what.ends_with("is no number") {
        true if repeats() => e.help("a word that stands for a missing cell can be named with `data.missing`"),
        true => e.help("a column of numbers holds nothing else; a missing cell is empty"),
        false => e,
    }
}

#[cfg(test)]
mod tests {
    use crate::{ColumnKind, DataSpec, TableSource, read};

    /// The type of a column with these cells, and the notes about it.
    fn told(cells: &[&str]) -> (ColumnKind, String) {
        let rows: String = cells.iter().map(|cell| format!("\"{cell}\",x\n")).collect();
        let table = read(&TableSource::text("t.csv", &format!("a,b\n{rows}")), &DataSpec::default()).unwrap();
        let notes = table.notes.iter().filter(|note| note.column.is_some()).map(ToString::to_string);
        (table.columns[0].kind, notes.collect::<Vec<_>>().join("\n"))
    }

    fn with(cells: &[&'static str], times: usize, others: &[&'static str]) -> Vec<&'static str> {
        let mut all = cells.repeat(times);
        others.iter().enumerate().for_each(|(i, other)| all.insert(3 + i, other));
        all
    }

    #[test]
    fn dates_that_are_none_name_themselves() {
        let (kind, notes) = told(&with(&["13/02/2020", "01/03/2020"], 20, &["00/00/0000"]));
        assert_eq!(kind, ColumnKind::Category);
        assert!(
            notes.contains("40 of 41 cells are dates like dd/mm/yyyy, and \"00/00/0000\" (line 5) is none"),
            "{notes}"
        );
        assert!(notes.ends_with("use `data.missing = [\"00/00/0000\"]`"), "{notes}");
        let (kind, notes) = told(&with(&["20200213", "20191230"], 20, &["99999999"]));
        assert_eq!(kind, ColumnKind::Integer);
        assert!(notes.contains("40 of 41 cells are dates like yyyymmdd, and \"99999999\" (line 5) is none"), "{notes}");
        let (_, notes) = told(&with(&["13/02/2020"], 20, &["02/13/2020"]));
        assert!(
            notes.contains("13/02/2020 (line 2) must have the day first, and 02/13/2020 (line 5) the month"),
            "{notes}"
        );
        let (kind, notes) = told(&with(&["13/02/2020"], 20, &["2020-02-13", "13 fev 2020"]));
        assert_eq!(kind, ColumnKind::Date);
        assert!(
            notes
                .contains("several ways: 2 cells with the year first or the month as a name, the others as dd/mm/yyyy"),
            "{notes}"
        );
        assert_eq!(told(&["13-Feb-2020", "1-Mar-2020", "2-apr-2020"]), (ColumnKind::Date, String::new()));
        assert!(told(&["13-Feb-20", "1-Mar-20"]).1.contains("two-digit years"));
        let (_, notes) = told(&with(&["13/02/2020"], 8, &["None", "None"]));
        assert!(
            notes.contains("8 of 10 cells are dates, and \"None\" is none")
                && notes.ends_with("use `data.missing = [\"None\"]`"),
            "{notes}"
        );
    }

    #[test]
    fn times_and_zero_amounts_are_told() {
        let (kind, notes) = told(&["09:02", "17:21", "23:59"]);
        assert_eq!((kind, &*notes), (ColumnKind::Integer, "column \"a\": times and durations, read as seconds"));
        let (kind, notes) = told(&["R$ 5,50", "R$ -", "-R$ 3,10"]);
        assert_eq!((kind, &*notes), (ColumnKind::Number, "column \"a\": a currency with a dash is read as 0"));
        assert_eq!(told(&["09:02", "17", "23:59"]).0, ColumnKind::Text);
    }

    #[test]
    fn words_among_numbers_are_told_where_they_stand_on_purpose() {
        let (_, notes) = told(&with(&["1", "2", "3"], 4, &["n.d.", "#DIV/0!", "n.d."]));
        assert!(notes.contains("12 of 15 cells are numbers, and \"n.d.\" and \"#DIV/0!\" are none"), "{notes}");
        assert!(notes.ends_with("use `data.missing = [\"n.d.\", \"#DIV/0!\"]`"), "{notes}");
        assert_eq!(told(&with(&["1", "2", "3"], 4, &["x", "y", "z", "w"])).1, "");
        assert_eq!(told(&["1", "None", "None", "None", "2"]).1, "");
    }
}
