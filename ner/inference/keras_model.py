"""The trained Keras model of a work folder, with TensorFlow."""

import numpy as np

from ner.inference.character_model import CharacterModel
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir


def load_tagger(work: WorkDir) -> tuple[Tagger, int]:
    """The best Keras model of a run, and its step. Raises `InputError` if there is none yet."""
    checkpoint = checkpoints.load(work.best)
    config, dataset = work.config(), work.dataset()
    tagger = Tagger(config.model, dataset.vocabulary, dataset.labels, precision=config.training.precision)
    tagger.set_weights_by_name(checkpoint.arrays)
    return tagger, checkpoint.state["step"]


def load_character_model(work: WorkDir) -> CharacterModel:
    """The best model of a run, as tagging uses it. Raises `InputError` if there is none yet."""
    tagger, _ = load_tagger(work)
    return character_model(tagger, work.dataset().spacing)


def character_model(tagger: Tagger, spacing: str) -> CharacterModel:
    """A Keras model with its weights as they are now, trained on text of that `spacing`."""
    traced = tagger.traced_log_probs()

    def log_probs(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        return traced(char_ids, Words(starts, ends)).numpy()

    return CharacterModel(tagger.vocabulary, tagger.labels, spacing, tagger.head.lattice(), log_probs)
