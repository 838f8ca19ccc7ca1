//! Treino's product.

use treino_engine::pool::Pool;
use treino_engine::product::{Start, View, product, product_transposed};
use treino_engine::simd::Simd;

use crate::Product;

/// One thread, the widest instructions.
pub struct Treino {
    pool: Pool,
    simd: Simd,
}

impl Treino {
    pub fn new() -> Self {
        Treino { pool: Pool::new(1), simd: Simd::detect() }
    }

    /// C = A B, as a training step computes it. `scratch` has space for the transpose of B.
    pub fn multiply(&self, p: &Product, a: &[f32], b: &[f32], scratch: &mut [f32], c: &mut [f32]) {
        let shape = [p.m, p.k, p.n];
        if p.b_transposed {
            product_transposed(&self.pool, self.simd, shape, a, b, scratch, c);
        } else {
            let a = if p.a_transposed { View::transposed(a, p.m) } else { View::rows(a, p.k) };
            product(&self.pool, self.simd, shape, a, b, Start::Zero, c);
        }
    }
}
