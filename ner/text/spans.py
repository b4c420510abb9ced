"""Entity spans `(type, start, end)`, end exclusive, from IOB2 tags."""

from collections.abc import Sequence
from typing import NamedTuple

from ner.text.labels import OUTSIDE, split_label


class Span(NamedTuple):
    """An entity of one sentence: its type, first word and the word after its last."""

    type: str
    start: int
    end: int


def spans_of(tags: Sequence[str]) -> list[Span]:
    """Entities of one sentence in order.

    As `conlleval` counts (Tjong Kim Sang and De Meulder 2003), I-X opens an entity where none of type X is open:
    `["I-LOC", "I-PER", "I-PER"]` -> `[("LOC", 0, 1), ("PER", 1, 3)]`.
    """
    found: list[Span] = []
    open_type, start = "", 0
    for position, tag in enumerate([*tags, OUTSIDE]):
        if tag == OUTSIDE and not open_type:
            continue
        prefix, entity_type = split_label(tag)
        if prefix == "I" and entity_type == open_type:
            continue
        if open_type:
            found.append(Span(open_type, start, position))
        open_type, start = entity_type, position
    return found
