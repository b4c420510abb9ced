"""First pass of a build: reads the corpus, counts what adds up, and spools the sentences for the second pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO

import numpy as np

from data_tools.building.long_sentences import CUT, pieces
from data_tools.building.reading import Reading
from data_tools.building.sentence_keys import sentence_key, write_keys
from data_tools.building.split_scan import Mark, Place, SplitScan
from data_tools.building.spool import pack
from data_tools.readers.base import SourceRange, SourceSentence
from ner import files
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence_batch import SentenceBatch

BATCH_CHARACTERS = 1 << 16  # about so much is encoded in vain to find the first sentence of a shard
MANY_TOKENS = 300  # of a sentence: more often a blank line is missing
GROUP_BYTES = 1 << 18  # of small files that one task reads


@dataclass(frozen=True, slots=True)
class ScanTask:
    """A part of a file to be read, the file that its sentences go to, and the number of its file in the split."""

    part: SourceRange
    reading: Reading
    spool: str
    source: int = 0


def scan_tasks(path: str, reading: Reading, spool: str, source: int = 0) -> list[ScanTask]:
    """The parts of file number `source` that can be scanned on their own, in order.

    Their spools are called `spool` and a number.
    """
    parts = reading.ranges(path)
    return [ScanTask(part, reading, f"{spool}-{number:05d}", source) for number, part in enumerate(parts)]


def group_tasks(tasks: Sequence[ScanTask]) -> list[tuple[ScanTask, ...]]:
    """The tasks in order, small ones together, with one spool for each group: a folder may hold thousands of texts."""
    groups: list[tuple[ScanTask, ...]] = []
    size_bytes = 0
    for task in tasks:
        size_bytes += task.part.size_bytes
        if not groups or size_bytes > GROUP_BYTES:
            groups.append(())
            size_bytes = task.part.size_bytes
        own = groups[-1]
        groups[-1] = (*own, replace(task, spool=own[0].spool) if own else task)
    return groups


def scan_group(tasks: Sequence[ScanTask]) -> list[SplitScan]:
    """What each part of a file holds; the sentences are written to the spool of all, and their keys beside it.

    Lines with a fault are in the results' `faults`. Raises any other `InputError` as `Reader.read` does, OSError where
    a file cannot be written.
    """
    keys: list[int] = []
    with files.new_file(tasks[0].spool, durable=False) as spool:
        scans = [_scan(task, spool, keys) for task in tasks]
    write_keys(tasks[0].spool, keys)
    return scans


def _scan(task: ScanTask, spool: IO[bytes], keys: list[int]) -> SplitScan:
    """What one part holds; adds its sentences to the open `spool`, and their keys to `keys`."""
    found = SplitScan()
    pending: list[SourceSentence] = []
    characters = 0  # of those pending
    with found.collecting_faults():
        for source, length in _sentences(task, found):
            if not found.first_places.keys() >= set(source.sentence.tags):
                _add_first_places(found.first_places, task.part.path, source)
            pending.append(source)
            characters += length
            if characters >= BATCH_CHARACTERS:
                spool.write(_count(found, pending, task, spool.tell(), keys))
                pending, characters = [], 0
        if pending:
            spool.write(_count(found, pending, task, spool.tell(), keys))
    return found


def _sentences(task: ScanTask, found: SplitScan) -> Iterator[tuple[SourceSentence, int]]:
    """The sentences of a part that belong to the split, with their lengths; what is left out or cut is counted."""
    reading, path = task.reading, task.part.path
    for source, belongs in reading.sentences(task.part, found.counts):
        found.starts_inside |= not source.document
        if not belongs:
            continue
        if reading.exclusion is not None and sentence_key(source.sentence.tokens) in reading.exclusion.keys:
            found.duplicates += 1
            continue
        length = len(source.sentence.text)
        parts = iter((source,))
        if length > reading.max_characters:
            found.too_long += 1
            found.first_too_long = found.first_too_long or (Place(path, source.offset), length)
            parts = pieces(source, reading.max_characters) if reading.long_sentences == CUT else iter(())
        for part in parts:
            tags = part.sentence.tags
            if NOT_ANNOTATED in tags and tags.count(NOT_ANNOTATED) == len(tags):
                found.counts.unannotated += 1
            else:
                yield part, length if part is source else len(part.sentence.text)


def _count(scan: SplitScan, sources: list[SourceSentence], task: ScanTask, offset: int, keys: list[int]) -> bytes:
    """Adds a batch to the scan and its keys to `keys`, and gives what is to be written at `offset` of the spool."""
    batch = SentenceBatch.from_sentences(
        [source.sentence for source in sources],
        documents=[source.document for source in sources],
        lines=[source.line for source in sources],
    )
    scan.first = scan.first or sources[0].sentence
    own = [sentence_key(source.sentence.tokens) for source in sources]
    keys += own
    smallest = min(range(len(own)), key=own.__getitem__)
    if scan.sample is None or own[smallest] < scan.sample[0]:
        scan.sample = own[smallest], sources[smallest].sentence
    many = np.flatnonzero(batch.num_tokens > MANY_TOKENS)
    if len(many):
        scan.many_tokens += len(many)
        scan.first_many_tokens = scan.first_many_tokens or Place(task.part.path, sources[many[0]].offset)
    scan.marks.append(Mark(task.spool, offset, len(batch)))
    scan.sentences += len(batch)
    scan.tokens += len(batch.lengths)
    scan.spaces += int(batch.gaps.sum())
    scan.longest = max(scan.longest, int(np.diff(batch.char_bounds).max()))
    numbers = np.bincount(batch.code_points)
    scan.characters.update({chr(code): int(numbers[code]) for code in np.flatnonzero(numbers)})
    scan.tags.update(dict(zip(batch.tag_names, np.bincount(batch.tag_ids).tolist(), strict=True)))
    return pack(batch)


def _add_first_places(places: dict[str, Place], path: str, source: SourceSentence) -> None:
    for tag, lines_below in zip(source.sentence.tags, source.line_offsets, strict=True):
        places.setdefault(tag, Place(path, source.offset, lines_below))
