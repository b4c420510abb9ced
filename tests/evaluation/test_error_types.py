import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.evaluation.metrics.error_types import OUTCOMES, ErrorTypes, outcomes_of
from ner.evaluation.metrics.metric import LabelledBatch
from ner.text.labels import Labels
from ner.text.spans import spans_of

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
ANY_SENTENCE = st.integers(1, 8).flatmap(
    lambda length: st.tuples(*[st.lists(st.sampled_from(LABELS.names), min_size=length, max_size=length)] * 2)
)


def batch_of(*sentences):
    width = max(len(gold) for gold, _ in sentences)
    gold, predicted = np.full((2, len(sentences), width), -1)
    for row, sides in enumerate(sentences):
        for ids, tags in zip((gold, predicted), sides, strict=True):
            ids[row, : len(tags)] = [LABELS.ids[tag] for tag in tags]
    return LabelledBatch.from_ids(gold, predicted, gold, predicted, LABELS)


def counts_of(*sentences):
    batch = batch_of(*([side.split() for side in sentence] for sentence in sentences))
    return ErrorTypes.from_batch(batch)


@pytest.mark.parametrize(
    ("gold", "predicted", "gold_outcomes", "predicted_outcomes"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", ["correct"], ["correct"]),
        ("B-PER I-PER O", "B-LOC I-LOC O", ["type"], ["type"]),
        ("B-PER I-PER O", "B-PER O O", ["boundary"], ["boundary"]),
        ("B-PER I-PER O", "O B-PER I-PER", ["boundary"], ["boundary"]),
        ("B-PER I-PER O", "B-LOC O O", ["type_and_boundary"], ["type_and_boundary"]),
        ("B-PER I-PER O", "O O O", ["missed"], []),
        ("O O O", "B-PER I-PER O", [], ["spurious"]),
        ("B-PER I-PER O", "O O B-PER", ["missed"], ["spurious"]),  # neighbours do not overlap
        ("B-PER I-PER B-PER", "B-PER I-PER I-PER", ["boundary", "boundary"], ["boundary"]),
        ("B-PER I-PER I-PER", "B-PER B-LOC B-PER", ["boundary"], ["boundary", "type_and_boundary", "boundary"]),
        ("B-PER B-LOC O", "B-LOC I-LOC O", ["type_and_boundary", "boundary"], ["boundary"]),
    ],
)
def test_each_gold_and_each_predicted_entity_has_one_outcome(gold, predicted, gold_outcomes, predicted_outcomes):
    counts = counts_of((gold, predicted))
    assert counts.gold.tolist() == [gold_outcomes.count(name) for name in OUTCOMES]
    assert counts.predicted.tolist() == [predicted_outcomes.count(name) for name in OUTCOMES]


def test_entities_of_different_sentences_do_not_overlap():
    counts = counts_of(("O B-PER", "O O"), ("B-PER O", "B-PER I-PER"))
    assert (counts.counts["boundary"], counts.counts["missed"]) == (1, 1)
    assert sum(counts.counts.values()) == 2


# The scenarios that the authors of nervaluate describe, with its results (1.2.1) for partial and type match.
@pytest.mark.parametrize(
    ("gold", "predicted", "partial", "by_type"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", 1.0, 1.0),
        ("O O O", "B-PER I-PER O", 0.0, 0.0),
        ("B-PER I-PER O", "O O O", 0.0, 0.0),
        ("B-PER I-PER O", "B-LOC I-LOC O", 1.0, 0.0),
        ("B-PER I-PER O", "B-PER I-PER I-PER", 0.5, 1.0),
        ("B-PER I-PER O", "B-LOC I-LOC I-LOC", 0.5, 0.0),
        ("B-PER B-PER O", "B-PER I-PER O", 1 / 3, 2 / 3),  # one prediction matches one gold entity only
        ("B-LOC B-PER I-PER", "B-PER I-PER I-PER", 1 / 3, 2 / 3),  # the first one by span, the one of its type by type
    ],
)
def test_partial_and_type_f1_are_those_of_semeval_2013_task_9(gold, predicted, partial, by_type):
    counts = counts_of((gold, predicted))
    assert (counts.partial_score.f1, counts.type_score.f1) == pytest.approx((partial, by_type))


@given(st.lists(ANY_SENTENCE, min_size=1, max_size=4))
def test_outcomes_partition_the_entities_and_agree_with_a_comparison_of_all_pairs(sentences):
    batch = batch_of(*sentences)
    counts = ErrorTypes.from_batch(batch)
    expected = {"gold": [], "predicted": []}
    for sides in sentences:
        spans = [spans_of(tags) for tags in sides]
        for side, own, others in (("gold", *spans), ("predicted", *spans[::-1])):
            alone = "missed" if side == "gold" else "spurious"
            expected[side] += [_outcome(span, others, alone) for span in own]
    assert counts.gold.tolist() == [expected["gold"].count(name) for name in OUTCOMES]
    assert counts.predicted.tolist() == [expected["predicted"].count(name) for name in OUTCOMES]
    assert len(outcomes_of(batch.alignment, 2)) == len(batch.alignment.row)


def _outcome(span, others, alone):
    bounds = [(other.start, other.end) for other in others]
    if span in others:
        return "correct"
    if (span.start, span.end) in bounds:
        return "type"
    overlapping = [other for other in others if other.start < span.end and span.start < other.end]
    if not overlapping:
        return alone
    return "boundary" if any(other.type == span.type for other in overlapping) else "type_and_boundary"


@given(ANY_SENTENCE, ANY_SENTENCE)
def test_counts_of_two_batches_add_up_and_are_read_back(first, second):
    total = ErrorTypes.from_batch(batch_of(first)) + ErrorTypes.from_batch(batch_of(second))
    written = json.dumps(total.to_json())
    assert written == json.dumps(ErrorTypes.from_batch(batch_of(first, second)).to_json())
    assert json.dumps(ErrorTypes.from_json(json.loads(written)).to_json()) == written


def test_the_text_lists_every_outcome_and_both_scores():
    lines = counts_of(("B-PER I-PER O", "B-PER O B-LOC")).to_lines()
    assert lines[:10] == [
        *("Entity errors by type (missed and spurious: no overlap)", ""),
        "                   gold  predicted",
        "correct               0          0",
        "type                  0          0",
        "boundary              1          1",
        "type and boundary     0          0",
        "missed                0          0",
        "spurious              0          1",
        "",
    ]
    assert lines[-1] == "type match         0.500   1.000  0.667"


def test_numbers_of_errors_are_curves():
    assert counts_of(("B-PER I-PER O", "B-PER O B-LOC")).scalars() == {
        "entity/partial_f1": pytest.approx(1 / 3),
        "entity/type_f1": pytest.approx(2 / 3),
        "entity/errors/type": 0,
        "entity/errors/boundary": 1,
        "entity/errors/type_and_boundary": 0,
        "entity/errors/missed": 0,
        "entity/errors/spurious": 1,
    }
