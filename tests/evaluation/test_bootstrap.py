import json

import numpy as np
import pytest

from ner.evaluation.analysis import bootstrap
from ner.evaluation.analysis.bootstrap import CORRECT, Intervals, UnitCounts
from tests.predicted import LABELS, evaluation_of, predictions_of

TYPES = LABELS.types


def one_type(correct):
    """Counts of sentences with one gold and one predicted entity each."""
    counts = np.ones((len(correct), 1, 3), np.int64)
    counts[:, 0, 0] = correct
    return counts


def test_counts_are_those_of_each_sentence_and_type():
    evaluation = evaluation_of(
        predictions_of(
            [
                [("Ova", "B-LOC", "B-LOC", 0.9), ("Selk", "B-ORG", "B-LOC", 0.9)],
                [("nothing", "O", "O", 0.9)],
                [("Ova", "O", "B-LOC", 0.9), ("Selk", "B-ORG", "O", 0.9)],
            ]
        )
    )
    assert evaluation.units.unit == "sentence"
    # LOC, ORG: correct, predicted, gold
    assert evaluation.units.counts.tolist() == [[[1, 2, 1], [0, 0, 1]], [[0, 0, 0]] * 2, [[0, 1, 0], [0, 0, 1]]]


def test_documents_are_drawn_where_there_are_many():
    sentences = [[("Ova", "B-LOC", "B-LOC", 0.9)]] * 300  # ten of a document: see tests/predicted.py
    units = evaluation_of(predictions_of(sentences)).units
    assert (units.unit, units.counts.shape) == ("document", (30, 2, 3))
    assert units.counts[:, 0].tolist() == [[10, 10, 10]] * 30


def test_neighbours_are_drawn_together_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(bootstrap, "MAX_UNITS", 3)
    units = evaluation_of(predictions_of([[("Ova", "B-LOC", "B-LOC", 0.9)]] * 7)).units
    assert units.counts[:, 0, 0].tolist() == [3, 2, 2]
    heading = bootstrap.Intervals.of_counts(units, ("LOC", "PER")).to_lines()[0]
    assert heading == "Entity F1, 95% bootstrap intervals (1,000 resamples of 3 sentence groups)"


def test_the_interval_of_a_share_is_near_the_binomial_one():
    correct = np.arange(400) % 5 > 0  # a score of 0.8: standard error 0.02
    intervals = Intervals.of_counts(UnitCounts("sentence", one_type(correct)), ("LOC",))
    low, high = intervals.micro
    assert low == pytest.approx(0.8 - 1.96 * 0.02, abs=0.008)
    assert high == pytest.approx(0.8 + 1.96 * 0.02, abs=0.008)
    assert intervals.per_type["LOC"] == intervals.micro == intervals.macro


def test_intervals_do_not_depend_on_how_many_resamples_are_made_at_once(monkeypatch):
    counts = UnitCounts("sentence", one_type(np.arange(50) % 3 > 0))
    expected = Intervals.of_counts(counts, ("LOC",))
    monkeypatch.setattr(bootstrap, "_AT_ONCE", 50 * 7)
    assert Intervals.of_counts(counts, ("LOC",)).micro == pytest.approx(expected.micro)


def test_types_that_do_not_occur_are_not_in_the_macro_average():
    counts = np.zeros((50, 2, 3), np.int64)
    counts[:, 0] = 1
    intervals = Intervals.of_counts(UnitCounts("sentence", counts), TYPES)
    assert intervals.macro == (1.0, 1.0)
    assert intervals.per_type == {"LOC": (1.0, 1.0), "ORG": (0.0, 0.0)}


def test_a_split_without_sentences_has_intervals():
    assert evaluation_of().report.intervals.micro == (0.0, 0.0)


def test_intervals_survive_json_and_are_printed():
    intervals = Intervals.of_counts(UnitCounts("sentence", one_type(np.arange(50) % 2)), ("LOC",))
    written = json.loads(json.dumps(intervals.to_json()))
    assert Intervals.from_json(written) == intervals
    lines = intervals.to_lines()
    assert lines[0] == "Entity F1, 95% bootstrap intervals (1,000 resamples of 50 sentences)"
    assert lines[3] == f"LOC        {intervals.micro[0]:.3f}  {intervals.micro[1]:.3f}"


def test_a_run_that_is_better_in_every_sentence_is_better_in_every_resample():
    answer = bootstrap.compare(one_type(np.ones(20)), one_type(np.arange(20) % 2))
    assert answer["difference"] == pytest.approx(0.5)
    assert answer["better"] == 1.0
    assert answer["interval"][0] > 0.2


def test_the_same_run_is_neither_better_nor_worse():
    counts = one_type(np.arange(20) % 2)
    assert bootstrap.compare(counts, counts) == {"difference": 0.0, "interval": (0.0, 0.0), "better": 0.5}


def test_pairs_count_and_not_only_totals():
    # Equal totals; B is wrong where A is right: the interval of the difference is twice as wide as unpaired.
    better = bootstrap.compare(one_type(np.arange(100) % 2), one_type((np.arange(100) + 1) % 2))
    assert better["difference"] == 0
    assert better["better"] == pytest.approx(0.5, abs=0.05)
    assert better["interval"][1] == pytest.approx(1.96 * 0.1, abs=0.03)


def test_an_evaluation_that_leaves_gold_entities_undecided_is_compared():
    undecided = one_type(np.ones(20))
    undecided[:10] = 0
    undecided[10:, :, CORRECT] = 0
    assert bootstrap.compare(undecided, one_type(np.ones(20)))["difference"] == -1


def test_other_sentences_are_refused():
    with pytest.raises(ValueError, match="not of the same sentences"):
        bootstrap.compare(one_type(np.ones(20)), one_type(np.ones(21)))
