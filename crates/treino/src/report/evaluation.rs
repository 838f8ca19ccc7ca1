//! The evaluation of predictions against known targets, each number next to that of a trivial baseline.
//!
//! The baseline knows the training targets and nothing else. For classes it always predicts the most frequent training
//! class, with the training shares as probabilities; for numbers it always predicts the training mean.

use serde::{Deserialize, Serialize};
use treino_core::error::{Error, Result};
use treino_engine::math::ln_f64;
use treino_nn::metrics::auc;
use treino_nn::train::Decision;

/// The evaluation of predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "target", rename_all = "snake_case")]
pub enum Evaluation {
    /// The target is one of several classes.
    Classes(ClassificationScores),
    /// The target is a number.
    Numbers(RegressionScores),
}

/// A number of the model next to that of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithBaseline {
    /// The model's.
    #[serde(with = "treino_core::nullable")]
    pub model: f64,
    /// The trivial baseline's.
    #[serde(with = "treino_core::nullable")]
    pub baseline: f64,
}

/// The evaluation of predicted classes. Counts are sums of weights, which are row counts if there are no weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationScores {
    /// How many rows were evaluated.
    pub n: usize,
    /// The sum of their weights.
    pub weight: f64,
    /// The class that the baseline always predicts.
    pub baseline_class: String,
    /// The share of rows predicted correctly. The predicted class is the most probable one (of equals the first); with
    /// one prediction per row, it is the second class if that is above 0.5, or above the boundary of the loss for
    /// scores.
    pub accuracy: WithBaseline,
    /// Mean of -ln p(true class), with p normalised to sum 1 and clipped to [1e-7, 1 - 1e-7]; missing if class scores
    /// that are not probabilities predict the classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<WithBaseline>,
    /// The exact area under the ROC curve (0.5 for any baseline): of the second of two classes; of more, the unweighted
    /// mean of each class against the rest, over the classes that occur. Missing if no class has rows on both sides.
    pub auc: Option<f64>,
    /// Unweighted mean over the classes that occur or are predicted.
    pub macro_average: AveragedScores,
    /// Mean weighted by the classes' support.
    pub weighted_average: AveragedScores,
    /// Class by class.
    pub classes: Vec<ClassScores>,
    /// Row: the true class; column: the predicted one.
    pub confusion: Vec<Vec<f64>>,
}

/// The scores of one class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// Its name.
    pub name: String,
    /// Its share of the training targets.
    pub training_share: f64,
    /// Rows that are of this class.
    pub support: f64,
    /// Rows that are predicted as this class.
    pub predicted: f64,
    /// Precision, recall and F1; 0 if they are 0/0.
    #[serde(flatten)]
    pub scores: AveragedScores,
    /// The exact area under its ROC curve against the rest; missing without rows on both sides.
    pub auc: Option<f64>,
}

/// Precision, recall and F1, of one class or averaged over classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct AveragedScores {
    /// Of the rows predicted as the class, the share that belongs to it.
    pub precision: f64,
    /// Of the rows of the class, the share that is predicted as it.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
}

/// The evaluation of predicted numbers, in the units of the arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionScores {
    /// How many rows were evaluated.
    pub n: usize,
    /// The sum of their weights.
    pub weight: f64,
    /// The number that the baseline always predicts.
    pub training_mean: f64,
    /// Mean of (y - p)^2.
    pub mse: WithBaseline,
    /// Its root.
    pub rmse: WithBaseline,
    /// Mean of |y - p|.
    pub mae: WithBaseline,
    /// 1 - (squared errors) / (squared deviations of y from its mean over these rows); missing if y does not vary. The
    /// baseline's is 0 or slightly below, because it uses the training mean, not that of these rows.
    pub r2: Option<WithBaseline>,
}

