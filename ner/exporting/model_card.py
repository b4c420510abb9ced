"""`README.md` of an export: a model card made from the run, with the front matter that Hugging Face reads.

https://huggingface.co/docs/hub/model-cards says which fields there are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ner import files
from ner.console import counted
from ner.data.dataset import SPLITS, Dataset, Split
from ner.errors import InputError
from ner.evaluation.analysis.bootstrap import LEVEL
from ner.evaluation.reports.report import Report
from ner.exporting.confidence_section import confidence_section
from ner.exporting.markdown import cell
from ner.exporting.usage import USAGE
from ner.inference.models.thresholds import Thresholds
from ner.inference.text_windows import WINDOW_CHARACTERS
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.run_dir.workdir import ENSEMBLE, WorkDir
from ner.text.decoding import METHODS
from ner.text.spacing import BETWEEN_TOKENS

FILE_NAME = "README.md"
_FEW = 30  # entities of a type, of which a score says little
_TASK = "token-classification"


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What is said of an export: `reports` are those on this very step; `licence` may be empty.

    The export is of the run `name`, in an ensemble with those of `others`; `init_from` names the runs whose weights
    they began with, and `word_vectors` the files of the vectors that they read.

    `compared` says how its answers compare with the trained tagger's, and `thresholds` what it leaves out. With
    `uses_documents`, sentences of a document informed each other when reports were made.
    """

    name: str
    format: str
    step: int
    network: str
    dataset: Dataset
    reports: Sequence[Report]
    licence: str
    compared: str
    others: Sequence[str] = ()
    init_from: Sequence[str] = ()
    word_vectors: Sequence[str] = ()
    calibration: ConfidenceCalibration | None = None
    thresholds: Thresholds | None = None
    uses_documents: bool = False

    def to_markdown(self) -> str:
        """The text of `README.md`."""
        types = _quoted(self.dataset.labels.types)
        beginning = f"from the weights of {_quoted(self.init_from)} (the data below is that of the last training)"
        together = f" with the best of {_quoted(self.others)}" if self.others else ""
        lines = [
            *self._front_matter(),
            f"# Named entities: {', '.join(self.dataset.labels.types)}",
            "",
            f"Finds entities of the types {types} in text, character by character. Trained "
            f"{beginning if self.init_from else 'from scratch'} with character-ner: {self.network}; step "
            f"{self.step:,} of the run `{self.name}`{together}.",
            *(f"It reads vectors of words, learnt from other text: `{name}`." for name in self.word_vectors),
            "",
            self.compared,
            "",
            "## How to call it",
            "",
            *USAGE[self.format].splitlines(),
            "",
            *self._data(),
            *self._scores(),
            *confidence_section(self.dataset.labels.types, self.calibration, self.thresholds),
            *self._untried(),
        ]
        return "\n".join(lines) + "\n"

    def _front_matter(self) -> list[str]:
        """YAML; strings are written as JSON, which is a part of it."""
        licence = [f"license: {json.dumps(self.licence.lower().replace(' ', '-'))}"] if self.licence else []
        results = []
        for report in self.reports:
            score = report.scores.entities.micro
            split = report.split.removesuffix(ENSEMBLE)
            sources = ", ".join(_names(self.dataset.split(split))) if split in self.dataset.splits else split
            results += [
                f"      - task: {{type: {_TASK}, name: Named-entity recognition}}",
                f"        dataset: {{type: {json.dumps(sources)}, name: {json.dumps(sources)}, "
                f"split: {json.dumps(split)}}}",
                "        metrics:",
                *(
                    f"          - {{type: {name}, name: Entity {name}, value: {value:.4f}}}"
                    for name, value in zip(("precision", "recall", "f1"), score[:3], strict=True)
                ),
            ]
        index = ["model-index:", f"  - name: {json.dumps(self.name)}", "    results:", *results] if results else []
        tags = "tags: [named-entity-recognition, character-level]"
        return ["---", *licence, "library_name: character-ner", f"pipeline_tag: {_TASK}", tags, *index, "---", ""]

    def _data(self) -> list[str]:
        rows = [(name, self.dataset.splits[name]) for name in SPLITS if name in self.dataset.splits]
        train = self.dataset.split("train")
        spaces = (
            "It does not say where spaces stood, so the model reads all text with one space between tokens."
            if self.dataset.spacing == BETWEEN_TOKENS
            else "It says where spaces stood."
        )
        if self.dataset.lone_marks:
            spaces += f" Its tokens end at `{' '.join(self.dataset.lone_marks)}`, and so do those of text to be tagged."
        return [
            "## Data",
            "",
            f"Licence: {self.licence or 'not given'}. Read as {_dialect(train)}. {spaces}",
            "",
            "| split | sentences | tokens | entities | from |",
            "|---|---|---|---|---|",
            *(
                f"| {name} | {split.sentences:,} | {split.tokens:,} | {_entities(split)} | {_sources(split)} |"
                for name, split in rows
            ),
            "",
        ]

    def _scores(self) -> list[str]:
        if not self.reports:
            return ["## Scores", "", "Not evaluated: run `python -m ner.evaluate` and export again.", ""]
        lines = ["## Scores", "", "Entities count where the exact span and the type are right.", ""]
        if self.uses_documents:
            lines += [
                "Sentences of a document informed each other, as in `Tagger.tag(texts, documents=...)` and with "
                "`split_sentences`. Texts that are given one by one, and all that the SavedModel itself is given, are "
                "tagged without that, and have other scores.",
                "",
            ]
        if self.thresholds is not None:
            lines += ["Entities that this export leaves out for their confidence count as found.", ""]
        for report in self.reports:
            lines += [
                f"### {report.split}, {counted(report.scores.sentences, 'sentence')}",
                "",
                *_score_table(report),
                "",
            ]
            if report.intervals:
                resampled = counted(report.intervals.units, report.intervals.unit)
                lines += [f"Intervals by bootstrap over {resampled}.", ""]
            if report.raw_text:
                lines += [f"In raw text, without given tokens: micro F1 {report.raw_text.micro.f1:.3f}.", ""]
            if report.calibration:
                lines += [f"Expected calibration error of confidences: {report.calibration.error:.3f}.", ""]
        return lines

    def _untried(self) -> list[str]:
        """What this run says nothing about."""
        train = self.dataset.split("train")
        points = [
            f"Text of other kinds, times or languages than {_sources(train)}: scores there are unknown, and usually "
            "lower.",
            f"Types other than {_quoted(self.dataset.labels.types)}, and nested entities.",
            f"Characters outside the {len(self.dataset.vocabulary.characters):,} of the training text, which it cannot "
            "tell from one another.",
            f"Sentences of more than {train.longest:,} characters, the longest of training; texts of more than "
            f"{WINDOW_CHARACTERS:,} are read in windows.",
        ]
        for report in self.reports:
            support = {name: score.support for name, score in report.scores.entities.per_type.items()}
            if few := [f"`{name}` ({number})" for name, number in support.items() if number < _FEW]:
                points.append(f"Types of which {report.split} has too few entities to tell: {', '.join(few)}.")
        if not any(report.raw_text for report in self.reports):
            points.append("Raw text: scores were taken with given tokens, if at all.")
        return ["## What it was not tried on", "", *(f"- {point}" for point in points)]


