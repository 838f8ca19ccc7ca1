//! What the doctor says.

use super::messages;

messages! {
    /// How grave.
    severity_fault() { en: "fault", pt: "falha" }
    /// How grave.
    severity_warning() { en: "warning", pt: "aviso" }
    /// How grave.
    severity_hint() { en: "hint", pt: "dica" }

    /// Rule.
    diverged() { en: "the training diverged", pt: "o treino divergiu" }
    /// Its evidence.
    diverged_evidence(epoch, step, place) {
        en: "epoch {epoch}, step {step}: {place}",
        pt: "época {epoch}, passo {step}: {place}"
    }
    /// Rule.
    rate_too_high() { en: "the learning rate is too high", pt: "a taxa de aprendizado é alta demais" }
    /// Its evidence: the first epoch.
    blown_up_evidence(times, rate) {
        en: "the first epoch lost {times} times as much as the baseline, at a rate of {rate}",
        pt: "a primeira época perdeu {times} vezes mais que a linha de base, com taxa {rate}"
    }
    /// Its evidence: jumps.
    jumps_evidence(size, worse, rate) {
        en: "from epoch to epoch the training loss changes by {size} of the baseline's, and {worse} of the changes are for the worse, at a rate of {rate}",
        pt: "de época a época a perda de treino muda {size} da linha de base, e {worse} das mudanças são para pior, com taxa {rate}"
    }
    /// Rule.
    rate_too_low() { en: "the learning rate is too low", pt: "a taxa de aprendizado é baixa demais" }
    /// Its evidence.
    rate_too_low_evidence(from, to, epochs, rate) {
        en: "the loss only went from {from} to {to} in {epochs} epochs, and still falls as steadily as at first, at a rate of {rate}",
        pt: "a perda só foi de {from} a {to} em {epochs} épocas e ainda cai no mesmo ritmo do começo, com taxa {rate}"
    }
    /// Rule.
    still_improving() { en: "still improving when the epochs ran out", pt: "ainda melhorava quando as épocas acabaram" }
    /// Its evidence.
    still_improving_evidence(epochs) {
        en: "the last of {epochs} epochs was the best",
        pt: "a última de {epochs} épocas foi a melhor"
    }
    /// Rule.
    plateau() { en: "most epochs brought nothing", pt: "a maior parte das épocas não trouxe nada" }
    /// Its evidence.
    plateau_evidence(best, epochs) {
        en: "epoch {best} of {epochs} was the best",
        pt: "a época {best} de {epochs} foi a melhor"
    }
    /// Rule.
    over_fitting() {
        en: "over-fitting: the network knows its training rows better than new ones",
        pt: "sobreajuste: a rede conhece as linhas de treino melhor que as novas"
    }
    /// Its evidence.
    over_fitting_evidence(train, other, part) {
        en: "loss {train} in training, {other} on {part} rows",
        pt: "perda {train} no treino, {other} nas linhas de {part}"
    }
    /// Rule.
    under_fitting() {
        en: "no better than the baseline, which ignores all inputs",
        pt: "não é melhor que a linha de base, que ignora todas as entradas"
    }
    /// Its evidence.
    under_fitting_evidence(part, loss, baseline) {
        en: "{part} loss {loss}, baseline {baseline}",
        pt: "perda de {part} {loss}, linha de base {baseline}"
    }
    /// Rule.
    dead_units(layer) { en: "most units of {layer} are dead", pt: "a maioria das unidades de {layer} está morta" }
    /// Its evidence.
    dead_units_evidence(dead, units, activation) {
        en: "{dead} of {units} units behind {activation} give the same number for every training row",
        pt: "{dead} de {units} unidades após {activation} dão o mesmo número para todas as linhas de treino"
    }
    /// Rule.
    saturated_units(layer) { en: "most units of {layer} are saturated", pt: "a maioria das unidades de {layer} está saturada" }
    /// Its evidence.
    saturated_units_evidence(saturated, units, activation) {
        en: "{saturated} of {units} units behind {activation} stand at an end of it for nearly every row, where its slope is 0",
        pt: "{saturated} de {units} unidades após {activation} ficam num extremo dela em quase todas as linhas, onde a inclinação é 0"
    }
    /// Rule.
    unscaled_inputs() { en: "the inputs are not on one scale", pt: "as entradas não estão na mesma escala" }
    /// Its evidence.
    unscaled_inputs_evidence(column, mean, sd) {
        en: "the network sees \"{column}\" with mean {mean} and standard deviation {sd}",
        pt: "a rede vê \"{column}\" com média {mean} e desvio padrão {sd}"
    }
    /// Rule.
    hidden_imbalance() {
        en: "accuracy hides a class that is rarely found",
        pt: "a acurácia esconde uma classe que quase nunca é encontrada"
    }
    /// Its evidence.
    hidden_imbalance_evidence(accuracy, recall, class, share) {
        en: "accuracy {accuracy}, but only {recall} of \"{class}\" found, which is {share} of the training rows",
        pt: "acurácia {accuracy}, mas só {recall} de \"{class}\" encontrados, que são {share} das linhas de treino"
    }
    /// Rule.
    too_good() {
        en: "nearly perfect on unseen rows: a column may give the answer away",
        pt: "quase perfeito em linhas nunca vistas: uma coluna pode entregar a resposta"
    }
    /// Its evidence.
    too_good_evidence(part, score, value) { en: "{part} {score} {value}", pt: "{score} de {part} {value}" }
    /// The column to look at first.
    too_good_column(column) {
        en: "the column that matters most is \"{column}\"",
        pt: "a coluna que mais importa é \"{column}\""
    }
    /// Rule.
    leak(column) {
        en: "\"{column}\" tells the target by itself: is it known before the outcome is?",
        pt: "\"{column}\" diz o alvo sozinha: ela é conhecida antes do desfecho?"
    }
    /// Its evidence.
    leak_evidence(alone) {
        en: "alone it explains {alone} on the training rows",
        pt: "sozinha explica {alone} nas linhas de treino"
    }
    /// Rule.
    missing_leak(column) {
        en: "whether \"{column}\" is missing tells the target: is it filled in before the outcome is known?",
        pt: "\"{column}\" faltar ou não já diz o alvo: ela é preenchida antes do desfecho?"
    }
    /// Its evidence.
    missing_leak_evidence(alone) {
        en: "of the training rows with a gap there, or of those without, {alone} have the same target",
        pt: "das linhas de treino em que ela falta, ou das outras, {alone} têm o mesmo alvo"
    }
    /// Rule.
    absent_classes() {
        en: "classes that no training row has cannot be learnt",
        pt: "classes sem nenhuma linha de treino não podem ser aprendidas"
    }
    /// Its evidence.
    absent_classes_evidence(classes) { en: "not among the training rows: {classes}", pt: "fora das linhas de treino: {classes}" }
    /// Rule.
    constant_columns() {
        en: "columns with one value only were left out",
        pt: "colunas com um único valor ficaram de fora"
    }
    /// Rule.
    identifier_columns() {
        en: "columns that only name the rows were left out",
        pt: "colunas que só identificam as linhas ficaram de fora"
    }
    /// The end of a list.
    and_more(shown, more) { en: "{shown} and {more} more", pt: "{shown} e mais {more}" }
    /// Rule.
    wrong_loss() { en: "the loss does not suit the task", pt: "a perda não combina com a tarefa" }
    /// Its evidence.
    wrong_loss_evidence(loss, task, better) {
        en: "{loss} measures distances between numbers, and the task is {task}; {better} measures probabilities",
        pt: "{loss} mede distâncias entre números, e a tarefa é {task}; {better} mede probabilidades"
    }
    /// Rule.
    tiny_validation() {
        en: "so few validation rows choose the best epoch by chance",
        pt: "tão poucas linhas de validação escolhem a melhor época por acaso"
    }
    /// Its evidence.
    tiny_validation_evidence(rows) { en: "{rows} validation rows", pt: "{rows} linhas de validação" }
    /// Rule.
    unstable_seeds() { en: "the result depends on the seed", pt: "o resultado depende da semente" }
    /// Its evidence.
    unstable_seeds_evidence(score, low, high, seeds) {
        en: "{score} from {low} to {high} over {seeds} seeds",
        pt: "{score} de {low} a {high} em {seeds} sementes"
    }
    /// Where nothing was found.
    nothing_found() {
        en: "nothing that the rules know is wrong",
        pt: "nada do que as regras conhecem está errado"
    }
}
