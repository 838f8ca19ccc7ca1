//! `treino study` as its users run it.

use crate::scratch::Scratch;
use serde_json::Value;
use std::process::{Command, Stdio};

const GRID: &str = "--target species --hidden 8 --epochs 5 --vary optimizer=sgd,adam --vary learning_rate=0.01,0.1";

/// A study that has more to write than fits.
const LARGE: &str =
    "study iris.csv --target species --hidden 8 --epochs 40 --vary learning_rate=0.01,0.1,0.2,0.3 --repeats 100 -q";

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_study_compares_says_and_keeps() {
    let scratch = Scratch::with(&["iris.csv"]);
    let done = scratch.run(&format!("study iris.csv {GRID} --repeats 4"));
    assert!([0, 3].contains(&done.code), "{done:?}");
    for part in ["the same 4 seeds for every config", "optimizer, learning_rate", "adam, 0.1", "verdict", "With 10 new"]
    {
        assert!(done.stdout.contains(part), "{part}\n{}", done.stdout);
    }
    let shown = scratch.good("study show studies/iris").stdout;
    assert!(done.stdout.contains(shown.trim_end()), "{shown}");
    assert!(scratch.good("study ls").stdout.contains("iris"));
    let csv = scratch.good("study export iris").stdout;
    assert_eq!(csv.lines().count(), 1 + 4 * 4 + 10);
    assert!(csv.starts_with("phase,config,seed,fold,budget,outcome,value,epochs,seconds,optimizer,learning_rate,loss"));

    // The same command again has nothing to do, and says the same.
    let again = scratch.run(&format!("study iris.csv {GRID} --repeats 4"));
    assert!(again.stdout.contains("26 trainings are already done"), "{}", again.stdout);
    let table = |text: &str| text.split_once("\n\n").unwrap().1.to_string();
    assert_eq!(table(&again.stdout), table(&done.stdout));
}

#[test]
fn the_same_fingerprint_for_one_worker_and_two() {
    let scratch = Scratch::with(&["iris.csv"]);
    let mut prints = Vec::new();
    for threads in [1, 2] {
        scratch.run(&format!("study iris.csv {GRID} --repeats 3 --threads {threads} --name s{threads} -q"));
        prints.push(scratch.good(&format!("study show s{threads} --fingerprint")).stdout);
    }
    assert_eq!(prints[0], prints[1]);
    assert_eq!(prints[0].trim().len(), 32);
}

#[test]
fn killed_at_any_moment_it_goes_on_and_ends_the_same() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = "--target species --hidden 16 --epochs 60 --vary learning_rate=0.01,0.1 --repeats 60 -q";
    scratch.run(&format!("study iris.csv {flags} --name whole"));
    let wanted = scratch.good("study show whole --fingerprint").stdout;
    for milliseconds in [15, 40, 80] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treino"));
        command.current_dir(scratch.path("")).args(format!("study iris.csv {flags} --name cut").split(' '));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    scratch.run(&format!("study iris.csv {flags} --name cut"));
    assert_eq!(scratch.good("study show cut --fingerprint").stdout, wanted);
}

#[test]
fn exit_codes_say_what_was_decided() {
    let scratch = Scratch::with(&["iris.csv"]);
    let clear = "study iris.csv --target species --epochs 8 --vary learning_rate=0.000001,0.01 --repeats 5";
    assert_eq!(scratch.run(clear).code, 0);
    let level = "study iris.csv --target species --epochs 8 --vary fit.shuffle=true --vary batch_size=31,32 --repeats 2 --name level";
    let done = scratch.run(level);
    assert_eq!(done.code, 3);
    assert!(done.stdout.contains("no significant difference"), "{}", done.stdout);
    let json = scratch.run(&format!("{level}2 --json"));
    let lines = lines(&json.stdout);
    assert_eq!(lines.len(), 2 * 2 + 10 + 1);
    assert!(lines[..14].iter().all(|line| line["event"] == "training"));
    assert_eq!((&lines[14]["event"], &lines[14]["decided"]), (&"study".into(), &false.into()));
}

