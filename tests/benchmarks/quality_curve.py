"""Scores over a run: read from its event files, and drawn out to a later epoch."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

_POWERS = np.geomspace(0.05, 5.0, 200)  # of epochs, by which the distance to the limit may shrink


class Validation(NamedTuple):
    """One score in an event file: updates before it, when it was written (seconds since 1970), and the score."""

    step: int
    time_seconds: float
    score: float


class Fit(NamedTuple):
    """A curve drawn through scores: its value at the epoch asked for, where it ends, and how far it misses the scores.

    `rms_error` says nothing about three scores: the curve has three numbers to choose.
    """

    score: float
    limit: float
    rms_error: float


def read_validations(folder: str, tag: str) -> list[Validation]:
    """Values of a scalar in a folder of event files, by step; where a step was logged twice, the later one."""
    events = EventAccumulator(folder, size_guidance={"tensors": 0})
    events.Reload()
    if tag not in events.Tags()["tensors"]:
        return []
    by_step = {
        event.step: Validation(event.step, event.wall_time, float(tensor_util.make_ndarray(event.tensor_proto)))
        for event in events.Tensors(tag)
    }
    return [by_step[step] for step in sorted(by_step)]


def extrapolate(scores: Sequence[float], epoch: int) -> Fit:
    """The curve a - b k^-c nearest to the scores of the epochs k = 1, 2, ..., with 0 <= a <= 1 and b >= 0.

    Least squares over a grid of c. It never falls: of scores that do, it is the mean. Raises `ValueError` where there
    are fewer than three.
    """
    if len(scores) < 3:
        raise ValueError(f"{len(scores)} scores: expected three or more to draw a curve through")
    measured, epochs = np.asarray(scores, np.float64), np.arange(1.0, len(scores) + 1)

    def error(candidate: tuple[float, float, float]) -> float:
        limit, distance, power = candidate
        return float(np.mean((limit - distance * epochs**-power - measured) ** 2))

    candidates = itertools.chain.from_iterable(_nearest(measured, epochs**-power, power) for power in _POWERS)
    limit, distance, power = best = min(candidates, key=error)
    return Fit(score=float(limit - distance * epoch**-power), limit=float(limit), rms_error=error(best) ** 0.5)


def _nearest(measured: np.ndarray, falling: np.ndarray, power: float) -> Iterator[tuple[float, float, float]]:
    """(a, b, c) among which is the nearest with this c: the least squares if it is allowed, else one on an edge."""
    matrix = np.stack([np.ones_like(falling), -falling], axis=1)
    limit, distance = np.linalg.lstsq(matrix, measured, rcond=None)[0]
    if 0 <= limit <= 1 and distance >= 0:
        yield limit, distance, power
    yield measured.mean(), 0.0, power
    yield 1.0, max(0.0, falling @ (1 - measured) / (falling @ falling)), power
