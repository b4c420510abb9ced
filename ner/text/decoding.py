"""From characters' log-probabilities to one label a word, in numpy.

`viterbi` finds the label sequence with the highest total score among those that IOB2 allows. `vote` takes for each word
the label that most of its characters would choose alone, and allows anything: it shows what the constraint is worth.
"""

import numpy as np

from ner.text.lattice import Lattice, sums_over_words

METHODS = ("viterbi", "vote")


def decode(
    log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray, lattice: Lattice, method: str = "viterbi"
) -> tuple[np.ndarray, np.ndarray]:
    """Label id of every word, int64 [B, W], and its probability, float64 [B, W]; no meaning at padding words.

    `log_probs` float [B, T, C] are the characters' log-probabilities; `starts` and `ends` int [B, W] give each word's
    first character and the one after its last, both 0 at padding words. The probability is the label's given the whole
    sentence, or with `vote` given the word alone. Raises ValueError on an unknown `method`.
    """
    scores = lattice.word_scores(log_probs, starts, ends)
    if method == "viterbi":
        real = ends > 0
        decoded, probabilities = lattice.viterbi(scores, real), lattice.marginals(scores, real)
    elif method == "vote":
        relative = np.exp(scores - scores.max(axis=-1, keepdims=True))
        decoded, probabilities = vote(log_probs, starts, ends), relative / relative.sum(axis=-1, keepdims=True)
    else:
        raise ValueError(f"decoding method {method!r} is not one of {METHODS}")
    return decoded, np.take_along_axis(probabilities, decoded[..., None], axis=-1)[..., 0]


def vote(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The label that most of a word's characters prefer, int64 [B, W]; of equal counts the lower id."""
    choices = np.eye(log_probs.shape[-1])[log_probs.argmax(axis=-1)]  # [B, T, C]
    return sums_over_words(choices, starts, ends).argmax(axis=-1)
