"""Tables of plain text."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would evaluate a cell that starts so


def class_table(labels: Sequence[str], counts: np.ndarray) -> list[str]:
    """scikit-learn's `classification_report` for the labels that occur, then the names of those that do not.

    Each cell of the matrix [C, C] is one sample with its count as weight. Labels that are neither gold nor predicted
    are left out, which is scikit-learn's default, so that its macro average equals `Confusion.macro_f1`.
    """
    from sklearn.metrics import classification_report  # not above: it takes a second, and few callers draw tables

    occurring = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1)).tolist()
    if not occurring:
        return ["no labels to score"]
    gold, predicted = np.nonzero(counts)
    table = classification_report(
        gold,
        predicted,
        labels=occurring,
        target_names=[labels[index] for index in occurring],
        sample_weight=counts[gold, predicted],
        digits=3,
        zero_division=0,
    )
    # With weights, scikit-learn writes support as a float.
    table = re.sub(r" +(\d+)\.0$", lambda match: f"{match[1]:>10}", table, flags=re.MULTILINE)
    absent = [label for index, label in enumerate(labels) if index not in occurring]
    return [*table.splitlines(), *(["", f"neither gold nor predicted: {', '.join(absent)}"] if absent else [])]


def csv_table(rows: Iterable[Sequence[str]]) -> str:
    """Comma-separated values; a cell that starts like a spreadsheet's formula gets an apostrophe."""
    table = io.StringIO()
    csv.writer(table).writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return table.getvalue()
