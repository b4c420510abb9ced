"""Curves in a run's event files, while the run still writes them."""

from pathlib import Path

from tests.benchmarks.quality_curve import Validation, read_validations


def read_curve(work: Path, run: str, tag: str) -> list[Validation]:
    """Values of a scalar of one of the run's logs, by step; empty before the first."""
    folder = work / "logs" / run
    return read_validations(str(folder), tag) if folder.exists() else []


def mean_of_later_half(work: Path, tag: str) -> float:
    """Mean of a training curve without its first half, in which graphs are still traced; 0 where there is none."""
    values = [one.score for one in read_curve(work, "train", tag)]
    later = values[len(values) // 2 :]
    return sum(later) / len(later) if later else 0.0
