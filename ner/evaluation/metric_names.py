"""The names that scores have in TensorBoard and in `--best_metric`."""

from collections.abc import Mapping

from ner.errors import InputError
from ner.evaluation.metrics import ClassScore, Confusion, EntityScores, Scores
from ner.text.labels import Labels

RATIOS = ("f1", "precision", "recall")


def scalars_of(scores: Scores) -> dict[str, float]:
    """Tag -> value: `character/f1/B-PER`, `word/macro_f1`, `entity/recall/PER`, `entity/micro_f1`, ..."""
    return {
        **_confusion_scalars("character", scores.characters),
        **_confusion_scalars("word", scores.words),
        **_entity_scalars(scores.entities),
    }


def check_metric(tag: str, labels: Labels) -> None:
    """Raises `InputError` that lists the metrics unless `tag` is one of them."""
    tags = [name for name in scalars_of(Scores.empty(labels)) if "/support/" not in name]
    if tag not in tags:
        raise InputError(f"--best_metric is {tag!r}, wanted one of {', '.join(tags)}")


def _confusion_scalars(level: str, confusion: Confusion) -> dict[str, float]:
    return {
        f"{level}/accuracy": confusion.accuracy,
        f"{level}/macro_f1": confusion.macro_f1,
        **_class_scalars(level, confusion.per_class),
    }


def _entity_scalars(entities: EntityScores) -> dict[str, float]:
    averages = {"micro": entities.micro, "macro": entities.macro}
    return {
        **{f"entity/{name}_{ratio}": getattr(score, ratio) for name, score in averages.items() for ratio in RATIOS},
        **_class_scalars("entity", entities.per_type),
    }


def _class_scalars(level: str, scores: Mapping[str, ClassScore]) -> dict[str, float]:
    return {
        f"{level}/{field}/{name}": value for name, score in scores.items() for field, value in score._asdict().items()
    }
