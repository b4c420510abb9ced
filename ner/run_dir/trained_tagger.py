"""The best Keras model of a work folder, with TensorFlow."""

from ner.errors import InputError
from ner.model.ensemble import make_tagger
from ner.model.tagger import Tagger
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir


def load_tagger(work: WorkDir, precision: str | None = None) -> tuple[Tagger, int]:
    """The best Keras model of a run, and its step, in the precision that it was trained in or in another.

    Raises `InputError` if there is none yet, or one of another version.
    """
    work.check_trained()
    checkpoint = checkpoints.load(work.best)
    config, dataset = work.config(), work.dataset()
    tagger = make_tagger(
        config.model,
        dataset.vocabulary,
        dataset.labels,
        work.word_vectors(),
        precision=precision or config.training.precision,
    )
    try:
        tagger.set_weights_by_name(checkpoint.arrays)
    except ValueError as error:
        raise InputError(
            f"{work.best}: weights of another version ({error}); train again, in a new --workdir"
        ) from None
    state = checkpoint.state
    same = [state.get("outside_bias", 0.0)] * len(tagger.type_biases)  # as earlier versions saved what is true of all
    tagger.type_biases = tuple(state.get("type_biases", same))
    tagger.document_weight = state.get("document_weight", 0.0)
    step = state["step"]
    if calibration := work.calibration(step):
        tagger.temperature = calibration.temperature
    return tagger, step
