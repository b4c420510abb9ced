"""Reads sentences from WebAnno TSV 3, which INCEpTION exports too: tokens with their places in the text.

`1-1<TAB>0-5<TAB>Maren<TAB>PER[1]`: sentence and token, characters, token, and the features of the layers that lines
`#T_SP=LAYER|FEATURE|...` name. `PER[1]` on several tokens is one entity, `PER` alone is one of one token, `_` is none.
Source: https://inception-project.github.io/releases/latest/docs/user-guide.html#sect_formats_webannotsv3
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from data_tools.readers.annotated_text import Span, without_overlaps
from data_tools.readers.base import ReadCounts, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.same_layout import check_same_layout
from data_tools.readers.sources import Block, LineCount, open_source, read_blocks
from data_tools.readers.tag_schemes import check_tag, to_iob2, type_name
from ner.errors import InputError
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence

_FORMAT = b"#FORMAT=WebAnno TSV 3"
_FIRST_FEATURE = 3
_ROW = re.compile(r"\d+-(\d+(?:\.\d+)?)\t(\d+)-(\d+)\t([^\t]+)\t(.*)")
_VALUE = re.compile(r"(.+?)(?:\[(\d+)\])?")
_BETWEEN, _ESCAPED = re.compile(r"(?<!\\)\|"), re.compile(r"\\(.)")
_NO_SPAN, _UNTYPED = "_", "*"
_ENTITY_LAYER, _ENTITY_FEATURE = "NamedEntity", "value"


def is_webanno(path: str, head: bytes) -> bool:
    """Whether a file says that it has this format."""
    return head.startswith(_FORMAT)


def open_reader(paths: Sequence[str], options: ReadOptions) -> "WebannoReader":
    """The reader of files with the layers of the first one.

    Raises `InputError` where none of them names entities, and where another file has other layers.
    """
    found = _features(paths[0])
    entities = [column for column, named in found.items() if named == (_ENTITY_LAYER, _ENTITY_FEATURE)]
    candidates = entities or ([next(iter(found))] if len({layer for layer, _ in found.values()}) == 1 else [])
    if options.tag_column is not None:
        candidates = [options.tag_column]
    if len(candidates) != 1 or candidates[0] not in found:
        raise InputError(f"{paths[0]}:1: which layer holds entities? Name one with --tag_column: {_describe(found)}")
    [column] = candidates
    no_layer = ("no layer", "no feature")
    check_same_layout(
        paths,
        _describe({column: found[column]}),
        lambda path: _describe({column: _features(path).get(column, no_layer)}),
    )
    return WebannoReader(tag_column=column)


def _features(path: str) -> dict[int, tuple[str, str]]:
    """The layer and the feature that each column holds, as a file's head says."""
    with open_source(path) as file:
        head = [line.decode(errors="replace").strip() for line in file.readlines(1 << 16) if line.startswith(b"#T_")]
    column, found = _FIRST_FEATURE, {}
    for line in head:
        layer, *features = line.partition("=")[2].split("|")
        for feature in features if line.startswith("#T_SP") else []:
            found[column] = (layer.rsplit(".", 1)[-1], feature)
            column += 1
    return found


def _describe(features: dict[int, tuple[str, str]]) -> str:
    return ", ".join(f"{column} ({layer}: {feature})" for column, (layer, feature) in features.items()) or "none"


