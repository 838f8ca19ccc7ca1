//! The promise of equal bits: the same model from any number of threads, again, and from the spec that a run leaves.

use crate::scratch::Scratch;
use treino::store::TrainedModel;
use treino::train::Level;

const MODEL: &str = "model.safetensors";

#[test]
fn threads_and_repetition_do_not_change_the_model() {
    let scratch = Scratch::with(&["pima.csv", "diabetes.csv"]);
    for (table, target, flags) in [
        ("pima", "diabetes", "--dropout 0.2 --batch-norm --epochs 6"),
        ("diabetes", "progression", "--batch-size 200 --epochs 6"),
    ] {
        for (out, threads) in [("one", 1), ("two", 2), ("again", 1)] {
            scratch.good(&format!("train {table}.csv --target {target} {flags} --threads {threads} --out {out} -q"));
        }
        for file in [MODEL, "history.csv", "metrics.json"] {
            let of = |out: &str| {
                let run = std::fs::read_dir(scratch.path(out)).unwrap().flatten().map(|e| e.path());
                let run = run.filter(|p| p.to_string_lossy().ends_with(table)).max().unwrap();
                std::fs::read(run.join(file)).unwrap()
            };
            assert_eq!(of("one"), of("two"), "{table} {file}: threads");
            assert_eq!(of("one"), of("again"), "{table} {file}: again");
        }
    }
}

#[test]
fn the_spec_of_a_run_gives_the_same_run() {
    let scratch = Scratch::with(&["pima.csv", "diabetes.csv", "heart.csv"]);
    for (table, flags) in [
        ("pima.csv --target diabetes", "--hidden 8 --epochs 5 --seed 7 --dropout 0.3 --class-weight balanced"),
        ("diabetes.csv --target progression", "--hidden '' --epochs 5 --l2 0.01 --metrics mse,r2_score"),
        ("heart.csv --target diameter_narrowing", "--epochs 3 --no-early-stopping --positive 0 --ignore age"),
    ] {
        let first = scratch.good(&format!("train {table} {flags} --name first -q --out runs"));
        let newest = || {
            let runs = std::fs::read_dir(scratch.path("runs")).unwrap().flatten();
            let last = runs.map(|e| e.file_name().into_string().unwrap()).max().unwrap();
            format!("runs/{last}")
        };
        let run = newest();
        let again = scratch.good(&format!("train {run}/spec.toml -q --name first"));
        let rerun = newest();
        assert_ne!(run, rerun);
        assert_eq!(first.stdout, again.stdout, "{table}");
        for file in [MODEL, "history.csv", "metrics.json", "spec.toml"] {
            assert!(
                scratch.bytes(&format!("{run}/{file}")) == scratch.bytes(&format!("{rerun}/{file}")),
                "{table} {file}"
            );
        }
    }
}

#[test]
fn a_run_can_be_moved_with_its_data_and_written_elsewhere() {
    let scratch = Scratch::new();
    scratch.write("a/data/iris.csv", Scratch::with(&["iris.csv"]).bytes("iris.csv"));
    scratch.good("train a/data/iris.csv --target species --epochs 3 --out a/work/runs -q");
    let model = scratch.bytes("a/work/runs/0001-iris/model.safetensors");
    let spec = scratch.text("a/work/runs/0001-iris/spec.toml");
    assert!(spec.contains("path = \"../../../data/iris.csv\""), "{spec}");

    std::fs::rename(scratch.path("a"), scratch.path("b")).unwrap();
    scratch.good("train b/work/runs/0001-iris/spec.toml --out b/work/runs -q");
    assert!(scratch.bytes("b/work/runs/0002-iris/model.safetensors") == model);
    assert_eq!(scratch.text("b/work/runs/0002-iris/spec.toml"), spec);

    // A run folder at another depth: the path in its spec is another, and its model is the same.
    scratch.good("train b/work/runs/0001-iris/spec.toml --out elsewhere -q");
    assert!(scratch.bytes("elsewhere/0001-iris/model.safetensors") == model);
    scratch.good("train elsewhere/0001-iris/spec.toml --out elsewhere -q");
    assert!(scratch.bytes("elsewhere/0002-iris/model.safetensors") == model);
}

#[test]
fn a_flag_over_a_spec_changes_what_it_says_and_nothing_else() {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.good("train pima.csv --target diabetes --epochs 3 -q");
    scratch.good("train runs/0001-pima/spec.toml --learning-rate 0.01 --set fit.batch_size=64 -q");
    let (before, after) = (scratch.text("runs/0001-pima/spec.toml"), scratch.text("runs/0002-pima/spec.toml"));
    let changed: Vec<&str> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).map(|(_, b)| b).collect();
    assert_eq!(changed, ["learning_rate = 0.01", "batch_size = 64"]);
}

