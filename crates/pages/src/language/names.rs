//! Names of parts, tasks and scores, which are keys elsewhere.

use super::{Lang, messages};

messages! {
    /// Rows that are learnt from.
    part_train() { en: "training", pt: "treino" }
    /// Rows that decide when to stop.
    part_validation() { en: "validation", pt: "validação" }
    /// Rows that nothing is decided by.
    part_test() { en: "test", pt: "teste" }
    /// A task.
    task_binary() { en: "binary", pt: "binária" }
    /// A task.
    task_multiclass() { en: "multiclass", pt: "multiclasse" }
    /// A task.
    task_regression() { en: "regression", pt: "regressão" }
    /// A score.
    score_accuracy() { en: "accuracy", pt: "acurácia" }
}

impl Lang {
    /// The name of a part of the data: of `train`, `validation` or `test`.
    pub fn part(self, key: &str) -> String {
        match key {
            "train" => self.part_train(),
            "validation" => self.part_validation(),
            "test" => self.part_test(),
            other => other.to_string(),
        }
    }

    /// The name of a task: of `binary`, `multiclass` or `regression`.
    pub fn task(self, key: &str) -> String {
        match key {
            "binary" => self.task_binary(),
            "multiclass" => self.task_multiclass(),
            "regression" => self.task_regression(),
            other => other.to_string(),
        }
    }

    /// The name of a headline score.
    pub fn score(self, key: &str) -> String {
        if key == "accuracy" { self.score_accuracy() } else { key.to_string() }
    }
}
