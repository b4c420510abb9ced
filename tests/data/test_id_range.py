import numpy as np
import pytest
import tensorflow as tf

from ner.data.id_range import assert_ids_in_range


def through(dataset, char_ids, labels):
    columns = np.array([char_ids], np.int32), np.array([labels], np.int32)
    (batch,) = tf.data.Dataset.from_tensors(columns).map(lambda *batch: assert_ids_in_range(dataset, *batch))
    return [column.numpy().tolist() for column in batch]


def test_only_known_lets_every_id_of_the_dataset_and_padding_through(records):
    _, dataset = records
    chars, labels = [len(dataset.vocabulary) - 1, 1, 0], [len(dataset.labels) - 1, 0, -1]
    assert through(dataset, chars, labels) == [[chars], [labels]]


@pytest.mark.parametrize(("which", "what"), [(0, "character"), (1, "label")])
def test_only_known_stops_an_id_that_a_model_does_not_have(records, which, what):
    _, dataset = records
    columns = [[2, 0], [0, -1]]
    columns[which][0] = (len(dataset.vocabulary), len(dataset.labels))[which]
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"holds a {what} id that dataset.json does not know"):
        through(dataset, *columns)