def reports_of(work: WorkDir, step: int, members: tuple[str, ...]) -> list[Report]:
    """The reports in a work folder on its weights of `step`, decoded as exports do, those on test first.

    Alone, or in an ensemble: of exactly these `members`, the sorted fingerprints of their weights. Reports of earlier
    versions on one model have none.
    """
    accepted = {members, ()} if len(members) == 1 else {members}
    found = []
    names = files.list_folder(work.reports) if files.exists(work.reports) else []
    for name in (name for name in names if name.endswith(".json")):
        path = files.join(work.reports, name)
        with files.open_file(path, "r") as file:
            try:
                report = Report.from_json(json.load(file))
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    f"{path}: not a report of this version ({error!r}); evaluate again, or remove it"
                ) from None
        if report.step == step and report.members in accepted and report.decoding == METHODS[0]:
            found.append(report)
    return sorted(found, key=lambda report: (not report.split.startswith("test"), report.split))


def _score_table(report: Report) -> list[str]:
    ranges = report.intervals.with_averages if report.intervals else {}
    lines = [f"| | precision | recall | F1 | {LEVEL:.0%} interval of F1 | entities |", "|---|---|---|---|---|---|"]
    for name, score in report.scores.entities.with_averages.items():
        low_high = "{:.3f} to {:.3f}".format(*ranges[name]) if name in ranges else ""
        values = " | ".join(f"{value:.3f}" for value in score[:3])
        lines.append(f"| {cell(name)} | {values} | {low_high} | {score.support:,} |")
    return lines


def _dialect(split: Split) -> str:
    dialect = split.dialect
    parts = [str(dialect.get("format", "text")), str(dialect.get("scheme_counts") or dialect.get("scheme") or "")]
    return ", ".join(part for part in parts if part)


def _entities(split: Split) -> str:
    return ", ".join(f"{cell(name)} {number:,}" for name, number in split.entities.items())


def _sources(split: Split) -> str:
    """The files' names: where they stood says nothing elsewhere."""
    return ", ".join(f"`{cell(name)}`" for name in _names(split))


def _names(split: Split) -> list[str]:
    return [source.rpartition("/")[2] for source in split.sources]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
