//! The same bits on every processor. Everything is computed from the crate's own random numbers, and a hash of each result is compared
//! with a constant, for every instruction set of the machine. All machines must give the same constants.
//!
//! A hash does not show that a result is correct; the tests beside the code do that. If an algorithm is changed on purpose, the failing
//! test prints the new table.

use treino_engine::affine::{AffineChain, AffineMap, BackwardBuffers};
use treino_engine::aligned::AlignedBuffer;
use treino_engine::fused_activation::FusedActivation;
use treino_engine::pool::Pool;
use treino_engine::product::{ProductStart, View, product, product_transposed, transpose, transpose_scratch_len};
use treino_engine::random::{Purpose, Stream, UniformTransform};
use treino_engine::reduce::{dot, sum, sum_columns, sum_columns_by};
use treino_engine::simd::{Kernel, Level, Simd};
use treino_engine::{double, flush, math};

const EXPECTED: [(&str, u64); 8] = [
    ("random", 0xad88_aa8a_634d_d4a8),
    ("product", 0x6027_5dd0_eada_7650),
    ("product_transposed", 0xc0ff_9daf_30c1_96d0),
    ("tiny products", 0x5ec9_915d_90c3_a2c7),
    ("sums", 0xf325_2fd7_44b4_c811),
    ("chain", 0x9783_4803_c470_4ec6),
    ("math", 0x758f_9310_89fe_69d3),
    ("double", 0x90c5_f197_f744_530b),
];

#[test]
fn every_instruction_set_and_thread_count_gives_the_expected_bits() {
    for simd in Level::ALL.into_iter().filter_map(Simd::with_level) {
        for threads in [1, 3] {
            let pool = Pool::new(threads);
            let table = [
                ("random", random(simd)),
                ("product", products(&pool, simd, 1.0)),
                ("product_transposed", transposed_products(&pool, simd)),
                ("tiny products", products(&pool, simd, 1e-20)),
                ("sums", sums(simd)),
                ("chain", chain(&pool, simd)),
                ("math", elementary(simd)),
                ("double", doubles()),
            ];
            let lines: String = table.iter().map(|(name, hash)| format!("    (\"{name}\", {hash:#018x}),\n")).collect();
            assert!(table == EXPECTED, "{:?} with {threads} threads gives other bits:\n{lines}", simd.level());
        }
    }
}

/// FNV-1a over bytes, least significant first.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    }

    /// Every NaN is hashed as the same one: sign and payload differ between processors.
    fn floats(&mut self, x: &[f32]) {
        x.iter().for_each(|x| self.bytes(&if x.is_nan() { f32::NAN } else { *x }.to_bits().to_le_bytes()));
    }

    fn double(&mut self, x: f64) {
        assert!(!x.is_nan(), "no NaN is expected in double precision");
        self.bytes(&x.to_bits().to_le_bytes());
    }
}

/// Numbers in \[-scale, scale).
fn numbers(length: usize, name: &str, scale: f32) -> Vec<f32> {
    let mut x = vec![0.0; length];
    Stream::new(11, Purpose::Init, name).fill_uniform(&mut x);
    x.iter().map(|x| (x * 2.0 - 1.0) * scale).collect()
}

struct Scaled;

impl UniformTransform for Scaled {
    #[inline(always)]
    fn apply(&self, u: f32) -> f32 {
        u.mul_add(0.3, -0.1)
    }
}

fn random(simd: Simd) -> u64 {
    let mut hash = Hash::new();
    let stream = Stream::new(42, Purpose::Dropout, "dropout").at(3, 9);
    let mut x = vec![0.0; 1003];
    stream.fill_uniform(&mut x);
    hash.floats(&x);
    stream.fill_transformed(simd, 77, &mut x, &Scaled);
    hash.floats(&x);
    (0..100).for_each(|i| hash.double(stream.uniform_f64(i)));
    let mut order = vec![0; 500];
    stream.permutation(simd, &mut order);
    order.iter().for_each(|item| hash.bytes(&item.to_le_bytes()));
    hash.0
}

/// m, k, n: single columns, whole and partial tiles, several blocks along k, and packed blocks.
const SHAPES: [[usize; 3]; 9] = [
    [33, 30, 64],
    [32, 45, 1],
    [13, 3, 47],
    [7, 600, 65],
    [1, 257, 80],
    [5, 16, 7],
    [10, 9, 129],
    [100, 70, 95],
    [50, 300, 523],
];

fn products(pool: &Pool, simd: Simd, scale: f32) -> u64 {
    let mut hash = Hash::new();
    for [m, k, n] in SHAPES {
        let (a, b) = (numbers(m * k, "a", scale), numbers(k * n, "b", scale));
        let bias = numbers(n, "bias", scale * scale);
        let mut c = vec![f32::NAN; m * n];
        product(pool, simd, [m, k, n], View::rows(&a, k), &b, ProductStart::Zero, &mut c);
        hash.floats(&c);
        product(pool, simd, [m, k, n], View::rows(&a, k), &b, ProductStart::Bias(&bias), &mut c);
        hash.floats(&c);
        let mut a_transposed = vec![0.0; m * k];
        transpose(simd, &a, m, k, &mut a_transposed);
        product(pool, simd, [m, k, n], View::transposed(&a_transposed, m), &b, ProductStart::Accumulate, &mut c);
        hash.floats(&c);
    }
    hash.0
}

fn transposed_products(pool: &Pool, simd: Simd) -> u64 {
    let mut hash = Hash::new();
    for [m, k, n] in SHAPES {
        let (a, b) = (numbers(m * k, "a", 1.0), numbers(n * k, "b", 1.0));
        let (mut scratch, mut c) = (vec![f32::NAN; transpose_scratch_len(k, n)], vec![f32::NAN; m * n]);
        product_transposed(pool, simd, [m, k, n], &a, &b, &mut scratch, &mut c);
        hash.floats(&c);
    }
    hash.0
}

