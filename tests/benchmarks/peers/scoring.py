"""Entity scores of predicted tags, by the code that scores our own tagger."""

from collections.abc import Sequence

import numpy as np

from ner.evaluation.metrics.scores import EntityScores
from ner.text.labels import Labels
from ner.text.sentence import Sentence

_BATCH = 256


def entity_scores(sentences: Sequence[Sentence], predicted: Sequence[Sequence[str]], labels: Labels) -> EntityScores:
    """Entities counted as `conlleval` does, from one list of predicted tags for each sentence.

    Raises ValueError where the number of lists, or of tags in one of them, is not that of the gold tags.
    """
    types = labels.types
    total = EntityScores(types, np.zeros((len(types) + 1,) * 2, np.int64))
    rows = [(labels.ids, one.tags, tags) for one, tags in zip(sentences, predicted, strict=True)]
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        gold = np.full((len(batch), max(len(tags) for _, tags, _ in batch)), -1)  # [B, W]
        found = np.zeros_like(gold)
        for row, (ids, tags, found_tags) in enumerate(batch):
            gold[row, : len(tags)] = [ids[tag] for tag in tags]
            found[row, : len(tags)] = [ids[tag] for _, tag in zip(tags, found_tags, strict=True)]
        total += EntityScores.from_ids(gold, found, labels)
    return total
