//! What most programs need: `use treino::prelude::*;`.

pub use crate::runs::{Job, PreparedRun};
pub use crate::sequential::Sequential;
pub use crate::spec::Spec;
pub use crate::store::TrainedModel;
pub use treino_core::error::{Error, Result};
pub use treino_core::rows::{Matrix, Rows};
pub use treino_nn::activations::{Elu, Gelu, Linear, Relu, Selu, Sigmoid, Softmax, Tanh};
pub use treino_nn::callbacks::{
    BackupAndRestore, CSVLogger, EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau,
    SwapEMAWeights, TensorBoard, TerminateOnNaN,
};
pub use treino_nn::events::Event;
pub use treino_nn::layers::{
    Activation, Add, BatchNormalization, Concatenate, ConnectedLayer, Dense, Dropout, Embedding, Flatten, InputLayer,
    LayerNormalization, Normalization,
};
pub use treino_nn::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, Huber, MeanAbsoluteError, MeanSquaredError, Poisson,
    SparseCategoricalCrossentropy,
};
pub use treino_nn::optimizers::{Adam, AdamW, RMSprop, SGD};
pub use treino_nn::regularizers::{L1, L1L2, L2};
pub use treino_nn::schedules::{CosineDecay, ExponentialDecay, OneCycle};
pub use treino_nn::train::{Examples, Fit, Session};
pub use treino_tables::{DataSpec, Table};
