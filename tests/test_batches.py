import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.records.batches import batches_per_epoch, evaluation_batches, training_batches
from ner.records.tfrecord import DamagedShardError
from ner.records.verification import naming_damaged_shards
from ner.text.characters import Sentence
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from tests.conftest import invented_sentences, write_records


def texts_of(dataset, batches):
    return [[dataset.vocabulary.decode(row) for row in char_ids.numpy()] for char_ids, _ in batches]


def epochs_of(records, batch_size, seed, count, start_step=0):
    folder, dataset = records
    batches = training_batches(dataset, folder, batch_size=batch_size, seed=seed, start_step=start_step)
    per_epoch = batches_per_epoch(40, batch_size)
    texts = texts_of(dataset, batches.take(count * per_epoch))
    return [texts[i * per_epoch : (i + 1) * per_epoch] for i in range(count)]


def flat(epoch):
    return list(itertools.chain.from_iterable(epoch))


@pytest.mark.parametrize("batch_size", [1, 7, 8, 40, 64])
def test_an_epoch_has_every_sentence_exactly_once(records, batch_size):
    expected = sorted(sentence.text for sentence in invented_sentences(40))
    for epoch in epochs_of(records, batch_size, seed=3, count=3):
        assert sorted(flat(epoch)) == expected


def test_the_order_depends_on_seed_and_epoch_only(records):
    first, second = epochs_of(records, 4, seed=3, count=2)
    assert first != second
    tf.random.set_seed(1)
    again = epochs_of(records, 4, seed=3, count=2)
    tf.random.set_seed(2)
    assert epochs_of(records, 4, seed=3, count=2) == again == [first, second]
    assert epochs_of(records, 4, seed=4, count=1)[0] != first


@pytest.mark.parametrize("start_step", [1, 9, 10, 13, 37])
def test_a_later_start_gives_the_batches_from_there(records, monkeypatch, start_step):
    monkeypatch.setattr("ner.records.batches.WINDOW_BATCHES", 3)
    whole = list(itertools.chain.from_iterable(epochs_of(records, 4, seed=0, count=6)))
    later = list(itertools.chain.from_iterable(epochs_of(records, 4, seed=0, count=2, start_step=start_step)))
    assert later == whole[start_step : start_step + 20]


def test_batches_of_a_window_are_of_similar_length_and_not_in_order_of_length(records):
    folder, dataset = records
    batches = list(training_batches(dataset, folder, batch_size=4, seed=0).take(10))
    real = sum(int((labels.numpy() >= 0).sum()) for _, labels in batches)
    assert real == dataset.split("train").characters
    assert real / sum(int(tf.size(labels)) for _, labels in batches) > 0.9
    widths = [char_ids.shape[1] for char_ids, _ in batches]
    assert widths != sorted(widths)


def test_labels_are_padded_with_minus_one_where_characters_are_with_zero(records):
    folder, dataset = records
    for char_ids, labels in training_batches(dataset, folder, batch_size=16, seed=0).take(3):
        assert char_ids.dtype == labels.dtype == tf.int32
        np.testing.assert_array_equal(char_ids.numpy() == 0, labels.numpy() == -1)


@pytest.mark.parametrize("batch_size", [3, 64])
def test_evaluation_gives_every_sentence_of_a_split_with_its_words(records, batch_size):
    folder, dataset = records
    found = {}
    for batch in evaluation_batches(dataset, folder, "validation", batch_size):
        for row in range(len(batch.position)):
            text = batch.text[row].numpy().decode()
            words = [(s, e) for s, e in zip(batch.starts[row].numpy(), batch.ends[row].numpy(), strict=True) if e]
            tags = tuple(dataset.labels.names[batch.labels[row, start]] for start, _ in words)
            found[int(batch.position[row])] = (tuple(text[s:e] for s, e in words), tags)
    expected = {i: (one.tokens, one.tags) for i, one in enumerate(invented_sentences(60)[40:50])}
    assert found == expected


def test_a_sentence_far_longer_than_the_others_is_not_cut(tmp_path):
    long = Sentence.from_tokens(["word"] * 3_000, ["O"] * 3_000)
    dataset = write_records(tmp_path, {"train": [*invented_sentences(5), long]})
    batches = training_batches(dataset, str(tmp_path), batch_size=2, seed=0).take(3)
    assert max(char_ids.shape[1] for char_ids, _ in batches) == len(long.text)


def test_a_flipped_bit_is_named_with_its_shard_and_record(records, tmp_path):
    folder, dataset = records
    shard = tmp_path / "records" / dataset.split("train").shards[2].file
    content = bytearray(shard.read_bytes())
    content[-10] ^= 4
    shard.write_bytes(content)
    last = dataset.split("train").shards[2].records - 1
    batches = training_batches(dataset, folder, batch_size=4, seed=0).take(10)
    message = rf"train-00002-of-00003\.tfrecord: record {last}: the checksum"
    with pytest.raises(DamagedShardError, match=message), naming_damaged_shards(dataset, folder, "train"):
        list(batches)


@pytest.mark.parametrize("what", ["vocabulary", "labels"])
def test_an_id_that_the_model_does_not_have_reaches_no_batch(records, what):
    folder, dataset = records
    smaller = {
        "vocabulary": Vocabulary(dataset.vocabulary.characters[:-1]),
        "labels": Labels(dataset.labels.names[:-1]),
    }[what]
    dataset = dataclasses.replace(dataset, **{what: smaller})
    for split, batches in (
        ("train", training_batches(dataset, folder, batch_size=40, seed=0).take(2)),
        ("test", evaluation_batches(dataset, folder, "test", 10)),
    ):
        message = f"{split}: a record holds an id that dataset.json does not know, although the shards are those"
        with pytest.raises(DamagedShardError, match=message), naming_damaged_shards(dataset, folder, split):
            list(batches)
