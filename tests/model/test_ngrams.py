import numpy as np
import tensorflow as tf

from ner.model.dropout import NO_DROPOUT
from ner.model.encoders.ngrams import LONGEST_WORD, NUM_KINDS, ORDERS, NgramEmbedding, ngram_hashes, ngram_ranges
from ner.model.words import Words
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary
from tests.whole_batch import dropout_of_whole_batch

ROWS = 1 << 20  # so large that two strings of a test share no row
CODES = np.arange(200)  # of a vocabulary in which each character's id is its code point
PREFIX, WORD = len(ORDERS), len(ORDERS) + 1


def batch_of(*texts):
    """Characters and words of `texts`, tokens between spaces."""
    tokenized = [TokenizedText.from_tokens(text.split()) for text in texts]
    length, width = max(map(len, texts)), max(len(text.starts) for text in tokenized)
    char_ids = np.zeros((len(texts), length), np.int32)
    starts, ends = np.zeros((2, len(texts), width), np.int32)
    for row, text in enumerate(tokenized):
        char_ids[row, : len(text.text)] = [ord(character) for character in text.text]
        starts[row, : len(text.starts)], ends[row, : len(text.ends)] = text.starts, text.ends
    return tf.constant(char_ids), Words(tf.constant(starts), tf.constant(ends))


def hashes_of(*texts, rows=ROWS):
    char_ids, words = batch_of(*texts)
    return ngram_hashes(tf.gather(CODES, char_ids), words, rows).numpy()


def test_equal_strings_have_equal_rows_wherever_they_stand():
    found = hashes_of("the Tolk river", "old Tolk")
    np.testing.assert_array_equal(found[0, 4:8, WORD], found[1, 4:8, WORD])
    np.testing.assert_array_equal(found[0, 4:8, PREFIX], found[1, 4:8, PREFIX])
    np.testing.assert_array_equal(found[0, 5:8, 0], found[1, 5:8, 0])  # 2-grams that lie in the word
    assert found[0, 4, 1] != found[1, 4, 1]  # "e T" and "d T"


def test_each_kind_is_a_function_of_its_string():
    """Rows of a kind are equal exactly where an ordinary program finds equal strings."""
    text = "anna banana hannah an ananas"
    [found] = hashes_of(text)
    assert (found[[4, 11, 18, 21]][:, [PREFIX, WORD]] == 0).all()  # between words
    word_of = {}
    for start, word in zip((0, 5, 12, 19, 22), text.split(), strict=True):
        word_of |= {start + i: (word, word[: i + 1]) for i in range(len(word))}
    strings = {
        kind: [text[max(0, t + 1 - order) : t + 1] for t in range(len(text))] for kind, order in enumerate(ORDERS)
    }
    strings[PREFIX] = [word_of.get(t, ("", ""))[1] for t in range(len(text))]
    strings[WORD] = [word_of.get(t, ("", ""))[0] for t in range(len(text))]
    for kind, values in strings.items():
        same_row = found[:, kind, None] == found[None, :, kind]
        same_string = np.array([[a == b for b in values] for a in values])
        np.testing.assert_array_equal(same_row, same_string, err_msg=str(kind))


def test_rows_change_with_the_characters_of_their_range_and_no_others():
    text = "an ananas " + "b" * (LONGEST_WORD + 3)
    char_ids, words = batch_of(text)
    starts, ends = (places.numpy()[0] for places in ngram_ranges(words, char_ids))
    before = hashes_of(text)[0]
    # Between words, the last two kinds are of no string.
    inside = np.stack([np.full(len(text), True)] * len(ORDERS) + [np.array(list(text)) != " "] * 2, axis=1)
    for place in range(len(text)):
        if text[place] != " ":
            after = hashes_of(text[:place] + "z" + text[place + 1 :])[0]
            in_range = (starts <= place) & (place < ends)
            np.testing.assert_array_equal((before != after)[inside], in_range[inside])


def test_words_longer_than_the_hash_sees_differ_by_their_end():
    long = "x" * (2 * LONGEST_WORD)
    [first], [second] = hashes_of(long + "a"), hashes_of(long + "b")
    assert first[0, WORD] != second[0, WORD]


def test_padding_and_neighbours_in_the_batch_change_nothing():
    alone = hashes_of("Ada saw York")
    together = hashes_of("Ada saw York", "a much longer sentence about nothing")
    np.testing.assert_array_equal(together[0, :12], alone[0])


def test_rows_are_within_the_table_and_spread_over_it():
    text = " ".join(f"{a}{b}{c}" for a in "abcdefgh" for b in "ijklmnop" for c in "qrstuvwx")
    found = hashes_of(text, rows=64)
    assert found.min() >= 0
    assert found.max() < 64
    words = found[0, ::4, WORD]
    assert np.bincount(words, minlength=64).max() < 40  # 512 words, 8 a row


def test_a_hidden_word_shows_at_none_of_its_characters():
    char_ids, words = batch_of("Anna Bob Carla Dora Emil")
    layer = NgramEmbedding(CODES, 4, ROWS, iter(range(9)), "float32")
    dropout = dropout_of_whole_batch(tf.constant([0, 1]), char_ids)
    shown = layer.look_up(char_ids, words, dropout, ngram_dropout=0.0, word_dropout=0.5).numpy()
    whole = layer.look_up(char_ids, words, dropout, ngram_dropout=0.0, word_dropout=0.0).numpy()
    hidden = []
    for start, end in zip(words.starts[0], words.ends[0], strict=True):
        hidden.append(bool((shown[0, start:end] == 0).all()))
        if not hidden[-1]:
            np.testing.assert_allclose(shown[0, start:end], whole[0, start:end], rtol=1e-6)
    assert 0 < sum(hidden) < len(hidden)


def test_dropout_of_single_ngrams_keeps_the_mean():
    char_ids, words = batch_of(*["Anna Bob Carla Dora Emil"] * 400)
    layer = NgramEmbedding(CODES, 2, ROWS, iter(range(9)), "float32")
    layer.look_up(
        char_ids, words, dropout_of_whole_batch(tf.constant([0, 1]), char_ids), ngram_dropout=0.0, word_dropout=0.0
    )
    layer.table.embeddings.assign(tf.ones([ROWS, 2]))
    dropout = dropout_of_whole_batch(tf.constant([0, 1]), char_ids)
    found = layer.look_up(char_ids, words, dropout, ngram_dropout=0.3, word_dropout=0.0).numpy()
    assert abs(found.mean() - NUM_KINDS) < 0.05
    assert found.min() < NUM_KINDS - 2


def test_a_string_has_the_same_embedding_whatever_the_ids_of_its_characters():
    text = "Ada saw York"
    _, words = batch_of(text)
    found = []
    for characters in ("Ad awYork", "kroY was dAxyz"):
        vocabulary = Vocabulary(tuple(dict.fromkeys(characters + "s")))
        layer = NgramEmbedding(vocabulary.codes, 4, 64, iter(range(9)), "float32")
        ids = tf.constant(vocabulary.encode(text).astype(np.int32)[None])
        found.append(layer.look_up(ids, words, NO_DROPOUT, ngram_dropout=0.3, word_dropout=0.5))
    np.testing.assert_array_equal(*found)
    assert np.unique(found[0]).size > 20
