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
    standard_deviation() { en: "standard deviation", pt: "desvio padrão" }
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
    seeds_title(score) { en: "One training a seed: {score}", pt: "Um treino por semente: {score}" }
    /// Its words.
    seeds_words(seeds, score, low, high) {
        en: "Over {seeds} seeds, {score} lies between {low} and {high}.",
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
        en: "{right} of {rows} {part} rows are predicted right ({share}).",
        pt: "{right} de {rows} linhas de {part} foram preditas corretamente ({share})."
    }
    /// Its words.
    confusion_mistake(rows, truth, said) {
        en: "The most frequent mistake: \"{truth}\" called \"{said}\" ({rows}).",
        pt: "O erro mais frequente: \"{truth}\" chamada de \"{said}\" ({rows})."
    }
    /// Its axis.
    true_class() { en: "true class", pt: "classe verdadeira" }
    /// Its axis.
    said_class() { en: "predicted class", pt: "classe predita" }
    /// Its table.
    said_as(class) { en: "predicted {class}", pt: "predita {class}" }
    /// Figure `roc`.
    roc_title(part) { en: "ROC curve, {part} rows", pt: "Curva ROC, linhas de {part}" }
    /// Its words.
    roc_words(areas, part) {
        en: "Area under the curve on {part} rows: {areas}; guessing has 0.5.",
        pt: "Área sob a curva nas linhas de {part}: {areas}; o acaso tem 0,5."
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
    true_positive_rate() { en: "true positive rate (recall)", pt: "taxa de verdadeiros positivos (sensibilidade)" }
    /// A line to compare with.
    guessing() { en: "guessing", pt: "acaso" }
    /// Figure `precision-recall`.
    precision_recall_title(part) { en: "Precision and recall, {part} rows", pt: "Precisão e sensibilidade, linhas de {part}" }
    /// Its words.
    precision_recall_words(averages, part) {
        en: "Average precision on {part} rows: {averages}.",
        pt: "Precisão média nas linhas de {part}: {averages}."
    }
    /// An average.
    average_precision(class, average, share) {
        en: "\"{class}\" {average}, where guessing has {share}",
        pt: "\"{class}\" {average}, em que o acaso tem {share}"
    }
    /// A score.
    precision() { en: "precision", pt: "precisão" }
    /// A score.
    recall() { en: "recall", pt: "sensibilidade" }
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
        en: "At the usual threshold of one half, \"{class}\" has precision {precision} and recall {recall}.",
        pt: "No limiar usual de um meio, \"{class}\" tem precisão {precision} e sensibilidade {recall}."
    }
    /// Its words.
    threshold_best(threshold, f1, precision, recall) {
        en: "F1 is highest at {threshold}: {f1}, with precision {precision} and recall {recall}.",
        pt: "F1 é maior em {threshold}: {f1}, com precisão {precision} e sensibilidade {recall}."
    }
    /// Figure `calibration`.
    calibration_title(part) { en: "Calibration, {part} rows", pt: "Calibração, linhas de {part}" }
    /// Its words.
    calibration_words(outside, bins) {
        en: "In {outside} of {bins} groups of rows the predicted probability lies outside the 95 % interval of the observed share.",
        pt: "Em {outside} de {bins} grupos de linhas a probabilidade predita fica fora do intervalo de 95 % da proporção observada."
    }
    /// Its words.
    brier_words(brier, class) {
        en: "The Brier score of \"{class}\", the mean squared distance between probability and truth, is {brier}.",
        pt: "O escore de Brier de \"{class}\", a distância quadrática média entre probabilidade e verdade, é {brier}."
    }
    /// Its axis.
    predicted_probability() { en: "predicted probability", pt: "probabilidade predita" }
    /// Its axis.
    observed_share() { en: "observed share", pt: "proporção observada" }
    /// A line to compare with.
    honest_probabilities() { en: "perfectly calibrated", pt: "perfeitamente calibrado" }

    /// Figure `predicted`.
    predicted_title(part) { en: "Predicted against true, {part} rows", pt: "Predito contra verdadeiro, linhas de {part}" }
    /// Its words.
    predicted_words(rmse, baseline, part) {
        en: "The root of the mean squared error on {part} rows is {rmse}; always saying the training mean has {baseline}.",
        pt: "A raiz do erro quadrático médio nas linhas de {part} é {rmse}; dizer sempre a média de treino tem {baseline}."
    }
    /// Its words.
    r2_words(share) {
        en: "The predictions explain {share} of the variance (R2).",
        pt: "As predições explicam {share} da variância (R2)."
    }
    /// Its axis.
    true_number(target) { en: "{target}, true", pt: "{target}, verdadeiro" }
    /// Its axis.
    said_number() { en: "predicted", pt: "predito" }
    /// A line to compare with.
    exact() { en: "exactly right", pt: "exatamente certo" }
    /// A series.
    tenths() { en: "means of tenths", pt: "médias de décimos" }
    /// Figure `residuals`.
    residual_title(part) { en: "Residuals, {part} rows", pt: "Resíduos, linhas de {part}" }
    /// Its axis.
    residual(target) { en: "{target}: true minus predicted", pt: "{target}: verdadeiro menos predito" }
    /// Its words.
    residual_words(half, most) {
        en: "Half of the rows are off by at most {half}, nine tenths by at most {most}.",
        pt: "Metade das linhas erra no máximo {half}, nove décimos no máximo {most}."
    }

    /// Figure `importance`.
    importance_title() { en: "Which columns matter", pt: "Quais colunas importam" }
    /// Its words.
    importance_words(column, loss, mean, sd) {
        en: "Shuffling \"{column}\" costs most: {loss} grows by {mean} (standard deviation {sd} over 5 shuffles).",
        pt: "Embaralhar \"{column}\" custa mais: {loss} cresce {mean} (desvio padrão {sd} em 5 embaralhamentos)."
    }
    /// Its words.
    importance_idle(idle, all) {
        en: "For {idle} of {all} columns the growth is within two standard deviations of nothing.",
        pt: "Em {idle} de {all} colunas o crescimento fica a menos de dois desvios padrão de nada."
    }
    /// Its axis.
    loss_grows(loss) { en: "growth of {loss} when shuffled", pt: "aumento de {loss} ao embaralhar" }
    /// A loss.
    log_loss() { en: "log-loss", pt: "log-loss" }
    /// A loss.
    squared_error() { en: "the mean squared error", pt: "o erro quadrático médio" }
    /// Figure `dependence`.
    dependence_title() { en: "What the prediction does along the columns that matter most", pt: "O que a predição faz ao longo das colunas que mais importam" }
    /// Its words.
    dependence_words(column, low, high) {
        en: "Along \"{column}\" the mean prediction moves between {low} and {high}.",
        pt: "Ao longo de \"{column}\" a predição média vai de {low} a {high}."
    }
    /// Its words.
    dependence_care() {
        en: "All other columns keep their values, which says what the network does, not what causes the outcome.",
        pt: "Todas as outras colunas mantêm seus valores, o que diz o que a rede faz, não o que causa o desfecho."
    }
    /// An axis.
    probability() { en: "probability", pt: "probabilidade" }
    /// An axis.
    probability_of(class) { en: "probability of \"{class}\"", pt: "probabilidade de \"{class}\"" }
    /// Figure `scales`.
    scales_title() { en: "Scales of the inputs", pt: "Escalas das entradas" }
    /// Its axis.
    scales_axis() { en: "mean, with standard deviation, as the network sees it", pt: "média, com desvio padrão, como a rede a vê" }
    /// Its words.
    scales_words(largest, mean, sd, smallest, other_mean, other_sd) {
        en: "The network sees \"{largest}\" with mean {mean} and standard deviation {sd}, and \"{smallest}\" with {other_mean} and {other_sd}.",
        pt: "A rede vê \"{largest}\" com média {mean} e desvio padrão {sd}, e \"{smallest}\" com {other_mean} e {other_sd}."
    }
    /// A column.
    mean_seen() { en: "mean as seen", pt: "média como vista" }
    /// A column.
    sd_seen() { en: "standard deviation as seen", pt: "desvio padrão como visto" }

    /// Figure `weights`.
    weights_title() { en: "Weights by layer", pt: "Pesos por camada" }
    /// Its axis.
    weights_axis() { en: "root mean square of the weights", pt: "raiz da média dos quadrados dos pesos" }
    /// Its words.
    weights_words(layer, from, to) {
        en: "The weights of {layer} changed most: from {from} to {to}.",
        pt: "Os pesos de {layer} mudaram mais: de {from} a {to}."
    }
    /// Figure `gradients`.
    gradients_title() { en: "Gradients by layer", pt: "Gradientes por camada" }
    /// Its axis.
    gradients_axis() { en: "root mean square of the gradient", pt: "raiz da média dos quadrados do gradiente" }
    /// Its words.
    gradients_words(first, a, last, b) {
        en: "In the last batch that was noted the gradient of {first} was {a}, that of {last} {b}.",
        pt: "No último lote anotado o gradiente de {first} foi {a}, o de {last} {b}."
    }
    /// Figure `outputs`.
    outputs_title() { en: "Outputs by layer", pt: "Saídas por camada" }
    /// Its axis.
    outputs_axis() { en: "standard deviation of the outputs", pt: "desvio padrão das saídas" }
    /// Its words.
    outputs_words(layer, from, to) {
        en: "The standard deviation of what {layer} gives went from {from} to {to}.",
        pt: "O desvio padrão do que {layer} dá foi de {from} a {to}."
    }
    /// Figure `units`.
    units_title() { en: "Dead and saturated units", pt: "Unidades mortas e saturadas" }
    /// Its words.
    units_words(dead, saturated, units, rows) {
        en: "{dead} of {units} units are dead and {saturated} saturated over {rows} training rows.",
        pt: "{dead} de {units} unidades estão mortas e {saturated} saturadas em {rows} linhas de treino."
    }
    /// A series.
    dead() { en: "dead", pt: "mortas" }
    /// A series.
    saturated() { en: "saturated", pt: "saturadas" }
    /// A column.
    flat_last() { en: "flat outputs, last batch", pt: "saídas planas, último lote" }
    /// An axis.
    share_of_units() { en: "share of the units", pt: "proporção das unidades" }
}
