//! Choices: parameters whose value is one of a few names.

/// Declares a choice: an enum with a name for each of its values, which also gives the kind of the parameter.
///
/// ```text
/// choice! {
///     /// Which curve an area is measured below.
///     pub enum Curve {
///         /// False against true positive rate.
///         Roc = "ROC",
///     }
/// }
/// // in a component: curve: Curve = Curve::Roc, Curve::KIND;
/// ```
#[macro_export]
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        pub enum $Name:ident { $($(#[doc = $word_doc:literal])+ $Word:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Name {
            $($(#[doc = $word_doc])+ $Word,)+
        }

        impl $Name {
            /// All of them.
            pub const ALL: &'static [$Name] = &[$($Name::$Word),+];

            /// Their names, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The kind of a parameter with this choice.
            pub const KIND: $crate::catalog::Kind = $crate::catalog::Kind::Choice(Self::WORDS);

            /// Its name in specs.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$Word => $word,)+
                }
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl ::std::str::FromStr for $Name {
            type Err = $crate::error::Error;

            fn from_str(word: &str) -> $crate::error::Result<Self> {
                match Self::ALL.iter().find(|it| it.word() == word) {
                    Some(it) => Ok(*it),
                    None => Err($crate::error::Error::input(format!("\"{word}\" is none of {}", Self::WORDS.join(", ")))
                        .nearest(word, Self::WORDS.iter().copied())),
                }
            }
        }

        impl $crate::catalog::Field for $Name {
            fn read(node: &$crate::catalog::Node, path: &str) -> $crate::error::Result<Self> {
                let word = <String as $crate::catalog::Field>::read(node, path)?;
                word.parse().map_err(|e| node.place(e))
            }

            fn write(&self) -> Option<$crate::catalog::Value> {
                Some($crate::catalog::Value::Text(self.word().to_string()))
            }
        }
    };
}
pub use choice;