impl Evaluation {
    /// Evaluates predicted probabilities or class scores, interpreted by `decision`.
    ///
    /// `y` has the class index of each row. `p` has `p_width` numbers per row, one for each class, or a single one for
    /// the second of two classes. `shares` are the classes' shares of the training targets.
    ///
    /// # Errors
    /// Returns an error for no rows, no weight, or slices whose lengths do not match.
    pub fn classes(
        class_names: &[String],
        y: &[u32],
        p: &[f32],
        p_width: usize,
        weights: Option<&[f32]>,
        shares: &[f64],
        decision: Decision,
    ) -> Result<Evaluation> {
        let k = class_names.len();
        let weight = total_weight(y.len(), weights)?;
        fits("predictions a row", p_width, if p_width == 1 { 2 } else { p_width }, k)?;
        fits("predictions", p.len(), p.len(), y.len() * p_width)?;
        fits("training shares", shares.len(), shares.len(), k)?;
        if let Some(class) = y.iter().find(|class| **class as usize >= k) {
            return Err(Error::input(format!("a target is class {class}, but there are {k} classes, from 0")));
        }
        let majority = largest(shares);

        let mut confusion = vec![vec![0.0; k]; k];
        let (mut log_loss, mut baseline_log_loss) = (0.0, 0.0);
        for (r, (y, p)) in y.iter().zip(p.chunks_exact(p_width)).enumerate() {
            let w = weights.map_or(1.0, |w| f64::from(w[r]));
            let y = *y as usize;
            let said = decision.predicted(p);
            confusion[y][said] += w;
            let given = if p_width == 1 {
                if y == 1 { f64::from(p[0]) } else { 1.0 - f64::from(p[0]) }
            } else {
                f64::from(p[y]) / p.iter().map(|p| f64::from(*p)).sum::<f64>()
            };
            log_loss -= w * ln_of_clipped(given);
            baseline_log_loss -= w * ln_of_clipped(shares[y]);
        }

        let areas: Vec<Option<f64>> = (0..k).map(|class| area(class, y, p, p_width, weights)).collect();
        let classes: Vec<ClassScores> = (0..k)
            .map(|class| {
                let support: f64 = confusion[class].iter().sum();
                let predicted: f64 = confusion.iter().map(|row| row[class]).sum();
                let right = confusion[class][class];
                ClassScores {
                    name: class_names[class].clone(),
                    training_share: shares[class],
                    support,
                    predicted,
                    scores: AveragedScores {
                        precision: ratio(right, predicted),
                        recall: ratio(right, support),
                        f1: ratio(2.0 * right, support + predicted),
                    },
                    auc: areas[class],
                }
            })
            .collect();
        let found: Vec<f64> = areas.iter().flatten().copied().collect();
        let right: f64 = (0..k).map(|class| confusion[class][class]).sum();
        Ok(Evaluation::Classes(ClassificationScores {
            n: y.len(),
            weight,
            baseline_class: class_names[majority].clone(),
            accuracy: WithBaseline { model: right / weight, baseline: classes[majority].support / weight },
            log_loss: decision
                .is_probability
                .then(|| WithBaseline { model: log_loss / weight, baseline: baseline_log_loss / weight }),
            auc: (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64),
            macro_average: average(&classes, |c| f64::from(u8::from(c.support + c.predicted > 0.0))),
            weighted_average: average(&classes, |c| c.support),
            classes,
            confusion,
        }))
    }

