//! Studies: the same results for any number of workers, after any interruption, whatever a config does.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use treino::Result;
use treino::catalog::Entries;
use treino::events::Gate;
use treino::study::search::SearchPoint;
use treino::study::{
    Config, InMemoryStore, Outcome, ResultStore, RunKey, RunResult, Splits, Standing, Study, StudyResult, StudySpec,
    Workers,
};
use treino::study::{StudyContent, StudyFile};
use treino_pages::figure::{SeriesShape, StudyView, study_figure, study_figures, study_report};
use treino_pages::language::Lang;

const IRIS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/iris.csv");

const GRID: &str =
    "[space]\noptimizer = [\"sgd\", \"adam\"]\nlearning_rate = [0.01, 0.1]\n[repeats]\nseeds = 3\nconfirm_seeds = 2\n";

fn study(text: &str) -> Result<Study> {
    let base = format!("[data]\npath = {IRIS:?}\ntarget = \"species\"\n[model]\nhidden = [8]\n[fit]\nepochs = 6\n");
    let parse = |text: &str| -> Result<Entries> { treino::catalog::parse(text, Path::new("study.toml")) };
    Study::new(StudySpec::read(&parse(text)?, parse(&base)?, Vec::new())?)
}

fn run(study: &Study, ledger: &dyn ResultStore, threads: usize) -> StudyResult {
    let never = Gate::new();
    study.run(ledger, Workers::new(threads, &never), &mut |_| {}).unwrap()
}

fn values(course: &StudyResult) -> Vec<Vec<Option<f64>>> {
    let of = |config: &Config| config.runs.iter().chain(&config.confirmed).map(|(_, run)| run.value()).collect();
    course.configs.iter().map(of).collect()
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let random = "[space]\nlearning_rate = { float = [1e-4, 1.0], scale = \"log\" }\nbatch_size = [8, 32]\n\
                  [search]\nconfigs = 6\nwindow = 2\n[repeats]\nseeds = 2\nconfirm_seeds = 2\n";
    let search = "[space]\nlearning_rate = { float = [1e-5, 1.0], scale = \"log\" }\n\
                  batch_size = { int = [8, 64], scale = \"pow2\" }\n\
                  [search]\nconfigs = 24\nwindow = 3\n[repeats]\nseeds = 2\nconfirm_seeds = 2\n";
    let with = |more: &str| search.replace("[search]\n", &format!("[search]\n{more}\n"));
    for text in [
        GRID,
        random,
        &GRID.replace("seeds = 3", "seeds = \"race\""),
        &GRID.replace("seeds = 3", "seeds = 2\nfolds = 3\nsources = 2\nvary = [\"init\", \"split\"]"),
        &with("sampler = \"tpe\"\nprune = \"median\""),
        &with("sampler = \"sobol\"\nprune = { type = \"hyperband\", min_epochs = 2 }"),
    ] {
        let study = study(text).unwrap();
        let alone = run(&study, &InMemoryStore::default(), 1);
        for threads in [2, 5] {
            let beside = run(&study, &InMemoryStore::default(), threads);
            assert_eq!(values(&alone), values(&beside));
        }
    }
}

#[test]
fn what_is_behind_is_ended_early_and_dropped() {
    let text = "[space]\nlearning_rate = [0.1, 0.09, 0.08, 0.07, 0.06, 0.05, 1e-6]\n\
                [search]\nwindow = 1\nprune = \"median\"\n[repeats]\nseeds = 3\nconfirm_top = 0\n";
    let course = run(&study(text).unwrap(), &InMemoryStore::default(), 2);
    let hopeless = &course.configs[6];
    assert!(hopeless.was_pruned() && hopeless.runs.len() == 1 && hopeless.runs[0].1.epochs < 6);
    let standing = course.verdict.ranked.iter().find(|one| one.config == 6).unwrap().standing;
    assert_eq!(standing, Standing::Dropped);
    assert!(course.configs[..5].iter().all(|config| config.runs.len() == 3), "the first five are behind nobody");
}

