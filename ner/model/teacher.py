"""Trained taggers that teach another one: their soft labels of its training batches."""

import tensorflow as tf

from ner.model.heads.crf import word_scores
from ner.model.heads.partition import log_partition
from ner.model.soft_labels import SoftLabels
from ner.model.tagger import Tagger
from ner.model.words import Words


class Teacher:
    """Predicts the probabilities that `tagger` was trained for: no dropout, no biases or weights that were tuned to F1.

    Its weights are variables on the devices that train, and stay as they are.
    """

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._lattice = tagger.learned_lattice()

    def soft_labels(self, char_ids: tf.Tensor, words: Words) -> SoftLabels:
        """Probabilities of the labels of `char_ids` int32 [B, T], 0 at padding, and of the `words`.

        Those of words are derivatives of the log partition function of its lattice, which is forward-backward.
        """
        log_probs = self._tagger.log_probs(char_ids, words)
        real = tf.cast(tf.cast(char_ids, tf.int64) > 0, tf.float32)[..., None]
        scores = word_scores(log_probs, words, *self._lattice.length_scale)
        start = tf.constant(self._lattice.start, tf.float32)
        transitions = tf.constant(self._lattice.transitions, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch([scores, start, transitions])
            log_z = log_partition(scores, words.real, start, transitions)
        of_words, first, pairs = tape.gradient(log_z, [scores, start, transitions])
        return SoftLabels(tf.exp(log_probs) * real, of_words, first, pairs)
