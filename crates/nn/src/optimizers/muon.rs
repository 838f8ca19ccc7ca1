//! Muon (K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; scaled as by J. Liu et al.,
//! "Muon is scalable for LLM training", 2025): the momentum of every matrix is orthogonalised, so that an update has
//! the same size in all directions. Adam updates all variables that are not matrices.

use super::adam::Moments;
use super::elementwise::ElementwiseUpdate;
use super::options::patterns;
use super::passes::{Add, Move, ScaleBy};
use super::{Layout, Slot, SlotInit, StepContext, UpdateRule, VariableRange, optimizer};
use treino_core::catalog::{Interval, Kind};
use treino_core::error::{Error, Result};
use treino_engine::flush::flush;
use treino_engine::product::{ProductStart as From, View, product, transpose};
use treino_engine::reduce;
use treino_engine::simd::Kernel;

optimizer! {
    /// Muon: orthogonal steps for matrices, Adam for the rest.
    ///
    /// m = momentum * m + g; X = g + momentum * m (or m); X / |X| goes `ns_steps` times through a X + (b X X' + c (X X')^2) X,
    /// which brings its singular values near 1; w -= rate * rms_rate * sqrt(max(rows, columns)) * X.
    ///
    /// Keras differences: `rms_rate` is always a number.
    pub struct Muon = "muon" (learning_rate = 0.001, weight_decay = Some(0.004)) {
        /// Adam's memory of the running mean of the gradient.
        adam_beta_1: f64 = 0.9, Kind::SHARE;
        /// Adam's memory of the running mean of the squared gradient.
        adam_beta_2: f64 = 0.999, Kind::SHARE;
        /// Weight decay of the variables that go by Adam.
        adam_weight_decay: f64 = 0.004, Kind::NOT_NEGATIVE;
        /// Keeps Adam's divisor away from zero.
        epsilon: f64 = 1e-7, Kind::POSITIVE;
        /// Regular expressions; a matrix in whose name (`layer/variable`) one is found goes by Adam.
        exclude_layers: Vec<String> = Vec::new(), Kind::TEXTS;
        /// Whether matrices whose name holds "embedding" go by Adam.
        exclude_embeddings: bool = true, Kind::Bool;
        /// Coefficient a of the iteration.
        muon_a: f64 = 3.4445, Kind::NUMBER;
        /// Coefficient b of the iteration.
        muon_b: f64 = -4.775, Kind::NUMBER;
        /// Coefficient c of the iteration.
        muon_c: f64 = 2.0315, Kind::NUMBER;
        /// Adam's learning rate over Muon's.
        adam_lr_ratio: f64 = 1.0, Kind::NOT_NEGATIVE;
        /// Memory of the momentum.
        momentum: f64 = 0.95, Kind::Float(Interval::closed(0.0, 1.0));
        /// Iterations towards an orthogonal matrix.
        ns_steps: usize = 5, Kind::Int(treino_core::catalog::Interval::closed(0.0, 100.0));
        /// Whether to use Nesterov's momentum.
        nesterov: bool = true, Kind::Bool;
        /// Root mean square of a step's numbers, for a square matrix, over the learning rate.
        rms_rate: f64 = 0.2, Kind::POSITIVE;
    }
}

impl Muon {
    /// Whether Adam updates a variable.
    fn by_adam(&self, part: &VariableRange) -> bool {
        // The patterns were checked with the optimizer.
        let excluded = patterns(&self.exclude_layers, "muon", "exclude_layers").unwrap_or_default();
        part.shape.len() != 2
            || self.exclude_embeddings && part.name.to_lowercase().contains("embedding")
            || excluded.iter().any(|pattern| pattern.is_match(&part.name))
    }
}

impl UpdateRule for Muon {
    fn slots(&self, layout: &Layout) -> Vec<Slot> {
        let by_adam: Vec<bool> = layout.parts.iter().map(|part| self.by_adam(part)).collect();
        let [mut velocity, mut largest, mut square] = [0; 3];
        for (part, by_adam) in layout.parts.iter().zip(&by_adam) {
            if *by_adam {
                velocity += part.range.len();
            } else {
                let least = part.shape[0].min(part.shape[1]);
                (largest, square) = (largest.max(part.range.len()), square.max(least * least));
            }
        }
        let scratch = |name, length| Slot { name, length, start: SlotInit::Scratch };
        let mut slots = layout.zeros(&["momentum"]);
        slots.push(Slot { name: "velocity", length: velocity, start: SlotInit::Constant(0.0) });
        let flags = by_adam.iter().map(|by_adam| f32::from(u8::from(*by_adam))).collect();
        slots.push(Slot { name: "by_adam", length: by_adam.len(), start: SlotInit::Numbers(flags) });
        slots.extend([scratch("x", largest), scratch("y", largest), scratch("a", square), scratch("b", square)]);
        slots
    }

