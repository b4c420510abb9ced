import math

import pytest

from ner import tag
from ner.errors import InputError
from ner.inference.models.thresholds import thresholds
from ner.inference.threshold_options import ThresholdOptions
from ner.run_dir.confidence_calibration import ConfidenceCalibration

TYPES = ("LOC", "ORG", "PER")
CURVES = {"LOC": ((0.2, 0.6), (0.8, 1.0)), "PER": ((0.3, 0.9),), "ORG": ()}
CALIBRATION = ConfidenceCalibration(step=3, temperature=1.5, curves=CURVES)


def test_thresholds_come_from_the_precision_and_none_is_below_the_confidence():
    assert thresholds(TYPES, CALIBRATION) is None
    assert thresholds(TYPES, CALIBRATION, min_precision=0.9) == {"LOC": 0.8, "PER": 0.3, "ORG": math.inf}
    assert thresholds(TYPES, CALIBRATION, min_precision=0.9, min_confidence=0.5) == {
        "LOC": 0.8,
        "PER": 0.5,
        "ORG": math.inf,
    }
    assert thresholds(TYPES, None, min_confidence=0.5) == dict.fromkeys(TYPES, 0.5)


def test_what_an_export_was_made_with_counts_unless_a_precision_is_asked_for():
    default = {"LOC": 0.7, "PER": 0.1, "ORG": 0.0}
    assert thresholds(TYPES, CALIBRATION, default=default) == default
    assert thresholds(TYPES, None, min_confidence=0.2, default=default) == {"LOC": 0.7, "PER": 0.2, "ORG": 0.2}
    assert thresholds(TYPES, CALIBRATION, min_precision=0.6, default=default) == {
        "LOC": 0.2,
        "PER": 0.3,
        "ORG": math.inf,
    }


def test_votes_are_not_filtered_by_confidences_that_were_calibrated_for_viterbi():
    with pytest.raises(InputError, match=r"^--min_precision with --decoding=vote: .* or --min_confidence"):
        thresholds(TYPES, CALIBRATION, min_precision=0.9, decoding="vote")
    with pytest.raises(InputError, match=r"^--min_precision with --decoding=vote: "):  # before a model is loaded
        tag.Options(workdir="work", decoding="vote", thresholds=ThresholdOptions(min_precision=0.9))
    with pytest.raises(InputError, match=r"with --decoding=vote: .* use --decoding=viterbi, or export again without"):
        thresholds(TYPES, CALIBRATION, default={"LOC": 0.7, "PER": 0.1, "ORG": 0.0}, decoding="vote")
    assert thresholds(TYPES, CALIBRATION, min_confidence=0.5, decoding="vote") == dict.fromkeys(TYPES, 0.5)
    assert thresholds(TYPES, CALIBRATION, decoding="vote") is None


def test_what_cannot_be_is_named():
    with pytest.raises(InputError, match=r"calibrated on validation: run `python -m ner\.evaluate"):
        thresholds(TYPES, None, min_precision=0.0)
    with pytest.raises(InputError, match="min_precision is 90, expected a number from 0 to 1"):
        thresholds(TYPES, CALIBRATION, min_precision=90)
    with pytest.raises(InputError, match=r"min_confidence is -0\.1, expected a number from 0 to 1"):
        thresholds(TYPES, CALIBRATION, min_confidence=-0.1)
