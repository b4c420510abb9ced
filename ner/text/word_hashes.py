"""Hashes of words: numbers that stand for strings without a list of strings.

A hash is made of additions and products of the code points, which wrap around at 64 bits, so NumPy, TensorFlow and ONNX
compute the same one. It depends on the last `LONGEST_WORD` characters.
"""

from collections.abc import Sequence

import numpy as np

from ner.text.code_points import code_points_of

LONGEST_WORD = 32  # characters that the hash of a word depends on, counted back from its end
MULTIPLIER = -0x61C8864680B583EB  # 2 ** 64 / golden ratio, odd, as a signed number


def wrapped(number: int) -> int:
    """A Python integer as a signed number of 64 bits."""
    return (number + 2**63) % 2**64 - 2**63


def hash_words(words: Sequence[str]) -> np.ndarray:
    """The hash of each word, int64 [N]: the sum of code point + 1 of its k-th last character x MULTIPLIER ** k."""
    codes = code_points_of("".join(words)).astype(np.int64) + 1
    lengths = np.array([len(word) for word in words], np.int64)
    lasts = np.cumsum(lengths) - 1
    hashes, power = np.zeros(len(words), np.int64), 1
    for back in range(min(LONGEST_WORD, lengths.max(initial=0))):
        there = lengths > back
        hashes[there] += codes[lasts[there] - back] * np.int64(power)
        power = wrapped(power * MULTIPLIER)
    return hashes