#[test]
fn a_study_file_names_its_base_and_its_mistakes_have_places() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.write("base.toml", "[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[fit]\nepochs = 4\n");
    let good = "[study]\nbase = \"base.toml\"\n[space]\noptimizer = [\"sgd\", \"adam\"]\n\"optimizer.momentum\" = { choices = [0.0, 0.9], \
                when = \"optimizer == 'sgd'\" }\n[repeats]\nseeds = 2\n";
    scratch.write("good.toml", good);
    let done = scratch.run("study good.toml");
    assert!([0, 3].contains(&done.code) && done.stdout.contains("optimizer=adam"), "{done:?}");
    for (wrong, right, place) in [
        ("\"adm\"", "\"adam\"", "bad.toml:4:21"),
        ("'sgdd'", "'sgd'", "bad.toml:5:55"),
        ("[sapce]", "[space]", "bad.toml:3:2"),
        ("base = \"bsae.toml\"", "base = \"base.toml\"", "bad.toml:2:8"),
        ("seeds = 0", "seeds = 2", "bad.toml:7:9"),
    ] {
        scratch.write("bad.toml", good.replace(right, wrong));
        let done = scratch.run("study bad.toml");
        assert_eq!(done.code, 2, "{wrong}: {done:?}");
        assert!(done.stderr.contains(place), "{wrong}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked"));
    }
    assert!(!scratch.path("studies/bad").exists());
}

#[test]
fn another_study_of_the_same_name_is_not_touched() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = "--target species --epochs 2 --repeats 2 -q";
    scratch.run(&format!("study iris.csv {flags} --vary learning_rate=0.01,0.1"));
    let before = scratch.good("study show iris --fingerprint").stdout;
    let done = scratch.run(&format!("study iris.csv {flags} --vary learning_rate=0.01,0.2"));
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("it is another one") && done.stderr.contains("--name"), "{}", done.stderr);
    assert_eq!(scratch.good("study show iris --fingerprint").stdout, before);
    let done = scratch.run("study show iirs");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("did you mean \"iris\"?"), "{}", done.stderr);
}

/// A file that SQLite had begun when the program was killed: the pages are there, and the journal that takes them back.
#[test]
fn a_study_that_was_killed_while_it_began_can_be_begun_again() {
    let scratch = Scratch::with(&["iris.csv"]);
    let line = "study iris.csv --target species --epochs 2 --repeats 2 -q --vary learning_rate=0.01,0.1";
    std::fs::create_dir_all(scratch.path("studies/iris")).unwrap();
    scratch.write("studies/iris/study.db", "");
    assert!([0, 3].contains(&scratch.run(line).code));
    scratch.good("study show iris");
    // Whole in one file, which may be copied alone and read where nothing can be written.
    assert!(!scratch.path("studies/iris/study.db-wal").exists());
}

#[test]
fn two_configs_are_compared_on_their_seeds() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.run(&format!("study iris.csv {GRID} --repeats 4 -q"));
    let done = scratch.run("study compare iris iris:0");
    assert_eq!(done.code, 0, "{done:?}");
    for part in ["paired t: p", "Wilcoxon", "bootstrap (BCa)", "A beats B in 4 of 4 paired seeds"] {
        assert!(done.stdout.contains(part), "{part}\n{}", done.stdout);
    }
    let turned = &lines(&scratch.run("study compare iris:0 3 --json").stdout)[0];
    assert_eq!((turned["pairs"].as_u64(), turned["first_is_better"].as_bool()), (Some(4), Some(false)));
    assert_eq!(scratch.run("study compare iris:1 1").code, 3, "a config and itself");
    for (wrong, why) in [("iris:9 0", "there is no config 9"), ("irs iris", "did you mean \"iris\"?")] {
        let done = scratch.run(&format!("study compare {wrong}"));
        assert!(done.code == 2 && done.stderr.contains(why), "{done:?}");
    }
}

#[test]
fn a_study_goes_on_with_more_or_beside_another() {
    let scratch = Scratch::with(&["iris.csv"]);
    let more = |flags: &str| scratch.run(&format!("study iris.csv {GRID} --confirm-top 0 -q {flags}"));
    more("--repeats 2");
    let refused = more("--repeats 3");
    assert!(refused.code == 2 && refused.stderr.contains("another repeats.seeds"), "{refused:?}");
    assert!(refused.stderr.contains("--extend"));
    more("--repeats 3 --extend");
    assert_eq!(scratch.good("study export iris").stdout.lines().count(), 1 + 4 * 3);
    let whole = scratch.good("study show iris --fingerprint").stdout;
    more("--repeats 3 --name fresh");
    assert_eq!(scratch.good("study show fresh --fingerprint").stdout, whole);

    let other = more("--repeats 3 --batch-size 16 --extend");
    assert!(other.code == 2 && other.stderr.contains("it is another one"), "{other:?}");
    more("--repeats 3 --batch-size 16 --fork");
    assert!(scratch.good("study ls").stdout.contains("iris-2"));
    assert_eq!(scratch.good("study show iris --fingerprint").stdout, whole);
}

