"""One corpus as train, validation and test: a hash decides where each document, or sentence, belongs.

The hash is that of the first sentence, so a document stays where it is when others are added before or after it, and
equal sentences never stand in two splits where sentences are divided one by one. `--split_by=auto` goes over from
sentences to documents when the first 5,000 sentences of the first file get a second one: all is then divided anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np

from data_tools.readers.base import ReadCounts, Reader
from data_tools.readers.faults import FaultyLinesError
from data_tools.readers.source_batch import SourceBatch
from ner.errors import InputError
from ner.settings import check_settings, setting

AUTO, DOCUMENT, SENTENCE = SPLIT_BY = ("auto", "document", "sentence")

_GROUP = "splits of one corpus"
_LOOKED_AT = 5_000  # sentences, to find documents


@dataclass(frozen=True, kw_only=True)
class HashSplitOptions:
    """What share of the files of train goes to the other splits."""

    validation_share: float = setting(
        0.0, "Share of --train that becomes validation, chosen by a hash.", low=0, below=1, group=_GROUP
    )
    test_share: float = setting(0.0, "Share of --train that becomes test.", low=0, below=1, group=_GROUP)
    folds: int | None = setting(None, "Folds for cross-validation, of which one is validation.", low=2, group=_GROUP)
    fold: int = setting(0, "The fold that is validation, from 0.", low=0, group=_GROUP)
    split_by: str = setting(
        AUTO,
        "What stays together: a document, or a sentence. auto: documents where each file is one or the first file "
        "begins with two at least; adding the second one divides everything anew.",
        choices=SPLIT_BY,
        group=_GROUP,
    )

    def __post_init__(self) -> None:
        check_settings(self)
        if self.validation_share + self.test_share >= 1:
            raise InputError("--validation_share and --test_share leave nothing to train; give smaller shares")
        if self.folds is not None and self.validation_share:
            raise InputError("--folds and --validation_share both choose validation; give one of them")
        if self.fold and (self.folds is None or self.fold >= self.folds):
            raise InputError(f"--fold={self.fold} is none of --folds={self.folds}, which count from 0")

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that are taken from train."""
        validation = ("validation",) if self.validation_share or self.folds is not None else ()
        return (*validation, "test") if self.test_share else validation

    def split_of(self, first_sentence: str) -> str:
        """The split of a document or sentence with that first sentence: its tokens with spaces between them."""
        digest = hashlib.blake2b(first_sentence.encode(), digest_size=16, person=b"split").digest()
        for_test, for_validation = (int.from_bytes(half, "little") / 2**64 for half in (digest[:8], digest[8:]))
        if for_test < self.test_share:
            return "test"
        if self.folds is not None:
            return "validation" if int(for_validation * self.folds) == self.fold else "train"
        return "validation" if for_validation < self.validation_share / (1 - self.test_share) else "train"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Chooses the sentences of one split from files that several share."""

    split: str
    options: HashSplitOptions
    by_document: bool

    def chooser(self) -> Callable[[SourceBatch], np.ndarray]:
        """Whether each sentence of a batch belongs to the split, bool [N]; the batches are given in order.

        Sentences that begin at one place of the file, as those of one record of JSON lines, stay together.
        """
        before = np.full((4, 1), -1)  # the document or place of the sentence before
        chosen = False

        def belongs(batch: SourceBatch) -> np.ndarray:
            nonlocal before, chosen
            sentences = batch.sentences
            units = np.stack((sentences.sources, sentences.documents, batch.offsets, sentences.lines))
            if self.by_document:
                units[2:] = 0
            found = np.zeros(len(batch), np.bool_)
            begins = (np.diff(units, prepend=before) != 0).any(axis=0)
            bounds = np.append(np.flatnonzero(begins), len(batch)).tolist()
            found[: bounds[0]] = chosen
            for first, end in pairwise(bounds):
                chosen = self.options.split_of(sentences.spaced_texts[first]) == self.split
                found[first:end] = chosen
            before = units[:, -1:]
            return found

        return belongs


def has_documents(reader: Reader, paths: Sequence[str]) -> bool:
    """Whether each file is one document, or lines near the beginning of the first with sentences begin two at least."""
    if reader.files_are_documents:
        return True
    counts = ReadCounts()
    sentences = 0
    try:
        for part in (part for path in paths for part in reader.ranges(path)[:1]):
            for _ in islice(reader.read(part, counts), _LOOKED_AT):
                sentences += 1
                if counts.documents.total() > 1:
                    return True
            if sentences:
                break
    except FaultyLinesError:
        pass  # reported when the file is scanned
    return counts.documents.total() > 1
