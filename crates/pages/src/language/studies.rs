//! What a study says.

use super::{Lang, messages};
use treino::study::{Coverage, Outcome, Ranked, Splits, Standing, StudyResult};

messages! {
    /// Label: what is varied.
    label_space() { en: "space", pt: "espaço" }
    /// Label: how often.
    label_repeats() { en: "repeats", pt: "repetições" }
    /// Label: what is better.
    label_objective() { en: "objective", pt: "objetivo" }
    /// Label: what was found.
    label_verdict() { en: "verdict", pt: "veredito" }
    /// The line about the configs.
    study_space(dimensions, configs) { en: "{dimensions}; at most {configs} configs", pt: "{dimensions}; máximo de configurações: {configs}" }
    /// The line about the seeds of each config.
    study_seeds(n) { en: "the same {n} seeds for every config", pt: "as mesmas {n} sementes para cada configuração" }
    /// The same for a race.
    study_race() { en: "a race: 1 seed for every config, 4 and then 12 for the better ones", pt: "uma corrida: 1 semente para cada configuração, depois 4 e 12 para as melhores" }
    /// How the best are measured again.
    study_confirm(top, seeds, rows) { en: "the best {top} again with {seeds} new seeds, on the {rows} rows", pt: "melhores {top} de novo com {seeds} sementes novas, nas linhas de {rows}" }
    /// Less is better.
    less_is_better(name) { en: "{name}: less is better", pt: "{name}: menos é melhor" }
    /// More is better.
    greater_is_better(name) { en: "{name}: more is better", pt: "{name}: mais é melhor" }
    /// Trainings that were in the file already.
    taken_up(n) { en: "{n} trainings are already done", pt: "treinos já feitos: {n}" }
    /// Progress.
    study_progress(done, of, left, alive) { en: "{done} of {of} trainings, {left} left; configs still running: {alive}", pt: "{done} de {of} treinos, faltam {left}; configurações ativas: {alive}" }
    /// Behind the progress: the best config so far.
    study_best(best, mean, low, high) { en: "; best so far: {best} with {mean} ({low} to {high})", pt: "; melhor até aqui: {best} com {mean} ({low} a {high})" }
    /// The same, of one training.
    study_best_one(best, value) { en: "; best so far: {best} with {value}", pt: "; melhor até aqui: {best} com {value}" }
    /// A study that is being watched has come so far.
    study_watched(trainings, configs) { en: "{trainings} trainings of {configs} configs", pt: "{trainings} treinos de {configs} configurações" }
    /// How two configs differ.
    difference_of(objective, difference, low, high) { en: "{objective}: {difference} on average (95 % interval {low} to {high})", pt: "{objective}: {difference} em média (intervalo de 95 %: {low} a {high})" }
    /// One pair alone.
    difference_of_one(objective, difference) { en: "{objective}: {difference}, from a single pair", pt: "{objective}: {difference}, de um único par" }
    /// The bootstrap's interval.
    bootstrap_interval(low, high) { en: "bootstrap (BCa): {low} to {high}", pt: "bootstrap (BCa): {low} a {high}" }
    /// Label: tests.
    label_tests() { en: "tests", pt: "testes" }
    /// The tests of a comparison.
    tests_of(t, wilcoxon) { en: "paired t: p {t}; Wilcoxon's signed ranks: p {wilcoxon}", pt: "t pareado: p {t}; postos sinalizados de Wilcoxon: p {wilcoxon}" }
    /// A comparison that is open.
    level_pair(a, b, wins, ties, pairs) { en: "{a} and {b} show no significant difference: the first is better in {wins} of {pairs} pairs, {ties} are ties.", pt: "{a} e {b} não mostram diferença significativa: a primeira é melhor em {wins} de {pairs} pares, empates: {ties}." }
    /// What would decide a comparison.
    pairs_would_decide(n) { en: "About {n} more pairs would decide.", pt: "Cerca de {n} pares adicionais decidiriam." }
    /// Column: a dimension.
    column_dimension() { en: "hyperparameter", pt: "hiperparâmetro" }
    /// Column: its share.
    column_importance() { en: "importance", pt: "importância" }
    /// What importance is.
    settings_importance(n) { en: "Share of each hyperparameter in what distinguishes the best tenth of {n} configs (PED-ANOVA), with 95 % bootstrap intervals.", pt: "Proporção de cada hiperparâmetro no que distingue o melhor décimo de {n} configurações (PED-ANOVA), com intervalos de 95 % por bootstrap." }
    /// Too little to say what matters.
    importance_unknown(n, n_least) { en: "{n} configs are too few to say what matters, or nothing distinguishes the best ones: use at least {n_least}.", pt: "{n} configurações são poucas para dizer o que importa, ou nada distingue as melhores: use pelo menos {n_least}." }
    /// Column: a source of chance.
    column_source() { en: "source of randomness", pt: "fonte de aleatoriedade" }
    /// Column: standard deviation.
    column_sd() { en: "sd", pt: "dp" }
    /// Column: share of the variance.
    column_share() { en: "share of variance", pt: "proporção da variância" }
    /// The largest source.
    largest_source(name, share) { en: "Most of the randomness comes from {name}: {share} of the variance.", pt: "A maior parte da aleatoriedade vem de {name}: {share} da variância." }
    /// It is not clear which.
    no_largest_source(name, share) { en: "{name} has the largest share of the variance, {share}, but the intervals overlap.", pt: "{name} tem a maior proporção da variância, {share}, mas os intervalos se sobrepõem." }
    /// Column: what is varied.
    column_config() { en: "config", pt: "configuração" }
    /// Column: mean and standard deviation.
    column_mean(objective) { en: "{objective}, mean ± sd", pt: "{objective}, média ± dp" }
    /// Column: the interval.
    column_interval() { en: "95 % interval", pt: "intervalo de 95 %" }
    /// Column: number of seeds.
    column_n() { en: "n", pt: "n" }
    /// Column: trainings that diverged.
    column_diverged() { en: "diverged", pt: "divergiu" }
    /// Column: mean number of epochs.
    column_epochs() { en: "epochs", pt: "épocas" }
    /// Column: time of a training.
    column_seconds() { en: "time (s)", pt: "tempo (s)" }
    /// Column: chance of being better than the best.
    column_chance() { en: "P(beats best)", pt: "P(vence a melhor)" }
    /// Column: how it stands.
    column_standing() { en: "verdict", pt: "veredito" }
    /// It is the best.
    standing_best() { en: "best", pt: "melhor" }
    /// It cannot be told from the best.
    standing_tied() { en: "tied", pt: "empate" }
    /// Better by its own mean, but with fewer seeds or epochs.
    standing_unfinished() { en: "too few seeds", pt: "poucas sementes" }
    /// It is worse.
    standing_worse() { en: "worse", pt: "pior" }
    /// It was left behind.
    standing_dropped() { en: "dropped", pt: "descartada" }
    /// It cannot be used.
    standing_unusable() { en: "unusable", pt: "inutilizável" }
    /// A difference that was found.
    beats(best, other, wins, pairs, p) { en: "{best} beats {other} in {wins} of {pairs} paired seeds (p {p}).", pt: "{best} vence {other} em {wins} de {pairs} sementes pareadas (p {p})." }
    /// A config with fewer seeds has a better mean.
    unfinished_is_better(first, n, best, seeds) { en: "{first} has a better mean than {best}, but of {n} of {seeds} seeds only, or of fewer epochs: nothing is decided.", pt: "{first} tem média melhor que {best}, mas com apenas {n} de {seeds} sementes, ou com menos épocas: nada está decidido." }
    /// Configs have unequal numbers of trainings.
    unequal_trainings(least, most) { en: "Configs have {least} to {most} trainings each; two are compared on the seeds that both have.", pt: "As configurações têm de {least} a {most} treinos cada; duas são comparadas nas sementes que ambas têm." }
    /// What the tests cover: one split.
    covers_seeds(rows) { en: "The p-values and intervals are about seeds, on one split with {rows} validation rows; another split may order the configs otherwise (--vary-split, --folds).", pt: "Os valores p e os intervalos dizem respeito às sementes, em uma só divisão com {rows} linhas de validação; outra divisão pode ordenar as configurações de outro modo (--vary-split, --folds)." }
    /// The validation rows are few.
    few_rows() { en: "With so few rows, the finding may be about these rows only.", pt: "Com tão poucas linhas, o resultado pode valer só para essas linhas." }
    /// What the tests cover: a split for each seed.
    covers_splits(rows, training) { en: "Each seed has its own split ({rows} validation rows, {training} for training): the p-values and intervals are about seeds and splits, corrected for shared rows (Nadeau and Bengio).", pt: "Cada semente tem sua própria divisão ({rows} linhas de validação, {training} de treino): os valores p e os intervalos dizem respeito a sementes e divisões, corrigidos para linhas em comum (Nadeau e Bengio)." }
    /// What the tests cover: folds.
    covers_folds(folds) { en: "Each seed is validated on {folds} folds: the p-values and intervals are about seeds and folds, corrected for shared rows (Nadeau and Bengio).", pt: "Cada semente é validada em {folds} partes (folds): os valores p e os intervalos dizem respeito a sementes e partes, corrigidos para linhas em comum (Nadeau e Bengio)." }
    /// What the tests cover: training rows.
    covers_training_rows(objective) { en: "{objective} is measured on the training rows, so nothing is said about other rows.", pt: "{objective} é medido nas linhas de treino, portanto nada é dito sobre outras linhas." }
    /// What cannot be told apart.
    cannot_tell(configs) { en: "{configs} show no significant difference.", pt: "{configs} não mostram diferença significativa." }
    /// What would decide.
    seeds_would_decide(n) { en: "About {n} more seeds would decide between the first two.", pt: "Cerca de {n} sementes adicionais decidiriam entre as duas primeiras." }
    /// All are worse.
    best_of_all(best) { en: "{best} is better than every other config.", pt: "{best} é melhor que todas as outras configurações." }
    /// One config alone.
    only_one(best) { en: "{best} is the only config.", pt: "{best} é a única configuração." }
    /// Nothing can be said.
    nothing_usable() { en: "No config completed every seed.", pt: "Nenhuma configuração chegou ao fim com todas as sementes." }
    /// One seed says nothing.
    one_seed_says_nothing() { en: "One seed says nothing about chance: use several for each config.", pt: "Uma semente não diz nada sobre o acaso: use várias em cada configuração." }
    /// The best on fresh seeds.
    confirmed(best, n, rows, name, mean, low, high) { en: "With {n} new seeds, {best} reaches a {name} of {mean} on the {rows} rows (95 % interval {low} to {high}).", pt: "Com {n} sementes novas {best} chega a {name} de {mean} nas linhas de {rows} (intervalo de 95 %: {low} a {high})." }
    /// Trainings that diverged.
    some_diverged(n) { en: "{n} trainings diverged.", pt: "Treinos que divergiram: {n}." }
    /// Trainings that failed.
    some_failed(n, why) { en: "{n} trainings failed, the first because {why}.", pt: "Treinos que falharam: {n}; o primeiro porque {why}." }
    /// A study that was cut off.
    cut_short() { en: "The study was interrupted; the same command continues it.", pt: "O estudo foi interrompido; o mesmo comando o continua." }
    /// Where a study is.
    study_saved(path, page) { en: "{page} (treino study show {path})", pt: "{page} (treino study show {path})" }
    /// Column: a study.
    column_study() { en: "study", pt: "estudo" }
    /// Column: how many trainings.
    column_trainings() { en: "trainings", pt: "treinos" }
    /// Column: the best config.
    column_best() { en: "best config", pt: "melhor configuração" }
    /// Column: what is better.
    column_objective() { en: "objective", pt: "objetivo" }
    /// Column: its mean.
    column_its_mean() { en: "mean", pt: "média" }
    /// Nothing to list.
    no_studies(folder) { en: "there are no studies in {folder}", pt: "não há estudos em {folder}" }
}

