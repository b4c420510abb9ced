"""Second pass of a build: contiguous sentences of the spools become TFRecord shards, each one written on its own."""

import functools
import hashlib
import operator
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from data_tools.building.origins import Origin
from data_tools.building.split_scan import Mark
from data_tools.building.spool import lost, read_batches
from ner import files
from ner.data import tfrecord
from ner.data.dataset import Shard
from ner.data.encoding import encode_batch
from ner.data.label_counts import LabelCounts, phases
from ner.text.labels import Labels
from ner.text.sentence_batch import SentenceBatch
from ner.text.vocabulary import Vocabulary

DEFAULT_SHARDS = 16
MIN_SHARD_SENTENCES = 100
BLOCK_BYTES = 1 << 20  # what is written, hashed and compressed at once


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive sentences of one spool: from byte `offset`, `skip` are passed over and `take` are taken."""

    spool: str
    offset: int
    skip: int
    take: int
    origins: tuple[Origin, ...]


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How sentences become the bytes of a shard."""

    vocabulary: Vocabulary
    labels: Labels
    space_label: str
    compression: str

    def frames(self, batch: SentenceBatch) -> list[bytes]:
        """The bytes of each record in a shard."""
        encoded = encode_batch(batch, self.vocabulary, self.labels.ids, self.space_label)
        return [tfrecord.frame(record) for record in encoded]

    def count(self, batch: SentenceBatch, part: slice) -> LabelCounts:
        """Label counts of some sentences of a batch."""
        bounds = batch.char_bounds[part.start : part.stop + 1]
        label_ids = batch.char_labels(self.labels.ids, self.space_label)[bounds[0] : bounds[-1]]
        phase = phases(batch.sources[part], batch.lines[part])
        return LabelCounts.of_sentences(label_ids, bounds, phase, len(self.labels))


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One shard to be written: its path, its sentences, and how they are encoded."""

    path: str
    runs: tuple[Run, ...]
    encoding: Encoding
    count_labels: bool = False


class WrittenShard(NamedTuple):
    """A shard's entry in `dataset.json`, and the label counts of its sentences where they were asked for."""

    shard: Shard
    label_counts: LabelCounts


def shard_count(sentences: int, asked: int | None) -> int:
    """How many shards a split of that many sentences gets: never more than sentences.

    Unless asked otherwise these are 16, or as many as leave at least 100 sentences to each.
    """
    target = min(DEFAULT_SHARDS, sentences // MIN_SHARD_SENTENCES) if asked is None else asked
    return max(1, min(target, sentences))


def split_runs(marks: Iterable[Mark], count: int) -> list[tuple[Run, ...]]:
    """The runs of each of `count` shards; shard k holds sentences [k * n // count, (k + 1) * n // count) of n."""
    marks = list(marks)
    sentences = sum(mark.sentences for mark in marks)
    borders = [index * sentences // count for index in range(count + 1)]
    return [_runs_between(marks, first, last) for first, last in pairwise(borders)]


def _runs_between(marks: list[Mark], first: int, last: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    position = 0  # number of the first sentence after a mark
    for mark in marks:
        start, end = max(first, position), min(last, position + mark.sentences)
        if start < end:
            before = runs[-1] if runs else None
            if before and before.spool == mark.spool:  # reading simply goes on
                runs[-1] = replace(before, take=before.take + end - start)
            else:
                runs.append(Run(mark.spool, mark.offset, start - position, end - start, mark.origins))
        position += mark.sentences
    return tuple(runs)


def write_shard(task: ShardTask) -> WrittenShard:
    """Writes one shard and says what it holds. Raises OSError that names it, or a spool, where that fails."""
    counts = [LabelCounts()]

    def frames() -> Iterator[bytes]:
        for run in task.runs:
            for batch, part in _batches(run):
                if task.count_labels:
                    counts.append(task.encoding.count(batch, part))
                yield from task.encoding.frames(batch)[part]

    blocks = _blocks(frames())
    if task.encoding.compression == "GZIP":
        blocks = _gzip(blocks)
    digest, size_bytes = hashlib.sha256(), 0
    with files.new_file(task.path) as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            size_bytes += len(block)
    records = sum(run.take for run in task.runs)
    shard = Shard(file=PurePath(task.path).name, records=records, bytes=size_bytes, sha256=digest.hexdigest())
    return WrittenShard(shard, functools.reduce(operator.add, counts))


def _batches(run: Run) -> Iterator[tuple[SentenceBatch, slice]]:
    """The batches that hold the sentences of a run, and which of theirs these are. Raises OSError where some lack."""
    first, end = run.skip, run.skip + run.take
    for batch in read_batches(run.spool, run.offset):
        part = slice(max(first, 0), min(end, len(batch)))
        if part.start < part.stop:
            yield batch.with_origins(run.origins), part
        first, end = first - len(batch), end - len(batch)
        if end <= 0:
            return
    raise lost(run.spool)


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
