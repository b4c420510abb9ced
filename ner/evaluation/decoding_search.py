"""The parameters of decoding that are chosen on validation, such that the F1 of entities is highest.

How much to add to the scores of entities: a tagger that maximizes likelihood predicts an entity where it is likelier
than none. F1 asks for more: with a best F1 of F, for whatever has a probability of more than F / 2 (Lipton et al. 2014,
https://arxiv.org/abs/1402.1892). Where entities are rare and hard, that is far below one half. More to one type than to
another where validation has other shares of types than training. And how much other sentences of the document count
(`ner.text.document_evidence`).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.entity_scores import EntityScores
from ner.text.decoding import real_words
from ner.text.document_evidence import DocumentEvidence, WordKey, first_pass
from ner.text.labels import PADDING_LABEL, Labels
from ner.text.lattice import Lattice

BIASES = tuple(np.arange(-1.0, 8.5, 0.5).tolist())  # in nats, of all types alike
WEIGHTS = (0.0, 0.1, 0.2, 0.4, 0.7, 1.0)
_NEIGHBOURHOOD = 1.0  # of a bias that is searched again with a document weight
_TYPE_STEP = 0.5  # of the bias of a single type, in nats
MIN_GAIN = 0.003  # of F1, by such a step: less is mostly chance


class DecodingParameters(NamedTuple):
    """What is added to the scores of each type's labels, in nats, and the weight of a document's other sentences."""

    type_biases: tuple[float, ...]
    document_weight: float = 0.0


class DecodingSearch:
    """Collects sentences, to score their entities as different parameters find them, by Viterbi decoding.

    `lattice` has neither biases nor a document weight, and temperature 1. `on_step` is called for each batch and each
    try of parameters; what it raises ends the search.
    """

    def __init__(self, labels: Labels, lattice: Lattice, on_step: Callable[[], object] = lambda: None) -> None:
        self._labels = labels
        self._lattice = lattice
        self._on_step = on_step
        self._scores = [np.zeros([0, len(labels)])]
        self._keys: list[WordKey] = []
        self._gold: list[np.ndarray] = []  # of each sentence
        self._evidence = lru_cache(maxsize=1)(self._document_evidence)  # of the biases that weights are tried with
        self._f1 = lru_cache(maxsize=None)(self._micro_f1)

    def add(self, log_probs: np.ndarray, batch: EvaluationBatch) -> None:
        """Adds a `batch` of numpy arrays with its characters' log-probabilities, float [B, T, C]."""
        self._on_step()
        real = batch.ends > 0
        self._scores.append(self._lattice.word_scores(*real_words(log_probs, batch.starts, batch.ends)))
        self._gold += [gold[words] for gold, words in zip(batch.gold_words(), real, strict=True)]
        self._keys += batch.word_keys()

    def best(self, *, tune_biases: bool, tune_weight: bool) -> DecodingParameters:
        """The parameters with the highest micro-averaged F1, of equal ones the smallest; 0 where it is not to be tuned.

        First one bias for all types, then the weight with that bias, then the bias in the neighbourhood of the first
        one; in the end the biases of single types, by steps that gain `MIN_GAIN`.
        """
        found = self._same_bias(0.0)
        if tune_biases:
            found = self._best_of(map(self._same_bias, BIASES))
        if tune_weight:
            found = self._best_of([found._replace(document_weight=weight) for weight in WEIGHTS])
        if tune_biases and self._labels.types:
            if found.document_weight:
                first, weight = found.type_biases[0], found.document_weight
                near = [bias for bias in BIASES if abs(bias - first) <= _NEIGHBOURHOOD]
                found = self._best_of([self._same_bias(bias, weight) for bias in near])
            found = self._with_own_biases(found)
        return found

    def _same_bias(self, bias: float, weight: float = 0.0) -> DecodingParameters:
        return DecodingParameters((bias,) * len(self._labels.types), weight)

    def _with_own_biases(self, found: DecodingParameters) -> DecodingParameters:
        """Moves the bias of the type that gains most, as long as one gains enough."""
        while True:
            moved = self._best_of(_with_one_moved(found))
            if self._f1(moved) < self._f1(found) + MIN_GAIN:
                return found
            found = moved

    def _best_of(self, candidates: Iterable[DecodingParameters]) -> DecodingParameters:
        return max(candidates, key=lambda one: (self._f1(one), -sum(map(abs, one.type_biases)), -one.document_weight))

    def _biased(self, biases: tuple[float, ...]) -> Lattice:
        return self._lattice.with_biases(np.array([0.0, *biases])[self._labels.type_numbers])

    def _micro_f1(self, parameters: DecodingParameters) -> float:
        self._on_step()
        lattice = self._biased(parameters.type_biases)
        scores, lengths = np.concatenate(self._scores), self._lengths
        if parameters.document_weight:
            scores += parameters.document_weight * self._evidence(parameters.type_biases)
        real = np.arange(lengths.max(initial=0)) < lengths[:, None]  # [N, W]
        gold, predicted = np.full(real.shape, PADDING_LABEL), np.zeros(real.shape, np.int64)
        gold[real] = np.concatenate([np.zeros(0, np.int64), *self._gold])
        predicted[real] = lattice.viterbi(scores, lengths)
        return EntityScores.from_ids(gold, predicted, self._labels).micro.f1

    def _document_evidence(self, biases: tuple[float, ...]) -> np.ndarray:
        """Evidence of other sentences for each word, float64 [W, C]; what a first pass finds depends on the biases."""
        lengths, found = self._lengths, DocumentEvidence(self._labels)
        probabilities = first_pass(np.concatenate(self._scores), lengths, self._biased(biases))
        found.add(self._keys, probabilities)
        return found.of_other_sentences(self._keys, lengths, probabilities)

    @property
    def _lengths(self) -> np.ndarray:
        return np.array([len(gold) for gold in self._gold], np.int64)


def _with_one_moved(found: DecodingParameters) -> Iterator[DecodingParameters]:
    """The parameters with the bias of one type a step lower or higher."""
    for index, step in product(range(len(found.type_biases)), (-_TYPE_STEP, _TYPE_STEP)):
        biases = list(found.type_biases)
        biases[index] += step
        yield found._replace(type_biases=tuple(biases))
