"""Saves a trained tagger for other programs: `python -m ner.export --workdir=DIR --output_dir=DIR [--format=onnx]`.

A SavedModel takes text, and needs TensorFlow and nothing of this project; `ner.saved_model.module` says what goes in
and comes out. An ONNX export needs onnxruntime, and `ner.Tagger` around it. `ner.tag` and `ner.Tagger` take both in
place of a work folder.

A new process loads the export and tags a hundred texts, which must have the tagger's answers, before it is kept.
"""

import importlib.util
from dataclasses import dataclass, field

from ner import files
from ner.cli import load_tensorflow, run_program
from ner.errors import InputError
from ner.exporting.usage import USAGE
from ner.inference.ensemble_options import EnsembleOptions
from ner.inference.models import export_description
from ner.inference.threshold_options import ThresholdOptions
from ner.output_folder import new_folder
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is exported, and where."""

    workdir: str = setting(
        "",
        "Folder that ner.train wrote.",
        missing="name the folder that ner.train wrote",
        group="model",
        path=True,
    )
    output_dir: str = setting(
        "", "Folder of the export, created by this program.", missing="name a folder for the export", path=True
    )
    overwrite: bool = setting(False, "Replace an export in --output_dir.")
    format: str = setting(
        "saved_model",
        "saved_model: a TensorFlow SavedModel; onnx: an ONNX network, which this project tags with, without "
        "TensorFlow.",
        choices=export_description.FORMATS,
    )
    int8: bool = setting(False, "With --format=onnx: weights of eight bits. How many tags change is printed.")
    licence: str = setting(
        "", "Licence of the training data, for the model card, as Hugging Face names it, such as cc-by-4.0."
    )
    ensemble: EnsembleOptions = field(default_factory=EnsembleOptions)
    thresholds: ThresholdOptions = field(default_factory=ThresholdOptions)

    def __post_init__(self) -> None:
        check_settings(self)
        if self.int8 and self.format != "onnx":
            raise InputError(f"--int8 with --format={self.format}: only --format=onnx has weights of eight bits")


def main(options: Options) -> None:
    """Checks work and output folder before TensorFlow is imported, then saves."""
    work = WorkDir(options.workdir)
    ensemble = [WorkDir(path) for path in options.ensemble.folders]
    for one in (work, *ensemble):
        one.check_trained()
    if options.format == "onnx" and not all(map(importlib.util.find_spec, ("onnx", "onnxruntime"))):
        raise InputError("--format=onnx needs onnx and onnxruntime: pip install onnx onnxruntime")
    if options.format == "onnx" and files.is_remote(options.output_dir):
        raise InputError(
            f"{options.output_dir}: an ONNX export is read back without TensorFlow, which reads remote folders; export "
            "to a local folder, and copy it"
        )
    with new_folder(options.output_dir, export_description.FILE_NAME, options.overwrite) as folder:
        load_tensorflow()
        from ner.exporting.export import export

        compared = export(
            work,
            folder,
            options.format,
            ensemble=ensemble,
            licence=options.licence,
            int8=options.int8,
            min_precision=options.thresholds.min_precision,
            min_confidence=options.thresholds.min_confidence,
        )
    print(f"written: {options.output_dir}")
    print(compared)
    print(USAGE[options.format].replace("FOLDER", options.output_dir))


def cli() -> None:
    """Entry point of the console script `ner-export`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
