"""An exported SavedModel as `ner.Tagger` uses it: its network alone, so that every option is the same as elsewhere."""

import numpy as np
import tensorflow as tf

from ner import files
from ner.errors import InputError
from ner.inference.models.character_model import CharacterModel, in_this_process
from ner.inference.models.exported_tagger import read_tagger

VERSION = "1"  # TensorFlow Serving wants numbered folders


def load_saved_model(folder: str) -> CharacterModel:
    """The model of the export in `folder`. Raises `InputError` where it cannot be read."""
    path = files.join(folder, VERSION)
    try:
        loaded = tf.saved_model.load(path)
    except (OSError, tf.errors.OpError, ValueError, KeyError) as error:
        raise InputError(f"{path}: not a readable SavedModel ({error}); export again") from error

    def log_probs(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        return loaded.log_probs(char_ids, starts, ends).numpy()

    return read_tagger(folder, in_this_process(log_probs))
