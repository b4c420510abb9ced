"""What validation says about the confidences of a run's best weights; a file of the work folder and of every export.

A temperature divides the scores of all label sequences before they become probabilities (Guo et al. 2017,
https://arxiv.org/abs/1706.04599): above 1 the tagger was overconfident. The best sequence stays the best.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ner import files
from ner.errors import InputError

_FILE_NAME = "calibration.json"
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class ConfidenceCalibration:
    """Of the weights of `step`: the `temperature`, and a curve for each type of entity.

    `weights` is the fingerprint of their file, `sentences` that of the split which they were calibrated on; both are ""
    in files of earlier versions. `document_weight` is what other sentences of a document counted; 0 in files of earlier
    versions, which were fitted without it.

    A curve has pairs (confidence, precision of the predicted entities that have at least this confidence), both rising:
    confidences that give no higher precision than lower ones are left out. Each stands half-way between two confidences
    that entities had, so that rounding, which another format does otherwise, moves none of them across.
    """

    step: int
    temperature: float
    curves: Mapping[str, Curve]
    weights: str = ""
    sentences: str = ""
    document_weight: float = 0.0

    def thresholds(self, min_precision: float) -> dict[str, float]:
        """The lowest confidence with which each type reaches a precision; infinite where none does."""
        return {
            name: next((confidence for confidence, precision in curve if precision >= min_precision), math.inf)
            for name, curve in self.curves.items()
        }

    def write(self, folder: str) -> None:
        """Writes `calibration.json` into `folder`."""
        files.write_atomically(files.join(folder, _FILE_NAME), (json.dumps(asdict(self)) + "\n").encode())

    @classmethod
    def read(cls, folder: str) -> "ConfidenceCalibration | None":
        """The calibration in `folder`, None where there is none. Raises `InputError` on one of another version."""
        path = files.join(folder, _FILE_NAME)
        if not files.exists(path):
            return None
        with files.open_file(path, "r") as file:
            try:
                content = json.load(file)
                curves = {name: tuple((c, p) for c, p in curve) for name, curve in content["curves"].items()}
                origin = {name: content.get(name, "") for name in ("weights", "sentences")}
                weight = content.get("document_weight", 0.0)
                fitted = {"step": content["step"], "temperature": content["temperature"], "document_weight": weight}
                return cls(curves=curves, **fitted, **origin)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise InputError(f"{path}: not a calibration of this version ({error!r}); remove it") from None
