"""The report on one split: as a value, as JSON, as text and as files."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import classification_report

from ner import files
from ner.evaluation import figures
from ner.evaluation.metrics import MISSED, SPURIOUS, ClassScore, Confusion, EntityScores, Scores


@dataclass(frozen=True)
class Report:
    """The scores of a model after `step` updates on every sentence of `split`, and how long it took."""

    split: str
    step: int
    scores: Scores
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The content of `reports/SPLIT.json`: plain values, confusion matrices with gold in rows."""
        scores = self.scores
        return {
            "split": self.split,
            "step": self.step,
            "characters": _confusion_to_json(scores.characters),
            "words": _confusion_to_json(scores.words),
            "entities": _entities_to_json(scores.entities),
            "sentences": scores.sentences,
            "tokens": scores.tokens,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Report":
        """The inverse of `to_json`; reads only the counts. Raises KeyError on a missing field."""
        scores = Scores(
            characters=_confusion_from_json(fields["characters"]),
            words=_confusion_from_json(fields["words"]),
            entities=_entities_from_json(fields["entities"]),
            sentences=fields["sentences"],
            tokens=fields["tokens"],
        )
        return cls(fields["split"], fields["step"], scores, fields["seconds"])

    def to_text(self) -> str:
        """The content of `reports/SPLIT.txt`."""
        scores = self.scores
        return "\n".join(
            [
                f"{self.split}: step {self.step:,}, {scores.sentences:,} sentences, {scores.tokens:,} tokens",
                "",
                "Characters",
                "",
                _class_table(scores.characters),
                "Words",
                "",
                _class_table(scores.words),
                "Entities (exact span and type)",
                "",
                *_entity_table(scores.entities),
                "",
                "Entity confusion matrix (rows gold, columns predicted)",
                "",
                *_aligned([["", *scores.entities.types, MISSED], *_confusion_rows(scores.entities)]),
                "",
            ]
        )

    def confusion_images(self) -> dict[str, np.ndarray]:
        """The confusion matrix of each level, `character`, `word` and `entity`, as uint8 [700, 700, 3]."""
        scores = self.scores
        types = scores.entities.types
        matrices = {
            "character": (scores.characters.counts, scores.characters.labels, scores.characters.labels),
            "word": (scores.words.counts, scores.words.labels, scores.words.labels),
            "entity": (scores.entities.counts, (*types, SPURIOUS), (*types, MISSED)),
        }
        return {
            level: figures.confusion_rgb(*matrix, f"{self.split} split, {level} level, step {self.step:,}")
            for level, matrix in matrices.items()
        }

    def entity_bars(self) -> np.ndarray:
        """Precision, recall and F1 of each entity type, micro and macro, as uint8 [700, 700, 3]."""
        entities = self.scores.entities
        rows = {**entities.per_type, "micro": entities.micro, "macro": entities.macro}
        title = f"{self.split} split, entity level, step {self.step:,}"
        return figures.score_bars_rgb(np.array([score[:3] for score in rows.values()]), list(rows), title)


def write(report: Report, folder: str) -> list[str]:
    """Paths of the files written into `folder`: `SPLIT.json`, `SPLIT.txt` and PNG figures `SPLIT-*.png`."""
    images = {f"{level}-confusion": image for level, image in report.confusion_images().items()}
    images["entity-f1"] = report.entity_bars()
    contents = {
        f"{report.split}.json": (json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n").encode(),
        f"{report.split}.txt": report.to_text().encode(),
        **{f"{report.split}-{name}.png": figures.to_png(image) for name, image in images.items()},
    }
    files.make_folders(folder)
    for name, content in contents.items():
        files.write_atomically(files.join(folder, name), content)
    return [files.join(folder, name) for name in contents]


def _confusion_to_json(confusion: Confusion) -> dict[str, Any]:
    return {
        "accuracy": confusion.accuracy,
        "macro_f1": confusion.macro_f1,
        "labels": list(confusion.labels),
        "confusion_matrix": confusion.counts.tolist(),
        "per_class": {label: score._asdict() for label, score in confusion.per_class.items()},
    }


def _confusion_from_json(fields: Mapping[str, Any]) -> Confusion:
    return Confusion(tuple(fields["labels"]), np.array(fields["confusion_matrix"], np.int64))


def _entities_to_json(entities: EntityScores) -> dict[str, Any]:
    return {
        "micro": entities.micro._asdict(),
        "macro": entities.macro._asdict(),
        "per_type": {name: score._asdict() for name, score in entities.per_type.items()},
        "confusion": entities.confusion,
    }


def _entities_from_json(fields: Mapping[str, Any]) -> EntityScores:
    types, confusion = tuple(fields["per_type"]), fields["confusion"]
    counts = [[confusion[row][column] for column in (*types, MISSED)] for row in (*types, SPURIOUS)]
    return EntityScores(types, np.array(counts, np.int64))


def _class_table(confusion: Confusion) -> str:
    """scikit-learn's `classification_report` for the labels that occur, then the names of those that do not.

    Each cell of the matrix is one sample with its count as weight. Labels that are neither gold nor predicted are left
    out, which is scikit-learn's default, so that its macro average equals `macro_f1`.
    """
    occurring = confusion.occurring
    if not occurring:
        return "no labels to score\n"
    gold, predicted = np.nonzero(confusion.counts)
    table = classification_report(
        gold,
        predicted,
        labels=[confusion.labels.index(label) for label in occurring],
        target_names=occurring,
        sample_weight=confusion.counts[gold, predicted],
        digits=3,
        zero_division=0,
    )
    # With weights, scikit-learn writes support as a float.
    table = re.sub(r" +(\d+)\.0$", lambda match: f"{match[1]:>10}", table, flags=re.MULTILINE)
    absent = [label for label in confusion.labels if label not in occurring]
    return table + (f"\nneither gold nor predicted: {', '.join(absent)}\n" if absent else "")


def _entity_table(entities: EntityScores) -> list[str]:
    counts = entities.counts
    rows = [["", "precision", "recall", "f1", "gold", "predicted", "correct"]]
    for index, (name, score) in enumerate(entities.per_type.items()):
        rows.append(_entity_row(name, score, int(counts[:, index].sum()), int(counts[index, index])))
    totals = int(counts[:, :-1].sum()), int(counts.trace())
    return _aligned(
        [*rows, _entity_row("micro avg", entities.micro, *totals), _entity_row("macro avg", entities.macro, *totals)]
    )


def _entity_row(name: str, score: ClassScore, predicted: int, correct: int) -> list[str]:
    return [name, *(f"{value:.3f}" for value in score[:3]), *(f"{n:,}" for n in (score.support, predicted, correct))]


def _confusion_rows(entities: EntityScores) -> list[list[str]]:
    return [[name, *(f"{number:,}" for number in row.values())] for name, row in entities.confusion.items()]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row; the first column is left-aligned, the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