#[test]
fn importance_and_sources_of_chance_are_told() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags =
        "--target species --hidden 8 --epochs 5 --vary learning_rate=1e-5..0.1:log --vary batch_size=8..64:pow2";
    let done = scratch.run(&format!("study iris.csv {flags} --configs 24 --repeats 2 --confirm-top 0 --sources 3"));
    for part in ["source of randomness", "init", "shuffle", "split", "share of variance"] {
        assert!(done.stdout.contains(part), "{part}\n{}", done.stdout);
    }
    let told = &lines(&scratch.good("study importance iris --json").stdout)[0];
    let shares = told["importance"].as_array().unwrap();
    assert_eq!(shares[0]["name"], "learning_rate");
    let sum: f64 = shares.iter().map(|one| one["share"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9);
    assert_eq!(told["sources"]["sources"].as_array().unwrap().len(), 4);
    assert!(scratch.good("study importance iris").stdout.contains("PED-ANOVA"));
    assert!(scratch.good("study importance iris --lang pt").stdout.contains("importância"));
}

#[test]
fn a_study_is_written_for_others() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.run(&format!("study iris.csv {GRID} --repeats 2 --confirm-top 0 -q"));
    let rows: Vec<Value> = serde_json::from_str(&scratch.good("study export iris --format json").stdout).unwrap();
    assert_eq!((rows.len(), rows[0]["epochs"].as_i64(), rows[7]["optimizer"].as_str()), (8, Some(5), Some("adam")));
    scratch.good("study export iris -o t.parquet");
    // What reads tables reads it.
    let seen = scratch.run("train t.parquet --target value --epochs 1 -q");
    assert_eq!(seen.code, 0, "{seen:?}");
    let journal = lines(&scratch.good("study export iris --format optuna").stdout);
    assert_eq!(journal.iter().map(|line| line["op_code"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 2, 4, 4, 4, 4]);
    assert_eq!(journal[2]["intermediate_values"].as_object().unwrap().len(), 5);
    assert_eq!(scratch.run("study export iris --format xml").code, 2);
    assert_eq!(scratch.run("study export iris --format parquet").code, 2);
    let watched = scratch.good("study watch iris");
    assert!(watched.stderr.contains("8 trainings of 4 configs") && watched.stdout.contains("verdict"), "{watched:?}");
}

#[test]
fn pruners_and_brackets_are_named_on_the_command_line() {
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = "--target species --hidden 8 --epochs 9 --vary learning_rate=1e-5..0.1:log --repeats 2 --confirm-top 0";
    scratch.run(&format!("study iris.csv {flags} --prune hyperband --name h"));
    let csv = scratch.good("study export h").stdout;
    let budgets = |epochs: &str| csv.lines().filter(|line| line.split(',').nth(4) == Some(epochs)).count();
    // Rungs of 9, 3, 1; 5, 1; 3; then the second seed of the 1 + 1 + 3 configs that came to 9 epochs.
    assert_eq!((budgets("1"), budgets("3"), budgets("9")), (9, 3 + 5, 1 + 1 + 3 + 5));
    let done = scratch.run(&format!("study iris.csv {flags} --prune medain --name m"));
    assert!(done.code == 2 && done.stderr.contains("did you mean \"median\"?"), "{done:?}");
}

/// The limit on the size of a file stands for a full disk: both come back from a write.
#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_what_was_written_is_kept() {
    let scratch = Scratch::with(&["iris.csv"]);
    scratch.run(&format!("{LARGE} --name whole"));
    let wanted = scratch.good("study show whole --fingerprint").stdout;
    let mut command = Command::new("sh");
    // In blocks of 512 or 1,024 bytes, as the shell has it.
    let line = format!("trap '' XFSZ; ulimit -f 200; exec \"$0\" {LARGE} --name cut");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_treino")]).current_dir(scratch.path(""));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error: cannot write studies/cut/") && !said.contains("os error"), "{said}");
    assert_ne!(scratch.good("study show cut --fingerprint").stdout, wanted, "the limit was too high to mean anything");

    // With room again, the same command goes on and ends the same.
    let done = scratch.run(&format!("{LARGE} --name cut"));
    assert!([0, 3].contains(&done.code), "{done:?}");
    assert_eq!(scratch.good("study show cut --fingerprint").stdout, wanted);
}

