//! Gradients of layers, activations and losses in a row beside differences of the loss.

use crate::differences::{IN_GRAPHS, SEEDS, compare, numbers};
use proptest::prelude::*;
use treino::activations::{Activation, Sigmoid, Softmax, Tanh};
use treino::initializers::{Initializer, RandomUniform};
use treino::layers::{
    self, ActivityRegularization, AlphaDropout, BatchNormalization, Dense, Dropout, ELU, Flatten, GaussianDropout,
    GaussianNoise, GroupNormalization, Identity, Layer, LayerNormalization, LeakyReLU, Normalization, PReLU,
    RMSNormalization, ReLU, Rescaling, Reshape, UnitNormalization,
};
use treino::losses::{Circle, Loss, LossBatch, MeanSquaredError, Score, TargetKind};
use treino::network::Buffer;
use treino::network::Network;
use treino::optimizers::SGD;
use treino::regularizers::{L1, L1L2, L2, Regularizer};
use treino::rows::Matrix;
use treino::train::Compile;
use treino::train::{Examples, Session, gradient};
use treino_engine::simd::Simd;

const INPUTS: usize = 3;

/// Targets that the loss takes, away from where it has a kink.
fn targets(loss: &Loss, outputs: usize, rows: usize, seed: u64) -> Matrix {
    let class = |row: usize| (row + seed as usize) % outputs;
    match loss.inner().targets() {
        TargetKind::Numbers => Matrix::new(rows, outputs, numbers(seed, "y", rows * outputs, -3.0, 3.0)),
        TargetKind::Amounts => Matrix::new(rows, outputs, numbers(seed, "y", rows * outputs, 0.5, 3.0)),
        TargetKind::Signs => {
            let signs = numbers(seed, "y", rows * outputs, -1.0, 1.0).into_iter().map(f32::signum);
            Matrix::new(rows, outputs, signs.collect())
        }
        TargetKind::Probabilities | TargetKind::Shares => {
            Matrix::new(rows, outputs, numbers(seed, "y", rows * outputs, 0.1, 0.9))
        }
        TargetKind::OneHot => {
            let mut y = Matrix::zeros(rows, outputs);
            (0..rows).for_each(|row| y.as_mut_slice()[row * outputs + class(row)] = 1.0);
            y
        }
        TargetKind::ClassNumbers | TargetKind::Classes => {
            Matrix::new(rows, 1, (0..rows).map(|row| class(row) as f32).collect())
        }
        TargetKind::Groups => Matrix::new(rows, 1, (0..rows).map(|row| (row % 2) as f32).collect()),
    }
}

fn compiled(loss: &Loss) -> Compile {
    Compile::new(SGD::default(), loss.clone(), Vec::new())
}

/// Checks the gradient of a network for a loss, with sample weights.
fn check(layers: &[Layer], loss: &Loss, rows: usize, seeds: u64, flat: bool) -> Result<(), String> {
    let mut network = Network::build(INPUTS, layers).map_err(|e| e.to_string())?;
    let (compile, outputs) = (compiled(loss), network.outputs());
    compare(&mut network, seeds, flat, Network::initialize, |seed| {
        let x = Matrix::new(rows, INPUTS, numbers(seed, "x", rows * INPUTS, -1.5, 1.5));
        let y = targets(loss, outputs, rows, seed);
        let row_weights = numbers(seed, "row weights", rows, 0.5, 2.0);
        let compile = &compile;
        move |network: &Network| {
            let data = Examples::new(&x, &y).weighted(Some(&row_weights));
            Session::quiet(|session| gradient(network, compile, data, seed, session)).unwrap()
        }
    })
}

/// A dense layer whose weights are neither 0 nor near it on the whole.
fn dense(units: usize) -> Dense {
    let uniform: Initializer = RandomUniform { minval: -0.9, maxval: 0.9 }.into();
    Dense { kernel_initializer: uniform.clone(), bias_initializer: uniform, ..Dense::new(units) }
}

