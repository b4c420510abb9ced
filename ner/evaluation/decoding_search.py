"""The parameters of decoding that are chosen on validation, such that the F1 of entities is highest.

How much to add to the scores of entities: a tagger that maximizes likelihood predicts an entity where it is likelier
than none. F1 asks for more: with a best F1 of F, for whatever has a probability of more than F / 2 (Lipton et al. 2014,
https://arxiv.org/abs/1402.1892). Where entities are rare and hard, that is far below one half. More to one type than to
another where validation has other shares of types than training. And how much other sentences of the document count
(`ner.text.document_evidence`).
"""

from collections.abc import Callable, Iterable

import numpy as np

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.incremental_decoding import DecodingParameters, IncrementalDecoder
from ner.text.decoding import real_words
from ner.text.document_evidence import WordKey
from ner.text.labels import Labels
from ner.text.lattice import Lattice

BIASES = tuple(np.arange(-1.0, 8.5, 0.5).tolist())  # in nats, of all types alike
WEIGHTS = (0.0, 0.1, 0.2, 0.4, 0.7, 1.0)
_NEIGHBOURHOOD = 1.0  # of a bias that is searched again with a document weight
_TYPE_STEP = 0.5  # of the bias of a single type, in nats
MIN_GAIN = 0.003  # of F1, by such a step: less is mostly chance


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
        scores = np.concatenate(self._scores)
        decoder = IncrementalDecoder(self._labels, self._lattice, scores, self._keys, self._gold, self._on_step)
        found = self._same_bias(0.0)
        if tune_biases:
            line = [*map(self._same_bias, BIASES)]
            decoder.decode_line(line)
            found = _best_of(line, decoder)
        if tune_weight:
            line = [found._replace(document_weight=weight) for weight in WEIGHTS]
            decoder.decode_line(line)
            found = _best_of(line, decoder)
        if tune_biases and self._labels.types:
            if found.document_weight:
                first, weight = found.type_biases[0], found.document_weight
                near = [bias for bias in BIASES if abs(bias - first) <= _NEIGHBOURHOOD]
                found = _best_of([self._same_bias(bias, weight) for bias in near], decoder)
            found = _with_own_biases(found, decoder)
        return found

    def _same_bias(self, bias: float, weight: float = 0.0) -> DecodingParameters:
        return DecodingParameters((bias,) * len(self._labels.types), weight)


def _with_own_biases(found: DecodingParameters, decoder: IncrementalDecoder) -> DecodingParameters:
    """Moves the bias of the type that gains most, as long as one gains enough."""
    while True:
        moved = _best_of(decoder.decode_steps(found, _TYPE_STEP), decoder)
        if found.document_weight:
            decoder.decode(moved)  # with what other sentences say now
        if decoder.micro_f1(moved) < decoder.micro_f1(found) + MIN_GAIN:
            return found
        found = moved


def _best_of(candidates: Iterable[DecodingParameters], decoder: IncrementalDecoder) -> DecodingParameters:
    return max(
        candidates, key=lambda one: (decoder.micro_f1(one), -sum(map(abs, one.type_biases)), -one.document_weight)
    )
