//! Whatever is wrong with arguments, tables and specs: exit code 2, one message that names it, nothing left behind.

use crate::scratch::{Scratch, assert_refused, done};

/// A good table that mistakes are made in.
fn good_rows() -> String {
    let rows = (0..40).map(|i| format!("{i},{},{}\n", (i * 7) % 11, if i % 3 == 0 { "yes" } else { "no" }));
    std::iter::once("height,width,answer\n".to_string()).chain(rows).collect()
}

#[test]
fn tables_that_cannot_be_used() {
    let scratch = Scratch::new();
    let good = good_rows();
    let rows: Vec<&str> = good.lines().skip(1).collect();
    let all = |change: &dyn Fn(usize, &str) -> String| -> String {
        let rows = rows.iter().enumerate().map(|(i, row)| change(i, row) + "\n");
        std::iter::once("height,width,answer\n".to_string()).chain(rows).collect()
    };
    let target = "--target answer";
    let files: &[(&str, Vec<u8>, &str, &[&str])] = &[
        ("empty.csv", vec![], target, &["empty", "empty.csv"]),
        ("blank.csv", b"\n\n\n".to_vec(), target, &["blank.csv"]),
        ("header.csv", b"height,width,answer\n".to_vec(), target, &["no rows", "header.csv"]),
        ("short.csv", good.replacen("\n4,", "\n", 1).into(), target, &["short.csv:6", "2 cells", "3"]),
        ("long.csv", good.replacen("\n4,", "\n4,4,", 1).into(), target, &["long.csv:6", "4 cells", "3"]),
        ("twice.csv", good.replacen("height", "width", 1).into(), target, &["\"width\"", "twice"]),
        ("one_class.csv", good.replace("yes", "no").into(), target, &["\"answer\"", "only one value", "one_class.csv"]),
        (
            "huge.csv",
            all(&|i, row| row.replace("yes", &format!("{i}e39")).replace("no", "7e38")).into(),
            target,
            &["\"answer\"", "too large", "divide them"],
        ),
        ("no_target.csv", all(&|_, row| row.replace("yes", "").replace("no", "")).into(), target, &["\"answer\""]),
        (
            "words.csv",
            good.replacen("\n4,", "\nfour,", 1).into(),
            "--target answer --numeric height",
            &["\"height\"", "\"four\"", "words.csv:6"],
        ),
        (
            "infinite.csv",
            good.replacen("\n4,", "\ninf,", 1).into(),
            "--target answer --numeric height",
            &["\"height\"", "inf"],
        ),
        ("two_rows.csv", good.lines().take(3).map(|l| format!("{l}\n")).collect::<String>().into(), target, &["row"]),
        ("zip.csv", b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec(), target, &["zip.csv"]),
        (
            "cut.csv.gz",
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc".to_vec(),
            target,
            &["cut.csv.gz", "damaged or cut off"],
        ),
        ("cut.parquet", b"PAR1aaaaaaaaaaaaaaa".to_vec(), target, &["cut.parquet"]),
        ("weights.csv", good.clone().into(), "--target answer --weight answer", &["answer"]),
        ("minus.csv", good.replacen("\n4,", "\n-4,", 1).into(), "--target answer --weight height", &["height", "-4"]),
    ];
    let mut lines = Vec::new();
    for (name, bytes, flags, words) in files {
        scratch.write(name, bytes);
        lines.push((format!("train {name} {flags}"), *words));
    }
    let cases: Vec<(&str, &[&str])> = lines.iter().map(|(line, words)| (line.as_str(), *words)).collect();
    scratch.refuses_all(&cases);
    scratch.write("good.csv", &good);
    scratch.write("all_missing.csv", all(&|_, row| format!(",{}", row.split_once(',').unwrap().1)));
    // A column without a number is left out with a word about it.
    assert!(scratch.good("train all_missing.csv --target answer --epochs 1").stdout.contains("\"height\""));
    scratch.write("nothing.csv", all(&|i, _| format!("5,id{i},{}", i % 2)));
    scratch.refuses("train nothing.csv --target answer", &["column"]);
}

