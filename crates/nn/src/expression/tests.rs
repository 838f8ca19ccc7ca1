//! Properties of the language as a whole: messages, values and derivatives, equal bits.

use super::*;
use derivative::gradient;
use graph::ExprShape;
use interpreter::evaluate;
use proptest::prelude::*;
use treino_core::error::Error;
use treino_engine::simd::{Level, Simd};

fn message(text: &str) -> String {
    let error: Error = parser::parse("the loss", text, &["y_true", "y_pred"]).unwrap_err();
    error.to_string()
}

/// Text, message, marked span (below the text), help.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("mean(sqare(y_true - y_pred))", "the loss has no function \"sqare\"", "     ^^^^^", "did you mean \"square\"?"),
    ("y_tru - y_pred", "the loss has no variable \"y_tru\"", "^^^^^", "did you mean \"y_true\"?"),
    ("y_pred - zz", "the loss has no variable \"zz\"", "         ^^", "possible: y_true, y_pred, pi, e, epsilon"),
    ("abs - y_pred", "\"abs\" is a function and needs its brackets", "^^^", "write abs(x)"),
    ("2 * y_pred(1)", "\"y_pred\" is no function", "    ^^^^^^", "write * for a product"),
    ("2 y_pred", "\"y_pred\" stands where an operator or the end should come", "  ^^^^^^", "write * for a product"),
    ("clip(y_pred, 0)", "\"clip\" takes 3 arguments, but has 2", "^^^^^^^^^^^^^^^", "write clip(x, low, high)"),
    ("abs()", "\"abs\" takes 1 argument, but has 0", "^^^^^", "write abs(x)"),
    ("(y_true - y_pred", "the loss ends where an operator or \")\" should come", "                ^", ""),
    ("abs(y_pred", "the loss ends where an operator, \",\" or \")\" should come", "          ^", ""),
    ("y_true -", "the loss ends where a number, a variable or a function should come", "        ^", ""),
    ("y_true - * 2", "\"*\" stands where a number, a variable or a function should come", "         ^", ""),
    ("y_true)", "\")\" stands where an operator or the end should come", "      ^", ""),
    ("y_pred ^ 2", "\"^\" has no meaning in an expression", "       ^", "write ** for a power"),
    (
        "mean(y_pred, axis=-1)",
        "\"=\" has no meaning in an expression",
        "                 ^",
        "compare with ==; arguments have no names, and reductions always go over the row",
    ),
    (
        "ops.mean(y_pred)",
        "\".\" has no meaning in an expression",
        "   ^",
        "write functions without a module in front: mean(x), not ops.mean(x)",
    ),
    ("0 < y_pred < 1", "comparisons cannot be chained", "  ^^^^^^^^^^", "join them: a < b and b < c"),
    ("y_pred * (1 / 0)", "1 / 0 is infinite", "          ^^^^^", ""),
    ("y_pred + log(-1)", "log(-1) is NaN", "         ^^^^^^^", ""),
    ("y_pred * 1e999", "1e999 is too large for a number", "         ^^^^^", ""),
    ("y_pred × 2", "\"×\" has no meaning in an expression", "       ^", "write * for a product"),
    ("y_pred +\n  sqare(y_true)", "the loss has no function \"sqare\"", "  ^^^^^", "did you mean \"square\"?"),
];

#[test]
fn mistakes_are_marked_where_they_are() {
    for (text, wanted, place, help) in MISTAKES {
        let line = text.lines().last().unwrap();
        let help = if help.is_empty() { String::new() } else { format!("\n  help: {help}") };
        assert_eq!(message(text), format!("{wanted}\n    {line}\n    {place}{help}"));
    }
    assert_eq!(message("  "), "the loss is an empty text, but must be an expression");
    let long = format!("{}sqare(1){}", "1 + ".repeat(100), " + 1".repeat(100));
    let shown = message(&long);
    assert!(shown.contains("\n    ...1 + 1") && shown.contains(" + 1...\n") && shown.contains("\n  help"), "{shown}");
    let [_, line, carets, ..] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
    assert_eq!(line.find("sqare"), carets.find("^^^^^"));
}

