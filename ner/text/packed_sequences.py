"""Sequences of different lengths, packed step by step, so that NumPy takes the same step of all of them at once.

First stand the first elements of all sequences, then the second ones of those that have two, and so on. Long sequences
come first, so the sequences that have a step are the first ones of those that have the step before. Nothing is padded.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class PackedSequences:
    """How W elements of N sequences, which stand one sequence after another, are packed.

    `order` int64 [W] says which element stands at each place; `steps` are the places of each step. Sequences
    `[a b c] [d] [e f]` have the order `a e d b f c` and the steps 0:3, 3:5 and 5:6.
    """

    order: np.ndarray
    steps: tuple[slice, ...]

    @classmethod
    def of_lengths(cls, lengths: np.ndarray) -> "PackedSequences":
        """The packing of sequences of these lengths, int [N]; a length may be 0."""
        num_elements, num_steps = int(lengths.sum()), int(lengths.max(initial=0))
        rank = np.empty(len(lengths), np.int64)
        rank[np.argsort(-lengths, kind="stable")] = np.arange(len(lengths))
        sizes = len(lengths) - np.cumsum(np.bincount(lengths, minlength=1))[:num_steps]  # sequences that have a step
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        step = np.arange(num_elements) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        order = np.empty(num_elements, np.int64)
        order[bounds[step] + np.repeat(rank, lengths)] = np.arange(num_elements)
        ends = bounds.tolist()
        return cls(order, tuple(map(slice, ends, ends[1:])))

    def pack(self, values: np.ndarray) -> np.ndarray:
        """`values` [W, F] in their places, features first: [F, W]."""
        return np.ascontiguousarray(values[self.order].T)

    def unpack(self, packed: np.ndarray) -> np.ndarray:
        """The inverse of `pack`: [W, F], or [W] for `packed` [W]."""
        values = np.empty_like(packed.T)
        values[self.order] = packed.T
        return values
