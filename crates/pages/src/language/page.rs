//! Fixed words of a page of figures.

use super::messages;

messages! {
    /// The link that passes over the navigation.
    page_skip() { en: "Skip to the content", pt: "Pular para o conteúdo" }
    /// The name of the navigation.
    page_contents() { en: "Contents", pt: "Sumário" }
    /// Over the table of a figure.
    page_data() { en: "Data of this figure", pt: "Dados desta figura" }
    /// Before the command of a figure.
    page_command() { en: "Command", pt: "Comando" }
    /// Before a figure that a finding points to.
    page_see() { en: "See the figure", pt: "Veja a figura" }
    /// The switch of an axis across.
    page_log_x() { en: "logarithmic horizontal axis", pt: "eixo horizontal logarítmico" }
    /// The switch of an axis that goes up.
    page_log_y() { en: "logarithmic vertical axis", pt: "eixo vertical logarítmico" }
    /// A label of a table that scrolls.
    page_table() { en: "Table", pt: "Tabela" }
    /// A label of code that scrolls.
    page_code() { en: "Code", pt: "Código" }
    /// How many rows of a table are left out.
    page_more_rows(n) { en: "{n} more rows are in the file of this figure.", pt: "Mais {n} linhas estão no arquivo desta figura." }
    /// Above the answers of an exercise.
    guess_legend() { en: "What do you expect on this table?", pt: "O que você espera nesta tabela?" }
    /// Opens a solution.
    guess_solution() { en: "What was measured", pt: "O que foi medido" }
    /// The prediction was right.
    guess_right() { en: "As you expected.", pt: "Como você esperava." }
    /// The prediction was wrong.
    guess_wrong() { en: "You expected something else.", pt: "Você esperava outra coisa." }
    /// The end of a printed exercise sheet.
    guess_solutions() { en: "Solutions", pt: "Soluções" }
    /// Said where JavaScript is off and the replay cannot run.
    page_needs_script() { en: "This part needs JavaScript.", pt: "Esta parte precisa de JavaScript." }
    /// The number that a replay watches.
    replay_monitor() { en: "monitored metric", pt: "métrica monitorada" }
    /// Epochs without improvement.
    replay_patience() { en: "patience (epochs)", pt: "patience (épocas)" }
    /// By how much an epoch must be better.
    replay_min_delta() { en: "min_delta", pt: "min_delta" }
    /// A number that an epoch must beat.
    replay_baseline() { en: "baseline (empty for none)", pt: "baseline (vazio: nenhum)" }
    /// Epochs before which nothing is watched.
    replay_start() { en: "start_from_epoch", pt: "start_from_epoch" }
    /// Whether the best weights are put back.
    replay_restore() { en: "restore_best_weights", pt: "restore_best_weights" }
    /// What a replay says of a training that it stops.
    replay_stopped(stop, kept) {
        en: "The training stops after epoch {stop}; the weights of epoch {kept} remain.",
        pt: "O treino para após a época {stop}; ficam os pesos da época {kept}."
    }
    /// What a replay says of a training that goes on to its end.
    replay_finished(last, kept) {
        en: "The training is not stopped: it runs to epoch {last}, the last one recorded; the weights of epoch {kept} remain.",
        pt: "O treino não é interrompido: vai até a época {last}, a última registrada; ficam os pesos da época {kept}."
    }
    /// The mark of the epoch after which a replay stops.
    replay_stop_mark() { en: "stops", pt: "para" }
    /// The mark of the epoch whose weights remain.
    replay_kept_mark() { en: "weights remain", pt: "pesos que ficam" }
    /// An input that a replay cannot read.
    replay_wrong() { en: "Not a number in range.", pt: "Não é um número permitido." }
}
