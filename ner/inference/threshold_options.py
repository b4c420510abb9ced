"""Flags that say which entities are confident enough, of all programs that leave some out."""

from dataclasses import dataclass

from ner.settings import check_settings, setting


@dataclass(frozen=True, kw_only=True)
class ThresholdOptions:
    """What `ner.inference.models.thresholds.thresholds` takes."""

    min_confidence: float = setting(
        0.0, "Leave out entities of less confidence, from 0 to 1.", low=0, high=1, group="confidence"
    )
    min_precision: float | None = setting(
        None,
        "Leave out entities of each type below the confidence with which it reached this precision on validation. "
        "Needs the calibration that ner.evaluate writes. Where sentences of a document inform each other, it is for "
        "documents: the confidences of texts given one by one are others.",
        low=0,
        high=1,
        group="confidence",
    )

    def __post_init__(self) -> None:
        check_settings(self)