    fn step(&self, at: StepContext<'_>, w: &mut [f32], g: &mut [f32], state: &mut [Vec<f32>]) {
        let [m, velocity, by_adam, x, y, a, b] = state else { unreachable!("as many buffers as slots") };
        let mut velocity = &mut velocity[..];
        for (part, by_adam) in at.layout.parts.iter().zip(&*by_adam) {
            let range = part.range.clone();
            let (w, g, m) = (&mut w[range.clone()], &mut g[range.clone()], &mut m[range]);
            if *by_adam == 1.0 {
                let v;
                (v, velocity) = std::mem::take(&mut velocity).split_at_mut(w.len());
                let rate = at.learning_rate * self.adam_lr_ratio as f32;
                let adam = Moments::new(self.adam_beta_1, self.adam_beta_2, self.epsilon, rate, at.t);
                adam.sweep_part(at.simd, w, g, [m, v]);
            } else {
                at.simd.run(MovingAverage { momentum: self.momentum as f32, nesterov: self.nesterov, g, m });
                let x = self.orthogonal(at, [part.shape[0], part.shape[1]], g, [x, y, a, b]);
                let scale = (part.shape[0].max(part.shape[1]) as f64).sqrt() * self.rms_rate;
                at.simd.run(Move { w, by: -(f64::from(at.learning_rate) * scale) as f32, u: x });
            }
        }
    }

    fn check(&self) -> Result<()> {
        if self.weight_decay.is_none() {
            return Err(Error::input("muon has no weight_decay").help("0 is none"));
        }
        patterns(&self.exclude_layers, "muon", "exclude_layers").map(drop)
    }

    fn weight_decay(&self, part: &VariableRange) -> Option<f64> {
        if self.by_adam(part) { Some(self.adam_weight_decay) } else { self.weight_decay }
    }
}

impl Muon {
    /// A matrix close to the orthogonal matrix nearest to `g`, in one of the scratch buffers.
    fn orthogonal<'a>(
        &self,
        at: StepContext<'_>,
        [rows, columns]: [usize; 2],
        g: &[f32],
        work: [&'a mut Vec<f32>; 4],
    ) -> &'a [f32] {
        let [x, y, gram, square] = work.map(Vec::as_mut_slice);
        let n = rows * columns;
        let (mut x, mut y) = (&mut x[..n], &mut y[..n]);
        // The smaller axis first: the products X X' are then as small as possible.
        let (short, long) = (rows.min(columns), rows.max(columns));
        if rows > columns {
            transpose(at.simd, g, rows, columns, x);
        } else {
            x.copy_from_slice(g);
        }
        let norm = reduce::dot(at.simd, x, x).sqrt();
        at.simd.run(ScaleBy { x, by: (1.0 / (norm + 1e-7)) as f32 });
        let (gram, square) = (&mut gram[..short * short], &mut square[..short * short]);
        let [a, b, c] = [self.muon_a, self.muon_b, self.muon_c].map(|k| k as f32);
        for _ in 0..self.ns_steps {
            transpose(at.simd, x, short, long, y);
            product(at.pool, at.simd, [short, long, short], View::rows(x, long), y, From::Zero, gram);
            product(at.pool, at.simd, [short; 3], View::rows(gram, short), gram, From::Zero, square);
            at.simd.run(ScaleBy { x: square, by: c });
            at.simd.run(Add { x: square, by: b, y: gram });
            y.copy_from_slice(x);
            at.simd.run(ScaleBy { x: y, by: a });
            product(at.pool, at.simd, [short, short, long], View::rows(square, short), x, From::Accumulate, y);
            (x, y) = (y, x);
        }
        if rows > columns {
            transpose(at.simd, x, columns, rows, y);
            x = y;
        }
        x
    }
}

/// Updates the momentum m, and replaces g by the matrix to be orthogonalised.
struct MovingAverage<'a> {
    momentum: f32,
    nesterov: bool,
    g: &'a mut [f32],
    m: &'a mut [f32],
}

impl Kernel for MovingAverage<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (g, m) in self.g.iter_mut().zip(self.m) {
            *m = flush(self.momentum.mul_add(*m, *g));
            *g = if self.nesterov { self.momentum.mul_add(*m, *g) } else { *m };
        }
    }
}
