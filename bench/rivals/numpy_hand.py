"""NumPy, written by hand: what a dense network costs when every operation is one call into a library."""

import workloads

job = workloads.begin("numpy")
w = job.workload
if w.norm:
    job.skip("written without BatchNormalization and Dropout")

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss_and_slope(z, y):
    """The mean loss of a batch, and its derivative by the last sums."""
    n = len(y)
    if w.loss == workloads.BINARY:
        y = y[:, None]
        return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))), (sigmoid(z) - y) / np.float32(n)
    if w.loss == workloads.CLASSES:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(n)
        loss = -np.mean(np.log(p[rows, y]))
        p[rows, y] -= 1
        return loss, p / np.float32(n)
    gap = z - y[:, None]
    return np.mean(gap * gap), gap * np.float32(2 / n)


def forward(parameters, x):
    outputs = [x]
    for at in range(0, len(parameters), 2):
        z = outputs[-1] @ parameters[at] + parameters[at + 1]
        outputs.append(np.maximum(z, 0) if at + 2 < len(parameters) else z)
    return outputs


class Model:
    def __init__(self, seed, rate):
        self.parameters = [p for k in workloads.kernels(w, seed) for p in (k, np.zeros(k.shape[1], np.float32))]
        self.rate = rate
        self.step = 0
        self.means = [np.zeros_like(p) for p in self.parameters]
        self.squares = [np.zeros_like(p) for p in self.parameters]

    def train(self, x, y):
        outputs = forward(self.parameters, x)
        loss, slope = loss_and_slope(outputs[-1], y)
        gradients = [None] * len(self.parameters)
        for at in range(len(self.parameters) - 2, -1, -2):
            gradients[at] = outputs[at // 2].T @ slope
            gradients[at + 1] = slope.sum(axis=0)
            if at:
                slope = (slope @ self.parameters[at].T) * (outputs[at // 2] > 0)
        if w.optimizer == "sgd":
            for p, g in zip(self.parameters, gradients):
                p -= np.float32(self.rate) * g
            return loss
        self.step += 1
        b1, b2 = workloads.ADAM["beta_1"], workloads.ADAM["beta_2"]
        rate = np.float32(self.rate * np.sqrt(1 - b2**self.step) / (1 - b1**self.step))
        for p, g, m, s in zip(self.parameters, gradients, self.means, self.squares):
            m += np.float32(1 - b1) * (g - m)
            s += np.float32(1 - b2) * (g * g - s)
            p -= rate * m / (np.sqrt(s) + np.float32(workloads.ADAM["epsilon"]))
        return loss


def run(seed, rate):
    global model
    model = Model(seed, rate)
    order = np.random.default_rng(seed)
    for _ in range(w.epochs):
        rows = order.permutation(w.rows) if w.shuffle else None
        total = 0.0
        for start in range(0, w.rows, w.batch):
            batch = slice(start, start + w.batch)
            batch = rows[batch] if w.shuffle else batch
            targets = y[batch]
            total += float(model.train(x[batch], targets)) * len(targets)
    return total / w.rows


def final_loss():
    return loss_and_slope(forward(model.parameters, x)[-1], y)[0]


def train(models):
    losses = []
    for i in models:
        run(i, workloads.rate(i))
        losses.append(final_loss())
    return losses


x, y = job.data()
version = f"numpy {np.__version__}"
if job.name == "sweep":
    workloads.sweep(job, version, train)
else:
    workloads.measure(job, version, lambda: run(1, w.rate), final_loss)
