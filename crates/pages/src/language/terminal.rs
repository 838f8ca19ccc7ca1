//! What `treino` says in a terminal before, during and after a training.

use super::{Lang, messages};
use treino::optimizers::Optimizer;

messages! {
    /// Label: where the rows come from.
    label_data() { en: "data", pt: "dados" }
    /// Label: what is to be predicted.
    label_target() { en: "target", pt: "alvo" }
    /// Label: which rows are for what.
    label_split() { en: "split", pt: "divisão" }
    /// Label: how columns become inputs.
    label_recipe() { en: "recipe", pt: "receita" }
    /// Label: the layers.
    label_network() { en: "network", pt: "rede" }
    /// Label: how it is trained.
    label_training() { en: "training", pt: "treino" }
    /// Label: when it stops.
    label_stopping() { en: "stopping", pt: "parada" }
    /// Label: a word about something that was decided.
    label_note() { en: "note", pt: "nota" }
    /// Label: how it ended.
    label_trained() { en: "trained", pt: "treinado" }
    /// Label: what was found.
    label_diagnosis() { en: "diagnosis", pt: "diagnóstico" }
    /// Label: what to try.
    label_try() { en: "try", pt: "tente" }
    /// Label: what a remedy costs.
    label_trade() { en: "trade-off", pt: "em troca" }
    /// Label: where the run is.
    label_saved() { en: "saved", pt: "salvo" }
    /// Where all is.
    saved_files(run) { en: "{run} (report.html, model.safetensors, spec.toml, history.csv and more)", pt: "{run} (report.html, model.safetensors, spec.toml, history.csv e mais)" }
    /// Label: a large file is being read.
    label_reading() { en: "reading", pt: "lendo" }
    /// How a file is written.
    dialect(delimiter, mark) { en: ", separated by {delimiter}, decimal separator \"{mark}\"", pt: ", separador: {delimiter}, separador decimal \"{mark}\"" }
    /// The head's line about the data.
    data_line(source, rows, kinds, dialect) { en: "{source}: {rows} rows, {kinds}{dialect}", pt: "{source}: {rows} linhas, {kinds}{dialect}" }
    /// How the rows were split: not at random.
    last_rows() { en: "the last rows", pt: "as últimas linhas" }
    /// A seed.
    seed(n) { en: "seed {n}", pt: "semente {n}" }
    /// Columns without a recipe.
    columns_as_they_are(n) { en: "{n} columns without preprocessing", pt: "colunas sem pré-processamento: {n}" }
    /// Columns with one.
    columns_become(columns, inputs) { en: "{columns} columns give {inputs} inputs, fitted on the training rows only", pt: "colunas: {columns}, entradas: {inputs}; ajustada só com as linhas de treino" }
    /// A network that is no chain.
    graph(inputs, layers, outputs) { en: "{inputs} inputs, {layers} layers, output {outputs}", pt: "entradas: {inputs}, camadas: {layers}, saída {outputs}" }
    /// How many numbers are learnt.
    parameters(shape, n) { en: "{shape}, {n} parameters", pt: "{shape}, {n} parâmetros" }
    /// The head's line about the training.
    training_line(optimizer, loss, batch, steps, epochs, seed) { en: "{optimizer}, {loss}, batches of {batch} ({steps} an epoch), at most {epochs} epochs, seed {seed}", pt: "{optimizer}, {loss}, lotes de {batch} ({steps} por época), máximo de épocas: {epochs}, semente {seed}" }
    /// When it stops.
    stopping_line(epochs, monitor, kept) { en: "{epochs} without a better {monitor}{kept}", pt: "após {epochs} sem melhora de {monitor}{kept}" }
    /// What early stopping keeps.
    best_are_kept() { en: "; the best epoch's weights are kept", pt: "; ficam os pesos da melhor época" }
    /// Classes that are not shown.
    more_classes(n) { en: " and {n} more", pt: " e mais {n}" }
    /// Which class is the positive one.
    counts_as_positive(class) { en: " (\"{class}\" counts as positive)", pt: " (\"{class}\" é a classe positiva)" }
    /// A target that is a number.
    number_target(min, max, median) { en: "from {min} to {max}, median {median}", pt: "de {min} a {max}, mediana {median}" }
    /// A target that is scaled.
    scaled_target() { en: "; the loss is in units of its standard deviation, metrics are in its own", pt: "; a perda está em unidades do desvio-padrão do alvo; as métricas, nas unidades dele" }
    /// How it ended.
    all_epochs_done() { en: "all epochs done", pt: "todas as épocas concluídas" }
    /// How it ended.
    was_interrupted() { en: "interrupted", pt: "interrompido" }
    /// How it ended.
    has_diverged(place) { en: "diverged: {place}", pt: "divergiu: {place}" }
    /// Which epoch's weights the model has.
    model_of_epoch(n) { en: "; the model is that of epoch {n}", pt: "; o modelo é o da época {n}" }
    /// How long it took, and how it ended.
    ending_line(epochs, seconds, ending, kept) { en: "{epochs} in {seconds} s: {ending}{kept}", pt: "{epochs} em {seconds} s: {ending}{kept}" }
    /// Flags to try.
    same_with(flags) { en: "the same with {flags}", pt: "o mesmo com {flags}" }
    /// Seeds on a part of the data.
    seeds_on(part, n) { en: "{part}, {n} seeds", pt: "{part}, sementes: {n}" }
    /// Some of all.
    some_of(n, all) { en: "{n} of {all}", pt: "{n} de {all}" }
    /// Seeds that diverged.
    seeds_diverged(n, all) { en: "{n} of {all} seeds diverged", pt: "divergiram: {n} de {all} sementes" }
    /// What several seeds are about.
    one_split() { en: "one split for all: this is about initial weights, shuffling and dropout, not about other rows", pt: "a divisão é a mesma para todas: isto mede pesos iniciais, embaralhamento e dropout, não outras linhas" }
    /// A standard deviation.
    sd() { en: "sd", pt: "dp" }
    /// An interval.
    interval() { en: "95 % interval", pt: "intervalo de 95 %" }
    /// The least.
    least() { en: "min", pt: "mín." }
    /// The largest.
    most() { en: "max", pt: "máx." }
    /// An event.
    stopped_after(epoch, why) { en: "stopped after epoch {epoch}: {why}", pt: "parou após a época {epoch}: {why}" }
    /// An event.
    rate_reduced(rate, epoch) { en: "learning rate reduced to {rate} after epoch {epoch}", pt: "taxa de aprendizado reduzida a {rate} após a época {epoch}" }
    /// An event.
    goes_on(epoch) { en: "resumes at epoch {epoch}, from the backup", pt: "retoma na época {epoch}, a partir da cópia de segurança (backup)" }
    /// An event.
    kept_weights(epoch) { en: "kept the weights of epoch {epoch}", pt: "ficaram os pesos da época {epoch}" }
    /// An event.
    seeds_done(done, of) { en: "{done} of {of} seeds done", pt: "sementes concluídas: {done} de {of}" }
    /// An event.
    model_saved(path) { en: "saved the model in {path}", pt: "modelo salvo em {path}" }
    /// An event that came several times.
    model_saved_times(times, path) { en: "saved the model {times} times, last in {path}", pt: "modelo salvo {times} vezes, por último em {path}" }
    /// Where in an epoch.
    step_of(step, steps, loss) { en: "step {step}/{steps}  loss {loss}", pt: "passo {step}/{steps}  loss {loss}" }
    /// Where in a training.
    epoch_of(epoch, epochs) { en: "epoch {epoch}/{epochs}", pt: "época {epoch}/{epochs}" }
    /// A loss and the penalty that is part of it.
    with_penalty(loss, penalty) { en: "{loss} (penalty {penalty})", pt: "{loss} (penalidade {penalty})" }
    /// The mark of an epoch.
    best_so_far() { en: "  best so far", pt: "  a melhor até aqui" }
    /// Time that is left.
    time_left(time) { en: "  {time} left", pt: "  faltam {time}" }
    /// Epochs without improvement.
    waited(n, patience) { en: "  waited {n} of {patience}", pt: "  espera {n} de {patience}" }
    /// The best epoch.
    best_epoch(n) { en: "best epoch {n}", pt: "melhor época {n}" }
    /// Why early stopping stopped.
    not_improved(monitor, by, epochs) { en: "{monitor} has not improved{by} for {epochs}", pt: "{monitor} não melhora{by} há {epochs}" }
    /// The same, where no epoch was as good as it had to be.
    baseline_not_beaten(monitor, baseline, by, epochs) { en: "{monitor} did not beat the baseline {baseline}{by} in {epochs}", pt: "{monitor} não superou a referência {baseline}{by} em {epochs}" }
    /// What counts as better.
    by_more_than(delta) { en: " by more than {delta}", pt: " em mais de {delta}" }
    /// An early stopping that takes small improvements for none.
    stopping_min_delta(delta) { en: "; improvements up to {delta} do not count", pt: "; melhoras de até {delta} não contam" }
    /// An early stopping with a baseline.
    stopping_baseline(baseline) { en: "; only epochs that beat the baseline {baseline} count", pt: "; só contam épocas que superam a referência {baseline}" }
    /// An early stopping that begins late.
    stopping_from(epoch) { en: "; watched from epoch {epoch} on", pt: "; observada a partir da época {epoch}" }
    /// Batches of one row under batch normalisation.
    batches_of_one(layer) { en: "with batches of one row, the batch normalisation {layer} gives the same output for every row, so nothing before it can learn: use a larger batch size", pt: "com lotes de uma linha, a normalização em lote {layer} dá a mesma saída para todas as linhas, e nada antes dela aprende: use lotes maiores" }
}

