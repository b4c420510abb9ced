"""Tags texts in batches of similar length, and returns them in input order."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from ner.inference.doc import Doc
from ner.inference.models.character_model import CharacterModel
from ner.inference.text_windows import Windows, windows_of
from ner.text import decoding
from ner.text.document_evidence import DocumentEvidence, WordKey, first_pass, second_pass, word_keys
from ner.text.spacing import as_trained
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText

_MAX_PADDING = 1 / 16  # of a full batch: with more padding, another batch is less work


class Annotator:
    """Tags texts with one model; `method` is a decoding method of `ner.text.decoding`. Thread-safe.

    The model reads each text with the spaces of its training texts, and a long one in windows; the results are about
    the text as it was given.
    """

    def __init__(self, model: CharacterModel, method: str) -> None:
        self.model = model
        self._method = method
        self._names = np.array(model.labels.names, object)

    @property
    def uses_documents(self) -> bool:
        """Whether sentences of a document inform each other."""
        return self._method == "viterbi" and self.model.lattice.document_weight > 0

    def tag(
        self,
        texts: Sequence[TokenizedText],
        batch_size: int | None = None,
        documents: Sequence[int | None] | None = None,
    ) -> list[Doc]:
        """The texts in the same order, tagged; texts without tokens have no tags.

        The model reads at most `batch_size` texts at once; None: as many as suit it. Texts with the same number in
        `documents` are sentences of one document, and inform each other; None: of none.
        """
        read = as_trained(TextBatch.from_texts(texts), self.model.spacing)
        if not len(read.starts):
            return [Doc(text, (), ()) for text in texts]
        evidence = self._evidence(read, batch_size or self.model.batching.size)
        if documents is not None and self.uses_documents:
            evidence = self._with_documents(evidence, texts, documents)
        found = decoding.decode_words(evidence, read.num_tokens, self.model.lattice, self._method)
        tags, confidences = self._names[found[0]].tolist(), found[1].tolist()
        bounds = pairwise(read.token_bounds.tolist())
        return [
            Doc(text, tuple(tags[first:end]), tuple(confidences[first:end]))
            for text, (first, end) in zip(texts, bounds, strict=True)
        ]

    def _with_documents(
        self, evidence: np.ndarray, texts: Sequence[TokenizedText], documents: Sequence[int | None]
    ) -> np.ndarray:
        """The evidence with that of the other sentences of each document."""
        lattice, lengths = self.model.lattice, np.array([len(text.starts) for text in texts], np.int64)
        keys: list[WordKey] = []
        unused = min((one for one in documents if one is not None), default=0)
        for text, document in zip(texts, documents, strict=True):
            unused -= 1  # each text that stands alone is a document
            keys += word_keys(unused if document is None else document, text.text, text.starts, text.ends)
        found = DocumentEvidence(self.model.labels)
        found.add(keys, first_pass(evidence, lengths, lattice))
        return second_pass(evidence, lengths, lattice, keys, found)

    def _evidence(self, texts: TextBatch, batch_size: int) -> np.ndarray:
        """What the model says about all words, float64 [W, F]."""
        windows, batching = windows_of(texts), self.model.batching
        char_ids = self.model.vocabulary.encode_code_points(texts.code_points).astype(np.int32)

        def read(rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
            return self._read(texts, char_ids, windows.select(rows))

        batches = [*batches_by_length(windows.end_char - windows.first_char, batch_size, batching.characters)]
        if batching.parallel == 1 or len(batches) == 1:
            found = [*map(read, batches)]
        else:
            with ThreadPoolExecutor(batching.parallel) as pool:
                found = [*pool.map(read, batches)]
        numbers, values = (np.concatenate(column) for column in zip(*found, strict=True))
        evidence = np.empty_like(values)
        evidence[numbers] = values
        return evidence

    def _read(self, texts: TextBatch, char_ids: np.ndarray, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the words that count in the windows of a batch, int64 [N], and what the model says of them."""
        first, end = windows.first_char[:, None], windows.end_char[:, None]
        places = first + np.arange((end - first).max())  # [B, T]
        ids = np.where(places < end, char_ids.take(places, mode="clip"), 0)
        words = windows.first_word[:, None] + np.arange((windows.end_word - windows.first_word).max())
        real = words < windows.end_word[:, None]  # [B, W]
        starts = np.where(real, texts.starts.take(words, mode="clip") - first, 0)
        ends = np.where(real, np.minimum(texts.ends.take(words, mode="clip"), end) - first, 0)
        log_probs = self.model.log_probs(ids, starts.astype(np.int32), ends.astype(np.int32))  # [B, T, C]
        counted = (words >= windows.first_counted[:, None]) & (words < windows.end_counted[:, None])
        origin = ids.shape[1] * np.arange(len(ids))[:, None]
        evidence = decoding.word_evidence(
            log_probs.reshape(ids.size, -1),
            (starts + origin)[counted],
            (ends + origin)[counted],
            self.model.lattice,
            self._method,
        )
        return words[counted], evidence


def batches_by_length(lengths: Sequence[int] | np.ndarray, batch_size: int, max_characters: int) -> Iterator[list[int]]:
    """Indices into `lengths`, shortest first, in lists of at most `batch_size`; those of length 0 are omitted.

    A list also ends where its padded batch would hold more than `max_characters`, and where the next length is so much
    larger that padding would be more work than another batch.
    """
    batch: list[int] = []
    total = 0
    order = np.argsort(lengths, kind="stable")
    for index, length in zip(order.tolist(), np.asarray(lengths)[order].tolist(), strict=True):
        size = (len(batch) + 1) * length
        full = len(batch) == batch_size or size > max_characters
        if batch and (full or size - length - total > _MAX_PADDING * batch_size * length):
            yield batch
            batch, total = [], 0
        if length:
            batch.append(index)
            total += length
    if batch:
        yield batch
