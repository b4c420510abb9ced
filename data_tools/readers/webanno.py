"""Reads sentences from WebAnno TSV 3, which INCEpTION exports too: tokens with their places in the text.

`1-1<TAB>0-5<TAB>Maren<TAB>PER[1]`: sentence and token, characters, token, and the features of the layers that lines
`#T_SP=LAYER|FEATURE|...` name. `PER[1]` on several tokens is one entity, `PER` alone is one of one token, `_` is none.
A row `1-1.1` below is a part of token `1-1` with annotations of its own; an entity of a part means the whole token.
Source: https://inception-project.github.io/releases/latest/docs/user-guide.html#sect_formats_webannotsv3
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from data_tools.readers.annotated_text import Span, without_overlaps
from data_tools.readers.base import NAMED, CutToken, ReadCounts, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.same_layout import check_same_layout
from data_tools.readers.sources import Block, LineCount, open_source, read_blocks
from data_tools.readers.tag_schemes import to_iob2
from data_tools.readers.webanno_rows import FIRST_FEATURE, UNTYPED, Row, spans_of_rows, tags_of_rows
from ner.errors import InputError
from ner.text.sentence import Sentence

_FORMAT = b"#FORMAT=WebAnno TSV 3"
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
    check_same_layout(paths, lambda path: _describe({column: _features(path).get(column, no_layer)}))
    return WebannoReader(tag_column=column)


def _features(path: str) -> dict[int, tuple[str, str]]:
    """The layer and the feature that each column holds, as a file's head says."""
    with open_source(path) as file:
        head = [line.decode(errors="replace").strip() for line in file.readlines(1 << 16) if line.startswith(b"#T_")]
    column, found = FIRST_FEATURE, {}
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
            tokens, wrong = self._tokens(block, counts)
            if tokens and not wrong:
                yield _sentence(part.path, block, tokens, counts)
            faults += Faults.of([Fault(part.path, block.offset, number, message) for number, message in wrong])
        counts.lines += line_count.lines
        if faults:
            raise FaultyLinesError(faults)

    def _tokens(self, block: Block, counts: ReadCounts) -> tuple[list[list[Row]], list[tuple[int, str]]]:
        """The row of each token with those of its parts after it, and the faults of lines."""
        tokens: list[list[Row]] = []
        faults: list[tuple[int, str]] = []
        for number, line in enumerate(block.data.decode(errors="surrogateescape").split("\n")):
            text = line.removesuffix("\r")
            if not text or text.startswith("#"):
                counts.comments += bool(text)
                continue
            try:
                text.encode()
            except UnicodeEncodeError:
                faults.append((number, "the line is not UTF-8; convert the file"))
                continue
            row = Row.parsed(number, text, self.tag_column)
            if row is None:
                expected = f"expected 1-1<TAB>0-5<TAB>TOKEN<TAB>... with a column {self.tag_column}"
                faults.append((number, f"{text[:80]!r}: {expected}; correct the line"))
                continue
            if (wrong := row.fault(tokens[-1][0] if tokens else None)) is not None:
                faults.append((number, wrong))
            if row.is_part and tokens:
                tokens[-1].append(row)
            else:
                tokens.append([row])
        return tokens, faults

    def describe(self) -> str:
        """The name of the format and the column of entities."""
        return f"WebAnno TSV 3: entities in column {self.tag_column} (counted from 0)"

    def recorded(self) -> dict[str, Any]:
        """The name of the format and the column of entities."""
        return {"format": "webanno", **asdict(self)}


def _sentence(path: str, block: Block, tokens: Sequence[Sequence[Row]], counts: ReadCounts) -> SourceSentence:
    rows = [row for row, *_ in tokens]
    spans = spans_of_rows(tokens)
    typed = [span for span in spans if span.type != UNTYPED]
    counts.untyped_spans += len(spans) - len(typed)
    tags, cuts = tags_of_rows(rows, without_overlaps(typed, counts))
    counts.evidence.add_sentence(tags)
    spaces = (*(after.start > row.end for row, after in pairwise(rows)), True)
    sentence = Sentence(tuple(row.token for row in rows), to_iob2(tags), spaces)
    counts.cut_tokens += len(cuts)
    for span, cut in cuts[: NAMED - len(counts.cut_examples)]:
        written = _covered(sentence, rows, span)
        counts.cut_examples += (CutToken(path, block.offset_of(rows[cut].line), written, rows[cut].token),)
    first = rows[0].line
    lines = [row.line - first for row in rows]
    return SourceSentence(block.offset_of(first), block.line + first, 0, lines, sentence)


def _covered(sentence: Sentence, rows: Sequence[Row], span: Span) -> str:
    """The text of a span."""
    starts, ends = sentence.token_spans
    held = [number for number, row in enumerate(rows) if row.start < span.end and span.start < row.end]
    first, last = held[0], held[-1]
    return sentence.text[starts[first] + span.start - rows[first].start : ends[last] + span.end - rows[last].end]
