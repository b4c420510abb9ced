"""The confidence that an entity of each type needs: as an export says, by a target precision, or one for all types."""

from collections.abc import Mapping, Sequence

from ner.errors import InputError
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.text.decoding import VITERBI

Thresholds = Mapping[str, float]  # by type; infinite: no entity of the type has enough


def thresholds(
    types: Sequence[str],
    calibration: ConfidenceCalibration | None,
    *,
    min_precision: float | None = None,
    min_confidence: float = 0.0,
    default: Thresholds | None = None,
    decoding: str = VITERBI,
) -> Thresholds | None:
    """The thresholds of all types, None where there are none.

    Those with which each type reached `min_precision` on validation, without it those of `default`; but none is below
    `min_confidence`. Raises `InputError` for a value outside 0 to 1, for `min_precision` without calibrated
    confidences, and as `check_decoding`.
    """
    for name, value in (("min_precision", min_precision or 0), ("min_confidence", min_confidence)):
        if not 0 <= value <= 1:
            raise InputError(f"{name} is {value}, expected a number from 0 to 1")
    check_decoding(decoding, min_precision, default)
    if min_precision is not None:
        if calibration is None:
            raise InputError(
                "min_precision needs confidences that were calibrated on validation: run `python -m ner.evaluate "
                "--workdir=DIR --records=DIR` once (and export again); an ensemble has no calibration"
            )
        default = calibration.thresholds(min_precision)
    if default is None and not min_confidence:
        return None
    return {name: max((default or {}).get(name, 0.0), min_confidence) for name in types}


def check_decoding(decoding: str, min_precision: float | None, default: Thresholds | None = None) -> None:
    """Raises `InputError` where confidences of Viterbi decoding would filter entities of another `decoding`.

    With `vote`, a confidence is the probability of a word's label given the word alone: another quantity.
    """
    if decoding == VITERBI:
        return
    if min_precision is not None:
        raise InputError(
            f"--min_precision with --decoding={decoding}: confidences were calibrated for --decoding={VITERBI}, and "
            f"others are not comparable; use --decoding={VITERBI}, or --min_confidence"
        )
    if default is not None:
        raise InputError(
            f"an export that leaves out entities of low confidence, with --decoding={decoding}: its thresholds are for "
            f"--decoding={VITERBI}, and other confidences are not comparable; use --decoding={VITERBI}, or export "
            "again without --min_precision and --min_confidence"
        )
