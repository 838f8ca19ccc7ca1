"""JAX, written by hand: a whole epoch is one jitted `lax.scan` over resident data; the sweep is `vmap` over models."""

import workloads

job = workloads.begin("jax")
w = job.workload

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

FULL, SHORT = divmod(w.rows, w.batch)
GROUP = 50  # Models of the sweep trained in one call.


def first(seed):
    kernels = [{"w": k, "b": np.zeros(k.shape[1], np.float32)} for k in workloads.kernels(w, seed)]
    if w.norm:
        for layer in kernels[:-1]:
            layer["gamma"], layer["beta"] = np.ones_like(layer["b"]), np.zeros_like(layer["b"])
    moving = [(np.zeros_like(k["b"]), np.ones_like(k["b"])) for k in kernels[:-1]] if w.norm else []
    parameters = jax.tree.map(jnp.asarray, kernels)
    zeros = jax.tree.map(jnp.zeros_like, parameters) if w.optimizer == "adam" else ()
    means = jax.tree.map(jnp.copy, zeros)
    return parameters, jax.tree.map(jnp.asarray, moving), means, zeros, jnp.zeros((), jnp.int32)


def forward(parameters, moving, x, key):
    """The last sums, and the moving statistics after this batch; `key` is none outside training."""
    news = []
    for at, layer in enumerate(parameters[:-1]):
        z = x @ layer["w"] + layer["b"]
        if w.norm:
            if key is not None:
                mean, variance = z.mean(0), z.var(0)
                news.append((0.99 * moving[at][0] + 0.01 * mean, 0.99 * moving[at][1] + 0.01 * variance))
            else:
                mean, variance = moving[at]
            z = (z - mean) * (lax.rsqrt(variance + 1e-3) * layer["gamma"]) + layer["beta"]
        x = jax.nn.relu(z)
        if w.norm and key is not None:
            keep = jax.random.bits(jax.random.fold_in(key, at), x.shape) < np.uint32(round(0.8 * 2**32))
            x = jnp.where(keep, x / 0.8, 0)
    return x @ parameters[-1]["w"] + parameters[-1]["b"], news


def loss(parameters, moving, x, y, key=None):
    z, news = forward(parameters, moving, x, key)
    if w.loss == workloads.BINARY:
        z = z[:, 0]
        mean = jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))
    elif w.loss == workloads.CLASSES:
        mean = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))
    else:
        mean = jnp.mean((z[:, 0] - y) ** 2)
    return mean, news


def step(state, x, y, rate, key):
    parameters, moving, means, squares, count = state
    (value, moving), slopes = jax.value_and_grad(loss, has_aux=True)(parameters, moving, x, y, key)
    count += 1
    if w.optimizer == "sgd":
        return (jax.tree.map(lambda p, g: p - rate * g, parameters, slopes), moving, means, squares, count), value
    b1, b2, epsilon = workloads.ADAM.values()
    power = count.astype(jnp.float32)
    rate = rate * jnp.sqrt(1 - b2**power) / (1 - b1**power)
    means = jax.tree.map(lambda m, g: m + (1 - b1) * (g - m), means, slopes)
    squares = jax.tree.map(lambda s, g: s + (1 - b2) * (g * g - s), squares, slopes)
    new = jax.tree.map(lambda p, m, s: p - rate * m / (jnp.sqrt(s) + epsilon), parameters, means, squares)
    return (new, moving, means, squares, count), value


def epoch(state, x, y, order, rate, key):
    """One epoch in the given order; the mean of its losses."""

    def body(state, batch):
        rows, number = batch
        return step(state, x[rows], y[rows], rate, jax.random.fold_in(key, number) if w.norm else None)

    if FULL == 1 and not SHORT:
        return step(state, x, y, rate, key if w.norm else None)
    rows = order[: FULL * w.batch].reshape(FULL, w.batch)
    state, values = lax.scan(body, state, (rows, jnp.arange(FULL)))
    total = values.sum() * w.batch
    if SHORT:
        state, value = body(state, (order[FULL * w.batch :], FULL))
        total += value * SHORT
    return state, total / w.rows


def run():
    global final
    orders = np.random.default_rng(1)
    state = copy(beginning)
    for number in range(w.epochs):
        order = (orders.permutation(w.rows) if w.shuffle else np.arange(w.rows)).astype(np.int32)
        state, value = one_epoch(state, x, y, order, rate, keys[number])
    final = state
    return float(value)


def final_loss():
    return evaluate(final[0], final[1], x, y)[0]


def train(models):
    states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[first(i) for i in models])
    rates = np.array([workloads.rate(i) for i in models], np.float32)
    orders = [np.random.default_rng(i) for i in models]
    for _ in range(w.epochs):
        order = np.stack([each.permutation(w.rows) for each in orders]).astype(np.int32)
        states, _ = all_epochs(states, x, y, order, rates, None)
    return [float(each) for each in all_losses(states[0], states[1], x, y)[0]]


beginning, rate = first(1), jnp.float32(w.rate)
keys = [jax.random.key(number) if w.norm else None for number in range(w.epochs)]
copy = jax.jit(functools.partial(jax.tree.map, jnp.copy))
one_epoch = jax.jit(epoch, donate_argnums=0)
evaluate = jax.jit(functools.partial(loss, key=None))
all_epochs = jax.jit(jax.vmap(epoch, in_axes=(0, None, None, 0, 0, None)), donate_argnums=0)
all_losses = jax.jit(jax.vmap(loss, in_axes=(0, 0, None, None)))

x, y = map(jnp.asarray, job.data())
version = f"jax {jax.__version__}"
if job.name == "sweep":
    workloads.sweep(job, version, train, GROUP)
else:
    workloads.measure(job, version, run, final_loss)