#[test]
fn a_hostile_text_is_refused_without_a_crash() {
    for (open, close) in [("(", ")"), ("-", ""), ("not ", ""), ("abs(", ")"), ("2 ** ", "")] {
        let text = |depth: usize| format!("{}y_pred{}", open.repeat(depth), close.repeat(depth));
        assert!(message(&text(1_500)).starts_with("the loss is nested more than 200 deep\n"), "{open}");
        if open != "2 ** " {
            parser::parse("the loss", &text(100), &["y_pred"]).unwrap();
        }
    }
    assert!(message(&"y_pred + ".repeat(2_000)).starts_with("the loss has 18000 characters, but may have 10000"));
    // The largest sizes: deep graphs, many nodes, many registers.
    let flat = format!("{}1", "y_pred * y_true + ".repeat(500));
    let deep = format!("y_pred{}", " * (y_pred + 1) / 3".repeat(500));
    let wide: String = (0..450).map(|i| format!("exp(y_pred * {i}) + ")).collect();
    for text in [flat, deep, format!("0.001 * ({wide}1)")] {
        LossFormula::new(&text).unwrap();
    }
}

#[test]
fn precedence_is_pythons() {
    let x = Expression::parse;
    for (text, value) in [
        ("-2 ** 2", -4.0),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512.0),
        ("-3 % 5", 2.0),
        ("3 % -5", -2.0),
        ("7 - 2 - 1", 4.0),
        ("8 / 2 / 2", 2.0),
        ("2 + 3 * 4 % 5", 4.0),
        ("1 + 1 == 2", 1.0),
        ("not 1 == 2", 1.0),
        ("not 0 and 0", 0.0),
        ("1 or 0 and 0", 1.0),
        ("(1 or 0) and 0", 0.0),
        ("3 >= 3 and 2 != 3", 1.0),
        (".5 + 1. + 1e-1 + 2E1", 21.6),
        ("where(2 > 1, 10, 20)", 10.0),
        ("round(2.5) + round(3.5)", 6.0),
        ("sum(a) + mean(a) + logsumexp(a) + softmax(a)", 25.0),
        ("epsilon * 1e7 + e - exp(1) + sign(-pi)", 0.0),
        ("a % 3 + floor(-a / 3) + ceil(a / 3)", 2.0),
    ] {
        assert!((x(text, &["a"]).unwrap().scalar(&[8.0]) - value).abs() < 1e-9, "{text}");
    }
}

