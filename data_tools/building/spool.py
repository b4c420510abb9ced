"""Sentences between the two passes of a build: batches of arrays in temporary files, so that text is parsed once."""

import errno
import struct
from collections.abc import Iterator
from typing import IO

import numpy as np

from ner import files
from ner.text.sentence_batch import SentenceBatch

_HEADER = struct.Struct("<cI")  # before each array: the character of its type, and its number of bytes
_NUM_ARRAYS = 9


def lost(path: str) -> OSError:
    """The error of a file that holds less than was written to it: a spool is not waited for on the disk."""
    text = (
        "sentences that were written here are lost, as in a crash of the machine; delete the folder of this unfinished "
        "build and build again"
    )
    return OSError(errno.EIO, text, path)


def pack(batch: SentenceBatch) -> bytes:
    """A batch as it stands in a spool: each part of it as an array of the smallest type that holds it."""
    texts = batch.text, "\n".join(batch.tag_names)
    numbers = batch.num_tokens, batch.lengths, batch.gaps, batch.tag_ids, batch.documents, batch.sources, batch.lines
    arrays = [np.frombuffer(text.encode(), np.uint8) for text in texts]
    arrays += [part.astype(np.min_scalar_type(part.max())) for part in numbers]
    pieces = []
    for array in arrays:
        content = array.tobytes()
        pieces += [_HEADER.pack(array.dtype.char.encode(), len(content)), content]
    return b"".join(pieces)


def read_batches(path: str, offset: int) -> Iterator[SentenceBatch]:
    """The batches of a file in order, from byte `offset` on. Raises OSError where one ends early."""
    size_bytes = files.size_bytes(path)
    with files.open_file(path) as file:
        file.seek(offset)
        while file.tell() < size_bytes:
            text, tag_names, *numbers = (_read_array(file, path) for _ in range(_NUM_ARRAYS))
            num_tokens, lengths, gaps, tag_ids, documents, sources, lines = (part.astype(np.int64) for part in numbers)
            yield SentenceBatch(
                text=text.tobytes().decode(),
                num_tokens=num_tokens,
                lengths=lengths,
                gaps=gaps.astype(np.bool_),
                tag_ids=tag_ids,
                tag_names=tuple(tag_names.tobytes().decode().split("\n")),
                documents=documents,
                sources=sources,
                lines=lines,
            )


def _read_array(file: IO[bytes], path: str) -> np.ndarray:
    kind, num_bytes = _HEADER.unpack(_read(file, _HEADER.size, path))
    return np.frombuffer(_read(file, num_bytes, path), np.dtype(kind.decode()))


def _read(file: IO[bytes], num_bytes: int, path: str) -> bytes:
    content = file.read(num_bytes)
    if len(content) < num_bytes:
        raise lost(path)
    return content
