"""Second pass over the corpus: contiguous sentences become TFRecord shards, each one written on its own."""

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from data_tools.survey import Mark, Place, Reading
from ner.errors import InputError
from ner.records import example, tfrecord
from ner.records.dataset import Shard
from ner.text.characters import Sentence
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

DEFAULT_SHARDS = 16
MIN_SHARD_SENTENCES = 100
BLOCK_BYTES = 1 << 20  # what is written, hashed and compressed at once


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring sentences of one file: from `place`, `skip` kept sentences are passed over and `take` are taken."""

    place: Place
    skip: int
    take: int


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How sentences become the bytes of a shard."""

    vocabulary: Vocabulary
    labels: Labels
    space_label: str
    compression: str

    def frame(self, sentence: Sentence) -> bytes:
        """The bytes of one record in a shard."""
        return tfrecord.frame(example.encode(sentence, self.vocabulary, self.labels.ids, self.space_label))


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One shard to be written: its path, its sentences, and how they are read and encoded."""

    path: str
    runs: tuple[Run, ...]
    reading: Reading
    encoding: Encoding


def shard_count(sentences: int, asked: int | None) -> int:
    """How many shards a split of that many sentences gets: never more than sentences.

    Unless asked otherwise these are 16, or as many as leave at least 100 sentences to each.
    """
    wanted = min(DEFAULT_SHARDS, sentences // MIN_SHARD_SENTENCES) if asked is None else asked
    return max(1, min(wanted, sentences))


def split_runs(marks: Iterable[Mark], count: int) -> list[tuple[Run, ...]]:
    """The runs of each of `count` shards; shard k holds sentences [k * n // count, (k + 1) * n // count) of n."""
    marks = list(marks)
    sentences = sum(mark.sentences for mark in marks)
    borders = [index * sentences // count for index in range(count + 1)]
    return [_runs_between(marks, first, last) for first, last in pairwise(borders)]


def _runs_between(marks: list[Mark], first: int, last: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    position = 0  # number of the first sentence behind a mark
    for mark in marks:
        start, end = max(first, position), min(last, position + mark.sentences)
        if start < end:
            if runs and runs[-1].place.path == mark.place.path:  # reading simply goes on
                runs[-1] = Run(runs[-1].place, runs[-1].skip, runs[-1].take + end - start)
            else:
                runs.append(Run(mark.place, start - position, end - start))
        position += mark.sentences
    return tuple(runs)


def write_shard(task: ShardTask) -> Shard:
    """Writes one shard and returns its entry in `dataset.json`.

    Raises `InputError` where the files no longer hold the sentences that were counted, OSError that names the shard
    where it cannot be written.
    """
    sentences = (sentence for run in task.runs for sentence in _sentences(run, task.reading))
    blocks = _blocks(map(task.encoding.frame, sentences))
    if task.encoding.compression == "GZIP":
        blocks = _gzip(blocks)
    digest, size_bytes = hashlib.sha256(), 0
    try:
        with Path(task.path).open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size_bytes += len(block)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # of a full disk, which does not say where
        raise OSError(error.errno, error.strerror, error.filename or task.path) from error
    records = sum(run.take for run in task.runs)
    return Shard(file=Path(task.path).name, records=records, bytes=size_bytes, sha256=digest.hexdigest())


def _sentences(run: Run, reading: Reading) -> Iterator[Sentence]:
    number = 0
    for source in reading.sentences(run.place):
        if len(source.sentence.text) > reading.max_characters:
            continue
        if number >= run.skip:
            yield source.sentence
        number += 1
        if number == run.skip + run.take:
            return
    raise InputError(f"{run.place.path}: the file changed while it was read; build again when it is complete")


def _blocks(frames: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a system call."""
    pieces: list[bytes] = []
    size_bytes = 0
    for piece in frames:
        pieces.append(piece)
        size_bytes += len(piece)
        if size_bytes >= BLOCK_BYTES:
            yield b"".join(pieces)
            pieces, size_bytes = [], 0
    yield b"".join(pieces)


def _gzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks as one GZIP file without name and time, so that equal records give equal files."""
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    for block in blocks:
        yield compressor.compress(block)
    yield compressor.flush()
