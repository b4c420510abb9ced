"""Entities that different parameters of decoding find in the same sentences, decoded again only where they can change.

The score of a label sequence is linear in the biases and in the document weight. Two things follow, which save most of
the work of a search:

- The labels that are best with two parameters are best with all between them.
- If a sentence's best labels stay the best ones when all others of its words get a step more, they do so when a single
  type gets it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from ner.evaluation.metrics.entity_scores import EntityScores
from ner.text.document_evidence import DocumentEvidence, WordKey, first_pass
from ner.text.labels import PADDING_LABEL, Labels
from ner.text.lattice import Lattice

_TIE = 1e-6  # nats: what is as good but for rounding is decoded again


class DecodingParameters(NamedTuple):
    """What is added to the scores of each type's labels, in nats, and the weight of a document's other sentences."""

    type_biases: tuple[float, ...]
    document_weight: float = 0.0


class _Decoded(NamedTuple):
    labels: np.ndarray  # uint8 [W], of all words
    counts: np.ndarray  # of `EntityScores`


class IncrementalDecoder:
    """Decodes sentences by Viterbi with different parameters, and scores the entities found.

    `lattice` has neither biases nor a document weight, and temperature 1. `scores` float64 [W, C] are its scores of the
    words of all sentences, one after another, `keys` their keys; `gold` has the label ids of each sentence. `on_step`
    is called before sentences are decoded.
    """

    def __init__(
        self,
        labels: Labels,
        lattice: Lattice,
        scores: np.ndarray,
        keys: Sequence[WordKey],
        gold: Sequence[np.ndarray],
        on_step: Callable[[], object],
    ) -> None:
        self._labels = labels
        self._lattice = lattice
        self._on_step = on_step
        self._scores = scores
        self._keys = keys
        self._gold = np.concatenate([np.zeros(0, np.int64), *gold])
        self._lengths = np.array([len(one) for one in gold], np.int64)
        self._sentence = np.repeat(np.arange(len(gold)), self._lengths)  # of each word
        self._evidence = lru_cache(maxsize=1)(self._document_evidence)  # kept for the biases last asked for
        self._decoded: dict[DecodingParameters, _Decoded] = {}

    def micro_f1(self, parameters: DecodingParameters) -> float:
        """The micro-averaged F1 of the entities that `parameters` find."""
        return EntityScores(self._labels.types, self._of(parameters).counts).micro.f1

    def decode_line(self, line: Sequence[DecodingParameters]) -> None:
        """Decodes parameters that lie on a line, in order: biases with weight 0, or weights with the same biases."""
        first, last = self._of(line[0]), self._of(line[-1])
        if len(line) > 2:
            middle = len(line) // 2
            differing = self._any_word(first.labels != last.labels)
            scores = self._scores_with_evidence(line[middle])
            self._decoded[line[middle]] = self._decode(line[middle], scores, differing, first)
            self.decode_line(line[: middle + 1])
            self.decode_line(line[middle:])

    def decode(self, parameters: DecodingParameters) -> None:
        """Decodes all sentences, with what others of their documents say with these biases themselves."""
        scores = self._scores_with_evidence(parameters)
        self._decoded[parameters] = self._decode(parameters, scores, np.ones(len(self._lengths), bool))

    def decode_steps(self, origin: DecodingParameters, step: float) -> list[DecodingParameters]:
        """Decodes the parameters with the bias of one type a `step` lower or higher, which are returned.

        With a document weight each step would change a little what other sentences of a document say. Here they say
        what they do with `origin`: the result is an approximation until `decode` is called.
        """
        decoded = self._of(origin)
        self._decoded = {origin: decoded}  # the others are not needed any more
        scores = self._scores_with_evidence(origin)
        moves = []
        for index, (move, near) in product(range(len(origin.type_biases)), self._near(origin, scores, step)):
            biases = list(origin.type_biases)
            biases[index] += move
            moves.append(origin._replace(type_biases=tuple(biases)))
            self._decoded[moves[-1]] = self._decode(moves[-1], scores, near[:, 1 + index], decoded)
        return moves

    def _near(
        self, origin: DecodingParameters, all_scores: np.ndarray, step: float
    ) -> tuple[tuple[float, np.ndarray], ...]:
        """For both moves of a bias, the types whose move may change a sentence, bool [N, 1 + K], after none.

        A type's higher bias adds a step to its labels on words of other types, seen from the best sequence; a lower one
        adds it to other types on the words of the type. All types get both at once. Those that the best sequence then
        has, or has no more, are near, and get none the next time.
        """
        lower, higher = np.zeros([2, len(self._lengths), 1 + len(origin.type_biases)], bool)
        lower[:, 0] = higher[:, 0] = True
        numbers, lattice = self._labels.type_numbers, self._biased(origin.type_biases)
        words, types = np.arange(len(self._gold)), numbers[self._decoded[origin].labels]
        while len(words):
            self._on_step()
            sentence, own = self._sentence[words], types[words]
            added = ~higher[sentence] | ~lower[sentence, own][:, None]  # [W, 1 + K]
            added[np.arange(len(words)), own] = False
            scores = all_scores[words]
            scores += (step + _TIE) * added[:, numbers]
            other = numbers[lattice.viterbi(scores, np.bincount(sentence, minlength=len(lower)))]
            changed = added[np.arange(len(words)), other]
            sentence = sentence[changed]
            lower[sentence, own[changed]] = higher[sentence, other[changed]] = True
            words = words[np.isin(self._sentence[words], sentence)]
        return (-step, lower), (step, higher)

    def _of(self, parameters: DecodingParameters) -> _Decoded:
        if parameters not in self._decoded:
            self.decode(parameters)
        return self._decoded[parameters]

    def _scores_with_evidence(self, parameters: DecodingParameters) -> np.ndarray:
        """Scores of all words before biases, float64 [W, C], with what other sentences say."""
        if not parameters.document_weight:
            return self._scores
        return self._scores + parameters.document_weight * self._evidence(parameters.type_biases)

    def _decode(
        self, parameters: DecodingParameters, scores: np.ndarray, again: np.ndarray, like: _Decoded | None = None
    ) -> _Decoded:
        """What `parameters` find in the sentences that are True in `again`, bool [N]; the others are as in `like`."""
        self._on_step()
        words = again[self._sentence]
        labels = like.labels.copy() if like else np.zeros(len(words), np.uint8)
        labels[words] = self._biased(parameters.type_biases).viterbi(scores[words], self._lengths[again])
        counts = self._counts(labels, again)
        return _Decoded(labels, like.counts - self._counts(like.labels, again) + counts if like else counts)

    def _counts(self, labels: np.ndarray, sentences: np.ndarray) -> np.ndarray:
        """The counts of `EntityScores` over some `sentences`, bool [N]; `labels` [W] are those of all words."""
        words, lengths = sentences[self._sentence], self._lengths[sentences]
        real = np.arange(lengths.max(initial=0)) < lengths[:, None]  # [N, W]
        gold, predicted = np.full(real.shape, PADDING_LABEL), np.zeros(real.shape, np.int64)
        gold[real], predicted[real] = self._gold[words], labels[words]
        return EntityScores.from_ids(gold, predicted, self._labels).counts

    def _any_word(self, words: np.ndarray) -> np.ndarray:
        """The sentences of which any word is True in `words` [W], bool [N]."""
        return np.bincount(self._sentence[words], minlength=len(self._lengths)) > 0

    def _biased(self, biases: tuple[float, ...]) -> Lattice:
        return self._lattice.with_biases(np.array([0.0, *biases])[self._labels.type_numbers])

    def _document_evidence(self, biases: tuple[float, ...]) -> np.ndarray:
        """Evidence of other sentences for each word, float64 [W, C]; what a first pass finds depends on the biases."""
        found = DocumentEvidence(self._labels)
        probabilities = first_pass(self._scores, self._lengths, self._biased(biases))
        found.add(self._keys, probabilities)
        return found.of_other_sentences(self._keys, self._lengths, probabilities)
