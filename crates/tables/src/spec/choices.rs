//! What the section `[data]` lets a person choose from a few words.

use crate::cell::number;
use treino_core::catalog::choice;

choice! {
    /// How columns become numbers.
    pub enum RecipeMode {
        /// By what is in them.
        Auto = "auto",
        /// They are numbers, and used as they are.
        None = "none",
    }
}

choice! {
    /// What a missing number becomes: a statistic of the training rows.
    pub enum Impute {
        /// Their median.
        Median = "median",
        /// Their mean.
        Mean = "mean",
    }
}

choice! {
    /// The scale of numbers inside the network.
    pub enum Scaling {
        /// (x - mean) / sd.
        Standard = "standard",
        /// As they are.
        None = "none",
    }
}

choice! {
    /// Which rows are kept back.
    pub enum SplitMethod {
        /// Random ones, stratified for classes.
        Random = "random",
        /// The last ones of the file.
        Last = "last",
    }
}

choice! {
    /// What stands between the cells of a line.
    pub enum Delimiter {
        /// `,`
        Comma = ",",
        /// `;`
        Semicolon = ";",
        /// `|`
        Pipe = "|",
        /// A tab.
        Tab = "tab",
        /// Any run of blanks.
        Space = "space",
    }
}

choice! {
    /// The decimal mark.
    pub enum DecimalMark {
        /// `.`
        Point = ".",
        /// `,`
        Comma = ",",
    }
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Pipe => b'|',
            Delimiter::Tab => b'\t',
            Delimiter::Space => b' ',
        }
    }
}

impl From<DecimalMark> for number::Decimal {
    fn from(mark: DecimalMark) -> Self {
        match mark {
            DecimalMark::Point => number::Decimal::Point,
            DecimalMark::Comma => number::Decimal::Comma,
        }
    }
}