/// For every function, an elementwise argument at which it is smooth, and one over rows.
#[test]
fn every_function_has_the_slope_of_its_differences() {
    for function in FUNCTIONS {
        // Second and third arguments that are valid for every function.
        let arguments = ["0.3 + square(x) / 4", "0.2 + abs(x - 0.21)", "2.9 + x / 7"];
        let text = format!("{}({})", function.name, arguments[..function.arguments.len()].join(", "));
        for text in [text.clone(), format!("sum(square({text} - 0.2)) + x"), format!("{text} * max(x)")] {
            let (mut graph, root) = parser::parse("it", &text, &["x"]).unwrap();
            let x = graph.input(0, ExprShape::Vector);
            let root = graph.mean(root);
            let seed = graph.input(1, ExprShape::Row);
            let slope = gradient(&mut graph, root, seed, x);
            for row in [[0.371, -0.823, 1.457], [2.113, 0.642, -1.539], [-0.117, 0.913, 0.334]] {
                let value = |x: &[f64]| evaluate(&graph, &[root], &[x, &[1.0]], 3)[0][0];
                assert!(value(&row).is_finite(), "{text}");
                let found = evaluate(&graph, &[slope], &[&row, &[1.0]], 3).remove(0);
                let slopes: Vec<f64> = (0..3).map(|i| found[i.min(found.len() - 1)]).collect();
                for i in 0..3 {
                    // Five points, at two scales: away from kinks the results agree.
                    let at = |step: f64| {
                        let mut moved = row;
                        moved[i] += step;
                        value(&moved)
                    };
                    let rule = |h: f64| (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                    let (wanted, again) = (rule(1e-3), rule(5e-4));
                    assert!((wanted - again).abs() < 1e-6 * (1.0 + wanted.abs()), "{text} has a kink near {row:?}");
                    let error = (slopes[i] - wanted).abs();
                    assert!(error < 1e-6 * (1.0 + wanted.abs()), "{text} at {row:?}[{i}]: {} {wanted}", slopes[i]);
                }
            }
        }
    }
}

fn loss(text: &str, simd: Simd, width: usize, y: &[f32], p: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let formula = LossFormula::new(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let rows = p.len() / width;
    let (mut losses, mut dp) = (vec![f32::NAN; rows], vec![f32::NAN; p.len()]);
    formula.values_and_slopes(simd, [y, p], width, &vec![1.0; rows], &mut losses, &mut dp);
    let mut alone = vec![f32::NAN; rows];
    formula.values(simd, [y, p], width, &mut alone);
    assert_eq!(bits(&alone), bits(&losses), "{text}");
    (losses, dp)
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// The derivative of a loss of one target and prediction.
fn slope(text: &str, y: f32, p: f32) -> f32 {
    loss(text, Simd::detect(), 1, &[y], &[p]).1[0]
}

#[test]
fn slopes_at_kinks_are_those_of_keras_on_jax() {
    for (text, at, wanted) in [
        ("abs(y_pred)", 0.0, 0.0),
        ("relu(y_pred)", 0.0, 0.0),
        ("maximum(y_pred, 0)", 0.0, 0.5),
        ("minimum(0, y_pred)", 0.0, 0.5),
        ("clip(y_pred, -1, 1)", 1.0, 0.5),
        ("clip(y_pred, -1, 1)", 2.0, 0.0),
        ("clip(y_pred, -1, 1)", 0.5, 1.0),
        ("y_pred ** 3", 0.0, 0.0),
        ("power(y_pred, 1.5)", 0.0, 0.0),
        ("y_pred ** (1 + square(y_pred))", 0.0, 1.0),
        ("y_pred % 3", 7.0, 1.0),
        ("where(y_pred > 0, y_pred, 2 * y_pred)", 0.0, 2.0),
        ("sqrt(y_pred)", 0.0, f32::INFINITY),
        ("0 ** y_pred + y_pred", 0.5, 1.0),
        ("where(y_pred > 0, y_pred, y_true * y_pred / 1e-45)", 0.5, 1.0),
    ] {
        assert_eq!(slope(text, 0.0, at), wanted, "{text}");
    }
    let (_, dp) = loss("max(y_pred)", Simd::detect(), 3, &[0.0; 3], &[2.0, 5.0, 5.0]);
    assert_eq!(dp, [0.0, 0.5, 0.5]);
}

#[test]
fn what_was_not_chosen_has_no_part() {
    for text in [
        "where(y_pred > 0, sqrt(y_pred), 3 * y_pred)",
        "where(y_pred > 0, log(y_pred), 3 * y_pred)",
        "where(y_pred > 0, 1 / y_pred, 3 * y_pred)",
        "where(y_pred > 0, y_pred ** 0.3, 3 * y_pred)",
        "where(y_pred > 0, exp(1e3 / y_pred), 3 * y_pred)",
    ] {
        for at in [0.0, -2.0] {
            assert_eq!(slope(text, 0.0, at), 3.0, "{text} at {at}");
        }
    }
    // The target's infinite logarithm is not selected either, and has no derivative anyway.
    assert_eq!(slope("where(y_true > 0, y_true * log(y_true / y_pred), y_pred)", 0.0, 0.5), 1.0);
}

/// Tiles that end inside a batch, rows that are wider than a tile, and widths that leave a remainder.
#[test]
fn every_instruction_set_tile_and_width_gives_the_same_bits() {
    let calls: Vec<String> = FUNCTIONS
        .iter()
        .map(|f| {
            format!(
                "{}({})",
                f.name,
                ["0.3 + square(y_pred)", "0.2 + abs(y_true)", "3"][..f.arguments.len()].join(", ")
            )
        })
        .collect();
    let text = format!("sum(y_true * y_pred) + 0.01 * ({})", calls.join(" + "));
    for width in [1, 3, 17, 300] {
        let numbers = |n: usize, k: usize| (0..n).map(|i| ((i * k) % 101) as f32 / 37.0 - 1.3).collect::<Vec<f32>>();
        let (y, p) = (numbers(width * 270, 31), numbers(width * 270, 57));
        let levels: Vec<Simd> = Level::ALL.into_iter().filter_map(Simd::with_level).collect();
        let whole = loss(&text, levels[0], width, &y, &p);
        assert!(whole.0.iter().all(|loss| loss.is_finite()));
        for simd in &levels[1..] {
            // The baseline has no fused multiply-add in hardware.
            let some = 29 * width;
            let (losses, dp) = loss(&text, *simd, width, &y[..some], &p[..some]);
            assert_eq!(
                (bits(&losses), bits(&dp)),
                (bits(&whole.0[..29]), bits(&whole.1[..some])),
                "{:?}",
                simd.level()
            );
        }
        for row in [0, 100, 269] {
            let at = row * width..(row + 1) * width;
            let (losses, dp) = loss(&text, levels[0], width, &y[at.clone()], &p[at.clone()]);
            assert_eq!((bits(&losses), bits(&dp)), (bits(&whole.0[row..=row]), bits(&whole.1[at])));
        }
    }
}

#[test]
fn single_precision_is_near_double() {
    for function in FUNCTIONS {
        let arguments = ["y_pred * 0.9 + y_true", "0.2 + abs(y_true)", "2.5"];
        let text = format!("{}({})", function.name, arguments[..function.arguments.len()].join(", "));
        let (graph, root) = parser::parse("it", &text, &["y_true", "y_pred"]).unwrap();
        let (y, p) = ([0.25_f32, 1.5, 0.125, 2.0], [0.5_f32, 2.25, 1.0, 0.375]);
        let double = |x: &[f32]| x.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        let mut graph = graph;
        let root = graph.mean(root);
        let wanted = evaluate(&graph, &[root], &[&double(&y), &double(&p)], 4)[0][0];
        let mut found = [0.0];
        let formula = MetricFormula::new(&format!("{text} + 0 * y_pred")).unwrap();
        formula.values(Simd::detect(), [&y, &p], 4, &mut found);
        assert!((f64::from(found[0]) - wanted).abs() <= 1e-6 * (1.0 + wanted.abs()), "{text}: {} {wanted}", found[0]);
    }
}

#[test]
fn a_formula_that_teaches_nothing_is_refused() {
    let e = |text: &str| LossFormula::new(text).unwrap_err().message().to_string();
    assert_eq!(e("y_true + 1"), "the loss does not depend on y_pred");
    assert_eq!(e("mean(y_true != round(y_pred))"), "the loss has the slope 0 everywhere, so nothing would be learned");
    assert_eq!(e("log(-1 - square(y_pred))"), "the loss was a finite number at none of the points where it was tried");
    let rounded = e("square(round(y_pred * 1e9) / 1e9 - y_true) + 0.001 * y_pred");
    assert!(rounded.starts_with("the gradient of the loss does not fit its values: near "), "{rounded}");
    let e = |text: &str| ActivationFormula::new(text).unwrap_err().message().to_string();
    assert_eq!(e("3"), "the activation does not depend on x");
    assert_eq!(e("y_pred"), "the activation has no variable \"y_pred\"");
    assert!(MetricFormula::new("y_true == round(y_pred)").is_ok());
}

#[test]
fn an_activation_may_look_at_its_row() {
    let x = [0.5_f32, -1.0, 2.0, 0.0, 0.25, 3.0];
    let forward = |text: &str| {
        let mut y = [0.0; 6];
        ActivationFormula::new(text).unwrap().forward(Simd::detect(), &x, &mut y, 3);
        y
    };
    assert_eq!(forward("x - mean(x)"), [0.0, -1.5, 1.5, 0.0 - 3.25 / 3.0, 0.25 - 3.25 / 3.0, 3.0 - 3.25 / 3.0]);
    assert_eq!(forward("max(x)"), [2.0, 2.0, 2.0, 3.0, 3.0, 3.0]);
    let mut dx = [0.0; 6];
    let dy = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    ActivationFormula::new("max(x)").unwrap().backward(Simd::detect(), &x, &dy, &mut dx, 3);
    assert_eq!(dx, [0.0, 0.0, 6.0, 0.0, 0.0, 15.0]);
}

/// A text of the language's words, mostly not a valid expression.
fn words() -> impl Strategy<Value = String> {
    let names = FUNCTIONS.iter().map(|f| f.name).chain(["x", "y", "pi", "and", "or", "not", "1", "2.5", "1e-3", "0"]);
    let signs = "+ - * / % ** ( ) ( ) , < <= == != > ^ = . é".split(' ');
    let word = prop::sample::select(names.chain(signs).collect::<Vec<_>>());
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

/// An expression.
fn expressions() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["y_pred", "y_true", "pi", "1", "0", "2.5", "0.1", "3"]).prop_map(str::to_string);
    leaf.prop_recursive(6, 60, 3, |inner| {
        let call = (prop::sample::select(FUNCTIONS), prop::collection::vec(inner.clone(), 3))
            .prop_map(|(f, given)| format!("{}({})", f.name, given[..f.arguments.len()].join(", ")));
        let operator = prop::sample::select("+ - * / % ** < <= == != and or".split(' ').collect::<Vec<_>>());
        prop_oneof![call, (inner.clone(), operator, inner).prop_map(|(a, op, b)| format!("({a} {op} {b})"))]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        failure_persistence: None,
        rng_algorithm: proptest::test_runner::RngAlgorithm::ChaCha,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_panics(text in prop_oneof![words(), any::<String>(), "[-+*/%().,<=x0-9e ]{0,40}"]) {
        if let Err(e) = Expression::parse(&text, &["x", "y"]) {
            prop_assert!(!e.to_string().is_empty());
        }
    }

    /// For every expression, its gradient agrees with finite differences, and the program for rows of any width gives
    /// the same results on rows of one number as the program for such rows.
    #[test]
    fn gradients_fit_and_programs_agree(text in expressions(), numbers in prop::collection::vec(-3.0_f32..3.0, 20)) {
        if let Err(e) = LossFormula::new(&text) {
            prop_assert!(!e.message().contains("does not fit"), "{text}: {e}");
            return Ok(());
        }
        let (mut graph, root) = parser::parse("it", &text, &["y_true", "y_pred"]).unwrap();
        let (root, x, seed) = (graph.mean(root), graph.input(1, ExprShape::Vector), graph.input(2, ExprShape::Row));
        let slope = gradient(&mut graph, root, seed, x);
        let roots = [(root, ExprShape::Row), (slope, ExprShape::Vector)];
        let run = |narrow: bool| {
            let program = program::TileProgram::new(&graph, &roots, narrow);
            let (mut values, mut slopes) = (vec![f32::NAN; 10], vec![f32::NAN; 10]);
            let inputs = [&numbers[..10], &numbers[10..], &[1.0; 10]];
            tiles::run(&program, Simd::detect(), &mut Vec::new(), [10, 1], &inputs, &mut [&mut values, &mut slopes]);
            // 0 + -0 is 0: signs of zeros may differ.
            values.iter().chain(&slopes).map(|x| if x.is_nan() { 0 } else { (x + 0.0).to_bits() }).collect::<Vec<u32>>()
        };
        prop_assert_eq!(run(true), run(false), "{}", text);
    }
}
