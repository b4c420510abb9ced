import numpy as np

from ner.text.decoding import decode_and_rate, real_words, word_evidence


def decode(log_probs, starts, ends, lattice, method="viterbi"):
    """Label id and probability of every word of a padded batch, [B, W] each."""
    evidence = word_evidence(*real_words(log_probs, starts, ends), lattice, method)
    return decode_and_rate(evidence, ends > 0, np.zeros_like(starts), lattice, method)[:2]
