//! Every parameter of every thing, with values just outside of what its descriptor allows: one message that names the
//! parameter's path, the value and what is allowed; and with values just inside, which pass.
//!
//! A new thing of the catalogue needs nothing here. A new kind of parameter needs its lines in `outside` and `inside`, a new
//! room its line in `at`, and a rule between parameters its line in the last table.

use crate::scratch::Scratch;
use std::path::Path;
use treino::FAMILIES;
use treino::catalog::parse;
use treino::catalog::{Family, Interval, Kind, Value};
use treino::error::Error;
use treino::spec::Spec;

/// A value as it is typed, where it stands below the parameter, and what the message must hold.
struct Bad {
    typed: String,
    below: String,
    words: Vec<String>,
}

fn bad(typed: &str, words: &[&str]) -> Bad {
    Bad { typed: typed.into(), below: String::new(), words: words.iter().map(ToString::to_string).collect() }
}

/// A word with its last letter twice.
fn typo(word: &str) -> String {
    format!("{word}{}", word.chars().last().unwrap_or('x'))
}

/// Values just outside of a kind.
fn outside(kind: &Kind) -> Vec<Bad> {
    let allowed = kind.to_string();
    // Of the wrong type, shown as typed.
    let wrong = |typed: &[&str]| -> Vec<Bad> {
        typed.iter().map(|t| bad(t, &[&format!("is {t}, but must be"), &allowed])).collect()
    };
    let within = |kind: &Kind, open: &str, close: &str, below: &str| -> Vec<Bad> {
        let put =
            |it: Bad| Bad { typed: format!("{open}{}{close}", it.typed), below: format!("{below}{}", it.below), ..it };
        outside(kind).into_iter().map(put).collect()
    };
    match kind {
        Kind::Bool => wrong(&["1", "0.5", "\"yes\"", "[true]", "[]"]),
        Kind::Int(interval) => {
            let mut all = wrong(&["1.5", "true", "\"two\"", "[2]"]);
            all.extend(edges(interval, 1.0).0.iter().flat_map(|x| wrong(&[&format!("{x}")])));
            all
        }
        Kind::Float(interval) => {
            let mut all = wrong(&["true", "\"x\"", "[0.5]"]);
            all.extend(["nan", "inf", "-inf"].map(|t| bad(t, &["is ", ", but must be", &allowed])));
            let shown = edges(interval, 1e-9).0.into_iter().map(|x| Value::Float(x).to_string());
            all.extend(shown.flat_map(|x| wrong(&[&x])));
            all
        }
        Kind::Text => wrong(&["1", "0.5", "true", "[\"x\"]"]),
        Kind::TextOrInt => wrong(&["0.5", "true", "[1]"]),
        Kind::Choice(words) | Kind::CountOr(words) => {
            let mut all = wrong(&["true", "0", "0.5", "[]"]);
            for word in words.iter().filter(|word| word.len() > 2) {
                let typo = typo(word);
                all.push(bad(&format!("\"{typo}\""), &[&typo, &allowed, &format!("did you mean \"{word}\"?")]));
            }
            if matches!(kind, Kind::CountOr(_)) {
                all.extend(wrong(&["-1", "1.5"]));
            }
            all
        }
        Kind::Component(room) => {
            let mut all = vec![
                bad("{ a = 1 }", &["does not say which", room.one]),
                bad("{ type = 1 }", &["type must be a text"]),
            ];
            all.extend(["1", "true", "[1]"].map(|t| bad(t, &[&format!("is {t}, but must be"), room.name])));
            let name = room.components[0].name;
            all.push(Bad {
                below: "-".into(),
                ..bad(&format!("\"{}\"", typo(name)), &[&typo(name), room.one, "did you mean"])
            });
            all
        }
        Kind::FloatOrComponent(interval, room) => {
            let shown = edges(interval, 1e-9).0.into_iter().map(|x| Value::Float(x).to_string());
            let mut all: Vec<Bad> = shown.flat_map(|x| wrong(&[&x])).collect();
            all.extend(wrong(&["true", "[true]"]));
            let name = room.components[0].name;
            all.push(Bad { below: "-".into(), ..bad(&format!("\"{}\"", typo(name)), &[&typo(name), "did you mean"]) });
            all
        }
        Kind::List(item) => {
            let mut all = within(item, "[", "]", "[0]");
            // A table is no list of anything; one number may stand for itself where the reader says so.
            all.extend(wrong(&["true"]));
            all
        }
        Kind::OneOrMore(item) => {
            let is_list = |it: &Bad| it.typed.starts_with('[');
            let alone = outside(item).into_iter().filter(|it| !is_list(it));
            alone.chain(within(item, "[", "]", "[0]")).collect()
        }
        Kind::PerOutput(item) => {
            let is_table = |it: &Bad| it.typed.starts_with('{');
            let alone = outside(item).into_iter().filter(|it| !is_table(it));
            alone.chain(within(item, "{ out = ", " }", ".out")).collect()
        }
        Kind::ClassWeight => ["1", "true", "\"balancedd\"", "{ yes = -1 }", "{ yes = \"x\" }", "{ yes = nan }"]
            .map(|t| bad(t, &[]))
            .into(),
        // What a kind of other values may hold says its own room.
        #[allow(unreachable_patterns)]
        other => panic!("bad_parameters.rs does not know the kind \"{other}\": add values outside and inside of it"),
    }
}

