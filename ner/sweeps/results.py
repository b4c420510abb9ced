"""How the trials of a sweep stand: `sweep.json` for programs, `sweep.txt` for people."""

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.console import align_columns, format_duration
from ner.errors import InputError
from ner.files import write_atomically
from ner.sweeps.grid import Trial
from ner.sweeps.locks import lock

WAITING, RUNNING, FINISHED, STOPPED, FAILED = "waiting", "running", "finished", "stopped", "failed"
JSON_FILE, TEXT_FILE = "sweep.json", "sweep.txt"


@dataclass(frozen=True)
class TrialResult:
    """A trial, how it stands, and what its `result.json` says once it is finished."""

    trial: Trial
    state: str = WAITING
    result: dict[str, Any] | None = None

    @property
    def score(self) -> float | None:
        """The best score; None where there is none yet, or the records have no validation split."""
        return self.result["best_score"] if self.result else None


def read_result(path: Path) -> dict[str, Any]:
    """What a finished training wrote. Raises `InputError` where it is not what this version writes."""
    result = _json(path, "give another --output_dir")
    missing = [name for name in ("best_metric", "best_score", "best_step", "epochs", "seconds") if name not in result]
    if missing:
        raise InputError(f"{path}: no {missing[0]} in it: another version wrote it; give another --output_dir")
    return result


def record(folder: Path, trials: Sequence[Trial], known: Mapping[Trial, TrialResult]) -> list[TrialResult]:
    """How all trials stand, which is also written into `sweep.json` and `sweep.txt`.

    `known` are those that this process knows of; of the others the file is believed, because processes of a
    job array share it. Raises `InputError` where it cannot be read.
    """
    held = lock(folder, wait=True)
    try:
        written = _read(folder / JSON_FILE)
        results = [known.get(trial) or written.get(trial) or TrialResult(trial) for trial in trials]
        entries = [
            {"name": one.trial.name, "flags": one.trial.flags, "state": one.state, "result": one.result}
            for one in results
        ]
        write_atomically(str(folder / JSON_FILE), (json.dumps(entries, indent=2) + "\n").encode())
        write_atomically(str(folder / TEXT_FILE), (table(results) + "\n").encode())
    finally:
        if held is not None:
            os.close(held)
    return results


def table(results: Sequence[TrialResult]) -> str:
    """The trials in the order of their best scores, and with several seeds their mean and standard deviation."""
    scored = [one for one in results if one.score is not None]
    metrics = sorted({one.result["best_metric"] for one in scored if one.result})
    rows = [["trial", " or ".join(metrics) or "score", "step", "epochs", "time"]]
    for one in sorted(results, key=_rank):
        if one.result is None:
            rows.append([one.trial.name, one.state, "", "", ""])
            continue
        score = "no validation" if one.score is None else f"{one.score:.4f}"
        step, epochs, time = one.result["best_step"], one.result["epochs"], format_duration(one.result["seconds"])
        rows.append([one.trial.name, score, f"{step:,}", f"{epochs:.1f}", time])
    text = "\n".join(align_columns(rows))
    seeds = _scores_by_setting(results)
    if any(len(scores) > 1 for scores in seeds.values()):
        rows = [["setting", "mean over seeds", "standard deviation", "seeds"]]
        best_first = sorted(seeds.items(), key=lambda item: statistics.fmean(item[1]), reverse=not _is_loss(results))
        for setting, scores in best_first:
            deviation = f"{statistics.stdev(scores):.4f}" if len(scores) > 1 else "-"
            rows.append([setting, f"{statistics.fmean(scores):.4f}", deviation, str(len(scores))])
        text += "\n".join(["", "", *align_columns(rows)])
    return text


def _rank(one: TrialResult) -> tuple[bool, bool, float]:
    """Best first, then what has no score, then what is not finished."""
    sign = 1 if _is_loss([one]) else -1
    return one.result is None, one.score is None, sign * (one.score or 0)


def _is_loss(results: Sequence[TrialResult]) -> bool:
    """Whether the trials were scored by their loss, of which less is better."""
    return any(one.result is not None and one.result["best_metric"] == "loss" for one in results)


def _scores_by_setting(results: Sequence[TrialResult]) -> dict[str, list[float]]:
    scores: dict[str, list[float]] = {}
    for one in results:
        if one.score is not None:
            scores.setdefault(one.trial.setting, []).append(one.score)
    return scores


def _read(path: Path) -> dict[Trial, TrialResult]:
    if not path.exists():
        return {}
    try:
        results = [
            TrialResult(Trial(entry["name"], tuple(entry["flags"])), entry["state"], entry["result"])
            for entry in _json(path, "delete it")
        ]
    except (KeyError, TypeError):
        raise InputError(f"{path}: not a sweep.json of this version; delete it") from None
    return {one.trial: one for one in results}


def _json(path: Path, advice: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise InputError(f"{path}: cannot be read as JSON; {advice}") from None
