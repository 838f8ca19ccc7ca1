"""Keras's `fit` on JAX, an epoch an execution."""

import keras_fit

keras_fit.main("keras-jax", "jax", many_steps=True)