/// Numbers just outside of an interval, and just inside.
fn edges(interval: &Interval, step: f64) -> (Vec<f64>, Vec<f64>) {
    let near = |x: f64, sign: f64| if step == 1.0 { x + sign } else { x + sign * step * x.abs().max(1.0) };
    let (mut out, mut inside) = (Vec::new(), Vec::new());
    let mut end = |x: f64, open: bool, inwards: f64| {
        if x.is_finite() {
            out.push(if open { x } else { near(x, -inwards) });
            inside.push(if open { near(x, inwards) } else { x });
        }
    };
    end(interval.min, interval.open_min, 1.0);
    end(interval.max, interval.open_max, -1.0);
    (out, inside)
}

/// Values just inside of a kind, as typed.
fn inside(kind: &Kind) -> Vec<String> {
    let names = |room: &Family| -> Vec<String> { room.components.iter().map(|d| format!("\"{}\"", d.name)).collect() };
    let number = |x: f64| Value::Float(x).to_string();
    match kind {
        Kind::Bool => vec!["true".into(), "false".into()],
        Kind::Int(interval) => edges(interval, 1.0).1.into_iter().map(|x| format!("{x}")).collect(),
        Kind::Float(interval) => edges(interval, 1e-9).1.into_iter().map(number).collect(),
        Kind::Choice(words) => words.iter().map(|w| format!("\"{w}\"")).collect(),
        Kind::CountOr(words) => words.iter().map(|w| format!("\"{w}\"")).chain(["1".to_string()]).collect(),
        Kind::Component(room) => names(room),
        Kind::FloatOrComponent(interval, room) => {
            let numbers = edges(interval, 1e-9).1.into_iter().map(number);
            numbers.chain(names(room)).collect()
        }
        Kind::List(item) => inside(item).into_iter().map(|it| format!("[{it}]")).collect(),
        Kind::OneOrMore(item) => inside(item).into_iter().flat_map(|it| [format!("[{it}]"), it]).collect(),
        Kind::PerOutput(item) => inside(item).into_iter().flat_map(|it| [format!("{{ out = {it} }}"), it]).collect(),
        Kind::ClassWeight => vec!["\"balanced\"".into(), "{ yes = 0 }".into()],
        // Which texts make sense depends on the parameter.
        _ => Vec::new(),
    }
}

