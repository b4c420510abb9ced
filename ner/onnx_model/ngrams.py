"""The hashed n-grams of `ner.model.encoders.ngrams`, of the same numbers: int64, whose products wrap around."""

import numpy as np

from ner.model.encoders.ngrams import ORDERS, SHIFT
from ner.onnx_model.batch import Batch
from ner.onnx_model.graph import Graph
from ner.text.word_hashes import LONGEST_WORD, MULTIPLIER, wrapped


def ngram_embeddings(graph: Graph, batch: Batch, codes: np.ndarray, table: np.ndarray) -> str:
    """The summed embeddings of each character's n-grams and words, [B, T, size], from `table` [rows, size]."""
    num_rows = len(table)
    values = graph.op("Add", graph.op("Gather", codes, batch.char_ids), 1)  # 0 stands before the sentence
    rolling, kinds = values, []
    for order in range(2, ORDERS[-1] + 1):
        rolling = graph.op("Add", graph.op("Mul", rolling, MULTIPLIER), _shifted(graph, batch, values, order - 1))
        if order in ORDERS:
            kinds.append(_row(graph, rolling, order, num_rows))
    prefix = _prefix_hash(graph, batch, values)
    last = graph.op("Max", graph.op("Sub", batch.of_word(batch.ends), 1), 0)
    whole = graph.op("GatherElements", prefix, last, axis=1)
    for kind, hashes in ((0, prefix), (1, whole)):
        kinds.append(graph.op("Where", batch.inside, _row(graph, hashes, kind, num_rows), 0))
    embedded = graph.op("Gather", table, kinds[0])
    for rows in kinds[1:]:
        embedded = graph.op("Add", embedded, graph.op("Gather", table, rows))
    return embedded


def word_hashes(graph: Graph, batch: Batch, codes: np.ndarray) -> str:
    """The hash of each word, int64 [B, W]; of no meaning at padding."""
    prefix = _prefix_hash(graph, batch, graph.op("Add", graph.op("Gather", codes, batch.char_ids), 1))
    return graph.op("GatherElements", prefix, graph.op("Max", graph.op("Sub", batch.ends, 1), 0), axis=1)


def _prefix_hash(graph: Graph, batch: Batch, codes: str) -> str:
    """Hash of the word from its first character up to each one, int64 [B, T], by doubling."""
    offsets = graph.op("Where", batch.inside, graph.op("Sub", batch.steps, batch.of_word(batch.starts)), -1)
    hashes, power, span = codes, MULTIPLIER, 1
    while span < LONGEST_WORD:
        before = graph.op("Mul", _shifted(graph, batch, hashes, span), power)
        there = graph.op("GreaterOrEqual", offsets, span)
        hashes = graph.op("Add", hashes, graph.op("Where", there, before, 0))
        power = wrapped(power * power)
        span *= 2
    return hashes


def _shifted(graph: Graph, batch: Batch, values: str, steps: int) -> str:
    """`values` int64 [B, T] of the character `steps` places before; 0 before the sentence."""
    padded = graph.op("Pad", values, np.array([0, steps, 0, 0]))
    return graph.op("Slice", padded, np.array([0]), batch.num_chars, np.array([1]))


def _row(graph: Graph, hashes: str, salt: int, num_rows: int) -> str:
    """Row for each hash, int64. The shift is unsigned, which is the same below 2 ** (64 - SHIFT) rows."""
    mixed = graph.cast(graph.op("Mul", graph.op("Add", hashes, salt), MULTIPLIER), np.uint64)
    shifted = graph.op("BitShift", mixed, np.array(SHIFT, np.uint64), direction="RIGHT")
    return graph.cast(graph.op("BitwiseAnd", shifted, np.array(num_rows - 1, np.uint64)), np.int64)
