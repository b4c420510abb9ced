"""Writes a trained tagger in another format, and does not return before a new process has read it back."""

from types import ModuleType

import tensorflow as tf

from ner import files
from ner.exporting import onnx_format, saved_model_format
from ner.exporting.comparison import Answer, check_same, sample_texts
from ner.exporting.model_card import FILE_NAME, ModelCard, reports_of
from ner.inference import pipeline
from ner.inference.export_description import Description
from ner.inference.keras_model import character_model
from ner.model.tagger import Tagger
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir

_FORMATS: dict[str, ModuleType] = {"saved_model": saved_model_format, "onnx": onnx_format}


def export(work: WorkDir, folder: str, kind: str, licence: str) -> None:
    """Writes a run's best tagger into `folder`, in the format `kind`, for any device, with a model card.

    `licence` is that of the training data, "" where it is not known.

    Raises RuntimeError where a new process, which loads it, gets other answers than the tagger gives here, and
    `InputError` where the format cannot hold the tagger. Everything is computed in float32, whatever precision the
    tagger was trained in.
    """
    tf.config.set_visible_devices([], "GPU")  # with one, an LSTM becomes cuDNN's kernel, which no CPU can run
    dataset, checkpoint = work.dataset(), checkpoints.load(work.best)
    tagger = Tagger(work.config().model, dataset.vocabulary, dataset.labels)
    tagger.set_weights_by_name(checkpoint.arrays)
    _FORMATS[kind].write(tagger, dataset.spacing, folder)
    step = checkpoint.state["step"]
    Description(format=kind, step=step, labels=dataset.labels.names).write(folder)
    card = ModelCard(
        name=work.trial,
        format=kind,
        step=step,
        network=tagger.describe(),
        dataset=dataset,
        reports=reports_of(work, step),
        licence=licence,
    )
    files.write_atomically(files.join(folder, FILE_NAME), card.to_markdown().encode())
    texts = sample_texts(dataset.vocabulary)
    nlp = pipeline.Tagger(character_model(tagger, dataset.spacing))
    check_same(texts, [Answer.of_doc(doc) for doc in nlp.pipe(texts)], _FORMATS[kind].answers(folder, texts))