#[test]
fn repeats_do_not_depend_on_threads() {
    let scratch = Scratch::with(&["iris.csv"]);
    let all: Vec<String> = ["1", "2", "4"]
        .map(|threads| {
            let flags = format!("--epochs 4 --repeats 5 --threads {threads} -q");
            scratch.good(&format!("train iris.csv --target species {flags}")).stdout
        })
        .into();
    assert!(all[0].contains("5 seeds") && all[0].contains("95 % interval"), "{}", all[0]);
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    let metrics = |n: usize| scratch.text(&format!("runs/000{n}-iris/metrics.json"));
    assert_eq!(metrics(1), metrics(2));
    assert_eq!(metrics(1), metrics(3));
    assert_eq!(scratch.json("runs/0001-iris/metrics.json")["repeats"].as_array().unwrap().len(), 5);

    // The first seed's model is the one that is kept, and it is that of a training without repeats.
    scratch.good("train iris.csv --target species --epochs 4 -q");
    assert_eq!(scratch.text("runs/0001-iris/history.csv"), scratch.text("runs/0004-iris/history.csv"));
}

/// The instruction sets of this processor, as `--simd` takes them.
fn levels() -> Vec<&'static str> {
    let all = [("avx512", Level::Avx512), ("avx2", Level::Avx2), ("baseline", Level::Baseline)];
    all.into_iter().filter(|(_, level)| level.is_available()).map(|(name, _)| name).collect()
}

#[test]
fn threads_and_instruction_sets_do_not_change_the_model() {
    let scratch = Scratch::with(&["pima.csv", "iris.csv"]);
    for (table, target, flags) in [
        ("pima", "diabetes", "--hidden 33,17 --dropout 0.2 --batch-norm --epochs 3 --batch-size 50"),
        ("iris", "species", "--hidden 20 --activation gelu --l2 0.001 --optimizer nadam --epochs 4"),
        ("pima", "age", "--hidden '' --optimizer lbfgs --batch-size 1000 --epochs 3"),
    ] {
        let mut first: Option<Vec<Vec<u8>>> = None;
        for simd in levels() {
            for threads in [1, 2, 3, 8] {
                let out = format!("{table}-{target}-{simd}-{threads}");
                let how = format!("--simd {simd} --threads {threads} --out {out} -q");
                scratch.good(&format!("train {table}.csv --target {target} {flags} {how}"));
                let files =
                    [MODEL, "history.csv", "metrics.json"].map(|f| scratch.bytes(&format!("{out}/0001-{table}/{f}")));
                let first = first.get_or_insert_with(|| files.to_vec());
                assert!(first[..] == files, "{out}");
            }
        }
    }
}

#[test]
fn an_instruction_set_that_is_none_is_refused_everywhere() {
    let scratch = Scratch::with(&["iris.csv"]);
    for command in ["train iris.csv --target species", "lr-find iris.csv --target species", "bench tiny"] {
        scratch.refuses(&format!("{command} --simd avx1024"), &["--simd knows no \"avx1024\"", "did you mean"]);
        assert!(!scratch.good(&format!("{} --help", &command[..command.find(' ').unwrap()])).stdout.contains("--simd"));
    }
    let has = levels();
    for missing in ["avx512", "avx2"].into_iter().filter(|name| !has.contains(name)) {
        let words = format!("this processor has no {missing}");
        scratch.refuses(&format!("bench tiny --simd {missing}"), &[&words, "it has "]);
    }
    let tried: Vec<String> = has
        .iter()
        .map(|simd| scratch.good(&format!("lr-find iris.csv --target species --steps 30 --json --simd {simd}")).stdout)
        .collect();
    assert!(tried.iter().all(|found| *found == tried[0]));
}

#[test]
fn repeats_are_the_trainings_that_their_seeds_give_alone() {
    let scratch = Scratch::with(&["iris.csv"]);
    let train = "train iris.csv --target species --epochs 3 --dropout 0.2 -q";
    scratch.good(&format!("{train} --repeats 4 --threads 2"));
    let together = scratch.json("runs/0001-iris/metrics.json");
    let weights = |run: &str| -> Vec<u32> {
        let bundle = TrainedModel::open(scratch.path(run)).unwrap();
        bundle.network.named_weights().flat_map(|(_, _, numbers)| numbers.iter().map(|x| x.to_bits())).collect()
    };
    for k in 1..=4 {
        // The split has a seed of its own.
        scratch.good(&format!("{train} --set fit.seed={k}"));
        let run = format!("runs/000{}-iris", k + 1);
        let (alone, repeat) = (scratch.json(&format!("{run}/metrics.json")), &together["repeats"][k - 1]);
        assert_eq!(repeat["seed"], k);
        assert_eq!([&repeat["scores"], &repeat["epochs"]], [&alone["scores"], &alone["epochs"]], "{k}");
        assert_eq!(weights(&run) == weights("runs/0001-iris"), k == 1, "{k}");
    }
}

#[test]
fn lines_of_repeats_do_not_depend_on_threads() {
    let scratch = Scratch::with(&["iris.csv"]);
    let lines = |threads: usize| -> Vec<serde_json::Value> {
        let flags = format!("--epochs 3 --repeats 6 --threads {threads} --out t{threads} --json");
        let said = scratch.good(&format!("train iris.csv --target species {flags}")).stdout;
        let mut lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let end = lines.last_mut().unwrap();
        // What tells the runs apart.
        (end["seconds"], end["run"]) = (0.into(), "".into());
        let findings = end["findings"].as_array_mut().unwrap();
        findings.iter_mut().for_each(|finding| finding["command"] = "".into());
        lines
    };
    let one = lines(1);
    assert_eq!(one.iter().filter(|line| line["what"] == "repeat").count(), 5);
    assert_eq!(lines(2), one);
    assert_eq!(lines(8), one);
}
