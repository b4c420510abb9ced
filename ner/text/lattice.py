"""Label sequences of words: their scores, the best one, and how probable each label of each word is, in numpy.

What a tagger says of characters becomes scores of words, and a linear chain scores sequences: the first label, then
each pair of neighbours. Where nothing was learnt, the chain only forbids what IOB2 forbids: I-X after anything but B-X
or I-X (constrained decoding as in Ratinov and Roth 2009).
"""

from dataclasses import dataclass, replace

import numpy as np

from ner.text.labels import Labels

FORBIDDEN = -1e9  # finite, so that differences of forbidden paths stay numbers
LOWEST_SCORE = -300.0  # of a label below the best one of its word, so that no allowed path has probability 0


@dataclass(frozen=True, eq=False)
class Lattice:
    """A chain over C labels: `start` float [C], `transitions` float [C before, C], `FORBIDDEN` where IOB2 has none.

    A word of n characters has the mean log-probability of its characters multiplied by
    exp(length_scale[0] + length_scale[1] * log(n)).
    """

    start: np.ndarray
    transitions: np.ndarray
    length_scale: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of_constraints(cls, labels: Labels) -> "Lattice":
        """The chain in which all allowed sequences are equally good before words are scored."""
        return cls(np.where(labels.start_mask, 0.0, FORBIDDEN), np.where(labels.transition_mask, 0.0, FORBIDDEN))

    def with_outside_bias(self, bias: float) -> "Lattice":
        """The same chain with `bias` subtracted from every word's score of label O, the first one."""
        start, transitions = self.start.copy(), self.transitions.copy()
        start[0] -= bias
        transitions[:, 0] -= bias
        return replace(self, start=start, transitions=transitions)

    def word_scores(self, log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Score of each label for each word, float64 [B, W, C]; 0 at padding words.

        `log_probs` float [B, T, C] are the characters' log-probabilities; `starts` and `ends` int [B, W] give each
        word's first character and the one after its last, both 0 at padding words. The mean, not the sum: characters of
        one word repeat each other's evidence.
        """
        weights = self.character_weights(ends - starts)
        return sums_over_words(log_probs.astype(np.float64), starts, ends) * weights[..., None]

    def character_weights(self, lengths: np.ndarray) -> np.ndarray:
        """What a character's log-probabilities count in the scores of its word, float64, by the words' lengths."""
        lengths = np.maximum(lengths, 1)
        return np.exp(self.length_scale[0] + self.length_scale[1] * np.log(lengths)) / lengths

    def viterbi(self, scores: np.ndarray, real: np.ndarray) -> np.ndarray:
        """The label sequence with the highest score, int64 [B, W], for word `scores` [B, W, C] (Viterbi 1967).

        `real` bool [B, W] is False at padding words, which repeat the last real word's label: learnt transitions to
        them must not change the words before.
        """
        batch, num_words, num_labels = scores.shape
        best_previous = np.zeros(scores.shape, np.int64)
        total = scores[:, 0] + self.start  # [B, C]
        for word in range(1, num_words):
            candidates = total[:, :, None] + self.transitions  # [B, C before, C]
            is_real = real[:, word, None]
            best_previous[:, word] = np.where(is_real, candidates.argmax(axis=1), np.arange(num_labels))
            total = np.where(is_real, candidates.max(axis=1) + scores[:, word], total)
        path = np.empty((batch, num_words), np.int64)
        path[:, -1] = total.argmax(axis=1)
        rows = np.arange(batch)
        for word in range(num_words - 1, 0, -1):
            path[:, word - 1] = best_previous[rows, word, path[:, word]]
        return path

    def marginals(self, scores: np.ndarray, real: np.ndarray) -> np.ndarray:
        """Probability of each label of each word given the whole sentence, float64 [B, W, C].

        `scores` float [B, W, C]; `real` bool [B, W] is False at padding words, which have no meaning in the result.
        Forward-backward (Rabiner 1989) over probabilities that are scaled at each word.
        """
        num_words = scores.shape[1]
        emissions = np.exp(np.maximum(scores - scores.max(axis=-1, keepdims=True), LOWEST_SCORE))
        moves = np.exp(self.transitions)  # 0 where there is no move
        forward, backward = np.empty_like(emissions), np.ones_like(emissions)
        forward[:, 0] = _scaled(emissions[:, 0] * np.exp(self.start))
        for word in range(1, num_words):
            forward[:, word] = _scaled((forward[:, word - 1] @ moves) * emissions[:, word])
        for word in range(num_words - 1, 0, -1):
            onward = _scaled((backward[:, word] * emissions[:, word]) @ moves.T)
            backward[:, word - 1] = np.where(real[:, word, None], onward, 1.0)
        return _scaled(forward * backward)


def sums_over_words(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Sums of `values` [B, T, C] over the characters of each word: [B, W, C]."""
    running = np.zeros((values.shape[0], values.shape[1] + 1, values.shape[2]))
    np.cumsum(values, axis=1, out=running[:, 1:])
    rows = np.arange(values.shape[0])[:, None]
    return running[rows, ends] - running[rows, starts]


def _scaled(values: np.ndarray) -> np.ndarray:
    """The values divided by their sum over the last axis."""
    return values / values.sum(axis=-1, keepdims=True)
