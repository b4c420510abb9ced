"""How many times sooner one run has the scores of another."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ner.console import format_duration
from tests.benchmarks.quality_curve import extrapolate

_EXTRAPOLATED_FROM = 3  # scores


class Reached(NamedTuple):
    """A score, and the seconds of a run after which it was there."""

    seconds: float
    score: float


class Plain(NamedTuple):
    """The plain code: its score after each epoch that is known, how many epochs it trains, and how long each takes."""

    scores: list[float]
    epochs: int
    epoch_seconds: float


def reached_after(curve: Sequence[Reached], score: float) -> float | None:
    """Seconds after which a curve first had a score, or a better one; None where it never had."""
    return next((point.seconds for point in curve if point.score >= score), None)


def times_sooner(plain_seconds: float, ours: Sequence[Reached], score: float) -> dict[str, float]:
    """`score`, `plain_seconds`, `ours_seconds` to that score and their ratio; without the last two if it never came."""
    figures = {"score": score, "plain_seconds": plain_seconds}
    seconds = reached_after(ours, score)
    return figures if seconds is None else {**figures, "ours_seconds": seconds, "times_sooner": plain_seconds / seconds}


def compare(plain: Plain, ours: Sequence[Reached]) -> dict[str, dict[str, float]]:
    """`epoch_1`, `epoch_2`, ...: the ratios at the score of each epoch that is known.

    The plain code's time is that of the epoch in which it first had the score. Where the last epoch is not known, also
    `bound`, all epochs against our own best score, and from three scores on `extrapolated`, the same against the score
    at which it may end.
    """
    curve = [Reached(epoch * plain.epoch_seconds, score) for epoch, score in enumerate(plain.scores, 1)]
    results = {
        f"epoch_{epoch}": times_sooner(reached_after(curve, score), ours, score)
        for epoch, (_, score) in enumerate(curve, 1)
    }
    if len(plain.scores) == plain.epochs:
        return results
    seconds = plain.epochs * plain.epoch_seconds
    known = {"plain_best_score": max(plain.scores), "plain_last_score": plain.scores[-1]}
    results["bound"] = {**times_sooner(seconds, ours, max(point.score for point in ours)), **known}
    if len(plain.scores) >= _EXTRAPOLATED_FROM:
        fit = extrapolate(plain.scores, plain.epochs)
        fitted = {"limit": fit.limit, "rms_error": fit.rms_error}
        results["extrapolated"] = {**times_sooner(seconds, ours, fit.score), **fitted}
    return results


def headline(plain: Plain, results: Mapping[str, Mapping[str, float]]) -> str:
    """The result of `compare` in a sentence: at the plain code's end, known or extrapolated, or else the bound."""
    known, last = len(plain.scores), f"epoch_{plain.epochs}"
    name = next(one for one in (last, "extrapolated", "bound") if one in results)
    figures = results[name]
    score = f"character macro-F1 {figures['score']:.3f}" + {
        "extrapolated": f" (extrapolated from {known} epochs of the 2019 code)",
        "bound": f" (its best; the 2019 code had {plain.scores[-1]:.3f} after {known} epochs)",
    }.get(name, "")
    epochs = round(figures["plain_seconds"] / plain.epoch_seconds)
    share = f"its {epochs} epochs" if epochs == plain.epochs else f"{epochs} of its {plain.epochs} epochs"
    cost = f"the 2019 code takes {figures['plain_seconds'] / 3600:.3g} h for {share}"
    if "times_sooner" not in figures:
        return f"ours did not reach {score}; {cost}"
    condition = ", if it ends no better" if name == "bound" else ""
    times = f"{figures['times_sooner']:,.1f} times sooner"
    return f"ours reached {score} after {format_duration(figures['ours_seconds'])}; {cost}{condition}: {times}"
