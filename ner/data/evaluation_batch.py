"""Some sentences of a split, padded, with what is needed to score and to show them."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ner.text.document_evidence import WordKey, word_keys
from ner.text.labels import PADDING_LABEL


class EvaluationBatch(NamedTuple):
    """Some sentences of a split, with what is needed to score and to show them; all tensors.

    `char_ids` int32 [B, T], 0 pads; `labels` int32 [B, T], -1 pads, and -2 where the token is unannotated;
    `starts` and `ends` int32 [B, W], 0 and 0 pad; `text` string [B]; `position` int64 [B], the number of the sentence
    in its split, from 0. Where it came from, int64 [B] each: `document`, the number of its document in the split, from
    0; `source`, the index of its file in `Split.sources`; `line`, its first line in that file, from 1.
    """

    char_ids: tf.Tensor
    labels: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor
    text: tf.Tensor
    position: tf.Tensor
    document: tf.Tensor
    source: tf.Tensor
    line: tf.Tensor

    def to_numpy(self) -> "EvaluationBatch":
        """The same batch of numpy arrays."""
        return EvaluationBatch(*(values.numpy() for values in self))

    def select(self, rows: np.ndarray) -> "EvaluationBatch":
        """The sentences `rows`, bool [B], of a batch of numpy arrays, padded as it is."""
        return EvaluationBatch(*(values[rows] for values in self))

    def gold_words(self) -> np.ndarray:
        """Label id of each word, int64 [B, W], of a batch of numpy arrays: that of its characters; -1 at padding."""
        return np.where(self.ends > 0, np.take_along_axis(self.labels, self.starts, axis=1), PADDING_LABEL)

    def word_keys(self) -> list[WordKey]:
        """Document and spelling of each real word, one sentence after another, of a batch of numpy arrays."""
        keys: list[WordKey] = []
        for document, text, starts, ends in zip(self.document, self.text, self.starts, self.ends, strict=True):
            count = np.count_nonzero(ends)
            keys += word_keys(int(document), text.decode(), starts[:count], ends[:count])
        return keys
