"""Saves a trained tagger as a SavedModel that takes text: `python -m ner.export --workdir=DIR --output_dir=DIR`.

What loads it needs TensorFlow and nothing of this project; `ner.saved_model.module` says what goes in and comes out.
A new process loads the export and tags a hundred texts, which must have the tagger's answers, before it is kept.
"""

from dataclasses import dataclass

from ner import files
from ner.cli import load_tensorflow, run_program
from ner.exporting import description
from ner.output_folder import new_folder
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting

_HOW_TO_LOAD = """\
written, and compared with the tagger in a new process: {folder}; to use it:
  import tensorflow as tf
  model = tf.saved_model.load({path!r})
  print(model.tag(tf.constant(["Ada Lovelace lived in London."])))
TensorFlow Serving: --model_base_path={folder}"""


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
    with new_folder(options.output_dir, description.FILE_NAME, options.overwrite) as folder:
        load_tensorflow()
        from ner.exporting.export import export

        export(work, folder)
    print(_HOW_TO_LOAD.format(folder=options.output_dir, path=files.join(options.output_dir, "1")))


def cli() -> None:
    """Entry point of the console script `ner-export`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
