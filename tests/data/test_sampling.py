import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data.label_counts import LabelCounts
from ner.data.sampling import SamplingPlan
from ner.text.labels import Labels

LABELS = Labels(("O", "B-CITY", "I-CITY", "B-NAME"))
# Of 100 sentences 4 have a city, 2 of them a name too; 30 have a name and no city.
COUNTS = LabelCounts(
    np.zeros(4, np.int64),
    {(frozenset({0}), 3): 66, (frozenset({0, 1}), 0): 2, (frozenset({1, 2, 3}), 8): 2, (frozenset({0, 3}), 0): 30},
)


def test_sentences_of_a_rare_type_are_repeated_by_the_root_of_how_rare_it_is():
    plan = SamplingPlan.oversampled(COUNTS, LABELS, threshold=0.16)
    assert plan.factors == (1.0, 2.0, 2.0, 1.0)
    assert plan.sentences == {(1.0, 3 / 16): 66, (2.0, 0.0): 2, (2.0, 0.5): 2, (1.0, 0.0): 30}
    assert [plan.before(epoch) for epoch in range(3)] == [0, 104, 208]


def test_a_broken_factor_is_made_up_over_the_epochs():
    plan = SamplingPlan({(1.0, 0.0): 10, (1.5, 0.0): 4}, (1.0, 1.5))
    assert [plan.before(epoch) for epoch in range(5)] == [0, 14, 32, 46, 64]
    assert plan.at(13) == (0, 13)
    assert plan.at(14) == (1, 0)
    assert plan.fraction(23) == 1.5


def test_phases_spread_what_is_made_up_over_the_sentences():
    plan = SamplingPlan({(1.25, phase / 16): 1 for phase in range(16)}, (1.25,))
    assert [plan.before(epoch) for epoch in range(5)] == [0, 20, 40, 60, 80]


GROUPS = st.tuples(st.floats(1, 30), st.integers(0, 15).map(lambda phase: phase / 16))


@given(st.dictionaries(GROUPS, st.integers(1, 10**7), min_size=1), st.integers(0, 10**6))
def test_a_place_is_found_again(sentences, epoch):
    plan = SamplingPlan(sentences, (1.0,))
    first = plan.before(epoch)
    size = plan.before(epoch + 1) - first
    assert size >= sum(sentences.values())
    assert plan.at(first) == (epoch, 0)
    assert plan.at(first + size - 1) == (epoch, size - 1)


def test_no_sentence_is_repeated_where_no_type_is_rare():
    assert SamplingPlan.oversampled(COUNTS, LABELS, threshold=0.01).before(7) == 700


def test_a_label_that_no_sentence_has_repeats_nothing():
    counts = LabelCounts(np.zeros(4, np.int64), {(frozenset({0, 1}), 0): 5})
    assert SamplingPlan.oversampled(counts, LABELS, threshold=1.0).before(3) == 15


@pytest.mark.parametrize("share", [0.3, 0.05])
def test_factors_follow_the_formula(share):
    factor = SamplingPlan.oversampled(COUNTS, LABELS, threshold=share).factors[1]
    assert factor == max(1.0, math.sqrt(share / 0.04))
