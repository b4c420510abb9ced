"""The lookup of `ner.model.encoders.word_vector_table`: ONNX has no search in a sorted list, so it is written out."""

import numpy as np

from ner.onnx_model.batch import Batch
from ner.onnx_model.graph import Graph
from ner.onnx_model.ngrams import word_hashes
from ner.onnx_model.recurrent import Weights


def word_vectors(graph: Graph, batch: Batch, weights: Weights) -> str:
    """The vector of each word, float32 [B, W, D], 0 for a word that has none."""
    hashes, rows, vectors = (weights[f"word_vectors/{name}"] for name in ("hashes", "rows", "vectors"))
    wanted = word_hashes(graph, batch, weights["codes"])
    span = 1 << len(hashes).bit_length()  # a power of 2 above their number
    sorted_hashes = np.append(hashes, np.full(span - len(hashes), np.iinfo(np.int64).max))
    place = graph.op("Sub", wanted, wanted)  # of the last hash up to the wanted one, or 0
    while span > 1:
        span //= 2
        further = graph.op("Add", place, span)
        reached = graph.op("LessOrEqual", graph.op("Gather", sorted_hashes, further), wanted)
        place = graph.op("Where", reached, further, place)
    known = graph.op("Equal", graph.op("Gather", sorted_hashes, place), wanted)
    row = graph.op("Gather", np.append(rows, np.zeros(len(sorted_hashes) - len(rows), np.int64)), place)
    return graph.op("Where", graph.op("Unsqueeze", known, np.array([2])), graph.op("Gather", vectors, row), 0.0)
