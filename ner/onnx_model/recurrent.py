"""LSTM and GRU layers, and the encoders that stack them over characters (`ner.model.encoders.recurrent`)."""

from collections.abc import Callable, Sequence

import numpy as np

from ner.config import ModelConfig
from ner.onnx_model.batch import Batch
from ner.onnx_model.graph import Graph

Weights = dict[str, np.ndarray]
_LSTM_GATES = (0, 3, 1, 2)  # Keras has input, forget, candidate, output; ONNX input, output, forget, candidate
_GRU_GATES = (0, 1, 2)  # both have update, reset, candidate


def lstm(graph: Graph, x: str, lengths: str, weights: Weights, layers: Sequence[str]) -> str:
    """States [B, T, U times layers] of a forward LSTM, or of a forward and a backward one, that read `x` [B, T, F]."""

    def bias(layer: str) -> np.ndarray:
        own = _gates(weights[f"tagger/{layer}/lstm_cell/bias"][None], _LSTM_GATES)[0]
        return np.concatenate([own, np.zeros_like(own)])  # ONNX adds up two

    return _layer(graph, x, lengths, weights, layers, ("LSTM", "lstm_cell", _LSTM_GATES, bias), {})


def gru(graph: Graph, x: str, lengths: str, weights: Weights, layers: Sequence[str]) -> str:
    """The same of GRUs in Keras' form `reset_after`."""

    def bias(layer: str) -> np.ndarray:
        return weights[f"tagger/{layer}/gru_cell/bias"].reshape(-1)  # of the input, then of the state

    return _layer(graph, x, lengths, weights, layers, ("GRU", "gru_cell", _GRU_GATES, bias), {"linear_before_reset": 1})


Layer = Callable[[Graph, str, str, Weights, Sequence[str]], str]


def recurrent_encoder(layer: Layer) -> Callable[[Graph, Batch, ModelConfig, Weights], str]:
    """The writer of an encoder that is a stack of such layers over characters."""

    def encode(graph: Graph, batch: Batch, config: ModelConfig, weights: Weights) -> str:
        x = batch.embeddings(weights)
        for depth in range(config.lstm_layers):
            names = [f"forward_{depth}", *([f"backward_{depth}"] if config.bidirectional else [])]
            x = layer(graph, x, batch.lengths, weights, names)
        return x

    return encode


def _layer(  # noqa: PLR0913, PLR0917 - what differs between the kinds
    graph: Graph,
    x: str,
    lengths: str,
    weights: Weights,
    layers: Sequence[str],
    kind: tuple[str, str, tuple[int, ...], Callable[[str], np.ndarray]],
    attributes: dict[str, int],
) -> str:
    operator, cell, gates, bias = kind
    kernels, recurrent_kernels = (
        np.stack([_gates(weights[f"tagger/{layer}/{cell}/{name}"], gates).T for layer in layers])
        for name in ("kernel", "recurrent_kernel")
    )
    units = recurrent_kernels.shape[2]
    states = graph.op(
        operator,
        graph.op("Transpose", x, perm=[1, 0, 2]),
        kernels,
        recurrent_kernels,
        np.stack([bias(layer) for layer in layers]),
        lengths,
        hidden_size=units,
        direction="bidirectional" if len(layers) == 2 else "forward",
        **attributes,
    )  # [T, directions, B, U]
    batch_first = graph.op("Transpose", states, perm=[2, 0, 1, 3])
    return graph.op("Reshape", batch_first, np.array([0, 0, units * len(layers)]))


def _gates(matrix: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """`matrix` [rows, gates times U] with its gates in another order."""
    parts = np.split(matrix, len(order), axis=1)
    return np.concatenate([parts[gate] for gate in order], axis=1)
