"""Calibration of words of two characters, each a sentence of its own, whose confidences are chosen."""

import numpy as np
import pytest

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.analysis.calibration_fit import CalibrationFit
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-LOC", "B-PER"))
LOC, PER = 1, 2


def fitted(words):
    """The calibration of (gold label, predicted label, confidence) of words, two of them in a batch."""
    fit = CalibrationFit(LABELS, Lattice.of_constraints(LABELS))
    for first in range(0, len(words), 2):
        part = words[first : first + 2]
        probs = np.full((len(part), 3, 3), 1e-9)  # [B, T, C]; the third character is padding
        for row, (_, label, confidence) in enumerate(part):
            probs[row, :, label], probs[row, :, 0] = confidence, 1 - confidence
        gold = np.array([[label, label, -1] for label, _, _ in part])
        starts, ends = np.zeros((len(part), 2), np.int32), np.array([[2, 0]] * len(part), np.int32)
        fit.add(np.log(probs).astype(np.float32), EvaluationBatch(None, gold, starts, ends, *[None] * 5))
    return fit.fitted(7)


def test_an_overconfident_tagger_has_a_temperature_above_one():
    overconfident = [(LOC if right else 0, LOC, 0.99) for right in (True, True, True, False)]
    assert fitted(overconfident).temperature == pytest.approx(np.log(99) / np.log(3), rel=0.03)
    humble = [(LOC if right else 0, LOC, 0.6) for right in (*[True] * 9, False)]
    assert fitted(humble).temperature < 0.3
    assert fitted([(LOC, LOC, 0.7), (PER, PER, 0.6)]).temperature == 1.0


def test_curves_have_the_precision_of_what_has_at_least_a_confidence():
    words = [(LOC, LOC, 0.9), (0, LOC, 0.8), (LOC, LOC, 0.8), (LOC, LOC, 0.7), (0, LOC, 0.6), (PER, LOC, 0.55)]
    found = fitted([*words, (PER, PER, 0.9), (LOC, 0, 0.1)])
    assert (found.step, list(found.curves)) == (7, ["LOC", "PER"])
    precisions = [precision for _, precision in found.curves["LOC"]]
    assert precisions == pytest.approx([3 / 6, 3 / 5, 3 / 4, 1])
    confidences = [confidence for confidence, _ in found.curves["LOC"]]
    assert confidences == sorted(confidences)
    below, above = (1 / (1 + ((1 - value) / value) ** (1 / found.temperature)) for value in (0.8, 0.9))
    assert confidences[-1] == pytest.approx((below + above) / 2, rel=1e-3), "half-way between two that occurred"
    assert [precision for _, precision in found.curves["PER"]] == [1.0]
    assert fitted([(LOC, LOC, 0.9)]).curves["PER"] == ()
