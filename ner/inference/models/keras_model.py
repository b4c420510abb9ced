"""The trained Keras models of work folders, with TensorFlow."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ner.inference.models.character_model import CharacterModel, in_this_process
from ner.model.ensemble import Ensemble
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.run_dir.several_models import check_compatible
from ner.run_dir.trained_tagger import load_tagger
from ner.run_dir.workdir import WorkDir


def load_ensemble(works: Sequence[WorkDir], precision: str | None = None) -> tuple[Tagger, int]:
    """The best model of a run, or those of several runs as an ensemble, and the step of the first.

    In the precision that they were trained in, or in another.

    Raises `InputError` if one has none yet, was trained on other records than the first, or is there twice.
    """
    first = works[0].dataset()
    remedy = "an ensemble is made of models that were trained on the same records"
    check_compatible(works, first, f"the training records of {works[0].path}", remedy)
    (tagger, step), *others = [load_tagger(work, precision) for work in works]
    return (Ensemble([tagger, *(other for other, _ in others)]) if others else tagger), step


def load_character_model(works: Sequence[WorkDir]) -> CharacterModel:
    """The same as tagging uses it: in float32, whatever it was trained in, so that exports say the same."""
    first = works[0].dataset()
    tagger, step = load_ensemble(works, precision="float32")
    model = character_model(tagger, first.spacing, first.lone_marks)
    return replace(model, calibration=works[0].calibration(step) if len(works) == 1 else None)


def character_model(tagger: Tagger, spacing: str, lone_marks: str = "") -> CharacterModel:
    """A Keras model with its weights as they are now, trained on text of that `spacing`, with those `lone_marks`."""
    traced = tagger.traced_log_probs()

    def log_probs(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        return traced(char_ids, Words(starts, ends)).numpy()

    return CharacterModel(
        tagger.vocabulary,
        tagger.labels,
        spacing,
        tagger.lattice(),
        in_this_process(log_probs),
        lone_marks,
    )