#[test]
fn arguments_that_do_not_fit_the_table() {
    let scratch = Scratch::with(&["pima.csv", "diabetes.csv"]);
    scratch.write("folder/x.csv", "a,b\n1,2\n");
    scratch.refuses_all(&[
        ("train gone.csv --target x", &["gone.csv", "no such file"]),
        ("train gone.toml", &["gone.toml", "no such file"]),
        ("train folder --target x", &["folder", "a folder, not a table"]),
        ("train pima.csv", &["no target", "pregnant", "diabetes"]),
        ("train pima.csv --target diabetis", &["\"diabetis\"", "did you mean \"diabetes\"?", "pima.csv"]),
        ("train pima.csv --target diabetes --ignore ages", &["\"ages\"", "did you mean \"age\"?"]),
        ("train pima.csv --target diabetes --categorical ages", &["\"ages\"", "did you mean \"age\"?"]),
        ("train pima.csv --target diabetes --numeric ages", &["\"ages\"", "did you mean \"age\"?"]),
        ("train pima.csv --target diabetes --weight ages", &["\"ages\"", "did you mean \"age\"?"]),
        ("train pima.csv --target diabetes --weight mass", &["\"mass\"", "missing"]),
        ("train pima.csv --target diabetes --ignore diabetes", &["\"diabetes\"", "target"]),
        ("train pima.csv --target diabetes --positive yes", &["\"yes\"", "neg", "pos"]),
        ("train pima.csv --target diabetes --class-weight yes=2", &["\"yes\"", "not a class"]),
        ("train pima.csv --target diabetes --class-weight pos", &["\"pos\"", "label=weight"]),
        ("train diabetes.csv --target progression --class-weight balanced", &["class_weight", "progression", "number"]),
        ("train pima.csv --target diabetes --task regression", &["\"diabetes\"", "regression", "numbers"]),
        ("train diabetes.csv --target progression --task binary", &["progression", "binary"]),
        (
            "train pima.csv --target diabetes --loss sparse_categorical_crossentropy",
            &["one output", "use binary_crossentropy"],
        ),
        (
            "train diabetes.csv --target progression --loss binary_crossentropy",
            &["does not fit", "is a number", "mean_squared_error"],
        ),
        (
            "train pima.csv --target diabetes --task multiclass --loss binary_crossentropy",
            &["does not fit", "sparse_categorical_crossentropy"],
        ),
        (
            "train pima.csv --target diabetes --task multiclass --loss hinge",
            &["does not fit", "every output for itself", "use categorical_hinge"],
        ),
        (
            "train diabetes.csv --target progression --loss poisson",
            &["at least 0", "\"progression\" is standardised", "--set data.target_scale=none"],
        ),
        ("train diabetes.csv --target progression --loss squared_hinge", &["does not fit", "is a number"]),
        ("train pima.csv --target diabetes --loss circle", &["does not fit", "predicts nothing"]),
        ("train pima.csv --target diabetes --metrics mean_io_u --task multiclass", &["mean_io_u", "one_hot_mean_io_u"]),
        ("train diabetes.csv --target progression --metrics accuracy", &["\"accuracy\"", "number", "r2_score"]),
        ("train pima.csv --target diabetes --validation-split 0.6 --test-split 0.5", &["0.6", "0.5", "below 1"]),
        ("train pima.csv --target diabetes --validation-split 0 --patience 3", &["val_loss", "no validation rows"]),
        ("train pima.csv --target diabetes --validation diabetes.csv", &["diabetes.csv", "\"diabetes\""]),
        ("train pima.csv --target diabetes --test gone.csv", &["gone.csv", "no such file"]),
        (
            "train pima.csv --target diabetes --out pima.csv",
            &["cannot make the folder pima.csv", "a file of that name"],
        ),
        ("train pima.csv --target diabetes --out pima.csv/runs", &["pima.csv/runs", "is a file, not a folder"]),
        ("train pima.csv --target diabetes --delimiter ;", &["\"diabetes\"", "pima.csv"]),
        ("evaluate folder pima.csv", &["folder", "holds no model", "model.safetensors"]),
        ("predict gone pima.csv", &["gone", "no such file"]),
        ("inspect gone", &["gone", "no such file"]),
    ]);
}

