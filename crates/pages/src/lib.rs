//! Pages, pictures and words about trainings and studies of [`treino`].
//!
//! [`figure`] draws what a training or a study left, [`language`] puts it into words, English and Portuguese, and [`explore`] takes
//! the lecture on one's own table.

#![forbid(unsafe_code)]

pub mod explore;
pub mod figure;
pub mod language;
