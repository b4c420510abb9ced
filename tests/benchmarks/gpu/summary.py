"""`summary.md`: the results of a run as Markdown tables, for README.md and BUILD_NOTES.md."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.gpu.results import find_line, read_lines

FILE_NAME = "summary.md"
_HIDDEN = {"stage", "name", "losses"}


def write(folder: Path, stages: Sequence[str]) -> str:
    """Writes `FILE_NAME` into the folder of the results, and returns its text."""
    text = to_markdown(list(read_lines(folder)), stages, card=find_line(folder, "environment", "devices"))
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return text


def to_markdown(lines: list[dict[str, Any]], stages: Sequence[str], card: dict[str, Any]) -> str:
    """What was measured on which device, failed checks first, then a table for each stage."""
    device = ", ".join(card.get("names", [])) or "no GPU: small sizes on the CPU, which say nothing about speed"
    failed = [line for line in lines if line.get("passed") is False]
    checks = sum("passed" in line for line in lines)
    parts = [
        f"# Measured on {time.strftime('%Y-%m-%d')}: {device}\n",
        f"{checks - len(failed)} of {checks} checks passed." if checks else "No checks were made.",
        *(f"- FAILED {line['stage']} / {line['name']}: {_figures(line)}" for line in failed),
    ]
    for stage in stages:
        own = [line for line in lines if line["stage"] == stage]
        if own:
            parts += [f"\n## {stage}\n", *_tables(own)]
    return "\n".join(parts) + "\n"


def _tables(lines: list[dict[str, Any]]) -> list[str]:
    """Lines with the same figures share a table."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault(tuple(key for key in line if key not in _HIDDEN), []).append(line)
    parts = []
    for keys, rows in groups.items():
        parts += [f"| | {' | '.join(keys)} |", f"|---|{'---|' * len(keys)}"]
        parts += [f"| {row['name']} | {' | '.join(_cell(row[key]) for key in keys)} |" for row in rows]
        parts.append("")
    return parts


def _figures(line: dict[str, Any]) -> str:
    return ", ".join(f"{key} {_cell(value)}" for key, value in line.items() if key not in _HIDDEN | {"passed"})


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_cell, value))
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float) and abs(value) >= 1000:
        return f"{value:,.0f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
