"""The format `saved_model`: `1/` is a SavedModel that needs TensorFlow alone; `tagger.json` is for `ner.Tagger`."""

from pathlib import Path

from ner import files
from ner.exporting.comparison import Answer, run_loader
from ner.inference.models.character_model import CharacterModel
from ner.inference.models.exported_tagger import write_tagger
from ner.inference.models.saved_model_session import VERSION
from ner.model.tagger import Tagger
from ner.saved_model import module


def write(tagger: Tagger, model: CharacterModel, folder: str) -> None:
    """Writes the files of the format into `folder`; `model` is the tagger as tagging uses it."""
    version = files.join(folder, VERSION)
    module.save(tagger, model.spacing, version, model.thresholds, model.lone_marks)
    write_tagger(folder, model)


def answers(folder: str, texts: list[str]) -> list[Answer]:
    """What the export in `folder` says of `texts` in a process that cannot import this project."""
    loader = str(Path(__file__).with_name("load_saved_model.py"))
    return Answer.of_padded(run_loader(["-I", loader, files.join(folder, VERSION)], folder, texts))
