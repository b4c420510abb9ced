"""Random changes of training text that keep its labels, made anew in every epoch.

Whole sentences in upper or lower case teach a tagger headlines and careless writing. Words whose letters are replaced
teach it that a name need not be known: what is left of such a word is its length, its case and its context.

Which sentences and words are changed depends on the dropout's seed and the row alone, however devices share a batch.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from ner.config import TrainingConfig
from ner.model.dropout import RowDropout
from ner.model.words import Words
from ner.text.vocabulary import NUM_SPECIAL, Vocabulary

_CASE_STREAM, _WORD_STREAM, _LETTER_STREAM = -11, -12, -13


class Augmentation:
    """Changes batches by `uppercase`, `lowercase` and `replace_letters` of `config`, within the `vocabulary`."""

    def __init__(self, config: TrainingConfig, vocabulary: Vocabulary) -> None:
        self._config = config
        self._upper = _case_table(vocabulary, str.upper)
        self._lower = _case_table(vocabulary, str.lower)
        self._first, self._count, self._members = _letters_alike(vocabulary)

    def __call__(self, char_ids: tf.Tensor, words: Words, dropout: RowDropout) -> tf.Tensor:
        """Changed `char_ids`, int32 [B, T]."""
        config = self._config
        if config.replace_letters:
            char_ids = self._replace_letters(char_ids, words, dropout)
        if config.uppercase or config.lowercase:
            uniforms = dropout.row_uniforms(_CASE_STREAM, tf.shape(char_ids)[0], 1)[..., 0]  # [B, 1]
            upper, lower = tf.gather(self._upper, char_ids), tf.gather(self._lower, char_ids)
            char_ids = tf.where(uniforms >= 1 - config.lowercase, lower, char_ids)
            char_ids = tf.where(uniforms < config.uppercase, upper, char_ids)
        return char_ids

    def _replace_letters(self, char_ids: tf.Tensor, words: Words, dropout: RowDropout) -> tf.Tensor:
        shape = tf.shape(char_ids)
        chosen = dropout.uniforms(_WORD_STREAM, tf.shape(words.starts)) < self._config.replace_letters  # [B, W, 1]
        inside = tf.reduce_any(words.membership(shape[1], tf.bool) & chosen, axis=1)  # [B, T]
        uniforms = dropout.uniforms(_LETTER_STREAM, shape)[..., 0]
        offsets = tf.cast(uniforms * tf.gather(self._count, char_ids), tf.int64)
        others = tf.gather(self._members, tf.gather(self._first, char_ids) + offsets)
        return tf.where(inside, others, char_ids)


def _case_table(vocabulary: Vocabulary, change: Callable[[str], str]) -> np.ndarray:
    """The id of each id's character after `change`, int32 [len(vocabulary)]; its own where that is unknown."""
    ids = {character: index for index, character in enumerate(vocabulary.characters, NUM_SPECIAL)}
    changed = [ids.get(change(character), index) for character, index in ids.items()]
    return np.array([*range(NUM_SPECIAL), *changed], np.int32)


def _letters_alike(vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each id, where ids of its kind begin, int64 [N], and how many they are, float32 [N]; and all of them, int32.

    Letters of one case and digits are of a kind, if they are both ASCII or not; any other character is alone.
    """
    kinds: dict[object, list[int]] = {}
    for index, character in enumerate(("", "", *vocabulary.characters)):
        kinds.setdefault(_kind(character) or index, []).append(index)
    first, count = np.zeros(len(vocabulary), np.int64), np.zeros(len(vocabulary), np.float32)
    members: list[int] = []
    for alike in kinds.values():
        first[alike], count[alike] = len(members), len(alike)
        members += alike
    return first, count, np.array(members, np.int32)


def _kind(character: str) -> tuple[bool, ...] | None:
    if not character.isalnum():
        return None
    return character.isascii(), character.isdigit(), character.isupper(), character.islower()
