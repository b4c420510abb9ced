"""Entities of a window of training sentences change places with others of their type.

What surrounds an entity then says nothing about which one it is, as in mention replacement (Dai and Adel 2020,
https://arxiv.org/abs/2010.11683), but each entity still occurs as often as in the corpus, and no list of them is kept.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from ner.data.padding import EncodedSentences, word_bounds
from ner.text.labels import Labels, split_label

_BYTES = {"chars": 2, "labels": 1, "words": 1}  # of a character in each field of EncodedSentences
_LABEL_BYTES = 256  # values that a label's byte can have
_LONGEST = 1_000  # characters of a sentence among which an entity is looked for, so that long ones cost no memory
_ENTITY, _SHARE, _PERMUTATION = range(1, 4)  # streams of random numbers


@dataclass(frozen=True, eq=False)
class MentionExchange:
    """Exchanges one entity in the `share` of the sentences that have one. `labels` are those of the dataset."""

    labels: Labels
    share: float

    def __call__(self, sentences: EncodedSentences, seed: tf.Tensor) -> EncodedSentences:
        """The N `sentences` after the exchange, which is a function of `seed`, int [2], and of them."""
        starts, ends, types = self._chosen(sentences, seed)
        source = self._sources(types, seed)
        fields = {}
        for name, size in _BYTES.items():
            values = getattr(sentences, name)
            mentions = tf.strings.substr(values, size * starts, size * (ends - starts))
            before = tf.strings.substr(values, tf.zeros_like(starts), size * starts)
            after = tf.strings.substr(values, size * ends, tf.strings.length(values) - size * ends)
            fields[name] = tf.strings.join([before, tf.gather(mentions, source), after])
        return EncodedSentences(**fields)

    def _chosen(self, sentences: EncodedSentences, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """A random entity of each sentence: its first character, the one after its last, its type; int32 [N] each.

        Of a sentence that has none, or that takes no part in the exchange, both characters are 0 and the type is -1.
        """
        lengths = sentences.lengths()
        longest = tf.clip_by_value(tf.reduce_max(lengths), 1, _LONGEST)
        label_ids, marks = (
            tf.io.decode_raw(values, tf.uint8, fixed_length=longest) for values in (sentences.labels, sentences.words)
        )
        starts, ends = word_bounds(marks)  # [N, W]
        ids = tf.where(ends > 0, tf.gather(tf.cast(label_ids, tf.int32), starts, batch_dims=1), 0)
        begins, inside = tf.gather(self._begins, ids) >= 0, tf.gather(self._inside, ids)
        random = tf.random.stateless_uniform(tf.shape(ids), _folded(seed, _ENTITY))
        first = tf.argmax(tf.where(begins, random, -1.0), axis=1, output_type=tf.int32)  # a word [N]
        numbers = tf.range(tf.shape(ids)[1])
        goes_on = inside | (numbers <= first[:, None])
        last = tf.reduce_sum(tf.math.cumprod(tf.cast(goes_on, tf.int32), axis=1), axis=1) - 1
        start, label = (tf.gather(values, first, batch_dims=1) for values in (starts, ids))
        end = tf.gather(ends, last, batch_dims=1)
        complete = (end < longest) | (lengths <= longest)
        chosen = tf.random.stateless_uniform(tf.shape(first), _folded(seed, _SHARE)) < self.share
        takes_part = tf.reduce_any(begins, axis=1) & complete & chosen
        types = tf.where(takes_part, tf.gather(self._begins, label), -1)
        return tf.where(takes_part, start, 0), tf.where(takes_part, end, 0), types

    def _sources(self, types: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """The number of the sentence whose entity each one gets, int32 [N]: a random permutation within each type."""
        numbers = tf.range(tf.size(types))
        shuffled = tf.random.experimental.stateless_shuffle(numbers, _folded(seed, _PERMUTATION))
        by_type = tf.gather(shuffled, tf.argsort(tf.gather(types, shuffled), stable=True))
        return tf.scatter_nd(tf.argsort(types, stable=True)[:, None], by_type, tf.shape(types))

    @property
    def _begins(self) -> np.ndarray:
        """Number of the type that a label begins an entity of, -1 if it begins none, int32 [256]."""
        found = np.full(_LABEL_BYTES, -1, np.int32)
        for number, (prefix, entity_type) in enumerate(map(split_label, self.labels.names)):
            if prefix == "B":
                found[number] = self.labels.types.index(entity_type)
        return found

    @property
    def _inside(self) -> np.ndarray:
        """Whether a label continues an entity, bool [256]."""
        found = np.zeros(_LABEL_BYTES, bool)
        found[: len(self.labels)] = [split_label(name)[0] == "I" for name in self.labels.names]
        return found


def _folded(seed: tf.Tensor, stream: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, stream)