impl Lang {
    fn counted(self, n: usize, shown: String, en: [&str; 2], pt: [&str; 2]) -> String {
        let words = if self == Lang::Portuguese { pt } else { en };
        format!("{shown} {}", words[usize::from(n != 1)])
    }

    /// A number of epochs.
    pub fn epochs(self, n: usize) -> String {
        self.counted(n, self.grouped(n as f64), ["epoch", "epochs"], ["época", "épocas"])
    }

    /// The epochs of a history, without marks between thousands.
    pub fn epochs_done(self, n: usize) -> String {
        self.counted(n, n.to_string(), ["epoch", "epochs"], ["época", "épocas"])
    }

    /// A number of steps.
    pub fn steps(self, n: usize) -> String {
        self.counted(n, self.grouped(n as f64), ["step", "steps"], ["passo", "passos"])
    }

    /// Between the last two of a list.
    pub fn and(self) -> &'static str {
        if self == Lang::Portuguese { " e " } else { " and " }
    }

    /// An optimizer with its learning rate.
    pub fn optimizer(self, optimizer: &Optimizer) -> String {
        let words = optimizer.in_words();
        match words.split_once(" at ") {
            Some((name, rate)) if self == Lang::Portuguese => format!("{name}, taxa {}", self.marked(rate)),
            _ if self == Lang::Portuguese => words.replace(" by ", " com "),
            _ => words,
        }
    }

    /// Why a training was stopped, of the reason that a callback gave; one that is not early stopping's stays as it is.
    pub fn stop_reason(self, why: &str) -> String {
        self.early_stopping_reason(why).unwrap_or_else(|| why.to_string())
    }

    fn early_stopping_reason(self, why: &str) -> Option<String> {
        let epochs = |text: &str| Some(self.epochs_done(text.split(' ').next()?.parse().ok()?));
        let by = |text: &str| match text.split_once(" by more than ") {
            Some((before, delta)) => (before.to_string(), self.by_more_than(self.marked(delta))),
            None => (text.to_string(), String::new()),
        };
        if let Some((monitor, rest)) = why.split_once(" has not improved") {
            let (before, n) = rest.rsplit_once(" for ")?;
            return Some(self.not_improved(monitor, by(before).1, epochs(n)?));
        }
        let (monitor, rest) = why.split_once(" did not beat the baseline ")?;
        let (before, n) = rest.rsplit_once(" in ")?;
        let (baseline, by) = by(before);
        Some(self.baseline_not_beaten(monitor, self.marked(&baseline), by, epochs(n)?))
    }

    /// A word of a table or a line that is a key elsewhere: parts of the data, tasks, kinds of columns, delimiters, scores,
    /// heads of columns. One that is not known, such as a column's own name, stays as it is.
    pub fn label(self, key: &str) -> &str {
        let found = LABELS.iter().find(|(en, _)| self == Lang::Portuguese && *en == key);
        found.map_or(key, |(_, pt)| pt)
    }

    /// A kind of column, of which there are so many.
    pub fn kinds(self, kind: &str, n: usize) -> String {
        match (self, kind, n) {
            (_, _, 1) => self.label(kind).to_string(),
            (Lang::English, "category", _) => "categories".to_string(),
            (Lang::English, "text", _) => "text".to_string(),
            (Lang::English, kind, _) => format!("{kind}s"),
            (Lang::Portuguese, kind, _) => format!("{}s", self.label(kind)),
        }
    }
}

