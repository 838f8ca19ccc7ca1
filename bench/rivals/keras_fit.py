"""Keras's own `fit`, for either backend."""

import os

import workloads


def main(peer, backend, many_steps):
    """Trains with `fit`; with `many_steps` one execution takes all steps of an epoch."""
    job = workloads.begin(peer)
    w = job.workload
    os.environ["KERAS_BACKEND"] = backend

    import numpy as np

    if backend == "tensorflow":
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(job.threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(job.threads)
        version = f"tensorflow {tensorflow.__version__}"
    else:
        import jax

        version = f"jax {jax.__version__}"
    import keras

    x, y = job.data()

    def build(seed, rate):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input((w.features,))])
        for units in w.layers[:-1]:
            model.add(keras.layers.Dense(units, activation=None if w.norm else "relu"))
            if w.norm:
                model.add(keras.layers.BatchNormalization())
                model.add(keras.layers.ReLU())
                model.add(keras.layers.Dropout(0.2))
        last = {workloads.BINARY: "sigmoid", workloads.CLASSES: "softmax", workloads.SQUARES: "linear"}[w.loss]
        model.add(keras.layers.Dense(w.layers[-1], activation=last))
        dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        for layer, kernel in zip(dense, workloads.kernels(w, seed)):
            layer.set_weights([kernel, np.zeros(kernel.shape[1], np.float32)])
        optimizer = (
            keras.optimizers.SGD(rate) if w.optimizer == "sgd" else keras.optimizers.Adam(rate, **workloads.ADAM)
        )
        steps = w.steps if many_steps else 1
        model.compile(optimizer=optimizer, loss=w.loss, steps_per_execution=steps)
        optimizer.build(model.trainable_variables)
        return model

    def run(model, beginning):
        model.set_weights(beginning)
        for variable in model.optimizer.variables:
            if variable is not model.optimizer._learning_rate:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        history = model.fit(x, y, batch_size=w.batch, epochs=w.epochs, shuffle=w.shuffle, verbose=0)
        return history.history["loss"][-1]

    def final_loss(model):
        return model.evaluate(x, y, batch_size=min(w.rows, 4096), verbose=0)

    def train(models):
        losses = []
        for i in models:
            model = build(i, workloads.rate(i))
            run(model, model.get_weights())
            losses.append(final_loss(model))
        return losses

    version = f"keras {keras.__version__}, {version}"
    if job.name == "sweep":
        workloads.sweep(job, version, train)
    else:
        model = build(1, w.rate)
        beginning = model.get_weights()
        workloads.measure(job, version, lambda: run(model, beginning), lambda: final_loss(model))
