import dataclasses
from collections import Counter

import numpy as np
import pytest

from ner.data.batches import training_batches
from ner.data.replica_batches import global_batches
from tests.conftest import invented_sentences, write_records
from tests.whole_batch import whole_batch

BATCHING = [{"batch_size": 6}, {"batch_size": 2}, {"batch_size": 1, "max_batch_characters": 200}]


def rows(char_ids):
    """The real characters of each sentence."""
    return [tuple(row[row > 0]) for row in np.array(char_ids)]


def parts_of(records, num_parts, batches, own=None, **batching):
    folder, dataset = records
    own = range(num_parts) if own is None else own
    made = global_batches(dataset, folder, num_parts=num_parts, own=own, seed=3, **batching)
    return list(made.take(batches).as_numpy_iterator())


@pytest.mark.parametrize("batching", BATCHING, ids=str)
def test_parts_put_together_are_the_batches_that_one_device_gets(records, batching):
    folder, dataset = records
    whole = list(training_batches(dataset, folder, seed=3, **batching).take(25).as_numpy_iterator())
    parts = [batch for num_parts in (1, 2, 3) for batch in parts_of(records, num_parts, 25, **batching)]
    for (char_ids, labels, *_), batch in zip(3 * whole, parts, strict=True):
        assert batch.sentences == len(char_ids)
        assert batch.characters == (labels >= 0).sum()
        assert batch.longest == char_ids.shape[1]
        together = [row for part in batch.parts for row in rows(part.char_ids) if row]
        assert together == rows(char_ids)
        gold = [tuple(row[row >= 0]) for part in batch.parts for row in part.labels if (row >= 0).any()]
        assert gold == [tuple(row[row >= 0]) for row in labels]


@pytest.mark.parametrize("num_parts", [1, 2])
def test_what_nobody_annotated_is_counted_over_all_parts(tmp_path, num_parts):
    made = [dataclasses.replace(one, tags=("-", *one.tags[1:])) for one in invented_sentences(10)]
    dataset = write_records(tmp_path, {"train": made})
    batches = parts_of((str(tmp_path), dataset), num_parts, 5, own=range(1), batch_size=4)
    whole = training_batches(dataset, str(tmp_path), seed=3, batch_size=4).take(5).as_numpy_iterator()
    missing = [int((batch.labels == -2).sum()) for batch in whole]
    assert [int(batch.unlabelled) for batch in batches] == missing
    assert sum(missing[:3]) == sum(len(one.tokens[0]) for one in made)
    batch = next(iter(training_batches(dataset, str(tmp_path), seed=3, batch_size=10)))
    assert whole_batch(batch).unlabelled == 10


def test_a_part_is_padded_to_its_own_longest_sentence_and_knows_its_row_offset(records):
    batches = parts_of(records, 2, 10, batch_size=6)
    for batch in batches:
        first, second = batch.parts
        assert (first.row_offset, second.row_offset) == (0, len(first.char_ids))
        for part in batch.parts:
            assert part.char_ids.shape[1] == max(map(len, rows(part.char_ids)))
    assert any(len({part.char_ids.shape[1] for part in batch.parts}) == 2 for batch in batches)


def test_a_device_for_which_nothing_is_left_has_a_row_of_padding(records):
    for batch in parts_of(records, 3, 5, batch_size=2):
        empty = [part for part in batch.parts if not rows(part.char_ids)[0]]
        assert len(empty) == 1
        np.testing.assert_array_equal(empty[0].char_ids, [[0]])
        np.testing.assert_array_equal(empty[0].labels, [[-1]])


def test_all_workers_see_every_sentence_once_in_an_epoch(records):
    """Two workers of two devices each, 40 sentences in batches of 8."""
    seen = Counter()
    for worker in range(2):
        for batch in parts_of(records, 4, 5, own=range(2 * worker, 2 * worker + 2), batch_size=8):
            seen.update(row for part in batch.parts for row in rows(part.char_ids))
    assert len(seen) == 40
    assert set(seen.values()) == {1}
