"""An exported ONNX model as tagging uses it: without TensorFlow, by onnxruntime. Written and read here.

`model.onnx` is the network; `tagger.json` has what is needed around it: characters, labels, spaces and decoding.
"""

import json
import os

import numpy as np

from ner import files
from ner.errors import InputError
from ner.inference.character_model import Batching, CharacterModel
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.spacing import SPACINGS
from ner.text.vocabulary import Vocabulary

NETWORK = "model.onnx"
_TAGGER = "tagger.json"


def write_tagger(folder: str, vocabulary: Vocabulary, labels: Labels, spacing: str, lattice: Lattice) -> None:
    """Writes `tagger.json` into `folder`."""
    content = {
        "spacing": spacing,
        "labels": labels.names,
        "lattice": {
            "start": lattice.start.tolist(),
            "transitions": lattice.transitions.tolist(),
            "length_scale": lattice.length_scale,
        },
        "vocabulary": vocabulary.characters,
    }
    files.write_atomically(files.join(folder, _TAGGER), (json.dumps(content, indent=1) + "\n").encode())


def load_onnx(folder: str) -> CharacterModel:
    """The model of the export in `folder`. Raises `InputError` without onnxruntime, or where a file is damaged."""
    try:
        import onnxruntime
    except ImportError:
        raise InputError(f"{folder}: an ONNX model needs onnxruntime: pip install onnxruntime") from None
    vocabulary, labels, spacing, lattice = _read_tagger(files.join(folder, _TAGGER))
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

    return CharacterModel(vocabulary, labels, spacing, lattice, log_probs, _batching())


def _batching() -> Batching:
    """Small batches, whose states stay in a CPU's cache, one for each CPU that this process may use."""
    parallel = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Batching(size=16, characters=2**13, parallel=parallel)


def _read_tagger(path: str) -> tuple[Vocabulary, Labels, str, Lattice]:
    with files.open_file(path, "r") as file:
        try:
            content = json.load(file)
            chain = content["lattice"]
            scale, exponent = chain["length_scale"]
            lattice = Lattice(np.array(chain["start"]), np.array(chain["transitions"]), (scale, exponent))
            labels, vocabulary = Labels(tuple(content["labels"])), Vocabulary(tuple(content["vocabulary"]))
            spacing = SPACINGS[SPACINGS.index(content["spacing"])]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: not a tagger.json of this version ({error!r}); export again") from None
    return vocabulary, labels, spacing, lattice
