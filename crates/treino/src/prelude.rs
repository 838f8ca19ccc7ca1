//! What most programs need: `use treino::prelude::*;`.

pub use crate::activations::{Elu, Gelu, Linear, Relu, Selu, Sigmoid, Softmax, Tanh};
pub use crate::callbacks::{
    BackupAndRestore, CSVLogger, EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau,
    SwapEMAWeights, TensorBoard, TerminateOnNaN,
};
pub use crate::data::{DataSpec, Matrix, Table};
pub use crate::error::{Error, Result};
pub use crate::layers::{
    Activation, Add, BatchNormalization, Concatenate, Dense, Dropout, Embedding, Flatten, InputLayer,
    LayerNormalization, Normalization, Placed,
};
pub use crate::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, Huber, MeanAbsoluteError, MeanSquaredError, Poisson,
    SparseCategoricalCrossentropy,
};
pub use crate::optimizers::{Adam, AdamW, RMSprop, SGD};
pub use crate::regularizers::{L1, L1L2, L2};
pub use crate::schedules::{CosineDecay, ExponentialDecay, OneCycle};
pub use crate::sequential::Sequential;
pub use crate::spec::Spec;
pub use crate::store::Bundle;
pub use crate::train::{Examples, Fit, Planned, Session};
