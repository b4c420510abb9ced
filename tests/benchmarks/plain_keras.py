"""The 2019 code as a Keras 3 user would write it today: what our training is measured against."""

import importlib.metadata
from collections.abc import Callable, Iterator

import numpy as np

from ner.config import ModelConfig
from ner.data.example import Record

_KERAS = importlib.metadata.version("keras")
WHY_NOT = (  # Keras before 3.14, as it is for Python 3.10, compares a batch's size while it makes the graph
    f"Keras {_KERAS} cannot train a stateful LSTM from a generator; 3.14 can, for Python 3.11 and later"
    if tuple(map(int, _KERAS.split(".")[:2])) < (3, 14)
    else ""
)

Batch = tuple[np.ndarray, np.ndarray]  # characters and labels, int32 [B, T], both padded


def random_batches(records: list[Record], batch_size: int, count: int, padding_label: int) -> list[Batch]:
    """`count` of the full batches of an epoch in random order, from the shorter to the longer ones at even distances.

    Padding is a class of its own, and the rest that fills no batch is left out: a stateful LSTM asks for both.
    """
    order = np.random.default_rng(0).permutation(len(records))
    batches = [order[i : i + batch_size] for i in range(0, len(records) - batch_size + 1, batch_size)]
    batches.sort(key=lambda rows: max(len(records[row].char_ids) for row in rows))
    chosen = [batches[int((i + 0.5) / count * len(batches))] for i in range(count)]

    def padded(rows: list[np.ndarray], value: int) -> np.ndarray:
        result = np.full((len(rows), max(map(len, rows))), value, np.int32)
        for target, row in zip(result, rows, strict=True):
            target[: len(row)] = row
        return result

    return [
        (padded([records[r].char_ids for r in rows], 0), padded([records[r].label_ids for r in rows], padding_label))
        for rows in chosen
    ]


def make_fit(config: ModelConfig, num_chars: int, outputs: int, batch_size: int) -> Callable[[list[Batch]], None]:
    """A function that trains on batches by `fit` from a Python generator, with all else as Keras has it by default."""
    import keras

    def lstm() -> keras.layers.Layer:
        layer = keras.layers.LSTM(config.lstm_units, return_sequences=True, stateful=True)
        return keras.layers.Bidirectional(layer) if config.bidirectional else layer

    layers = [keras.Input((None,), batch_size), keras.layers.Embedding(num_chars, config.embedding_size)]
    for _ in range(config.lstm_layers):
        layers += [keras.layers.Dropout(config.dropout)] if config.dropout else []
        layers.append(lstm())
    layers += [keras.layers.Dropout(config.dropout)] if config.dropout else []
    model = keras.Sequential([*layers, keras.layers.Dense(outputs)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    def fit(batches: list[Batch]) -> None:
        def generator() -> Iterator[Batch]:
            while True:
                yield from batches

        model.fit(generator(), steps_per_epoch=len(batches), epochs=1, verbose=0, shuffle=False)

    return fit
