//! Treino's product.

use treino_engine::pool::Pool;
use treino_engine::product::{Start, View, product};
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

    /// C = A B. B in memory must be row-major: where it is given transposed, as for dX, the transposed copy that a
    /// training step keeps is what is read.
    pub fn multiply(&self, p: &Product, a: &[f32], b: &[f32], c: &mut [f32]) {
        let a = if p.a_transposed { View::transposed(a, p.m) } else { View::rows(a, p.k) };
        product(&self.pool, self.simd, [p.m, p.k, p.n], a, b, Start::Zero, c);
    }
}
