//! What an exploration says: its page, its topics and the lecture's claims.

use super::ClaimResult;
use crate::language::{Lang, messages};

messages! {
    /// The title of the page.
    explore_page_title(name) { en: "The lecture on {name}", pt: "A aula com os dados de {name}" }
    /// The section with all findings.
    explore_section_findings() { en: "What held here", pt: "O que valeu aqui" }
    /// What the table of findings is.
    explore_table_words() { en: "Each claim of the lecture, held against trainings on this table. Settings are told apart by signed-rank tests (Wilcoxon) over the same seeds, at 5 %; beside the best of several, adjusted for their number (Holm).", pt: "Cada afirmação da aula, confrontada com treinos nesta tabela. As configurações são distinguidas por testes de postos sinalizados (Wilcoxon) sobre as mesmas sementes, a 5 %; ao lado da melhor de várias, ajustados por seu número (Holm)." }
    /// Column: a topic.
    explore_topic() { en: "topic", pt: "tema" }
    /// Column: what the lecture says.
    explore_claim() { en: "claim of the lecture", pt: "afirmação da aula" }
    /// Column: what became of it.
    explore_finding() { en: "here", pt: "aqui" }
    /// Before a claim.
    explore_claimed(claim) { en: "The lecture: {claim}", pt: "A aula: {claim}" }
    /// Before a finding.
    explore_found(finding) { en: "Here: {finding}.", pt: "Aqui: {finding}." }
    /// A finding.
    finding_confirmed() { en: "confirmed", pt: "confirmada" }
    /// A finding.
    finding_refuted() { en: "not so", pt: "não foi assim" }
    /// A finding.
    finding_undecided() { en: "the seeds do not tell", pt: "as sementes não decidem" }
    /// A finding.
    finding_shown() { en: "shown", pt: "mostrada" }
    /// How many claims held.
    explore_counts(confirmed, refuted, undecided, shown) { en: "claims confirmed: {confirmed}, not so: {refuted}, undecided: {undecided}, shown: {shown}", pt: "afirmações confirmadas: {confirmed}, diferentes: {refuted}, indecisas: {undecided}, mostradas: {shown}" }
    /// Topics without anything to show.
    explore_left_out(topics) { en: "Left out, since this table or network has nothing to show for them: {topics}.", pt: "Ficaram de fora, pois esta tabela ou rede não tem o que mostrar: {topics}." }
    /// It was interrupted.
    explore_cut_short() { en: "The exploration was cut short.", pt: "A exploração foi interrompida." }
    /// Label: the training that is varied.
    explore_label_base() { en: "base", pt: "base" }
    /// The training that is varied.
    explore_base(network, optimizer, batch_size, epochs, patience) { en: "The base training: {network}; {optimizer}; batches of {batch_size} rows, at most {epochs} epochs, stopped after {patience} without a better validation loss, the best weights kept. Each topic varies one thing of it.", pt: "O treino de base: {network}; {optimizer}; lotes de {batch_size} linhas, no máximo {epochs} épocas, parado após {patience} sem perda de validação melhor, ficando os melhores pesos. Cada tema varia uma coisa dele." }
    /// How often, and by what it is judged.
    explore_seeds(seeds, name) { en: "Every setting is trained with the same {seeds} seeds; settings compare by {name}, which contains no penalty.", pt: "Cada configuração é treinada com as mesmas {seeds} sementes; elas se comparam por {name}, que não contém penalidades." }
    /// A large table.
    explore_thinned(used, rows) { en: "Of {rows} rows, {used} evenly spaced ones are used.", pt: "Das {rows} linhas, {used} igualmente espaçadas são usadas." }
    /// Where page and pictures are.
    explore_saved_pictures(page, n) { en: "{page}, and {n} pictures beside it", pt: "{page}, e {n} figuras ao lado" }
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

    /// Title.
    topic_loss_title() { en: "The loss decides what is learnt", pt: "A perda decide o que se aprende" }
    /// Claim.
    topic_loss_claim() { en: "a network takes any short cut that lowers its loss, so the loss must measure what is wanted.", pt: "a rede pega qualquer atalho que diminua a perda, então a perda deve medir o que se quer." }
    /// Title.
    topic_log_loss_title() { en: "The logarithmic loss, row by row", pt: "A perda logarítmica, linha por linha" }
    /// Claim.
    topic_log_loss_claim() { en: "the logarithmic loss punishes who is sure and wrong. (Its table has logarithms to the base 10; Keras and Treino take natural ones.)", pt: "a perda logarítmica pune quem tem certeza e erra. (A tabela da aula usa logaritmos de base 10; Keras e Treino usam os naturais.)" }
    /// Title.
    topic_gradient_descent_title() { en: "Gradient descent on two weights", pt: "Gradiente descendente em dois pesos" }
    /// Claim.
    topic_gradient_descent_claim() { en: "the gradient points uphill; small steps against it lower the error.", pt: "o gradiente aponta para cima; passos pequenos contra ele diminuem o erro." }
    /// Title.
    topic_backpropagation_title() { en: "Back-propagation by hand", pt: "Retropropagação à mão" }
    /// Claim.
    topic_backpropagation_claim() { en: "the chain rule, from the error back to each weight, gives the exact slope.", pt: "a regra da cadeia, do erro de volta a cada peso, dá a inclinação exata." }
    /// Title.
    topic_optimizers_title() { en: "Eight optimizers", pt: "Oito otimizadores" }
    /// Claim.
    topic_optimizers_claim() { en: "optimizers differ much at their default learning rates, and Adam is a good first choice.", pt: "os otimizadores diferem muito em suas taxas de aprendizado padrão, e Adam é uma boa primeira escolha." }
    /// Title.
    topic_learning_rate_title() { en: "Learning rate: too low, right, too high", pt: "Taxa de aprendizado: baixa demais, certa, alta demais" }
    /// Claim.
    topic_learning_rate_claim() { en: "with too low a rate a training does not arrive, with too high a one it bounces or diverges; the right one lies between.", pt: "com taxa baixa demais o treino não chega, com alta demais ele oscila ou diverge; a certa fica no meio." }
    /// Title.
    topic_schedules_title() { en: "A learning rate that falls", pt: "Uma taxa de aprendizado que cai" }
    /// Claim.
    topic_schedules_claim() { en: "one may begin with large steps, if they become smaller while the training goes on.", pt: "pode-se começar com passos grandes, se eles diminuírem durante o treino." }
    /// Title.
    topic_initial_weights_title() { en: "Where the weights start", pt: "Onde os pesos começam" }
    /// Claim.
    topic_initial_weights_claim() { en: "a network whose weights all start at zero cannot learn; where they start decides where they end.", pt: "uma rede cujos pesos começam todos em zero não aprende; onde começam decide onde terminam." }
    /// Title.
    topic_seeds_title() { en: "A fixed seed is not a good seed", pt: "Semente fixa não é semente boa" }
    /// Claim.
    topic_seeds_claim() { en: "a fixed seed makes a result repeatable, not good: repeat with several.", pt: "uma semente fixa torna o resultado repetível, não bom: repita com várias." }
    /// Title.
    topic_epochs_title() { en: "Epochs, and when to stop", pt: "Épocas, e quando parar" }
    /// Claim.
    topic_epochs_claim() { en: "the training error keeps falling while the validation error turns up: stop there and take the best weights.", pt: "o erro de treino continua caindo enquanto o de validação volta a subir: pare ali e fique com os melhores pesos." }
    /// Title.
    topic_batch_size_title() { en: "Batch size: one row, some, all", pt: "Tamanho do lote: uma linha, algumas, todas" }
    /// Claim.
    topic_batch_size_claim() { en: "mini-batches are the good middle between many noisy steps and few sure ones.", pt: "mini-lotes são o bom meio entre muitos passos ruidosos e poucos passos certos." }
    /// Title.
    topic_input_scale_title() { en: "Inputs on one scale", pt: "Entradas na mesma escala" }
    /// Claim.
    topic_input_scale_claim() { en: "normalised inputs make the error surface round, so that a training arrives.", pt: "entradas normalizadas deixam a superfície de erro redonda, e o treino chega ao fim." }
    /// Title.
    topic_batch_normalisation_title() { en: "Batch normalisation", pt: "Normalização em lote" }
    /// Claim.
    topic_batch_normalisation_claim() { en: "normalising what goes into each layer makes the training faster.", pt: "normalizar o que entra em cada camada acelera o treino." }
    /// Title.
    topic_penalties_title() { en: "L1 and L2", pt: "L1 e L2" }
    /// Claim.
    topic_penalties_claim() { en: "a penalty holds weights small (L2) or makes many of them zero (L1).", pt: "uma penalidade mantém os pesos pequenos (L2) ou zera muitos deles (L1)." }
    /// Title.
    topic_dropout_title() { en: "Dropout", pt: "Dropout" }
    /// Claim.
    topic_dropout_claim() { en: "dropping units at random in training keeps a network from learning its rows by heart, so that its error on other rows falls.", pt: "desligar unidades ao acaso no treino impede a rede de decorar as linhas, e o erro nas outras linhas cai." }
    /// Title.
    topic_evaluation_title() { en: "How good is it?", pt: "Quão boa ela é?" }
    /// Claim.
    topic_evaluation_claim() { en: "one number is not enough: look at the confusion matrix, precision and recall, and the ROC curve.", pt: "um número só não basta: veja a matriz de confusão, precisão e revocação, e a curva ROC." }
    /// Claim for a target that is a number.
    topic_evaluation_number_claim() { en: "one number is not enough: look at predicted and true values side by side.", pt: "um número só não basta: veja valores preditos e verdadeiros lado a lado." }
}

impl Lang {
    /// A finding in words.
    pub fn claim_finding(self, finding: ClaimResult) -> String {
        match finding {
            ClaimResult::Confirmed => self.finding_confirmed(),
            ClaimResult::Refuted => self.finding_refuted(),
            ClaimResult::Undecided => self.finding_undecided(),
            ClaimResult::Shown => self.finding_shown(),
        }
    }
}