#[test]
fn folds_and_sources_are_trained_as_they_are_written() {
    let text =
        GRID.replace("seeds = 3", "seeds = 2\nfolds = 3\nsources = 2").replace("confirm_seeds = 2", "confirm_top = 0");
    let course = run(&study(&text).unwrap(), &InMemoryStore::default(), 2);
    let keys: Vec<(u64, usize)> = course.configs[0].runs.iter().map(|(key, _)| (key.seed, key.fold)).collect();
    assert_eq!(keys, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]);
    let values: Vec<Option<f64>> = course.configs[0].runs.iter().map(|(_, run)| run.value()).collect();
    assert!(values[0] != values[1] && values[0] != values[3]);
    let sources = course.sources().unwrap();
    let names: Vec<&str> = sources.sources.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["init", "shuffle", "dropout", "split"]);
    // There is no dropout, and nothing for it to draw.
    assert_eq!(sources.sources[2].spread.as_ref().unwrap().sd, 0.0);
    assert!(sources.sources[0].spread.as_ref().unwrap().sd > 0.0);

    // Only what is varied varies.
    let text =
        GRID.replace("seeds = 3", "seeds = 2\nvary = [\"dropout\"]").replace("confirm_seeds = 2", "confirm_top = 0");
    let course = run(&study(&text).unwrap(), &InMemoryStore::default(), 1);
    assert!(course.configs.iter().all(|config| config.runs[0].1.value() == config.runs[1].1.value()));
}

/// A ledger that interrupts the study after so many trainings.
struct Cutting<'a> {
    ledger: &'a dyn ResultStore,
    left: AtomicUsize,
    gate: &'a Gate,
}

impl ResultStore for Cutting<'_> {
    fn known(&self, key: &RunKey, words: &[(String, String)]) -> Option<RunResult> {
        self.ledger.known(key, words)
    }

    fn keep(&self, key: &RunKey, point: &SearchPoint, words: &[(String, String)], result: &RunResult) -> Result<()> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.gate.stop();
        }
        self.ledger.keep(key, point, words, result)
    }
}

#[test]
fn what_was_cut_off_goes_on_and_ends_the_same() {
    let study = study(GRID).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole_path = folder.path().join("whole.db");
    let whole = StudyFile::open(&whole_path, &study, false).unwrap();
    let course = run(&study, &whole, 1);
    whole.close().unwrap();
    let wanted = StudyContent::read(&whole_path).unwrap();
    assert_eq!(wanted.runs.len(), 4 * 3 + 2);
    assert_eq!(values(&wanted.course()), values(&course));

    let path = folder.path().join("cut.db");
    for (round, cut) in [1, 3, 4].into_iter().enumerate() {
        let file = StudyFile::open(&path, &study, false).unwrap();
        assert_eq!(file.known() > 0, round > 0);
        let gate = Gate::new();
        let ledger = Cutting { ledger: &file, left: AtomicUsize::new(cut), gate: &gate };
        let workers = Workers::new(2, &gate);
        let part = study.run(&ledger, workers, &mut |_| {}).unwrap();
        assert!(part.cut_short);
        file.close().unwrap();
    }
    let file = StudyFile::open(&path, &study, false).unwrap();
    assert!(!run(&study, &file, 2).cut_short);
    file.close().unwrap();
    assert_eq!(StudyContent::read(&path).unwrap().fingerprint(), wanted.fingerprint());
}

