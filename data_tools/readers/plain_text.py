"""Reads unannotated text, to pretrain on: each line is a paragraph, and a blank line ends a document.

No file is found to be plain text by looking: only a user can say so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from data_tools.readers.annotated_text import cut_sentences
from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.block_text import count_latin_controls, decode_lines
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.source_batch import BATCH_CHARACTERS, SourceBatch, read_one_by_one
from data_tools.readers.sources import BLANK, open_source
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence_splitter import sentence_starts
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText

DOCUMENT = "a blank line"  # what begins a document, in the counts of a build

_BLANK = f"{BLANK}\n".encode()
_ROW = re.compile(rb"\S.*[ \t](?:O|[BIESLU]-\S+)\s*")
_ROWS_SHARE = 0.9  # of the lines, from which on a file is one of columns


def has_tags(head: bytes) -> bool:
    """Whether the lines of a file that begins so end in tags, as those of column files do."""
    lines = [line for line in head.split(b"\n")[:-1] or [head] if line.strip(_BLANK)]
    return sum(_ROW.fullmatch(line) is not None for line in lines) > _ROWS_SHARE * len(lines)


class _Paragraph(NamedTuple):
    """A line that is not blank, and where it was read: as in a `SourceSentence`, in the range of number `part`."""

    data: bytes
    part: int
    path: str
    offset: int
    line: int
    document: int


@dataclass(frozen=True)
class PlainTextReader(FormatReader):
    """Paragraphs become the sentences of `sentence_starts`, whose tokens are unannotated; see `Reader`.

    White space between tokens, however much, becomes one space. Texts are cut into tokens at `lone_marks`
    (`TokenizedText.from_text`).
    """

    format = "plain text"
    in_words = "plain text, one paragraph per line"

    encoding: str = "utf-8"
    lone_marks: str = ""

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the lines after a line that begins in it, and the first part the first."""
        return byte_ranges(path)

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a part. Raises `FaultyLinesError` on lines that are not text in `encoding`."""
        return read_one_by_one(self, part, counts)

    def read_batches(self, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]) -> Iterator[SourceBatch]:
        """The same of several parts, as arrays."""
        faults = Faults()
        paragraphs = (one for number, part in enumerate(parts) for one in _paragraphs(number, part, counts[number]))
        for group in _groups(paragraphs):
            data = b"\n".join([one.data.removesuffix(b"\n") for one in group])
            text, wrong = decode_lines(data, self.encoding)
            faults += Faults.of([Fault(group[line].path, group[line].offset, 0, message) for line, message in wrong])
            if not wrong:
                counts[0].control_characters += count_latin_controls(text)
                yield _batch(group, [TokenizedText.from_text(line, self.lone_marks) for line in text.split("\n")])
        if faults:
            raise FaultyLinesError(faults)


def _paragraphs(number: int, part: SourceRange, counts: ReadCounts) -> Iterator[_Paragraph]:
    """The lines of a part that are not blank.

    A line belongs to the part in which the line before it begins: so each part knows whether that one is blank, and any
    cuts give every line once.
    """
    with open_source(part.path) as file:
        offset = file.tell()  # of the line to be read: 3 after a byte order mark
        begin, blank = -1, False  # of the line before: where it begins, and whether it is blank
        if part.start:
            file.seek(part.start - 1)
            begin = part.start - 1 + len(file.readline())
            before = file.readline()
            offset, blank = begin + len(before), not before.strip(_BLANK)
        document = 0
        for line in file:
            if part.end is not None and begin >= part.end:
                break
            begins_document, blank = blank, not line.strip(_BLANK)
            if not blank:
                if begins_document:
                    document += 1
                    counts.documents[DOCUMENT] += 1
                yield _Paragraph(line, number, part.path, offset, counts.lines, document)
            counts.lines += 1
            begin, offset = (0 if begin < 0 else offset), offset + len(line)


def _groups(paragraphs: Iterable[_Paragraph]) -> Iterator[list[_Paragraph]]:
    """Paragraphs in order, about as many together as make a batch."""
    group: list[_Paragraph] = []
    size_bytes = 0
    for one in paragraphs:
        group.append(one)
        size_bytes += len(one.data)
        if size_bytes >= BATCH_CHARACTERS:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _batch(paragraphs: Sequence[_Paragraph], texts: Sequence[TokenizedText]) -> SourceBatch:
    """The sentences of some paragraphs, whose texts are given."""
    starts = [sentence_starts(text) for text in texts]
    numbers = np.repeat(np.arange(len(texts)), [len(own) for own in starts])  # the paragraph of each sentence
    batch = TextBatch.from_texts(texts)
    firsts = np.concatenate([np.array(own, np.int64) for own in starts]) + batch.token_bounds[numbers]
    tag_ids = np.zeros(len(batch.starts), np.int64)
    sentences = cut_sentences(batch, tag_ids, [NOT_ANNOTATED], firsts)
    part, offset, line, document = np.array([(one.part, *one[3:]) for one in paragraphs], np.int64)[numbers].T
    return SourceBatch(
        sentences=replace(sentences, sources=part, lines=line, documents=document),
        offsets=offset,
        line_offsets=np.zeros(len(tag_ids), np.int64),
    )
