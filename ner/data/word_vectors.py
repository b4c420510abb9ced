"""Vectors of words, learnt from text without annotation: words that occur in like contexts have like vectors.

They are read from text files in the format of word2vec, which fastText, GloVe and `data_tools.word_vectors` write: a
word and its numbers in each line, the most frequent words first; a first line with the numbers of words and of
dimensions may stand above them. A work folder keeps what its run was given, as `word_vectors.npz`.
"""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import IO

import numpy as np

from ner import files
from ner.errors import InputError
from ner.text.word_hashes import hash_words

FILE_NAME = "word_vectors.npz"
SCALE = 0.5  # root mean square of the numbers of each vector, whatever they are in the file
_GZIP_MAGIC = b"\x1f\x8b"
_NUM_HEADER_FIELDS = 2


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
        """Numbers of a vector (D)."""
        return int(self.vectors.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """What tells these words and vectors from all others."""
        return hashlib.sha256("\n".join(self.words).encode() + self.vectors.tobytes()).hexdigest()[:16]

    def index(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of words, int64 [K], ascending, and the row of the vector of each, int64 [K].

        A spelling that differs from words here in case alone has the vector of the first of them: a headline in
        capitals finds its words, and vectors of lower-case words serve names.
        """
        rows = {word: row for row, word in reversed(list(enumerate(self.words)))}
        for spell in (str.upper, str.lower, str.title):
            for row, word in enumerate(self.words):
                rows.setdefault(spell(word), row)
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
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: not readable ({error}), and the model reads the vectors of its words there; restore the file"
        ) from error


def read(path: str, limit: int) -> WordVectors:
    """The first `limit` words of a text file, which may be compressed by gzip, and their vectors.

    Raises `InputError` where the file is missing or a line is not a word with as many numbers as the others.
    """
    words: dict[str, np.ndarray] = {}  # a repeated word keeps its first vector
    size = 0
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            if len(words) == limit:
                break
            fields = line.decode("utf-8", "replace").rstrip().split(" ")
            if number == 1 and len(fields) == _NUM_HEADER_FIELDS and all(one.isdecimal() for one in fields):
                size = int(fields[1])
                continue
            if fields == [""]:  # a blank line
                continue
            size = size or len(fields) - 1
            word = " ".join(fields[:-size]) if size else ""  # GloVe has words with spaces
            vector = _numbers(fields[-size:]) if word and size else None
            if vector is None:
                expected = f"a word and {size} numbers, separated by spaces" if size else "a word and its numbers"
                raise InputError(
                    f"{path}, line {number}: expected {expected}, as word2vec writes them in text, not "
                    f"{line[:60].decode('utf-8', 'replace').strip()!r}; correct the line, or name another file"
                )
            words.setdefault(word, vector)
    if not words:
        raise InputError(f"{path}: holds no word; name a file of word vectors in word2vec's text format")
    return WordVectors.scaled(words, np.stack(list(words.values())))


def write(path: str, words: Iterable[str], vectors: np.ndarray) -> None:
    """Writes words and vectors, float [N, D], as a text file, compressed where its name ends in `.gz`."""
    with files.new_file(path) as file, _compressing(file, path) as out:
        out.write(f"{len(vectors)} {vectors.shape[1]}\n".encode())
        for word, vector in zip(words, vectors, strict=True):
            out.write(f"{word} {' '.join([f'{value:.4g}' for value in vector.tolist()])}\n".encode())


def _compressing(file: IO[bytes], path: str) -> AbstractContextManager[IO[bytes]]:
    """What writes to a file, compressed where its name ends in `.gz`."""
    if not path.endswith(".gz"):
        return nullcontext(file)
    return gzip.GzipFile(fileobj=file, mode="wb", compresslevel=4, mtime=0)  # type: ignore[return-value]


def _numbers(fields: list[str]) -> np.ndarray | None:
    """The numbers that these fields are, float32, or None where one is none."""
    try:
        vector = np.array([float(field) for field in fields], np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """The lines of a file, decompressed. Raises `InputError` where it cannot be read."""
    try:
        with files.open_file(path) as file:
            is_compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            if is_compressed:
                with gzip.GzipFile(fileobj=file) as decompressed:
                    yield decompressed  # type: ignore[misc]
            else:
                yield file
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({why}); name a file of word vectors") from error
