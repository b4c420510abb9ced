"""What a model card says of confidences: which of them to ask for, and what the export leaves out by itself."""

import math
from collections.abc import Sequence

from ner.exporting.markdown import cell
from ner.inference.models.thresholds import Thresholds
from ner.run_dir.confidence_calibration import ConfidenceCalibration

_PRECISIONS = (0.8, 0.9, 0.95)


def confidence_section(
    types: Sequence[str], calibration: ConfidenceCalibration | None, thresholds: Thresholds | None
) -> list[str]:
    """The lines of the section; the second table has the confidence that each type needs for each precision."""
    lines = ["## Confidences", "", "The confidence of an entity is the mean probability of its words' tags.", ""]
    if thresholds is None:
        lines += ["All entities are given, whatever their confidence."]
    else:
        listed = ", ".join(f"`{name}` {_confidence(thresholds[name])}" for name in types)
        lines += [f"Entities are left out, and their tokens tagged O, below these confidences: {listed}."]
    if calibration is None:
        return [*lines, "", "Confidences were not calibrated.", ""]
    lines += [
        "",
        f"Confidences were calibrated on validation (temperature {calibration.temperature:.2f}). The lowest confidence "
        "with which a type had a precision there, to compare `confidence` with in your program or to export with "
        "`--min_precision`:",
        "",
        "| | " + " | ".join(f"precision {precision}" for precision in _PRECISIONS) + " |",
        "|---" * (len(_PRECISIONS) + 1) + "|",
        *(
            f"| {cell(name)} | "
            + " | ".join(_confidence(calibration.thresholds(precision)[name]) for precision in _PRECISIONS)
            + " |"
            for name in types
        ),
        "",
    ]
    if calibration.document_weight:
        lines += [
            "Sentences of a document informed each other there: texts that are given one by one, and all that the "
            "SavedModel itself is given, have other confidences, for which these precisions were not measured.",
            "",
        ]
    return lines


def _confidence(value: float) -> str:
    return "no confidence is enough" if math.isinf(value) else f"{value:.3f}"
