#!/usr/bin/env python3
"""Trains spec.toml's network with Keras and writes what came out into keras.json.

    KERAS_BACKEND=jax python compare.py make             # also the tables and the initial weights
    KERAS_BACKEND=jax python compare.py                  # in float32, as Treino trains
    JAX_ENABLE_X64=1 KERAS_BACKEND=jax python compare.py float64
    python compare.py against RUN_FOLDER LINES.jsonl     # Treino's numbers beside them
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = ["a", "b", "c"]


def table(name):
    rows = np.genfromtxt(HERE / name, delimiter=",", names=True)
    return np.stack([rows[i] for i in INPUTS], axis=1), rows["y"][:, None], rows["weight"]


def network():
    from keras import Input, Sequential, layers

    return Sequential([
        Input((3,)),
        layers.Dense(8, use_bias=False, name="hidden"),
        layers.BatchNormalization(name="norm"),
        layers.Activation("tanh"),
        layers.Dense(1, name="out"),
    ])


def variables(model):
    return {f"{layer.name}/{v.name}": v.numpy() for layer in model.layers for v in layer.variables}


def make():
    import keras

    rng = np.random.default_rng(1)
    for name, count in [("train.csv", 50), ("validation.csv", 21)]:
        x = rng.integers(-64, 65, (count, 3)) / 32
        y = np.round(np.sin(x[:, 0]) + x[:, 1] * x[:, 2] / 2, 3)
        rows = np.column_stack([x, y, rng.integers(1, 5, count) / 2])
        np.savetxt(HERE / name, rows, "%.6g", ",", header="a,b,c,y,weight", comments="")
    keras.utils.set_random_seed(1)
    save_file(variables(network()), HERE / "initial.safetensors")


def train(precision):
    import keras

    keras.config.set_floatx(precision)
    model = network()
    initial = load_file(HERE / "initial.safetensors")
    for layer in model.layers:
        layer.set_weights([initial[f"{layer.name}/{v.name}"] for v in layer.variables])
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
        weighted_metrics=["mean_squared_error"],
    )
    x, y, weight = table("train.csv")
    history = model.fit(
        x, y, sample_weight=weight, validation_data=table("validation.csv"),
        epochs=5, batch_size=16, validation_batch_size=16, shuffle=False, verbose=0,
    )
    kept = HERE / "keras.json"
    content = json.loads(kept.read_text()) if kept.exists() else {}
    content["keras"] = keras.__version__
    content[precision] = {
        "logs": {name: [float(x) for x in series] for name, series in history.history.items()},
        "weights": {name: [float(x) for x in v.ravel()] for name, v in variables(model).items()},
    }
    kept.write_text(json.dumps(content, sort_keys=True, indent=1) + "\n")


def against(run, lines):
    keras = json.loads((HERE / "keras.json").read_text())["float32"]
    lines = [json.loads(line) for line in pathlib.Path(lines).read_text().splitlines()]
    logs = [line["logs"] for line in lines if line["event"] == "epoch"]
    for name, series in keras["logs"].items():
        print(f"{name:24} {max(abs(ours[name] - theirs) for ours, theirs in zip(logs, series)):.1e}")
    ours = load_file(pathlib.Path(run) / "model.safetensors")
    for name, theirs in keras["weights"].items():
        print(f"{name:24} {np.max(np.abs(ours[name].ravel() - np.array(theirs))):.1e}")


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "float32"
    if what == "make":
        make()
    elif what == "against":
        against(*sys.argv[2:])
    else:
        train(what)
