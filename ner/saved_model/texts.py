"""Texts with their tokens as ragged tensors, and the same texts with the spaces of training texts."""

from typing import NamedTuple

import tensorflow as tf

from ner.saved_model.tokenization import find_tokens

_SPACE = ord(" ")


class Texts(NamedTuple):
    """`characters` are code points, ragged int32 [N, T]; `starts` and `ends` (exclusive) of tokens ragged int32 [N, W].

    Tokens are in order, none is empty.
    """

    characters: tf.RaggedTensor
    starts: tf.RaggedTensor
    ends: tf.RaggedTensor

    @classmethod
    def from_text(cls, texts: tf.Tensor, lone_marks: str = "") -> "Texts":
        """UTF-8 strings [N] with the tokens that `ner.text.tokenizer` finds; what is not UTF-8 counts as U+FFFD."""
        characters = tf.strings.unicode_decode(texts, "UTF-8")
        return cls(characters, *find_tokens(characters, lone_marks))

    @classmethod
    def from_tokens(cls, tokens: tf.RaggedTensor) -> "Texts":
        """Tokens, UTF-8 strings, ragged [N, W], none empty, one after another without spaces."""
        characters = tf.strings.unicode_decode(tokens.flat_values, "UTF-8")  # ragged [W of all, T]
        lengths = tf.cast(characters.row_lengths(), tf.int32)
        splits = tf.gather(characters.row_splits, tokens.row_splits)
        ends = tf.cumsum(lengths) - tf.cast(tf.gather(splits[:-1], tokens.value_rowids()), tf.int32)
        return cls(
            tf.RaggedTensor.from_row_splits(characters.flat_values, splits),
            tokens.with_flat_values(ends - lengths),
            tokens.with_flat_values(ends),
        )

    def places(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Starts and ends of all tokens in `characters.flat_values`, int32 [W of all] each."""
        origin = tf.gather(tf.cast(self.characters.row_starts(), tf.int32), self.starts.value_rowids())
        return origin + self.starts.flat_values, origin + self.ends.flat_values

    def gaps(self) -> tf.Tensor:
        """Whether there is white space after each token, bool [W of all]; never after the last of a text."""
        following = tf.concat([self.starts.flat_values[1:], [0]], axis=0)
        return ~self._last() & (self.ends.flat_values < following)

    def _last(self) -> tf.Tensor:
        """Whether a token is the last of its text, bool [W of all]."""
        rows = self.starts.value_rowids()
        return tf.concat([rows[1:], [self.starts.nrows()]], axis=0) != rows

    def spaced(self, gaps: tf.Tensor | None = None) -> "Texts":
        """The same tokens with one space after each that has a True in `gaps`, bool [W of all]; None: after each.

        There is never one after the last token of a text.
        """
        spaces = ~self._last() if gaps is None else gaps & ~self._last()
        lengths = self.ends.flat_values - self.starts.flat_values
        widths = lengths + tf.cast(spaces, tf.int32)
        after = tf.cumsum(widths)
        first = after - widths  # of each token in the characters of all new texts
        splits = tf.gather(tf.concat([[0], after], axis=0), self.starts.row_splits)  # int32 [N + 1]
        token = tf.repeat(tf.range(tf.size(widths)), widths)  # of each new character
        offset = tf.range(tf.size(token)) - tf.gather(first, token)
        rows, (source, _) = self.starts.value_rowids(), self.places()
        is_gap = offset == tf.gather(lengths, token)
        read = tf.where(is_gap, 0, tf.gather(source, token) + offset)
        characters = tf.where(is_gap, _SPACE, tf.gather(self.characters.flat_values, read))
        starts = first - tf.gather(splits[:-1], rows)
        return Texts(
            tf.RaggedTensor.from_row_splits(characters, tf.cast(splits, tf.int64)),
            self.starts.with_flat_values(starts),
            self.starts.with_flat_values(starts + lengths),
        )
