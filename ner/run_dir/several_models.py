"""Several trained models that predict together, or that teach together: whether they can, and what identifies them."""

from collections.abc import Sequence

from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir


def check_compatible(works: Sequence[WorkDir], dataset: Dataset, records: str, remedy: str) -> None:
    """Raises `InputError` unless the model of each folder was trained on text as `dataset` has it, and none is twice.

    That is: with the same characters, labels, label of spaces, and places of spaces. `records` says whose they are, and
    `remedy` what to do, for the text of the error.
    """
    for work in works:
        work.check_trained()
        work.check_same_encoding(dataset, records, remedy)
        if (own := work.dataset().spacing) != dataset.spacing:
            raise InputError(
                f"{records} have {dataset.spacing}, but the model in {work.path} was trained with {own}; {remedy}"
            )
    seen: dict[str, str] = {}
    for work in works if len(works) > 1 else ():
        weights = checkpoints.fingerprint(work.best)
        if weights in seen:
            raise InputError(
                f"{seen[weights]} and {work.path} hold the same weights: name each model of an ensemble once"
            )
        seen[weights] = work.path


def fingerprints(works: Sequence[WorkDir]) -> tuple[str, ...]:
    """What identifies the weights of several models, whatever their order: that of each, sorted."""
    return tuple(sorted(checkpoints.fingerprint(work.best) for work in works))
