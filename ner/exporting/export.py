"""Writes a trained tagger in another format, and does not return before a new process has read it back."""

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

import tensorflow as tf

from ner import files
from ner.exporting import onnx_format, saved_model_format
from ner.exporting.comparison import NUM_TEXTS, Answer, check_same, predicted_sentences, sample_texts
from ner.exporting.model_card import FILE_NAME, ModelCard, reports_of
from ner.inference import pipeline
from ner.inference.models.character_model import CharacterModel
from ner.inference.models.export_description import Description
from ner.inference.models.keras_model import character_model, load_ensemble
from ner.inference.models.thresholds import thresholds
from ner.run_dir.several_models import fingerprints
from ner.run_dir.trained_weights import workdir_of
from ner.run_dir.workdir import WorkDir

_FORMATS: dict[str, ModuleType] = {"saved_model": saved_model_format, "onnx": onnx_format}


def export(  # noqa: PLR0913 - what a user may ask of an export
    work: WorkDir,
    folder: str,
    kind: str,
    *,
    ensemble: Sequence[WorkDir] = (),
    licence: str = "",
    int8: bool = False,
    min_precision: float | None = None,
    min_confidence: float = 0.0,
) -> str:
    """Writes a run's best tagger into `folder`, in the format `kind`, for any device, with a model card.

    With an `ensemble`, that tagger together with the best ones of these runs.

    Returns in words what the comparison with a new process, which loaded the export, has shown. `licence` is that of
    the training data, "" where it is not known; `int8` is for ONNX alone. Everything else is computed in float32,
    whatever precision the tagger was trained in. The export leaves out what `ner.Tagger` does with the same
    `min_precision` and `min_confidence`. Raises RuntimeError where the answers of the export are not those of
    the tagger (with `int8`, some may differ), and `InputError` where the format cannot hold the tagger.
    """
    tf.config.set_visible_devices([], "GPU")  # with one, an LSTM becomes cuDNN's kernel, which no CPU can run
    dataset = work.dataset()
    tagger, step = load_ensemble([work, *ensemble], precision="float32")
    options = {"int8": True} if int8 else {}
    calibration = None if ensemble else work.calibration(step)
    model = replace(character_model(tagger, dataset.spacing, dataset.lone_marks), calibration=calibration)
    limits = thresholds(model.labels.types, calibration, min_precision=min_precision, min_confidence=min_confidence)
    model = replace(model, thresholds=limits)
    _FORMATS[kind].write(tagger, model, folder, **options)
    dialect = dataset.split("train").dialect
    Description(format=kind, step=step, labels=dataset.labels.names, dialect=dialect).write(folder)
    if calibration:
        calibration.write(folder)
    compared = _compare(work, model, _FORMATS[kind], folder, exact=not int8)
    card = ModelCard(
        name=work.trial,
        format=kind,
        step=step,
        network=tagger.describe(),
        dataset=dataset,
        reports=reports_of(work, step, fingerprints([work, *ensemble])),
        licence=licence,
        compared=compared,
        others=[one.trial for one in ensemble],
        init_from=_first_weights([work, *ensemble]),
        word_vectors=_word_vectors([work, *ensemble]),
        calibration=calibration,
        thresholds=model.thresholds,
        uses_documents=model.lattice.document_weight > 0,
    )
    files.write_atomically(files.join(folder, FILE_NAME), card.to_markdown().encode())
    return compared


def _first_weights(works: Sequence[WorkDir]) -> list[str]:
    """The names of the runs whose weights these began with (`--init_from`), sorted."""
    paths = (work.config().training.init_from for work in works)
    return sorted({workdir_of(path).trial for path in paths if path})


def _word_vectors(works: Sequence[WorkDir]) -> list[str]:
    """The names of the files whose word vectors these read, sorted."""
    paths = (work.config().model.word_vectors for work in works)
    return sorted({path.rpartition("/")[2] for path in paths if path})


def _compare(work: WorkDir, model: CharacterModel, module: ModuleType, folder: str, *, exact: bool) -> str:
    """What the export says, beside what the tagger says here, of sentences of the reports and of random texts."""
    sentences = predicted_sentences(work, NUM_TEXTS // 2)
    texts = sample_texts(model.vocabulary, sentences)
    nlp = pipeline.Tagger(model)
    expected, found = [Answer.of_doc(doc) for doc in nlp.pipe(texts)], module.answers(folder, texts)
    where = f"{len(texts)} texts, {len(sentences)} of them sentences of the reports"
    if exact:
        check_same(texts, expected, found)
        return f"It was loaded in a new process, where it tags {where}, as the trained tagger does."
    tokens = sum(len(answer.tags) for answer in expected)
    same = sum(one.same_tags(other) for one, other in zip(expected, found, strict=True))
    return f"Weights have eight bits: {same / tokens:.2%} of the tokens of {where}, keep the trained tagger's tags."
