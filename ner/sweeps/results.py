"""How the trials of a sweep stand: `sweep.json` for programs, `sweep.txt` for people."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ner.errors import InputError
from ner.files import write_atomically
from ner.sweeps.grid import Trial
from ner.sweeps.locks import lock
from ner.sweeps.report import describe
from ner.sweeps.trial_result import FINISHED, TrialResult

JSON_FILE, TEXT_FILE = "sweep.json", "sweep.txt"
ResultOf = Callable[[Trial], dict[str, Any] | None]  # what this very training wrote at its end; None: not finished


def read_result(path: Path) -> dict[str, Any]:
    """What a finished training wrote. Raises `InputError` where it is not what this version writes."""
    result = _json(path, "give another --output_dir")
    missing = [name for name in ("best_metric", "best_score", "best_step", "epochs", "seconds") if name not in result]
    if missing:
        raise InputError(f"{path}: no {missing[0]} in it: another version wrote it; give another --output_dir")
    return result


def record(
    folder: Path, trials: Sequence[Trial], known: Mapping[Trial, TrialResult], result_of: ResultOf
) -> list[TrialResult]:
    """How all trials stand, which is also written into `sweep.json` and `sweep.txt`.

    `known` are those that this process knows of; of the others the file is believed, because processes of a job array
    share it. But a trial that it calls finished may have had other settings or records, which it does not tell: such a
    one has the result that `result_of` finds, and waits where that finds none. Raises `InputError` where the file
    cannot be read.
    """
    held = lock(folder, wait=True)
    try:
        written = _read(folder / JSON_FILE)
        results = [known.get(trial) or _checked(written.get(trial, TrialResult(trial)), result_of) for trial in trials]
        entries = [
            {"name": one.trial.name, "flags": one.trial.flags, "state": one.state, "result": one.result}
            for one in results
        ]
        write_atomically(str(folder / JSON_FILE), (json.dumps(entries, indent=2) + "\n").encode())
        write_atomically(str(folder / TEXT_FILE), (describe(results) + "\n").encode())
    finally:
        if held is not None:
            os.close(held)
    return results


def _checked(written: TrialResult, result_of: ResultOf) -> TrialResult:
    """How a trial stands that the file says is as `written`."""
    if written.state != FINISHED:
        return written
    result = result_of(written.trial)
    return TrialResult(written.trial, FINISHED, result) if result else TrialResult(written.trial)


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
