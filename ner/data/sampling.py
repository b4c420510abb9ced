"""How many sentences an epoch has: each of the split once, or of a part of it, or rare entity types more often.

A sentence with repeat factor r and phase u, a sixteenth from 0 to below 1 that its file and line give, occurs
floor((e + 1) r + u) - floor(e r + u) times in epoch e: at least once, and r times on average over the epochs. Because
phases differ, an epoch has r times as many sentences as there are of factor r, too. Once factors and phases are
counted, it is known exactly how many an endless run has seen before each epoch: that number is a place in the data.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ner.data.label_counts import PHASES, LabelCounts
from ner.data.subset import Subset
from ner.text.labels import Labels, split_label

_LAST_EPOCH = 2**31 - 1


@dataclass(frozen=True)
class SamplingPlan:
    """`factors` of each label, at least 1: a sentence's is the largest of its labels.

    `sentences`: (factor, phase) -> number of sentences. Without `factors`, every sentence occurs once; with `subset`,
    only its sentences do.
    """

    sentences: Mapping[tuple[float, float], int]
    factors: tuple[float, ...] = ()
    subset: Subset | None = None

    @classmethod
    def once(cls, sentences: int) -> "SamplingPlan":
        """The plan in which each of `sentences` sentences occurs once."""
        return cls({(1.0, 0.0): sentences})

    @classmethod
    def of_subset(cls, subset: Subset) -> "SamplingPlan":
        """The plan in which each sentence of `subset` occurs once, and no other one."""
        return cls({(1.0, 0.0): subset.num_sentences}, subset=subset)

    @classmethod
    def oversampled(cls, counts: LabelCounts, labels: Labels, threshold: float) -> "SamplingPlan":
        """The plan in which sentences with a type that fewer than the share `threshold` have are repeated.

        A type that the share f of the sentences has gets sqrt(threshold / f), at least 1 (repeat-factor sampling;
        Gupta et al. 2019, https://arxiv.org/abs/1908.03195, section 4.1).
        """
        by_type = {}
        for entity_type in labels.types:
            ids = frozenset(i for i, name in enumerate(labels.names) if split_label(name)[1] == entity_type)
            share = counts.sentences_with(ids) / counts.total_sentences
            by_type[entity_type] = max(1.0, math.sqrt(threshold / share)) if share else 1.0
        factors = tuple(by_type.get(split_label(name)[1], 1.0) for name in labels.names)
        sentences: Counter[tuple[float, float]] = Counter()
        for (label_ids, phase), number in counts.sentences.items():
            sentences[max((factors[label_id] for label_id in label_ids), default=1.0), phase / PHASES] += number
        return cls(dict(sentences), factors)

    def before(self, epoch: int) -> int:
        """Sentences of all epochs before `epoch` (from 0)."""
        groups = self.sentences.items()
        return sum(math.floor(epoch * factor + phase) * number for (factor, phase), number in groups)

    def at(self, seen: int) -> tuple[int, int]:
        """The epoch in which an endless run is after a number of sentences, and how many of it are seen."""
        epoch = bisect_right(range(1, _LAST_EPOCH), seen, key=self.before)
        return epoch, seen - self.before(epoch)

    def fraction(self, seen: int) -> float:
        """The same as one number: 2.5 is the middle of the third epoch."""
        epoch, done = self.at(seen)
        return epoch + done / (self.before(epoch + 1) - self.before(epoch))
