"""A training that goes step by step, as the stages need it: all that they know of ner.training stands here."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ner.config import Config


class Losses(NamedTuple):
    """Summed loss in nats, and the real characters that it is of."""

    loss: float
    characters: float

    @property
    def mean(self) -> float:
        """Nats a character."""
        return self.loss / self.characters


class Session:
    """A tagger at its first step, with the batches of its run; it writes nothing.

    `strategy` is a tf.distribute.Strategy whose devices share each batch.
    """

    def __init__(self, config: Config, records: str, strategy: Any = None) -> None:
        from ner.data import dataset as records_dataset
        from ner.run_dir.workdir import WorkDir
        from ner.training.distributed.workers import Replicas, Workers
        from ner.training.launch import RunSpec, make_trainer

        dataset = records_dataset.load(records)
        spec = RunSpec(config, dataset, records, WorkDir("unused"), [])
        trainer = make_trainer(spec, Workers(Replicas(strategy)))
        self.tagger = trainer.step.tagger
        self.batches = trainer.data.batches  # of the number of sentences before them
        self._step, self._state = trainer.step, trainer.state
        self._training = config.training
        self._rate = config.training.learning_rate

    def learn(self, number: int, batch: Any, rate: float | None = None) -> None:
        """One update from batch `number`; does not wait for the GPU."""
        self._step(number, batch, self._rate if rate is None else rate)

    def several(self, batches: Sequence[Any]) -> Callable[[], None]:
        """A function that makes `steps_per_call` updates in one call of a graph, from `batches` in turn."""
        from ner.training.updates import MultiStepUpdates

        updates = MultiStepUpdates(self._training, _Repeated(batches), self._step)
        return lambda: updates.make(self._training.steps_per_call, 0.0)

    def take_losses(self) -> Losses:
        """What was added up since the last call; waits for the last update."""
        metrics = self._state.metrics.read()
        self._state.metrics.reset()
        return Losses(metrics.loss, metrics.characters)

    def wait(self) -> None:
        """Returns when the last update is done."""
        self._step.bad_batch()

    def is_finite(self) -> bool:
        """Whether no loss or gradient was NaN or infinite, but for what the loss scale is there to mend."""
        return self._step.bad_batch() is None

    def log_probs(self, batch: Any) -> np.ndarray:
        """Log-probabilities of a batch's real characters, float32 [N, C]."""
        from ner.model.words import Words

        part = batch.parts[0]
        log_probs = self.tagger.traced_log_probs()(part.char_ids, Words(part.starts, part.ends))
        return log_probs.numpy()[part.labels.numpy() >= 0]

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights and optimizer state by name."""
        return self._state.arrays()

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Sets what `arrays` returned."""
        self._state.set_arrays(arrays)

    def graph(self) -> Any:
        """The graph of an update, as a ConcreteFunction."""
        return self._step.graph()

    def graph_ops(self) -> list[str]:
        """Types of all ops in the graph of an update, with those of the functions that it calls."""
        graph = self.graph().graph.as_graph_def()
        return [node.op for nodes in (graph.node, *(one.node_def for one in graph.library.function)) for node in nodes]

    def cudnn_calls(self) -> int:
        """How often the graph of an update calls cuDNN's LSTM forwards."""
        return sum(op.startswith("CudnnRNN") and "Backprop" not in op for op in self.graph_ops())


class _Repeated:
    """Some batches again and again, in the place of a run's data."""

    total_sentences = 2**31 - 1

    def __init__(self, batches: Sequence[Any]) -> None:
        self._batches = batches

    def left_in_epoch(self, position: int) -> int:
        return self.total_sentences

    def batches(self, position: int) -> Any:
        import tensorflow as tf

        each = map(tf.data.Dataset.from_tensors, self._batches)
        return functools.reduce(lambda one, other: one.concatenate(other), each).repeat()


def char_ids_and_labels(batch: Any) -> tuple[np.ndarray, np.ndarray]:
    """The batch as arrays int32 [B, T], padded with 0 and -1."""
    return batch.parts[0].char_ids.numpy(), batch.parts[0].labels.numpy()


def spread_batches(session: Session, count: int, of: int) -> list[Any]:
    """`count` of the first `of` batches of a run, from the shortest to the longest at even distances."""
    batches = sorted(session.batches(0).take(of), key=lambda batch: int(batch.longest))
    return [batches[int((i + 0.5) / count * len(batches))] for i in range(count)]
