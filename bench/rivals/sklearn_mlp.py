"""scikit-learn's MLPClassifier and MLPRegressor, with the settings of the workloads and `fit` for a repeat."""

import workloads

job = workloads.begin("sklearn")
w = job.workload
if w.norm:
    job.skip("no BatchNormalization and no Dropout")

import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
SQUARES = w.loss == workloads.SQUARES
# Its squared error is half the mean: the slopes are halved too, and so must be what Adam adds to their root.
HALF = 0.5 if SQUARES else 1.0


class Start:
    """Begins at the given kernels instead of drawn ones."""

    def _init_coef(self, fan_in, fan_out, dtype):
        return self.kernels.pop(0).astype(dtype), np.zeros(fan_out, dtype)


class Classifier(Start, MLPClassifier):
    pass


class Regressor(Start, MLPRegressor):
    pass


def run(seed, rate):
    global model
    model = (Regressor if SQUARES else Classifier)(
        hidden_layer_sizes=w.layers[:-1],
        activation="relu",
        solver=w.optimizer,
        alpha=0.0,
        batch_size=w.batch,
        learning_rate_init=rate,
        max_iter=w.epochs,
        shuffle=w.shuffle,
        random_state=seed,
        tol=0.0,
        n_iter_no_change=w.epochs + 1,
        momentum=0.0,
        nesterovs_momentum=False,
        beta_1=workloads.ADAM["beta_1"],
        beta_2=workloads.ADAM["beta_2"],
        epsilon=workloads.ADAM["epsilon"] * HALF,
    )
    model.kernels = workloads.kernels(w, seed)
    model.fit(x, y)
    return model.loss_ / HALF


def final_loss():
    if SQUARES:
        return np.mean((model.predict(x) - y) ** 2)
    p = model.predict_proba(x)[np.arange(len(y)), y].astype(np.float64)
    return -np.mean(np.log(np.maximum(p, 1e-12)))


def train(models):
    losses = []
    for i in models:
        run(i, workloads.rate(i))
        losses.append(final_loss())
    return losses


x, y = job.data()
if not SQUARES:
    y = y.astype(np.int32)
version = f"scikit-learn {sklearn.__version__}"
if job.name == "sweep":
    workloads.sweep(job, version, train)
else:
    workloads.measure(job, version, lambda: run(1, w.rate), final_loss)
