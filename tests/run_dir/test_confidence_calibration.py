import math

import pytest

from ner.errors import InputError
from ner.run_dir.confidence_calibration import ConfidenceCalibration

CURVES = {"LOC": ((0.2, 0.6), (0.5, 0.9), (0.8, 1.0)), "PER": ((0.3, 0.7),), "ORG": ()}
CALIBRATION = ConfidenceCalibration(step=3, temperature=1.5, curves=CURVES)


def test_a_threshold_is_the_lowest_confidence_with_the_precision():
    assert CALIBRATION.thresholds(0.9) == {"LOC": 0.5, "PER": math.inf, "ORG": math.inf}
    assert CALIBRATION.thresholds(0.91)["LOC"] == 0.8
    assert CALIBRATION.thresholds(0.0) == {"LOC": 0.2, "PER": 0.3, "ORG": math.inf}


def test_what_was_written_is_read(tmp_path):
    assert ConfidenceCalibration.read(str(tmp_path)) is None
    CALIBRATION.write(str(tmp_path))
    assert ConfidenceCalibration.read(str(tmp_path)) == CALIBRATION
    (tmp_path / "calibration.json").write_text('{"step": 3}')
    with pytest.raises(InputError, match=r"calibration.json: not a calibration of this version \(KeyError"):
        ConfidenceCalibration.read(str(tmp_path))


def test_a_calibration_of_other_weights_does_not_count(work):
    CALIBRATION.write(work.path)
    assert work.calibration(3) == CALIBRATION
    assert work.calibration(4) is None
