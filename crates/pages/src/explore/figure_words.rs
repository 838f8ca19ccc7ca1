//! The texts in the figures of an exploration.

use crate::language::messages;

messages! {
    /// The row of a model that ignores its inputs.
    explore_always(class) { en: "always \"{class}\"", pt: "sempre \"{class}\"" }
    /// Title.
    explore_trap_title() { en: "The trap of accuracy", pt: "A armadilha da acurácia" }
    /// Its words.
    explore_trap(class, share) { en: "A model that always predicts \"{class}\" is right on {share} of the validation rows and has learned nothing.", pt: "Um modelo que sempre prevê \"{class}\" acerta {share} das linhas de validação e não aprendeu nada." }
    /// The best rate.
    explore_best_rate(rate, epochs, name, value) { en: "After {epochs} epochs without early stopping, the best of six rates is {rate}, with a mean training {name} of {value}.", pt: "Após {epochs} épocas sem parada antecipada, a melhor de seis taxas é {rate}, com média de {name} no treino de {value}." }
    /// A constant rate.
    explore_constant() { en: "constant", pt: "constante" }
    /// The initial rate.
    explore_begin(rate) { en: "All start at a learning rate of {rate}, ten times that of the base, and run all epochs.", pt: "Todas começam com taxa de aprendizado {rate}, dez vezes a da base, e fazem todas as épocas." }
    /// A panel.
    explore_by_update() { en: "by update", pt: "por atualização" }
    /// An axis.
    explore_updates() { en: "updates of the weights", pt: "atualizações dos pesos" }
    /// What an epoch is.
    explore_updates_words(one, mini) { en: "An epoch has {one} updates with one row each, {mini} with mini-batches, and 1 with all rows.", pt: "Uma época tem {one} atualizações com uma linha cada, {mini} com minilotes, e 1 com todas as linhas." }
    /// An axis.
    explore_seconds() { en: "seconds", pt: "segundos" }
    /// The duration.
    explore_time_words(times) { en: "A training took, on average of its seeds on one thread: {times}. Times differ from machine to machine and from run to run.", pt: "Um treino levou, em média sobre as sementes em uma thread: {times}. Os tempos variam de máquina para máquina e de execução para execução." }
    /// Title.
    explore_by_time() { en: "Batch size against time", pt: "Tamanho do lote e tempo" }
    /// A series.
    explore_median() { en: "median", pt: "mediana" }
    /// The same seed twice.
    explore_same() { en: "The same seed twice gave the same numbers to the last bit.", pt: "A mesma semente, duas vezes, deu os mesmos números até o último bit." }
    /// The same seed twice, with different results.
    explore_not_same() { en: "The same seed twice did not give the same numbers: this is a bug; please report it.", pt: "A mesma semente, duas vezes, não deu os mesmos números: é um defeito do programa; por favor, relate." }
    /// The results of the seeds.
    explore_seed_range(n, name, low, high, sd, score, score_low, score_high) { en: "Over {n} seeds {name} goes from {low} to {high} (standard deviation {sd}), and {score} from {score_low} to {score_high}.", pt: "Em {n} sementes {name} vai de {low} a {high} (desvio-padrão {sd}), e {score} de {score_low} a {score_high}." }
    /// A variant without early stopping.
    explore_all_epochs() { en: "all epochs", pt: "todas as épocas" }
    /// Where the validation error starts to rise.
    explore_turn(epoch, name, best, end, last) { en: "The median {name} is lowest at epoch {epoch}, {best}, and is {end} at epoch {last}.", pt: "A mediana de {name} é menor na época {epoch}, {best}, e é {end} na época {last}." }
    /// A validation error that does not rise.
    explore_still_falls(name, last, end) { en: "The median {name} still falls at the last epoch, {last}, where it is {end}: no row is memorised yet.", pt: "A mediana de {name} ainda cai na última época, {last}, onde é {end}: nenhuma linha foi memorizada ainda." }
    /// The rank of an optimizer.
    explore_share(name, share) { en: "From the best mean (0 %) to the worst (100 %), {name} is at {share}; up to 10 % counts as a good choice.", pt: "Da melhor média (0 %) à pior (100 %), {name} está em {share}; até 10 % conta como boa escolha." }
    /// The epochs that early stopping saves.
    explore_epochs_spent(patience, stopped, all) { en: "With a patience of {patience}, a training took {stopped} epochs on average instead of {all}.", pt: "Com paciência {patience}, um treino levou em média {stopped} épocas em vez de {all}." }
    /// A variant.
    explore_no_penalty() { en: "no penalty", pt: "sem penalidade" }
    /// An axis.
    explore_strength() { en: "strength of the penalty", pt: "força da penalidade" }
    /// An axis.
    explore_weight_size() { en: "size of the weights (root mean square)", pt: "tamanho dos pesos (raiz da média dos quadrados)" }
    /// An axis.
    explore_near_zero(bound) { en: "share of weights below {bound}", pt: "proporção dos pesos abaixo de {bound}" }
    /// The effect of penalties.
    explore_shrunk(size, shrunk, zero, zero_before) { en: "The strongest L2 brings the size of the weights from {size} to {shrunk}; under the strongest L1 {zero} of them are nearly zero, without a penalty {zero_before}.", pt: "O L2 mais forte leva o tamanho dos pesos de {size} a {shrunk}; sob o L1 mais forte {zero} deles são quase zero, sem penalidade {zero_before}." }
    /// An axis.
    explore_rate() { en: "dropout rate", pt: "taxa de dropout" }
    /// A panel.
    explore_at_end() { en: "at the end", pt: "no fim" }
    /// The difference between the errors.
    explore_gap(name, none, half) { en: "After all epochs, {name} on the validation rows minus that on the training rows is {none} without dropout, and {half} with a rate of 0.5 (whose training error is measured with units dropped).", pt: "Após todas as épocas, {name} nas linhas de validação menos o das de treino é {none} sem dropout, e {half} com taxa 0,5 (cujo erro de treino é medido com unidades desligadas)." }
    /// The slide's text about the test.
    explore_inverted() { en: "The lecture reduces the weights for the test; Keras and Treino scale up the remaining outputs in training instead (inverted dropout), which is the same on average.", pt: "A aula reduz os pesos no teste; Keras e Treino, em vez disso, aumentam as saídas restantes no treino (dropout invertido), o que é o mesmo em média." }
    /// A variant.
    explore_without() { en: "no normalisation", pt: "sem normalização" }
    /// A variant.
    explore_with() { en: "batch normalisation", pt: "normalização em lote" }
    /// The value after few epochs.
    explore_after(epochs, name, with, without) { en: "After {epochs} epochs the training {name} is {with} with batch normalisation and {without} without.", pt: "Após {epochs} épocas, {name} no treino é {with} com normalização em lote e {without} sem." }
    /// The value at the end.
    explore_at_the_end(name, with, without) { en: "After all epochs {name} is {with} with it and {without} without.", pt: "Após todas as épocas, {name} é {with} com ela e {without} sem." }
    /// An axis.
    explore_into() { en: "what goes into the first activation", pt: "o que entra na primeira ativação" }
    /// An axis.
    explore_numbers() { en: "numbers", pt: "números" }
    /// Title.
    explore_batch_title() { en: "Batch normalisation of one batch", pt: "Normalização de um lote" }
    /// Its words.
    explore_batch_words(rows, units) { en: "What goes into the first activations of a trained network for one batch of {rows} rows, over its {units} units: as it is, and normalised unit by unit.", pt: "O que entra nas primeiras ativações de uma rede treinada para um lote de {rows} linhas, em suas {units} unidades: como é, e normalizado unidade por unidade." }
    /// The algorithm with its numbers.
    explore_four_lines(mean, variance, epsilon) { en: "For the unit in the table: 1. the mean of the batch, {mean}; 2. its variance, {variance}; 3. subtract the mean and divide by sqrt(variance + {epsilon}); 4. multiply by gamma and add beta, which are trained and start at 1 and 0.", pt: "Para a unidade da tabela: 1. a média do lote, {mean}; 2. sua variância, {variance}; 3. subtraia a média e divida por sqrt(variância + {epsilon}); 4. multiplique por gama e some beta, que são aprendidos e começam em 1 e 0." }

    /// Title.
    explore_cost_title() { en: "The loss of a row", pt: "A perda de uma linha" }
    /// Title.
    explore_slopes_title() { en: "Slopes of two weights", pt: "Inclinações de dois pesos" }
    /// Title.
    explore_surfaces_title() { en: "Three error surfaces", pt: "Três superfícies de erro" }
    /// A number split at a limit.
    explore_above_mean(name) { en: "{name} above its mean", pt: "{name} acima da média" }
    /// An axis.
    explore_error() { en: "error", pt: "erro" }
    /// A panel.
    explore_by_step() { en: "by step", pt: "por passo" }
    /// An axis.
    explore_step() { en: "step", pt: "passo" }
    /// A series.
    explore_way() { en: "path", pt: "trajetória" }
    /// A series.
    explore_downhill() { en: "against the gradient", pt: "contra o gradiente" }
    /// A model.
    explore_linear() { en: "linear neuron", pt: "neurônio linear" }
    /// A model.
    explore_sigmoid() { en: "sigmoid neuron", pt: "neurônio sigmoide" }
    /// A model.
    explore_chain(column) { en: "chain tanh(w2 tanh(w1 {column}))", pt: "cadeia tanh(w2 tanh(w1 {column}))" }
    /// What was measured.
    explore_descents(a, b, yes, steps, bowl_from, bowl_to, slope_from, slope_to) { en: "On {a} and {b}, learning \"{yes}\", {steps} steps reduced the linear neuron's error from {bowl_from} to {bowl_to} and the sigmoid neuron's from {slope_from} to {slope_to}.", pt: "Com {a} e {b}, aprendendo \"{yes}\", {steps} passos levaram o erro do neurônio linear de {bowl_from} a {bowl_to} e o do sigmoide de {slope_from} a {slope_to}." }
    /// The saddle.
    explore_saddle(slope, first, second) { en: "The chain's gradient at (0; 0) is {slope}: a saddle point, where descent stops; two starts near it end at {first} and {second}.", pt: "O gradiente da cadeia em (0; 0) é {slope}: um ponto de sela, onde a descida para; dois inícios próximos terminam em {first} e {second}." }
    /// An explanation of contour lines.
    explore_contour_words() { en: "Contour lines join weights of equal error; arrows point against the gradient.", pt: "Curvas de nível unem pesos de mesmo erro; setas apontam contra o gradiente." }
    /// Title.
    explore_race_title() { en: "A race on two weights", pt: "Uma corrida em dois pesos" }
    /// Its words.
    explore_race(rate, steps, first, second, last) { en: "All start at the same point with a learning rate of {rate}; after {steps} steps the errors are lowest for {first} and {second}, and highest for {last}. One rate does not suit all: adadelta and sgd need larger ones.", pt: "Todos partem do mesmo ponto com taxa de aprendizado {rate}; após {steps} passos os erros são menores para {first} e {second}, e maior para {last}. Uma taxa só não serve a todos: adadelta e sgd pedem taxas maiores." }
    /// Title.
    explore_limit_title() { en: "The largest stable learning rate", pt: "A maior taxa de aprendizado estável" }
    /// Its words.
    explore_limit(limit) { en: "For gradient descent with all rows on a quadratic error, the limit is exact: 2 divided by the largest curvature, here {limit}.", pt: "Para o gradiente descendente com todas as linhas em um erro quadrático, o limite é exato: 2 dividido pela maior curvatura, aqui {limit}." }
    /// Its words.
    explore_limit_ends(steps, start, low, right, high) { en: "In {steps} steps the error goes from {start} to {low} at 5 % of the limit, to {right} at 60 %, and to {high} at 105 %.", pt: "Em {steps} passos o erro vai de {start} a {low} com 5 % do limite, a {right} com 60 %, e a {high} com 105 %." }
    /// A series.
    explore_all_rows() { en: "all rows", pt: "todas as linhas" }
    /// Title.
    explore_noise_title() { en: "Paths by batch size", pt: "Trajetórias por tamanho do lote" }
    /// Its words.
    explore_noise(steps, rate, one, mini, all) { en: "Of {steps} steps at a rate of {rate}, the error over all rows rose in {one} with one row a step, in {mini} with 32, and in {all} with all.", pt: "De {steps} passos com taxa {rate}, o erro sobre todas as linhas subiu em {one} com uma linha por passo, em {mini} com 32, e em {all} com todas." }
    /// A series.
    explore_minimum() { en: "minimum", pt: "mínimo" }
    /// Inputs.
    explore_raw() { en: "as in the file", pt: "como no arquivo" }
    /// Inputs.
    explore_standardised() { en: "standardised", pt: "padronizadas" }
    /// Column.
    explore_condition() { en: "condition number", pt: "número de condição" }
    /// Column.
    explore_largest_rate() { en: "largest stable rate", pt: "maior taxa estável" }
    /// Title.
    explore_conditions_title() { en: "The error surface with raw and standardised inputs", pt: "A superfície de erro com entradas originais e padronizadas" }
    /// Its words.
    explore_conditions(a, b, raw, scaled, raw_limit, limit) { en: "For {a} and {b} the condition number of a linear neuron's error falls from {raw} to {scaled} when they are standardised, and the largest stable rate goes from {raw_limit} to {limit}.", pt: "Para {a} e {b} o número de condição do erro de um neurônio linear cai de {raw} para {scaled} quando são padronizadas, e a maior taxa estável vai de {raw_limit} para {limit}." }
    /// Its words.
    explore_valley(steps, raw, scaled) { en: "After {steps} steps at nine tenths of that rate the error is {raw} with raw and {scaled} with standardised inputs.", pt: "Após {steps} passos com nove décimos dessa taxa, o erro é {raw} com entradas originais e {scaled} com padronizadas." }
    /// A column of random numbers.
    explore_weight() { en: "weight (kg)", pt: "peso (kg)" }
    /// A column of random numbers.
    explore_height() { en: "height (m)", pt: "altura (m)" }
    /// Title.
    explore_bmi_title() { en: "The lecture's example: weight and height (a drawn sample of 200)", pt: "O exemplo da aula: peso e altura (amostra sorteada de 200)" }
    /// Column.
    explore_truth() { en: "true class y", pt: "classe real y" }
    /// Column.
    explore_probability() { en: "probability p of class 1", pt: "probabilidade p da classe 1" }
    /// Above the table.
    explore_log_formula() { en: "Each row again: loss = -(y log p + (1 - y) log(1 - p)).", pt: "Cada linha de novo: perda = -(y log p + (1 - y) log(1 - p))." }
    /// Above the table.
    explore_chain_formula() { en: "Each number again, from top to bottom: values from the lines above, factors as the derivative of the next line, products from the bottom up.", pt: "Cada número de novo, de cima para baixo: valores a partir das linhas anteriores, fatores como derivada da linha seguinte, produtos de baixo para cima." }
    /// Column and series.
    explore_natural() { en: "natural logarithm (Keras)", pt: "logaritmo natural (Keras)" }
    /// Column and series.
    explore_base_ten() { en: "base 10 (the lecture)", pt: "base 10 (a aula)" }
    /// An axis.
    explore_said() { en: "probability given to the true class", pt: "probabilidade dada à classe real" }
    /// An axis.
    explore_cost() { en: "loss of the row", pt: "perda da linha" }
    /// A series.
    explore_six_rows() { en: "the lecture's six rows", pt: "as seis linhas da aula" }
    /// Its words.
    explore_log_rows(right, wrong, right_ten, wrong_ten) { en: "A row whose predicted class has probability 0.95 has a loss of {right} if it is right (base 10: {right_ten}), and of {wrong} if it is wrong ({wrong_ten}).", pt: "Uma linha cuja classe prevista tem probabilidade 0,95 tem perda {right} se está certa (base 10: {right_ten}) e {wrong} se está errada ({wrong_ten})." }
    /// The table's own.
    explore_log_here(blind, blind_ten, reached, reached_ten) { en: "Here, always predicting the class shares gives a loss of {blind} per validation row (base 10: {blind_ten}); the base network gives {reached} ({reached_ten}).", pt: "Aqui, prever sempre as proporções das classes dá perda {blind} por linha de validação (base 10: {blind_ten}); a rede de base dá {reached} ({reached_ten})." }
    /// Column.
    explore_forward() { en: "value, forward", pt: "valor, para a frente" }
    /// Column.
    explore_factor() { en: "factor, backward", pt: "fator, para trás" }
    /// Column.
    explore_so_far() { en: "derivative of E so far", pt: "derivada de E até aqui" }
    /// A series.
    explore_tangent() { en: "slope by back-propagation", pt: "inclinação por retropropagação" }
    /// What was measured.
    explore_chain_rule(column, row, x, error, slope1, slope2) { en: "For row {row} ({column}, standardised: {x}) the chain tanh(w2 tanh(w1 x)) has an error of {error}, with slopes of {slope1} for w1 and {slope2} for w2.", pt: "Para a linha {row} ({column}, padronizada: {x}) a cadeia tanh(w2 tanh(w1 x)) tem erro {error}, com inclinações {slope1} para w1 e {slope2} para w2." }
    /// The distance from it.
    explore_checked(differences, engine) { en: "Numerical differences give the same derivatives up to a relative error of {differences}, and the training engine up to {engine}.", pt: "Diferenças numéricas dão as mesmas derivadas com erro relativo de até {differences}, e o motor de treino até {engine}." }
    /// A description of the picture.
    explore_tangent_words() { en: "Each curve is the error when one weight moves and the other stays; the straight line has the slope that back-propagation gives.", pt: "Cada curva é o erro quando um peso se move e o outro fica; a reta tem a inclinação que a retropropagação dá." }
    /// Column and series.
    explore_start() { en: "start", pt: "início" }
    /// Column.
    explore_end() { en: "end", pt: "fim" }
    /// Title.
    explore_one_weight_title() { en: "One weight, two minima", pt: "Um peso, dois mínimos" }
    /// Its words.
    explore_two_minima(left, left_error, right, right_error) { en: "For the points (0.2; 0.9) and (3; -0.9) the error has a minimum at w = {left} (E = {left_error}) and a worse one at w = {right} (E = {right_error}).", pt: "Para os pontos (0,2; 0,9) e (3; -0,9) o erro tem um mínimo em w = {left} (E = {left_error}) e um pior em w = {right} (E = {right_error})." }
    /// Where a path went.
    explore_path_reached(start, steps, end) { en: "From w = {start}, {steps} steps reach the minimum at w = {end}.", pt: "De w = {start}, {steps} passos chegam ao mínimo em w = {end}." }
    /// A path that is on its way.
    explore_path_on_its_way(start, steps, end, minimum) { en: "From w = {start}, {steps} steps lead to w = {end}, on the way to the minimum at {minimum}: the slope is small there.", pt: "De w = {start}, {steps} passos levam a w = {end}, a caminho do mínimo em {minimum}: ali a inclinação é pequena." }
}
