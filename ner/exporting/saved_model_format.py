"""The format `saved_model`: `1/` is a SavedModel that needs TensorFlow alone."""

from pathlib import Path

from ner import files
from ner.exporting.comparison import Answer, run_loader
from ner.model.tagger import Tagger
from ner.saved_model import module

_VERSION = "1"  # TensorFlow Serving wants numbered folders


def write(tagger: Tagger, spacing: str, folder: str) -> None:
    """Writes the files of the format into `folder`."""
    module.save(tagger, spacing, files.join(folder, _VERSION))


def answers(folder: str, texts: list[str]) -> list[Answer]:
    """What the export in `folder` says of `texts` in a process that cannot import this project."""
    loader = str(Path(__file__).with_name("load_saved_model.py"))
    return Answer.of_padded(run_loader(["-I", loader, files.join(folder, _VERSION)], folder, texts))
