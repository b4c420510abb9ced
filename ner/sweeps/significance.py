"""Whether the best setting of a sweep is better than the others, or its seeds were luckier."""

import statistics
from collections.abc import Mapping, Sequence

NOTE = (
    "p: that seeds alone would make a difference as large as that between the best setting and this one; two-sided\n"
    "Welch's t-test over seeds (variances may differ), corrected for the number of settings (Holm 1979)."
)
TOO_FEW = "A test needs two seeds of a setting and is weak below five: give more --seeds."


def p_values(scores: Mapping[str, Sequence[float]], best: str) -> dict[str, float | None]:
    """The p-value of each setting other than `best`, by Holm's step-down; None where it is not known.

    `scores` are those of a setting's seeds. Not known: with one seed of either setting, and where none of them differ.
    """
    found: dict[str, float | None] = {
        other: _welch(scores[best], own) for other, own in scores.items() if other != best
    }
    known = sorted((p, other) for other, p in found.items() if p is not None)
    largest = 0.0
    for rank, (p, other) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        found[other] = largest
    return found


def _welch(one: Sequence[float], other: Sequence[float]) -> float | None:
    if min(len(one), len(other)) < 2 or not statistics.variance(one) + statistics.variance(other):
        return None
    from scipy import stats  # not above: it takes a second

    return float(stats.ttest_ind(one, other, equal_var=False).pvalue)
