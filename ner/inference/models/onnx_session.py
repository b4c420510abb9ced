"""An exported ONNX network as tagging uses it: without TensorFlow, by onnxruntime."""

import numpy as np

from ner import files
from ner.cores import available_cores
from ner.errors import InputError
from ner.inference.models.character_model import Batching, CharacterModel
from ner.inference.models.exported_tagger import read_tagger

NETWORK = "model.onnx"


def load_onnx(folder: str) -> CharacterModel:
    """The model of the export in `folder`. Raises `InputError` without onnxruntime, or where a file is damaged."""
    try:
        import onnxruntime
    except ImportError:
        raise InputError(f"{folder}: an ONNX model needs onnxruntime: pip install onnxruntime") from None
    path = files.join(folder, NETWORK)
    with files.open_file(path) as file:
        content = file.read()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # batches run beside each other, which needs no waiting within one
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its own classes, of which none says that it is an error of the file
        raise InputError(f"{path}: not a readable ONNX file ({error}); export again") from error

    def log_probs(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        (found,) = session.run(["log_probs"], {"char_ids": char_ids, "starts": starts, "ends": ends})
        return found

    return read_tagger(folder, log_probs, _batching())


def _batching() -> Batching:
    """Small batches, whose states stay in a CPU's cache, one for each CPU that this process may use."""
    return Batching(size=16, characters=2**13, parallel=available_cores())
