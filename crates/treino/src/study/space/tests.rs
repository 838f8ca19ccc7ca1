use super::*;
use crate::study::search::{Grid, Sampler, grid_size};

fn base() -> Entries {
    Spec::automatic()
}

fn of_toml(text: &str) -> Result<SearchSpace> {
    let entries = treino_core::catalog::parse(text, std::path::Path::new("s.toml"))?;
    let read = |entry: &treino_core::catalog::Entry| Dimension::read(&entry.key, &entry.origin, &entry.node);
    SearchSpace::new(entries.list.iter().map(read).collect::<Result<_>>()?, &base())
}

fn of_flags(flags: &[&str]) -> Result<SearchSpace> {
    SearchSpace::new(flags.iter().map(|flag| Dimension::typed(flag)).collect::<Result<_>>()?, &base())
}

#[test]
fn a_grid_of_flags_makes_every_spec_once() {
    let space = of_flags(&["learning_rate=0.001,0.1", "optimizer=sgd,adam", "hidden=[8],[8, 8]"]).unwrap();
    assert_eq!(grid_size(&space), Some(8));
    let specs: Vec<String> = (0..8)
        .map(|at| {
            let point = Grid.suggest(&space, at, &[], 1).unwrap();
            let spec = Spec::read(&space.apply(&base(), &point).unwrap()).unwrap();
            format!("{} {:?}", spec.compile.optimizer.in_words(), spec.model.hidden)
        })
        .collect();
    assert_eq!(specs[0], "sgd at 0.001 [8]");
    assert_eq!(specs[7], "adam at 0.1 [8, 8]");
    assert_eq!(specs.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
    assert!(Grid.suggest(&space, 8, &[], 1).is_none());
}

#[test]
fn conditions_leave_dimensions_out() {
    let text = "optimizer = [\"sgd\", \"adam\"]\n\
                \"optimizer.momentum\" = { choices = [0.0, 0.9], when = \"optimizer == 'sgd'\" }\n";
    let space = of_toml(text).unwrap();
    assert_eq!(grid_size(&space), Some(3));
    let words: Vec<_> = (0..3).map(|at| space.describe(&Grid.suggest(&space, at, &[], 1).unwrap())).collect();
    assert_eq!(words[1], [("optimizer".into(), "sgd".into()), ("optimizer.momentum".into(), "0.9".into())]);
    assert_eq!(words[2], [("optimizer".into(), "adam".to_string())]);
}

#[test]
fn layers_have_as_many_widths_as_there_are_layers() {
    let space = of_toml("\"model.hidden[*].units\" = [4, 8]\n\"model.hidden.count\" = [1, 2]\n").unwrap();
    assert_eq!(grid_size(&space), Some(2 + 4));
    let spec = Spec::read(&space.apply(&base(), &Grid.suggest(&space, 5, &[], 1).unwrap()).unwrap()).unwrap();
    assert_eq!(spec.model.hidden, [8, 8]);
}

#[test]
fn bad_spaces_say_where() {
    let fails = |text: &str| of_toml(text).unwrap_err().to_string();
    assert!(fails("lerning_rate = [1.0]").contains("no \"lerning_rate\""), "{}", fails("lerning_rate = [1.0]"));
    for (text, what) in [
        ("lerning_rate = [1.0]", "s.toml:1:1\n  help: did you mean \"learning_rate\"?"),
        ("learning_rate = { float = [1.0, 0.1] }", "1 is not below 0.1\n  at s.toml:1:27"),
        ("learning_rate = { float = [0.0, 0.1], scale = \"log\" }", "begins above 0"),
        ("learning_rate = { float = [0.1, 0.5], scale = \"lgo\" }", "s.toml:1:47\n  help: possible: linear, log"),
        ("learning_rate = []", "is empty\n  at s.toml:1:17"),
        ("learning_rate = [0.1, 0.1]", "twice\n  at s.toml:1:23"),
        ("learning_rate = 0.1", "must be a list or a range\n  at s.toml:1:17"),
        ("batch_size = [16, -1]", "fit.batch_size is -1, but must be a whole number of at least 1\n  at s.toml:1:19"),
        ("batch_size = { int = [0.5, 2] }", "must be two whole numbers"),
        ("batch_size = { int = [8, 100], scale = \"pow2\" }", "powers of two"),
        ("optimizer = [\"sgd\", \"adm\"]", "\"adm\" is not the name of an optimizer\n  at s.toml:1:21"),
        ("dropout = { float = [0.0, 0.5], when = \"optimizer == 'sgd'\" }", "can never hold\n  at s.toml:1:40"),
        ("dropout = { float = [0.0, 0.5], when = \"nothing == 1\" }", "no \"nothing\""),
        ("dropout = { float = [0.0, 0.5], when = \"optimizer ==\" }", "cannot be read"),
        ("dropout = { float = [0.0, 0.5], zreo = 0.1 }", "no \"zreo\"\n  at s.toml:1:33"),
        ("\"model.hidden.count\" = [1, 2]", "nothing says how wide"),
    ] {
        assert!(fails(text).contains(what), "{text}\n{}", fails(text));
    }
    let e = of_flags(&["learning_rate"]).unwrap_err();
    assert!(e.message().contains("has no values"));
    assert!(of_flags(&[]).unwrap_err().message().contains("nothing to vary"));
    let e = of_flags(&["dropout=0.1,2"]).unwrap_err().to_string();
    assert!(e.contains("model.dropout is 2, but must be") && e.contains("vary dropout=0.1,2"), "{e}");
}

#[test]
fn ranges_of_flags_know_their_type() {
    let space = of_flags(&["dropout=0..0.5", "batch_size=8..64:pow2", "learning_rate=1e-4..1:log", "l2=0..1"]).unwrap();
    let domains = space.domains();
    assert!(matches!(domains[0], Domain::Float { log: false, .. }));
    assert!(matches!(domains[1], Domain::Int { low: 8, high: 64, .. }));
    assert!(matches!(domains[2], Domain::Float { log: true, .. }));
    assert!(matches!(domains[3], Domain::Float { .. }));
    assert_eq!(grid_size(&space), None);
}
