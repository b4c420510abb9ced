"""`Words` by gathering in place of matrix products, which needs O(B T) memory; for batches that are not trained on."""

import tensorflow as tf

from ner.model.words import Words


class GatheredWords(Words):
    """The same words with the same results, for texts whose matrices [B, W, T] would be too large.

    A page of 20,000 characters has 4,000 words: its matrix takes 320 MB, and several are needed at a time.
    """

    __slots__ = ()

    def inside(self, num_steps: tf.Tensor) -> tf.Tensor:
        """Which characters stand in a word, bool [B, T] for T = `num_steps`."""
        return self._index(num_steps) >= 0

    def sums(self, chars: tf.Tensor) -> tf.Tensor:
        """The sum of `chars` [B, T, F] over the characters of each word, [B, W, F]."""
        rows, num_words = tf.unstack(tf.shape(self.starts))
        word = self._index(tf.shape(chars)[1])
        segment = tf.where(word >= 0, word + num_words * tf.range(rows)[:, None], -1)  # -1 is left out
        size = chars.shape[2]
        flat = tf.math.unsorted_segment_sum(tf.reshape(chars, [-1, size]), tf.reshape(segment, [-1]), rows * num_words)
        return tf.reshape(flat, [rows, num_words, size])

    def spread(self, values: tf.Tensor, num_steps: tf.Tensor) -> tf.Tensor:
        """What `values` [B, W, F] has for each character's word, [B, T, F] for T = `num_steps`; 0 outside words."""
        word = self._index(num_steps)
        return tf.where((word >= 0)[..., None], tf.gather(values, tf.maximum(word, 0), batch_dims=1), 0)

    def spread_positions(self, positions: tf.Tensor, num_steps: tf.Tensor) -> tf.Tensor:
        """The number that `positions` [B, W] has for each character's word, int64 [B, T]; 0 outside words."""
        return tf.cast(self.spread(positions[..., None], num_steps)[..., 0], tf.int64)

    def first(self, chars: tf.Tensor) -> tf.Tensor:
        """The values of `chars` [B, T, F] at the first character of each word, [B, W, F]; 0 where there is none."""
        return tf.where(self.real[..., None], tf.gather(chars, self.starts, batch_dims=1), 0)

    def last(self, chars: tf.Tensor) -> tf.Tensor:
        """The values of `chars` [B, T, F] at the last character of each word, [B, W, F]; 0 where there is none."""
        return tf.where(self.real[..., None], tf.gather(chars, tf.maximum(self.ends - 1, 0), batch_dims=1), 0)

    def _index(self, num_steps: tf.Tensor) -> tf.Tensor:
        """The number of each character's word, int32 [B, T]; -1 outside words."""
        rows = tf.shape(self.starts)[0]
        steps = tf.repeat(tf.range(num_steps)[None], rows, axis=0)  # [B, T]
        starts = tf.where(self.real, self.starts, num_steps)  # so that rows are sorted
        word = tf.searchsorted(starts, steps, side="right") - 1
        end = tf.gather(self.ends, tf.maximum(word, 0), batch_dims=1)
        return tf.where((word >= 0) & (steps < end), word, -1)
