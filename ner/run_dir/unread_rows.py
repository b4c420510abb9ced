"""What becomes of the rows of a table that updates do not read, and how a checkpoint keeps them.

Adam moves a row that a batch does not read as well: by its momentum, its moments decay, weight decay and the average of
the weights go on. All of that is linear in what the row was after it was last read,

    weight = decay * weight - drift * m / (sqrt(v) + epsilon)
    average = kept * average + taken * weight - average_drift * m / (sqrt(v) + epsilon)

with factors that are the same for all rows that were last read by the same update. So training leaves unread rows alone
(`ner/training/lazy_tables.py`), and a checkpoint holds them as they were, with the place of each row's factors.

The one inexactness: Adam divides the momentum by sqrt(v) + epsilon, and v decays, but here epsilon does with it. Where
sqrt(v) is far below epsilon, an unread row so moves too far by 0.05% after an update, by 0.1% after two, and so on;
after forty, only a hundredth of the momentum is left.
"""

from typing import Any, NamedTuple

import numpy as np

EPSILON = 1e-7  # of Adam, as Keras has it
NUM_FACTORS = 7
FACTORS = "unread_factors"  # of a checkpoint: float32 [places, NUM_FACTORS]
_LAST_READ = "last_read/"  # and the weight's path: the place of each row's factors, int32 [rows]


class Rows(NamedTuple):
    """Rows of a table, float32 [N, E] each: the weight, Adam's two moments, and the average, where there is one."""

    weight: Any
    momentum: Any
    velocity: Any
    average: Any = None


def up_to_date(rows: Rows, factors: Any) -> Rows:
    """Rows as Adam would have made them without gradients, by their `factors` float32 [N, NUM_FACTORS].

    All are NumPy arrays, or all are tensors.
    """
    weight, average = weights_up_to_date(rows, factors)
    return Rows(weight, factors[:, :1] * rows.momentum, factors[:, 1:2] * rows.velocity, average)


def weights_up_to_date(rows: Rows, factors: Any) -> tuple[Any, Any]:
    """Their weights and averages alone."""
    decay, drift, kept, taken, average_drift = (factors[:, place : place + 1] for place in range(2, NUM_FACTORS))
    direction = rows.momentum / (rows.velocity**0.5 + EPSILON)
    weight, average = decay * rows.weight - drift * direction, rows.average
    if average is not None:
        average = kept * average + taken * rows.weight - average_drift * direction
    return weight, average


def names_in_checkpoint(path: str) -> Rows:
    """The names of a table's arrays, by the path of its weight."""
    moment = f"optimizer/adam/{path.replace('/', '_')}"
    return Rows(f"weights/{path}", f"{moment}_momentum", f"{moment}_velocity", f"average/{path}")


def last_read_name(path: str) -> str:
    """The name of the array that says when each row of a table was last read."""
    return _LAST_READ + path


def bring_up_to_date(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of a checkpoint with all rows up to date, as a run without unread rows has them."""
    found = dict(arrays)
    found.pop(FACTORS, None)
    for name in [name for name in arrays if name.startswith(_LAST_READ)]:
        of_rows = arrays[FACTORS][found.pop(name)]
        names = names_in_checkpoint(name.removeprefix(_LAST_READ))
        rows = up_to_date(Rows(*(found.get(one) for one in names)), of_rows)
        found.update({name: value for name, value in zip(names, rows, strict=True) if value is not None})
    return found