/// English keys, and Portuguese words for them.
const LABELS: [(&str, &str); 40] = [
    ("train", "treino"),
    ("validation", "validação"),
    ("test", "teste"),
    ("model", "modelo"),
    ("baseline", "linha de base"),
    ("binary", "binária"),
    ("multiclass", "multiclasse"),
    ("regression", "regressão"),
    ("number", "número"),
    ("integer", "inteiro"),
    ("boolean", "booleano"),
    ("category", "categoria"),
    ("date", "data"),
    ("text", "texto"),
    ("comma", "vírgula"),
    ("semicolon", "ponto e vírgula"),
    ("tab", "tabulação"),
    ("bar", "barra vertical"),
    ("accuracy", "acurácia"),
    ("sensitivity", "sensibilidade"),
    ("specificity", "especificidade"),
    ("F1 (macro)", "F1 (macro)"),
    ("precision (macro)", "precisão (macro)"),
    ("recall (macro)", "revocação (macro)"),
    ("class", "classe"),
    ("precision", "precisão"),
    ("recall", "revocação"),
    ("rows", "linhas"),
    ("true \\ predicted", "real \\ prevista"),
    ("column", "coluna"),
    ("type", "tipo"),
    ("inputs", "entradas"),
    ("missing", "ausentes"),
    ("distinct", "distintos"),
    ("values", "valores"),
    ("layer", "camada"),
    ("outputs", "saídas"),
    ("parameters", "parâmetros"),
    ("trainable", "treináveis"),
    ("reads", "lê"),
];