    /// Evaluates predicted numbers; `y` and `p` in the units of the report.
    ///
    /// # Errors
    /// Returns an error for no rows, no weight, or slices whose lengths do not match.
    pub fn numbers<T: Copy + Into<f64>>(
        y: &[T],
        p: &[T],
        weights: Option<&[f32]>,
        training_mean: f64,
    ) -> Result<Evaluation> {
        let weight = total_weight(y.len(), weights)?;
        fits("predictions", p.len(), p.len(), y.len())?;
        let mean_of = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
            let weighted = |(r, (y, p)): (usize, (&T, &T))| {
                weights.map_or(1.0, |w| f64::from(w[r])) * value((*y).into(), (*p).into())
            };
            y.iter().zip(p).enumerate().map(weighted).sum::<f64>() / weight
        };
        let square = |e: f64| e * e;
        let mean = mean_of(&|y, _| y);
        let variance = mean_of(&|y, _| square(y - mean));
        let mse = WithBaseline {
            model: mean_of(&|y, p| square(y - p)),
            baseline: mean_of(&|y, _| square(y - training_mean)),
        };
        let mae = WithBaseline {
            model: mean_of(&|y, p| (y - p).abs()),
            baseline: mean_of(&|y, _| (y - training_mean).abs()),
        };
        Ok(Evaluation::Numbers(RegressionScores {
            n: y.len(),
            weight,
            training_mean,
            mse,
            rmse: WithBaseline { model: mse.model.sqrt(), baseline: mse.baseline.sqrt() },
            mae,
            r2: (variance > 0.0)
                .then(|| WithBaseline { model: 1.0 - mse.model / variance, baseline: 1.0 - mse.baseline / variance }),
        }))
    }
}

fn total_weight(rows: usize, weights: Option<&[f32]>) -> Result<f64> {
    if let Some(w) = weights {
        fits("weights", w.len(), w.len(), rows)?;
    }
    let weight = weights.map_or(rows as f64, |w| w.iter().map(|w| f64::from(*w)).sum());
    if weight > 0.0 { Ok(weight) } else { Err(Error::input("there are no rows with weight to evaluate")) }
}

fn fits(what: &str, given: usize, counted: usize, wanted: usize) -> Result<()> {
    if counted == wanted {
        return Ok(());
    }
    Err(Error::input(format!("an evaluation has {given} {what}, but {wanted} would fit")))
}

