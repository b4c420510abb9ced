"""A batch of sentences in an ONNX graph, and how values move between its characters and words.

What `ner.model.words` does, by indices: rows of all sentences stand one after another, and are gathered by number.
"""

from functools import cached_property

import numpy as np

from ner.onnx_model.graph import Graph


class Batch:
    """The inputs `char_ids` [B, T], `starts` and `ends` [B, W], int32, 0 at padding, and what follows from them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.char_ids, self.starts, self.ends = (
            graph.cast(graph.input(name, "sentences", axis), np.int64)
            for name, axis in (("char_ids", "characters"), ("starts", "words"), ("ends", "words"))
        )
        self.rows, self.num_chars = graph.size(self.char_ids, 0), graph.size(self.char_ids, 1)
        self.num_words = graph.size(self.starts, 1)
        self.lengths = self._count(self.char_ids)

    def _count(self, values: str) -> str:
        """How many of `values` [B, N] are above 0, int32 [B], at least 1."""
        above = self._graph.cast(self._graph.op("Greater", values, 0), np.int64)
        counts = self._graph.op("ReduceSum", above, np.array([1]), keepdims=0)
        return self._graph.cast(self._graph.op("Max", counts, 1), np.int32)

    @cached_property
    def word_counts(self) -> str:
        """How many words each sentence has, int32 [B]."""
        return self._count(self.ends)

    @cached_property
    def steps(self) -> str:
        """Numbers of characters, int64 [T]."""
        scalar = self._graph.op("Squeeze", self.num_chars)
        return self._graph.op("Range", 0, scalar, 1)

    def embeddings(self, weights: dict[str, np.ndarray]) -> str:
        """Embeddings of the characters, [B, T, E]."""
        return self._graph.op("Gather", weights["tagger/embedding/embeddings"], self.char_ids)

    @cached_property
    def word_of_char(self) -> str:
        """The number of each character's word, int64 [B, T]; where `inside` is False it has no meaning."""
        graph = self._graph
        zeros = graph.op("Mul", self.char_ids, 0)
        real = graph.cast(graph.op("Greater", self.ends, 0), np.int64)
        begins = graph.op("ScatterElements", zeros, self.starts, real, axis=1, reduction="add")
        return graph.op("Max", graph.op("Sub", graph.op("CumSum", begins, 1), 1), 0)

    @cached_property
    def inside(self) -> str:
        """Whether each character stands in a word, bool [B, T]."""
        graph = self._graph
        starts, ends = self.of_word(self.starts), self.of_word(self.ends)
        return graph.op("And", graph.op("LessOrEqual", starts, self.steps), graph.op("Less", self.steps, ends))

    def of_word(self, values: str) -> str:
        """What `values` int64 [B, W] have for each character's word, [B, T]."""
        return self._graph.op("GatherElements", values, self.word_of_char, axis=1)

    def spread(self, values: str, size: int) -> str:
        """What `values` float [B, W, size] have for each character's word, [B, T, size]; 0 outside words."""
        found = self._pick(values, self.word_of_char, self.num_words, size)
        return self._masked(found, self.inside)

    def sums(self, values: str) -> str:
        """The sum of `values` float [B, T, F] over the characters of each word, [B, W, F]."""
        graph = self._graph
        words = graph.op("Range", 0, graph.op("Squeeze", self.num_words), 1)
        same = graph.op(
            "Equal",
            graph.op("Unsqueeze", self.word_of_char, np.array([1])),
            graph.op("Unsqueeze", words, np.array([1])),
        )
        member = graph.op("And", same, graph.op("Unsqueeze", self.inside, np.array([1])))  # [B, W, T]
        return graph.op("MatMul", graph.cast(member, np.float32), values)

    def first(self, values: str, size: int) -> str:
        """`values` float [B, T, size] at the first character of each word, [B, W, size]; of no meaning at padding."""
        return self._pick(values, self.starts, self.num_chars, size)

    def last(self, values: str, size: int) -> str:
        """`values` float [B, T, size] at the last character of each word, [B, W, size]; of no meaning at padding."""
        ends = self._graph.op("Max", self._graph.op("Sub", self.ends, 1), 0)
        return self._pick(values, ends, self.num_chars, size)

    @cached_property
    def word_lengths(self) -> str:
        """Characters of each word, float32 [B, W], at least 1."""
        lengths = self._graph.op("Max", self._graph.op("Sub", self.ends, self.starts), 1)
        return self._graph.cast(lengths, np.float32)

    def _pick(self, values: str, positions: str, per_row: str, size: int) -> str:
        """`values` [B, `per_row`, size] at `positions` int64 [B, N] of each row, [B, N, size]."""
        graph = self._graph
        rows = graph.op("Range", 0, graph.op("Squeeze", self.rows), 1)
        origin = graph.op("Unsqueeze", graph.op("Mul", rows, per_row), np.array([1]))  # [B, 1]
        flat = graph.op("Reshape", values, np.array([-1, size]))
        return graph.op("Gather", flat, graph.op("Add", positions, origin))

    def _masked(self, values: str, mask: str) -> str:
        """`values` [B, N, F] where `mask` bool [B, N] is True, else 0."""
        return self._graph.op("Where", self._graph.op("Unsqueeze", mask, np.array([2])), values, 0.0)