messages! {
    /// What the baseline of classes says, and how sure the accuracy is.
    baseline_class(class, low, high) { en: "baseline: always \"{class}\"; 95 % interval of the accuracy {low} – {high}", pt: "linha de base: sempre \"{class}\"; intervalo de 95 % da acurácia {low} – {high}" }
    /// What the baseline of numbers says.
    baseline_mean(mean) { en: "baseline: always {mean}, the mean of the training rows", pt: "linha de base: sempre {mean}, a média das linhas de treino" }
    /// What was evaluated.
    rows_of(rows, table) { en: "{rows} rows of {table}", pt: "linhas de {table}: {rows}" }
    /// Rows that could not be.
    set_aside(rows) { en: ", {rows} rows without a target set aside", pt: "; sem alvo, deixadas de lado: {rows}" }
    /// A run that was verified.
    same_bits(all) { en: "equal bits: {all} numbers", pt: "bits iguais: {all} números" }
    /// A run whose numbers are the same, but not all else.
    same_numbers(all) { en: "the same {all} numbers", pt: "os mesmos {all} números" }
    /// A model file that describes another model.
    other_description(part) { en: "; the rest of the model file is another: {part}", pt: "; o resto do arquivo do modelo é outro: {part}" }
    /// Files of a run that were changed later.
    changed_files(names) { en: "; changed since the run was written: {names}", pt: "; alterados desde que a execução foi gravada: {names}" }
    /// A run that gave others.
    other_bits(some, all, first, largest) { en: "different bits: {some} of {all} numbers differ, first in {first}, by at most {largest}", pt: "bits diferentes: diferem {some} de {all} números, primeiro em {first}, no máximo em {largest}" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many_in_both_languages() {
        let all = Lang::ALL.map(|lang| [lang.epochs(1), lang.epochs(1200), lang.steps(1), lang.kinds("date", 2)]);
        assert_eq!(all[0], ["1 epoch", "1,200 epochs", "1 step", "dates"]);
        assert_eq!(all[1], ["1 época", "1.200 épocas", "1 passo", "datas"]);
        let why = "val_loss has not improved for 1 epoch";
        assert_eq!(Lang::ALL.map(|lang| lang.stop_reason(why)), [why, "val_loss não melhora há 1 época"]);
        assert_eq!(Lang::Portuguese.stop_reason("in epoch 2"), "in epoch 2");
        let why = "val_loss did not beat the baseline 0.25 by more than 0.5 in 3 epochs";
        let pt = "val_loss não superou a referência 0,25 em mais de 0,5 em 3 épocas";
        assert_eq!(Lang::ALL.map(|lang| lang.stop_reason(why)), [why, pt]);
        let why = "val_loss has not improved by more than 0.5 for 1 epoch";
        let pt = "val_loss não melhora em mais de 0,5 há 1 época";
        assert_eq!(Lang::ALL.map(|lang| lang.stop_reason(why)), [why, pt]);
    }
}