/// A dense layer with outputs close to each other, between `low` and `high` on the whole.
fn dense_around([low, high]: [f64; 2], units: usize) -> Dense {
    let bias = RandomUniform { minval: low, maxval: high };
    let kernel = RandomUniform { minval: -0.1, maxval: 0.1 };
    Dense { kernel_initializer: kernel.into(), bias_initializer: bias.into(), ..Dense::new(units) }
}

fn activation(activation: &Activation) -> Layer {
    layers::Activation { activation: activation.clone(), ..layers::Activation::default() }.into()
}

/// Runs all cases and tells of every failure at once.
fn all_of(cases: impl IntoIterator<Item = (String, Vec<Layer>, Loss)>, rows: usize) {
    let mut wrong = Vec::new();
    for (name, layers, loss) in cases {
        if let Err(why) = check(&layers, &loss, rows, SEEDS, false) {
            wrong.push(format!("{name}, {}: {why}", loss.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn every<T>(components: &[&'static treino::catalog::Descriptor], named: fn(&str) -> treino::Result<T>) -> Vec<T> {
    components.iter().map(|thing| named(thing.name).unwrap()).collect()
}

#[test]
fn every_activation_inside_a_network() {
    let cases = every(Activation::COMPONENTS, Activation::named).into_iter().map(|a| {
        (
            a.name().to_string(),
            vec![dense(4).into(), activation(&a), dense(2).into()],
            Loss::from(MeanSquaredError::default()),
        )
    });
    all_of(cases, 3);
}

/// The crossentropies of probabilities are smooth only where these lie well inside (0, 1): inputs are drawn around several
/// numbers until an activation's outputs do. Those of log_sigmoid and log_softmax never do: what is clipped at 0 has no
/// slope there, and what takes powers or logarithms of predictions is no number. (For circle see below.)
#[test]
fn every_activation_before_every_loss() {
    let mut wrong = Vec::new();
    for a in every(Activation::COMPONENTS, Activation::named) {
        for loss in every(Loss::COMPONENTS, Loss::named) {
            let below_0 = a.name().starts_with("log_");
            let clipped = ["binary_crossentropy", "kl_divergence", "mean_squared_logarithmic_error"];
            let flat = below_0 && clipped.contains(&loss.name());
            let undefined = ["poisson", "categorical_generalized_cross_entropy"].contains(&loss.name());
            if below_0 && undefined || loss.name() == "circle" {
                continue;
            }
            let found = [[0.4, 0.6], [0.9, 1.1], [1.4, 1.6], [-0.9, -0.5], [-3.0, -2.0]].map(|around| {
                check(&[dense_around(around, 4).activation(a.clone()).into()], &loss, 2, SEEDS / 20, flat)
            });
            let real = found.iter().find(|found| found.as_ref().is_err_and(|why| !why.starts_with("no smooth")));
            if real.is_some() || found.iter().all(Result::is_err) {
                wrong.push(format!("{}, {}: {:?}", a.name(), loss.name(), real.unwrap_or(&found[0])));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Circle loss is smooth where no two rows point the same way.
#[test]
fn circle_of_rows_that_are_apart() {
    let tanh: Activation = Tanh::default().into();
    let rows = |gamma, margin, remove_diagonal| Circle { gamma, margin, remove_diagonal, ..Circle::default() };
    let losses = [rows(1.0, 0.4, true), rows(4.0, 0.0, true), rows(0.5, 0.25, false)];
    let small = Dense { bias_initializer: RandomUniform { minval: -0.3, maxval: 0.3 }.into(), ..dense(3) };
    all_of(
        losses.map(|loss| ("tanh".to_string(), vec![small.clone().activation(tanh.clone()).into()], loss.into())),
        5,
    );
}

/// Reductions, and a class that is ignored.
#[test]
fn every_way_to_put_rows_together() {
    use treino::losses::{Dice, Reduction, SparseCategoricalCrossentropy};
    let mut losses: Vec<Loss> = Vec::new();
    for reduction in [Reduction::Sum, Reduction::SumOverBatchSize, Reduction::MeanWithSampleWeight] {
        losses.push(MeanSquaredError { reduction }.into());
        losses.push(Dice { reduction }.into());
        let ignore_class = Some(1);
        losses.push(SparseCategoricalCrossentropy { ignore_class, reduction, ..Default::default() }.into());
    }
    let softmax: Activation = Softmax::default().into();
    let layers = || vec![dense(3).activation(softmax.clone()).into()];
    all_of(losses.into_iter().map(|loss| (format!("{loss:?}"), layers(), loss)), 5);
}

#[test]
fn every_loss_on_logits() {
    use treino::losses::{
        BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy,
        SparseCategoricalCrossentropy,
    };
    let losses: [Loss; 9] = [
        BinaryFocalCrossentropy { from_logits: true, ..Default::default() }.into(),
        BinaryFocalCrossentropy { from_logits: true, gamma: 0.5, label_smoothing: 0.2, ..Default::default() }.into(),
        CategoricalFocalCrossentropy { from_logits: true, ..Default::default() }.into(),
        CategoricalFocalCrossentropy { from_logits: true, gamma: 0.5, ..Default::default() }.into(),
        BinaryCrossentropy { from_logits: true, ..Default::default() }.into(),
        BinaryCrossentropy { from_logits: true, label_smoothing: 0.2, ..Default::default() }.into(),
        CategoricalCrossentropy { from_logits: true, ..Default::default() }.into(),
        CategoricalCrossentropy { from_logits: true, label_smoothing: 0.2, ..Default::default() }.into(),
        SparseCategoricalCrossentropy { from_logits: true, ..Default::default() }.into(),
    ];
    let tanh: Activation = Tanh::default().into();
    all_of(
        losses.map(|loss| (format!("{loss:?}"), vec![dense(4).activation(tanh.clone()).into(), dense(3).into()], loss)),
        4,
    );
}

fn around(minval: f64, maxval: f64) -> Initializer {
    RandomUniform { minval, maxval }.into()
}

/// Layers that normalise within rows, for rows of four numbers.
fn normalisations_in_the_middle() -> Vec<(&'static str, Layer)> {
    let l2 = || Some(Regularizer::from(L2 { l2: 0.1 }));
    let layer = || LayerNormalization {
        gamma_initializer: around(0.5, 1.5),
        beta_initializer: around(-0.5, 0.5),
        ..LayerNormalization::default()
    };
    let group = |groups| GroupNormalization {
        groups,
        // Groups of one number are 0 / sqrt(epsilon): with a small epsilon nothing else would be left of them.
        epsilon: 0.1,
        gamma_initializer: around(0.5, 1.5),
        beta_initializer: around(-0.5, 0.5),
        ..GroupNormalization::default()
    };
    vec![
        ("layer_normalization", layer().into()),
        ("layer_normalization without center", LayerNormalization { center: false, ..layer() }.into()),
        ("layer_normalization without scale", LayerNormalization { scale: false, ..layer() }.into()),
        ("layer_normalization without both", LayerNormalization { scale: false, center: false, ..layer() }.into()),
        ("frozen layer_normalization", LayerNormalization { trainable: false, ..layer() }.into()),
        ("layer_normalization, large epsilon", LayerNormalization { epsilon: 0.5, ..layer() }.into()),
        (
            "layer_normalization, penalties",
            LayerNormalization { gamma_regularizer: l2(), beta_regularizer: l2(), ..layer() }.into(),
        ),
        ("group_normalization, one group", group(1).into()),
        ("group_normalization, two groups", group(2).into()),
        ("group_normalization without center", GroupNormalization { center: false, ..group(2) }.into()),
        ("group_normalization without scale", GroupNormalization { scale: false, ..group(2) }.into()),
        ("frozen group_normalization", GroupNormalization { trainable: false, ..group(2) }.into()),
        (
            "group_normalization, penalties",
            GroupNormalization { gamma_regularizer: l2(), beta_regularizer: l2(), ..group(2) }.into(),
        ),
        ("unit_normalization", UnitNormalization::default().into()),
        ("rms_normalization", RMSNormalization::default().into()),
        ("rms_normalization, large epsilon", RMSNormalization { epsilon: 0.5, ..RMSNormalization::default() }.into()),
        ("frozen rms_normalization", RMSNormalization { trainable: false, ..RMSNormalization::default() }.into()),
    ]
}

/// Rectifiers, noise, fixed scales, shapes and penalties, for rows of four numbers.
fn others_in_the_middle() -> Vec<(&'static str, Layer)> {
    let p_relu = || PReLU { alpha_initializer: around(0.1, 0.9), ..PReLU::default() };
    let l2 = || Some(Regularizer::from(L2 { l2: 0.1 }));
    let reshape = |sides: &[i64]| Reshape { target_shape: sides.to_vec(), ..Reshape::default() };
    vec![
        ("re_lu", ReLU::default().into()),
        (
            "re_lu with everything",
            ReLU { max_value: Some(0.75), negative_slope: 0.25, threshold: 0.25, name: None }.into(),
        ),
        ("leaky_re_lu", LeakyReLU::default().into()),
        ("elu", ELU { alpha: 0.5, ..ELU::default() }.into()),
        ("softmax", layers::Softmax::default().into()),
        ("p_re_lu", p_relu().into()),
        ("p_re_lu with one alpha", PReLU { shared_axes: Some(vec![1]), ..p_relu() }.into()),
        ("frozen p_re_lu", PReLU { trainable: false, ..p_relu() }.into()),
        ("p_re_lu, penalty", PReLU { alpha_regularizer: l2(), ..p_relu() }.into()),
        ("gaussian_noise", GaussianNoise { stddev: 0.5, ..GaussianNoise::default() }.into()),
        ("gaussian_noise of nothing", GaussianNoise { stddev: 0.0, ..GaussianNoise::default() }.into()),
        ("gaussian_dropout", GaussianDropout { rate: 0.2, ..GaussianDropout::default() }.into()),
        ("gaussian_dropout of nothing", GaussianDropout { rate: 0.0, ..GaussianDropout::default() }.into()),
        ("alpha_dropout", AlphaDropout { rate: 0.3, ..AlphaDropout::default() }.into()),
        ("alpha_dropout of nothing", AlphaDropout { rate: 0.0, ..AlphaDropout::default() }.into()),
        ("activity_regularization", ActivityRegularization { l1: 0.05, l2: 0.1, name: None }.into()),
        ("activity_regularization of nothing", ActivityRegularization::default().into()),
        ("rescaling", Rescaling { scale: vec![0.5], offset: vec![-0.25], name: None }.into()),
        (
            "rescaling by columns",
            Rescaling { scale: vec![0.5, -1.0, 2.0, 1.0], offset: vec![0.0, 1.0, -1.0, 0.5], name: None }.into(),
        ),
        ("flatten", Flatten::default().into()),
        ("reshape", reshape(&[4]).into()),
        ("reshape to what is left", reshape(&[-1]).into()),
        ("identity", Identity::default().into()),
    ]
}

/// Layers that give whole numbers, through which no gradient flows; categories.rs checks that.
const WITHOUT_SLOPE: [&str; 5] = ["discretization", "category_encoding", "hashing", "string_lookup", "integer_lookup"];

/// Every layer in the middle of a network, so that a gradient must also flow through it to the layer in front.
#[test]
fn every_layer_with_its_settings_in_the_middle() {
    let tanh: Activation = Tanh::default().into();
    let l1 = || Some(Regularizer::from(L1 { l1: 0.1 }));
    let l2 = || Some(Regularizer::from(L2 { l2: 0.1 }));
    let both = || Some(Regularizer::from(L1L2 { l1: 0.05, l2: 0.1 }));
    let bn = || BatchNormalization {
        gamma_initializer: around(0.5, 1.5),
        beta_initializer: around(-0.5, 0.5),
        moving_mean_initializer: around(-0.5, 0.5),
        moving_variance_initializer: around(0.5, 1.5),
        ..BatchNormalization::default()
    };
    let statistics = || Normalization {
        mean: Some(vec![0.25, -0.5, 0.0, 1.0]),
        variance: Some(vec![0.5, 2.0, 1.0, 0.25]),
        ..Normalization::default()
    };
    let mut middle: Vec<(&str, Layer)> = vec![
        ("dense", dense(3).activation(tanh.clone()).into()),
        ("dense without bias", Dense { use_bias: false, ..dense(3) }.into()),
        ("frozen dense", Dense { trainable: false, ..dense(3).activation(tanh.clone()) }.into()),
        ("dense, l1 kernel", Dense { kernel_regularizer: l1(), ..dense(3) }.into()),
        ("dense, l2 kernel and bias", Dense { kernel_regularizer: l2(), bias_regularizer: l2(), ..dense(3) }.into()),
        ("dense, l1_l2 kernel", Dense { kernel_regularizer: both(), ..dense(3) }.into()),
        ("dense, l2 activity", Dense { activity_regularizer: l2(), ..dense(3).activation(tanh.clone()) }.into()),
        ("dense, l1 activity", Dense { activity_regularizer: l1(), ..dense(3).activation(tanh.clone()) }.into()),
        (
            "frozen dense, penalties",
            Dense { kernel_regularizer: l2(), activity_regularizer: both(), trainable: false, ..dense(3) }.into(),
        ),
        ("activation", activation(&tanh)),
        ("batch_normalization", bn().into()),
        ("batch_normalization without center", BatchNormalization { center: false, ..bn() }.into()),
        ("batch_normalization without scale", BatchNormalization { scale: false, ..bn() }.into()),
        ("batch_normalization without both", BatchNormalization { scale: false, center: false, ..bn() }.into()),
        ("frozen batch_normalization", BatchNormalization { trainable: false, ..bn() }.into()),
        (
            "batch_normalization, penalties",
            BatchNormalization { gamma_regularizer: l2(), beta_regularizer: both(), ..bn() }.into(),
        ),
        ("dropout", Dropout { rate: 0.3, ..Dropout::default() }.into()),
        ("dropout of nothing", Dropout { rate: 0.0, ..Dropout::default() }.into()),
        ("normalization", statistics().into()),
        ("inverted normalization", Normalization { invert: true, ..statistics() }.into()),
    ];
    middle.extend(normalisations_in_the_middle());
    middle.extend(others_in_the_middle());
    for thing in Layer::COMPONENTS {
        let here = middle.iter().any(|(_, layer)| layer.name() == thing.name);
        let elsewhere = IN_GRAPHS.contains(&thing.name) || WITHOUT_SLOPE.contains(&thing.name);
        assert!(here != elsewhere, "{} must stand either here or in graphs.rs", thing.name);
    }
    let mut cases = Vec::new();
    for (name, layer) in &middle {
        // Behind another layer, first in the network, and behind a frozen layer.
        let front = dense(4).activation(tanh.clone());
        let end: Layer = dense(2).into();
        let loss = Loss::from(MeanSquaredError::default());
        let cold = Dense { trainable: false, ..front.clone() };
        cases.push((
            format!("{name} in the middle"),
            vec![front.clone().into(), layer.clone(), end.clone()],
            loss.clone(),
        ));
        cases.push((
            format!("{name} behind a frozen layer"),
            vec![cold.into(), layer.clone(), end.clone()],
            loss.clone(),
        ));
        cases.push((
            format!("{name} twice"),
            vec![front.into(), layer.clone(), dense(4).into(), layer.clone(), end],
            loss,
        ));
    }
    all_of(cases, 6);
}

/// Penalties at the end of a network, where a crossentropy otherwise takes the last activation over.
#[test]
fn a_penalty_on_the_output() {
    let penalty = || Some(Regularizer::from(L2 { l2: 0.3 }));
    let mut cases = Vec::new();
    for (last, losses) in [
        (
            Activation::from(Sigmoid::default()),
            vec!["binary_crossentropy", "binary_focal_crossentropy", "mean_squared_error"],
        ),
        (
            Activation::from(Softmax::default()),
            vec!["categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy"],
        ),
    ] {
        for loss in losses {
            let layer = Dense { activity_regularizer: penalty(), ..dense(3).activation(last.clone()) };
            cases.push((last.name().to_string(), vec![layer.into()], Loss::named(loss).unwrap()));
        }
    }
    all_of(cases, 4);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_algorithm: proptest::test_runner::RngAlgorithm::ChaCha,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// A loss by itself: where it is finite, so is its gradient, whatever the predictions.
    #[test]
    fn a_finite_loss_has_a_finite_gradient(
        p in prop::collection::vec(prop_oneof![magnitude(), Just(1.0), Just(1e-7), Just(-1.0)], 12),
        loss in 0..Loss::COMPONENTS.len(),
        logits in any::<bool>(),
        seed in 0..4_u64,
    ) {
        let loss = Loss::named(Loss::COMPONENTS[loss].name).unwrap();
        let absorbs = |name: &str| loss.inner().absorbs(&Activation::named(name).unwrap());
        let logits = logits && (absorbs("sigmoid") || absorbs("softmax"));
        let y = targets(&loss, 3, 4, seed);
        let mut dp = vec![0.0; 12];
        let batch = LossBatch { y: y.as_slice(), p: &p, width: 3, logits };
        let value = Score::new(&loss, 4).of(Simd::detect(), batch, None, Some((1.0, &mut dp)));
        prop_assert!(!value.is_finite() || dp.iter().all(|d| d.is_finite()), "{}: {value}, {dp:?}", loss.name());
    }

    /// A finite loss has a gradient without NaN, however large or small (or exactly 0) inputs and weights are: a
    /// training looks at the loss only. (All but exponential, whose outputs are infinite from 89 on.)
    #[test]
    fn a_finite_loss_has_no_nan_in_its_gradient(
        x in prop::collection::vec(magnitude(), 4 * INPUTS),
        weights in prop::collection::vec(magnitude(), 64),
        inner in 0..Activation::COMPONENTS.len(),
        last in 0..Activation::COMPONENTS.len(),
        loss in 0..Loss::COMPONENTS.len(),
        normalise in any::<bool>(),
    ) {
        let named = |i: usize| Activation::named(Activation::COMPONENTS[i].name).unwrap();
        prop_assume!([inner, last].iter().all(|i| named(*i).name() != "exponential"));
        let loss = Loss::named(Loss::COMPONENTS[loss].name).unwrap();
        let mut layers: Vec<Layer> = vec![Dense::new(4).activation(named(inner)).into()];
        if normalise {
            layers.push(BatchNormalization::default().into());
        }
        layers.push(Dense::new(4).activation(named(last)).into());
        let mut network = Network::build(INPUTS, &layers).unwrap();
        network.initialize(1);
        let variables = network.program().variables.clone();
        for v in variables.iter().filter(|v| v.buffer == Buffer::Trainable) {
            network.set_weight(&v.name, &v.shape, &weights[v.range.clone()]).unwrap();
        }
        let x = Matrix::new(4, INPUTS, x);
        let y = targets(&loss, network.outputs(), 4, 1);
        let data = Examples::new(&x, &y);
        let (value, gradient) =
            Session::quiet(|session| gradient(&network, &compiled(&loss), data, 1, session)).unwrap();
        prop_assert!(!value.is_finite() || gradient.iter().all(|g| !g.is_nan()), "loss {value}, gradient {gradient:?}");
    }
}

/// Numbers within ±1e3: of ordinary size, tiny, 0, or at the bounds.
fn magnitude() -> impl Strategy<Value = f32> {
    prop_oneof![-1e3_f32..1e3, -2.0_f32..2.0, -1e-20_f32..1e-20, Just(0.0), Just(1e3), Just(-1e3)]
}
