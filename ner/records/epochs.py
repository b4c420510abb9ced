"""How many sentences an epoch has: each of the split once, or those with rare entity types more often.

A sentence with repeat factor r occurs floor((e + 1) r) - floor(e r) times in epoch e, at least once and r times on
average. So how many sentences an endless run has seen before each epoch is known exactly, without reading one, and a
number of sentences seen is a place in the data.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ner.records.label_counts import LabelCounts
from ner.text.labels import Labels, split_label

_LAST_EPOCH = 2**31 - 1


@dataclass(frozen=True)
class Epochs:
    """`factors` of each label, at least 1: a sentence's is the largest of its labels; `sentences`: factor -> number.

    Without `factors`, every sentence occurs once.
    """

    sentences: Mapping[float, int]
    factors: tuple[float, ...] = ()

    @classmethod
    def once(cls, sentences: int) -> "Epochs":
        """Epochs in which every one of so many sentences occurs once."""
        return cls({1.0: sentences})

    @classmethod
    def oversampled(cls, counts: LabelCounts, labels: Labels, threshold: float) -> "Epochs":
        """Epochs in which sentences with a type that fewer than the share `threshold` have are repeated.

        A type that the share f of the sentences has gets sqrt(threshold / f), at least 1 (repeat-factor sampling;
        Gupta et al. 2019, https://arxiv.org/abs/1908.03195, section 4.1).
        """
        by_type = {}
        for entity_type in labels.types:
            ids = frozenset(i for i, name in enumerate(labels.names) if split_label(name)[1] == entity_type)
            share = counts.sentences_with(ids) / counts.total_sentences
            by_type[entity_type] = max(1.0, math.sqrt(threshold / share)) if share else 1.0
        factors = tuple(by_type.get(split_label(name)[1], 1.0) for name in labels.names)
        sentences: Counter[float] = Counter()
        for label_ids, number in counts.sentences.items():
            sentences[max(factors[label_id] for label_id in label_ids)] += number
        return cls(dict(sentences), factors)

    def before(self, epoch: int) -> int:
        """Sentences of all epochs before `epoch` (from 0)."""
        return sum(math.floor(epoch * factor) * number for factor, number in self.sentences.items())

    def at(self, seen: int) -> tuple[int, int]:
        """The epoch in which an endless run is after so many sentences, and how many of it are seen."""
        epoch = bisect_right(range(1, _LAST_EPOCH), seen, key=self.before)
        return epoch, seen - self.before(epoch)

    def fraction(self, seen: int) -> float:
        """The same as one number: 2.5 is the middle of the third epoch."""
        epoch, done = self.at(seen)
        return epoch + done / (self.before(epoch + 1) - self.before(epoch))
