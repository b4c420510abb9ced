"""The results of a run: one JSON line each, on the disk as soon as they are known, and the summary made of them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE_NAME = "results.jsonl"


class Results:
    """Appends the lines of one stage to `FILE_NAME` in a folder, and prints them."""

    def __init__(self, folder: Path, stage: str) -> None:
        self._path = folder / FILE_NAME
        self._stage = stage

    def add(self, name: str, **figures: Any) -> None:
        """Writes a line; it survives whatever happens to the process afterwards."""
        line = json.dumps(
            {"stage": self._stage, "name": name, **{key: _short(value) for key, value in figures.items()}}
        )
        print(line, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def check(self, name: str, passed: bool, **figures: Any) -> None:
        """Writes the line of something that is either right or not."""
        self.add(name, passed=bool(passed), **figures)


def read_lines(folder: Path) -> Iterator[dict[str, Any]]:
    """All lines written so far; one that a kill cut off is left out."""
    path = folder / FILE_NAME
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def find_line(folder: Path, stage: str, name: str) -> dict[str, Any]:
    """The latest line of a stage with a name; empty where there is none."""
    found = [line for line in read_lines(folder) if (line["stage"], line["name"]) == (stage, name)]
    return found[-1] if found else {}


def _short(value: Any) -> Any:
    """Four significant digits of a float, also within lists."""
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
