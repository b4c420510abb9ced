"""Entities of a text in brat's standoff: a line `T1<TAB>ORG 0 2<TAB>EU` for each, beside a file with the text.

Source: https://brat.nlplab.org/standoff.html
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

_BREAKS = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"  # those of `str.splitlines`
_WITHIN_LINE = re.compile(rf"\S(?:[^{_BREAKS}]*\S)?")


class Standoff(NamedTuple):
    """An entity: its type, its first character and the one after its last, and a note about it, or `""`."""

    type: str
    start: int
    end: int
    note: str = ""


def standoff_lines(text: str, entities: Iterable[Standoff], *, offset: int = 0, first: int = 1) -> list[str]:
    """The lines of the entities of `text`, each with a line feed, and below it that of its note.

    `text` begins at character `offset` of its file; the first entity has the number `first`. brat reads no entity whose
    line says other white space than the text has, nor one over a line break, but one in pieces: `LOC 3 6;7 11`.
    """
    lines = []
    for number, entity in enumerate(entities, first):
        pieces = [found.span() for found in _WITHIN_LINE.finditer(text, entity.start, entity.end)]
        places = ";".join(f"{offset + start} {offset + end}" for start, end in pieces)
        covered = " ".join(text[start:end] for start, end in pieces)
        lines.append(f"T{number}\t{entity.type} {places}\t{covered}\n")
        if entity.note:
            lines.append(f"#{number}\tAnnotatorNotes T{number}\t{entity.note}\n")
    return lines