fn largest<T: PartialOrd>(values: &[T]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

pub(crate) fn ln_of_clipped(p: f64) -> f64 {
    // A NaN probability stays NaN: clipping would replace it by a number.
    if p.is_nan() { p } else { ln_f64(p.clamp(1e-7, 1.0 - 1e-7)) }
}

fn area(class: usize, y: &[u32], p: &[f32], p_width: usize, weights: Option<&[f32]>) -> Option<f64> {
    let positive: Vec<bool> = y.iter().map(|y| *y as usize == class).collect();
    let scores: Vec<f32> = match (p_width, class) {
        (1, 1) => p.to_vec(),
        // Not 1 - p, which would round distinct small scores to equal ones.
        (1, _) => p.iter().map(|p| -p).collect(),
        _ => p.iter().skip(class).step_by(p_width).copied().collect(),
    };
    auc(&positive, &scores, weights)
}

fn average(classes: &[ClassScores], weight: impl Fn(&ClassScores) -> f64) -> AveragedScores {
    let total: f64 = classes.iter().map(&weight).sum();
    let mean = |score: fn(&AveragedScores) -> f64| -> f64 {
        ratio(classes.iter().map(|c| weight(c) * score(&c.scores)).sum(), total)
    };
    AveragedScores { precision: mean(|s| s.precision), recall: mean(|s| s.recall), f1: mean(|s| s.f1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-7, "{a}, not {b}");
    }

    #[test]
    fn two_classes_from_one_probability() {
        let y = [1, 1, 1, 0, 0];
        let p = [0.9, 0.75, 0.25, 0.5, 0.25];
        let e =
            Evaluation::classes(&names(&["no", "yes"]), &y, &p, 1, None, &[0.75, 0.25], Decision::PROBABILITY).unwrap();
        let Evaluation::Classes(e) = e else { panic!("these are classes") };
        assert_eq!((e.n, e.baseline_class.as_str()), (5, "no"));
        assert_eq!(e.confusion, [[2.0, 0.0], [1.0, 2.0]]);
        assert_eq!(e.accuracy, WithBaseline { model: 0.8, baseline: 0.4 });
        // Pairs in order: 0.9 and 0.75 beat both, 0.25 loses to 0.5 and ties with 0.25.
        close(e.auc.unwrap(), 4.5 / 6.0);
        assert_eq!(e.classes[0].auc, e.classes[1].auc);
        close(e.log_loss.unwrap().model, -(0.9_f64.ln() + 2.0 * 0.75_f64.ln() + 0.25_f64.ln() + 0.5_f64.ln()) / 5.0);
        close(e.log_loss.unwrap().baseline, -(3.0 * 0.25_f64.ln() + 2.0 * 0.75_f64.ln()) / 5.0);
        let yes = &e.classes[1];
        close(yes.scores.precision, 1.0);
        close(yes.scores.recall, 2.0 / 3.0);
        close(yes.scores.f1, 0.8);
        close(e.macro_average.f1, 0.8);
        close(e.weighted_average.precision, (3.0 + 2.0 * 2.0 / 3.0) / 5.0);
    }

    #[test]
    fn several_classes_one_of_which_never_occurs() {
        let y = [0, 0, 1];
        let p = [0.5, 0.5, 0.0, 0.2, 0.8, 0.0, 0.4, 0.6, 0.0];
        let e = Evaluation::classes(
            &names(&["a", "b", "c"]),
            &y,
            &p,
            3,
            Some(&[1.0, 0.0, 3.0]),
            &[0.5, 0.4, 0.1],
            Decision::PROBABILITY,
        );
        let Evaluation::Classes(e) = e.unwrap() else { panic!("these are classes") };
        assert_eq!(e.confusion, [[1.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]]);
        assert_eq!(e.accuracy, WithBaseline { model: 1.0, baseline: 0.25 });
        assert_eq!((e.classes[2].auc, e.auc), (None, Some(1.0)));
        assert_eq!(e.macro_average, AveragedScores { precision: 1.0, recall: 1.0, f1: 1.0 });
        let json = serde_json::to_value(Evaluation::Classes(e)).unwrap();
        assert_eq!(json["target"], "classes");
        assert_eq!(json["classes"][0]["recall"], 1.0);
    }

    #[test]
    fn numbers_next_to_the_training_mean() {
        let e = Evaluation::numbers(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 6.0], None, 2.0).unwrap();
        let Evaluation::Numbers(e) = e else { panic!("these are numbers") };
        assert_eq!(e.mse, WithBaseline { model: 1.0, baseline: 1.5 });
        assert_eq!(e.rmse.model, 1.0);
        assert_eq!(e.mae, WithBaseline { model: 0.5, baseline: 1.0 });
        close(e.r2.unwrap().model, 0.2);
        close(e.r2.unwrap().baseline, -0.2);
        let flat = Evaluation::numbers(&[1.0_f32; 3], &[1.0, 2.0, 3.0], Some(&[1.0, 1.0, 0.5]), 1.0).unwrap();
        assert!(matches!(flat, Evaluation::Numbers(RegressionScores { r2: None, .. })));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let two = names(&["no", "yes"]);
        let share = [0.5, 0.5];
        assert!(Evaluation::classes(&two, &[], &[], 1, None, &share, Decision::PROBABILITY).is_err());
        assert!(Evaluation::classes(&two, &[2], &[0.5], 1, None, &share, Decision::PROBABILITY).is_err());
        assert!(Evaluation::classes(&two, &[1], &[0.5; 3], 3, None, &share, Decision::PROBABILITY).is_err());
        let e = Evaluation::classes(&two, &[1], &[0.5; 2], 1, None, &share, Decision::PROBABILITY).unwrap_err();
        assert_eq!(e.message(), "an evaluation has 2 predictions, but 1 would fit");
        assert!(Evaluation::numbers(&[1.0], &[1.0], Some(&[0.0]), 0.0).is_err());
    }
}
