"""Files of word vectors in word2vec's two formats, the most frequent words first.

In the text format, which fastText and GloVe write too, a word and its numbers stand in each line, with spaces or tabs
between them; a first line with the numbers of words and of dimensions may stand above them. In the binary format that
line is always there, and after it, for each word, the word, a space, its numbers as float32 with the lowest byte first,
and mostly a line feed (https://github.com/tmikolov/word2vec, word2vec.c). A file in it is known by its name: `.bin` or
`.bin.gz`.
"""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import IO

import numpy as np

from data_tools.readers.file_kinds import unreadable_as_text
from data_tools.readers.sources import open_source
from ner import files
from ner.console import counted
from ner.data.word_vectors import WordVectors
from ner.errors import InputError

_NUM_HEADER_FIELDS = 2
_MAGIC_BYTES = 8  # tell archives; more would take binary vectors with zeros for UTF-16
_LONGEST_WORD = 10_000  # bytes: where no space comes so long, there are no words in the binary format
_DAMAGED_SHARE = 0.01  # of the words may have characters that are not UTF-8
_BINARY = np.dtype("<f4")


def read(path: str, limit: int) -> WordVectors:
    """The first `limit` words of a file, which may be compressed by gzip, and their vectors.

    Raises `InputError` as `open_source` does, and where something is not a word with as many numbers as the others.
    """
    words: dict[str, np.ndarray] = {}  # a repeated word keeps its first vector
    with open_source(path) as file:
        for word, vector in (_binary_entries if _is_binary(path) else _text_entries)(path, file):
            words.setdefault(word, vector)
            if len(words) == limit:
                break
    _check_characters(path, list(words))
    if not words:
        raise InputError(f"{path}: holds no word; name a file of word vectors in word2vec's text or binary format")
    return WordVectors.scaled(words, np.stack(list(words.values())))


def _check_characters(path: str, words: list[str]) -> None:
    """Raises `InputError` where many words are damaged; word2vec cuts a few characters in two, which is no harm."""
    damaged = [word for word in words if "\N{REPLACEMENT CHARACTER}" in word]
    if len(damaged) > _DAMAGED_SHARE * len(words):
        raise InputError(
            f"{path}: {counted(len(damaged), 'word')} of {len(words):,} are not UTF-8, the first {damaged[0]!r}; name "
            "another file, or convert it, where it is text (`iconv -f LATIN1 -t UTF-8`)"
        )


def write(path: str, words: Iterable[str], vectors: np.ndarray) -> None:
    """Writes words and vectors, float [N, D], in the format of the path's name, compressed where it ends in `.gz`."""
    entry = _binary_entry if _is_binary(path) else _text_entry
    with files.new_file(path) as file, _compressing(file, path) as out:
        out.write(f"{len(vectors)} {vectors.shape[1]}\n".encode())
        for word, vector in zip(words, vectors, strict=True):
            out.write(entry(word, vector))


def _is_binary(path: str) -> bool:
    return path.endswith((".bin", ".bin.gz"))


def _text_entries(path: str, lines: IO[bytes]) -> Iterator[tuple[str, np.ndarray]]:
    """The words and vectors of a file in the text format."""
    size = 0
    for number, line in enumerate(lines, start=1):
        if number == 1 and (kind := unreadable_as_text(line[:_MAGIC_BYTES])):
            raise InputError(f"{path}: not word vectors in word2vec's text format; it looks like {kind}")
        fields = line.split()  # bytes, of which a no-break space ends none: it is a word in some files
        if number == 1 and (header := _header(line)):
            size = header[1]
            continue
        if not fields:
            continue
        size = size or len(fields) - 1
        word = b" ".join(fields[:-size]) if size else b""  # GloVe has words with spaces
        vector = _numbers(fields[-size:]) if word and size else None
        if vector is None:
            numbers = counted(size, "number") if size else "its numbers"
            found = line[:60].decode("utf-8", "replace").strip()
            raise InputError(
                f"{path}, line {number}: expected a word and {numbers}, separated by spaces, as in word2vec's text "
                f"format, not {found!r}; correct the line, or name another file (.bin, where it is in the binary "
                "format)"
            )
        yield word.decode("utf-8", "replace"), vector


def _binary_entries(path: str, file: IO[bytes]) -> Iterator[tuple[str, np.ndarray]]:
    """The words and vectors of a file in the binary format."""
    header = _header(file.readline(_LONGEST_WORD))
    if not header or not header[1]:
        raise InputError(
            f"{path}, line 1: expected the numbers of words and of dimensions, as in word2vec's binary format; name "
            "another file (beside fastText's own .bin there is a .vec)"
        )
    count, size = header
    for number in range(1, count + 1):
        word = _until_space(file).replace(b"\n", b"")  # as gensim reads it
        content = file.read(_BINARY.itemsize * size)
        vector = np.frombuffer(content, _BINARY) if len(content) == _BINARY.itemsize * size else None
        if not word or vector is None or not np.isfinite(vector).all():
            raise InputError(
                f"{path}, word {number:,} of {count:,}: expected a word, a space and {size} numbers in word2vec's "
                "binary format; get the file again, or name another one (.vec, where it is in the text format)"
            )
        yield word.decode("utf-8", "replace"), vector
    if file.read(2).strip():
        raise InputError(f"{path}: goes on after the {count:,} words of its first line; get the file again")


def _until_space(file: IO[bytes]) -> bytes:
    """What stands before the next space; nothing where that is too far to be a word."""
    word = bytearray()
    while (byte := file.read(1)) != b" ":
        word += byte
        if not byte or len(word) > _LONGEST_WORD:
            return b""
    return bytes(word)


def _header(line: bytes) -> tuple[int, int] | None:
    """Numbers of words and of dimensions, where these are all that stands in a line."""
    fields = line.split()
    if len(fields) != _NUM_HEADER_FIELDS or not all(one.isdigit() for one in fields):
        return None
    return int(fields[0]), int(fields[1])


def _text_entry(word: str, vector: np.ndarray) -> bytes:
    return f"{word} {' '.join([f'{value:.4g}' for value in vector.tolist()])}\n".encode()


def _binary_entry(word: str, vector: np.ndarray) -> bytes:
    return word.encode() + b" " + vector.astype(_BINARY).tobytes() + b"\n"


def _compressing(file: IO[bytes], path: str) -> AbstractContextManager[IO[bytes]]:
    """What writes to a file, compressed where its name ends in `.gz`."""
    if not path.endswith(".gz"):
        return nullcontext(file)
    return gzip.GzipFile(fileobj=file, mode="wb", compresslevel=4, mtime=0)  # type: ignore[return-value]


def _numbers(fields: list[bytes]) -> np.ndarray | None:
    """The numbers that these fields are, float32, or None where one is none."""
    try:
        vector = np.array([float(field) for field in fields], np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None
