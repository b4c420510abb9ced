"""Makes the updates of a run: one a call from a batch that Python hands over, or several a call of one graph.

Both make the same updates, to the bit on a CPU, and move the run's progress alike.
"""

from typing import Any, NamedTuple

import tensorflow as tf

from ner.data.replica_batches import GlobalBatch
from ner.training.failures import explain_out_of_memory
from ner.training.instrumentation import TimedIterator
from ner.training.optimizer import learning_rate
from ner.training.step import TrainingStep
from ner.training.training_data import TrainingData
from ner.training_config import TrainingConfig

_COUNT = tf.TensorSpec([], tf.int32)
_PLACE = tf.TensorSpec([], tf.int64)
_SHARE = _VOTE = tf.TensorSpec([], tf.float64)


class SingleUpdates:
    """Makes one update a call, on the batches from the run's position on.

    The gradients of `accumulate_steps` batches make an update; the last batch of an epoch always makes one.
    """

    def __init__(self, config: TrainingConfig, data: TrainingData, step: TrainingStep) -> None:
        self._config = config
        self._data = data
        self._step = step
        self._state = step.state
        self._batches = TimedIterator(data.batches(self._state.progress.sentences))
        self._arriving = iter(self._batches)
        self._rate = tf.function(
            lambda update, done: learning_rate(config, update, done),
            input_signature=[_PLACE, _SHARE],
            autograph=False,
        )

    def make(self, most: int, vote: float) -> tf.Tensor:
        """Makes from 1 to `most` updates within an epoch; the sum of all replicas' votes, float64 []."""
        while True:
            votes = self.learn(next(self._arriving), vote)
            if votes is not None:
                return votes

    def learn(self, batch: GlobalBatch, vote: float = 0.0) -> tf.Tensor | None:
        """Learns from a batch; returns the sum of all votes if that made an update, else None."""
        state, progress, accumulate_steps = self._state, self._state.progress, self._config.accumulate_steps
        rate = self._rate(progress.step, progress.sentences / self._data.total_sentences)
        number = progress.batches
        progress.batches += 1
        progress.sentences += int(batch.sentences)
        with explain_out_of_memory(progress.step):
            if accumulate_steps == 1:
                votes = self._step(number, batch, rate, vote)
            else:
                self._step.add(number, batch)
                state.pending_batches += 1
                if state.pending_batches < accumulate_steps and not self._data.is_epoch_end(progress.sentences):
                    return None
                votes = self._step.update(rate, vote)
                state.pending_batches = 0
        progress.step += 1
        return votes

    def take_wait_seconds(self) -> float:
        """Seconds that training waited for its batches since the last call of this."""
        return self._batches.take_seconds()


class _Made(NamedTuple):
    """What a call has done so far: int32 [] each, which stay in host memory beside a GPU; `votes` float64 []."""

    updates: tf.Tensor
    batches: tf.Tensor
    sentences: tf.Tensor
    waited_microseconds: tf.Tensor
    votes: tf.Tensor


