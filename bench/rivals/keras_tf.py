"""Keras's `fit` on TensorFlow, as most programs call it."""

import keras_fit

keras_fit.main("keras-tf", "tensorflow", many_steps=False)
