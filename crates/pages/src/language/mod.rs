//! Words and numbers for people, in English and Brazilian Portuguese.
//!
//! Every text stands in one table of messages, in both languages side by side: one that lacks a language does not compile. Only
//! what a person reads goes through here. JSON, CSV, commands, flags, keys and the names of metrics are the same everywhere.

mod commands;
mod doctor;
mod figures;
mod findings;
mod names;
mod numbers;
mod page;
mod remedies;
mod report;
mod studies;
mod study_figures;
mod terminal;

pub use remedies::remedy_command;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English; decimal point.
    #[default]
    English,
    /// Brazilian Portuguese; decimal comma.
    Portuguese,
}

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::English, Lang::Portuguese];

    /// Its code: `en` or `pt`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::English => "en",
            Lang::Portuguese => "pt",
        }
    }

    /// The `lang` of a page.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::English => "en",
            Lang::Portuguese => "pt-BR",
        }
    }

    /// The language of a code or of a locale such as `pt_BR.UTF-8`; `None` for others.
    pub fn of(name: &str) -> Option<Lang> {
        let code = name.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }
}

/// Messages as functions of [`Lang`]: a name, what it is filled with, and the text in each language.
///
/// ```ignore
/// messages! {
///     /// How many rows there are.
///     rows(n) { en: "{n} rows", pt: "{n} linhas" }
/// }
/// ```
/// makes `Lang::rows(self, n: impl Display) -> String`. Arguments stand in braces, as in `format!`.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),*) { en: $en:literal, pt: $pt:literal })+) => {
        impl $crate::language::Lang {
            $(
                $(#[$doc])*
                #[allow(clippy::too_many_arguments, reason = "a message is filled with what it says")]
                pub fn $name(self $(, $arg: impl std::fmt::Display)*) -> String {
                    match self {
                        $crate::language::Lang::English => format!($en),
                        $crate::language::Lang::Portuguese => format!($pt),
                    }
                }
            )+
        }
    };
}
pub(crate) use messages;

#[cfg(test)]
mod tests {
    use super::*;

    messages! {
        /// For the test below.
        greeting(name) { en: "good day, {name}", pt: "bom dia, {name}" }
    }

    #[test]
    fn a_locale_names_its_language() {
        let found = ["pt", "pt_BR.UTF-8", "PT-br", "en_US.UTF-8", "de_DE", "C", ""].map(Lang::of);
        let (en, pt) = (Some(Lang::English), Some(Lang::Portuguese));
        assert_eq!(found, [pt, pt, pt, en, None, None, None]);
    }

    #[test]
    fn a_message_speaks_both() {
        assert_eq!(Lang::ALL.map(|lang| lang.greeting("Ana")), ["good day, Ana", "bom dia, Ana"]);
    }
}
