"""What the benchmark has measured: kept as JSON, and shown as a table in Markdown."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ner import files
from ner.errors import InputError
from ner.evaluation.metrics.scores import EntityScores

SHOWN_SPLITS = ("validation", "test")
AVERAGES = ("micro", "macro")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training and its scores; `entities` is split -> what a report of ours holds under `entities`."""

    corpus: str
    tagger: str
    settings: str
    seed: int
    cpu_seconds: float | None  # of training, over all threads; None where it is not known
    entities: Mapping[str, Mapping[str, Any]]

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What two runs have in common that are the same training."""
        return self.corpus, self.tagger, self.settings, self.seed


def entities_to_json(scores: EntityScores) -> dict[str, Any]:
    """The scores as a report of ours holds them: `micro`, `macro` and `per_type`, each with f1 and the rest."""
    return {
        "micro": scores.micro._asdict(),
        "macro": scores.macro._asdict(),
        "per_type": {name: score._asdict() for name, score in scores.per_type.items()},
    }


def load_runs(path: Path) -> list[Run]:
    """The runs that a file holds; none where there is no such file."""
    return [Run(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def save_runs(path: Path, runs: Iterable[Run]) -> None:
    """Writes the runs into a file, in place of what it held."""
    text = json.dumps([asdict(run) for run in runs], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def runs_of_workdirs(pattern: str, corpus: str) -> list[Run]:
    """One run for each work folder of `ner.train` that a name or glob pattern means: seeds of one row of the table.

    Raises `InputError` where none matches, and where one has no report of a split (`ner.evaluate` writes it).
    """
    folders = [Path(name) for name in sorted(files.matches(pattern))]
    if not folders:
        raise InputError(f"--workdirs={pattern}: no such folder")
    runs = []
    for seed, folder in enumerate(folders):
        entities = {}
        for split in SHOWN_SPLITS:
            report = folder / "reports" / f"{split}.json"
            if not report.exists():
                raise InputError(f"{report}: no such file; run ner.evaluate --workdir={folder} --split={split}")
            entities[split] = json.loads(report.read_text(encoding="utf-8"))["entities"]
        name = Path(pattern).name
        runs.append(Run(corpus=corpus, tagger=name, settings="", seed=seed, cpu_seconds=None, entities=entities))
    return runs


def table(runs: Sequence[Run]) -> str:
    """A row a tagger of a corpus: entity F1, mean and, after ±, standard deviation over its seeds; CPU seconds.

    The settings of each tagger stand below.
    """
    scores = [f"{split} {average} F1" for split in SHOWN_SPLITS for average in AVERAGES]
    columns = ["corpus", "tagger", *scores, "training, CPU seconds", "runs"]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    rows: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        rows.setdefault((run.corpus, run.tagger, run.settings), []).append(run)
    for (corpus, tagger, _), same in rows.items():
        cells = [
            _mean_and_deviation([run.entities[split][average]["f1"] for run in same])
            for split in SHOWN_SPLITS
            for average in AVERAGES
        ]
        seconds = [run.cpu_seconds for run in same if run.cpu_seconds is not None]
        cost = f"{statistics.fmean(seconds):,.0f}" if seconds else "not known"
        lines.append("| " + " | ".join([corpus, tagger, *cells, cost, str(len(same))]) + " |")
    settings = dict.fromkeys(f"{run.tagger}: {run.settings}" for run in runs if run.settings)
    return "\n".join([*lines, "", *settings]) if settings else "\n".join(lines)


def _mean_and_deviation(values: Sequence[float]) -> str:
    spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.3f}{spread}"
