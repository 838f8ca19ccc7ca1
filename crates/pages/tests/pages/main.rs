//! Figures, pages, explorations and words, from real trainings.

mod damaged;
mod doctor;
mod explore;
mod figures;
mod studies;
