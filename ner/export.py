"""Saves a trained tagger as a SavedModel that takes text: `python -m ner.export --workdir=DIR --output_dir=DIR`.

What loads it needs TensorFlow and nothing of this project; `ner.model.saved_model` says what goes in and comes out.
"""

from dataclasses import dataclass

from ner.cli import load_tensorflow, run_program
from ner.output_folder import new_folder
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting

_HOW_TO_LOAD = """\
written: {folder}; to use it:
  import tensorflow as tf
  model = tf.saved_model.load({folder!r})
  print(model.tag(tf.constant(["Ada Lovelace lived in London."]))["labels"])"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is exported, and where."""

    workdir: str = setting("", "Folder that ner.train wrote.", missing="name the folder that ner.train wrote")
    output_dir: str = setting(
        "", "Folder of the SavedModel, created by this program.", missing="name a folder for the SavedModel"
    )
    overwrite: bool = setting(False, "Replace a SavedModel in --output_dir.")

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options) -> None:
    """Checks work and output folder before TensorFlow is imported, then saves."""
    work = WorkDir(options.workdir)
    work.check_trained()
    with new_folder(options.output_dir, "saved_model.pb", options.overwrite) as folder:
        load_tensorflow()
        from ner.inference import predict

        predict.export(work, folder)
    print(_HOW_TO_LOAD.format(folder=options.output_dir))


def cli() -> None:
    """Entry point of the console script `ner-export`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
