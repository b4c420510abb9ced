import dataclasses
import itertools
import sys

import numpy as np
import pytest
import tensorflow as tf

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from ner.cli import leave
from ner.data import dataset as records_dataset
from ner.data.batches import LENGTH_NOISE, batches_of_run, batches_per_epoch, evaluation_batches, training_batches
from ner.data.replica_batches import global_batches
from ner.data.sampling import SamplingPlan
from ner.data.subset import Subset
from ner.data.tfrecord import DamagedShardError
from ner.data.verification import verify_while_reading
from ner.text.labels import Labels
from ner.text.sentence import Sentence
from ner.text.vocabulary import Vocabulary
from tests.conftest import invented_sentences, write_records
from tests.data.batch_texts import texts_of
from tests.forked import fork_server


def epochs_of(records, count, *, start=0, **options):
    """Texts of the batches of `count` epochs; the first may have begun before `start`."""
    folder, dataset = records
    sentences = dataset.split("train").sentences
    epochs, seen = [[]], start
    for batch in training_batches(dataset, folder, **{"batch_size": 4, "seed": 0, "start": start, **options}):
        epochs[-1] += texts_of(dataset, [batch])
        seen += len(epochs[-1][-1])
        if seen % sentences == 0:
            if len(epochs) == count:
                return epochs
            epochs.append([])


def flat(epoch):
    return list(itertools.chain.from_iterable(epoch))


@pytest.mark.parametrize(
    ("window", "batching"),
    [(12, {"batch_size": size}) for size in (7, 8, 64)]
    + [(12, {"batch_size": 4, "max_batch_characters": characters}) for characters in (1, 128, 100_000)]
    + [(16_384, {"batch_size": 7}), (16_384, {"batch_size": 4, "max_batch_characters": 128})],
    ids=str,
)
def test_an_epoch_has_every_sentence_exactly_once(records, monkeypatch, window, batching):
    monkeypatch.setattr("ner.data.batches.WINDOW_SENTENCES", window)
    monkeypatch.setattr("ner.data.batches.WINDOW_BATCHES", 1)
    monkeypatch.setattr("ner.data.chunks.CHUNK_SENTENCES", 5)
    expected = sorted(sentence.text for sentence in invented_sentences(40))
    epochs = epochs_of(records, 3, seed=3, **batching)
    assert [sorted(flat(epoch)) for epoch in epochs] == [expected] * 3
    if "max_batch_characters" not in batching:
        assert {len(epoch) for epoch in epochs} == {batches_per_epoch(records[1].split("train"), **batching)}


@pytest.mark.parametrize("chunk", [2, 256])
def test_a_share_of_the_sentences_is_read_from_any_place_on(records, monkeypatch, chunk):
    monkeypatch.setattr("ner.data.chunks.CHUNK_SENTENCES", chunk)  # of 2, some have no sentence of the share
    _, dataset = records
    sentences = [sentence.text for sentence in invented_sentences(40)]
    subset = Subset.to_train_on(40, 0.3, seed=3)
    plan = SamplingPlan.of_subset(subset)
    expected = sorted(sentences[position] for position in subset.positions)
    batching = {"batch_size": 5, "seed": 3, "plan": plan}
    batches = texts_of(dataset, training_batches(dataset, records[0], **batching).take(9))
    epochs = [flat(batches[first : first + 3]) for first in (0, 3, 6)]
    assert [sorted(epoch) for epoch in epochs] == [expected] * 3
    assert epochs[0] != epochs[1]
    assert batches_of_run(dataset.split("train"), plan, 3, 5) == 9
    seen = len(flat(batches[:4]))
    assert texts_of(dataset, training_batches(dataset, records[0], start=seen, **batching).take(5)) == batches[4:]
    assert plan.at(seen) == (1, seen - 12)
    found = [
        text for batch in evaluation_batches(dataset, records[0], "train", 7, subset) for text in batch.text.numpy()
    ]
    assert sorted(text.decode() for text in found) == expected


def test_autograph_converts_none_of_the_maps(records):
    folder, dataset = records
    generated = {name for name in sys.modules if name.startswith("__autograph_generated")}
    next(iter(training_batches(dataset, folder, batch_size=4, max_batch_characters=100, seed=0)))
    next(iter(evaluation_batches(dataset, folder, "test", 4, Subset.sample(10, 5))))
    next(iter(global_batches(dataset, folder, num_parts=2, own=[0], batch_size=4, seed=0)))
    assert {name for name in sys.modules if name.startswith("__autograph_generated")} == generated


def test_the_order_depends_on_seed_and_epoch_only(records):
    first, second = epochs_of(records, 2, seed=3)
    assert first != second
    tf.random.set_seed(1)
    again = epochs_of(records, 2, seed=3)
    tf.random.set_seed(2)
    assert epochs_of(records, 2, seed=3) == again == [first, second]
    assert epochs_of(records, 1, seed=4)[0] != first


def write_batches(threads, folder, path):
    """Writes the first batches that a process with `threads` threads gets."""
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    options = tf.data.Options()
    options.threading.private_threadpool_size = threads
    batches = training_batches(records_dataset.load(folder), folder, batch_size=4, max_batch_characters=200, seed=5)
    ids = [char_ids.numpy().tolist() for char_ids, *_ in batches.with_options(options).take(40)]
    path.write_text("\n".join(map(str, ids)))
    leave(0)


