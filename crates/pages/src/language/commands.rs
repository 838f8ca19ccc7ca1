//! What `treino lr-find`, `treino inspect` and `treino train --profile` say.

use super::messages;

messages! {
    /// Label: what is tried.
    label_test() { en: "test", pt: "teste" }
    /// How many seeds.
    seeds(n) { en: "{n} seeds", pt: "{n} sementes" }
    /// One of them.
    one_seed() { en: "1 seed", pt: "1 semente" }
    /// The line about the learning rates that are tried.
    rates_line(optimizer, loss, batch, steps, from, to, seeds) { en: "{optimizer}, {loss}, batches of {batch}; {steps} steps from {from} to {to}, {seeds}", pt: "{optimizer}, {loss}, lotes de {batch}; {steps} passos de {from} a {to}, {seeds}" }
    /// Column: a learning rate.
    column_rate() { en: "rate", pt: "taxa" }
    /// Column: its loss.
    column_loss() { en: "loss", pt: "perda" }
    /// None of the rates teaches.
    no_rate() { en: "No learning rate in this range makes the loss fall much.", pt: "Nenhuma taxa de aprendizado deste intervalo faz a perda cair muito." }
    /// Where the loss is lowest.
    lowest_near(rate) { en: "The loss is lowest near {rate}.", pt: "A perda é menor perto de {rate}." }
    /// Where it falls fastest.
    steepest_near(steepest, lowest) { en: "The loss falls fastest near {steepest} and is lowest near {lowest}.", pt: "A perda cai mais rápido perto de {steepest} e é menor perto de {lowest}." }
    /// With which rate to begin.
    begin_with(rate) { en: "Start with about a tenth of this rate: --learning-rate {rate}.", pt: "Comece com cerca de um décimo dessa taxa: --learning-rate {rate}." }
    /// Where else to look.
    wider_range() { en: "Try a wider range, with --from and --to, and more --steps.", pt: "Tente um intervalo maior, com --from e --to, e mais --steps." }
    /// The rate that is too large.
    out_of_hand(rate) { en: "From {rate} on, the loss diverges.", pt: "A partir de {rate}, a perda diverge." }
    /// A profile of nothing.
    no_profile() { en: "no step was done, so there is no profile", pt: "nenhum passo foi dado, então não há perfil" }
    /// What the numbers of a profile are.
    profile_means(steps, clock) { en: "means of {steps} steps; about {clock} µs of each step is the clock itself", pt: "médias de {steps} passos; cerca de {clock} µs de cada passo são do próprio relógio" }
    /// What validating takes.
    profile_validation(time) { en: "validation: {time} µs per epoch, in addition to the steps", pt: "validação: {time} µs por época, além dos passos" }
    /// Column: a part of a step.
    where_time_goes() { en: "part of a step", pt: "etapa de um passo" }
    /// Column: its time.
    micros_a_step() { en: "µs per step", pt: "µs por passo" }
    /// Column: its share.
    share_of_step() { en: "share", pt: "proporção" }
    /// Row: all of it.
    a_step() { en: "whole step", pt: "passo inteiro" }
    /// What a model predicts.
    predicts(target, task) { en: "predicts {target} ({task})", pt: "prevê {target} ({task})" }
    /// From how many columns.
    from_columns(n) { en: "from {n} columns:", pt: "a partir de {n} colunas:" }
    /// A column that is no input, and why.
    left_out(column, why) { en: "not used: {column}: {why}", pt: "não usada: {column}: {why}" }
    /// The size of a network.
    network_size(inputs, parameters) { en: "{inputs} inputs, {parameters} parameters", pt: "{inputs} entradas, {parameters} parâmetros" }
    /// How a model was trained.
    trained_with(optimizer, loss, batch, seed) { en: "trained with {optimizer}, {loss}, batches of {batch}, seed {seed}", pt: "treinado com {optimizer}, {loss}, lotes de {batch}, semente {seed}" }
    /// The size of a table.
    table_size(name, rows, columns) { en: "{name}: {rows} rows, {columns} columns", pt: "{name}: {rows} linhas, {columns} colunas" }
    /// What a column of numbers holds.
    range_of_numbers(least, most, mean, sd) { en: "{least} to {most}, mean {mean}, sd {sd}", pt: "{least} a {most}, média {mean}, dp {sd}" }
    /// A word about something that was decided.
    noted(note) { en: "note: {note}", pt: "nota: {note}" }
    /// Column: a run.
    column_run() { en: "run", pt: "execução" }
    /// Nothing to list.
    no_runs(folder) { en: "there are no runs in {folder}", pt: "não há execuções em {folder}" }
    /// Specs are equal.
    same_spec() { en: "The specs do not differ.", pt: "As especificações não diferem." }
    /// Scores are on other rows.
    other_rows(paths) { en: "The runs differ in {paths}: their scores are on different rows, and compare only roughly.", pt: "As execuções diferem em {paths}: suas pontuações são em linhas diferentes e só se comparam de modo aproximado." }
    /// Equal settings, but other rows.
    table_has_changed() { en: "The specs name the same table, but its rows have changed between the runs: their scores are on different rows.", pt: "As especificações indicam a mesma tabela, mas suas linhas mudaram entre as execuções: as pontuações são em linhas diferentes." }
    /// What the scores rest on.
    one_training_each() { en: "One training each says nothing about chance; `treino study` compares settings over seeds.", pt: "Um só treino de cada não diz nada sobre o acaso; `treino study` compara configurações com várias sementes." }
    /// What the curves show.
    compared_words() { en: "The loss without penalty on the validation rows (of a run without them, on the training rows).", pt: "A perda sem penalidade nas linhas de validação (em execução sem elas, nas de treino)." }
    /// The axis of the curves of several runs.
    compared_axis() { en: "loss without penalty", pt: "perda sem penalidade" }
}
