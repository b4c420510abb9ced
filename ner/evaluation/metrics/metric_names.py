"""The names of the scores that may choose the best weights (`--best_metric`): tags of TensorBoard."""

import difflib

from ner.errors import InputError
from ner.evaluation.metrics import loss
from ner.evaluation.metrics.scores import Scores
from ner.text.labels import Labels


def is_better(tag: str, score: float, other: float) -> bool:
    """Whether `score` of the metric `tag` is better than `other`: a lower loss, a higher score of anything else."""
    return score < other if tag == loss.TAG else score > other


def check_metric(tag: str, labels: Labels) -> None:
    """Raises `InputError` that names the nearest three unless `tag` is one of them."""
    tags = [name for name in Scores.empty(labels).scalars() if "/errors/" not in name]
    if tag not in tags:
        near = ", ".join(difflib.get_close_matches(tag, tags, n=3, cutoff=0))
        raise InputError(f"--best_metric is {tag!r}: no such metric; the nearest are {near}")
