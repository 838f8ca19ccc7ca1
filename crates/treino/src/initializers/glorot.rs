//! Glorot's initializers (X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
//! networks", AISTATS 2010).

use super::{Fill, fans};
use crate::catalog::thing;
use treino_engine::random::Stream;

thing! {
    /// Uniform in [-l, l] with l = sqrt(6 / (inputs + outputs)): Keras's default for kernels.
    ///
    /// Keeps the variance of activations and gradients alike from layer to layer, for tanh-like units.
    pub struct GlorotUniform = "glorot_uniform" ["xavier_uniform"] {}
}

impl Fill for GlorotUniform {
    fn fill(&self, shape: &[usize], stream: Stream, out: &mut [f32]) {
        let (fan_in, fan_out) = fans(shape);
        let limit = (6.0 / (fan_in + fan_out) as f64).sqrt() as f32;
        stream.fill_uniform(out);
        for w in out {
            *w = w.mul_add(2.0 * limit, -limit);
        }
    }
}
