"""Writes a trained tagger in another format, and does not return before a new process has read it back."""

import tensorflow as tf

from ner import files
from ner.exporting.comparison import Answer, check_same, run_loader, sample_texts
from ner.exporting.description import Description
from ner.inference import pipeline
from ner.inference.keras_model import character_model
from ner.model.tagger import Tagger
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.saved_model import module as saved_model


def export(work: WorkDir, folder: str) -> None:
    """Writes a run's best tagger into `folder`: `1/` (a SavedModel for any device) and `export.json`.

    Raises RuntimeError where a new process, which loads it, gets other answers than the tagger gives here. Everything
    is computed in float32, whatever precision the tagger was trained in.
    """
    tf.config.set_visible_devices([], "GPU")  # with one, an LSTM becomes cuDNN's kernel, which no CPU can run
    dataset, checkpoint = work.dataset(), checkpoints.load(work.best)
    tagger = Tagger(work.config().model, dataset.vocabulary, dataset.labels)
    tagger.set_weights_by_name(checkpoint.arrays)
    version = files.join(folder, "1")
    saved_model.save(tagger, dataset.spacing, version)
    texts = sample_texts(dataset.vocabulary)
    found = Answer.of_padded(run_loader("load_saved_model.py", version, texts))
    check_same(texts, _answers(tagger, dataset.spacing, texts), found)
    Description(format="saved_model", step=checkpoint.state["step"], labels=dataset.labels.names).write(folder)


def _answers(tagger: Tagger, spacing: str, texts: list[str]) -> list[Answer]:
    """What the tagger says here."""
    nlp = pipeline.Tagger(character_model(tagger, spacing))
    return [Answer.of_doc(doc) for doc in nlp.pipe(texts)]
