"""Tags texts in batches of similar length, and returns them in input order."""

from collections.abc import Iterator, Sequence

import numpy as np

from ner.inference.entities import TaggedText
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text import decoding
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

MAX_BATCH_CHARACTERS = 2**17  # padding included: a batch of very long texts has fewer rows, so that it fits in memory


class Annotator:
    """Tags texts with one tagger; `method` is a decoding method of `ner.text.decoding`."""

    def __init__(self, tagger: Tagger, vocabulary: Vocabulary, labels: Labels, *, batch_size: int, method: str) -> None:
        self._log_probs = tagger.traced_log_probs()
        self._lattice = tagger.head.lattice()
        self._vocabulary = vocabulary
        self._labels = labels
        self._batch_size = batch_size
        self._method = method

    def tag(self, texts: Sequence[TokenizedText]) -> list[TaggedText]:
        """The texts in the same order, tagged; texts without tokens have no tags."""
        tagged = [TaggedText(text, (), ()) for text in texts]
        for rows in batches_by_length([len(text.text) if text.starts else 0 for text in texts], self._batch_size):
            for row, result in zip(rows, self._tag_batch([texts[row] for row in rows]), strict=True):
                tagged[row] = result
        return tagged

    def _tag_batch(self, texts: list[TokenizedText]) -> Iterator[TaggedText]:
        char_ids = _padded([self._vocabulary.encode(text.text) for text in texts])  # [B, T]
        starts, ends = _padded([text.starts for text in texts]), _padded([text.ends for text in texts])  # [B, W]
        log_probs = self._log_probs(char_ids, Words(starts, ends)).numpy()  # [B, T, C]
        words, confidences = decoding.decode(log_probs, starts, ends, self._lattice, self._method)  # [B, W]
        for row, text in enumerate(texts):
            real = slice(len(text.starts))
            tags = tuple(self._labels.names[label] for label in words[row, real])
            yield TaggedText(text, tags, tuple(confidences[row, real].tolist()))


def batches_by_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Indices into `lengths`, shortest first, in lists of at most `batch_size`; those of length 0 are omitted.

    A list also ends where its padded batch would hold more than `MAX_BATCH_CHARACTERS`.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        full = len(batch) == batch_size or (len(batch) + 1) * lengths[index] > MAX_BATCH_CHARACTERS
        if batch and full:
            yield batch
            batch = []
        if lengths[index]:
            batch.append(index)
    if batch:
        yield batch


def _padded(rows: Sequence[Sequence[int] | np.ndarray]) -> np.ndarray:
    """int32 [N, longest] of rows of different lengths, padded with 0."""
    padded = np.zeros([len(rows), max(map(len, rows))], np.int32)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded
