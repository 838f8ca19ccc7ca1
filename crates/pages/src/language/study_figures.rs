//! What the figures of a study say.

use super::{Lang, messages};
use treino::study::random_sources::RandomSources;

messages! {
    /// The title of a study's report.
    study_report_title(name) { en: "Study {name}", pt: "Estudo {name}" }
    /// The section about the space.
    study_section_space() { en: "Where the good configs are", pt: "Onde estão as boas configurações" }
    /// The section about what matters.
    study_section_matters() { en: "What matters", pt: "O que importa" }
    /// What the table of the verdict is.
    study_table_words() { en: "Every config compared with the best one, by paired tests with Holm correction.", pt: "Cada configuração comparada com a melhor, por testes pareados com correção de Holm." }
    /// Axis and column: the place in the ranking.
    study_place() { en: "place", pt: "posição" }
    /// Column: a seed.
    study_seed() { en: "seed", pt: "semente" }
    /// Column: how many configs.
    study_configs_count() { en: "configs", pt: "configurações" }
    /// What a point of the strip plot is.
    study_seed_of(seed) { en: "seed {seed}", pt: "semente {seed}" }
    /// Title.
    study_configs_title() { en: "Mean of each config, with its 95 % interval", pt: "Média de cada configuração, com seu intervalo de 95 %" }
    /// The best config.
    study_configs_words(best, objective, mean) { en: "{best} has the best mean: a {objective} of {mean}.", pt: "A melhor média é de {best}, com {objective} de {mean}." }
    /// How many others cannot be told from it.
    study_level_words(level, others) { en: "Of the {others} other configs, {level} show no significant difference from it; the first twenty are drawn.", pt: "Das outras {others} configurações, {level} não mostram diferença significativa em relação a ela; as primeiras vinte são mostradas." }
    /// Title.
    study_curves_title() { en: "Curves of the best configs", pt: "Curvas das melhores configurações" }
    /// What the curves are.
    study_curves_words(n, objective) { en: "The {objective} of the best {n} configs: the line is the median over the seeds, the band reaches from the best to the worst seed.", pt: "{objective} das {n} melhores configurações: a linha é a mediana sobre as sementes, a faixa vai da melhor à pior semente." }
    /// Title.
    study_seeds_title() { en: "Every seed of the best configs", pt: "Cada semente das melhores configurações" }
    /// How wide one config spreads.
    study_seeds_words(width) { en: "A point is a training; the same config differs by up to {width} from seed to seed.", pt: "Um ponto é um treino; a mesma configuração varia até {width} de semente para semente." }
    /// Title.
    study_slice_title() { en: "The objective against each hyperparameter", pt: "O objetivo em função de cada hiperparâmetro" }
    /// What the points are.
    study_slice_words(n, best, value) { en: "A point is a config, {n} in all; the best one, {best}, has {value}.", pt: "Um ponto é uma configuração, {n} ao todo; a melhor, {best}, tem {value}." }
    /// Title.
    study_heat_title(a, b) { en: "{a} and {b} together", pt: "{a} e {b} juntos" }
    /// What the cells are.
    study_heat_words(objective, a, b) { en: "A cell is the mean {objective} of the configs with that {a} and {b}; ranges are divided into six equal parts.", pt: "Uma célula é a média de {objective} das configurações com esses valores de {a} e {b}; intervalos são divididos em seis partes iguais." }
    /// Title.
    study_contour_title(a, b) { en: "A map of {a} and {b}", pt: "Um mapa de {a} e {b}" }
    /// What the lines are.
    study_contour_words(objective, n, low, high) { en: "Contour lines of {objective}, smoothed over {n} configs, at eight levels from {low} to {high}; nothing is drawn far from all configs.", pt: "Curvas de nível de {objective}, suavizado sobre {n} configurações, em oito níveis de {low} a {high}; nada é desenhado longe de todas as configurações." }
    /// A series.
    study_better_half() { en: "the better half", pt: "a metade melhor" }
    /// A series.
    study_other_half() { en: "the others", pt: "as outras" }
    /// Title.
    study_parallel_title() { en: "The best configs, in parallel coordinates", pt: "As melhores configurações, em coordenadas paralelas" }
    /// The axis.
    study_parallel_axis() { en: "from the smallest to the largest value", pt: "do menor ao maior valor" }
    /// What the lines are.
    study_parallel_words(n, best) { en: "A line is a config; of the best {n} the first three have a colour. The first is {best}.", pt: "Uma linha é uma configuração; das {n} melhores as três primeiras têm cor. A primeira é {best}." }
    /// Title.
    study_importance_title() { en: "Which hyperparameters mattered", pt: "Quais hiperparâmetros importaram" }
    /// The first one.
    study_importance_words(name, share, low, high) { en: "{name} has the largest share, {share} (95 % interval {low} to {high}).", pt: "{name} tem a maior proporção, {share} (intervalo de 95 %: {low} a {high})." }
    /// Title.
    study_sources_title() { en: "Variation due to each source of randomness alone", pt: "Variação devida a cada fonte de aleatoriedade" }
}

impl Lang {
    /// Which source of chance is the largest, and whether that is beyond chance; `None` where nothing spreads.
    pub fn study_sources_words(self, found: &RandomSources) -> Option<String> {
        let source = &found.sources[found.largest?];
        let share = self.percent(source.share);
        let name = &source.name;
        Some(if found.is_clear { self.largest_source(name, share) } else { self.no_largest_source(name, share) })
    }
}
