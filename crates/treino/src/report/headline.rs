//! The headline numbers of an evaluation.

use super::evaluation::Evaluation;

/// The headline numbers of an evaluation, each with its name, the most informative first.
pub fn headline(evaluation: &Evaluation) -> Vec<(&'static str, f64)> {
    match evaluation {
        Evaluation::Classes(c) => {
            let mut all = vec![("accuracy", c.accuracy.model)];
            all.extend(c.auc.map(|auc| ("AUC", auc)));
            all.extend(c.log_loss.map(|log_loss| ("log-loss", log_loss.model)));
            all.push(("F1 (macro)", c.macro_average.f1));
            all
        }
        Evaluation::Numbers(n) => {
            let mut all = vec![("RMSE", n.rmse.model), ("MAE", n.mae.model)];
            all.extend(n.r2.as_ref().map(|r2| ("R2", r2.model)));
            all
        }
    }
}