@dataclass(frozen=True)
class WebannoReader:
    """A file is a document; see `Reader`."""

    tag_column: int
    files_are_documents = True

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the sentences after the first blank line of the part."""
        return byte_ranges(path)

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a part. Raises `FaultyLinesError` on lines that are no rows."""
        line_count, faults = LineCount(), Faults()
        for block in read_blocks(part.path, part.start, part.end, line_count):
            rows, wrong = self._rows(block, counts)
            if rows and not wrong:
                yield self._sentence(block, rows, counts)
            faults += Faults.of([Fault(part.path, block.offset, number, message) for number, message in wrong])
        counts.lines += line_count.lines
        if faults:
            raise FaultyLinesError(faults)

    def _rows(self, block: Block, counts: ReadCounts) -> tuple[list[tuple[int, re.Match[str], str]], list[Any]]:
        """Line, row and value of the entity feature of each token, and the faults of lines."""
        rows, faults = [], []
        for number, line in enumerate(block.data.decode(errors="surrogateescape").split("\n")):
            text = line.removesuffix("\r")
            if not text or text.startswith("#"):
                counts.comments += bool(text)
                continue
            row = _ROW.fullmatch(text)
            cells = row[5].split("\t") if row else []
            value = self.tag_column - _FIRST_FEATURE
            try:
                text.encode()
            except UnicodeEncodeError:
                faults.append((number, "the line is not UTF-8; convert the file"))
                continue
            if row is None or value >= len(cells):
                expected = f"expected 1-1<TAB>0-5<TAB>TOKEN<TAB>... with a column {self.tag_column}"
                faults.append((number, f"{text[:80]!r}: {expected}; correct the line"))
            elif "." in row[1]:
                counts.sub_tokens += 1  # parts of the token before, which may have entities of their own
            elif wrong := next(filter(None, (_wrong_type(name) for name, _ in _annotations(cells[value]))), None):
                faults.append((number, f"{wrong}; correct it"))
            else:
                rows.append((number, row, cells[value]))
        return rows, faults

    def _sentence(
        self, block: Block, rows: Sequence[tuple[int, re.Match[str], str]], counts: ReadCounts
    ) -> SourceSentence:
        spans = _spans([_annotations(value) for _, _, value in rows])
        typed = [span for span in spans if span.type != _UNTYPED]
        counts.untyped_spans += len(spans) - len(typed)
        tags = [OUTSIDE] * len(rows)
        for span in without_overlaps(typed, counts):
            name = type_name(span.type)
            tags[span.start : span.end] = [f"B-{name}", *[f"I-{name}"] * (span.end - span.start - 1)]
        counts.evidence.add_sentence(tags)
        places = [(int(row[2]), int(row[3])) for _, row, _ in rows]
        spaces = [after[0] > here[1] for here, after in pairwise(places)]
        first = rows[0][0]
        offset = block.offset + sum(len(line) + 1 for line in block.data.split(b"\n", first)[:first])
        sentence = Sentence(tuple(_token(row) for _, row, _ in rows), to_iob2(tags), (*spaces, True))
        return SourceSentence(offset, block.line + first, 0, [number - first for number, *_ in rows], sentence)

    def describe(self) -> str:
        """The name of the format and the column of entities."""
        return f"WebAnno TSV 3: entities in column {self.tag_column} (counted from 0)"

    def recorded(self) -> dict[str, Any]:
        """The name of the format and the column of entities."""
        return {"format": "webanno", **asdict(self)}


def _annotations(cell: str) -> list[tuple[str, str]]:
    """Type and number of each annotation of a token: `PER[1]|ORG[2]` -> `[("PER", "1"), ("ORG", "2")]`; `_` has none.

    A number is that of an annotation of several tokens, or of one of several on the same token. A backslash stands
    before characters of the notation that are meant as such.
    """
    if cell == _NO_SPAN:
        return []
    found = (_VALUE.fullmatch(value) for value in _BETWEEN.split(cell))
    return [(_unescaped(match[1]), match[2] or "") if match else ("", "") for match in found]


def _spans(annotations: Sequence[Sequence[tuple[str, str]]]) -> list[Span]:
    """The annotated spans of a sentence, in tokens, from the annotations of each token."""
    ended: list[Span] = []
    running: dict[tuple[str, str], int] = {}  # annotation -> its first token
    for token, own in enumerate([*annotations, []]):
        for one in [one for one in running if one not in own]:
            ended.append(Span(running.pop(one), token, one[0]))
        for name, number in own:
            if number:
                running.setdefault((name, number), token)
            else:
                ended.append(Span(token, token + 1, name))
    return ended


def _wrong_type(name: str) -> str | None:
    return None if name == _UNTYPED else check_tag(f"B-{type_name(name)}")


def _token(row: re.Match[str]) -> str:
    """The token of a row, without backslashes of the notation where its place says that it is so much shorter."""
    length, plain = int(row[3]) - int(row[2]), _unescaped(row[4])
    return plain if len(plain.encode("utf-16-le")) == 2 * length else row[4]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
