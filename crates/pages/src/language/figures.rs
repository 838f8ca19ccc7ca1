//! What figures say.

use super::messages;

messages! {
    /// An axis or a column.
    epoch() { en: "epoch", pt: "época" }
    /// An axis or a column.
    rows() { en: "rows", pt: "linhas" }
    /// An axis or a column.
    class() { en: "class", pt: "classe" }
    /// An axis or a column.
    column() { en: "column", pt: "coluna" }
    /// An axis or a column.
    value() { en: "value", pt: "valor" }
    /// An axis or a column.
    layer() { en: "layer", pt: "camada" }
    /// An axis or a column.
    activation() { en: "activation", pt: "ativação" }
    /// An axis or a column.
    units() { en: "units", pt: "unidades" }
    /// An axis or a column.
    training() { en: "training", pt: "treino" }
    /// An axis or a column.
    share() { en: "share", pt: "proporção" }
    /// An axis or a column.
    mean() { en: "mean", pt: "média" }
    /// An axis or a column.
    standard_deviation() { en: "standard deviation", pt: "desvio-padrão" }
    /// An axis or a column.
    smallest() { en: "smallest", pt: "mínimo" }
    /// An axis or a column.
    largest() { en: "largest", pt: "máximo" }
    /// The lower end of an interval.
    low() { en: "low", pt: "inferior" }
    /// The upper end of an interval.
    high() { en: "high", pt: "superior" }
    /// The left edge of a bin.
    from() { en: "from", pt: "de" }
    /// The right edge of a bin.
    to() { en: "to", pt: "até" }
    /// A mark.
    mark_best(epoch) { en: "best: {epoch}", pt: "melhor: {epoch}" }
    /// A mark.
    mark_stopped(epoch) { en: "stopped: {epoch}", pt: "parou: {epoch}" }
    /// A mark.
    mark_mean(mean) { en: "mean {mean}", pt: "média {mean}" }
    /// A mark.
    mark_best_f1() { en: "best F1", pt: "melhor F1" }

    /// An axis or a column.
    step() { en: "step", pt: "passo" }
    /// A line across a figure: where the training diverged.
    mark_diverged(epoch, step) { en: "diverged: epoch {epoch}, step {step}", pt: "divergiu: época {epoch}, passo {step}" }
    /// Figure `divergence`.
    divergence_title() { en: "Loss by step before the training diverged", pt: "Perda por passo antes de o treino divergir" }
    /// Figure `divergence`.
    divergence_words(from, to, first, last) {
        en: "From step {first} to step {last} the loss of a batch went from {from} to {to}; after that it was not finite.",
        pt: "Do passo {first} ao passo {last}, a perda de um lote foi de {from} a {to}; depois disso, deixou de ser finita."
    }
    /// Figure `loss`.
    loss_title() { en: "Loss by epoch", pt: "Perda por época" }
    /// Its axis.
    loss_axis(loss) { en: "loss ({loss})", pt: "perda ({loss})" }
    /// Its words.
    loss_words(from, to, epochs) {
        en: "The training loss went from {from} to {to} in {epochs} epochs.",
        pt: "A perda de treino foi de {from} a {to} em {epochs} épocas."
    }
    /// Its words.
    val_loss_words(best, at_best, at_last) {
        en: "The validation loss was lowest at epoch {best} ({at_best}) and ended at {at_last}.",
        pt: "A perda de validação foi menor na época {best} ({at_best}) e terminou em {at_last}."
    }
    /// Its axis, where a penalty is drawn too.
    loss_and_penalty_axis(loss) { en: "loss without penalty ({loss}); penalty", pt: "perda sem penalidade ({loss}); penalidade" }
    /// Its series.
    penalty() { en: "penalty", pt: "penalidade" }
    /// Its words: the best epoch is not the one with the lowest validation loss.
    best_with_penalty_words(best, at_best) {
        en: "The best epoch is {best} (validation loss {at_best}), because the penalty counts in its choice.",
        pt: "A melhor época é a {best} (perda de validação {at_best}), porque a penalidade conta na escolha."
    }
    /// Its words.
    penalty_words(from, to) {
        en: "The penalty went from {from} to {to}; it is not part of these losses, but `loss` and `val_loss` in history.csv contain it, as in Keras.",
        pt: "A penalidade foi de {from} a {to}; ela não faz parte dessas perdas, mas `loss` e `val_loss` em history.csv a incluem, como no Keras."
    }
    /// A metric by epoch.
    metric_title(name) { en: "{name} by epoch", pt: "{name} por época" }
    /// Its words.
    metric_words(name, epoch, values) {
        en: "At epoch {epoch}, whose weights the model has, {name} was {values}.",
        pt: "Na época {epoch}, cujos pesos o modelo tem, {name} foi {values}."
    }
    /// Figure `learning-rate`.
    learning_rate() { en: "learning rate", pt: "taxa de aprendizado" }
    /// Its words.
    learning_rate_words(from, to, changes) {
        en: "The learning rate went from {from} to {to}, with {changes} changes.",
        pt: "A taxa de aprendizado foi de {from} a {to}, com {changes} mudanças."
    }
    /// Figure `seeds`.
    seeds_title(score) { en: "One training per seed: {score}", pt: "Um treino por semente: {score}" }
    /// Its words.
    seeds_words(seeds, score, low, high) {
        en: "Over {seeds} seeds, {score} is between {low} and {high}.",
        pt: "Em {seeds} sementes, {score} fica entre {low} e {high}."
    }
    /// Its words.
    seeds_interval(mean, low, high) {
        en: "Its mean is {mean}, with a 95 % interval from {low} to {high}.",
        pt: "A média é {mean}, com intervalo de 95 % de {low} a {high}."
    }

    /// Figure `confusion`.
    confusion_title(part) { en: "Confusion matrix, {part} rows", pt: "Matriz de confusão, linhas de {part}" }
    /// Its words.
    confusion_words(right, rows, part, share) {
        en: "{right} of {rows} {part} rows are predicted correctly ({share}).",
        pt: "{right} de {rows} linhas de {part} foram previstas corretamente ({share})."
    }
    /// Its words.
    confusion_mistake(rows, truth, said) {
        en: "The most frequent error: \"{truth}\" predicted as \"{said}\" ({rows}).",
        pt: "O erro mais frequente: \"{truth}\" prevista como \"{said}\" ({rows})."
    }
    /// Its axis.
    true_class() { en: "true class", pt: "classe real" }
    /// Its axis.
    said_class() { en: "predicted class", pt: "classe prevista" }
    /// Its table.
    said_as(class) { en: "predicted {class}", pt: "prevista: {class}" }
    /// Figure `roc`.
    roc_title(part) { en: "ROC curve, {part} rows", pt: "Curva ROC, linhas de {part}" }
    /// Its words.
    roc_words(areas, part) {
        en: "Area under the curve on {part} rows: {areas}; chance level is 0.5.",
        pt: "Área sob a curva nas linhas de {part}: {areas}; o nível do acaso é 0,5."
    }
    /// An area.
    auc_with_interval(class, auc, low, high) {
        en: "\"{class}\" {auc} (95 % interval {low} to {high})",
        pt: "\"{class}\" {auc} (intervalo de 95 %: {low} a {high})"
    }
    /// An area.
    auc_alone(class, auc) { en: "\"{class}\" {auc}", pt: "\"{class}\" {auc}" }
    /// Its axis.
    false_positive_rate() { en: "false positive rate", pt: "taxa de falsos positivos" }
    /// Its axis.
    true_positive_rate() { en: "true positive rate (recall)", pt: "taxa de verdadeiros positivos (revocação)" }
    /// A line to compare with.
    guessing() { en: "chance level", pt: "nível do acaso" }
    /// Figure `precision-recall`.
    precision_recall_title(part) { en: "Precision and recall, {part} rows", pt: "Precisão e revocação (sensibilidade), linhas de {part}" }
    /// Its words.
    precision_recall_words(averages, part) {
        en: "Average precision on {part} rows: {averages}.",
        pt: "Precisão média nas linhas de {part}: {averages}."
    }
    /// An average.
    average_precision(class, average, share) {
        en: "\"{class}\" {average}, chance level {share}",
        pt: "\"{class}\" {average}, nível do acaso {share}"
    }
    /// A score.
    precision() { en: "precision", pt: "precisão" }
    /// A score.
    recall() { en: "recall", pt: "revocação" }
    /// A score.
    specificity() { en: "specificity", pt: "especificidade" }
    /// Figure `thresholds`.
    thresholds_title(part) { en: "Threshold, {part} rows", pt: "Limiar, linhas de {part}" }
    /// A column.
    threshold() { en: "threshold", pt: "limiar" }
    /// Its axis.
    threshold_axis(class) { en: "threshold for \"{class}\"", pt: "limiar para \"{class}\"" }
    /// Its words.
    threshold_half(class, precision, recall) {
        en: "At the usual threshold of 0.5, \"{class}\" has precision {precision} and recall {recall}.",
        pt: "No limiar usual de 0,5, \"{class}\" tem precisão {precision} e revocação {recall}."
    }
    /// Its words, where no row reaches it.
    threshold_half_none(class) {
        en: "At the usual threshold of 0.5, no row is predicted as \"{class}\".",
        pt: "No limiar usual de 0,5, nenhuma linha é prevista como \"{class}\"."
    }
    /// Its words.
    threshold_best(threshold, f1, precision, recall) {
        en: "F1 is highest at {threshold}: {f1}, with precision {precision} and recall {recall}.",
        pt: "F1 é maior em {threshold}: {f1}, com precisão {precision} e revocação {recall}."
    }
    /// Figure `calibration`.
    calibration_title(part) { en: "Calibration, {part} rows", pt: "Calibração, linhas de {part}" }
    /// Its words.
    calibration_words(outside, bins) {
        en: "In {outside} of {bins} groups of rows, the predicted probability is outside the 95 % interval of the observed share.",
        pt: "Em {outside} de {bins} grupos de linhas a probabilidade prevista fica fora do intervalo de 95 % da proporção observada."
    }
    /// Its words.
    brier_words(brier, class) {
        en: "The Brier score of \"{class}\", the mean squared difference between probability and outcome, is {brier}.",
        pt: "O escore de Brier de \"{class}\", a média do quadrado da diferença entre probabilidade e resultado, é {brier}."
    }
    /// Its axis.
    predicted_probability() { en: "predicted probability", pt: "probabilidade prevista" }
    /// Its axis.
    observed_share() { en: "observed share", pt: "proporção observada" }
    /// A line to compare with.
    honest_probabilities() { en: "perfectly calibrated", pt: "perfeitamente calibrado" }

    /// Figure `predicted`.
    predicted_title(part) { en: "Predicted against true, {part} rows", pt: "Valor previsto e valor real, linhas de {part}" }
    /// Its words.
    predicted_words(rmse, baseline, part) {
        en: "The root mean squared error on {part} rows is {rmse}; always predicting the training mean gives {baseline}.",
        pt: "A raiz do erro quadrático médio nas linhas de {part} é {rmse}; prever sempre a média de treino dá {baseline}."
    }
    /// Its words.
    r2_words(share) {
        en: "The predictions explain {share} of the variance (R2).",
        pt: "As previsões explicam {share} da variância (R2)."
    }
    /// Its axis.
    true_number(target) { en: "{target}, true", pt: "{target}, valor real" }
    /// Its axis.
    said_number() { en: "predicted", pt: "previsto" }
    /// A line to compare with.
    exact() { en: "perfect prediction", pt: "previsão perfeita" }
    /// A series.
    tenths() { en: "means of deciles", pt: "médias por decil" }
    /// Figure `residuals`.
    residual_title(part) { en: "Residuals, {part} rows", pt: "Resíduos, linhas de {part}" }
    /// Its axis.
    residual(target) { en: "{target}: true minus predicted", pt: "{target}: real menos previsto" }
    /// Its words.
    residual_words(half, most) {
        en: "The absolute error is at most {half} for half of the rows, and at most {most} for 90 %.",
        pt: "O erro absoluto é no máximo {half} em metade das linhas, e no máximo {most} em 90 %."
    }

    /// Figure `importance`.
    importance_title() { en: "Which columns matter", pt: "Quais colunas importam" }
    /// Its words.
    importance_words(column, loss, mean, sd) {
        en: "Shuffling \"{column}\" has the largest effect: {loss} grows by {mean} (standard deviation {sd} over 5 shuffles).",
        pt: "Embaralhar \"{column}\" tem o maior efeito: {loss} cresce {mean} (desvio-padrão {sd} em 5 embaralhamentos)."
    }
    /// Its words.
    importance_idle(idle, all) {
        en: "For {idle} of {all} columns, the growth is less than two standard deviations from 0.",
        pt: "Em {idle} de {all} colunas o crescimento fica a menos de dois desvios-padrão de 0."
    }
    /// Its axis.
    loss_grows(loss) { en: "growth of {loss} when shuffled", pt: "aumento de {loss} ao embaralhar" }
    /// A loss.
    log_loss() { en: "log-loss", pt: "log-loss" }
    /// What wrong classes cost where there are no probabilities.
    wrong_share() { en: "the share of wrong rows", pt: "a proporção de linhas erradas" }
    /// A loss.
    squared_error() { en: "the mean squared error", pt: "o erro quadrático médio" }
    /// Figure `dependence`.
    dependence_title() { en: "Partial dependence on the most important columns", pt: "Dependência parcial das colunas mais importantes" }
    /// Its words.
    dependence_words(column, low, high) {
        en: "Along \"{column}\", the mean prediction goes from {low} to {high}.",
        pt: "Ao longo de \"{column}\" a previsão média vai de {low} a {high}."
    }
    /// Its words.
    dependence_care() {
        en: "All other columns keep their values: this shows what the network does, not what causes the outcome.",
        pt: "Todas as outras colunas mantêm seus valores: isso mostra o que a rede faz, não o que causa o desfecho."
    }
    /// An axis.
    probability() { en: "probability", pt: "probabilidade" }
    /// An axis.
    probability_of(class) { en: "probability of \"{class}\"", pt: "probabilidade de \"{class}\"" }
    /// An axis: what a model gives that is no probability.
    class_score() { en: "score", pt: "escore" }
    /// An axis.
    class_score_of(class) { en: "score of \"{class}\"", pt: "escore de \"{class}\"" }
    /// Figure `scales`.
    scales_title() { en: "Scales of the inputs", pt: "Escalas das entradas" }
    /// Its axis.
    scales_axis() { en: "mean, with standard deviation, as the network receives it", pt: "média e desvio-padrão, como a rede recebe" }
    /// Its words.
    scales_words(largest, mean, sd, smallest, other_mean, other_sd) {
        en: "The network sees \"{largest}\" with mean {mean} and standard deviation {sd}, and \"{smallest}\" with {other_mean} and {other_sd}.",
        pt: "A rede vê \"{largest}\" com média {mean} e desvio-padrão {sd}, e \"{smallest}\" com {other_mean} e {other_sd}."
    }
    /// A column.
    mean_seen() { en: "mean as seen", pt: "média como vista" }
    /// A column.
    sd_seen() { en: "standard deviation as seen", pt: "desvio-padrão como visto" }

    /// Figure `weights`.
    weights_title() { en: "Weights by layer", pt: "Pesos por camada" }
    /// Its axis.
    weights_axis() { en: "root mean square of the weights", pt: "raiz da média dos quadrados dos pesos" }
    /// Its words.
    weights_words(layer, from, to) {
        en: "The weights of {layer} changed most, from {from} to {to}.",
        pt: "Os pesos de {layer} mudaram mais: de {from} a {to}."
    }
    /// Figure `gradients`.
    gradients_title() { en: "Gradients by layer", pt: "Gradientes por camada" }
    /// Its axis.
    gradients_axis() { en: "root mean square of the gradient", pt: "raiz da média dos quadrados do gradiente" }
    /// Its words.
    gradients_words(first, a, last, b) {
        en: "In the last recorded batch, the gradient of {first} was {a} and that of {last} {b}.",
        pt: "No último lote registrado, o gradiente de {first} foi {a} e o de {last} {b}."
    }
    /// Figure `outputs`.
    outputs_title() { en: "Outputs by layer", pt: "Saídas por camada" }
    /// Its axis.
    outputs_axis() { en: "standard deviation of the outputs", pt: "desvio-padrão das saídas" }
    /// Its words.
    outputs_words(layer, from, to) {
        en: "The standard deviation of the outputs of {layer} went from {from} to {to}.",
        pt: "O desvio-padrão das saídas de {layer} foi de {from} a {to}."
    }
    /// Figure `units`.
    units_title() { en: "Dead and saturated units", pt: "Unidades mortas e saturadas" }
    /// Its words.
    units_words(dead, saturated, units, rows) {
        en: "{dead} of {units} units are dead and {saturated} are saturated, on {rows} training rows.",
        pt: "{dead} de {units} unidades estão mortas e {saturated} saturadas em {rows} linhas de treino."
    }
    /// A series.
    dead() { en: "dead", pt: "mortas" }
    /// A series.
    saturated() { en: "saturated", pt: "saturadas" }
    /// A column.
    flat_last() { en: "outputs with derivative 0, last batch", pt: "saídas com derivada 0, último lote" }
    /// An axis.
    share_of_units() { en: "share of the units", pt: "proporção das unidades" }
}
