//! Activations that are layers by themselves in Keras.

use super::BuildLayer;
use crate::activations;
use crate::program::{ProgramBuilder, ValueId};
use treino_core::catalog::{Kind, component};
use treino_core::error::Result;

component! {
    /// Rectifier: x where x is at least `threshold`, else negative_slope * (x - threshold); at most `max_value`.
    pub struct ReLU = "re_lu" {
        /// The largest output; none when left open.
        max_value: Option<f64> = None, Kind::NOT_NEGATIVE;
        /// Slope below the threshold.
        negative_slope: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Where it begins.
        threshold: f64 = 0.0, Kind::NOT_NEGATIVE;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// Rectifier that leaks: x for positive x, else negative_slope * x. The activation of that name has another slope, 0.2.
    pub struct LeakyReLU = "leaky_re_lu" {
        /// Slope of the negative side.
        negative_slope: f64 = 0.3, Kind::NOT_NEGATIVE;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// Exponential linear unit: x for positive x, else alpha * (e^x - 1).
    pub struct ELU = "elu" {
        /// Minus the limit for ever smaller x.
        alpha: f64 = 1.0, Kind::NOT_NEGATIVE;
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

component! {
    /// Softmax over the last side: e^x_i / sum e^x_j.
    ///
    /// Keras differences: no `axis`, it is always the last.
    pub struct Softmax = "softmax" {
        /// Name; numbered by itself when left open.
        name: Option<String> = None, Kind::Text;
    }
}

macro_rules! activation_layer {
    ($Layer:ident, $layer:ident => $function:expr) => {
        impl BuildLayer for $Layer {
            fn given_name(&self) -> Option<&str> {
                self.name.as_deref()
            }

            fn build(&self, builder: &mut ProgramBuilder, inputs: &[ValueId]) -> Result<ValueId> {
                let ($layer, x) = (self, builder.one(inputs)?);
                builder.activation(&$function.into(), x)
            }
        }
    };
}

activation_layer!(ReLU, layer => activations::Relu {
    negative_slope: layer.negative_slope,
    max_value: layer.max_value,
    threshold: layer.threshold,
});
activation_layer!(LeakyReLU, layer => activations::LeakyRelu { negative_slope: layer.negative_slope });
activation_layer!(ELU, layer => activations::Elu { alpha: layer.alpha });
activation_layer!(Softmax, _layer => activations::Softmax::default());