/// Configs named in a sentence, at most.
const NAMED: usize = 4;

impl Lang {
    /// How a config stands, in a word.
    pub fn standing(self, standing: Standing) -> String {
        match standing {
            Standing::Best => self.standing_best(),
            Standing::Tied => self.standing_tied(),
            Standing::Unfinished => self.standing_unfinished(),
            Standing::Worse => self.standing_worse(),
            Standing::Dropped => self.standing_dropped(),
            Standing::Unusable => self.standing_unusable(),
        }
    }

    /// A p-value with its sign: three digits, and a bound below 0.001.
    pub fn p_value(self, p: f64) -> String {
        if p < 0.001 { self.marked("< 0.001") } else { self.marked(&format!("= {p:.3}")) }
    }

    /// The verdict of a study in sentences.
    pub fn verdict(self, course: &StudyResult) -> Vec<String> {
        let label = |ranked: &Ranked| course.configs[ranked.config].label();
        let (verdict, mut words) = (&course.verdict, Vec::new());
        let Some(best) = verdict.best() else {
            return [Some(self.nothing_usable()), self.failures(course)].into_iter().flatten().collect();
        };
        let with = |standing: Standing| verdict.ranked.iter().filter(move |one| one.standing == standing);
        let tied: Vec<&Ranked> = std::iter::once(best).chain(with(Standing::Tied)).collect();
        match (&verdict.ranked[..], &tied[..]) {
            ([_], _) => words.push(self.only_one(label(best))),
            (_, _) if best.seeds < 2 => words.push(self.one_seed_says_nothing()),
            (_, [_]) if verdict.decided => words.push(self.best_of_all(label(best))),
            (_, [_]) => {}
            (_, tied) => {
                let names: Vec<String> = tied.iter().take(NAMED).map(|one| label(one)).collect();
                let list = match (tied.len() - names.len(), names.split_last()) {
                    (0, Some((last, rest))) => format!("{} {} {last}", rest.join("; "), self.and()),
                    (more, _) => self.and_more(names.join("; "), more),
                };
                words.push(self.cannot_tell(list));
            }
        }
        if let Some(first) = with(Standing::Unfinished).next() {
            words.push(self.unfinished_is_better(label(first), first.seeds.max(1), label(best), best.seeds));
        }
        if course.cut_short {
            let all = course.configs.iter().filter(|config| !config.runs.is_empty()).map(|config| config.runs.len());
            if let (Some(least), Some(most)) = (all.clone().min(), all.max())
                && least < most
            {
                words.push(self.unequal_trainings(least, most));
            }
        }
        if let Some(worse) = with(Standing::Worse).next() {
            let (wins, pairs) = worse.lost;
            words.push(self.beats(label(best), label(worse), wins, pairs, self.p_value(worse.p.unwrap_or(1.0))));
        }
        words.extend(verdict.more_seeds.map(|n| self.seeds_would_decide(self.grouped(n as f64))));
        if verdict.ranked.iter().any(|one| one.p.is_some()) {
            words.extend(self.covered(&course.coverage, &course.objective));
        }
        let fresh: Vec<f64> = course.configs[best.config].confirmed.iter().filter_map(|(_, run)| run.value()).collect();
        if fresh.len() > 1 {
            let interval = treino::statistics::interval95(&fresh);
            let name = course.objective.strip_prefix("val_").unwrap_or(&course.objective);
            let [mean, low, high] = [interval.mean, interval.low, interval.high].map(|x| self.number(x));
            words.push(self.confirmed(
                label(best),
                fresh.len(),
                self.label(&course.confirmed_on),
                name,
                mean,
                low,
                high,
            ));
        }
        let diverged: usize = verdict.ranked.iter().map(|one| one.diverged).sum();
        if diverged > 0 {
            words.push(self.some_diverged(diverged));
        }
        words.extend(self.failures(course));
        if course.cut_short {
            words.push(self.cut_short());
        }
        words
    }

    /// What the p-values and intervals of a study cover.
    pub fn covered(self, coverage: &Coverage, objective: &str) -> Vec<String> {
        let rows = |n: usize| self.grouped(n as f64);
        let words = match (coverage.splits, coverage.validation_rows) {
            (_, None) => self.covers_training_rows(objective),
            (Splits::Folds(folds), _) => self.covers_folds(folds),
            (Splits::PerSeed, Some(n)) => self.covers_splits(rows(n), rows(coverage.training_rows)),
            (_, Some(n)) => self.covers_seeds(rows(n)),
        };
        std::iter::once(words).chain(coverage.has_few_rows().then(|| self.few_rows())).collect()
    }

    fn failures(self, course: &StudyResult) -> Option<String> {
        let n = course
            .configs
            .iter()
            .flat_map(|config| config.all())
            .filter(|(_, run)| matches!(run.outcome, Outcome::Failed(_)))
            .count();
        let why = course.configs.iter().find_map(|config| config.failure())?;
        Some(self.some_failed(n, why))
    }
}
