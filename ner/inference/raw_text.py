"""How well a tagger does on raw text: sentences of which it is not told the tokens, scored by their characters."""

from collections.abc import Sequence

import numpy as np

from ner.evaluation.entity_scores import EntityScores
from ner.evaluation.predictions import Predictions
from ner.inference.annotator import Annotator
from ner.text.detokenizer import space_after
from ner.text.labels import Labels
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
        self._gold: list[_Entities] = []

    def add(self, predictions: Predictions) -> None:
        """Takes the sentences of a batch; what was predicted for them is not used."""
        for row, text in enumerate(predictions.text):
            real = predictions.gold_words[row] >= 0
            starts, ends = predictions.starts[row, real].tolist(), predictions.ends[row, real].tolist()
            tags = [self._labels.names[label] for label in predictions.gold_words[row, real]]
            self.add_sentence(TokenizedText(text.decode(), tuple(starts), tuple(ends)), tags)

    def add_sentence(self, sentence: TokenizedText, tags: Sequence[str]) -> None:
        """Takes one sentence as the records have it, with the gold tag of each token."""
        if self._spacing == BETWEEN_TOKENS:
            sentence = TokenizedText.from_tokens(sentence.tokens, space_after(sentence.tokens))
        entities = {}
        for span in spans_of(tags):
            place = sentence.starts[span.start], sentence.ends[span.end - 1]
            entities[place] = self._labels.types.index(span.type)
        self._texts.append(sentence.text)
        self._gold.append(entities)

    def score(self, annotator: Annotator, batch_size: int) -> EntityScores:
        """The scores of entities found in the texts, with tokens by rule: type and first and last character count."""
        types = self._labels.types
        counts = np.zeros((len(types) + 1, len(types) + 1), np.int64)
        docs = annotator.tag([TokenizedText.from_text(text) for text in self._texts], batch_size)
        for gold, doc in zip(self._gold, docs, strict=True):
            found = {(entity.start, entity.end): types.index(entity.label) for entity in doc.ents}
            for place in gold.keys() | found.keys():
                counts[gold.get(place, len(types)), found.get(place, len(types))] += 1
        return EntityScores(types, counts)
