//! The statistics of studies, in double precision: conclusions from few, noisy numbers.
//!
//! | file | content |
//! |---|---|
//! | `means.rs` | means, standard deviations and proportions, with their 95 % intervals |
//! | `paired.rs` | whether paired differences have a mean other than 0; also if folds share rows |
//! | `wilcoxon.rs` | the same from ranks, for pairs and for two samples |
//! | `holm.rs` | p-values of several tests at once |
//! | `power.rs` | the number of further pairs for a significant difference |
//! | `bootstrap.rs` | an interval of any statistic, by resampling |
//! | `distributions.rs` `special.rs` | Student's t, chi-squared and the normal distribution, and the functions behind
//! them |
//!
//! Logarithm, exponential and gamma function are implemented here, so that an interval has the same bits on every
//! machine. The reference is SciPy, with an accuracy of 1e-10 (`fixtures/statistics`).

mod bootstrap;
#[cfg(test)]
mod coverage;
mod distributions;
#[cfg(test)]
pub(super) mod fixture;
mod holm;
mod means;
mod paired;
mod power;
mod special;
mod wilcoxon;

pub use bootstrap::{Bca, Resamples, bca95};
pub use distributions::{chi_squared_cdf, chi_squared_quantile, normal_cdf, student_t_cdf, student_t_quantile};
pub use holm::holm;
pub use means::{Interval95, interval95, mean, quantile, standard_deviation, standard_deviation95, wilson95};
pub use paired::{PairedT, corrected_paired_t, paired_t};
pub use power::further_pairs;
pub use wilcoxon::{RankTest, rank_sum, signed_rank};
