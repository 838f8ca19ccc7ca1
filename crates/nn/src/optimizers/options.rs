//! The common options of all optimizers, declared once.

use super::rate::LearningRate;
use regex_lite::Regex;
use treino_core::error::{Error, Result};

/// The common options of all optimizers, in one view. [`Updater`](super::Updater) documents their order.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Step size.
    pub learning_rate: &'a LearningRate,
    /// Strength of the decoupled weight decay.
    pub weight_decay: Option<f64>,
    /// Largest norm of each variable's gradient.
    pub clipnorm: Option<f64>,
    /// Largest absolute value of each number of the gradient.
    pub clipvalue: Option<f64>,
    /// Largest norm of the whole gradient.
    pub global_clipnorm: Option<f64>,
    /// Whether a moving average of the weights is kept.
    pub use_ema: bool,
    /// Decay factor of that average.
    pub ema_momentum: f64,
    /// Steps after which the weights become the average.
    pub ema_overwrite_frequency: Option<usize>,
    /// The factor by which the loss is multiplied and the gradient divided.
    pub loss_scale_factor: Option<f64>,
    /// Batches whose mean gradient makes one step.
    pub gradient_accumulation_steps: Option<usize>,
    /// Names, as regular expressions, of variables that do not decay.
    pub exclude_from_weight_decay: &'a [String],
}

impl<'a> Options<'a> {
    /// A learning rate without other options.
    pub fn plain(learning_rate: &'a LearningRate) -> Self {
        Options {
            learning_rate,
            weight_decay: None,
            clipnorm: None,
            clipvalue: None,
            global_clipnorm: None,
            use_ema: false,
            ema_momentum: 0.99,
            ema_overwrite_frequency: None,
            loss_scale_factor: None,
            gradient_accumulation_steps: None,
            exclude_from_weight_decay: &[],
        }
    }

    /// Returns an error for options that contradict each other, or for a number that no spec could contain.
    pub(super) fn check(&self, optimizer: &str) -> Result<()> {
        let clips =
            [("clipnorm", self.clipnorm), ("clipvalue", self.clipvalue), ("global_clipnorm", self.global_clipnorm)];
        let given: Vec<&str> = clips.iter().filter(|(_, clip)| clip.is_some()).map(|(name, _)| *name).collect();
        if given.len() > 1 {
            let e = format!("{optimizer} has {} at once, but a gradient is clipped in one way", given.join(" and "));
            return Err(Error::input(e).help(format!("keep one of {}", clips.map(|(name, _)| name).join(", "))));
        }
        if let LearningRate::Schedule(schedule) = self.learning_rate {
            schedule.inner().check()?;
        }
        patterns(self.exclude_from_weight_decay, optimizer, "exclude_from_weight_decay").map(drop)
    }
}

/// Compiled regular expressions.
pub(super) fn patterns(texts: &[String], optimizer: &str, parameter: &str) -> Result<Vec<Regex>> {
    let compile = |text: &String| {
        Regex::new(text).map_err(|why| {
            Error::input(format!("{optimizer}.{parameter} holds \"{text}\", which is no regular expression: {why}"))
                .help("a part of the name is enough, such as \"bias\"")
        })
    };
    texts.iter().map(compile).collect()
}

/// Access to the options of an optimizer.
pub trait HasOptions {
    /// The options in one view.
    fn options(&self) -> Options<'_>;
}

/// Declares an optimizer: a `component!` that starts with the learning rate and ends with the common options.
///
/// ```text
/// optimizer! {
///     /// One line that says what it is.
///     pub struct Lion = "lion" (learning_rate = 0.001, weight_decay = None) {
///         /// Its other parameters, as in `component!`.
///         beta_1: f64 = 0.9, Kind::SHARE;
///     }
/// }
/// ```
macro_rules! optimizer {
    (
        $(#[doc = $doc:literal])+
        pub struct $Name:ident = $name:literal $([$($alias:literal),* $(,)?])?
        (learning_rate = $rate:literal, weight_decay = $decay:expr) { $($own:tt)* }
    ) => {
        treino_core::catalog::component! {
            $(#[doc = $doc])+
            pub struct $Name = $name $([$($alias),*])? {
                /// Step size: a number, or a schedule.
                learning_rate: $crate::optimizers::LearningRate = $crate::optimizers::LearningRate::Constant($rate),
                    $crate::optimizers::LearningRate::KIND;
                $($own)*
                /// Decoupled weight decay: each step first takes weight_decay * learning_rate * w off the weights w.
                weight_decay: Option<f64> = $decay, treino_core::catalog::Kind::NOT_NEGATIVE;
                /// Largest norm of each variable's gradient; a longer one is shortened to it.
                clipnorm: Option<f64> = None, treino_core::catalog::Kind::POSITIVE;
                /// Largest size of each number of the gradient.
                clipvalue: Option<f64> = None, treino_core::catalog::Kind::POSITIVE;
                /// Largest norm of the gradient of all variables together.
                global_clipnorm: Option<f64> = None, treino_core::catalog::Kind::POSITIVE;
                /// Whether to keep a running average of the weights, with which the training ends.
                use_ema: bool = false, treino_core::catalog::Kind::Bool;
                /// Memory of the running average.
                ema_momentum: f64 = 0.99, treino_core::catalog::Kind::Float(treino_core::catalog::Interval::closed(0.0, 1.0));
                /// Steps after which the weights are set to their running average, again and again.
                ema_overwrite_frequency: Option<usize> = None, treino_core::catalog::Kind::COUNT;
                /// By what the loss is multiplied before its gradient is taken, and the gradient divided after.
                loss_scale_factor: Option<f64> = None, treino_core::catalog::Kind::POSITIVE;
                /// Batches whose mean gradient makes one step.
                gradient_accumulation_steps: Option<usize> = None,
                    treino_core::catalog::Kind::Int(treino_core::catalog::Interval::at_least(2.0));
                /// Regular expressions; a variable (`layer/variable`) in whose name one is found does not decay.
                exclude_from_weight_decay: Vec<String> = Vec::new(), treino_core::catalog::Kind::TEXTS;
            }
        }

        impl $crate::optimizers::HasOptions for $Name {
            fn options(&self) -> $crate::optimizers::Options<'_> {
                $crate::optimizers::Options {
                    learning_rate: &self.learning_rate,
                    weight_decay: self.weight_decay,
                    clipnorm: self.clipnorm,
                    clipvalue: self.clipvalue,
                    global_clipnorm: self.global_clipnorm,
                    use_ema: self.use_ema,
                    ema_momentum: self.ema_momentum,
                    ema_overwrite_frequency: self.ema_overwrite_frequency,
                    loss_scale_factor: self.loss_scale_factor,
                    gradient_accumulation_steps: self.gradient_accumulation_steps,
                    exclude_from_weight_decay: &self.exclude_from_weight_decay,
                }
            }
        }
    };
}
pub(crate) use optimizer;
