"""How well a tagger does on raw text: sentences without given tokens, scored by their characters."""

from collections.abc import Sequence, Set
from itertools import chain

import numpy as np

from ner.evaluation.metrics.entity_scores import EntityScores
from ner.evaluation.predictions import Predictions
from ner.inference.annotator import Annotator
from ner.text.detokenizer import space_after
from ner.text.labels import NOT_ANNOTATED, Labels
from ner.text.spacing import BETWEEN_TOKENS
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText

_Entities = dict[tuple[int, int], int]  # (start, end) in characters -> index of the type


class RawTextScorer:
    """Collects sentences with their gold entities, and scores an annotator on their text.

    Where the corpus does not say where spaces stood (`spacing`, one of `ner.text.spacing.SPACINGS`), they stand as in
    running text (`ner.text.detokenizer`).
    """

    def __init__(self, labels: Labels, spacing: str) -> None:
        self._labels = labels
        self._spacing = spacing
        self._texts: list[str] = []
        self._documents: list[int | None] = []
        self._gold: list[_Entities] = []
        self._not_annotated: list[frozenset[int]] = []  # characters

    def add(self, predictions: Predictions) -> None:
        """Takes the sentences of a batch; what was predicted for them is not used."""
        for row, text in enumerate(predictions.text):
            real = predictions.is_word[row]
            starts, ends = predictions.starts[row, real].tolist(), predictions.ends[row, real].tolist()
            tags = self._labels.tags(predictions.gold_words[row, real].tolist())
            sentence = TokenizedText(text.decode(), tuple(starts), tuple(ends))
            self.add_sentence(sentence, tags, int(predictions.document[row]))

    def add_sentence(self, sentence: TokenizedText, tags: Sequence[str], document: int | None = None) -> None:
        """Takes one sentence as the records have it, with the gold tag of each token and the number of its document."""
        if self._spacing == BETWEEN_TOKENS:
            sentence = TokenizedText.from_tokens(sentence.tokens, space_after(sentence.tokens))
        entities = {}
        for span in spans_of(tags):
            place = sentence.starts[span.start], sentence.ends[span.end - 1]
            entities[place] = self._labels.types.index(span.type)
        places = zip(sentence.starts, sentence.ends, tags, strict=True)
        ranges = [range(start, end) for start, end, tag in places if tag == NOT_ANNOTATED]
        self._not_annotated.append(frozenset(chain.from_iterable(ranges)))
        self._texts.append(sentence.text)
        self._documents.append(document)
        self._gold.append(entities)

    def score(self, annotator: Annotator, batch_size: int) -> EntityScores:
        """The scores of entities found in the texts, with tokens by rule: type and first and last character count.

        Those that may be right or wrong because the tokens are unannotated are left out, as in
        `ner.evaluation.metrics.span_alignment.decided`.
        """
        types = self._labels.types
        counts = np.zeros((len(types) + 1, len(types) + 1), np.int64)
        texts = [annotator.model.tokenize(text) for text in self._texts]
        docs = annotator.tag(texts, batch_size, self._documents)
        for gold, missing, doc in zip(self._gold, self._not_annotated, docs, strict=True):
            found = {(entity.start, entity.end): types.index(entity.label) for entity in doc.ents}
            places = gold.keys() | found.keys()
            for place in places - _touching(places, missing):
                counts[gold.get(place, len(types)), found.get(place, len(types))] += 1
        return EntityScores(types, counts)


def _touching(places: Set[tuple[int, int]], characters: frozenset[int]) -> set[tuple[int, int]]:
    """The places that hold one of these characters, or one of a place that does."""
    while True:
        touching = {place for place in places if not characters.isdisjoint(range(*place))}
        wider = characters.union(*(range(*place) for place in touching))
        if wider == characters:
            return touching
        characters = wider
