"""First pass of a build: reads the corpus, counts what adds up, and spools the sentences for the second pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data_tools.building.long_sentences import CUT, pieces
from data_tools.building.raw_tokens import with_raw_tokens
from data_tools.building.reading import Reading
from data_tools.building.sentence_keys import sentence_keys, write_keys
from data_tools.building.split_scan import Mark, Place, ScannedPart, SplitScan
from data_tools.building.spool import pack
from data_tools.readers.base import ReadCounts, SourceRange, SourceSentence
from data_tools.readers.source_batch import SourceBatch
from ner import files

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


def scan_group(tasks: Sequence[ScanTask]) -> SplitScan:
    """What parts of files hold together; the sentences are written to the spool of all, and their keys beside it.

    Lines with a fault are in the result's `faults`. Raises any other `InputError` as `Reader.read` does, OSError where
    a file cannot be written.
    """
    scan, counts = SplitScan(), [ReadCounts() for _ in tasks]
    keys: list[np.ndarray] = []
    starts_inside: set[int] = set()  # parts of which a sentence stands before the first line that begins a document
    reading, parts = tasks[0].reading, [task.part for task in tasks]
    with files.new_file(tasks[0].spool, durable=False) as spool, scan.collecting_faults():
        for batch, is_own in reading.batches(parts, counts):
            starts_inside |= set(batch.sentences.sources[batch.sentences.documents == 0].tolist())
            own_keys, kept = _kept(batch, is_own, tasks, scan)
            kept = _with_raw_tokens(kept, reading)
            if len(kept):
                scan.marks.append(Mark(tasks[0].spool, spool.tell(), len(kept)))
                _count(scan, kept, own_keys, tasks)
                spool.write(pack(kept.sentences))
                keys.append(own_keys)
    write_keys(tasks[0].spool, keys)
    for own in counts:
        scan.counts.add(own)
    scan.parts = tuple(
        ScannedPart(task.source, own.lines, own.documents, number in starts_inside)
        for number, (task, own) in enumerate(zip(tasks, counts, strict=True))
    )
    return scan


def _kept(
    batch: SourceBatch, is_own: np.ndarray, tasks: Sequence[ScanTask], scan: SplitScan
) -> tuple[np.ndarray, SourceBatch]:
    """The sentences that belong to the split, and their keys; what is left out or cut is counted in `scan`."""
    reading, batch = tasks[0].reading, batch.select(is_own)
    keys = sentence_keys(batch.sentences)
    if reading.exclusion is not None and len(batch):
        excluded = reading.exclusion.keys  # found by a hash of all files: once a batch, not once a sentence
        new = np.array([key not in excluded for key in keys.tolist()], np.bool_)
        scan.duplicates += int(np.count_nonzero(~new))
        keys, batch = keys[new], batch.select(new)
    if len(batch) and (np.diff(batch.sentences.char_bounds) > reading.max_characters).any():
        batch = _without_long(batch, tasks, scan)
        keys = sentence_keys(batch.sentences)
    annotated = reading.has_annotation(batch.sentences)
    scan.counts.unannotated += int(np.count_nonzero(~annotated))
    return keys[annotated], batch.select(annotated)


def _with_raw_tokens(batch: SourceBatch, reading: Reading) -> SourceBatch:
    """The batch with the tokens of raw text in a share of its sentences, whose keys are those of their own tokens.

    One that would become too long, by spaces between these tokens, stays as it is.
    """
    if not reading.raw_tokens or not len(batch):
        return batch
    given = list(batch.to_sources())
    changed = (with_raw_tokens(source, reading.raw_tokens, reading.lone_marks) for source in given)
    sources = [
        new if len(new.sentence.text) <= reading.max_characters else source
        for source, new in zip(given, changed, strict=True)
    ]
    return SourceBatch.from_sources(sources, batch.sentences.sources.tolist())


def _without_long(batch: SourceBatch, tasks: Sequence[ScanTask], scan: SplitScan) -> SourceBatch:
    """The sentences with those that are too long cut, or left out; both are counted in `scan`."""
    reading = tasks[0].reading
    kept: list[SourceSentence] = []
    ranges: list[int] = []
    for source, number in zip(batch.to_sources(), batch.sentences.sources.tolist(), strict=True):
        length = len(source.sentence.text)
        parts: Sequence[SourceSentence] = (source,)
        if length > reading.max_characters:
            scan.too_long += 1
            scan.first_too_long = scan.first_too_long or (Place(tasks[number].part.path, source.offset), length)
            parts = [*pieces(source, reading.max_characters)] if reading.long_sentences == CUT else []
            if reading.long_sentences == CUT:
                scan.too_long_tokens += len(source.sentence.tokens) - sum(len(part.sentence.tokens) for part in parts)
        kept += parts
        ranges += [number] * (len(kept) - len(ranges))
    return SourceBatch.from_sources(kept, ranges)


def _count(scan: SplitScan, batch: SourceBatch, keys: np.ndarray, tasks: Sequence[ScanTask]) -> None:
    """Adds a batch that is not empty to the scan."""
    sentences = batch.sentences
    scan.first = scan.first or sentences.sentence(0)
    smallest = int(keys.argmin())
    if scan.sample is None or keys[smallest] < scan.sample[0]:
        scan.sample = int(keys[smallest]), sentences.sentence(smallest)
    many = np.flatnonzero(sentences.num_tokens > MANY_TOKENS)
    if len(many):
        scan.many_tokens += len(many)
        scan.first_many_tokens = scan.first_many_tokens or _place(batch, int(many[0]), tasks)
    scan.sentences += len(sentences)
    scan.tokens += len(sentences.lengths)
    scan.spaces += int(sentences.gaps.sum())
    scan.mark_counts.count(sentences)
    scan.longest = max(scan.longest, int(np.diff(sentences.char_bounds).max()))
    numbers = np.bincount(sentences.code_points)
    scan.characters.update({chr(code): int(numbers[code]) for code in np.flatnonzero(numbers)})
    for tag, name in enumerate(sentences.tag_names):
        tokens = np.flatnonzero(sentences.tag_ids == tag)
        scan.tags[name] += len(tokens)
        if name not in scan.first_places:
            index = int(np.searchsorted(sentences.token_bounds, tokens[0], "right")) - 1
            place = _place(batch, index, tasks)
            scan.first_places[name] = place._replace(lines_below=int(batch.line_offsets[tokens[0]]))


def _place(batch: SourceBatch, index: int, tasks: Sequence[ScanTask]) -> Place:
    """Where a sentence begins."""
    return Place(tasks[int(batch.sentences.sources[index])].part.path, int(batch.offsets[index]))
