"""What every reader of annotated files offers, so that processes, job arrays and Beam serve every format.

A new format is one file beside this one and one line in `formats`. Where a file is records, of a text with spans or of
tokens with tags, the reader is a `record_batches.RecordReader`, which `jsonl` is an example of.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, NamedTuple, Protocol

from data_tools.readers.sources import is_converted, place
from data_tools.readers.tag_schemes import SchemeEvidence
from ner import files
from ner.text.sentence import Sentence

RANGE_BYTES = 1 << 22  # of a file that one task reads
NAMED = 3  # examples of a fault that are kept for the user

_BREAK = re.compile(r"[\n\r\t]")


@dataclass(frozen=True, slots=True)
class SourceRange:
    """A part of a file that can be read on its own: from byte `start` to byte `end` (None is the end)."""

    path: str
    start: int = 0
    end: int | None = None
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence with IOB2 tags, and where it was read.

    `offset` is the byte in the decompressed file at which its first line begins, `line` counts the lines of the range
    before that line, and token i stands `line_offsets[i]` lines below it. `document` counts the documents that began in
    the range up to here: 0 where the sentence goes on with what stands before the range.
    """

    offset: int
    line: int
    document: int
    line_offsets: Sequence[int]
    sentence: Sentence


def check_tokens(tokens: Iterable[str]) -> str | None:
    """What is wrong with the first of these that no line of a column file can hold, as reports write them, if any."""
    broken = next(filter(_BREAK.search, tokens), None)
    return None if broken is None else f"the token {broken[:40]!r} holds a line break or a tab"


class CutToken(NamedTuple):
    """An annotated span that begins or ends inside a token, and the byte at which its record begins."""

    path: str
    offset: int
    span: str
    token: str

    def __str__(self) -> str:
        """`train.jsonl:17: 'Boston' in 'Bostonian'`."""
        return f"{place(self.path, self.offset)}: {self.span!r} in {self.token!r}"


@dataclass
class ReadCounts:
    """What was read beside the tokens, and the tags as they stood there. Adds up over parts of a corpus."""

    lines: int = 0  # all, blank ones too
    documents: Counter[str] = field(default_factory=Counter)  # by the line that began them: `-DOCSTART-`, `# newdoc`
    comments: int = 0
    headers: int = 0  # lines that name the columns
    docstarts: int = 0  # dropped or kept
    byte_order_marks: int = 0  # within a file: a sentence begins there
    blank_marks: int = 0  # of these, alone in their line
    index_restarts: int = 0  # sentences that begin because an index does, with no blank line before them
    control_characters: int = 0  # U+007F to U+009F, which are kept
    empty_tokens: int = 0  # dropped or kept
    not_annotated: int = 0  # tokens that are O because of `--not_annotated=outside`
    partly_annotated: int = 0  # sentences that were left out because of `--not_annotated=drop`
    unannotated: int = 0  # sentences, or texts, of which no token was annotated: left out
    texts: int = 0  # sentences with a text of their own: CoNLL-U's `# text =`
    text_mismatches: int = 0  # of these, where the text is not that of the tokens
    multiword_tokens: int = 0  # CoNLL-U `7-8`, whose words follow
    empty_nodes: int = 0  # CoNLL-U `7.1`
    cut_tokens: int = 0  # boundaries of annotated spans inside a token, moved to its ends
    cut_examples: tuple[CutToken, ...] = ()  # the first `NAMED` of them
    cut_marks: Counter[str] = field(default_factory=Counter)  # of these boundaries, those at one of `KEPT_MARKS`
    overlapping_spans: int = 0  # dropped, because they lie within another span or overlap one
    discontinuous_spans: int = 0  # dropped, because they are of several pieces with text between them
    event_triggers: int = 0  # dropped, because they name events: of brat
    untyped_spans: int = 0  # dropped, because their annotator gave them no type
    other_annotations: int = 0  # of texts that several people annotated: the ground truth, or the first, is read
    refused_records: int = 0  # which their annotators have refused, or skipped
    evidence: SchemeEvidence = field(default_factory=SchemeEvidence)

    def recorded(self) -> dict[str, int]:
        """The counts that are numbers, without that of lines, for `dataset.json`."""
        named = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: value for name, value in named.items() if isinstance(value, int) and name != "lines"}

    def add(self, other: "ReadCounts") -> None:
        """Counts what another part of the corpus holds."""
        for part in fields(self):
            value = getattr(other, part.name)
            if isinstance(value, int):
                setattr(self, part.name, getattr(self, part.name) + value)
        self.documents.update(other.documents)
        self.evidence.add(other.evidence)
        self.cut_marks.update(other.cut_marks)
        self.cut_examples = (self.cut_examples + other.cut_examples)[:NAMED]


class Reader(Protocol):
    """Reads the files of a split, all of one format. Instances are pickled to other processes."""

    def ranges(self, path: str) -> list[SourceRange]:
        """The parts of a file, in order, that can be read on their own."""

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a part in order; what is no token is added to `counts`, as are all lines of the part.

        Raises `InputError`, naming file and line, on what cannot be read, bytes that are not in the encoding too: on
        lines with a fault after all others were read, as a `FaultyLinesError`.
        """

    @property
    def files_are_documents(self) -> bool:
        """Whether each file is one document, as where a tool writes one for each text."""

    def describe(self) -> str:
        """One line for the user on how files are read."""

    def recorded(self) -> dict[str, Any]:
        """The same as values of JSON, for `dataset.json`."""


class FormatReader:
    """What readers have in common unless they say otherwise; see `Reader`.

    A file is read as a whole, and is no document. All that is told of how it is read is the `format`, as `dataset.json`
    names it, and the same `in_words`.
    """

    format: ClassVar[str]
    in_words: ClassVar[str]
    files_are_documents = False

    def ranges(self, path: str) -> list[SourceRange]:
        """The whole file."""
        return whole_file(path)

    def describe(self) -> str:
        """The name of the format."""
        return self.in_words

    def recorded(self) -> dict[str, Any]:
        """The name of the format."""
        return {"format": self.format}


def whole_file(path: str) -> list[SourceRange]:
    """A file as one part."""
    return [SourceRange(path, 0, None, files.size_bytes(path))]


def byte_ranges(path: str) -> list[SourceRange]:
    """A file in parts of `RANGE_BYTES`, for readers that find the first whole sentence of a part on their own.

    A compressed file and one in UTF-16 are one part.
    """
    size_bytes = files.size_bytes(path)
    if is_converted(path):
        return whole_file(path)
    starts = range(0, max(size_bytes, 1), RANGE_BYTES)
    ends = [*starts[1:], None]
    return [SourceRange(path, start, end, (end or size_bytes) - start) for start, end in zip(starts, ends, strict=True)]
