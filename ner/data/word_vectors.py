"""Vectors of words, learnt from text without annotation: words in similar contexts have similar vectors.

A work folder keeps those that its run was given, as `word_vectors.npz`.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ner import files
from ner.errors import InputError
from ner.text.word_hashes import hash_words

FILE_NAME = "word_vectors.npz"
SCALE = 0.5  # root mean square of the numbers of each vector, whatever they are in the file


@dataclass(frozen=True, eq=False)
class WordVectors:
    """N words and their `vectors`, float16 [N, D], each of the length `SCALE` x sqrt(D), or 0."""

    words: tuple[str, ...]
    vectors: np.ndarray

    @classmethod
    def scaled(cls, words: Iterable[str], vectors: np.ndarray) -> "WordVectors":
        """Words with vectors of any length, float [N, D]."""
        vectors = np.asarray(vectors, np.float32)
        sizes = np.sqrt(np.einsum("nd,nd->n", vectors, vectors) / vectors.shape[1])
        return cls(tuple(words), (vectors * (SCALE / np.maximum(sizes, 1e-30))[:, None]).astype(np.float16))

    @property
    def size(self) -> int:
        """Dimensions of a vector (D)."""
        return int(self.vectors.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """What tells these words and vectors from all others."""
        return hashlib.sha256("\n".join(self.words).encode() + self.vectors.tobytes()).hexdigest()[:16]

    def rows_by_spelling(self) -> dict[str, int]:
        """The row of the vector of each word, and of spellings that differ from words here in case alone.

        These have the vector of the first such word: a headline in capitals finds its words, and vectors of lower-case
        words serve names.
        """
        rows = {word: row for row, word in enumerate(self.words)}
        for spell in (str.upper, str.lower, str.title):
            for row, word in enumerate(self.words):
                rows.setdefault(spell(word), row)
        return rows

    def index(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of words, int64 [K], ascending, and the row of the vector of each, int64 [K].

        Spellings are those of `rows_by_spelling`.
        """
        rows = self.rows_by_spelling()
        hashes, firsts = np.unique(hash_words(list(rows)), return_index=True)
        return hashes, np.fromiter(rows.values(), np.int64, len(rows))[firsts]

    def save(self, folder: str) -> None:
        """Writes `word_vectors.npz` into a folder."""
        buffer = io.BytesIO()
        words = np.frombuffer("\n".join(self.words).encode(), np.uint8)
        np.savez(buffer, words=words, vectors=self.vectors)
        files.write_atomically(files.join(folder, FILE_NAME), buffer.getvalue())


def load(folder: str) -> WordVectors:
    """What `save` wrote. Raises `InputError` where the file is missing or damaged."""
    path = files.join(folder, FILE_NAME)
    try:
        with files.open_file(path) as file, np.load(io.BytesIO(file.read())) as archive:
            return WordVectors(tuple(archive["words"].tobytes().decode().split("\n")), archive["vectors"])
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: not readable ({error}), and the model reads the vectors of its words there; restore the file"
        ) from error
