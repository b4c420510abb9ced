"""The rows of a sentence of WebAnno TSV: a token or a part of one each, and the entities that they annotate."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from data_tools.readers.annotated_text import Span
from data_tools.readers.tag_schemes import check_tag, type_name
from ner.text.labels import OUTSIDE

UNTYPED = "*"
FIRST_FEATURE = 3  # column

_ROW = re.compile(r"\d+-\d+(\.\d+)?\t(\d+)-(\d+)\t([^\t]+)\t(.*)")
_VALUE = re.compile(r"(.+?)(?:\[(\d+)\])?")
_BETWEEN, _ESCAPED = re.compile(r"(?<!\\)\|"), re.compile(r"\\(.)")
_NO_SPAN = "_"


class Row(NamedTuple):
    """A token, or a part of one: its line, its place in code units of UTF-16, and type and number of annotations."""

    line: int
    start: int
    end: int
    is_part: bool
    token: str
    annotations: list[tuple[str, str]]

    @classmethod
    def parsed(cls, line: int, text: str, column: int) -> "Row | None":
        """The row in a line, with the annotations of a column; None where it is none, or has no such column."""
        found = _ROW.fullmatch(text)
        cells = found[5].split("\t") if found else []
        if found is None or column - FIRST_FEATURE >= len(cells):
            return None
        start, end = int(found[2]), int(found[3])
        token = _token(found[4], end - start)
        return cls(line, start, end, found[1] is not None, token, _annotations(cells[column - FIRST_FEATURE]))

    def fault(self, before: "Row | None") -> str | None:
        """What is wrong with a type, or with the place: a token comes after the one before, a part lies in it."""
        faults = (check_tag(f"B-{type_name(name)}") for name, _ in self.annotations if name != UNTYPED)
        if wrong := next(filter(None, faults), None):
            return f"{wrong}; correct it"
        low, high = (before.start, before.end) if before else (0, 0)
        if self.is_part and not low <= self.start < self.end <= high:
            where = "in the token above"
        elif not self.is_part and not high <= self.start < self.end:
            where = "after the token before"
        else:
            return None
        return f"{self.token!r} at {self.start}-{self.end}: it does not lie {where}; correct the places"


def spans_of_rows(tokens: Sequence[Sequence[Row]]) -> list[Span]:
    """The annotated spans of a sentence, in code units, from the rows of each token."""
    ended: list[Span] = []
    running: dict[tuple[str, str], tuple[int, int]] = {}  # annotation -> start and end so far
    for rows in [*tokens, []]:
        own = [one for row in rows for one in row.annotations]
        for one in [one for one in running if one not in own]:
            ended.append(Span(*running.pop(one), one[0]))
        for row in rows:
            for name, number in row.annotations:
                if number:
                    start, end = running.get((name, number), (row.start, row.end))
                    running[name, number] = start, max(end, row.end)
                else:
                    ended.append(Span(row.start, row.end, name))
    return ended


def tags_of_rows(rows: Sequence[Row], spans: Sequence[Span]) -> tuple[list[str], list[tuple[Span, int]]]:
    """The tag of each token, and the tokens of which a span holds a part, each with the span.

    The spans are in order and do not overlap. A token that two of them cut belongs to the first.
    """
    starts, ends = [row.start for row in rows], [row.end for row in rows]
    tags = [OUTSIDE] * len(rows)
    cuts: list[tuple[Span, int]] = []
    taken = 0  # tokens up to the end of the spans before
    for span in spans:
        first, stop = bisect_right(ends, span.start), bisect_left(starts, span.end)
        cuts += [(span, row) for row in sorted({first, stop - 1}) if starts[row] < span.start or ends[row] > span.end]
        name = type_name(span.type)
        for row in range(max(first, taken), stop):
            tags[row] = f"{'I' if row > max(first, taken) else 'B'}-{name}"
        taken = stop
    return tags, cuts


def _annotations(cell: str) -> list[tuple[str, str]]:
    """Type and number of each annotation of a token: `PER[1]|ORG[2]` -> `[("PER", "1"), ("ORG", "2")]`; `_` has none.

    A number is that of an annotation of several tokens, or of one of several on the same token. A backslash stands
    before characters of the notation that are meant as such.
    """
    if cell == _NO_SPAN:
        return []
    found = (_VALUE.fullmatch(value) for value in _BETWEEN.split(cell))
    return [(_unescaped(match[1]), match[2] or "") if match else ("", "") for match in found]


def _token(text: str, length: int) -> str:
    """The text of a token, without backslashes of the notation where its place says that it is so much shorter."""
    plain = _unescaped(text)
    return plain if len(plain.encode("utf-16-le")) == 2 * length else text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
