"""Saves a trained tagger as a SavedModel that takes text: `python -m ner.export --workdir=DIR --output_dir=DIR`.

What loads it needs TensorFlow and nothing of this project; `ner.model.saved_model` says what goes in and comes out.
"""

from absl import flags

from ner.cli import load_tensorflow, run_program
from ner.output_folder import new_folder
from ner.run_dir.workdir import WorkDir

_WORKDIR = flags.DEFINE_string("workdir", None, "Folder that ner.train wrote.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder of the SavedModel; made by this program.", required=True)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Whether to replace a SavedModel that stands there.")

_HOW_TO_LOAD = """\
written: {folder}; to use it:
  import tensorflow as tf
  model = tf.saved_model.load({folder!r})
  print(model.tag(tf.constant(["Ada Lovelace lived in London."]))["labels"])"""


def main() -> None:
    """Checks work and output folder before TensorFlow is imported, then saves."""
    work = WorkDir(_WORKDIR.value)
    work.check_trained()
    with new_folder(_OUTPUT_DIR.value, "saved_model.pb", _OVERWRITE.value) as folder:
        load_tensorflow()
        from ner.inference import predict

        predict.export(work, folder)
    print(_HOW_TO_LOAD.format(folder=_OUTPUT_DIR.value))


def cli() -> None:
    """Entry point of the console script `ner-export`."""
    run_program(main)


if __name__ == "__main__":
    cli()
