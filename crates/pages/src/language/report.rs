//! What the report of a run says between its figures.

use super::{Lang, messages};
use treino::data::LeftOutReason;

messages! {
    /// The title of the page.
    report_title(targets, source) { en: "{targets} from {source}", pt: "{targets} a partir de {source}" }
    /// The line below it.
    report_lead(run, program) { en: "Report of {run}, made by {program}.", pt: "Relatório de {run}, feito por {program}." }
    /// A section.
    section_verdict() { en: "Verdict", pt: "Veredito" }
    /// A section.
    section_diagnosis() { en: "Diagnosis", pt: "Diagnóstico" }
    /// A section.
    section_course() { en: "The training", pt: "O treino" }
    /// A section.
    section_evaluation() { en: "Evaluation", pt: "Avaliação" }
    /// A section.
    section_rows() { en: "Notable rows", pt: "Linhas notáveis" }
    /// A section.
    section_inputs() { en: "Which inputs matter", pt: "Quais entradas importam" }
    /// A section.
    section_inside() { en: "Inside the network", pt: "Dentro da rede" }
    /// A section.
    section_data() { en: "The data", pt: "Os dados" }
    /// A section.
    section_again() { en: "Reproduction", pt: "Reprodução" }

    /// The first sentence.
    verdict_score(target, score, value, low, high, rows, part) {
        en: "The network predicts \"{target}\" with {score} {value} on {rows} {part} rows (95 % interval {low} to {high}).",
        pt: "A rede prevê \"{target}\" com {score} {value} em {rows} linhas de {part} (intervalo de 95 %: {low} a {high})."
    }
    /// The second.
    verdict_better(baseline) {
        en: "That is better than the baseline, which ignores all inputs and has {baseline}.",
        pt: "Isso é melhor que a linha de base, que ignora todas as entradas e tem {baseline}."
    }
    /// The second.
    verdict_open(baseline) {
        en: "The baseline, which ignores all inputs, has {baseline}: on these rows there is no significant difference.",
        pt: "A linha de base, que ignora todas as entradas, tem {baseline}: nessas linhas não há diferença significativa."
    }
    /// The second.
    verdict_worse(baseline) {
        en: "That is worse than the baseline, which ignores all inputs and has {baseline}.",
        pt: "Isso é pior que a linha de base, que ignora todas as entradas e tem {baseline}."
    }
    /// The third.
    verdict_finished(epochs, kept) {
        en: "All {epochs} epochs were done; the model has the weights of epoch {kept}.",
        pt: "Todas as {epochs} épocas foram concluídas; o modelo tem os pesos da época {kept}."
    }
    /// The third.
    verdict_stopped(epochs, kept) {
        en: "The training stopped after {epochs} epochs; the model has the weights of epoch {kept}.",
        pt: "O treino parou após {epochs} épocas; o modelo tem os pesos da época {kept}."
    }
    /// The third.
    verdict_interrupted(epochs, kept) {
        en: "The training was interrupted after {epochs} epochs; the model has the weights of epoch {kept}.",
        pt: "O treino foi interrompido após {epochs} épocas; o modelo tem os pesos da época {kept}."
    }
    /// The third.
    verdict_lost(epoch, step) {
        en: "The training diverged at epoch {epoch}, step {step}, before there was a model to keep.",
        pt: "O treino divergiu na época {epoch}, passo {step}, antes de haver um modelo para guardar."
    }
    /// How the training ended.
    verdict_diverged(epoch, step, kept) {
        en: "The training diverged at epoch {epoch}, step {step}; the model has the weights of epoch {kept}.",
        pt: "O treino divergiu na época {epoch}, passo {step}; o modelo tem os pesos da época {kept}."
    }
    /// A column.
    score_name() { en: "score", pt: "medida" }
    /// A column.
    baseline() { en: "baseline", pt: "linha de base" }
    /// What `treino replay` says.
    replay_stops(epoch, epochs, kept, name, value) {
        en: "it stops after epoch {epoch} of {epochs}, with the weights of epoch {kept} ({name} {value})",
        pt: "para após a época {epoch} de {epochs}, com os pesos da época {kept} ({name} {value})"
    }
    /// What `treino replay` says.
    replay_goes_on(epochs, kept, name, value) {
        en: "it does not stop within the {epochs} recorded epochs; it ends with the weights of epoch {kept} ({name} {value})",
        pt: "não para nas {epochs} épocas registradas; termina com os pesos da época {kept} ({name} {value})"
    }
    /// A monitored loss, and the penalty that is part of it.
    replay_penalty(value, penalty) { en: "{value}, of which {penalty} is the penalty", pt: "{value}, dos quais {penalty} são a penalidade" }
    /// The heading of the replay.
    replay_heading() { en: "What other early stopping would have done", pt: "O que outra parada antecipada teria feito" }
    /// A caption.
    scores_caption() {
        en: "Scores on each part of the data; the baseline is on the last of them",
        pt: "Medidas em cada parte dos dados; a linha de base é da última"
    }
    /// Where no rule found anything.
    nothing_found_sentence() {
        en: "No check found a problem with this training.",
        pt: "Nenhuma verificação encontrou problema neste treino."
    }
    /// A caption.
    classes_caption(part) { en: "Each class against the rest, {part} rows", pt: "Cada classe contra o resto, linhas de {part}" }
    /// Above the rows.
    wrong_words(part) {
        en: "The worst errors on {part} rows: the true class has the lowest probability.",
        pt: "Os piores erros nas linhas de {part}: a classe real tem a menor probabilidade."
    }
    /// Above the rows, where scores are no probabilities.
    wrong_scores_words(part) {
        en: "The worst errors on {part} rows: the true class has the lowest score.",
        pt: "Os piores erros nas linhas de {part}: a classe real tem o menor escore."
    }
    /// Above the rows.
    wrong_numbers_words(part) {
        en: "The largest errors on {part} rows.",
        pt: "Os maiores erros nas linhas de {part}."
    }
    /// Where there are none.
    none_wrong(part) { en: "No {part} row was predicted incorrectly.", pt: "Nenhuma linha de {part} foi prevista incorretamente." }
    /// Above the rows.
    undecided_words(part) {
        en: "On these {part} rows the network is undecided: two classes have nearly the same probability.",
        pt: "Nestas linhas de {part} a rede está indecisa: duas classes têm quase a mesma probabilidade."
    }
    /// A caption.
    wrong_caption() { en: "Largest errors, worst first", pt: "Maiores erros, o pior primeiro" }
    /// A caption.
    undecided_caption() { en: "Undecided, closest first", pt: "Linhas indecisas, a mais próxima primeiro" }
    /// A column.
    row() { en: "row", pt: "linha" }
    /// A column.
    truth() { en: "true", pt: "real" }
    /// A column.
    said() { en: "predicted", pt: "previsto" }
    /// A column.
    error() { en: "true minus predicted", pt: "real menos previsto" }
    /// A column.
    kind() { en: "type", pt: "tipo" }
    /// A column.
    output_shape() { en: "output shape", pt: "forma da saída" }
    /// A column.
    parameter_count() { en: "parameters", pt: "parâmetros" }
    /// A caption.
    layers_caption(parameters) { en: "The layers, {parameters} parameters in all", pt: "As camadas, {parameters} parâmetros ao todo" }
    /// About the table.
    data_words(source, rows, columns, parts) {
        en: "{source} has {rows} rows and {columns} columns; the rows are split into {parts}.",
        pt: "{source} tem {rows} linhas e {columns} colunas; as linhas são divididas em {parts}."
    }
    /// About the table.
    set_aside_words(rows) { en: "{rows} rows lack a target and are not used.", pt: "{rows} linhas não têm alvo e não são usadas." }
    /// A column.
    missing() { en: "missing", pt: "ausentes" }
    /// A column.
    distinct() { en: "distinct", pt: "distintos" }
    /// A column.
    most_frequent() { en: "most frequent", pt: "mais frequente" }
    /// A column.
    alone() { en: "score alone", pt: "medida sozinha" }
    /// A column.
    why() { en: "why", pt: "por quê" }
    /// A caption.
    columns_caption() { en: "The columns that are used, on the training rows", pt: "As colunas usadas, nas linhas de treino" }
    /// A caption.
    left_out_caption() { en: "Columns that are not used", pt: "Colunas não usadas" }
    /// A reason.
    left_out_asked() { en: "as requested", pt: "a pedido" }
    /// A reason.
    left_out_unread() { en: "no layer reads it", pt: "nenhuma camada a lê" }
    /// A reason.
    left_out_empty() { en: "every cell is missing", pt: "todas as células estão ausentes" }
    /// A reason.
    left_out_constant() { en: "it has a single value", pt: "tem um único valor" }
    /// A reason.
    left_out_identifier() { en: "it is an identifier", pt: "é uma coluna identificadora" }
    /// A reason.
    left_out_unusable() { en: "its values cannot be used", pt: "seus valores não podem ser usados" }
    /// How to make it again.
    again_words(seed, split_seed, program) {
        en: "Seed {seed} (of the split: {split_seed}), {program}. The same spec on the same data gives the same bits, on any number of threads.",
        pt: "Semente {seed} (da divisão: {split_seed}), {program}. A mesma especificação com os mesmos dados dá os mesmos bits, com qualquer número de threads."
    }
    /// The fingerprint of the data.
    again_hash(hash) { en: "Fingerprint (SipHash) of the training data: {hash}.", pt: "Impressão digital (SipHash) dos dados de treino: {hash}." }
    /// A kind of column.
    kind_number() { en: "number", pt: "número" }
    /// A kind of column.
    kind_integer() { en: "integer", pt: "inteiro" }
    /// A kind of column.
    kind_boolean() { en: "boolean", pt: "booleano" }
    /// A kind of column.
    kind_category() { en: "category", pt: "categoria" }
    /// A kind of column.
    kind_date() { en: "date", pt: "data" }
    /// A kind of column.
    kind_text() { en: "text", pt: "texto" }
}

impl Lang {
    /// Why a column is not used.
    pub fn left_out_because(self, why: LeftOutReason) -> String {
        match why {
            LeftOutReason::Asked => self.left_out_asked(),
            LeftOutReason::Unread => self.left_out_unread(),
            LeftOutReason::Empty => self.left_out_empty(),
            LeftOutReason::Constant => self.left_out_constant(),
            LeftOutReason::Identifier => self.left_out_identifier(),
            LeftOutReason::Unusable => self.left_out_unusable(),
        }
    }

    /// The name of a kind of column.
    pub fn column_kind(self, key: &str) -> String {
        match key {
            "number" => self.kind_number(),
            "integer" => self.kind_integer(),
            "boolean" => self.kind_boolean(),
            "category" => self.kind_category(),
            "date" => self.kind_date(),
            "text" => self.kind_text(),
            other => other.to_string(),
        }
    }
}
