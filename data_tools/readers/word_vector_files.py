"""Text files of word vectors in the format of word2vec, which fastText and GloVe write too.

A word and its numbers stand in each line, the most frequent words first; a first line with the numbers of words and of
dimensions may stand above them.
"""

import gzip
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import IO

import numpy as np

from data_tools.readers.sources import open_source
from ner import files
from ner.data.word_vectors import WordVectors
from ner.errors import InputError

_NUM_HEADER_FIELDS = 2


def read(path: str, limit: int) -> WordVectors:
    """The first `limit` words of a file, which may be compressed by gzip, and their vectors.

    Raises `InputError` as `open_source` does, and where a line is not a word with as many numbers as the others.
    """
    words: dict[str, np.ndarray] = {}  # a repeated word keeps its first vector
    size = 0
    with open_source(path) as lines:
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
