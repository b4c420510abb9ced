"""A tagged text: the predicted tags of its tokens, and the entities that follow from them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

from ner.text.labels import OUTSIDE
from ner.text.offsets import positions
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText

if TYPE_CHECKING:
    import spacy

    from ner.evaluation.explainer import Explanation


class Entity(NamedTuple):
    """An entity of a text: `text[start:end]` in characters, and the mean confidence of its tokens, from 0 to 1."""

    label: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True)
class Doc:
    """A text, and for each of its tokens the predicted IOB2 tag and its probability.

    `sentence_ends` has the number of tokens up to the end of each sentence, where these were tagged one by one.
    `explanations` are those of `ents`, where `ner.inference.explaining` has added them; None for one that is too long.
    """

    source: TokenizedText
    tags: tuple[str, ...]
    confidences: tuple[float, ...]
    sentence_ends: tuple[int, ...] = ()
    explanations: "tuple[Explanation | None, ...]" = ()

    @classmethod
    def of_sentences(cls, text: TokenizedText, sentences: Sequence["Doc"]) -> "Doc":
        """The document of a text whose sentences, together all of its tokens, were tagged one by one.

        A sentence that begins with I- begins an entity: none goes on from the sentence before.
        """
        tags = chain.from_iterable(_begun(sentence.tags) for sentence in sentences)
        confidences = chain.from_iterable(sentence.confidences for sentence in sentences)
        ends = accumulate(len(sentence.tags) for sentence in sentences)
        return cls(text, tuple(tags), tuple(confidences), tuple(ends))

    @property
    def text(self) -> str:
        """The text as it was given; of tokens, joined by one space."""
        return self.source.text

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens' texts."""
        return self.source.tokens

    @cached_property
    def ents(self) -> tuple[Entity, ...]:
        """The entities in text order."""
        text, starts, ends = self.source.text, self.source.starts, self.source.ends
        found = []
        for span in spans_of(self.tags):
            start, end = starts[span.start], ends[span.end - 1]
            confidence = sum(self.confidences[span.start : span.end]) / (span.end - span.start)
            found.append(Entity(span.type, start, end, text[start:end], confidence))
        return tuple(found)

    def confident(self, min_confidence: float | Mapping[str, float]) -> "Doc":
        """The same document without the entities whose confidence is less; the tags of their tokens are O.

        `min_confidence` is that of all types, or of each; entities of types that are not named stay.
        """
        types = {entity.label for entity in self.ents}
        limits = min_confidence if isinstance(min_confidence, Mapping) else dict.fromkeys(types, min_confidence)
        weak = [entity for entity in self.ents if entity.confidence < limits.get(entity.label, 0.0)]
        if not weak:
            return self
        tags = list(self.tags)
        for entity in weak:
            first = bisect_left(self.source.starts, entity.start)
            last = bisect_left(self.source.ends, entity.end)
            tags[first : last + 1] = [OUTSIDE] * (last + 1 - first)
        explained = zip(self.ents, self.explanations, strict=False)
        explanations = tuple(explanation for entity, explanation in explained if entity not in weak)
        return replace(self, tags=tuple(tags), explanations=explanations)

    def to_json(self, offsets: str = "codepoint") -> dict[str, Any]:
        """`{"text": ..., "entities": [{"type", "start", "end", "text", "confidence"}]}`, as `ner.tag` writes it.

        `start` and `end` (exclusive) count in `offsets`, one of `ner.text.offsets.UNITS`: code points as Python does,
        UTF-16 code units, or bytes of UTF-8. `confidence` has four decimals. An entity that is explained also
        has an `explanation`, as `Explanation.to_json` gives it but with `first` in `offsets`, or None where it is too
        long.
        """
        place = positions(self.text, offsets)
        entities = [
            {
                "type": entity.label,
                "start": place[entity.start],
                "end": place[entity.end],
                "text": entity.text,
                "confidence": round(entity.confidence, 4),
            }
            for entity in self.ents
        ]
        for entity, explanation in zip(entities, self.explanations, strict=False):
            entity["explanation"] = explanation and {**explanation.to_json(), "first": place[explanation.first]}
        return {"text": self.text, "entities": entities}

    def to_spacy(self, nlp: "spacy.language.Language") -> "spacy.tokens.Doc":
        """The text as a spaCy document of `nlp`'s tokens with these entities as `ents`; needs spaCy.

        An entity that begins or ends inside one of `nlp`'s tokens takes the whole token; where two then overlap, the
        longer one stays.
        """
        from spacy.util import filter_spans

        document = nlp.make_doc(self.text)
        spans = [
            document.char_span(entity.start, entity.end, label=entity.label, alignment_mode="expand")
            for entity in self.ents
        ]
        document.ents = filter_spans(spans)
        return document


def _begun(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags of a sentence; the first begins an entity if it is in one."""
    return (f"B{tags[0][1:]}", *tags[1:]) if tags and tags[0].startswith("I-") else tuple(tags)