/// A spec in which a thing stands, and its path. `rest` are the thing's parameters, each with a comma before it.
fn at(room: &Family, name: &str, rest: &str) -> (String, String) {
    let table = format!("{{ type = \"{name}\"{rest} }}");
    let dense = |key: &str| {
        (format!("model = {{ layers = [{{ type = \"dense\", {key} = {table} }}] }}"), format!("model.layers[0].{key}"))
    };
    match room.name {
        "sections" => (format!("{name} = {{ {} }}", rest.trim_start_matches(", ")), name.to_string()),
        "layers" => (format!("model = {{ layers = [{table}] }}"), "model.layers[0]".into()),
        "activations" => (format!("model = {{ activation = {table} }}"), "model.activation".into()),
        "initializers" => (format!("model = {{ kernel_initializer = {table} }}"), "model.kernel_initializer".into()),
        "regularizers" => dense("kernel_regularizer"),
        "constraints" => dense("kernel_constraint"),
        "losses" => (format!("compile = {{ loss = {table} }}"), "compile.loss".into()),
        "optimizers" => (format!("compile = {{ optimizer = {table} }}"), "compile.optimizer".into()),
        "schedules" => (
            format!("compile = {{ optimizer = {{ type = \"sgd\", learning_rate = {table} }} }}"),
            "compile.optimizer.learning_rate".into(),
        ),
        "metrics" => (format!("compile = {{ metrics = [{table}] }}"), "compile.metrics[0]".into()),
        "callbacks" => (format!("callbacks = [{table}]"), "callbacks[0]".into()),
        "pruners" => (format!("search = {{ prune = {table} }}"), "search.prune".into()),
        other => panic!("{other} has no place in a spec"),
    }
}

/// Every mistake in one parameter or name: the spec, and what the message must hold.
fn mistakes() -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    // Pruners stand in a study, not in a training.
    for room in FAMILIES.into_iter().filter(|room| room.name != "pruners") {
        for thing in room.components {
            for param in thing.params {
                let own = |value: &str| at(room, thing.name, &format!(", {} = {value}", param.name));
                for bad in outside(&param.kind) {
                    let (spec, path) = own(&bad.typed);
                    let mut words = bad.words;
                    // A name that is unknown is told by its place in the file alone.
                    if !bad.below.contains('-') {
                        words.push(format!("{path}.{}{}", param.name, bad.below));
                    }
                    all.push((spec, words));
                }
                let wrong = typo(param.name);
                let (spec, path) = at(room, thing.name, &format!(", {wrong} = 1"));
                // With a key that stands beside layers the message is about that.
                let nearest = format!("did you mean \"{}\"?", param.name);
                all.push((spec, vec![format!("{path} has no \"{wrong}\""), nearest]));
            }
            let wrong = typo(thing.name);
            let (spec, _) = at(room, &wrong, "");
            let said = if !room.is_chosen { "section" } else { room.one };
            all.push((
                spec,
                vec![format!("\"{wrong}\""), said.to_string(), format!("did you mean \"{}\"?", thing.name)],
            ));
        }
    }
    all
}

fn read(spec: &str) -> Result<Spec, Error> {
    Spec::read(&parse(spec, Path::new("spec.toml"))?)
}

#[test]
fn values_just_outside_are_refused_with_their_path_and_range() {
    let mistakes = mistakes();
    assert!(mistakes.len() > 3000, "{}", mistakes.len());
    let mut wrong = Vec::new();
    for (spec, words) in &mistakes {
        match read(spec) {
            Ok(_) => wrong.push(format!("{spec}\n  was read")),
            Err(e) => {
                let said = e.to_string();
                if let Some(word) = words.iter().find(|word| !said.contains(word.as_str())) {
                    wrong.push(format!("{spec}\n  said: {said}\n  and not: {word}"));
                } else if e.span().is_none() {
                    wrong.push(format!("{spec}\n  said: {said}\n  without a place"));
                }
            }
        }
    }
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {}:\n{shown}", wrong.len(), mistakes.len());
}

