"""The GRU encoder (Cho et al. 2014, https://arxiv.org/abs/1406.1078): three gates where an LSTM has four."""

from collections.abc import Iterator

import keras

from ner.model.encoders.recurrent import RecurrentEncoder


class GRUEncoder(RecurrentEncoder):
    """Keras' GRU in the form that cuDNN computes (`reset_after`)."""

    kind = "GRU"

    @staticmethod
    def make_layer(units: int, seeds: Iterator[int], precision: str, name: str) -> keras.layers.Layer:
        """A GRU from [B, T, F] to [B, T, units]."""
        return keras.layers.GRU(
            units,
            return_sequences=True,
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
            dtype=precision,
            name=name,
        )
