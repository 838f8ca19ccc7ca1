//! The short options of a network, laid over a spec whose layers are written out.

use crate::scratch::Scratch;

/// Trains with `before`, trains the spec of that run with `after`, and wants the model of a training with both.
fn same_as_both(before: &str, after: &str, both: &str) {
    let scratch = Scratch::with(&["pima.csv", "iris.csv"]);
    let table = if both.contains("more-targets") { "iris.csv --target species" } else { "pima.csv --target diabetes" };
    let rest = "--epochs 2 --no-early-stopping -q";
    scratch.good(&format!("train {table} {before} {rest} --name first"));
    scratch.good(&format!("train runs/0001-first/spec.toml {after} -q --name second"));
    scratch.good(&format!("train {table} {both} {rest} --name second"));
    let spec = |run: &str| scratch.text(&format!("runs/{run}/spec.toml")).replace("../../", "");
    assert_eq!(spec("0002-second"), spec("0003-second"), "{before} and then {after}");
    let model = |run: &str| scratch.bytes(&format!("runs/{run}/model.safetensors"));
    assert!(model("0002-second") == model("0003-second"), "{before} and then {after}");
}

#[test]
fn they_change_the_hidden_layers_as_if_they_had_been_given_at_first() {
    for (before, after) in [
        ("", "--dropout 0.3"),
        ("", "--batch-norm"),
        ("", "--batch-norm --dropout 0.2 --activation tanh"),
        ("", "--kernel-initializer he_normal"),
        ("", "--l1 0.001"),
        ("", "--hidden 16"),
        ("--batch-norm", "--activation tanh"),
        ("--batch-norm --dropout 0.2", "--hidden 8,4,4"),
        ("--hidden 8 --dropout 0.2", "--l2 0.01 --hidden 16,8"),
        ("--l1 0.001", "--l2 0.01"),
        ("--set model.hidden=[]", "--hidden 8"),
        ("--more-targets sepal_length --hidden 8", "--hidden 8,4 --dropout 0.1"),
        ("--more-targets sepal_length --set model.hidden=[]", "--hidden 8"),
    ] {
        same_as_both(
            before,
            after,
            &if after.contains("--hidden") && before.contains("hidden") {
                let kept = before.replace("--set model.hidden=[]", "").replace("--hidden 8", "");
                format!("{kept} {after}")
            } else {
                format!("{before} {after}")
            },
        );
    }
}

#[test]
fn what_was_put_in_can_be_taken_out() {
    same_as_both("--dropout 0.5", "--dropout 0", "");
    same_as_both("--batch-norm --activation tanh", "--set model.batch_norm=false", "--activation tanh");
    same_as_both("--l1 0.001 --l2 0.01", "--l1 0", "--l2 0.01");
    same_as_both("--hidden 8", "--set model.hidden=[]", "--set model.hidden=[]");
}

#[test]
fn layers_that_are_no_plain_stack_are_left_alone() {
    let scratch = Scratch::with(&["pima.csv"]);
    let head = "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n";
    let dense = |more: &str| format!("[[model.layers]]\ntype = \"dense\"\nunits = 4\nactivation = \"relu\"\n{more}");
    let output = "[[model.layers]]\ntype = \"dense\"\nunits = 1\nactivation = \"sigmoid\"\n";
    let noise = "[[model.layers]]\ntype = \"gaussian_noise\"\nstddev = 0.1\n";
    scratch.write("noise.toml", format!("{head}{}{noise}{output}", dense("")));
    let sum = "[[model.layers]]\ntype = \"add\"\ninputs = [\"dense\", \"dense_1\"]\n";
    scratch.write("sum.toml", format!("{head}{}{}{sum}{output}", dense(""), dense("")));
    let orthogonal = dense("kernel_regularizer = \"orthogonal_regularizer\"\n");
    scratch.write("orthogonal.toml", format!("{head}{orthogonal}{output}"));
    scratch.write("both.toml", format!("{head}[model]\nhidden = [3]\n{}{output}", dense("")));
    scratch.refuses_all(&[
        ("train noise.toml --dropout 0.1", &["\"dropout\" cannot change the layers", "gaussian_noise", "--dropout"]),
        ("train sum.toml --hidden 8", &["\"hidden\" cannot change the layers", "\"add\"", "--hidden"]),
        ("train orthogonal.toml --l2 0.1", &["neither L1 nor L2", "--l2"]),
        ("train orthogonal.toml --dropout 2", &["dropout is 2", "--dropout"]),
        ("train both.toml", &["\"hidden\" has no place beside them", "both.toml"]),
        ("train both.toml --dropout 0.1", &["\"hidden\" has no place beside them", "both.toml"]),
    ]);
}