/// Seeds go breadth first, so that a study that ends at any moment has about as many of every config.
#[test]
fn a_study_that_is_cut_short_has_as_many_seeds_of_each_config_and_decides_nothing() {
    let grid = GRID.replace("seeds = 3", "seeds = 5");
    let hyperband = "[space]\nlearning_rate = { float = [1e-4, 0.1], scale = \"log\" }\n[search]\nconfigs = 6\n[repeats]\nseeds = 5\n";
    for text in [&*grid, hyperband] {
        let study = study(text).unwrap();
        for cut in [3, 6, 9, 13] {
            let (memory, gate) = (InMemoryStore::default(), Gate::new());
            let ledger = Cutting { ledger: &memory, left: AtomicUsize::new(cut), gate: &gate };
            let part = study.run(&ledger, Workers::new(1, &gate), &mut |_| {}).unwrap();
            let seeds: Vec<usize> = part.configs.iter().map(|config| config.runs.len()).collect();
            assert!(seeds.iter().max().unwrap() - seeds.iter().min().unwrap() <= 1, "{cut}: {seeds:?}");
            assert!(part.cut_short && !part.verdict.decided);
            let words = Lang::English.verdict(&part).join(" ");
            assert!(words.contains("interrupted") && !words.contains("better than every other"), "{words}");
            // By its own mean nothing stands above what is better.
            let means: Vec<f64> = part.verdict.ranked.iter().map(|one| one.interval.mean).collect();
            assert!(means.is_sorted(), "{means:?}");
        }
    }
}

