"""How often labels occur in the training split: what class weights and over-sampling are made of."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import tensorflow as tf

from ner.errors import InputError
from ner.records.dataset import Dataset

_SENTENCES_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """`characters` int64 [C] of each label; and set of label ids -> how many `sentences` have just these."""

    characters: np.ndarray
    sentences: dict[frozenset[int], int]

    @cached_property
    def total_sentences(self) -> int:
        """Sentences of the split."""
        return sum(self.sentences.values())

    def sentences_with(self, label_ids: frozenset[int]) -> int:
        """Sentences that have any of these labels."""
        return sum(number for labels, number in self.sentences.items() if labels & label_ids)

    def to_json(self) -> str:
        """The counts as text."""
        sets = [[sorted(labels), number] for labels, number in self.sentences.items()]
        return json.dumps({"characters": self.characters.tolist(), "sentences": sets}) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> "LabelCounts":
        """What `to_json` wrote. Raises `InputError` naming `where` on any other text."""
        try:
            content = json.loads(text)
            sentences = {frozenset(labels): int(number) for labels, number in content["sentences"]}
            return cls(np.array(content["characters"], np.int64), sentences)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{where}: not counts of labels ({error!r}); delete the file") from None


def count_labels(dataset: Dataset, folder: str) -> LabelCounts:
    """Counts over all training shards, one pass. Raises tf.errors.OpError on a shard that cannot be read."""
    size = len(dataset.labels)
    characters = np.zeros(size, np.int64)
    sentences: Counter[frozenset[int]] = Counter()
    shards = tf.data.TFRecordDataset(dataset.shard_paths(folder, "train"), dataset.compression, 1 << 20)
    feature = {"labels": tf.io.FixedLenFeature([], tf.string)}
    batches = shards.batch(_SENTENCES_AT_ONCE).map(lambda batch: tf.io.parse_example(batch, feature)["labels"])
    for batch in batches.prefetch(tf.data.AUTOTUNE).as_numpy_iterator():
        lengths = [len(one) for one in batch]
        label_ids = np.frombuffer(b"".join(batch), np.uint8)
        characters += np.bincount(label_ids, minlength=size)[:size]
        present = np.zeros((len(batch), max(size, int(label_ids.max(initial=0)) + 1)), bool)
        present[np.repeat(np.arange(len(batch)), lengths), label_ids] = True
        for row, number in zip(*np.unique(present, axis=0, return_counts=True), strict=True):
            sentences[frozenset(cast(list[int], np.flatnonzero(row).tolist()))] += int(number)
    return LabelCounts(characters, dict(sentences))
