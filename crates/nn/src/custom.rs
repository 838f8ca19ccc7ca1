//! What a Rust program brings itself in the place of a thing of the catalogue.

/// Declares the variant of a room that a Rust program fills itself: a shared object behind the room's trait.
macro_rules! custom {
    ($(#[doc = $doc:literal])+ pub struct Custom(dyn $Trait:ident): $summary:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub struct Custom(std::sync::Arc<dyn $Trait + Send + Sync>);

        impl Custom {
            /// What messages call it.
            pub(crate) const DESCRIPTOR: &'static treino_core::catalog::Descriptor = &treino_core::catalog::Descriptor {
                name: "custom",
                class: "Custom",
                aliases: &[],
                doc: treino_core::catalog::Doc($summary),
                params: &[],
            };

            /// Computed by `it`, which all trainings that use it share.
            pub fn new(it: impl $Trait + Send + Sync + 'static) -> Self {
                Custom(std::sync::Arc::new(it))
            }

            pub(super) fn inner(&self) -> &(dyn $Trait + 'static) {
                &*self.0
            }
        }

        impl PartialEq for Custom {
            /// Whether they are the same object.
            fn eq(&self, other: &Self) -> bool {
                std::sync::Arc::ptr_eq(&self.0, &other.0)
            }
        }
    };
}
pub(crate) use custom;
