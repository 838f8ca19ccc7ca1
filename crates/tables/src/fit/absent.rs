//! Classes that are missing from a part of the data: a class without training rows cannot be learned, a class without
//! rows in another part cannot be measured there.

use crate::SplitMethod;
use crate::column::dataset::Dataset;
use crate::column::stats::level_counts;
use crate::column::target::Target;
use crate::spec::note::Note;
use crate::spec::spec::DataSpec;

/// Notes about the classes of a target, which is column `at` of the targets, that are missing from parts.
pub(crate) fn notes(
    target: &Target,
    at: usize,
    train: &Dataset,
    others: [(&str, Option<&Dataset>); 2],
    spec: &DataSpec,
) -> Vec<Note> {
    let counts =
        |part: &Dataset| level_counts(target.classes.len(), (0..part.len()).map(|row| part.y.get(row, at) as u32));
    let in_train = counts(train);
    let in_others: Vec<(&str, Vec<usize>)> =
        others.iter().filter_map(|(name, part)| Some((*name, counts((*part)?)))).collect();
    let named = |wanted: &dyn Fn(usize) -> bool| -> Vec<&String> {
        target.classes.iter().enumerate().filter(|(class, _)| wanted(*class)).map(|(_, name)| name).collect()
    };
    let mut notes = Vec::new();
    let lost = named(&|class| in_train[class] == 0);
    let because = match spec.split {
        SplitMethod::Last => ", because the last rows were kept back from a sorted file: use `data.split = \"random\"`",
        SplitMethod::Random => "",
    };
    if !lost.is_empty() {
        let (classes, do_not) = subject(&lost);
        notes.push(Note::about(&target.name, format!("{classes} {do_not} occur among the training rows{because}")));
    }
    if in_others.is_empty() {
        return notes;
    }
    let single = named(&|class| in_train[class] == 1 && in_others.iter().all(|(_, counts)| counts[class] == 0));
    if !single.is_empty() {
        let (classes, _) = subject(&single);
        let (have, are) = if single.len() == 1 { ("has", "it is") } else { ("have", "these are") };
        let what = format!("{classes} {have} 1 row: {are} among the training rows and cannot be validated or tested");
        notes.push(Note::about(&target.name, what));
    }
    for (part, counts) in &in_others {
        let absent = named(&|class| in_train[class] > 0 && counts[class] == 0);
        let absent: Vec<&String> = absent.into_iter().filter(|name| !single.contains(name)).collect();
        if !absent.is_empty() {
            let (classes, do_not) = subject(&absent);
            let what = format!("{classes} {do_not} occur among the {part} rows, whose scores say nothing about that");
            notes.push(Note::about(&target.name, what));
        }
    }
    notes
}

/// The classes as the subject of a sentence, and the matching "do not".
fn subject(names: &[&String]) -> (String, &'static str) {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect();
    match (names.len(), shown.split_last()) {
        (1, _) => (format!("the class {}", shown[0]), "does not"),
        (n, _) if n > SHOWN => (format!("the classes {} and {} more", shown.join(", "), n - SHOWN), "do not"),
        (_, Some((last, others))) => (format!("the classes {} and {last}", others.join(", ")), "do not"),
        (_, None) => (String::new(), "do not"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DataSpec, SplitMethod, TableSource, prepare_table, read};

    fn notes(classes: &str, spec: &DataSpec) -> Vec<String> {
        let rows: String = classes.chars().enumerate().map(|(i, class)| format!("{},{class}\n", i * 7 % 10)).collect();
        let table = read(&TableSource::text("t.csv", &format!("a,y\n{rows}")), spec).unwrap();
        let found = prepare_table(table, spec).unwrap().notes;
        found.iter().map(ToString::to_string).filter(|note| note.contains("the class")).collect()
    }

    #[test]
    fn classes_that_a_part_lacks_are_named() {
        let random = DataSpec::new("", "y");
        let last = DataSpec { split: SplitMethod::Last, ..random.clone() };
        let sorted = ["A", "B", "C", "D", "E"].map(|class| class.repeat(10)).concat();
        let found = notes(&sorted, &last);
        let begin =
            "column \"y\": the classes \"D\" and \"E\" do not occur among the training rows, because the last rows";
        assert!(found[0].starts_with(begin) && found[0].ends_with("use `data.split = \"random\"`"), "{found:?}");
        assert!(found[1].contains("the classes \"A\", \"B\" and \"C\" do not occur among the validation rows"));
        assert!(notes(&sorted, &random).is_empty());
        let found = notes(&("AB".repeat(20) + "C"), &random);
        assert_eq!(
            found,
            [
                "column \"y\": the class \"C\" has 1 row: it is among the training rows and cannot be validated or tested"
            ]
        );
        let found = notes(&("AB".repeat(20) + "CC"), &random);
        assert!(found.iter().all(|note| note.contains("the class \"C\" does not occur among the")), "{found:?}");
        assert_eq!(found.len(), 2);
        let none = DataSpec { validation_split: 0.0, test_split: 0.0, ..random };
        assert!(notes(&("AB".repeat(20) + "C"), &none).is_empty());
    }
}
