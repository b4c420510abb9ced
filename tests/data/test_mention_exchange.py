"""Entities that change places within a window."""

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from ner.data import mention_exchange
from ner.data.batches import training_batches
from ner.data.mention_exchange import MentionExchange
from ner.data.padding import EncodedSentences
from ner.text.labels import Labels
from ner.text.sentence import Sentence, collect
from ner.text.sentence_batch import SentenceBatch
from ner.text.vocabulary import Vocabulary
from ner.text.word_marks import words_of
from tests.conftest import invented_sentences, write_records

LABELS = Labels.from_tags(["B-LOC", "I-LOC", "B-PER", "I-PER"])
COLUMNS = [
    "Ada/B-PER met/O Bo/B-PER Li/I-PER ./O",
    "New/B-LOC York/I-LOC is/O far/O from/O Velm/B-LOC",
    "Tolk/B-PER",
    "in/O Old/B-LOC Port/I-LOC Town/I-LOC Oslo/B-LOC",  # two entities side by side
    "nothing/O here/O",
    "Mara/B-PER Oslo/B-LOC Zed/B-PER",
] * 4
SENTENCES = [
    Sentence.from_tokens(*zip(*(word.rsplit("/", 1) for word in line.split()), strict=True)) for line in COLUMNS
]
VOCABULARY = Vocabulary.from_text([sentence.text for sentence in SENTENCES])


def encoded(sentences=SENTENCES, space_label="inside"):
    fields = {"chars": [], "labels": [], "words": []}
    for sentence in sentences:
        batch = SentenceBatch.from_sentences([sentence])
        fields["chars"].append(VOCABULARY.encode(sentence.text).astype("<u2").tobytes())
        fields["labels"].append(batch.char_labels(LABELS.ids, space_label).tobytes())
        fields["words"].append(batch.word_marks().tobytes())
    return EncodedSentences(**{name: tf.constant(values) for name, values in fields.items()})


def exchanged(share=1.0, seed=0, sentences=SENTENCES, space_label="inside"):
    """The sentences after the exchange, each as (token, tag) pairs."""
    change = MentionExchange(LABELS, share)
    return read(change(encoded(sentences, space_label), tf.constant([seed, 0], tf.int64)))


def read(found):
    result = []
    for chars, labels, words in zip(*(values.numpy() for values in found), strict=True):
        text = VOCABULARY.decode(np.frombuffer(chars, "<u2"))
        starts, ends = words_of(np.frombuffer(words, np.uint8))
        label_ids = np.frombuffer(labels, np.uint8)
        assert len(text) == len(label_ids) == len(words)
        tags = [LABELS.names[index] for index in collect(label_ids, starts)]
        result.append([(text[start:end], tag) for start, end, tag in zip(starts, ends, tags, strict=True)])
    return result


PLAIN = [list(zip(sentence.tokens, sentence.tags, strict=True)) for sentence in SENTENCES]


def mentions(sentence):
    """(type, tokens) of each entity of a sentence."""
    found = []
    for token, tag in sentence:
        if tag.startswith("B-"):
            found.append((tag[2:], [token]))
        elif tag.startswith("I-"):
            found[-1][1].append(token)
    return [(kind, tuple(tokens)) for kind, tokens in found]


@pytest.mark.parametrize("space_label", ["inside", "outside"])
def test_entities_change_places_within_their_type_and_all_else_stays(space_label):
    found = exchanged(space_label=space_label)
    assert Counter(one for sentence in found for one in mentions(sentence)) == Counter(
        one for sentence in PLAIN for one in mentions(sentence)
    )
    for before, after in zip(PLAIN, found, strict=True):
        assert [token for token, tag in after if tag == "O"] == [token for token, tag in before if tag == "O"]
        kinds = [kind for kind, _ in mentions(before)]
        assert [kind for kind, _ in mentions(after)] == kinds
        same = [one == other for one, other in zip(mentions(before), mentions(after), strict=True)]
        assert same.count(False) <= 1  # of several entities one takes part
    assert sum(before != after for before, after in zip(PLAIN, found, strict=True)) > len(PLAIN) // 2


def test_every_entity_of_a_sentence_takes_part_in_some_epoch():
    changed = set()
    for seed in range(20):
        after = exchanged(seed=seed)[3]
        changed |= {index for index, one in enumerate(mentions(after)) if one != mentions(PLAIN[3])[index]}
    assert changed == {0, 1}


def test_the_exchange_is_a_function_of_its_seed():
    assert exchanged(seed=1) == exchanged(seed=1)
    assert exchanged(seed=1) != exchanged(seed=2)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.3, 70, 160), (1.0, 330, 500)])
def test_a_share_of_the_sentences_takes_part(share, low, high):
    """Of 600 sentences, 500 have an entity; some of those that take part get the one that they had."""
    sentences = SENTENCES * 25
    found = exchanged(share, sentences=sentences)
    assert low <= sum(before != after for before, after in zip(PLAIN * 25, found, strict=True)) <= high


def test_an_entity_that_is_not_wholly_among_the_first_characters_stays(monkeypatch):
    monkeypatch.setattr(mention_exchange, "_LONGEST", 11)
    cut = Sentence.from_tokens(["in", "New", "York", "Town"], ["O", "B-LOC", "I-LOC", "I-LOC"])
    whole = Sentence.from_tokens(["Oslo", "is", "far"], ["B-LOC", "O", "O"])
    for seed in range(8):
        found = exchanged(seed=seed, sentences=[cut, whole])
        assert found == [list(zip(one.tokens, one.tags, strict=True)) for one in (cut, whole)]


def test_training_batches_have_other_entities_in_other_epochs(tmp_path):
    made = invented_sentences(24)
    dataset = write_records(tmp_path, {"train": made})

    def epochs(share):
        batches = training_batches(dataset, str(tmp_path), batch_size=24, seed=0, exchange_mentions=share).take(2)
        return [sorted(map(tuple, batch.char_ids.numpy().tolist())) for batch in batches]

    plain, changed = epochs(0.0), epochs(1.0)
    assert plain[0] == plain[1]
    assert changed[0] != changed[1] != plain[0]
    assert [sum(ids > 0 for row in epoch for ids in row) for epoch in changed] == [
        sum(len(sentence.text) for sentence in made)
    ] * 2


def test_a_run_that_goes_on_sees_what_it_would_have_seen(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(24)})

    def batches(start):
        made = training_batches(dataset, str(tmp_path), batch_size=4, seed=0, start=start, exchange_mentions=0.5)
        return [batch.char_ids.numpy().tolist() for batch in made.take(9)]

    assert batches(12)[:6] == batches(0)[3:9]
