"""Entities of a text in brat's standoff: a line `T1<TAB>ORG 0 2<TAB>EU` for each, beside a file with the text.

Source: https://brat.nlplab.org/standoff.html
"""

from collections.abc import Iterable
from typing import NamedTuple


class Standoff(NamedTuple):
    """An entity: its type, its first character and the one after its last, and a note about it, or `""`."""

    type: str
    start: int
    end: int
    note: str = ""


def standoff_lines(text: str, entities: Iterable[Standoff], *, offset: int = 0, first: int = 1) -> list[str]:
    """The lines of the entities of `text`, each with a line feed, and below it that of its note.

    `text` begins at character `offset` of its file; the first entity has the number `first`.
    """
    lines = []
    for number, entity in enumerate(entities, first):
        covered = " ".join(text[entity.start : entity.end].split())
        lines.append(f"T{number}\t{entity.type} {offset + entity.start} {offset + entity.end}\t{covered}\n")
        if entity.note:
            lines.append(f"#{number}\tAnnotatorNotes T{number}\t{entity.note}\n")
    return lines
