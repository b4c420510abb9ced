"""Adam for tables of which a batch reads few rows, at the cost of these rows.

A dense update reads and writes a whole table with its two moments and its average, 131,072 rows where a batch has a few
thousand n-grams. Here a row is brought up to date when it is read (`ner/run_dir/unread_rows.py`), so that a batch sees
the weights of a dense update; its gradients, in which rows are repeated, are added up; and Adam updates these rows
alone. These are the delayed updates of sparse linear models (Lipton and Elkan 2015, https://arxiv.org/abs/1505.06449),
here of Adam; the "lazy Adam" of other libraries leaves unread rows where they are.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import keras
import tensorflow as tf

from ner.run_dir.unread_rows import EPSILON, FACTORS, NUM_FACTORS, Rows, last_read_name, up_to_date, weights_up_to_date
from ner.training.distributed.workers import Replicas
from ner.training.optimizer import Adam, AdamW, WeightAverage
from ner.training_config import TrainingConfig

_MOST_UNREAD = 512  # updates; some rows are read at every update only so that none waits longer
_ROWS_AT_ONCE = 8192  # for an evaluation, which needs all of them: what is computed of them takes memory
_AS_READ = (1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0)  # factors of a row that has just been read
_UNKNOWN_ROW = "the gradient has rows of a table that `table_rows` does not name"


def are_worthwhile(config: TrainingConfig, replicas: Replicas) -> bool:
    """Whether a run updates its tables so: one replica on a CPU, where reading and writing memory takes time."""
    on_cpu = not tf.config.list_logical_devices("GPU")
    return replicas.alone and on_cpu and config.accumulate_steps == 1 and config.precision != "mixed_float16"


class ReadRows(NamedTuple):
    """Numbers of rows, int64 [N], each once, and what each table holds there, up to date."""

    numbers: tf.Tensor
    of_tables: tuple[Rows, ...]


class LazyTables(tf.Module):
    """The tables `weights`, all with the same number of rows, of which an update reads the same ones."""

    def __init__(
        self, weights: Sequence[keras.Variable], optimizer: Adam | AdamW, average: WeightAverage | None
    ) -> None:
        super().__init__()
        self.paths = [weight.path for weight in weights]
        self._optimizer = optimizer
        self._average = average
        averages = average.variables_by_name() if average else {}
        self._tables = [Rows(weight.value, *optimizer.moments(weight), averages.get(weight.path)) for weight in weights]
        self.num_rows = int(weights[0].shape[0])
        self._also_read = -(-self.num_rows // _MOST_UNREAD)
        self._factors = tf.Variable(tf.tile([_AS_READ], [_MOST_UNREAD + 1, 1]), trainable=False)
        self._last_read = tf.Variable(tf.zeros([self.num_rows], tf.int32), trainable=False)

    def read(self, numbers: tf.Tensor) -> ReadRows:
        """Brings rows up to date before the forward pass reads them; `numbers` int64 may repeat rows."""
        numbers, _ = tf.unique(tf.concat([tf.reshape(numbers, [-1]), self._in_turn()], axis=0))
        factors = tf.gather(self._factors, tf.gather(self._last_read, numbers))
        found = tuple(up_to_date(_gather(table, numbers), factors) for table in self._tables)
        for table, rows in zip(self._tables, found, strict=True):
            table.weight.scatter_update(tf.IndexedSlices(rows.weight, numbers))
        return ReadRows(numbers, found)

    def _in_turn(self) -> tf.Tensor:
        """Rows that are read at this update so that all are within `_MOST_UNREAD` updates, int64 [also_read]."""
        turns = -(-self.num_rows // self._also_read)
        first = tf.cast(self._optimizer.iterations, tf.int64) % turns * self._also_read
        return tf.minimum(first + tf.range(self._also_read, dtype=tf.int64), self.num_rows - 1)

    def row_gradient(self, gradient: tf.IndexedSlices, read: ReadRows) -> tf.Tensor:
        """The gradient of the rows that were read, float32 [N, E], in which those of repeated rows are added up.

        Raises `tf.errors.InvalidArgumentError` where it has other rows.
        """
        count = tf.size(read.numbers)
        known, places = tf.unique(tf.concat([read.numbers, tf.cast(gradient.indices, tf.int64)], axis=0))
        with tf.control_dependencies([tf.debugging.assert_equal(tf.size(known), count, _UNKNOWN_ROW)]):
            return tf.math.unsorted_segment_sum(gradient.values, places[count:], count)

    def update(self, read: ReadRows, gradients: Sequence[tf.Tensor]) -> None:
        """Makes the optimizer's next update of the rows that were read; `gradients` float32 [N, E] of each table.

        Comes before the optimizer counts the update, with the learning rate of which it is.
        """
        optimizer = self._optimizer
        updates = tf.cast(optimizer.iterations + 1, tf.float32)
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        learning_rate = tf.convert_to_tensor(optimizer.learning_rate)
        rate = learning_rate * tf.sqrt(1 - tf.pow(beta_2, updates)) / (1 - tf.pow(beta_1, updates))
        decay = 1 - learning_rate * (optimizer.weight_decay or 0.0)
        taken = self._average.share_taken(optimizer.iterations + 1) if self._average else tf.zeros([])
        for table, rows, gradient in zip(self._tables, read.of_tables, gradients, strict=True):
            momentum = beta_1 * rows.momentum + (1 - beta_1) * gradient
            velocity = beta_2 * rows.velocity + (1 - beta_2) * tf.square(gradient)
            weight = decay * rows.weight - rate * momentum / (tf.sqrt(velocity) + EPSILON)
            average = None if rows.average is None else rows.average + taken * (weight - rows.average)
            _scatter(table, read.numbers, Rows(weight, momentum, velocity, average))
        self._advance(read.numbers, rate, decay, taken)

    def _advance(self, numbers: tf.Tensor, rate: tf.Tensor, decay: tf.Tensor, taken: tf.Tensor) -> None:
        """Adds an update to the factors of unread rows; those of the rows `numbers` begin with it."""
        optimizer = self._optimizer
        momentum, velocity, weight, drift, kept, of_weight, average_drift = tf.split(self._factors, NUM_FACTORS, axis=1)
        momentum, velocity = optimizer.beta_1 * momentum, optimizer.beta_2 * velocity
        weight, drift = decay * weight, decay * drift + rate * momentum / tf.sqrt(velocity)
        kept, of_weight = (1 - taken) * kept, (1 - taken) * of_weight + taken * weight
        average_drift = (1 - taken) * average_drift + taken * drift
        factors = tf.concat([momentum, velocity, weight, drift, kept, of_weight, average_drift], axis=1)
        place = tf.cast((optimizer.iterations + 1) % (_MOST_UNREAD + 1), tf.int32)
        self._factors.assign(tf.tensor_scatter_nd_update(factors, [[place]], [_AS_READ]))
        self._last_read.scatter_update(tf.IndexedSlices(tf.fill(tf.shape(numbers), place), numbers))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Context manager in which all rows of weights and averages are up to date; then they are as before."""
        changed = [one for table in self._tables for one in (table.weight, table.average) if one is not None]
        kept = [tf.identity(one) for one in changed]
        try:
            for start in range(0, self.num_rows, _ROWS_AT_ONCE):
                self._bring_weights_up_to_date(tf.range(start, min(start + _ROWS_AT_ONCE, self.num_rows)))
            yield
        finally:
            for variable, value in zip(changed, kept, strict=True):
                variable.assign(value)

    def _bring_weights_up_to_date(self, numbers: tf.Tensor) -> None:
        """Writes weights and averages of some rows, int32 [N], as they are now."""
        factors = tf.gather(self._factors, tf.gather(self._last_read, numbers))
        for table in self._tables:
            weight, average = weights_up_to_date(_gather(table, numbers), factors)
            _scatter(table._replace(momentum=None, velocity=None), numbers, Rows(weight, None, None, average))

    def restart(self) -> None:
        """Takes all rows as up to date."""
        place = self._optimizer.iterations % (_MOST_UNREAD + 1)
        self._last_read.assign(tf.fill([self.num_rows], tf.cast(place, tf.int32)))
        self._factors.assign(tf.tile([_AS_READ], [_MOST_UNREAD + 1, 1]))

    def variables_by_name(self) -> dict[str, tf.Variable]:
        """What a checkpoint keeps, beside weights, averages and moments, by name."""
        return {FACTORS: self._factors} | {last_read_name(path): self._last_read for path in self.paths}


def _gather(table: Rows, numbers: tf.Tensor) -> Rows:
    return Rows(*(None if one is None else tf.gather(one, numbers) for one in table))


def _scatter(table: Rows, numbers: tf.Tensor, rows: Rows) -> None:
    for variable, values in zip(table, rows, strict=True):
        if variable is not None:
            variable.scatter_update(tf.IndexedSlices(values, numbers))