/// Whoever may only read can look at a study, and is told why it cannot go on.
#[test]
#[cfg(unix)]
fn a_study_that_may_only_be_read_is_shown_and_not_touched() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let scratch = Scratch::with(&["iris.csv"]);
    let flags = format!("{GRID} --repeats 2 -q");
    scratch.run(&format!("study iris.csv {flags}"));
    let shown = scratch.good("study show iris").stdout;
    let folder = |mode: u32| std::fs::Permissions::from_mode(mode);
    // Who owns everything may write anywhere, so another user tries; it needs a program that it may run.
    let program = scratch.path("treino");
    std::fs::copy(env!("CARGO_BIN_EXE_treino"), &program).unwrap();
    for (path, mode) in [("studies/iris/study.db", 0o444), ("studies/iris", 0o555), ("studies", 0o555), ("", 0o755)] {
        std::fs::set_permissions(scratch.path(path), folder(mode)).unwrap();
    }
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    let run = |arguments: &str| {
        let mut command = Command::new(&program);
        command.current_dir(scratch.path("")).args(arguments.split(' ')).env("LC_ALL", "C");
        if is_root {
            command.uid(65534);
        }
        command.output().unwrap()
    };
    let output = run("study show iris");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown, "{}", String::from_utf8_lossy(&output.stderr));
    let before = scratch.bytes("studies/iris/study.db");
    for line in [format!("study iris.csv {flags}"), format!("study iris.csv {flags} --name new")] {
        let output = run(&line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: cannot ") && said.contains("permission denied"), "{said}");
    }
    assert!(scratch.bytes("studies/iris/study.db") == before);
    for path in ["studies", "studies/iris"] {
        std::fs::set_permissions(scratch.path(path), folder(0o755)).unwrap();
    }
}

/// A study takes the options of a training: here the same epochs as a training with that patience.
#[test]
fn a_study_stops_as_a_training_does() {
    let scratch = Scratch::with(&["iris.csv"]);
    let of = |flags: &str, name: &str| {
        scratch.run(&format!(
            "study iris.csv --target species --hidden 4 --epochs 40 --learning-rate 0.3 --vary batch_size=32 --repeats 1 \
             --confirm-top 0 --name {name} -q {flags}"
        ));
        let rows = scratch.good(&format!("study export {name} --format json")).stdout;
        let rows: serde_json::Value = serde_json::from_str(&rows).unwrap();
        rows[0]["epochs"].as_f64().unwrap()
    };
    let train = |flags: &str| {
        let out = scratch.good(&format!(
            "train iris.csv --target species --hidden 4 --epochs 40 --learning-rate 0.3 --batch-size 32 --json {flags}"
        ));
        let end: serde_json::Value = serde_json::from_str(out.stdout.lines().last().unwrap()).unwrap();
        end["epochs"].as_f64().unwrap()
    };
    for (flags, name) in [("--patience 2", "a"), ("--patience 8", "b"), ("--no-early-stopping", "c")] {
        assert_eq!(of(flags, name), train(flags), "{flags}");
    }
    assert!(train("--patience 2") < 40.0 && train("--no-early-stopping") == 40.0);
}

#[test]
fn a_study_may_vary_the_split() {
    let scratch = Scratch::with(&["iris.csv"]);
    let study = "study iris.csv --target species --hidden 4 --epochs 3 --vary learning_rate=0.01,0.1 --repeats 3 -q";
    let said = |flags: &str, name: &str| {
        let out = scratch.run(&format!("{study} --name {name} {flags}")).stdout;
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(said("", "one").contains("about seeds, on one split with 30 validation rows"));
    assert!(said("--vary-split", "many").contains("Each seed has its own split"));
    // It adds to what is varied.
    assert!(said("--chance init --vary-split", "some").contains("Each seed has its own split"));
    scratch.refuses(
        &format!("{study} --name last --vary-split --set data.split=last"),
        &["the validation rows do not depend on a seed"],
    );
}
