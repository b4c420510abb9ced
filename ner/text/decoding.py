"""From characters' log-probabilities to one label a word, in numpy.

`viterbi` finds the label sequence with the highest total score among those that IOB2 allows. `vote` takes for each word
the label that most of its characters would choose alone, and allows anything: it shows what the constraint is worth.
Of the lattice it uses the length scale, for its probabilities, but no transitions, biases or other sentences.
"""

import numpy as np

from ner.text.lattice import Lattice, sums_over_words

VITERBI = "viterbi"
METHODS = (VITERBI, "vote")


def decode_and_rate(
    evidence: np.ndarray, real: np.ndarray, rated: np.ndarray, lattice: Lattice, method: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Label id of a word, int64 [B, W], its probability and that of the label `rated`, float64 [B, W]; 0 at padding.

    `evidence` is the `word_evidence` of the words that are `real`, bool [B, W]; `rated` is int [B, W]. A probability is
    the label's given the whole sentence, or with `vote` given the word alone.
    """
    decoded, probabilities = _label_probabilities(evidence, real.sum(axis=1), lattice, method)
    labels, own, other = np.zeros(real.shape, np.int64), np.zeros(real.shape), np.zeros(real.shape)
    words = np.arange(len(decoded))
    labels[real], own[real], other[real] = decoded, probabilities[words, decoded], probabilities[words, rated[real]]
    return labels, own, other


def real_words(
    log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The characters of a padded batch one after another, [B * T, C], and where its W real words stand in them, [W].

    `log_probs` float [B, T, C] are the characters' log-probabilities; `starts` and `ends` int [B, W] give each word's
    first character and the one after its last, both 0 at padding words.
    """
    batch, num_chars, num_labels = log_probs.shape
    origin = num_chars * np.arange(batch)[:, None]
    real = ends > 0
    return log_probs.reshape(-1, num_labels), (starts + origin)[real], (ends + origin)[real]


def word_evidence(
    log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray, lattice: Lattice, method: str
) -> np.ndarray:
    """What its characters say about each word, float64 [W, F]: all that `decode_words` needs.

    `log_probs` float [T, C] are those of all characters; `starts` and `ends` int [W] say where words stand in them, in
    order. A word's evidence follows from its own characters, so that of the parts of a long text can be joined. Raises
    ValueError on an unknown `method`.
    """
    scores = lattice.word_scores(log_probs, starts, ends)
    if method == "viterbi":
        return scores
    if method == "vote":
        return np.concatenate([scores, votes(log_probs, starts, ends)], axis=-1)
    raise ValueError(f"decoding method {method!r} is not one of {METHODS}")


def decode_words(
    evidence: np.ndarray, lengths: np.ndarray, lattice: Lattice, method: str
) -> tuple[np.ndarray, np.ndarray]:
    """Label id of every word, int64 [W], and its probability, float64 [W], from `word_evidence` of the same method.

    `lengths` int [N] says how many words each sentence has.
    """
    decoded, probabilities = _label_probabilities(evidence, lengths, lattice, method)
    return decoded, probabilities[np.arange(len(decoded)), decoded]


def _label_probabilities(
    evidence: np.ndarray, lengths: np.ndarray, lattice: Lattice, method: str
) -> tuple[np.ndarray, np.ndarray]:
    """Label id of every word, int64 [W], and the probabilities of all labels, float64 [W, C]."""
    if method == "viterbi":
        return lattice.viterbi(evidence, lengths), lattice.marginals(evidence, lengths)
    scores, counts = np.split(evidence, 2, axis=-1)
    relative = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return counts.argmax(axis=-1), relative / relative.sum(axis=-1, keepdims=True)


def votes(log_probs: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many characters of each word prefer each label, float64 [W, C]."""
    choices = np.eye(log_probs.shape[-1])[log_probs.argmax(axis=-1)]  # [T, C]
    return sums_over_words(choices, starts, ends)
