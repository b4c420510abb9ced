"""A tagged text: the predicted tags of its tokens, and the entities that follow from them."""

from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText


class Entity(NamedTuple):
    """An entity of a text: `text[start:end]` in characters, and the mean confidence of its tokens."""

    type: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text, and for each of its tokens the predicted tag and its probability."""

    source: TokenizedText
    tags: tuple[str, ...]
    confidences: tuple[float, ...]

    @property
    def entities(self) -> list[Entity]:
        """The entities in text order."""
        text, starts, ends = self.source.text, self.source.starts, self.source.ends
        found = []
        for span in spans_of(self.tags):
            start, end = starts[span.start], ends[span.end - 1]
            confidence = fmean(self.confidences[span.start : span.end])
            found.append(Entity(span.type, start, end, text[start:end], confidence))
        return found
