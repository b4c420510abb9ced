"""What an inspection tells the user: tables of counts, and a few sentences."""

import textwrap
from collections.abc import Mapping

from data_tools.inspection.verify import Findings
from ner.console import align_columns
from ner.text.labels import NOT_ANNOTATED_ID, Labels

PERCENTILES = (1, 50, 90, 99, 100)
_WIDTH = 100


def describe(found: Mapping[str, Findings], labels: Labels) -> str:
    """Tables with a column for each split, and the sentences picked from it: `York/I-LOC` for a word of an entity."""
    tables = (_counts(found), _entities(found, labels), _label_shares(found, labels))
    text = "\n\n".join("\n".join(align_columns([[title, *found], *rows])) for title, rows in tables)
    shown = [f"{split}: {sentence.tagged_text}" for split, findings in found.items() for sentence in findings.shown]
    plain = [split for split, findings in found.items() if findings.stats.not_annotated == findings.stats.tokens]
    shown += [f"{split}: no token is annotated: text to pretrain on" for split in plain]
    return "\n".join([text, "", *(textwrap.fill(line, _WIDTH, subsequent_indent="    ") for line in shown)]).rstrip()


def _counts(found: Mapping[str, Findings]) -> tuple[str, list[list[str]]]:
    all_stats = [findings.stats for findings in found.values()]
    rows = [
        ["sentences", *(f"{stats.sentences:,}" for stats in all_stats)],
        ["tokens", *(f"{stats.tokens:,}" for stats in all_stats)],
        ["characters", *(f"{stats.characters:,}" for stats in all_stats)],
        ["unknown characters", *(_percent(stats.unknown, stats.characters) for stats in all_stats)],
    ]
    for percent in PERCENTILES:
        name = "longest" if percent == 100 else f"length p{percent}"
        rows.append([name, *(f"{stats.length_at(percent):,}" for stats in all_stats)])
    return "counts (lengths in characters)", rows


def _entities(found: Mapping[str, Findings], labels: Labels) -> tuple[str, list[list[str]]]:
    counts = [findings.stats.entities(labels) for findings in found.values()]
    rows = [[kind, *(f"{count.get(kind, 0):,}" for count in counts)] for kind in sorted(labels.types)]
    return "entities", [*rows, ["all", *(f"{sum(count.values()):,}" for count in counts)]]


def _label_shares(found: Mapping[str, Findings], labels: Labels) -> tuple[str, list[list[str]]]:
    all_stats = [findings.stats for findings in found.values()]
    partial = any(stats.not_annotated for stats in all_stats)
    rows = [
        [name, *(_percent(int(stats.char_labels[index]), stats.characters) for stats in all_stats)]
        for name, index in ({**labels.ids, "not annotated": NOT_ANNOTATED_ID} if partial else labels.ids).items()
    ]
    return "share of characters", rows


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3f}%" if whole else "-"