class MultiStepUpdates:
    """Makes several updates a call: a loop in the graph, which takes its batches from the pipeline itself.

    Python has its turn once a call, so that a GPU with a small model waits less for it. Batches of any size and length
    go through the one graph. The collective timeout of several workers limits a whole call. With `deterministic` it
    does not measure how long training waits for batches: TensorFlow then has no clock in a graph.
    """

    def __init__(self, config: TrainingConfig, data: TrainingData, step: TrainingStep) -> None:
        self._config = config
        self._data = data
        self._step = step
        self._state = step.state
        self._iterator = iter(data.batches(self._state.progress.sentences))
        self._waited_seconds = 0.0
        signature = [_COUNT, _PLACE, _PLACE, _COUNT, _COUNT, _VOTE]
        self._on_call = tf.function(self._several, input_signature=signature, autograph=False, jit_compile=False)

    def make(self, most: int, vote: float) -> tf.Tensor:
        """Makes from 1 to `most` updates within an epoch; the sum of all replicas' votes, float64 []."""
        progress = self._state.progress
        left = self._data.left_in_epoch(progress.sentences)
        before = progress.batches, progress.step, progress.sentences
        with explain_out_of_memory(progress.step), self._step.replicas.limited():
            made = self._on_call(*before, most, left, vote)
            updates, batches, sentences, waited = (int(count) for count in made[:-1])
        progress.step += updates
        progress.batches += batches
        progress.sentences += sentences
        self._waited_seconds += waited / 1e6
        return made.votes

    def take_wait_seconds(self) -> float | None:
        """Seconds that training waited for its batches since the last call of this, if it is known."""
        if self._config.deterministic:
            return None
        seconds, self._waited_seconds = self._waited_seconds, 0.0
        return seconds

    def graph(self) -> Any:
        """The graph that a call runs, as a ConcreteFunction."""
        return self._on_call.get_concrete_function()

    def _several(
        self,
        first_batch: tf.Tensor,
        step: tf.Tensor,
        place: tf.Tensor,
        most: tf.Tensor,
        left: tf.Tensor,
        vote: tf.Tensor,
    ) -> _Made:
        """Updates from number `step` on, until there are `most` or no sentence of the epoch is `left`.

        `place` sentences and `first_batch` batches of the run came before.
        """
        accumulate_steps = self._config.accumulate_steps

        def rate(made: _Made, seen: tf.Tensor) -> tf.Tensor:
            with tf.device("/CPU:0"):
                done = (place + tf.cast(seen, tf.int64)) / self._data.total_sentences
                return learning_rate(self._config, step + tf.cast(made.updates, tf.int64), done)

        def update(*values: tf.Tensor) -> _Made:
            made = _Made(*values)
            if accumulate_steps == 1:
                batch, read = self._next(made)
                votes = self._step.in_graph(first_batch + made.batches, batch, rate(made, made.sentences), vote)
            else:
                read, before_last = self._add(first_batch, made, left)
                votes = self._step.update_in_graph(rate(made, before_last), vote)
            return read._replace(updates=made.updates + 1, votes=votes)

        def more(*values: tf.Tensor) -> tf.Tensor:
            made = _Made(*values)
            with tf.device("/CPU:0"):
                return (made.updates < most) & (made.sentences < left)

        none = tf.constant(0)
        return _Made(*tf.while_loop(more, update, _Made(none, none, none, none, tf.constant(0.0, tf.float64))))

    def _add(self, first_batch: tf.Tensor, made: _Made, left: tf.Tensor) -> tuple[_Made, tf.Tensor]:
        """Adds the gradients of the next update's batches; what is done then, and sentences before the last of them."""

        def more(count: tf.Tensor, _: tf.Tensor, *values: tf.Tensor) -> tf.Tensor:
            with tf.device("/CPU:0"):
                return (count < self._config.accumulate_steps) & (_Made(*values).sentences < left)

        def add(count: tf.Tensor, _: tf.Tensor, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
            made = _Made(*values)
            batch, read = self._next(made)
            self._step.add_in_graph(first_batch + made.batches, batch)
            return count + 1, made.sentences, *read

        _, before_last, *values = tf.while_loop(more, add, (tf.constant(0), made.sentences, *made))
        return _Made(*values), before_last

    def _next(self, made: _Made) -> tuple[GlobalBatch, _Made]:
        """The next batch, and what is read with it."""
        with tf.device("/CPU:0"):
            start = self._clock()
            with tf.control_dependencies([start]):
                batch = self._iterator.get_next()
            with tf.control_dependencies(tf.nest.flatten(batch)):
                microseconds = tf.cast(1e6 * (self._clock() - start), tf.int32)
            return batch, made._replace(
                batches=made.batches + 1,
                sentences=made.sentences + batch.sentences,
                waited_microseconds=made.waited_microseconds + microseconds,
            )

    def _clock(self) -> tf.Tensor:
        return tf.zeros([], tf.float64) if self._config.deterministic else tf.timestamp()


Updates = SingleUpdates | MultiStepUpdates


def make_updates(config: TrainingConfig, data: TrainingData, step: TrainingStep) -> Updates:
    """What makes a run's updates, from its position on."""
    return (MultiStepUpdates if config.steps_per_call > 1 else SingleUpdates)(config, data, step)
