//! Studies: many trainings, compared honestly, and one compared with itself.

pub mod search;
pub mod space;
pub mod statistics;
mod verification;

pub use verification::{Difference, Rerun, Verification};