fn sums(simd: Simd) -> u64 {
    let mut hash = Hash::new();
    for (rows, width) in [(300, 1), (129, 3), (700, 8), (257, 15), (5, 64), (400, 75)] {
        let x = numbers(rows * width, "x", 1.0);
        let y = numbers(rows * width, "y", 1.0);
        let mut out = vec![f32::NAN; width];
        sum_columns_by(simd, rows, width, &mut out, |i| x[i] * y[i]);
        hash.floats(&out);
        sum_columns(simd, &x, width, false, &mut out);
        hash.floats(&out);
        sum_columns(simd, &y, width, true, &mut out);
        hash.floats(&out);
        hash.double(sum(simd, &x, |x| f64::from(x) / 3.0));
        hash.double(dot(simd, &x, &y));
    }
    hash.0
}

/// Forward once and backward twice through maps with every activation, with and without a bias.
fn chain(pool: &Pool, simd: Simd) -> u64 {
    let widths = [13, 70, 24, 7, 1];
    let activations = [FusedActivation::Tanh, FusedActivation::Relu, FusedActivation::Sigmoid, FusedActivation::Linear];
    let rows = 450;
    let mut length = 0;
    let mut place = |count: usize| {
        length += count;
        [length - count; 2]
    };
    let maps: Vec<AffineMap> = (0..4)
        .map(|at| AffineMap {
            widths: [widths[at], widths[at + 1]],
            values: [at, at + 1],
            gradients: [(at > 0).then_some(at), Some(at + 1)],
            kernel: place(widths[at] * widths[at + 1]),
            bias: (at != 2).then(|| place(widths[at + 1])),
            scratch: (at > 0).then_some(at),
            activation: activations[at],
        })
        .collect();
    let chain = AffineChain::new(maps);
    let buffers = |name: &str| -> Vec<AlignedBuffer> {
        widths.iter().map(|width| AlignedBuffer::from(numbers(rows * width, name, 1.0).as_slice())).collect()
    };
    let (mut values, mut gradients) = (buffers("values"), buffers("gradients"));
    let mut scratch: Vec<AlignedBuffer> =
        (0..4).map(|at| AlignedBuffer::zeros(transpose_scratch_len(widths[at + 1], widths[at]))).collect();
    let (weights, mut gradient) = (numbers(length, "weights", 0.4), vec![f32::NAN; length]);
    chain.forward(pool, simd, rows, &mut values, &weights);
    for accumulate in [false, true] {
        let (values, gradients, scratch) = (&values[..], &mut gradients[..], &mut scratch[..]);
        let buffers = BackwardBuffers { values, gradients, weights: &weights, gradient: &mut gradient, scratch };
        chain.backward(pool, simd, rows, accumulate, buffers);
    }
    let mut hash = Hash::new();
    values.iter().chain(&gradients).for_each(|buffer| hash.floats(buffer));
    hash.floats(&gradient);
    hash.0
}

const FUNCTIONS: usize = 12;

/// All functions of all numbers: the results of the first function, then those of the second, and so on.
struct Elementary<'a>(&'a [f32], &'a mut [f32]);

impl Kernel for Elementary<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (function, out) in self.1.chunks_exact_mut(self.0.len()).enumerate() {
            let numbers = out.iter_mut().zip(self.0);
            match function {
                0 => numbers.for_each(|(y, x)| *y = math::exp(*x)),
                1 => numbers.for_each(|(y, x)| *y = math::expm1(*x)),
                2 => numbers.for_each(|(y, x)| *y = math::ln(*x)),
                3 => numbers.for_each(|(y, x)| *y = math::ln_1p(*x)),
                4 => numbers.for_each(|(y, x)| *y = math::tanh(*x)),
                5 => numbers.for_each(|(y, x)| *y = math::sigmoid(*x)),
                6 => numbers.for_each(|(y, x)| *y = math::softplus(*x)),
                7 => numbers.for_each(|(y, x)| *y = math::erf(*x)),
                8 => numbers.for_each(|(y, x)| *y = flush::flush(*x)),
                9 => numbers.for_each(|(y, x)| *y = flush::flush_weight(*x)),
                10 => numbers.for_each(|(y, x)| *y = flush::flush_gradient(*x)),
                _ => numbers.for_each(|(y, x)| *y = flush::flush_root(*x)),
            }
        }
    }
}

/// Numbers of every exponent and both signs, including denormal and infinite ones, and many of moderate size.
fn elementary(simd: Simd) -> u64 {
    // The step is odd, so all bits of the mantissa vary.
    let mut x: Vec<f32> = (0..f32::INFINITY.to_bits()).step_by(200_003).map(f32::from_bits).collect();
    x.push(f32::INFINITY);
    x.extend(x.clone().iter().map(|x| -x));
    x.extend(numbers(5000, "x", 20.0));
    let mut y = vec![0.0; FUNCTIONS * x.len()];
    simd.run(Elementary(&x, &mut y));
    let mut hash = Hash::new();
    hash.floats(&y);
    hash.0
}

fn doubles() -> u64 {
    let mut hash = Hash::new();
    let stream = Stream::new(5, Purpose::Bootstrap, "");
    for i in 0..2000 {
        let (u, v) = (stream.uniform_f64(2 * i), stream.uniform_f64(2 * i + 1));
        hash.double(math::normal_quantile(u));
        hash.double(math::ln_f64(u * 100.0));
        hash.double(double::exp(v * 1500.0 - 750.0));
        hash.double(double::pow(u * 10.0, v * 6.0 - 3.0));
        hash.double(double::cos_pi(v * 8.0 - 4.0));
    }
    hash.0
}
