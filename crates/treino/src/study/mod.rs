//! Studies: many trainings, compared honestly.

pub mod statistics;