def test_the_order_does_not_depend_on_the_number_of_threads(records, tmp_path):
    paths = {threads: tmp_path / f"{threads}-threads" for threads in (1, 7)}
    processes = [
        fork_server().Process(target=write_batches, args=(threads, records[0], path)) for threads, path in paths.items()
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    shown = [path.read_text().splitlines() for path in paths.values()]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 40


@pytest.mark.parametrize("max_batch_characters", [0, 130])
def test_a_later_start_gives_the_batches_from_there(records, monkeypatch, max_batch_characters):
    monkeypatch.setattr("ner.data.batches.WINDOW_SENTENCES", 12)
    monkeypatch.setattr("ner.data.batches.WINDOW_BATCHES", 1)
    whole = flat(epochs_of(records, 6, max_batch_characters=max_batch_characters))
    for batches_before in (1, 9, 10, 13, 37):
        start = sum(map(len, whole[:batches_before]))
        later = flat(epochs_of(records, 2, start=start, max_batch_characters=max_batch_characters))
        assert later == whole[batches_before : batches_before + len(later)]
        assert len(later) > 9


def test_a_batch_has_as_many_sentences_as_its_characters_allow(records):
    folder, dataset = records
    batches = itertools.islice(training_batches(dataset, folder, batch_size=1, max_batch_characters=200, seed=0), 40)
    places = [(int(tf.size(char_ids)), char_ids.shape) for char_ids, *_ in batches]
    assert max(size for size, _ in places) <= 200
    assert sum(size + width + LENGTH_NOISE * rows > 200 for size, (rows, width) in places) > 30  # one more is too many
    lonely = training_batches(dataset, folder, batch_size=1, max_batch_characters=10, seed=0).take(40)
    assert {char_ids.shape[0] for char_ids, *_ in lonely} == {1}


def test_the_expected_number_of_batches_of_so_many_characters_is_about_right(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(2_000)})
    made = len(flat(epochs_of((str(tmp_path), dataset), 1, max_batch_characters=2_000)))
    assert batches_per_epoch(dataset.split("train"), 1, 2_000) == pytest.approx(made, rel=0.1)


def test_other_sentences_meet_in_each_epoch(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(500)})
    first, second = epochs_of((str(tmp_path), dataset), 2, batch_size=10)
    pairs = [
        {pair for batch in epoch for pair in itertools.combinations(sorted(batch), 2)} for epoch in (first, second)
    ]
    assert len(pairs[0] & pairs[1]) < 0.3 * len(pairs[0])


def test_other_sentences_meet_though_there_is_one_shard(tmp_path):
    """Sentences of nearly equal length change places."""
    dataset = write_records(tmp_path, {"train": invented_sentences(40)}, num_shards=1)
    first, second = epochs_of((str(tmp_path), dataset), 2)
    assert set(map(frozenset, first)) != set(map(frozenset, second))


def test_the_shards_that_are_read_first_depend_on_the_seed(records, monkeypatch):
    for name, value in {"WINDOW_SENTENCES": 12, "WINDOW_BATCHES": 1, "READERS": 1}.items():
        monkeypatch.setattr(f"ner.data.batches.{name}", value)
    starts = {frozenset(flat(epochs_of(records, 1, seed=seed)[0][:3])) for seed in range(5)}
    assert len(starts) > 1


def test_batches_of_a_window_are_of_similar_length_and_not_in_order_of_length(records):
    folder, dataset = records
    batches = list(training_batches(dataset, folder, batch_size=4, seed=0).take(10))
    real = sum(int((labels.numpy() >= 0).sum()) for _, labels, *_ in batches)
    assert real == dataset.split("train").characters
    assert real / sum(int(tf.size(labels)) for _, labels, *_ in batches) > 0.9
    widths = [char_ids.shape[1] for char_ids, *_ in batches]
    assert widths not in (sorted(widths), sorted(widths, reverse=True))


def test_labels_are_padded_with_minus_one_where_characters_are_with_zero(records):
    folder, dataset = records
    for char_ids, labels, *_ in training_batches(dataset, folder, batch_size=16, seed=0).take(3):
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


def test_evaluation_tells_where_each_sentence_came_from(tmp_path):
    file, other = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text("EU B-ORG\n\n-DOCSTART- O\n\nrejects O\ncalls O\n")
    other.write_text("\n\nit O\n")
    sources = {"train": (str(file), str(other))}
    built = build_records(BuildOptions(sources=sources, output_dir=f"{tmp_path}/records"))
    found = {}
    for batch in evaluation_batches(built.dataset, f"{tmp_path}/records", "train", 2):
        assert batch.document.dtype == batch.source.dtype == batch.line.dtype == tf.int64
        rows = zip(*(part.numpy().tolist() for part in (batch.document, batch.source, batch.line)), strict=True)
        found |= dict(zip(batch.text.numpy(), rows, strict=True))
    assert found == {b"EU": (0, 0, 1), b"rejects calls": (1, 0, 5), b"it": (2, 1, 3)}


def test_a_sentence_far_longer_than_the_others_is_not_cut(tmp_path):
    long = Sentence.from_tokens(["word"] * 3_000, ["O"] * 3_000)
    dataset = write_records(tmp_path, {"train": [*invented_sentences(5), long]})
    batches = training_batches(dataset, str(tmp_path), batch_size=2, seed=0).take(3)
    assert max(char_ids.shape[1] for char_ids, *_ in batches) == len(long.text)


def test_a_flipped_bit_is_named_with_its_shard_and_record(records, tmp_path):
    folder, dataset = records
    shard = tmp_path / "records" / dataset.split("train").shards[2].file
    content = bytearray(shard.read_bytes())
    content[-10] ^= 4
    shard.write_bytes(content)
    last = dataset.split("train").shards[2].records - 1
    batches = training_batches(dataset, folder, batch_size=4, seed=0).take(10)
    message = rf"train-00002-of-00003\.tfrecord: record {last}: the checksum"
    with pytest.raises(DamagedShardError, match=message), verify_while_reading(dataset, folder, "train"):
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
        with pytest.raises(DamagedShardError, match=message), verify_while_reading(dataset, folder, split):
            list(batches)
