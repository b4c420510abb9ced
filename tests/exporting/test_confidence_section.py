from dataclasses import replace

from ner.exporting.confidence_section import confidence_section
from ner.run_dir.confidence_calibration import ConfidenceCalibration

CURVES = {"LOC": ((0.25, 0.85), (0.5, 0.96)), "PER": ((0.75, 0.9),)}


def test_the_card_says_what_is_left_out_and_which_confidence_a_precision_takes():
    calibration = ConfidenceCalibration(step=3, temperature=1.25, curves=CURVES)
    lines = confidence_section(("LOC", "PER"), calibration, {"LOC": 0.5, "PER": float("inf")})
    assert lines[4] == (
        "Entities are left out, and their tokens tagged O, below these confidences: `LOC` 0.500, "
        "`PER` no confidence is enough."
    )
    assert any("temperature 1.25" in line for line in lines)
    of_documents = confidence_section(("LOC", "PER"), replace(calibration, document_weight=0.4), None)
    assert of_documents[-2].startswith("Sentences of a document informed each other there: texts that are given one by")
    assert lines[-5:] == [
        "| | precision 0.8 | precision 0.9 | precision 0.95 |",
        "|---|---|---|---|",
        "| LOC | 0.250 | 0.500 | 0.500 |",
        "| PER | 0.750 | 0.750 | no confidence is enough |",
        "",
    ]


def test_without_thresholds_and_calibration_it_says_so():
    lines = confidence_section(("LOC",), None, None)
    assert "All entities are given, whatever their confidence." in lines
    assert "Confidences were not calibrated." in lines


def test_a_type_with_a_bar_does_not_end_its_cell():
    calibration = ConfidenceCalibration(step=3, temperature=1.0, curves={"LOC|x": ((0.0, 1.0),)})
    [row] = (line for line in confidence_section(("LOC|x",), calibration, None) if line.startswith("| LOC"))
    assert row.startswith(r"| LOC\|x | 0.000 |")
