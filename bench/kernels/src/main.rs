//! GFLOP/s of the products of the workloads: Treino beside the crates gemm, faer and matrixmultiply, on one thread.
//!
//! `kernels` prints a table with each product's share of the peak; `kernels --limits` prints one line of JSON with the
//! peak, the triad and the pass of Adam for the numbers of parameters of the workloads.

mod limits;
mod treino;

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Instant;

use crate::treino::Treino;

/// C (m, n) = A (m, k) B (k, n). A transposed one lies in memory as its transpose, row-major.
pub struct Product {
    pub m: usize,
    pub k: usize,
    pub n: usize,
    pub a_transposed: bool,
    pub b_transposed: bool,
}

/// Name, batch, sizes from the features to the outputs.
const NETWORKS: [(&str, usize, &[usize]); 4] = [
    ("tiny", 32, &[8, 16, 8, 1]),
    ("small", 32, &[30, 64, 64, 1]),
    ("medium", 128, &[784, 256, 128, 10]),
    ("wide", 256, &[128, 1024, 1024, 1024, 1]),
];

/// Seconds of the best call among those that fit into `budget` seconds, three at least.
pub fn best_seconds(budget: f64, mut call: impl FnMut()) -> f64 {
    call();
    let (began, mut best, mut calls) = (Instant::now(), f64::INFINITY, 0);
    while calls < 3 || began.elapsed().as_secs_f64() < budget {
        let start = Instant::now();
        call();
        best = best.min(start.elapsed().as_secs_f64());
        calls += 1;
    }
    best
}

/// Row and column strides of a row-major matrix of `width` columns, or of one that lies transposed.
fn strides(transposed: bool, rows: usize, columns: usize) -> (isize, isize) {
    if transposed { (1, rows as isize) } else { (columns as isize, 1) }
}

fn by_gemm(p: &Product, a: &[f32], b: &[f32], c: &mut [f32]) {
    let ((ar, ac), (br, bc)) = (strides(p.a_transposed, p.m, p.k), strides(p.b_transposed, p.k, p.n));
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let (none, n) = (gemm::Parallelism::None, p.n as isize);
    // SAFETY: the slices hold m k, k n and m n numbers, and the strides stay within them.
    unsafe { gemm::gemm(p.m, p.n, p.k, c, 1, n, false, a, ac, ar, b, bc, br, 0.0, 1.0, false, false, false, none) };
}

fn by_faer(p: &Product, a: &[f32], b: &[f32], c: &mut [f32]) {
    let ((ar, ac), (br, bc)) = (strides(p.a_transposed, p.m, p.k), strides(p.b_transposed, p.k, p.n));
    // SAFETY: as above.
    let (a, b) = unsafe {
        (
            faer::MatRef::from_raw_parts(a.as_ptr(), p.m, p.k, ar, ac),
            faer::MatRef::from_raw_parts(b.as_ptr(), p.k, p.n, br, bc),
        )
    };
    let c = faer::MatMut::from_row_major_slice_mut(c, p.m, p.n);
    faer::linalg::matmul::matmul(c, faer::Accum::Replace, a, b, 1.0, faer::Par::Seq);
}

fn by_matrixmultiply(p: &Product, a: &[f32], b: &[f32], c: &mut [f32]) {
    let ((ar, ac), (br, bc)) = (strides(p.a_transposed, p.m, p.k), strides(p.b_transposed, p.k, p.n));
    let (a, b, c, n) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr(), p.n as isize);
    // SAFETY: as above.
    unsafe { matrixmultiply::sgemm(p.m, p.k, p.n, 1.0, a, ar, ac, b, br, bc, 0.0, c, n, 1) };
}

fn values(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 16) as f32 / 65536.0 - 0.5).collect()
}

fn main() {
    let peak = limits::peak();
    if std::env::args().any(|argument| argument == "--limits") {
        let counts = NETWORKS.map(|(_, _, sizes)| sizes.windows(2).map(|s| s[0] * s[1] + s[1]).sum::<usize>());
        let adam: Vec<String> =
            counts.iter().map(|&count| format!("\"{count}\": {:.3}", limits::adam(count))).collect();
        let triad = [("L1", 24 << 10), ("L2", 600 << 10), ("L3", 8 << 20), ("memory", 256 << 20)];
        let triad: Vec<String> =
            triad.iter().map(|(level, bytes)| format!("\"{level}\": {:.1}", limits::triad(*bytes))).collect();
        let (adam, triad) = (adam.join(", "), triad.join(", "));
        println!("{{\"peak_gflops\": {peak:.1}, \"triad_gb_s\": {{{triad}}}, \"adam_us\": {{{adam}}}}}");
        return;
    }

    println!("Fused multiply-adds: {peak:.1} GFLOP/s on one thread. Below GFLOP/s, and Treino's share of that.\n");
    print!("{:8} {:8} {:>5} {:>5} {:>5}", "network", "product", "m", "k", "n");
    println!(" {:>8} {:>8} {:>8} {:>8} {:>7}", "treino", "gemm", "faer", "matmul", "share");
    let treino = Treino::new();
    for (network, batch, sizes) in NETWORKS {
        for (layer, size) in sizes.windows(2).enumerate() {
            let (inputs, outputs) = (size[0], size[1]);
            let forward = Product { m: batch, k: inputs, n: outputs, a_transposed: false, b_transposed: false };
            let kernel = Product { m: inputs, k: batch, n: outputs, a_transposed: true, b_transposed: false };
            let input = Product { m: batch, k: outputs, n: inputs, a_transposed: false, b_transposed: true };
            // The features need no slope.
            let products = [("forward", Some(forward)), ("dW", Some(kernel)), ("dX", (layer > 0).then_some(input))];
            for (name, p) in products.into_iter().filter_map(|(name, p)| Some((name, p?))) {
                measure(network, name, &p, &treino, peak);
            }
        }
    }
}

fn measure(network: &str, name: &str, p: &Product, treino: &Treino, peak: f64) {
    let (a, b, mut c) = (values(p.m * p.k, 1), values(p.k * p.n, 2), vec![0f32; p.m * p.n]);
    let scratch = RefCell::new(vec![0f32; p.k * p.n]);
    let operations = 2 * p.m * p.k * p.n;
    let repeats = 200_000 / operations + 1;
    let mut sums = Vec::new();
    let mut speed = |call: &dyn Fn(&mut [f32])| {
        let seconds = best_seconds(0.05, || {
            for _ in 0..repeats {
                call(black_box(&mut c));
            }
        });
        sums.push(c.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>());
        (operations * repeats) as f64 / seconds / 1e9
    };
    let ours = speed(&|c| treino.multiply(p, black_box(&a), black_box(&b), &mut scratch.borrow_mut(), c));
    let others = [by_gemm, by_faer, by_matrixmultiply].map(|by| speed(&|c| by(p, black_box(&a), &b, c)));
    let right = sums.iter().all(|sum| (sum - sums[0]).abs() <= 1e-4 * sums[0]);
    assert!(right, "{network} {name}: the products differ: {sums:?}");
    print!("{network:8} {name:8} {:5} {:5} {:5} {ours:8.1}", p.m, p.k, p.n);
    others.iter().for_each(|other| print!(" {other:8.1}"));
    println!(" {:6.0}%", 100.0 * ours / peak);
}
