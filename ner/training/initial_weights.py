"""A run's first weights from another run, in place of random ones (`--init_from`)."""

import numpy as np

from ner.errors import InputError
from ner.model.ensemble import make_tagger
from ner.model.tagger import Tagger
from ner.model.transfer import TAKEN, WeightTransfer, transfer_weights
from ner.run_dir.trained_weights import TrainedWeights
from ner.training.train_state import TrainState

_ROUNDING = 0.02  # between the numbers of a file in text and in binary


def initialize_from(path: str, state: TrainState) -> list[str]:
    """Sets the weights of `state`, and their averages, from a work folder or a checkpoint; what was taken, in lines.

    Characters and labels are matched by value. Raises `InputError` where no weight matches, or another version wrote
    the checkpoint.
    """
    trained = TrainedWeights.find(path)
    arrays, step = trained.load()
    config, dataset = trained.work.config(), trained.work.dataset()
    source = make_tagger(config.model, dataset.vocabulary, dataset.labels, trained.work.word_vectors())
    try:
        source.set_weights_by_name(arrays)
    except ValueError as error:
        raise InputError(f"{trained.path}: weights of another version ({error}); train them again") from None
    results = transfer_weights(source, state.tagger)
    if not any(one.taken for one in results):
        why = "; ".join(f"{one.name}: {one.outcome}" for one in results[:3])
        raise InputError(
            f"--init_from={path}: no weight there has the name and shape of one of this model ({why}; ...)"
        )
    state.restart()
    lines = _summary(results, f"initial weights from {trained.path} (step {step:,})", source, state.tagger)
    if _word_vectors_differ(source, state.tagger):
        lines.append("warning: these weights were trained with other --word_vectors, whose numbers mean other things")
    return lines


def _word_vectors_differ(source: Tagger, target: Tagger) -> bool:
    """Whether most of the words that both taggers have a vector of the same size for have a different one in each."""
    there, here = (tagger.networks[0].encoder.word_vectors for tagger in (source, target))
    if not there or not here or there.size != here.size:
        return False
    _, *places = np.intersect1d(there.hashes.numpy(), here.hashes.numpy(), return_indices=True)
    one, other = (
        table.vectors.numpy()[table.rows.numpy()[place]] for table, place in zip((there, here), places, strict=True)
    )
    same = np.abs(one - other).max(axis=1) < _ROUNDING
    return bool(np.mean(same) < 1 / 2) if len(same) else True


def _summary(results: list[WeightTransfer], heading: str, source: Tagger, target: Tagger) -> list[str]:
    """A line with how many of the target's weights were taken whole, and one for each other outcome, with its weights.

    A weight that is alike in all members of an ensemble is named once.
    """
    networks = (*source.networks, *target.networks)
    within = {path: network.path_within(path) for network in networks for path in network.weights_by_name()}
    by_outcome: dict[str, list[str]] = {}
    for one in results:
        by_outcome.setdefault(one.outcome, []).append(within[one.name])
    whole = len(by_outcome.pop(TAKEN, []))
    first = f"{heading}: {whole:,} of {len(target.trainable_variables):,} taken whole"
    return [first, *(f"  {', '.join(dict.fromkeys(names))}: {outcome}" for outcome, names in by_outcome.items())]
