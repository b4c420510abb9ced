"""Spans back to tags."""

from collections.abc import Iterable

from ner.text.spans import Span


def tags_of(spans: Iterable[Span], length: int) -> list[str]:
    """IOB2 tags of a sentence of `length` words: the inverse of `spans_of`; spans do not overlap."""
    tags = ["O"] * length
    for entity_type, start, end in spans:
        tags[start:end] = [f"B-{entity_type}"] + [f"I-{entity_type}"] * (end - start - 1)
    return tags
