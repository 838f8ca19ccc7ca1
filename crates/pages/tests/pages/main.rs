//! Figures, pages, explorations and words, from real trainings.

mod doctor;
mod explore;
mod figures;
mod studies;