/// Every verdict says what its p-values are about; with splits of their own they are corrected for shared rows.
#[test]
fn a_verdict_says_whether_it_is_about_seeds_or_splits() {
    let cases = [
        ("", Splits::One, "about seeds, on one split with 30 validation rows"),
        (
            "vary = [\"init\", \"split\"]\n",
            Splits::PerSeed,
            "Each seed has its own split (30 validation rows, 90 for training)",
        ),
        ("folds = 3\n", Splits::Folds(3), "Each seed is validated on 3 folds"),
    ];
    for (repeats, splits, said) in cases {
        let text = format!("[space]\nlearning_rate = [0.01, 1e-6]\n[repeats]\nseeds = 3\nconfirm_top = 0\n{repeats}");
        let study = study(&text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.db");
        let ledger = StudyFile::open(&path, &study, false).unwrap();
        let course = run(&study, &ledger, 2);
        ledger.close().unwrap();
        assert_eq!(course.coverage.splits, splits);
        let content = StudyContent::read(&path).unwrap();
        assert_eq!((content.coverage, content.course().verdict), (course.coverage, course.verdict.clone()));
        let words = Lang::English.verdict(&course);
        assert!(words.iter().any(|one| one.contains(said)), "{words:?}");
        assert_eq!(words.iter().any(|one| one.contains("may be about these rows")), splits == Splits::One, "{words:?}");
        // Nadeau and Bengio: the variance of the mean is s^2 (1/n + test/train) instead of s^2 / n.
        let [a, b] = [0, 1].map(|at| course.configs[at].values());
        let pairs: Vec<f64> = a.iter().zip(&b).map(|((_, a), (_, b))| a - b).collect();
        let n = pairs.len() as f64;
        let mean = pairs.iter().sum::<f64>() / n;
        let variance = pairs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        let ratio = [0.0, 30.0 / 90.0, 0.5][usize::from(!repeats.is_empty()) + usize::from(repeats.contains("folds"))];
        let t = mean / (variance * (1.0 / n + ratio)).sqrt();
        let found = course.compare(&course.configs[0], &course.configs[1]).unwrap().t.unwrap();
        assert!((found.t / t - 1.0).abs() < 1e-9, "{} {t}", found.t);
    }
    // Where nothing is drawn, nothing can vary.
    let base = format!("[data]\npath = {IRIS:?}\ntarget = \"species\"\nsplit = \"last\"\n");
    let parse = |text: &str| treino::catalog::parse(text, Path::new("study.toml")).unwrap();
    let text = "[space]\nlearning_rate = [0.01, 1e-6]\n[repeats]\nvary = [\"split\"]\n";
    let e = Study::new(StudySpec::read(&parse(text), parse(&base), Vec::new()).unwrap()).unwrap_err();
    assert!(e.message().contains("do not depend on a seed"), "{}", e.message());
}

/// Margins are no probabilities: crossentropies would compare what is not the same. The share of right predictions is.
#[test]
fn losses_of_margins_are_compared_by_accuracy_at_their_own_boundary() {
    let pima = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/pima.csv");
    let losses = "[space]\n\"compile.loss\" = [\"binary_crossentropy\", \
                  { type = \"binary_crossentropy\", from_logits = true }, \"hinge\"]\n\
                  [repeats]\nseeds = 2\nconfirm_top = 0\n";
    let course = |objective: &str, metrics: &str| {
        let base = format!(
            "[data]\npath = {pima:?}\ntarget = \"diabetes\"\n[model]\nhidden = [8]\n[fit]\nepochs = 15\n[compile]\n{metrics}"
        );
        let text = format!("[study]\n{objective}\n{losses}");
        let parse = |text: &str| treino::catalog::parse(text, Path::new("study.toml"));
        let spec = StudySpec::read(&parse(&text).unwrap(), parse(&base).unwrap(), Vec::new()).unwrap();
        run(&Study::new(spec).unwrap(), &InMemoryStore::default(), 2)
    };
    for (objective, metrics) in [
        ("", ""),
        ("", "metrics = [\"auc\"]"),
        ("objective = \"max val_binary_accuracy\"", "metrics = [\"binary_accuracy\"]"),
        ("objective = \"max val_accuracy\"", "metrics = [\"accuracy\"]"),
    ] {
        let course = course(objective, metrics);
        assert!(course.objective.ends_with("accuracy") && course.more_is_better, "{}", course.objective);
        let means: Vec<f64> = course.configs.iter().map(|config| config.mean().unwrap()).collect();
        // All three learn; at a wrong boundary margins and logits would lose many points.
        assert!(means.iter().all(|mean| (0.68..0.85).contains(mean)), "{objective}: {means:?}");
        // Probabilities and their logits are the same network.
        assert!((means[0] - means[1]).abs() < 0.01, "{objective}: {means:?}");
    }
    // F1 has no threshold of 0; the boundary is still that of the outputs. Logits and probabilities: the same network.
    for name in ["f1_score", "precision", "recall"] {
        let course = course(&format!("objective = \"max val_{name}\""), &format!("metrics = [\"{name}\"]"));
        let means: Vec<f64> = course.configs.iter().map(|config| config.mean().unwrap_or(f64::NAN)).collect();
        assert!((means[0] - means[1]).abs() < 0.01 && means[2] > 0.2, "{name}: {means:?}");
    }
    // A threshold of one's own belongs to probabilities.
    let own = course("objective = \"max val_recall\"", "metrics = [{ type = \"recall\", thresholds = 0.3 }]");
    assert!(own.configs[0].mean().is_some());
    for config in &own.configs[1..] {
        let Outcome::Failed(why) = &config.runs[0].1.outcome else { panic!("{config:?}") };
        assert!(why.contains("recall needs probabilities"), "{why}");
    }
    // Who asks for a crossentropy is told which config has none.
    let course = course("objective = \"min val_binary_crossentropy\"", "metrics = [\"binary_crossentropy\"]");
    assert!(course.configs[..2].iter().all(|config| config.mean().is_some()));
    let Outcome::Failed(why) = &course.configs[2].runs[0].1.outcome else { panic!("{:?}", course.configs[2]) };
    assert!(why.contains("needs probabilities, but the outputs of this config are scores"), "{why}");
}

/// Logits and probabilities are two ways to write the same network and the same loss: they cannot differ much.
#[test]
fn logits_are_judged_by_the_probabilities_that_they_stand_for() {
    let pima = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/pima.csv");
    let base = format!("[data]\npath = {pima:?}\ntarget = \"diabetes\"\n[model]\nhidden = [8]\n[fit]\nepochs = 5\n");
    let text = "[space]\n\"compile.loss\" = [{ type = \"binary_crossentropy\" }, { type = \"binary_crossentropy\", from_logits = true }]\n\
                [repeats]\nseeds = 3\nconfirm_top = 0\n";
    let parse = |text: &str| treino::catalog::parse(text, Path::new("study.toml"));
    let study = Study::new(StudySpec::read(&parse(text).unwrap(), parse(&base).unwrap(), Vec::new()).unwrap()).unwrap();
    assert_eq!(study.objective(), ("val_binary_crossentropy", false));
    let course = run(&study, &InMemoryStore::default(), 2);
    let [a, b] = [0, 1].map(|at| course.configs[at].mean().unwrap());
    assert!((a - b).abs() < 1e-4, "{a} {b}");
}

#[test]
fn a_study_is_refused_after_its_table_changed() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t.csv");
    let write = |factor: usize| {
        let rows: String =
            (0..60).map(|i| format!("{},{}\n", i * factor, if i % 3 == 0 { "a" } else { "b" })).collect();
        std::fs::write(&table, format!("x,y\n{rows}")).unwrap();
    };
    let text = "[space]\nlearning_rate = [0.01, 0.1]\n[repeats]\nseeds = 2\nconfirm_top = 0\n";
    let base = format!("[data]\npath = {table:?}\ntarget = \"y\"\n[fit]\nepochs = 2\n");
    let parse = |text: &str| treino::catalog::parse(text, Path::new("study.toml"));
    let study =
        || Study::new(StudySpec::read(&parse(text).unwrap(), parse(&base).unwrap(), Vec::new()).unwrap()).unwrap();
    let path = folder.path().join("study.db");
    write(1);
    let file = StudyFile::open(&path, &study(), false).unwrap();
    run(&study(), &file, 1);
    file.close().unwrap();
    assert!(StudyContent::read(&path).unwrap().ended);
    // Standardised, these are the same numbers; what they stand for is not.
    write(2);
    let e = StudyFile::open(&path, &study(), false).unwrap_err();
    assert!(e.to_string().contains("the table has changed") && e.helps()[0].contains("`fork`"), "{e}");
    write(1);
    assert_eq!(StudyFile::open(&path, &study(), false).unwrap().known(), 4);
}

