"""A sweep in words: the trials by score, the settings over seeds, and what more data would be worth."""

import statistics
from collections.abc import Mapping, Sequence

from ner.console import align_columns, format_duration
from ner.sweeps import learning_curve, significance
from ner.sweeps.trial_result import LOSS, TrialResult

_ENOUGH_SEEDS = 5


def describe(results: Sequence[TrialResult]) -> str:
    """All that is said of the trials: the content of `sweep.txt`."""
    curves = learning_curve.learning_curves(results)
    sentences = [curve.sentence() for curve in curves]
    return "\n".join([table(results), *(["", *sentences, learning_curve.NOTE] if sentences else [])])


def table(results: Sequence[TrialResult]) -> str:
    """The trials in the order of their best scores, and with several seeds their mean and standard deviation.

    Scores of different metrics, such as those of `--grid=best_metric=loss,entity/micro_f1`, are not compared.
    """
    metrics = sorted({one.metric for one in results if one.score is not None})
    several = len(metrics) > 1
    rows = [["trial", "score" if several or not metrics else metrics[0], "step", "epochs", "time"]]
    for one in sorted(results, key=_rank):
        if one.result is None:
            rows.append([one.trial.name, one.state, "", "", ""])
            continue
        score = "no validation" if one.score is None else f"{one.score:.4f}" + f" {one.metric}" * several
        step, epochs, time = one.result["best_step"], one.result["epochs"], format_duration(one.result["seconds"])
        rows.append([one.trial.name, score, f"{step:,}", f"{epochs:.1f}", time])
    tables = ["\n".join(align_columns(rows))]
    for metric in metrics:
        seeds = _scores_by_setting([one for one in results if one.metric == metric])
        if any(len(scores) > 1 for scores in seeds.values()):
            tables.append(_by_setting(seeds, f"mean {metric}" if several else "mean", lowest_first=metric == LOSS))
    return "\n\n".join(tables)


def _by_setting(seeds: Mapping[str, Sequence[float]], mean: str, lowest_first: bool) -> str:
    """Mean and standard deviation of each setting's scores, the best first, and how certain its lead is."""
    best_first = sorted(seeds.items(), key=lambda item: statistics.fmean(item[1]), reverse=not lowest_first)
    best = best_first[0][0]
    p_values = significance.p_values(seeds, best)
    rows = [["setting", f"{mean} over seeds", "standard deviation", "seeds", "p against the best"]]
    for setting, scores in best_first:
        deviation = f"{statistics.stdev(scores):.4f}" if len(scores) > 1 else "-"
        p = p_values.get(setting)
        certainty = "best" if setting == best else "-" if p is None else f"{p:.3f}" if p >= 0.001 else "< 0.001"
        rows.append([setting, f"{statistics.fmean(scores):.4f}", deviation, str(len(scores)), certainty])
    if len(rows) < 3:
        return "\n".join(align_columns([row[:-1] for row in rows]))
    few = [significance.TOO_FEW] if min(map(len, seeds.values())) < _ENOUGH_SEEDS else []
    return "\n".join([*align_columns(rows), significance.NOTE, *few])


def _rank(one: TrialResult) -> tuple[bool, bool, str, float]:
    """Best first, one metric after the other, then what has no score, then what is not finished."""
    sign = 1 if one.metric == LOSS else -1
    return one.result is None, one.score is None, one.metric, sign * (one.score or 0)


def _scores_by_setting(results: Sequence[TrialResult]) -> dict[str, list[float]]:
    scores: dict[str, list[float]] = {}
    for one in results:
        if one.score is not None:
            scores.setdefault(one.trial.setting, []).append(one.score)
    return scores
