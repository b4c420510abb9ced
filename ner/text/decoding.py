"""From characters' log-probabilities to one label a word, in numpy.

`viterbi` finds the label sequence with the highest total score among those that IOB2 allows: I-X only after B-X or I-X
(Viterbi 1967; constrained decoding as in Ratinov and Roth 2009). `vote` takes for each word the label that most of its
characters would choose alone, and allows anything: it shows what the constraint is worth.
"""

import numpy as np

from ner.text.labels import Labels

METHODS = ("viterbi", "vote")
FORBIDDEN = -1e9  # finite, so that differences of forbidden paths stay numbers


def decode(
    log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray, labels: Labels, method: str = "viterbi"
) -> np.ndarray:
    """Label id of every word, int64 [B, W]; what stands at padding words has no meaning.

    `log_probs` float [B, T, C] are the characters' log-probabilities; `starts` and `ends` int [B, W] give each word's
    first character and the one after its last, both 0 at padding words. Raises ValueError on an unknown `method`.
    """
    if method == "viterbi":
        return viterbi(word_scores(log_probs, starts, ends), labels)
    if method == "vote":
        return vote(log_probs, starts, ends)
    raise ValueError(f"decoding method {method!r} is not one of {METHODS}")


def word_scores(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Mean log-probability of each label over a word's characters, float64 [B, W, C]; 0 at padding words.

    The mean, not the sum: characters of one word repeat each other's evidence, and a long word is not surer for it.
    """
    totals = _sums(log_probs.astype(np.float64), starts, ends)
    return totals / np.maximum(ends - starts, 1)[..., None]


def word_probabilities(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Probability of each label for every word, float64 [B, W, C]; no meaning at padding words.

    The geometric mean of what its characters give the label, scaled so that the labels of a word sum to 1.
    """
    scores = word_scores(log_probs, starts, ends)
    relative = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return relative / relative.sum(axis=-1, keepdims=True)


def viterbi(scores: np.ndarray, labels: Labels) -> np.ndarray:
    """The allowed label sequence with the highest sum of `scores`, int64 [B, W], for scores [B, W, C].

    Padding words (all scores equal) may get any label that extends the best path; they never change the words before.
    """
    batch, num_words, _ = scores.shape
    moves = np.where(labels.transition_mask, 0.0, FORBIDDEN)  # [C, C]
    best_previous = np.zeros(scores.shape, np.int64)
    total = scores[:, 0] + np.where(labels.start_mask, 0.0, FORBIDDEN)  # [B, C]
    for word in range(1, num_words):
        candidates = total[:, :, None] + moves  # [B, C before, C]
        best_previous[:, word] = candidates.argmax(axis=1)
        total = candidates.max(axis=1) + scores[:, word]
    path = np.empty((batch, num_words), np.int64)
    path[:, -1] = total.argmax(axis=1)
    rows = np.arange(batch)
    for word in range(num_words - 1, 0, -1):
        path[:, word - 1] = best_previous[rows, word, path[:, word]]
    return path


def vote(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The label that most of a word's characters prefer, int64 [B, W]; of equal counts the lower id."""
    choices = np.eye(log_probs.shape[-1])[log_probs.argmax(axis=-1)]  # [B, T, C]
    return _sums(choices, starts, ends).argmax(axis=-1)


def _sums(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Sums of `values` [B, T, C] over each word's characters: [B, W, C]."""
    running = np.zeros((values.shape[0], values.shape[1] + 1, values.shape[2]))
    np.cumsum(values, axis=1, out=running[:, 1:])
    rows = np.arange(values.shape[0])[:, None]
    return running[rows, ends] - running[rows, starts]
