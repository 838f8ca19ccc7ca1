//! The common parameters of normalisation layers: a gamma and a beta for each column, and the epsilon of the divisor.

/// Declares a normalisation layer, as `component!` does: its own parameters, then the common ones.
macro_rules! normalization {
    (
        $(#[doc = $doc:literal])+
        pub struct $Name:ident = $name:literal { $($own:tt)* }
    ) => {
        treino_core::catalog::component! {
            $(#[doc = $doc])+
            pub struct $Name = $name {
                $($own)*
                /// Keeps the divisor away from zero.
                epsilon: f64 = 0.001, treino_core::catalog::Kind::POSITIVE;
                /// Whether to add beta.
                center: bool = true, treino_core::catalog::Kind::Bool;
                /// Whether to multiply by gamma.
                scale: bool = true, treino_core::catalog::Kind::Bool;
                /// Where beta starts.
                beta_initializer: crate::initializers::Initializer = crate::initializers::Zeros::default().into(),
                    treino_core::catalog::Kind::Component(&crate::initializers::FAMILY);
                /// Where gamma starts.
                gamma_initializer: crate::initializers::Initializer = crate::initializers::Ones::default().into(),
                    treino_core::catalog::Kind::Component(&crate::initializers::FAMILY);
                /// Penalty on beta.
                beta_regularizer: Option<crate::regularizers::Regularizer> = None,
                    treino_core::catalog::Kind::Component(&crate::regularizers::FAMILY);
                /// Penalty on gamma.
                gamma_regularizer: Option<crate::regularizers::Regularizer> = None,
                    treino_core::catalog::Kind::Component(&crate::regularizers::FAMILY);
                /// What beta must satisfy after each step.
                beta_constraint: Option<crate::constraints::Constraint> = None,
                    treino_core::catalog::Kind::Component(&crate::constraints::FAMILY);
                /// What gamma must satisfy after each step.
                gamma_constraint: Option<crate::constraints::Constraint> = None,
                    treino_core::catalog::Kind::Component(&crate::constraints::FAMILY);
                /// Name; numbered by itself when left open.
                name: Option<String> = None, treino_core::catalog::Kind::Text;
                /// Whether training moves gamma and beta; a frozen batch normalisation stays in inference mode.
                trainable: bool = true, treino_core::catalog::Kind::Bool;
            }
        }
    };
}
pub(super) use normalization;
