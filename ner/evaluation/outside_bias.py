"""How much to subtract from the score of label O, so that the F1 of entities is highest.

A tagger that maximizes likelihood predicts an entity where it is likelier than none. F1 asks for more: with a best F1
of F, for whatever has a probability of more than F / 2 (Lipton et al. 2014, https://arxiv.org/abs/1402.1892). Where
entities are rare and hard, that is far below one half.
"""

import numpy as np

from ner.data.batches import EvaluationBatch
from ner.evaluation.span_alignment import align_spans
from ner.text.labels import Labels
from ner.text.lattice import Lattice

BIASES = tuple(np.arange(-1.0, 8.5, 0.5).tolist())  # in nats


class OutsideBiasSearch:
    """Counts entities of batches as each of `BIASES` would find them, by Viterbi decoding with `lattice`."""

    def __init__(self, labels: Labels, lattice: Lattice) -> None:
        self._labels = labels
        self._lattice = lattice
        self._counts = np.zeros((len(BIASES), 3), np.int64)  # correct, gold, predicted

    def add(self, log_probs: np.ndarray, batch: EvaluationBatch) -> None:
        """Adds a `batch` of numpy arrays with its characters' log-probabilities, float [B, T, C]."""
        starts, ends = batch.starts, batch.ends
        scores, real = self._lattice.word_scores(log_probs, starts, ends), ends > 0
        gold = np.where(real, np.take_along_axis(batch.labels, starts, axis=1), -1)
        none = len(self._labels.types)
        for index, bias in enumerate(BIASES):
            predicted = self._lattice.without_outside(bias).viterbi(scores, real)
            spans = align_spans(gold, predicted, self._labels)
            found = (spans.gold == spans.predicted).sum(), (spans.gold < none).sum(), (spans.predicted < none).sum()
            self._counts[index] += np.array(found)

    def best(self) -> float:
        """The bias with the highest micro-averaged F1; of equal ones the smallest."""
        correct, gold, predicted = self._counts.T
        f1 = 2 * correct / np.maximum(gold + predicted, 1)
        return max(zip(f1, BIASES, strict=True), key=lambda one: (one[0], -abs(one[1])))[1]
