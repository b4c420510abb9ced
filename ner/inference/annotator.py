"""Tags texts in batches of similar length, and returns them in input order."""

from collections.abc import Iterator, Sequence

import numpy as np

from ner.inference.character_model import CharacterModel
from ner.inference.doc import Doc
from ner.inference.text_windows import TextWindow, windows_of
from ner.text import decoding
from ner.text.spacing import as_trained
from ner.text.tokenizer import TokenizedText

MAX_BATCH_CHARACTERS = 2**15  # padding included: a batch of long texts has fewer rows, so that memory is bounded


class Annotator:
    """Tags texts with one model; `method` is a decoding method of `ner.text.decoding`. Thread-safe.

    The model reads each text with the spaces of its training texts, and a long one in windows; the results are about
    the text as it was given.
    """

    def __init__(self, model: CharacterModel, method: str) -> None:
        self.model = model
        self._method = method

    def tag(self, texts: Sequence[TokenizedText], batch_size: int) -> list[Doc]:
        """The texts in the same order, tagged; texts without tokens have no tags."""
        docs = [Doc(text, (), ()) for text in texts]
        evidence = self._evidence(texts, batch_size)
        for rows in batches_by_length([len(text.starts) for text in texts], batch_size):
            words = _padded([evidence[row] for row in rows], np.float64)  # [B, W, F]
            lengths = np.array([len(texts[row].starts) for row in rows])
            real = np.arange(words.shape[1]) < lengths[:, None]  # [B, W]
            labels, confidences = decoding.decode_words(words, real, self.model.lattice, self._method)
            for row, ids, probabilities, length in zip(rows, labels, confidences, lengths, strict=True):
                tags = tuple(self.model.labels.names[label] for label in ids[:length])
                docs[row] = Doc(texts[row], tags, tuple(probabilities[:length].tolist()))
        return docs

    def _evidence(self, texts: Sequence[TokenizedText], batch_size: int) -> list[np.ndarray]:
        """What the model says about the words of each text: float64 [words, F]; of no words, [0]."""
        windows, owners = [], []
        for row, text in enumerate(texts):
            for window in windows_of(as_trained(text, self.model.spacing)):
                windows.append(window)
                owners.append(row)
        found: list[np.ndarray] = [np.zeros(0)] * len(windows)
        for rows in batches_by_length([len(window.text) for window in windows], batch_size):
            for row, words in zip(rows, self._read([windows[row] for row in rows]), strict=True):
                found[row] = words
        by_text: list[list[np.ndarray]] = [[] for _ in texts]
        for owner, words in zip(owners, found, strict=True):
            by_text[owner].append(words)
        return [np.concatenate(parts) if parts else np.zeros(0) for parts in by_text]

    def _read(self, windows: Sequence[TextWindow]) -> Iterator[np.ndarray]:
        """What the model says about the words that count in each window of a batch: float64 [words, F]."""
        char_ids = _padded([self.model.vocabulary.encode(window.text) for window in windows], np.int32)  # [B, T]
        starts = _padded([window.starts for window in windows], np.int32)  # [B, W]
        ends = _padded([window.ends for window in windows], np.int32)
        log_probs = self.model.log_probs(char_ids, starts, ends)  # [B, T, C]
        evidence = decoding.word_evidence(log_probs, starts, ends, self.model.lattice, self._method)  # [B, W, F]
        for window, words in zip(windows, evidence, strict=True):
            yield words[: len(window.starts)][window.counted]


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


def _padded(rows: Sequence[Sequence[int] | np.ndarray], dtype: type) -> np.ndarray:
    """[N, longest, ...] of rows of different lengths, padded with 0."""
    padded: np.ndarray = np.zeros([len(rows), max(map(len, rows)), *np.shape(rows[0])[1:]], dtype)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded
