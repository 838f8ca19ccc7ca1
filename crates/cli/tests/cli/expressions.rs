//! Losses, metrics and activations as expressions, from the command line to the model file.

use crate::scratch::Scratch;

#[test]
fn an_expression_trains_and_its_model_knows_it() {
    let scratch = Scratch::with(&["pima.csv", "iris.csv", "diabetes.csv"]);
    // From the table, the spec of the run, and the model file: the same numbers.
    let flags = "--loss 'mean(square(y_true - y_pred)) + 0.1 * mean(abs(y_pred))' --activation 'x * sigmoid(1.5 * x)' \
                 --metrics 'accuracy,abs(y_true - y_pred),maximum(y_pred, y_true) > 0.5' --epochs 3";
    let done = scratch.good(&format!("train pima.csv --target diabetes {flags}"));
    assert!(done.stdout.contains(", expression, batches of 32"), "{}", done.stdout);
    let history = |run: &str| scratch.text(&format!("runs/{run}/history.csv"));
    let header = history("0001-pima").lines().next().unwrap().to_string();
    for name in ["accuracy", "expression", "expression_1", "val_expression_1"] {
        assert!(header.split(',').any(|column| column == name), "{name}: {header}");
    }
    scratch.good("train runs/0001-pima/spec.toml");
    assert_eq!(history("0001-pima"), history("0002-pima"));
    let spec = scratch.text("runs/0001-pima/spec.toml");
    assert!(spec.contains("expression = \"mean(square(y_true - y_pred)) + 0.1 * mean(abs(y_pred))\""), "{spec}");
    let evaluate = |run: &str| scratch.good(&format!("evaluate runs/{run} pima.csv")).stdout;
    assert_eq!(evaluate("0001-pima"), evaluate("0002-pima"));
    assert_eq!(scratch.good("predict runs/0001-pima pima.csv").stdout.lines().count(), 769);
    assert!(scratch.good("inspect runs/0001-pima").stdout.contains("expression"));

    // Names, a spec file, three classes.
    scratch.write(
        "spec.toml",
        "[data]\npath = \"iris.csv\"\ntarget = \"species\"\n[compile]\n\
         loss = { type = \"expression\", expression = \"-sum(y_true * log_softmax(y_pred))\", name = \"entropy\", \
         from_logits = true }\n\
         metrics = [{ type = \"expression\", expression = \"sum(y_true * y_pred)\", name = \"logit\" }, \"accuracy\"]\n\
         [fit]\nepochs = 40\n",
    );
    let done = scratch.good("train spec.toml");
    assert!(done.stdout.contains(", entropy, batches of 32"), "{}", done.stdout);
    assert!(history("0003-iris").lines().next().unwrap().contains("logit"));
    let metrics = scratch.json("runs/0003-iris/metrics.json");
    assert!(
        metrics["scores"]["test"]["accuracy"]["model"].as_f64().or(metrics["scores"]["test"]["accuracy"].as_f64())
            > Some(0.8)
    );

    // In the place of a type, so that a name can stand beside it.
    scratch.good("train pima.csv --target diabetes --epochs 1 --loss 'square(y_true - y_pred)' --set compile.loss.name=own --metrics '{ type = \"y_pred > 0.5\", name = \"yes\" }'");
    assert!(
        history("0004-pima").starts_with("epoch,loss,penalty,yes,val_loss,val_penalty,val_yes"),
        "{}",
        history("0004-pima")
    );
    assert!(scratch.text("runs/0004-pima/spec.toml").contains("name = \"own\""));

    // A number, standardised inside.
    scratch.good("train diabetes.csv --target progression --epochs 2 --loss 'maximum(0.9 * (y_true - y_pred), -0.1 * (y_true - y_pred))'");
}

#[test]
fn a_mistake_is_marked_where_it_is() {
    let scratch = Scratch::with(&["pima.csv"]);
    let said = scratch.refuses(
        "train pima.csv --target diabetes --loss 'mean(sqare(y_true - y_pred))'",
        &["did you mean \"square\"?", "it was given with --loss"],
    );
    let wanted = "error: the loss has no function \"sqare\"\n  |\n1 | mean(sqare(y_true - y_pred))\n  |      ^^^^^\n";
    assert!(said.starts_with(wanted), "{said}");

    scratch.write("spec.toml", "[data]\npath = \"pima.csv\"\ntarget = \"diabetes\"\n[compile]\nloss = 'y_pred -'\n");
    let said = scratch.refuses("train spec.toml", &["spec.toml:5:8", "the loss ends where"]);
    assert!(said.contains("1 | y_pred -\n  |         ^"), "{said}");

    scratch.refuses_all(&[
        ("train pima.csv --target diabetes --loss mea", &["\"mea\" is not the name of a loss", "did you mean"]),
        ("train pima.csv --target diabetes --loss 'mean squared error'", &["did you mean \"mean_squared_error\"?"]),
        ("train pima.csv --target diabetes --loss 'y_true + 1'", &["the loss does not depend on y_pred"]),
        ("train pima.csv --target diabetes --metrics 'auc,max(y_pred'", &["the metric ends where"]),
        ("train pima.csv --target diabetes --activation 'x ^ 2'", &["\"^\"", "write ** for a power"]),
        ("train pima.csv --target diabetes --optimizer 'x ** 2'", &["is not the name of an optimizer"]),
        (
            "train pima.csv --target diabetes --metrics 'y_pred > y_true' --set callbacks=[{type=\"early_stopping\",monitor=\"val_expression\"}]",
            &["early_stopping cannot tell whether more or less \"val_expression\" is better", "mode"],
        ),
    ]);
    assert!(scratch.good("catalog losses expression").stdout.contains("log_softmax"));
}