#[test]
fn names_and_numbers_that_the_catalogue_does_not_know() {
    let scratch = Scratch::with(&["pima.csv"]);
    let flags: &[(&str, &[&str])] = &[
        ("--optimizer adm", &["\"adm\"", "optimizer", "did you mean \"adam\"?", "--optimizer"]),
        ("--loss binary_crossentropie", &["loss", "did you mean \"binary_crossentropy\"?"]),
        ("--metrics acuracy", &["metric", "did you mean \"accuracy\"?"]),
        ("--activation rleu", &["activation", "did you mean \"relu\"?"]),
        ("--kernel-initializer he_norml", &["initializer", "did you mean \"he_normal\"?"]),
        ("--task multi", &["\"multi\"", "did you mean \"multiclass\"?"]),
        ("--impute mode", &["\"mode\"", "\"median\"", "\"mean\""]),
        ("--learning-rate -1", &["compile.optimizer.learning_rate is -1", "at least 0", "--learning-rate"]),
        ("--learning-rate nan", &["learning_rate", "a number of at least 0"]),
        ("--learning-rate inf", &["learning_rate", "a number of at least 0"]),
        ("--learning-rate fast", &["\"fast\"", "a number of at least 0"]),
        ("--learning-rate cosine_deca", &["\"cosine_deca\"", "did you mean \"cosine_decay\"?"]),
        ("--optimizer lbfgs", &["lbfgs works on all", "batch_size is 32", "batch_size to"]),
        ("--optimizer lbfgs --learning-rate 0.1", &["has no \"learning_rate\""]),
        ("--optimizer '{ type = \"adam\", clipnorm = 1.0, clipvalue = 1.0 }'", &["clipnorm and clipvalue at once"]),
        ("--optimizer '{ type = \"adam\", gradient_accumulation_steps = 1 }'", &["is 1", "of at least 2"]),
        ("--dropout 1", &["model.dropout is 1", "[0, 1)"]),
        ("--validation-split 1.5", &["1.5", "[0, 1)"]),
        ("--l2 -0.1", &["model.l2 is -0.1", "at least 0"]),
        ("--epochs 0", &["fit.epochs is 0", "in [1, 1000000000]"]),
        ("--set fit.epochs=2e2", &["fit.epochs is 200", "write it as 200"]),
        ("--epochs 2.5", &["\"2.5\"", "a whole number in [1, 1000000000]"]),
        ("--epochs 99999999999999999999", &["99999999999999999999", "whole number"]),
        ("--batch-size 0", &["fit.batch_size is 0", "at least 1"]),
        ("--hidden 8,0", &["model.hidden[1] is 0", "at least 1"]),
        ("--hidden 8,x", &["model.hidden[1] is \"x\"", "whole number"]),
        ("--hidden 9000000000000000000", &["more than 1073741824 parameters", "layer 1 (dense)"]),
        ("--hidden 30000000", &["GiB of memory", "narrower"]),
        ("--class-weight neg=0,pos=0", &["weights of all training rows are 0"]),
        ("--hidden 8,300000,300000", &["more than 1073741824 parameters", "layer 3 (dense)"]),
        ("--seed -3", &["-3", "at least 0", "--seed"]),
        ("--repeats 0", &["fit.repeats is 0", "in [1, 100000]"]),
        ("--threads 0", &["--threads is \"0\"", "at least 1"]),
        ("--threads 1000", &["--threads is \"1000\"", "256"]),
        ("--patience x", &["patience", "\"x\"", "whole number"]),
        (
            "--optimizer '{ type = \"sgd\", momentum = 9 }'",
            &["compile.optimizer.momentum is 9", "[0, 1]", "--optimizer"],
        ),
        (
            "--optimizer '{ type = \"sgd\", momentu = 0.9 }'",
            &["\"momentu\"", "did you mean \"momentum\"?", "--optimizer"],
        ),
        ("--optimizer '{ type = \"sgd\"'", &["--optimizer", "TOML table"]),
        ("--optimizer '{ momentum = 0.9 }'", &["does not say which optimizer"]),
        ("--set fit.batchsize=3", &["\"batchsize\"", "did you mean \"batch_size\"?", "--set"]),
        ("--set fitt.batch_size=3", &["\"fitt\"", "did you mean \"fit\"?"]),
        ("--set fit.batch_size", &["fit.batch_size", "no value"]),
        ("--set fit=3", &["fit must be a section"]),
        ("--set fit.epochs.more=3", &["fit.epochs"]),
        ("--set callbacks.patience=3", &["callbacks is not a table"]),
        ("--epochs 3 --epochs 4", &["--epochs was given 2 times"]),
    ];
    let lines: Vec<String> =
        flags.iter().map(|(flags, _)| format!("train pima.csv --target diabetes {flags}")).collect();
    let cases: Vec<(&str, &[&str])> =
        lines.iter().zip(flags).map(|(line, (_, words))| (line.as_str(), *words)).collect();
    scratch.refuses_all(&cases);
    scratch.refuses_all(&[
        ("train pima.csv --target diabetes --epoch 3", &["'--epoch'", "'--epochs'"]),
        ("train pima.csv --target diabetes --patience 3 --no-early-stopping", &["--patience", "--no-early-stopping"]),
        ("trian pima.csv", &["'trian'", "'train'"]),
        ("train", &["<DATA|SPEC.toml>"]),
        ("predict x", &["<DATA>"]),
    ]);
}

