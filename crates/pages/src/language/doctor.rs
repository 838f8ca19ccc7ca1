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
    /// Its evidence, where the loss is an expression.
    diverged_in_expression() {
        en: "the expression of the loss probably has log(0), a division by 0 or a root at 0: write clip(y_pred, epsilon, 1 - epsilon) for y_pred there",
        pt: "a expressão da perda provavelmente tem log(0), divisão por 0 ou raiz em 0: escreva clip(y_pred, epsilon, 1 - epsilon) no lugar de y_pred"
    }
    /// Rule.
    batch_of_one(layer) {
        en: "{layer} normalises over batches of one row",
        pt: "{layer} normaliza sobre lotes de uma linha"
    }
    /// Its evidence.
    batch_of_one_evidence() {
        en: "each row is its own mean, so in training the layer gives the same output for every row and nothing before it can learn",
        pt: "cada linha é sua própria média: no treino a camada dá a mesma saída para todas as linhas, e nada antes dela aprende"
    }
    /// Rule.
    rate_too_high() { en: "the learning rate is too high", pt: "a taxa de aprendizado é alta demais" }
    /// Its evidence: the first epoch.
    blown_up_evidence(times, rate) {
        en: "the loss of the first epoch is {times} times that of the baseline, at a learning rate of {rate}",
        pt: "a perda da primeira época é {times} vezes a da linha de base, com taxa de aprendizado {rate}"
    }
    /// Its evidence: jumps.
    jumps_evidence(size, worse, rate) {
        en: "from one epoch to the next, the training loss changes by {size} of the baseline's loss on average, and {worse} of the changes are increases, at a learning rate of {rate}",
        pt: "de uma época para a outra, a perda de treino muda em média {size} da perda da linha de base, e {worse} das mudanças são aumentos, com taxa de aprendizado {rate}"
    }
    /// Rule.
    rate_too_low() { en: "the learning rate is too low", pt: "a taxa de aprendizado é baixa demais" }
    /// Its evidence.
    rate_too_low_evidence(from, to, epochs, rate) {
        en: "the training loss only went from {from} to {to} in {epochs} epochs and still falls as fast as at the beginning, at a learning rate of {rate}",
        pt: "a perda de treino só foi de {from} a {to} em {epochs} épocas e ainda cai no ritmo do início, com taxa de aprendizado {rate}"
    }
    /// Rule.
    still_improving() { en: "still improving at the last epoch", pt: "ainda melhorava na última época" }
    /// Its evidence.
    still_improving_evidence(epochs) {
        en: "the last of {epochs} epochs was the best",
        pt: "a última de {epochs} épocas foi a melhor"
    }
    /// Rule.
    plateau() { en: "most epochs brought no improvement", pt: "a maior parte das épocas não trouxe melhora" }
    /// Its evidence.
    plateau_evidence(best, epochs) {
        en: "epoch {best} of {epochs} was the best",
        pt: "a época {best} de {epochs} foi a melhor"
    }
    /// Rule.
    over_fitting() {
        en: "overfitting: the network is much better on its training rows than on new ones",
        pt: "sobreajuste (overfitting): a rede é muito melhor nas linhas de treino que em novas"
    }
    /// Its evidence.
    over_fitting_evidence(train, other, part) {
        en: "loss {train} on training rows, {other} on {part} rows",
        pt: "perda {train} nas linhas de treino, {other} nas linhas de {part}"
    }
    /// Its evidence, where scores predict classes.
    over_fitting_shares(train, other, part) {
        en: "{train} of the training rows are predicted incorrectly, {other} of the {part} rows",
        pt: "{train} das linhas de treino são previstas incorretamente, {other} das linhas de {part}"
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
    /// Its evidence, where scores predict classes.
    under_fitting_shares(part, wrong, baseline) {
        en: "{wrong} of the {part} rows are predicted incorrectly, baseline {baseline}",
        pt: "{wrong} das linhas de {part} são previstas incorretamente, linha de base {baseline}"
    }
    /// Rule.
    zero_weights(layer) { en: "the weights of {layer} are 0 and stay 0", pt: "os pesos de {layer} são 0 e continuam 0" }
    /// Its evidence.
    zero_weights_evidence() {
        en: "where all weights of a layer are 0, its units get no gradient by which they could become different",
        pt: "onde todos os pesos de uma camada são 0, suas unidades não recebem gradiente que as torne diferentes"
    }
    /// Rule.
    equal_weights(layer) {
        en: "all units of {layer} start alike and stay alike",
        pt: "todas as unidades de {layer} começam iguais e continuam iguais"
    }
    /// Its evidence.
    equal_weights_evidence(initializer) {
        en: "its initializer is {initializer}, and the next layer's weights are equal too: the layer works like one with a single unit",
        pt: "seu inicializador é {initializer}, e os pesos da camada seguinte também são iguais: a camada funciona como se tivesse uma só unidade"
    }
    /// Rule.
    strong_regularization() {
        en: "the regularisation is so strong that the network learnt nothing",
        pt: "a regularização é tão forte que a rede não aprendeu nada"
    }
    /// Its evidence.
    strong_regularization_evidence(strong, train, baseline) {
        en: "{strong}; loss on training rows {train} without penalties, baseline {baseline}",
        pt: "{strong}; perda nas linhas de treino {train} sem penalidades, linha de base {baseline}"
    }
    /// Rule.
    vanishing_gradients() {
        en: "the gradients vanish before they reach the first layer",
        pt: "os gradientes desaparecem antes de chegar à primeira camada"
    }
    /// Its evidence.
    vanishing_gradients_evidence(layer, share, layers, activation) {
        en: "of the last layer's gradient {share} reaches {layer}, through {layers} layers with {activation}, and the loss on training rows is hardly below the baseline's",
        pt: "do gradiente da última camada, {share} chega a {layer}, passando por {layers} camadas com {activation}, e a perda nas linhas de treino mal fica abaixo da linha de base"
    }
    /// Rule.
    dead_units(layer) { en: "most units of {layer} are dead", pt: "a maioria das unidades de {layer} está morta" }
    /// Its evidence.
    dead_units_evidence(dead, units, activation) {
        en: "{dead} of {units} units after {activation} give the same number for every training row",
        pt: "{dead} de {units} unidades após {activation} dão o mesmo número para todas as linhas de treino"
    }
    /// Rule.
    saturated_units(layer) { en: "most units of {layer} are saturated", pt: "a maioria das unidades de {layer} está saturada" }
    /// Its evidence.
    saturated_units_evidence(saturated, units, activation) {
        en: "{saturated} of {units} units after {activation} are at a flat end of it for nearly every row, where its derivative is 0",
        pt: "{saturated} de {units} unidades após {activation} estão num extremo plano dela em quase todas as linhas, onde a derivada é 0"
    }
    /// Rule.
    unscaled_inputs() { en: "the inputs have very different scales", pt: "as entradas têm escalas muito diferentes" }
    /// Its evidence.
    unscaled_inputs_evidence(column, mean, sd) {
        en: "the network sees \"{column}\" with mean {mean} and standard deviation {sd}",
        pt: "a rede vê \"{column}\" com média {mean} e desvio-padrão {sd}"
    }
    /// Rule.
    hidden_imbalance() {
        en: "accuracy hides a class that is rarely predicted",
        pt: "a acurácia esconde uma classe que quase nunca é prevista"
    }
    /// Its evidence.
    hidden_imbalance_evidence(accuracy, recall, class, share) {
        en: "accuracy {accuracy}, but the recall of \"{class}\" is {recall}; this class is {share} of the training rows",
        pt: "acurácia {accuracy}, mas a revocação de \"{class}\" é {recall}; essa classe é {share} das linhas de treino"
    }
    /// Rule.
    too_good() {
        en: "nearly perfect on unseen rows: a column may reveal the target",
        pt: "quase perfeito em linhas nunca vistas: uma coluna pode revelar o alvo"
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
        en: "\"{column}\" alone predicts the target: is it known before the outcome?",
        pt: "\"{column}\" sozinha prevê o alvo: ela é conhecida antes do desfecho?"
    }
    /// Its evidence.
    leak_evidence(alone) {
        en: "alone it scores {alone} on the training rows",
        pt: "sozinha ela atinge {alone} nas linhas de treino"
    }
    /// Rule.
    missing_leak(column) {
        en: "whether \"{column}\" is missing predicts the target: is it filled in before the outcome is known?",
        pt: "a ausência de \"{column}\" prevê o alvo: ela é preenchida antes do desfecho?"
    }
    /// Its evidence.
    missing_leak_evidence(alone) {
        en: "of the training rows where it is missing, or of the others, {alone} have the same target",
        pt: "das linhas de treino em que ela está ausente, ou das outras, {alone} têm o mesmo alvo"
    }
    /// Rule.
    absent_classes() {
        en: "classes without training rows cannot be learned",
        pt: "classes sem nenhuma linha de treino não podem ser aprendidas"
    }
    /// Its evidence.
    absent_classes_evidence(classes) { en: "not among the training rows: {classes}", pt: "fora das linhas de treino: {classes}" }
    /// Rule.
    constant_columns() {
        en: "columns with a single value are not used",
        pt: "colunas com um único valor não são usadas"
    }
    /// Rule.
    identifier_columns() {
        en: "identifier columns are not used",
        pt: "colunas identificadoras não são usadas"
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
        en: "with so few validation rows, chance decides which epoch is best",
        pt: "com tão poucas linhas de validação, o acaso decide a melhor época"
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
    /// What class weights cost.
    class_weight_trade() {
        en: "balanced class weights find more rows of the rare class (recall), at the price of precision and accuracy; its predicted probabilities are then too high",
        pt: "pesos de classe balanceados encontram mais linhas da classe rara (recall), à custa de precisão e acurácia; as probabilidades previstas dela ficam altas demais"
    }
    /// Where nothing was found.
    nothing_found() {
        en: "no check found a problem",
        pt: "nenhuma verificação encontrou problema"
    }
}
