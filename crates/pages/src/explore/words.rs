//! The texts of an exploration: its page, its topics and the lecture's claims.

use super::ClaimResult;
use crate::language::{Lang, messages};

messages! {
    /// The title of the page.
    explore_page_title(name) { en: "The lecture on {name}", pt: "A aula com os dados de {name}" }
    /// The section with all results.
    explore_section_findings() { en: "Results", pt: "Resultados" }
    /// A description of the table of results.
    explore_table_words() { en: "Each claim of the lecture, compared with trainings on this table. Settings are compared by signed-rank tests (Wilcoxon) over the same seeds, at 5 %; comparisons with the best of several have a Holm correction.", pt: "Cada afirmação da aula, comparada com treinos nesta tabela. As configurações são comparadas por testes dos postos sinalizados (Wilcoxon) sobre as mesmas sementes, a 5 %; comparações com a melhor de várias têm correção de Holm." }
    /// Column: a topic.
    explore_topic() { en: "topic", pt: "tema" }
    /// Column: what the lecture says.
    explore_claim() { en: "claim of the lecture", pt: "afirmação da aula" }
    /// Column: the result.
    explore_finding() { en: "result", pt: "resultado" }
    /// Before a claim.
    explore_claimed(claim) { en: "The lecture: {claim}", pt: "A aula: {claim}" }
    /// Before a result.
    explore_found(finding) { en: "Result: {finding}.", pt: "Resultado: {finding}." }
    /// A result.
    finding_confirmed() { en: "confirmed", pt: "confirmada" }
    /// A result.
    finding_refuted() { en: "refuted", pt: "refutada" }
    /// A result.
    finding_undecided() { en: "undecided", pt: "indecisa" }
    /// A result.
    finding_shown() { en: "shown", pt: "mostrada" }
    /// How many claims held.
    explore_counts(confirmed, refuted, undecided, shown) { en: "claims confirmed: {confirmed}, refuted: {refuted}, undecided: {undecided}, shown: {shown}", pt: "afirmações confirmadas: {confirmed}, refutadas: {refuted}, indecisas: {undecided}, mostradas: {shown}" }
    /// Topics that are not applicable.
    explore_left_out(topics) { en: "Not shown, because they do not apply to this table or network: {topics}.", pt: "Não mostrados, pois não se aplicam a esta tabela ou rede: {topics}." }
    /// It was interrupted.
    explore_cut_short() { en: "The exploration was interrupted.", pt: "A exploração foi interrompida." }
    /// Label: the training that is varied.
    explore_label_base() { en: "base", pt: "base" }
    /// The training that is varied.
    explore_base(network, optimizer, batch_size, epochs, patience) { en: "The base training: {network}; {optimizer}; batches of {batch_size} rows, at most {epochs} epochs, stopped after {patience} without a better validation loss, with the best weights restored. Each topic varies one setting.", pt: "O treino de base: {network}; {optimizer}; lotes de {batch_size} linhas, no máximo {epochs} épocas, parado após {patience} sem melhora da perda de validação, com os melhores pesos restaurados. Cada tema varia uma configuração." }
    /// The number of repeats, and the metric.
    explore_seeds(seeds, name) { en: "Every setting is trained with the same {seeds} seeds; settings are compared by {name}, without penalty.", pt: "Cada configuração é treinada com as mesmas {seeds} sementes; elas são comparadas por {name}, sem penalidade." }
    /// What the tests cover.
    explore_one_split(rows) { en: "All of it on one split with {rows} validation rows: the tests are about seeds, and another split may decide otherwise (--vary-split).", pt: "Tudo em uma só divisão com {rows} linhas de validação: os testes dizem respeito às sementes, e outra divisão pode decidir de outro modo (--vary-split)." }
    /// The same with a split for each seed.
    explore_splits(rows) { en: "Each seed has its own split with {rows} validation rows: the tests are about seeds and splits; a t test that is corrected for shared rows (Nadeau and Bengio) must agree with the signed ranks.", pt: "Cada semente tem sua própria divisão com {rows} linhas de validação: os testes dizem respeito a sementes e divisões; um teste t corrigido para linhas em comum (Nadeau e Bengio) precisa concordar com o dos postos sinalizados." }
    /// The lead of an exercise.
    explore_exercise() { en: "Each topic gives a claim of the lecture: predict first whether it holds on this table, then open what was measured. Printed, the page is an exercise sheet with its solutions at the end.", pt: "Cada tema traz uma afirmação da aula: preveja primeiro se ela vale nesta tabela, depois abra o que foi medido. Impressa, a página é uma lista de exercícios com as soluções no fim." }
    /// A large table.
    explore_thinned(used, rows) { en: "Of {rows} rows, {used} evenly spaced ones are used.", pt: "Das {rows} linhas, {used} igualmente espaçadas são usadas." }
    /// Where the page and the pictures are.
    explore_saved_pictures(page, n) { en: "{page}, and {n} pictures in the same folder", pt: "{page}, e {n} figuras na mesma pasta" }
    /// Progress.
    explore_progress(topic, at, of) { en: "{topic} ({at} of {of})", pt: "{topic} ({at} de {of})" }

    /// The best and the worst of several settings.
    explore_best(n, name, best, best_value, worst, worst_value) { en: "Of {n} settings, {best} has the best mean {name}, {best_value}, and {worst} the worst, {worst_value}.", pt: "Das {n} configurações, {best} tem a melhor média de {name}, {best_value}, e {worst} a pior, {worst_value}." }
    /// The same where the worst diverged.
    explore_best_diverged(n, name, best, best_value, worst, diverged, seeds) { en: "Of {n} settings, {best} has the best mean {name}, {best_value}; {worst} diverged with {diverged} of {seeds} seeds.", pt: "Das {n} configurações, {best} tem a melhor média de {name}, {best_value}; {worst} divergiu com {diverged} de {seeds} sementes." }
    /// A setting that diverged.
    explore_diverged(label, diverged, seeds) { en: "{label} diverged with {diverged} of {seeds} seeds.", pt: "{label} divergiu com {diverged} de {seeds} sementes." }
    /// A panel of all seeds.
    explore_strip() { en: "every seed; mean with 95 % interval", pt: "cada semente; média com intervalo de 95 %" }
    /// Column: what is varied.
    explore_setting() { en: "setting", pt: "configuração" }
    /// The label of the training that is varied.
    explore_the_base() { en: "base", pt: "base" }

    /// Why a claim was refuted: Adam's default rate is low.
    reason_adam_ran_out(epochs) { en: "Likely reason: with Adam the error still fell when the {epochs} epochs were over; its default rate is low for so few steps.", pt: "Razão provável: com Adam o erro ainda caía quando as {epochs} épocas acabaram; sua taxa padrão é baixa para tão poucos passos." }
    /// Why: the best rate is the smallest of those tried.
    reason_smallest_rate() { en: "Likely reason: the base rate is too high for this table; the best one may be below all six.", pt: "Razão provável: a taxa de base é alta demais para esta tabela; a melhor pode estar abaixo das seis." }
    /// Why: the best rate is the largest of those tried.
    reason_largest_rate() { en: "Likely reason: the base rate is too low for this table; the best one may be above all six.", pt: "Razão provável: a taxa de base é baixa demais para esta tabela; a melhor pode estar acima das seis." }
    /// Why: a constant rate still helps.
    reason_constant_falls() { en: "Likely reason: with the constant rate the error still fell in the last quarter of the epochs; falling rates make the late steps too short.", pt: "Razão provável: com taxa constante o erro ainda caía no último quarto das épocas; taxas que caem deixam os últimos passos curtos demais." }
    /// Why: one row a step makes more steps.
    reason_more_steps(ratio) { en: "Likely reason: one row a step makes {ratio} times as many updates in the same epochs.", pt: "Razão provável: uma linha por passo faz {ratio} vezes mais atualizações nas mesmas épocas." }
    /// Why: without hidden layers zero is a good start.
    reason_no_hidden() { en: "Likely reason: without hidden layers the error has a single minimum, and zero is as good a start as any.", pt: "Razão provável: sem camadas ocultas o erro tem um só mínimo, e zero é um início tão bom quanto outro." }
    /// Why: the columns have similar spreads already.
    reason_alike(ratio) { en: "Likely reason: the columns have similar scales already; the largest standard deviation is {ratio} times the smallest.", pt: "Razão provável: as colunas já têm escalas parecidas; o maior desvio-padrão é {ratio} vezes o menor." }
    /// Why: the network is shallow, and its inputs are standardised.
    reason_shallow(depth) { en: "Likely reason: the inputs are standardised already, and with {depth} hidden layers little drifts between them.", pt: "Razão provável: as entradas já estão padronizadas e, com {depth} camadas ocultas, pouco se desloca entre elas." }
    /// Why: the validation error falls again after early stopping.
    reason_falls_again(epoch, patience, spent) { en: "Likely reason: the validation error fell again later, to its lowest at epoch {epoch}; with a patience of {patience} trainings ended after {spent} epochs on average.", pt: "Razão provável: o erro de validação voltou a cair depois, até o menor na época {epoch}; com paciência {patience} os treinos terminaram após {spent} épocas em média." }
    /// Why: there is no overfitting to prevent.
    reason_no_overfitting(train, validation) { en: "Likely reason: without dropout the network hardly memorises its rows: its error is {train} on the training rows and {validation} on the validation rows.", pt: "Razão provável: sem dropout a rede quase não memoriza suas linhas: o erro é {train} nas linhas de treino e {validation} nas de validação." }

    /// Title.
    topic_loss_title() { en: "The loss decides what is learned", pt: "A perda decide o que se aprende" }
    /// Claim.
    topic_loss_claim() { en: "a network takes any shortcut that lowers its loss, so the loss must measure the goal.", pt: "a rede usa qualquer atalho que diminua a perda, então a perda deve medir o objetivo." }
    /// Title.
    topic_log_loss_title() { en: "The logarithmic loss, row by row", pt: "A perda logarítmica, linha por linha" }
    /// Claim.
    topic_log_loss_claim() { en: "the logarithmic loss penalises confident wrong predictions. (The lecture's table has logarithms to base 10; Keras and Treino use natural ones.)", pt: "a perda logarítmica penaliza previsões erradas e confiantes. (A tabela da aula usa logaritmos de base 10; Keras e Treino usam os naturais.)" }
    /// Title.
    topic_gradient_descent_title() { en: "Gradient descent on two weights", pt: "Gradiente descendente em dois pesos" }
    /// Claim.
    topic_gradient_descent_claim() { en: "the gradient points in the direction of increase; small steps against it lower the error.", pt: "o gradiente aponta na direção de aumento; passos pequenos contra ele diminuem o erro." }
    /// Title.
    topic_backpropagation_title() { en: "Back-propagation by hand", pt: "Retropropagação à mão" }
    /// Claim.
    topic_backpropagation_claim() { en: "the chain rule, from the error back to each weight, gives the exact derivative.", pt: "a regra da cadeia, do erro de volta a cada peso, dá a derivada exata." }
    /// Title.
    topic_optimizers_title() { en: "Eight optimizers", pt: "Oito otimizadores" }
    /// Claim.
    topic_optimizers_claim() { en: "optimizers differ much at their default learning rates, and Adam is a good first choice.", pt: "os otimizadores diferem muito em suas taxas de aprendizado padrão, e Adam é uma boa primeira escolha." }
    /// Title.
    topic_learning_rate_title() { en: "Learning rate: too low, right, too high", pt: "Taxa de aprendizado: baixa demais, certa, alta demais" }
    /// Claim.
    topic_learning_rate_claim() { en: "with a rate that is too low the training does not converge in time, with one that is too high it oscillates or diverges; the right one is between.", pt: "com taxa baixa demais o treino não converge a tempo, com alta demais ele oscila ou diverge; a certa fica entre as duas." }
    /// Title.
    topic_schedules_title() { en: "A learning rate that falls", pt: "Uma taxa de aprendizado que cai" }
    /// Claim.
    topic_schedules_claim() { en: "one can begin with large steps, if they become smaller during the training.", pt: "pode-se começar com passos grandes, se eles diminuírem durante o treino." }
    /// Title.
    topic_initial_weights_title() { en: "Where the weights start", pt: "Onde os pesos começam" }
    /// Claim.
    topic_initial_weights_claim() { en: "a network whose weights all start at zero cannot learn; the initial weights decide where training ends.", pt: "uma rede cujos pesos começam todos em zero não aprende; os pesos iniciais decidem onde o treino termina." }
    /// Title.
    topic_seeds_title() { en: "A fixed seed is not a good seed", pt: "Semente fixa não é semente boa" }
    /// Claim.
    topic_seeds_claim() { en: "a fixed seed makes a result repeatable, not good: repeat with several.", pt: "uma semente fixa torna o resultado repetível, não bom: repita com várias." }
    /// Title.
    topic_epochs_title() { en: "Epochs, and when to stop", pt: "Épocas, e quando parar" }
    /// Claim.
    topic_epochs_claim() { en: "the training error keeps falling while the validation error begins to rise: stop there and restore the best weights.", pt: "o erro de treino continua caindo enquanto o de validação volta a subir: pare ali e restaure os melhores pesos." }
    /// Title.
    topic_batch_size_title() { en: "Batch size: one row, some, all", pt: "Tamanho do lote: uma linha, algumas, todas" }
    /// Claim.
    topic_batch_size_claim() { en: "mini-batches are a good compromise between many noisy steps and few exact ones.", pt: "minilotes são um bom compromisso entre muitos passos ruidosos e poucos passos exatos." }
    /// Title.
    topic_input_scale_title() { en: "Inputs on one scale", pt: "Entradas na mesma escala" }
    /// Claim.
    topic_input_scale_claim() { en: "standardised inputs make the error surface rounder, so that training converges faster.", pt: "entradas padronizadas deixam a superfície de erro mais redonda, e o treino converge mais rápido." }
    /// Title.
    topic_batch_normalisation_title() { en: "Batch normalisation", pt: "Normalização em lote" }
    /// Claim.
    topic_batch_normalisation_claim() { en: "normalising what goes into each layer makes the training faster.", pt: "normalizar o que entra em cada camada acelera o treino." }
    /// Title.
    topic_penalties_title() { en: "L1 and L2", pt: "L1 e L2" }
    /// Claim.
    topic_penalties_claim() { en: "a penalty keeps weights small (L2) or makes many of them zero (L1).", pt: "uma penalidade mantém os pesos pequenos (L2) ou zera muitos deles (L1)." }
    /// Title.
    topic_dropout_title() { en: "Dropout", pt: "Dropout" }
    /// Claim.
    topic_dropout_claim() { en: "dropping units at random during training keeps a network from memorising its rows, so that its error on other rows falls.", pt: "desligar unidades ao acaso no treino impede a rede de memorizar as linhas, e o erro nas outras linhas cai." }
    /// Title.
    topic_evaluation_title() { en: "How good is it?", pt: "Quão boa ela é?" }
    /// Claim.
    topic_evaluation_claim() { en: "one number is not enough: look at the confusion matrix, precision and recall, and the ROC curve.", pt: "um número só não basta: veja a matriz de confusão, precisão e revocação, e a curva ROC." }
    /// Claim for a target that is a number.
    topic_evaluation_number_claim() { en: "one number is not enough: look at predicted and true values side by side.", pt: "um número só não basta: veja valores previstos e reais lado a lado." }
}

impl Lang {
    /// A result as text.
    pub fn claim_finding(self, finding: ClaimResult) -> String {
        match finding {
            ClaimResult::Confirmed => self.finding_confirmed(),
            ClaimResult::Refuted => self.finding_refuted(),
            ClaimResult::Undecided => self.finding_undecided(),
            ClaimResult::Shown => self.finding_shown(),
        }
    }
}
