"""How much to subtract from the score of label O, so that the F1 of entities is highest.

A tagger that maximizes likelihood predicts an entity where it is likelier than none. F1 asks for more: with a best F1
of F, for whatever has a probability of more than F / 2 (Lipton et al. 2014, https://arxiv.org/abs/1402.1892). Where
entities are rare and hard, that is far below one half.
"""

import numpy as np

from ner.data.batches import EvaluationBatch
from ner.evaluation.entity_scores import EntityScores
from ner.text.decoding import real_words
from ner.text.labels import Labels
from ner.text.lattice import Lattice

BIASES = tuple(np.arange(-1.0, 8.5, 0.5).tolist())  # in nats


class OutsideBiasSearch:
    """Scores entities of batches as each of `BIASES` would find them, by Viterbi decoding with `lattice`."""

    def __init__(self, labels: Labels, lattice: Lattice) -> None:
        self._labels = labels
        self._lattice = lattice
        self._lattices = {bias: lattice.with_outside_bias(bias) for bias in BIASES}
        nothing = np.zeros([0, 0], np.int64)
        self._scores = dict.fromkeys(BIASES, EntityScores.from_ids(nothing, nothing, labels))

    def add(self, log_probs: np.ndarray, batch: EvaluationBatch) -> None:
        """Adds a `batch` of numpy arrays with its characters' log-probabilities, float [B, T, C]."""
        gold, real = batch.gold_words(), batch.ends > 0
        scores = self._lattice.word_scores(*real_words(log_probs, batch.starts, batch.ends))
        predicted = np.zeros(real.shape, np.int64)
        for bias, lattice in self._lattices.items():
            predicted[real] = lattice.viterbi(scores, real.sum(axis=1))
            self._scores[bias] += EntityScores.from_ids(gold, predicted, self._labels)

    def best(self) -> float:
        """The bias with the highest micro-averaged F1; of equal ones the smallest."""
        return max(BIASES, key=lambda bias: (self._scores[bias].micro.f1, -abs(bias)))