#[test]
fn a_config_that_diverges_is_ranked_last_and_counted() {
    let text = "[space]\nlearning_rate = [0.01, 1e30]\n[repeats]\nseeds = 2\n";
    let course = run(&study(text).unwrap(), &InMemoryStore::default(), 2);
    let last = course.verdict.ranked.last().unwrap();
    assert_eq!((last.config, last.diverged, last.standing), (1, 2, Standing::Unusable));
    assert!(course.configs[1].runs.iter().all(|(_, run)| run.outcome == Outcome::Diverged));
}

#[test]
fn a_config_that_cannot_be_trained_says_why_and_the_study_goes_on() {
    // Ftrl takes no momentum; the check of the space tries each dimension beside the first values of the others.
    let text = "[space]\noptimizer = [\"sgd\", \"ftrl\"]\n\"optimizer.momentum\" = [0.0, 0.9]\n[repeats]\nseeds = 2\n";
    let failed = match study(text) {
        Err(e) => e.to_string(),
        Ok(study) => {
            let course = run(&study, &InMemoryStore::default(), 2);
            course.configs.iter().find_map(|config| config.failure().map(str::to_string)).unwrap()
        }
    };
    assert!(failed.contains("momentum"), "{failed}");
}

#[test]
fn files_that_are_no_studies_or_others_are_refused() {
    let (study, other) = (study(GRID).unwrap(), study(&GRID.replace("0.01", "0.02")).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let file = StudyFile::open(&path, &study, false).unwrap();
    let fails = |result: Result<StudyFile>| result.map(|_| ()).unwrap_err().to_string();
    assert!(fails(StudyFile::open(&path, &study, false)).contains("another program works on this study"));
    file.close().unwrap();
    assert!(fails(StudyFile::open(&path, &other, false)).contains("it is another one"));

    std::fs::write(&path, "no database at all, but a text that is long enough to be looked at".repeat(20)).unwrap();
    assert!(fails(StudyFile::open(&path, &study, false)).contains("not the file of a study"));
    assert!(StudyContent::read(&path).unwrap_err().message().contains("not the file of a study"));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("no database"), "it was left as it is");
    assert!(StudyContent::read(&folder.path().join("none.db")).is_err());

    let newer = folder.path().join("newer.db");
    StudyFile::open(&newer, &study, false).unwrap().close().unwrap();
    rusqlite::Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(fails(StudyFile::open(&newer, &study, false)).contains("has version 99"));
    assert!(StudyContent::read(&newer).unwrap_err().helps().iter().any(|help| help == "take a newer treino"));
}

