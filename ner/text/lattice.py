"""Label sequences of words: their scores, the best one, and how probable each label of each word is, in numpy.

What a tagger says of characters becomes scores of words, and a linear chain scores sequences: the first label, then
each pair of neighbours. Where nothing was learnt, the chain only forbids what IOB2 forbids: I-X after anything but B-X
or I-X (constrained decoding as in Ratinov and Roth 2009).
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ner.text.labels import Labels
from ner.text.packed_sequences import PackedSequences

FORBIDDEN = -1e9  # finite, so that differences of forbidden paths stay numbers
_SUMS_AT_ONCE = 2**20  # of Viterbi: 4,000 sentences and 255 labels would take 2 GB at once
LOWEST_SCORE = -300.0  # of a label below the best one of its word, so that no allowed path has probability 0


@dataclass(frozen=True, eq=False)
class Lattice:
    """A chain over C labels: `start` float [C], `transitions` float [C before, C], `FORBIDDEN` where IOB2 has none.

    A word of n characters has the mean log-probability of its characters multiplied by
    exp(length_scale[0] + length_scale[1] * log(n)). All scores are divided by `temperature` already. `document_weight`
    multiplies what `ner.text.document_evidence` finds in other sentences, before it is divided by the temperature.
    """

    start: np.ndarray
    transitions: np.ndarray
    length_scale: tuple[float, float] = (0.0, 0.0)
    temperature: float = 1.0
    document_weight: float = 0.0

    @classmethod
    def of_constraints(cls, labels: Labels) -> "Lattice":
        """The chain in which all allowed sequences are equally good before words are scored."""
        return cls(np.where(labels.start_mask, 0.0, FORBIDDEN), np.where(labels.transition_mask, 0.0, FORBIDDEN))

    def with_biases(self, biases: np.ndarray) -> "Lattice":
        """The same chain with `biases` float [C] added to the scores of every word's labels."""
        return replace(self, start=self.start + biases, transitions=self.transitions + biases)

    def with_temperature(self, temperature: float) -> "Lattice":
        """The same chain with all scores, of words too, divided by `temperature`: the best sequence stays the best."""
        scale, exponent = self.length_scale
        return replace(
            self,
            start=self.start / temperature,
            transitions=self.transitions / temperature,
            length_scale=(scale - float(np.log(temperature)), exponent),
            temperature=self.temperature * temperature,
        )

    def word_scores(self, log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Score of each label for each word, float64 [W, C].

        `log_probs` float [T, C] are the characters' log-probabilities; `starts` and `ends` int [W] give each word's
        first character and the one after its last. The mean, not the sum: characters of one word repeat each other's
        evidence.
        """
        weights = self.character_weights(ends - starts)
        return sums_over_words(log_probs, starts, ends) * weights[:, None]

    def character_weights(self, lengths: np.ndarray) -> np.ndarray:
        """What a character's log-probabilities count in the scores of its word, float64, by the words' lengths."""
        lengths = np.maximum(lengths, 1)
        return np.exp(self.length_scale[0] + self.length_scale[1] * np.log(lengths)) / lengths

    def viterbi(self, scores: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The label sequence of each sentence with the highest score, int64 [W] (Viterbi 1967).

        `scores` float64 [W, C] are those of the words of all sentences, one after another; `lengths` int [N] says how
        many words each sentence has.
        """
        packed = PackedSequences.of_lengths(lengths)
        best = packed.pack(scores)  # [C, W]; becomes the score of the best path up to each word and label
        for first in packed.steps[:1]:
            best[:, first] += self.start[:, None]
        for before, now in pairwise(packed.steps):
            best[:, now] += self._best_arriving(best[:, before.start : before.start + now.stop - now.start])
        path = np.empty(len(scores), np.int64)
        following = path[:0]
        for now in reversed(packed.steps):
            best[:, now.start : now.start + len(following)] += self.transitions[:, following]
            following = best[:, now].argmax(axis=0)
            path[now] = following
        return packed.unpack(path)

    def _best_arriving(self, arriving: np.ndarray) -> np.ndarray:
        """The best score with which each label is reached, [C, N], from those of the labels before, [C, N]."""
        number = arriving.shape[1]
        if number > 1 and number * self.transitions.size > _SUMS_AT_ONCE:
            return np.concatenate([*map(self._best_arriving, np.array_split(arriving, 2, axis=1))], axis=1)
        best: np.ndarray = (arriving[:, None] + self.transitions[:, :, None]).max(axis=0)
        return best

    def marginals(self, scores: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Probability of each label of each word given its whole sentence, float64 [W, C]; arguments as `viterbi`.

        Forward-backward (Rabiner 1989) over probabilities that are scaled at each word.
        """
        packed = PackedSequences.of_lengths(lengths)
        emissions = packed.pack(scores)  # [C, W]; in place, because new arrays cost as much as what is computed
        emissions -= emissions.max(axis=0)
        np.exp(np.maximum(emissions, LOWEST_SCORE, out=emissions), out=emissions)
        moves = np.exp(self.transitions)  # 0 where there is no move
        forward, backward = emissions.copy(), np.ones_like(emissions)
        for first in packed.steps[:1]:
            forward[:, first] *= np.exp(self.start)[:, None]
            forward[:, first] /= forward[:, first].sum(axis=0)
        for before, now in pairwise(packed.steps):
            arriving = forward[:, before.start : before.start + now.stop - now.start]
            joint = moves.T @ arriving
            joint *= emissions[:, now]
            np.divide(joint, joint.sum(axis=0), out=forward[:, now])
        for before, now in reversed([*pairwise(packed.steps)]):
            leaving = moves @ (backward[:, now] * emissions[:, now])
            places = slice(before.start, before.start + now.stop - now.start)
            np.divide(leaving, leaving.sum(axis=0), out=backward[:, places])
        forward *= backward
        forward /= forward.sum(axis=0)
        return packed.unpack(forward)


def sums_over_words(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Sums of `values` [T, F] over the characters of each word, float64 [W, F]; words are in order, none is empty."""
    bounds = np.stack((starts, ends), axis=1).ravel()  # between two of them, a word, then what stands after it
    if len(bounds) and bounds[-1] == len(values):
        bounds = bounds[:-1]
    return np.add.reduceat(values, bounds, axis=0, dtype=np.float64)[::2]
