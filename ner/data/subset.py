"""Some sentences of a split, by their numbers in it: a random sample, a share to train on, a fold that is left out.

Which ones they are follows from the number of sentences and a seed alone, not from shards, processes or TensorFlow.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Subset:
    """`chosen` bool [sentences of the split], and a `name`: `500 of them`, `a random share of 0.5, seed 0`."""

    chosen: np.ndarray
    name: str

    @cached_property
    def positions(self) -> np.ndarray:
        """Numbers of the chosen sentences in the split, int64 [N], in order."""
        return np.flatnonzero(self.chosen)

    @property
    def num_sentences(self) -> int:
        """How many there are."""
        return len(self.positions)

    @classmethod
    def sample(cls, total: int, size: int, within: "Subset | None" = None) -> "Subset":
        """A random sample of `size` of `total` sentences, or of those `within`, always the same; at most all."""
        candidates = within.positions if within else np.arange(total)
        chosen = np.random.default_rng(0).choice(len(candidates), min(size, len(candidates)), replace=False)
        return cls(np.isin(np.arange(total), candidates[chosen]), f"{size} of them")

    @classmethod
    def fold(cls, total: int, number: int, folds: int) -> "Subset":
        """Fold `number` (from 0) of `folds` random ones, which have all of `total` sentences together."""
        fold_of = np.random.default_rng(0).permutation(total) % folds
        return cls(fold_of == number, f"fold {number} of {folds}")

    @classmethod
    def to_train_on(cls, total: int, share: float, *, seed: int, fold: int = 0, folds: int = 0) -> "Subset | None":
        """A random `share` of `total` sentences without those of a fold; None: all of them.

        Shares of one seed are nested: the larger one contains the smaller one. There is at least one sentence.
        """
        if share == 1 and not folds:
            return None
        order = np.random.default_rng(seed).permutation(total)
        if folds:
            order = order[~cls.fold(total, fold, folds).chosen[order]]
        kept = order[: max(1, round(share * len(order)))]
        left_out = f", without fold {fold} of {folds}" if folds else ""
        return cls(np.isin(np.arange(total), kept), f"a random share of {share:g}, seed {seed}{left_out}")
