"""`tagger.json`, what tagging needs of an export beside its network: characters, labels, spaces and decoding."""

import json
import math

import numpy as np

from ner import files
from ner.errors import InputError
from ner.inference.models.character_model import DEFAULT_BATCHING, Batching, CharacterModel, LogProbs
from ner.inference.models.thresholds import Thresholds
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.spacing import SPACINGS
from ner.text.vocabulary import Vocabulary

FILE_NAME = "tagger.json"


def write_tagger(folder: str, model: CharacterModel) -> None:
    """Writes all of `model` but its network and its calibration into `folder`, as `tagger.json`."""
    lattice = model.lattice
    content = {
        "spacing": model.spacing,
        "lone_marks": model.lone_marks,
        "labels": model.labels.names,
        "lattice": {
            "start": lattice.start.tolist(),
            "transitions": lattice.transitions.tolist(),
            "length_scale": lattice.length_scale,
            "temperature": lattice.temperature,
            "document_weight": lattice.document_weight,
        },
        "thresholds": _to_json(model.thresholds),
        "vocabulary": model.vocabulary.characters,
    }
    files.write_atomically(files.join(folder, FILE_NAME), (json.dumps(content, indent=1) + "\n").encode())


def _to_json(thresholds: Thresholds | None) -> dict[str, float | None] | None:
    """Finite numbers: JSON has no others."""
    if thresholds is None:
        return None
    return {name: None if math.isinf(value) else value for name, value in thresholds.items()}


def read_tagger(folder: str, log_probs: LogProbs, batching: Batching = DEFAULT_BATCHING) -> CharacterModel:
    """The model whose network is `log_probs`. Raises `InputError` where `tagger.json` is not of this version."""
    path = files.join(folder, FILE_NAME)
    with files.open_file(path, "r") as file:
        try:
            content = json.load(file)
            chain = content["lattice"]
            scale, exponent = chain["length_scale"]
            lattice = Lattice(
                np.array(chain["start"]),
                np.array(chain["transitions"]),
                (scale, exponent),
                float(chain.get("temperature", 1.0)),
                float(chain.get("document_weight", 0.0)),
            )
            labels, vocabulary = Labels(tuple(content["labels"])), Vocabulary(tuple(content["vocabulary"]))
            spacing = SPACINGS[SPACINGS.index(content["spacing"])]
            lone_marks = str(content.get("lone_marks", ""))
            found = content.get("thresholds")
            thresholds = found and {name: math.inf if value is None else value for name, value in found.items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: not a {FILE_NAME} of this version ({error!r}); export again") from None
    calibration = ConfidenceCalibration.read(folder)
    return CharacterModel(
        vocabulary, labels, spacing, lattice, log_probs, lone_marks, batching, calibration, thresholds
    )
