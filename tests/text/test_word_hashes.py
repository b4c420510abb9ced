import numpy as np
import tensorflow as tf

from ner.model.encoders.ngrams import word_hashes
from ner.model.words import Words
from ner.text.vocabulary import Vocabulary
from ner.text.word_hashes import LONGEST_WORD, MULTIPLIER, hash_words

LINES = ["Ada went hom", "\N{GRINNING FACE} a", "x" * 31 + " " + "y" * 32 + " " + "z" * 33 + " " + "abc" * 30]


def test_a_hash_is_a_sum_over_characters_that_wraps_around():
    def wanted(word):
        total = sum((ord(one) + 1) * MULTIPLIER**place for place, one in enumerate(reversed(word)))
        return (total + 2**63) % 2**64 - 2**63

    words = ["a", "", "Ada", "daA", "\N{GRINNING FACE}", "x" * LONGEST_WORD]
    assert hash_words(words).tolist() == [wanted(word) for word in words]
    assert hash_words([]).tolist() == []


def test_characters_before_the_last_ones_do_not_count():
    one, other, shorter = hash_words(["a" + "b" * LONGEST_WORD, "c" + "b" * LONGEST_WORD, "b" * (LONGEST_WORD - 1)])
    assert one == other != shorter


def test_the_graph_computes_the_same_hashes():
    vocabulary = Vocabulary.from_text(LINES)
    for line in LINES:
        tokens = line.split()
        starts = np.cumsum([0, *(len(token) + 1 for token in tokens)])[:-1]
        ends = starts + [len(token) for token in tokens]
        padded = np.zeros([1, len(line) + 3], np.int64)
        padded[0, : len(line)] = vocabulary.encode(line)
        words = Words(*(tf.constant([[*places, 0]], tf.int32) for places in (starts, ends)))  # and one of padding
        found = word_hashes(tf.gather(vocabulary.codes, padded), words)
        assert found[0, : len(tokens)].numpy().tolist() == hash_words(tokens).tolist()