#[test]
fn values_just_inside_are_read() {
    let mut wrong = Vec::new();
    // Pruners stand in a study, not in a training.
    for room in FAMILIES.into_iter().filter(|room| room.name != "pruners") {
        for thing in room.components {
            for param in thing.params {
                for value in inside(&param.kind) {
                    let (spec, _) = at(room, thing.name, &format!(", {} = {value}", param.name));
                    wrong.extend(read(&spec).err().map(|e| format!("{spec}\n  said: {e}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same through the program: exit code 2, one message, nothing written.
#[test]
fn the_program_refuses_them_too() {
    let scratch = Scratch::new();
    let mistakes = mistakes();
    let mut lines = Vec::new();
    for (i, (spec, words)) in mistakes.iter().step_by(mistakes.len() / 60).enumerate() {
        scratch.write(&format!("{i}.toml"), spec);
        lines.push((format!("train {i}.toml"), words));
    }
    let huge = vec!["99999999999999999999".to_string(), "too large".to_string()];
    scratch.write("huge.toml", "fit = { epochs = 99999999999999999999 }");
    lines.push(("train huge.toml".to_string(), &huge));
    for (line, words) in lines {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        scratch.refuses(&line, &words);
    }
}

/// What holds between parameters. `model` etc. are laid over a good spec.
#[test]
fn parameters_that_contradict_each_other() {
    let scratch = Scratch::with(&["pima.csv"]);
    let optimizer = |it: &str| format!("--optimizer '{it}'");
    let rate = |it: &str| format!("--optimizer '{{ type = \"sgd\", learning_rate = {it} }}'");
    let dense = |it: &str| {
        format!(
            "--set 'model.layers=[{{ type = \"dense\", units = 4, {it} }}, {{ type = \"dense\", activation = \"sigmoid\" }}]'"
        )
    };
    let layer = |it: &str| {
        format!(
            "--set 'model.layers=[{{ type = \"dense\", units = 6 }}, {it}, {{ type = \"flatten\" }}, {{ type = \"dense\", activation = \"sigmoid\" }}]'"
        )
    };
    let metric = |it: &str| format!("--set 'compile.metrics=[{it}]'");
    let callback = |it: &str| format!("--set 'callbacks=[{it}]'");
    let cases: Vec<(String, &[&str])> = vec![
        (optimizer("{ type = \"adam\", clipnorm = 1, clipvalue = 1 }"), &["clipnorm and clipvalue", "one way"]),
        (
            optimizer("{ type = \"adam\", exclude_from_weight_decay = [\"(\"] }"),
            &["exclude_from_weight_decay", "\"(\""],
        ),
        (optimizer("{ type = \"lbfgs\", c1 = 0.9, c2 = 0.1 }"), &["c1", "c2"]),
        (optimizer("lbfgs"), &["lbfgs", "batch_size"]),
        (rate("{ type = \"cosine_decay\", warmup_steps = 5 }"), &["warmup_steps", "warmup_target"]),
        (
            rate("{ type = \"piecewise_constant_decay\", boundaries = [1, 2], values = [0.1, 0.2] }"),
            &["boundaries", "values"],
        ),
        (
            rate("{ type = \"piecewise_constant_decay\", boundaries = [2, 1], values = [0.1, 0.2, 0.3] }"),
            &["boundaries must ascend"],
        ),
        (
            dense("kernel_constraint = { type = \"min_max_norm\", min_value = 2, max_value = 1 }"),
            &["min_value is 2", "max_value", "1"],
        ),
        (dense("kernel_constraint = { type = \"max_norm\", axis = 2 }"), &["axis is 2", "-2 to 1"]),
        (dense("bias_initializer = \"orthogonal\""), &["orthogonal", "vector"]),
        (dense("activation = \"glu\"").replace("units = 4", "units = 5"), &["glu", "5 wide"]),
        (layer("{ type = \"group_normalization\", groups = 4 }"), &["groups", "4", "6"]),
        (layer("{ type = \"group_normalization\", groups = 0 }"), &["groups", "0"]),
        (layer("{ type = \"reshape\", target_shape = [-1, -1] }"), &["target_shape", "more than one -1"]),
        (layer("{ type = \"reshape\", target_shape = [4, 2] }"), &["target_shape is [4, 2]", "6 numbers"]),
        (layer("{ type = \"normalization\", mean = [0] }"), &["mean and variance go together"]),
        (layer("{ type = \"rescaling\", scale = [1, 2] }"), &["2 numbers", "6 columns"]),
        (layer("{ type = \"add\" }"), &["two or more", "inputs"]),
        (metric("{ type = \"precision\", class_id = 3 }"), &["class_id is 3", "1 outputs"]),
        (metric("{ type = \"binary_io_u\", target_class_ids = [2] }"), &["target_class_ids", "2"]),
        (callback("\"model_checkpoint\""), &["filepath", ".safetensors"]),
        (callback("{ type = \"model_checkpoint\", filepath = \"a.keras\" }"), &["a.keras", ".safetensors"]),
        (callback("\"csv_logger\""), &["csv_logger needs a filename"]),
        (callback("{ type = \"csv_logger\", filename = \"a.csv\", separator = \";;\" }"), &["separator", "\";;\""]),
        (callback("\"backup_and_restore\""), &["backup_and_restore needs a backup_dir"]),
        (callback("\"swap_ema_weights\""), &["use_ema = true"]),
        (callback("{ type = \"early_stopping\", monitor = \"val_los\" }"), &["\"val_los\"", "val_loss"]),
        ("--validation-split 0.5 --test-split 0.5".into(), &["validation_split", "test_split", "below 1"]),
        ("--set model.layers=[] --hidden 3".into(), &["layers", "hidden"]),
    ];
    let lines: Vec<(String, &[&str])> =
        cases.iter().map(|(flags, words)| (format!("train pima.csv --target diabetes {flags}"), *words)).collect();
    let lines: Vec<(&str, &[&str])> = lines.iter().map(|(line, words)| (line.as_str(), *words)).collect();
    scratch.refuses_all(&lines);
}

/// What would need more memory or time than any machine has is refused with the largest number allowed.
#[test]
fn absurd_numbers_are_refused_with_the_largest_one_allowed() {
    let scratch = Scratch::with(&["iris.csv"]);
    let train = "train iris.csv --target species --epochs 1 -q";
    let study = "study iris.csv --target species --vary learning_rate=0.1,0.01 --epochs 1 -q";
    let huge = "9223372036854775807";
    let cases = [
        (format!("{train} --repeats {huge}"), "in [1, 100000]"),
        (format!("{train} --repeats 1000000000000"), "in [1, 100000]"),
        (format!("train iris.csv --target species -q --epochs {huge}"), "in [1, 1000000000]"),
        (format!("{train} --hidden {huge}"), "more than 1073741824 parameters"),
        (format!("{study} --repeats {huge}"), "in [1, 100000]"),
        (format!("{study} --confirm-seeds {huge}"), "in [1, 100000]"),
        (format!("{study} --sources {huge}"), "in [0, 100000]"),
        (format!("{study} --folds {huge}"), "in [2, 100000]"),
        (format!("{study} --prune '{{ type = \"hyperband\", max_epochs = {huge} }}'"), "in [1, 1000000000]"),
        (format!("{train} --set 'compile.metrics=[{{ type=\"auc\", num_thresholds={huge} }}]'"), "in [2, 65536]"),
        (format!("{train} --set 'compile.metrics=[{{ type=\"mean_io_u\", num_classes=1000000 }}]'"), "in [1, 4096]"),
        (format!("{train} --optimizer '{{ type = \"muon\", ns_steps = {huge} }}'"), "in [0, 100]"),
        (format!("{train} --skip-rows {huge}"), "iris.csv"),
    ];
    for (line, words) in &cases {
        scratch.refuses(line, &[words]);
    }
}
