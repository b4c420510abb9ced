import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.evaluation.metrics.span_alignment import align_spans
from ner.text.labels import Labels
from ner.text.spans import spans_of

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
LOC, PER, NONE = range(3)


def alignment_of(gold, predicted):
    return [
        tuple(map(int, pair)) for pair in zip(*align_spans(np.array(gold), np.array(predicted), LABELS), strict=True)
    ]


def test_pairs_are_exact_spans_and_everything_else_is_missed_or_spurious():
    gold = [[1, 2, 0, 3], [3, 0, -1, -1]]
    predicted = [[1, 2, 0, 1], [3, 4, 0, 0]]
    assert alignment_of(gold, predicted) == [
        (0, 0, 2, LOC, LOC),
        (0, 3, 4, PER, LOC),
        (1, 0, 1, PER, NONE),
        (1, 0, 2, NONE, PER),
    ]


def test_pairs_of_nothing_are_none():
    assert alignment_of(np.zeros((0, 0), int), np.zeros((0, 0), int)) == []
    assert alignment_of([[0, -1]], [[0, 1]]) == []


def test_entities_of_which_the_annotation_says_nothing_are_left_out():
    gold = [[1, -2, 0, 1, 0], [0, -2, 3, 4, 1], [3, 4, -2, 0, -1], [-2, 0, 0, 3, -1]]
    predicted = [[1, 2, 0, 3, 0], [1, 2, 2, 0, 1], [3, 4, 0, 0, 1], [0, 0, 3, 0, 1]]
    assert alignment_of(gold, predicted) == [
        (0, 3, 4, LOC, PER),
        (1, 4, 5, LOC, LOC),
        (2, 0, 2, PER, PER),  # it ends at unannotated tokens, and so does the prediction
        (3, 3, 4, PER, NONE),
        (3, 2, 3, NONE, PER),
    ]


def overlapping(one, other):
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


@given(st.data())
def test_pairs_are_those_that_nothing_unknown_touches(data):
    num_words = data.draw(st.integers(1, 7))
    rows = st.lists(st.integers(-2, 4).filter(lambda label: label != -1), min_size=num_words, max_size=num_words)
    gold = data.draw(st.lists(rows, min_size=2, max_size=2))
    predicted = [[max(label, 0) for label in row] for row in data.draw(st.lists(rows, min_size=2, max_size=2))]
    known = [[max(label, 0) for label in row] for row in gold]
    unknown = [(row, word, word + 1) for row in range(2) for word in range(num_words) if gold[row][word] == -2]
    everything, touched = alignment_of(known, predicted), set(unknown)
    # Words of gold entities that an unknown word cut in two are not unknown.
    while True:
        wider = touched | {one[:3] for one in everything if any(overlapping(one, other) for other in touched)}
        if wider == touched:
            break
        touched = wider
    assert set(alignment_of(gold, predicted)) == {one for one in everything if one[:3] not in touched}


@given(st.data())
def test_pairs_are_the_spans_of_each_sentence(data):
    num_words = data.draw(st.integers(1, 6))
    rows = st.lists(st.integers(0, 4), min_size=num_words, max_size=num_words)
    gold, predicted = (data.draw(st.lists(rows, min_size=3, max_size=3)) for _ in range(2))

    def spans(rows):
        named = ([LABELS.names[label] for label in row] for row in rows)
        return {
            (row, start, end, LABELS.types.index(kind))
            for row, tags in enumerate(named)
            for kind, start, end in spans_of(tags)
        }

    found = alignment_of(gold, predicted)
    assert {(row, start, end, kind) for row, start, end, kind, _ in found if kind != NONE} == spans(gold)
    assert {(row, start, end, kind) for row, start, end, _, kind in found if kind != NONE} == spans(predicted)
    assert len({pair[:3] for pair in found}) == len(found)