#[test]
fn specs_with_mistakes_name_line_and_column() {
    let scratch = Scratch::with(&["pima.csv"]);
    let data = "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n";
    let alone: &[(&str, &[&str])] = &[
        ("[data\npath = 1", &["valid TOML", "s.toml:1:"]),
        ("[data]\npath = \"pima.csv\npath = 1", &["valid TOML", "s.toml:2:"]),
        ("version = 2\n", &["version 2", "reads version 1", "s.toml:1:11"]),
        ("[fitt]\nepochs = 3\n", &["\"fitt\"", "did you mean \"fit\"?", "s.toml:1:2"]),
        ("[data]\ntargt = \"x\"\n", &["\"targt\"", "did you mean \"target\"?", "s.toml:2:1"]),
        ("[fit]\nepochs = \"ten\"\n", &["\"ten\"", "whole number in [1, 1000000000]", "s.toml:2:10"]),
        ("[fit]\nepochs = 2024-01-01\n", &["date", "s.toml:2:10"]),
        ("[fit]\nshuffle = 1\n", &["fit.shuffle is 1", "true or false", "s.toml:2:11"]),
        ("fit = 3\n", &["[fit]", "s.toml:1:7"]),
        ("[data]\npath = 3\n", &["data.path is 3", "a text in quotes", "s.toml:2:8"]),
        ("[[model.layers]]\ntype = \"dens\"\n", &["\"dens\"", "did you mean \"dense\"?", "s.toml:2:8"]),
        ("[[model.layers]]\nunits = 3\n", &["which layer", "s.toml:1:"]),
        ("[[model.layers]]\ntype = \"dense\"\nunit = 3\n", &["\"unit\"", "did you mean \"units\"?", "s.toml:3:1"]),
        ("[model]\nhidden = [3]\nlayers = []\n", &["\"hidden\"", "s.toml:2:1"]),
        ("[compile]\noptimizer = { type = \"adam\", beta_1 = 1.5 }\n", &["beta_1 is 1.5", "[0, 1)", "s.toml:2:39"]),
        (
            "[[callbacks]]\ntype = \"early_stoping\"\n",
            &["\"early_stoping\"", "did you mean \"early_stopping\"?", "s.toml:2:8"],
        ),
        ("[fit]\nepochs = 3\nepochs = 4\n", &["valid TOML", "duplicate", "s.toml:3:1"]),
        ("[callbacks]\ntype = \"early_stopping\"\n", &["write [[callbacks]]", "s.toml:1:"]),
        ("[compile]\nmetrics = \"accuracy\"\n", &["[\"accuracy\"]", "s.toml:2:11"]),
        ("", &["no table", "name a CSV or Parquet file"]),
    ];
    let with_data: &[(&str, &[&str])] = &[
        ("[[model.layers]]\ntype = \"dense\"\nunits = 3\n", &["3 numbers", "\"diabetes\"", "2 classes", "units = 1"]),
        ("[model]\nlayers = []\n", &["at least one layer"]),
        ("[[model.layers]]\ntype = \"dense\"\nactivation = \"softmax\"\n", &["softmax over one output", "sigmoid"]),
        ("[compile]\nloss = [\"mse\", \"mae\"]\n", &["compile.loss is", "write a table with a value for each"]),
        ("[[model.layers]]\ntype = \"dense\"\n", &["takes probabilities", "activation = \"sigmoid\"", "from_logits"]),
        (
            "[[model.layers]]\ntype = \"dense\"\nactivation = \"sigmoid\"\n[compile]\n\
             loss = { type = \"binary_crossentropy\", from_logits = true }\n",
            &["takes logits", "leave its activation away"],
        ),
        (
            "[[model.layers]]\ntype = \"dense\"\nunits = 6\n[[model.layers]]\ntype = \"reshape\"\n\
             target_shape = [2, 3]\n",
            &["6 numbers (2 x 3)", "flatten"],
        ),
        (
            "[[callbacks]]\ntype = \"early_stopping\"\nmonitor = \"val_los\"\n",
            &["\"val_los\"", "did you mean \"val_loss\"?"],
        ),
    ];
    let mut cases: Vec<(String, &[&str])> = Vec::new();
    for (i, (text, words)) in alone.iter().chain(with_data).enumerate() {
        let begin = if i < alone.len() { "" } else { data };
        scratch.write(&format!("{i}/s.toml"), format!("{begin}{text}"));
        scratch.write(&format!("{i}/pima.csv"), scratch.bytes("pima.csv"));
        cases.push((format!("train {i}/s.toml"), words));
    }
    scratch.write("latin.toml", [data.as_bytes(), b"\xff\xfe"].concat());
    cases.push(("train latin.toml".to_string(), &["latin.toml", "UTF-8"]));
    let cases: Vec<(&str, &[&str])> = cases.iter().map(|(line, words)| (line.as_str(), *words)).collect();
    scratch.refuses_all(&cases);
}

/// Folders that nobody can write to, whoever runs the tests.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_the_training() {
    let scratch = Scratch::with(&["pima.csv"]);
    scratch.refuses("train pima.csv --target diabetes --out /proc/runs", &["cannot make the folder /proc/runs"]);
    scratch.refuses("train pima.csv --target diabetes --out /proc", &["cannot write to the folder /proc"]);
}

#[test]
fn standard_input_has_a_name_in_messages() {
    let scratch = Scratch::new();
    let empty = done(scratch.program("train - --target x").write_stdin(""));
    assert_refused("train - without a table", &empty, &["standard input"]);
    let wrong = done(scratch.program("train - --target answr").write_stdin(good_rows()));
    assert_refused("train - with a wrong target", &wrong, &["\"answr\"", "did you mean \"answer\"?", "standard input"]);
}
