"""Reads sentences from the standoff of brat: a text in NAME.txt, and its entities in NAME.ann beside it.

`T1<TAB>ORG 0 2<TAB>EU` annotates characters 0 to 2 of the text. Triggers of events are no entities, nor are other
lines (relations, notes, ...).
Source: https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from data_tools.readers.annotated_text import CORRECT_PLACES, AnnotatedText, RecordError, Span, align_texts, check_spans
from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.source_batch import BATCH_CHARACTERS, SourceBatch, read_one_by_one
from data_tools.readers.sources import open_source
from ner import files
from ner.errors import InputError

TEXT, ANNOTATIONS = ".txt", ".ann"

_ENTITY = re.compile(r"(T\S+)\t([^\t]+) (\d+ \d+(?:;\d+ \d+)*)\t?(.*)")
_TRIGGER = re.compile(r"^E\S+\t[^\s:]+:(\S+)", re.MULTILINE)  # of an event: `E1<TAB>Merge:T2 Agent:T1`


def annotations_of(path: str) -> str:
    """The name of the annotations that belong to a text."""
    return f"{path[: -len(TEXT)]}{ANNOTATIONS}"


def text_of(path: str) -> str:
    """The name of the text that annotations belong to, where there is one; else the same name."""
    text = f"{path[: -len(ANNOTATIONS)]}{TEXT}"
    return text if path.endswith(ANNOTATIONS) and files.exists(text) else path


def is_brat(path: str, head: bytes) -> bool:
    """Whether a file is a text with annotations beside it."""
    return path.endswith(TEXT) and files.exists(annotations_of(path))


def texts_in(folder: str) -> tuple[list[str], list[str]]:
    """The texts of a folder with annotations beside them; and texts without annotations, annotations without a text.

    Both are sorted.
    """
    names = files.list_folder(folder)
    texts, annotations = ({name[: -len(end)] for name in names if name.endswith(end)} for end in (TEXT, ANNOTATIONS))
    paired = [f"{stem}{TEXT}" for stem in texts & annotations]
    alone = [f"{stem}{TEXT}" for stem in texts - annotations] + [f"{stem}{ANNOTATIONS}" for stem in annotations - texts]
    return [files.join(folder, name) for name in sorted(paired)], [files.join(folder, name) for name in sorted(alone)]


def open_reader(paths: Sequence[str], options: ReadOptions) -> "BratReader":
    """The reader of these texts. Raises `InputError` where columns are named."""
    options.check_no_columns(f"{paths[0]}: a text with annotations of brat")
    return BratReader(options.encoding, options.lone_marks)


@dataclass(frozen=True)
class BratReader(FormatReader):
    """A text is a document; see `Reader`."""

    format = "brat"
    in_words = f"text with annotations of brat beside it ({TEXT} and {ANNOTATIONS})"
    files_are_documents = True

    encoding: str = "utf-8"
    lone_marks: str = ""

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a text. Raises `FaultyLinesError`, naming lines of the annotations that are wrong."""
        return read_one_by_one(self, part, counts)

    def read_batches(self, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]) -> Iterator[SourceBatch]:
        """The same of several texts, as arrays."""
        faults: list[Fault] = []
        pending: list[AnnotatedText] = []
        characters = 0
        for number, (part, own) in enumerate(zip(parts, counts, strict=True)):
            text = _decoded(part.path, self.encoding)
            own.lines += text.count("\n") + bool(text and not text.endswith("\n"))
            spans = self._spans(annotations_of(part.path), text, own, faults)
            pending.append(AnnotatedText(text, spans, part.path, 0))
            characters += len(text)
            if characters >= BATCH_CHARACTERS:
                yield from self._batch(pending, number + 1 - len(pending), counts[0], faults)
                pending, characters = [], 0
        if pending:
            yield from self._batch(pending, len(parts) - len(pending), counts[0], faults)
        if faults:
            raise FaultyLinesError(Faults.of(faults))

    def _batch(
        self, texts: Sequence[AnnotatedText], first: int, counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[SourceBatch]:
        """The sentences of these texts, the first of which is part number `first`; none where they have no tokens."""
        aligned = align_texts(texts, counts, self.lone_marks)
        faults += (Fault(texts[number].path, 0, 0, message) for number, message in aligned.faults)
        if not len(aligned.sentences):
            return
        lines, offsets = [], []
        before, start, line, offset = -1, 0, 0, 0  # text, character, line and byte of the sentence before
        for number, begin in zip(aligned.texts.tolist(), aligned.starts.tolist(), strict=True):
            if number != before:
                before, start, line, offset = number, 0, 0, 0
            between = texts[number].text[start:begin]
            start, line, offset = begin, line + between.count("\n"), offset + len(between.encode(self.encoding))
            lines.append(line)
            offsets.append(offset)
        yield SourceBatch(
            sentences=aligned.sentences.placed(first + aligned.texts, np.array(lines, np.int64)),
            offsets=np.array(offsets, np.int64),
            line_offsets=np.zeros(len(aligned.sentences.lengths), np.int64),
        )

    def _spans(self, path: str, text: str, counts: ReadCounts, faults: list[Fault]) -> list[Span]:
        """The entities of a file of annotations; adds what is wrong with its lines."""
        spans: list[Span] = []
        offset = 0
        content = _decoded(path, self.encoding)
        triggers = set(_TRIGGER.findall(content))
        for line in content.split("\n"):
            entity = _ENTITY.fullmatch(line.removesuffix("\r"))
            try:
                if entity is None and line.startswith("T"):
                    raise RecordError(f"{line[:80]!r} is not T1<TAB>TYPE START END<TAB>TEXT; correct the line")
                if entity is not None and entity[1] in triggers:
                    counts.event_triggers += 1
                elif entity is not None:
                    if (span := _span(entity, text)) is None:
                        counts.discontinuous_spans += 1
                    else:
                        spans.append(span)
            except RecordError as error:
                faults.append(Fault(path, offset, 0, str(error)))
            offset += len(line.encode(self.encoding)) + 1
        return spans


def _span(entity: re.Match[str], text: str) -> Span | None:
    """The entity of a line; None where there is more than white space between its pieces.

    Raises `RecordError` where it is not in the text, or the text there is not that of the line.
    """
    places = (piece.split() for piece in entity[3].split(";"))
    pieces = sorted(Span(int(start), int(end), entity[2]) for start, end in places)
    check_spans(pieces, text)
    if any(text[before.end : after.start].strip() for before, after in pairwise(pieces)):
        return None
    span = Span(pieces[0].start, max(piece.end for piece in pieces), entity[2])
    covered = text[span.start : span.end]
    joined = " ".join(text[piece.start : piece.end] for piece in pieces)  # as brat writes them
    if entity[4] and entity[4].split() not in (covered.split(), joined.split()):
        raise RecordError(f"{entity[1]} says {entity[4]!r}, but the text there is {covered!r}; {CORRECT_PLACES}")
    return span


def _decoded(path: str, encoding: str) -> str:
    with open_source(path) as file:
        data = file.read()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not {encoding.upper()} at byte {error.start}; name its --encoding") from None
