"""How often labels occur in the training split: what class weights and over-sampling are made of."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from ner.data.dataset import Dataset
from ner.data.id_range import NOT_KNOWN
from ner.data.tfrecord import DamagedShardError

PHASES = 16
_SENTENCES_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """`characters` int64 [C] of each label; (set of label ids, phase) -> how many `sentences` have just these.

    A sentence's phase, from 0 to below `PHASES`, is a hash of its characters: see `ner.data.sampling`.
    """

    characters: np.ndarray
    sentences: dict[tuple[frozenset[int], int], int]

    @cached_property
    def total_sentences(self) -> int:
        """Sentences of the split."""
        return sum(self.sentences.values())

    def sentences_with(self, label_ids: frozenset[int]) -> int:
        """Sentences that have any of these labels."""
        return sum(number for (labels, _), number in self.sentences.items() if labels & label_ids)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        sets = [[sorted(labels), phase, number] for (labels, phase), number in self.sentences.items()]
        return {"characters": self.characters.tolist(), "sentences": sets}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "LabelCounts":
        """What `to_json` gave."""
        sentences = {(frozenset(labels), phase): number for labels, phase, number in content["sentences"]}
        return cls(np.array(content["characters"], np.int64), sentences)


def phases(chars: tf.Tensor) -> tf.Tensor:
    """The phase of each sentence, int64 [N], from the bytes of its characters, string [N]: the same everywhere."""
    return tf.strings.to_hash_bucket_fast(chars, PHASES)


def count_labels(dataset: Dataset, folder: str) -> LabelCounts:
    """Counts over all training shards, one pass.

    Raises tf.errors.OpError on a shard that cannot be read, `DamagedShardError` on a label beyond `dataset`'s.
    """
    size = len(dataset.labels)
    characters = np.zeros(size, np.int64)
    sentences: Counter[tuple[frozenset[int], int]] = Counter()
    features = {name: tf.io.FixedLenFeature([], tf.string) for name in ("chars", "labels")}

    def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        parsed = tf.io.parse_example(serialized, features)
        return parsed["labels"], phases(parsed["chars"])

    shards = tf.data.TFRecordDataset(dataset.shard_paths(folder, "train"), dataset.compression, 1 << 20)
    batches = shards.batch(_SENTENCES_AT_ONCE).map(parse).prefetch(tf.data.AUTOTUNE)
    for labels, phase in batches.as_numpy_iterator():
        label_ids = np.frombuffer(b"".join(labels), np.uint8)
        if label_ids.max(initial=0) >= size:
            raise DamagedShardError(f"{folder}: train: a record holds a label {NOT_KNOWN}; build the records again")
        characters += np.bincount(label_ids, minlength=size)
        rows = np.zeros((len(labels), size + 1), np.uint8)  # whether the sentence has each label, and its phase
        rows[np.repeat(np.arange(len(labels)), [len(one) for one in labels]), label_ids] = 1
        rows[:, size] = phase
        for row, number in zip(*np.unique(rows, axis=0, return_counts=True), strict=True):
            sentences[frozenset(map(int, np.flatnonzero(row[:size]))), int(row[size])] += int(number)
    return LabelCounts(characters, dict(sentences))
