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
    return decode_words(word_evidence(log_probs, starts, ends, lattice, method), ends > 0, lattice, method)


def word_evidence(
    log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray, lattice: Lattice, method: str
) -> np.ndarray:
    """What its characters say about each word, float64 [B, W, F]: all that `decode_words` needs. 0 at padding words.

    A word's evidence follows from its own characters, so that of the parts of a long text can be joined along W.
    """
    scores = lattice.word_scores(log_probs, starts, ends)
    if method == "viterbi":
        return scores
    if method == "vote":
        return np.concatenate([scores, votes(log_probs, starts, ends)], axis=-1)
    raise ValueError(f"decoding method {method!r} is not one of {METHODS}")


def decode_words(
    evidence: np.ndarray, real: np.ndarray, lattice: Lattice, method: str
) -> tuple[np.ndarray, np.ndarray]:
    """What `decode` returns, from `word_evidence` of the same method; `real` bool [B, W] is False at padding words."""
    if method == "viterbi":
        decoded, probabilities = lattice.viterbi(evidence, real), lattice.marginals(evidence, real)
    else:
        scores, counts = np.split(evidence, 2, axis=-1)
        relative = np.exp(scores - scores.max(axis=-1, keepdims=True))
        decoded, probabilities = counts.argmax(axis=-1), relative / relative.sum(axis=-1, keepdims=True)
    return decoded, np.take_along_axis(probabilities, decoded[..., None], axis=-1)[..., 0]


def votes(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many characters of each word prefer each label, float64 [B, W, C]."""
    choices = np.eye(log_probs.shape[-1])[log_probs.argmax(axis=-1)]  # [B, T, C]
    return sums_over_words(choices, starts, ends)
