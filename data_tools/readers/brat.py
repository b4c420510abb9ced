"""Reads sentences from the standoff of brat: a text in NAME.txt, and its entities in NAME.ann beside it.

`T1<TAB>ORG 0 2<TAB>EU` annotates characters 0 to 2 of the text; other lines (relations, notes, ...) are no entities.
Source: https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from data_tools.readers.annotated_text import RecordError, Span, TextPlace, check_spans, sentences_of_text
from data_tools.readers.base import ReadCounts, SourceRange, SourceSentence, whole_file
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import open_source
from ner import files
from ner.errors import InputError

TEXT, ANNOTATIONS = ".txt", ".ann"

_ENTITY = re.compile(r"(T\S+)\t([^\t]+) (\d+ \d+(?:;\d+ \d+)*)\t?(.*)")


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


def texts_in(folder: str) -> list[str]:
    """The texts of a folder that have annotations beside them, sorted."""
    names = set(files.list_folder(folder))
    texts = [name for name in names if name.endswith(TEXT) and f"{name[: -len(TEXT)]}{ANNOTATIONS}" in names]
    return [files.join(folder, name) for name in sorted(texts)]


def open_reader(paths: Sequence[str], options: ReadOptions) -> "BratReader":
    """The reader of these texts. Raises `InputError` where columns are named."""
    options.check_no_columns(f"{paths[0]}: a text with annotations of brat")
    return BratReader(options.encoding)


@dataclass(frozen=True)
class BratReader:
    """A text is a document; see `Reader`."""

    encoding: str = "utf-8"
    files_are_documents = True

    def ranges(self, path: str) -> list[SourceRange]:
        """The whole text."""
        return whole_file(path)

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a text. Raises `FaultyLinesError`, naming lines of the annotations that are wrong."""
        text = _decoded(part.path, self.encoding)
        spans, faults = self._spans(annotations_of(part.path), text, counts)
        counts.lines += text.count("\n") + bool(text and not text.endswith("\n"))
        if faults:
            raise FaultyLinesError(Faults.of(faults))
        start, line, offset = 0, 0, 0  # of the sentence before: character, line and byte
        for found in sentences_of_text(text, spans, TextPlace(part.path, 0), counts):
            before = text[start : found.start]
            start, line, offset = found.start, line + before.count("\n"), offset + len(before.encode(self.encoding))
            yield SourceSentence(offset, line, 0, (0,) * len(found.sentence.tokens), found.sentence)

    def _spans(self, path: str, text: str, counts: ReadCounts) -> tuple[list[Span], list[Fault]]:
        """The entities of a file of annotations that are one piece of text each, and what is wrong with its lines."""
        spans: list[Span] = []
        faults: list[Fault] = []
        offset = 0
        for line in _decoded(path, self.encoding).split("\n"):
            entity = _ENTITY.fullmatch(line.removesuffix("\r"))
            try:
                if entity is None and line.startswith("T"):
                    raise RecordError(f"{line[:80]!r} is not T1<TAB>TYPE START END<TAB>TEXT; correct the line")
                if entity is not None and ";" in entity[3]:
                    counts.discontinuous_spans += 1
                elif entity is not None:
                    start, end = map(int, entity[3].split())
                    span = Span(start, end, entity[2])
                    check_spans([span], text)
                    covered = text[start:end]
                    if entity[4] and entity[4].split() != covered.split():
                        raise RecordError(f"{entity[1]} says {entity[4]!r}, but the text there is {covered!r}")
                    spans.append(span)
            except RecordError as error:
                faults.append(Fault(path, offset, 0, str(error)))
            offset += len(line.encode(self.encoding)) + 1
        return spans, faults

    def describe(self) -> str:
        """The name of the format."""
        return f"text with annotations of brat beside it ({TEXT} and {ANNOTATIONS})"

    def recorded(self) -> dict[str, Any]:
        """The name of the format."""
        return {"format": "brat"}


def _decoded(path: str, encoding: str) -> str:
    with open_source(path) as file:
        data = file.read()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not {encoding.upper()} at byte {error.start}; name its --encoding") from None
