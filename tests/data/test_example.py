import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data import example
from ner.data.encoding import encode_batch
from ner.text.sentence import SPACE_LABELS, Sentence
from ner.text.sentence_batch import SentenceBatch
from ner.text.vocabulary import Vocabulary
from ner.text.word_marks import words_of
from tests.text.test_sentence import LABELS, NEW_YORK, any_sentence


def encode(sentence, vocabulary, space_label="inside"):
    [encoded] = encode_batch(SentenceBatch.from_sentences([sentence]), vocabulary, LABELS.ids, space_label)
    return encoded


@given(any_sentence)
def test_decode_inverts_encode_on_any_unicode(sentence):
    record = example.decode(encode(sentence, Vocabulary.from_text([sentence.text[:3]])))
    read = record.sentence(LABELS)
    assert (read.tokens, read.tags, read.text) == (sentence.tokens, sentence.tags, sentence.text)


@given(st.lists(st.integers(0, 2**31), min_size=1, max_size=4), st.integers(0, 2**31), st.integers(0, 2**31))
def test_decode_gives_where_each_sentence_came_from(numbers, source, first_line):
    batch = SentenceBatch.from_sentences([NEW_YORK] * len(numbers), documents=numbers, lines=range(len(numbers)))
    encoded = encode_batch(batch.with_origins([(source, first_line, 1)]), Vocabulary.from_text(["E"]), LABELS.ids)
    found = [(record.document, record.source, record.line) for record in map(example.decode, encoded)]
    assert found == [(number + 1, source, first_line + index) for index, number in enumerate(numbers)]


@given(st.lists(any_sentence, min_size=1, max_size=5), st.sampled_from([1, 1, 30, 900]), st.sampled_from(SPACE_LABELS))
def test_encode_batch_writes_the_bytes_that_protobuf_would(sentences, repeats, space_label):
    sentences = [Sentence(*(part * repeats for part in dataclasses.astuple(one))) for one in sentences]
    vocabulary = Vocabulary.from_text([sentences[0].text[:3]])
    encoded = encode_batch(SentenceBatch.from_sentences(sentences), vocabulary, LABELS.ids, space_label)
    assert encoded == [encode(one, vocabulary, space_label) for one in sentences]
    messages = [example._Example.FromString(one) for one in encoded]
    assert encoded == [message.SerializeToString(deterministic=True) for message in messages]
    for message, sentence in zip(messages, sentences, strict=True):
        feature = message.features.feature
        found = words_of(np.frombuffer(feature["words"].bytes_list.value[0], np.uint8))
        assert tuple(positions.tolist() for positions in found) == sentence.token_spans
        assert feature["chars"].bytes_list.value[0] == vocabulary.encode(sentence.text).astype("<u2").tobytes()
        assert feature["text"].bytes_list.value[0].decode() == sentence.text


def test_encode_writes_a_message_that_tensorflow_reads():
    import tensorflow as tf

    vocabulary = Vocabulary.from_text([NEW_YORK.text])
    read = tf.train.Example.FromString(encode(NEW_YORK, vocabulary)).features.feature
    assert np.frombuffer(read["chars"].bytes_list.value[0], "<u2").tolist() == vocabulary.encode(NEW_YORK.text).tolist()
    assert read["text"].bytes_list.value[0].decode() == NEW_YORK.text
    assert list(read["words"].bytes_list.value[0]) == [1, 2, 0, 1, 2, 2, 2, 2, 2, 2, 0, 1, 2, 2, 0, 1, 2, 2, 2]


def set_marks(feature, marks):
    feature["words"].bytes_list.value[0] = marks


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda feature: feature["chars"].Clear(), "'chars' holds 0 values"),
        (lambda feature: feature["labels"].bytes_list.value.append(b"\0"), "'labels' holds 2 values"),
        (lambda feature: feature["line"].Clear(), "'line' holds 0 values"),
        (lambda feature: set_marks(feature, b"\1\2\0\1" + 15 * b"\0"), "do not cover the text"),
        (lambda feature: set_marks(feature, b"\1\2\0\2" + 15 * b"\2"), "a word has no first character"),
        (lambda feature: set_marks(feature, b"\1\2\0\3" + 15 * b"\2"), "is marked 3, beyond 2"),
        (lambda feature: set_marks(feature, b"\1\2"), "disagree on the length"),
        (lambda feature: feature["text"].bytes_list.value.__setitem__(0, b"EU"), "disagree on the length"),
    ],
)
def test_decode_refuses_features_that_do_not_fit(change, message):
    import tensorflow as tf

    read = tf.train.Example.FromString(encode(NEW_YORK, Vocabulary.from_text(["E"])))
    change(read.features.feature)
    with pytest.raises(ValueError, match=message):
        example.decode(read.SerializeToString())


def test_decode_refuses_bytes_that_are_no_message():
    with pytest.raises(ValueError, match=r"not a tf\.train\.Example"):
        example.decode(b"\xff\xff\xff")
