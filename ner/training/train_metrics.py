"""Training metrics: sums that every update adds to, and the scalars computed from them for a report.

A new metric is a field of `TrainMetrics`, the amount that `TrainingStep` adds under its name, and a line in `scalars`.
"""

import dataclasses
from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True, kw_only=True)
class TrainMetrics:
    """Sums over some updates.

    `loss` is summed over `characters`, in nats, but for those that are `unlabelled_characters`; `gradient_norm` over
    `updates`, before clipping. `padded_characters` counts characters and padding: what the model computed on.
    """

    loss: float = 0.0
    gradient_norm: float = 0.0
    characters: float = 0.0
    unlabelled_characters: float = 0.0
    padded_characters: float = 0.0
    sentences: float = 0.0
    updates: float = 0.0

    def scalars(self, seconds: float, waited_seconds: float | None) -> dict[str, float]:
        """TensorBoard tag -> value, where the updates took `seconds`, of which training waited some for its data.

        None where that is not known: it is left out then.
        """
        waited = {} if waited_seconds is None else {"input_wait_share": min(1.0, waited_seconds / seconds)}
        return {
            "loss": self.loss / max(1, self.characters - self.unlabelled_characters),
            "gradient_norm": self.gradient_norm / max(1, self.updates),
            "sentences_per_second": self.sentences / seconds,
            "characters_per_second": self.characters / seconds,
            "non_padding_fraction": self.characters / max(1, self.padded_characters),
            "step_seconds": seconds / max(1, self.updates),
            **waited,
        }


_NAMES = tuple(field.name for field in dataclasses.fields(TrainMetrics))


class MetricSums(tf.Module):
    """The sums of `TrainMetrics` as a variable, which a graph can add to without waiting for it.

    float64, which counts exactly up to 2 ** 53.
    """

    def __init__(self) -> None:
        super().__init__()
        same = tf.VariableAggregation.ONLY_FIRST_REPLICA  # all replicas add the same
        self._sums = tf.Variable(tf.zeros([len(_NAMES)], tf.float64), trainable=False, aggregation=same)

    def add(self, **amounts: tf.Tensor | float) -> None:
        """Adds scalars by the name of their metric. Raises TypeError on another name."""
        if unknown := amounts.keys() - set(_NAMES):
            raise TypeError(f"no training metrics: {', '.join(sorted(unknown))}; expected some of {', '.join(_NAMES)}")
        self._sums.assign_add(tf.stack([tf.cast(amounts.get(name, 0.0), tf.float64) for name in _NAMES]))

    def read(self) -> TrainMetrics:
        """What was added since the last `reset`. Waits for the last step."""
        return TrainMetrics(**dict(zip(_NAMES, map(float, self._sums.numpy()), strict=True)))

    def reset(self, metrics: TrainMetrics | None = None) -> None:
        """Begins again, from zero or from `metrics`."""
        values = dataclasses.asdict(metrics or TrainMetrics())
        self._sums.assign([values[name] for name in _NAMES])
