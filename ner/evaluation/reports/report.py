"""The report on one split: as a value, as JSON, as text and as files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner import files
from ner.console import align_columns
from ner.evaluation.analysis.bootstrap import Intervals
from ner.evaluation.analysis.calibration import Calibration
from ner.evaluation.analysis.entity_strings import EntityString
from ner.evaluation.analysis.entity_strings import to_lines as strings_to_lines
from ner.evaluation.metrics.entity_scores import MISSED, SPURIOUS, EntityScores
from ner.evaluation.metrics.scores import Scores
from ner.evaluation.reports import figures
from ner.text.decoding import METHODS


@dataclass(frozen=True)
class Report:
    """The scores of a model after `step` updates on every sentence of `split`, and how long it took.

    `intervals` are those of entity F1, `calibration` that of the confidences of predicted entities, `wrong_strings` the
    entities that are wrong most often. `raw_text` are the scores of entities in text without given tokens
    (`ner.inference.raw_text`), where it was evaluated. `files` are absolute paths, where files and no split of records
    were evaluated; `members` are the sorted fingerprints of the weights, one for each model of an ensemble; reports
    of earlier versions on one model have none. `decoding` is one of `ner.text.decoding.METHODS`.
    """

    split: str
    step: int
    scores: Scores
    seconds: float
    intervals: Intervals | None = None
    calibration: Calibration | None = None
    wrong_strings: tuple[EntityString, ...] = ()
    raw_text: EntityScores | None = None
    files: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    decoding: str = METHODS[0]

    def to_json(self) -> dict[str, Any]:
        """The content of `reports/SPLIT.json`: plain values, confusion matrices with gold in rows."""
        parts = {
            **({"intervals": self.intervals.to_json()} if self.intervals else {}),
            **({"calibration": self.calibration.to_json()} if self.calibration else {}),
            "wrong_strings": [one.to_json() for one in self.wrong_strings],
            **({"raw_text": self.raw_text.to_json()} if self.raw_text else {}),
            "files": list(self.files),
            "members": list(self.members),
            "decoding": self.decoding,
        }
        return {"split": self.split, "step": self.step, **self.scores.to_json(), **parts, "seconds": self.seconds}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Report":
        """The inverse of `to_json`; reads only the counts. Raises KeyError on a missing field."""
        intervals = Intervals.from_json(fields["intervals"]) if "intervals" in fields else None
        calibration = Calibration.from_json(fields["calibration"]) if "calibration" in fields else None
        strings = tuple(EntityString.from_json(one) for one in fields["wrong_strings"])
        raw_text = EntityScores.from_json(fields["raw_text"]) if "raw_text" in fields else None
        scores = Scores.from_json(fields)
        of_files, members = (tuple(fields.get(name, ())) for name in ("files", "members"))
        parts = intervals, calibration, strings, raw_text, of_files, members, fields.get("decoding", METHODS[0])
        return cls(fields["split"], fields["step"], scores, fields["seconds"], *parts)

    @property
    def summary(self) -> str:
        """`"400 sentences, 5,058 tokens"`, and where not as usual how many models, and how words were decoded."""
        models = f", {len(self.members)} models together" if len(self.members) > 1 else ""
        decoding = f", decoding {self.decoding}" if self.decoding != METHODS[0] else ""
        return f"{self.scores.size}{models}{decoding}"

    def to_text(self) -> str:
        """The content of `reports/SPLIT.txt`."""
        scores = self.scores
        lines = [f"{self.split}: step {self.step:,}, {self.summary}", ""]
        parts = [metric.to_lines() for metric in scores.metrics.values()]
        parts += [one.to_lines() for one in (self.intervals, self.calibration) if one]
        for part in [*parts, strings_to_lines(self.wrong_strings)]:
            lines += [*part, ""] if part else []
        if self.raw_text:
            lines += [*_raw_text_lines(scores.entities, self.raw_text), ""]
        return "\n".join(lines)

    def confusion_images(self) -> dict[str, np.ndarray]:
        """The confusion matrix of each level, `character`, `word` and `entity`, as uint8 [H, 700, 3].

        H is 700, and more with many labels.
        """
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
        """Precision, recall and F1 of each entity type, micro and macro, as uint8 [H, 700, 3].

        H is 700, and more with many labels.
        """
        entities = self.scores.entities
        rows = {**entities.per_type, "micro": entities.micro, "macro": entities.macro}
        title = f"{self.split} split, entity level, step {self.step:,}"
        return figures.score_bars_rgb(np.array([score[:3] for score in rows.values()]), list(rows), title)


def _raw_text_lines(with_tokens: EntityScores, raw_text: EntityScores) -> list[str]:
    """The micro averages beside each other."""
    scores = {"tokens given": with_tokens.micro, "raw text": raw_text.micro}
    rows = [[name, *(f"{value:.3f}" for value in score[:3])] for name, score in scores.items()]
    return [
        "Entities in raw text (spaces as in running text, tokens found by rule), micro average",
        "",
        *align_columns([["", "precision", "recall", "f1"], *rows]),
    ]


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
