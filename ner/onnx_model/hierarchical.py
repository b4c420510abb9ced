"""The encoder of `ner.model.encoders.hierarchical`."""

import numpy as np

from ner.config import ModelConfig
from ner.onnx_model.batch import Batch
from ner.onnx_model.graph import Graph
from ner.onnx_model.ngrams import ngram_embeddings
from ner.onnx_model.recurrent import Weights, lstm
from ner.onnx_model.word_vectors import word_vectors


def encode(graph: Graph, batch: Batch, config: ModelConfig, weights: Weights) -> str:
    """Features [B, T, 2 x lstm_units + 2 x word_units]."""
    ngrams = ngram_embeddings(graph, batch, weights["codes"], weights["tagger/ngrams/embeddings"])
    chars = graph.op("Concat", batch.embeddings(weights), ngrams, axis=2)
    for depth in range(config.lstm_layers):
        chars = lstm(graph, chars, batch.lengths, weights, [f"forward_{depth}", f"backward_{depth}"])
    units = config.lstm_units
    forward, backward = (
        graph.op("Slice", chars, np.array([first]), np.array([first + units]), np.array([2])) for first in (0, units)
    )
    lengths = graph.op("Unsqueeze", batch.word_lengths, np.array([2]))
    means = graph.op("Div", batch.sums(ngrams), lengths)
    at_end = batch.last(ngrams, config.ngram_size)
    of_words = [batch.last(forward, units), batch.first(backward, units), means, at_end]
    if "word_vectors/vectors" in weights:
        of_words.append(word_vectors(graph, batch, weights))
    x = graph.op("Concat", *of_words, axis=2)
    for depth in range(config.word_layers):
        states = lstm(graph, x, batch.word_counts, weights, [f"word_forward_{depth}", f"word_backward_{depth}"])
        x = graph.op("Add", states, x) if depth else states
    return graph.op("Concat", chars, batch.spread(x, 2 * config.word_units), axis=2)
