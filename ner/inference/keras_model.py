"""The trained Keras models of work folders, with TensorFlow."""

from collections.abc import Sequence

import numpy as np

from ner.errors import InputError
from ner.inference.character_model import CharacterModel
from ner.model.ensemble import Ensemble
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir


def load_tagger(work: WorkDir, precision: str | None = None) -> tuple[Tagger, int]:
    """The best Keras model of a run, and its step, in the precision that it was trained in or in another.

    Raises `InputError` if there is none yet, or one of another version.
    """
    checkpoint = checkpoints.load(work.best)
    config, dataset = work.config(), work.dataset()
    tagger = Tagger(config.model, dataset.vocabulary, dataset.labels, precision=precision or config.training.precision)
    try:
        tagger.set_weights_by_name(checkpoint.arrays)
    except ValueError as error:
        raise InputError(
            f"{work.best}: weights of another version ({error}); train again, in a new --workdir"
        ) from None
    tagger.head.outside_bias = checkpoint.state.get("outside_bias", 0.0)
    return tagger, checkpoint.state["step"]


def load_ensemble(works: Sequence[WorkDir]) -> tuple[Tagger | Ensemble, int]:
    """The best model of a run, or those of several runs as an ensemble, and the step of the first.

    Raises `InputError` if one has none yet, or was trained on other records than the first.
    """
    loaded = [load_tagger(work) for work in works]
    first = works[0].dataset()
    for work in works[1:]:
        work.check_same_encoding(first, works[0].path)
    (tagger, step), *others = loaded
    return (Ensemble([tagger, *(other for other, _ in others)]) if others else tagger), step


def load_character_model(works: Sequence[WorkDir]) -> CharacterModel:
    """The same as tagging uses it."""
    tagger, _ = load_ensemble(works)
    return character_model(tagger, works[0].dataset().spacing)


def character_model(tagger: Tagger | Ensemble, spacing: str) -> CharacterModel:
    """A Keras model with its weights as they are now, trained on text of that `spacing`."""
    traced = tagger.traced_log_probs()

    def log_probs(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        return traced(char_ids, Words(starts, ends)).numpy()

    return CharacterModel(tagger.vocabulary, tagger.labels, spacing, tagger.lattice(), log_probs)
