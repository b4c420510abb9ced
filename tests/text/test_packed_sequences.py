import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.text.packed_sequences import PackedSequences


def test_elements_stand_step_by_step_and_long_sequences_come_first():
    packed = PackedSequences.of_lengths(np.array([1, 3, 0, 2]))  # a, b c d, e f
    assert ["abcdef"[element] for element in packed.order] == ["b", "e", "a", "c", "f", "d"]
    assert packed.steps == (slice(0, 3), slice(3, 5), slice(5, 6))


@given(st.lists(st.integers(0, 9)))
def test_what_was_packed_comes_back(lengths):
    packed = PackedSequences.of_lengths(np.array(lengths, np.int64))
    values = np.random.default_rng(0).normal(size=(sum(lengths), 2))
    assert packed.pack(values).shape == (2, sum(lengths))
    np.testing.assert_array_equal(packed.unpack(packed.pack(values)), values)
    np.testing.assert_array_equal(packed.unpack(packed.pack(values)[1]), values[:, 1])
    assert sum(step.stop - step.start for step in packed.steps) == sum(lengths)
