import json

import numpy as np
import pytest

from ner.evaluation.analysis.calibration import Calibration, Threshold
from tests.predicted import LABELS, evaluation_of, predictions_of


def calibration_of(entities, types=LABELS.types):
    """Of sentences of one entity each: `(gold, predicted, confidence)`."""
    sentences = [[("Ova", gold, predicted, confidence)] for gold, predicted, confidence in entities]
    return Calibration.of_outcomes(evaluation_of(predictions_of(sentences)).outcomes, types)


def right(confidence):
    return ("B-LOC", "B-LOC", confidence)


def wrong(confidence):
    return ("B-ORG", "B-LOC", confidence)


def test_bins_have_mean_confidence_and_share_correct():
    found = calibration_of([right(0.95), wrong(0.97), right(1.0), wrong(0.21), ("B-LOC", "O", 0.99)])
    assert found.bins[2] == (1, pytest.approx(0.21), 0.0)
    assert found.bins[9] == (3, pytest.approx((0.95 + 0.97 + 1.0) / 3), pytest.approx(2 / 3))
    assert sum(number for number, _, _ in found.bins) == 4, "missed entities were not predicted"
    assert found.error == pytest.approx((3 * (2.92 / 3 - 2 / 3) + 0.21) / 4)


def test_the_temperature_tells_overconfidence():
    # Correct in 3 of 4 cases: the logit of 0.75 is 1.0986, that of the confidence 0.95 is 2.9444.
    over = calibration_of([right(0.95), right(0.95), right(0.95), wrong(0.95)] * 5)
    assert over.temperature == pytest.approx(2.9444 / 1.0986, rel=0.02)
    fair = calibration_of([right(0.75), right(0.75), right(0.75), wrong(0.75)] * 5)
    assert fair.temperature == pytest.approx(1.0, rel=0.02)
    assert fair.error == pytest.approx(0.0, abs=1e-6)
    assert calibration_of([right(0.9)]).temperature == 1.0, "nothing to fit it to"


def test_a_threshold_keeps_the_most_predictions_with_the_target_precision():
    confident = [right(0.9 - number / 1000) for number in range(38)]
    found = calibration_of([*confident, wrong(0.5), wrong(0.4), right(0.3)]).thresholds
    # 38 of 39 are 0.974, 38 of 40 are 0.95, 39 of 41 are 0.951
    assert found["LOC"] == Threshold(pytest.approx(0.3), pytest.approx(39 / 41), 1.0)
    assert found["ORG"] == Threshold(None, 0.0, 0.0)
    fewer = calibration_of([*confident, wrong(0.5), wrong(0.4), wrong(0.35), right(0.3)]).thresholds["LOC"]
    assert fewer == Threshold(pytest.approx(0.4), pytest.approx(0.95), pytest.approx(38 / 39))


def test_predictions_of_one_confidence_stay_together():
    assert calibration_of([right(0.9), wrong(0.9)]).thresholds["LOC"].confidence is None


def test_a_split_without_predictions_has_a_calibration():
    found = calibration_of([("B-LOC", "O", 0.9)])
    assert (found.error, found.temperature) == (0.0, 1.0)
    assert np.array(found.bins).sum() == 0


def test_it_survives_json_and_is_printed():
    found = calibration_of([right(0.95), wrong(0.45), right(0.55)])
    assert Calibration.from_json(json.loads(json.dumps(found.to_json()))) == found
    lines = found.to_lines()
    assert "0.4 to 0.5         1  0.450    0.000" in lines
    assert "ORG        none" in lines