#[test]
fn a_study_that_was_read_back_has_the_same_space_and_whole_figures() {
    // Lists and ranges in turn: the file must keep their order.
    let text = "[space]\nlearning_rate = { float = [1e-4, 1.0], scale = \"log\" }\noptimizer = [\"sgd\", \"adam\"]\n\
                batch_size = { int = [8, 64], scale = \"pow2\" }\nl2 = { float = [1e-6, 0.1], scale = \"log\", zero = 0.3 }\n\
                momentum = { float = [0.0, 0.9], when = \"optimizer == 'sgd'\" }\n\
                [search]\nconfigs = 30\n[repeats]\nseeds = 3\nsources = 3\n";
    let study = study(text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let file = StudyFile::open(&path, &study, false).unwrap();
    run(&study, &file, 2);
    file.close().unwrap();
    let content = StudyContent::read(&path).unwrap();
    let (course, spec) = (content.course(), content.study_spec().unwrap());
    for config in &course.configs {
        assert_eq!(spec.space.describe(&config.point), config.words);
    }
    for lang in Lang::ALL {
        let view = StudyView { course: &course, space: &spec.space, text: &content.spec, name: "iris", lang };
        let figures = study_figures(&view);
        let ids: Vec<&str> = figures.iter().map(|figure| figure.id.as_str()).collect();
        let wanted = ["configs", "curves", "seeds", "slice", "heat", "contour", "parallel", "importance", "sources"];
        assert_eq!(ids, wanted);
        for figure in &figures {
            assert!(!figure.words.is_empty() && !figure.table.rows.is_empty(), "{}", figure.id);
            for series in figure.panels.iter().flat_map(|panel| &panel.series) {
                let lengths: Vec<usize> = match &series.shape {
                    SeriesShape::Line { x, y } | SeriesShape::Points { x, y, .. } => vec![x.len(), y.len()],
                    SeriesShape::Whiskers { x, y, low, high } => vec![x.len(), y.len(), low.len(), high.len()],
                    SeriesShape::Band { x, low, high } => vec![x.len(), low.len(), high.len()],
                    _ => vec![1],
                };
                assert!(lengths[0] > 0 && lengths.iter().all(|n| *n == lengths[0]), "{} {lengths:?}", figure.id);
                if let SeriesShape::Whiskers { y, low, high, .. } = &series.shape {
                    let is_around = |at: usize| low[at] <= y[at] && y[at] <= high[at] && high[at].is_finite();
                    assert!((0..y.len()).all(is_around), "{}", figure.id);
                }
            }
            assert!(!treino_pages::figure::svg(figure, lang).is_empty());
            assert!(!treino_pages::figure::terminal(figure, 80, 16, false, lang).is_empty());
        }
        let page = study_report(&view).html();
        assert!(page.contains(&format!("lang=\"{}\"", lang.tag())) && page.contains("treino study plot iris slice"));
    }
    let mut hostile = course.clone();
    hostile.configs.iter_mut().for_each(|config| config.words[0].1 = "<script>alert(1)</script>\"'😀".repeat(20));
    let name = "<script>alert(2)</script>";
    let view = StudyView { course: &hostile, space: &spec.space, text: name, name, lang: Lang::English };
    let page = study_report(&view).html();
    assert!(!page.contains("<script>alert"), "what a name says is shown, never run");
    assert!(page.contains("&#60;script&#62;alert(2)"));
    let view = StudyView { course: &course, space: &spec.space, text: "", name: "iris", lang: Lang::English };
    assert_eq!(study_figure(&view, "slize").unwrap_err().helps()[0], "did you mean \"slice\"?");
}
