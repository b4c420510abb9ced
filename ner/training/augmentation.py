"""Random changes of training text that keep its labels, made anew in every epoch.

Whole sentences in upper or lower case teach headlines and careless writing. Which sentences are changed depends
on the dropout's seed and the row alone, however devices share a batch.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from ner.model.dropout import RowDropout
from ner.text.vocabulary import NUM_SPECIAL, Vocabulary
from ner.training_config import TrainingConfig

_CASE_STREAM = -11


class Augmentation:
    """Changes batches by `uppercase` and `lowercase` of `config`, within the `vocabulary`."""

    def __init__(self, config: TrainingConfig, vocabulary: Vocabulary) -> None:
        self._config = config
        self._upper = _case_table(vocabulary, str.upper)
        self._lower = _case_table(vocabulary, str.lower)

    def __call__(self, char_ids: tf.Tensor, dropout: RowDropout) -> tf.Tensor:
        """Changed `char_ids`, int32 [B, T], in host memory, where lengths are counted from them."""
        config = self._config
        if not config.uppercase and not config.lowercase:
            return char_ids
        with tf.device("/CPU:0"):
            uniforms = dropout.row_uniforms(_CASE_STREAM, tf.shape(char_ids)[0], 1)[..., 0]  # [B, 1]
            upper, lower = tf.gather(self._upper, char_ids), tf.gather(self._lower, char_ids)
            lowered = tf.where(uniforms >= 1 - config.lowercase, lower, char_ids)
            return tf.where(uniforms < config.uppercase, upper, lowered)


def _case_table(vocabulary: Vocabulary, change: Callable[[str], str]) -> np.ndarray:
    """The id of each id's character after `change`, int32 [len(vocabulary)]; its own where that is unknown."""
    ids = {character: index for index, character in enumerate(vocabulary.characters, NUM_SPECIAL)}
    changed = [ids.get(change(character), index) for character, index in ids.items()]
    return np.array([*range(NUM_SPECIAL), *changed], np.int32)
