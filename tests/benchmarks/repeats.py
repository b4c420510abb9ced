"""Interleaved repeats: every variant once, then every variant again, so that a noisy moment meets them all."""

import json
import statistics
from collections.abc import Callable, Mapping


def medians(variants: Mapping[str, Callable[[], dict[str, float]]], repeats: int) -> dict[str, dict[str, float]]:
    """Median of each figure that a variant returns; the first call of each is a warm-up and does not count."""
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in variants}
    for repeat in range(repeats + 1):
        for name, measure in variants.items():
            measured = measure()
            if repeat:
                figures[name].append(measured)
    return {
        name: {key: statistics.median(one[key] for one in measured) for key in measured[0]}
        for name, measured in figures.items()
    }


def print_lines(results: Mapping[str, Mapping[str, float]]) -> None:
    """One JSON object a line: the variant's `name` and its figures."""
    for name, figures in results.items():
        print(json.dumps({"name": name, **{key: float(f"{value:.4g}") for key, value in figures.items()}}))
