"""Memory and time that a run would need, measured on a few steps that are not saved."""

import resource
import sys
import time
from collections.abc import Callable

import tensorflow as tf

from ner.console import format_duration
from ner.data.batches import batches_of_run
from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.model.words import Words
from ner.training.distributed.workers import Replicas
from ner.training.loop import Trainer
from ner.training.updates import SingleUpdates
from ner.training_config import TrainingConfig

_MEASURED_BATCHES = 8


def measure_needs(trainer: Trainer, config: TrainingConfig, replicas: Replicas) -> list[str]:
    """Runs one step on the largest possible batch and some on real ones; lines that report memory and time.

    Nothing is written. Raises `InputError` where the memory is not enough.
    """
    data, step = trainer.data, trainer.step
    train = data.dataset.split("train")
    largest = _largest_batch(config, train.sentences, train.longest, replicas)
    updates = SingleUpdates(config, data, step)
    while updates.learn(largest) is None:  # until there is an update
        pass
    peak = _peak_bytes()
    with data.verified() as shards:
        batches = list(data.batches(0).take(_MEASURED_BATCHES))
        shards.waive()
    log_probs = step.tagger.traced_log_probs()

    def learn(batches: list[GlobalBatch]) -> None:
        for batch in batches:
            updates.learn(batch)
        step.bad_batch()  # waits for the last one

    def predict(batches: list[GlobalBatch]) -> None:
        for batch in batches:
            part = batch.parts[0]
            log_probs(part.char_ids, Words(part.starts, part.ends)).numpy()

    learned_per_second = _characters_per_second(learn, batches)
    # Each worker predicts with one device.
    predicted_per_second = _characters_per_second(predict, batches) / len(replicas.own)
    characters = train.characters / train.sentences * data.total_sentences
    seconds = characters / learned_per_second
    lines = [
        f"memory      {peak / 2**30:.1f} GiB at the most, on the largest batch of this plan",
        f"training    about {format_duration(seconds)} for {characters:,.0f} characters at {learned_per_second:,.0f} "
        "a second",
    ]
    if "validation" in data.dataset.splits:
        batch_count = batches_of_run(train, data.plan, config.epochs, config.batch_size, config.max_batch_characters)
        num_updates = config.epochs * -(-batch_count // config.epochs // config.accumulate_steps)
        times = -(-num_updates // config.validate_every) if config.validate_every else config.epochs
        seconds = data.dataset.split("validation").characters / predicted_per_second
        lines.append(f"validation  {times} times about {format_duration(seconds)}")
    return [*lines, "dry run: nothing was written"]


def _largest_batch(config: TrainingConfig, sentences: int, longest: int, replicas: Replicas) -> GlobalBatch:
    """The batch with the most memory: as many of the longest sentences as the settings allow."""
    rows = max(1, config.max_batch_characters // longest) if config.max_batch_characters else config.batch_size
    rows = min(rows, sentences)
    shape = [-(-rows // replicas.count), longest]
    starts = tf.repeat(tf.range(0, longest, 2)[None], shape[0], axis=0)  # as many words as there can be
    part = ReplicaBatch(tf.ones(shape, tf.int32), tf.zeros(shape, tf.int32), starts, starts + 1, tf.constant(0))
    num_rows, characters, unlabelled, num_steps = (tf.constant(n) for n in (rows, rows * longest, 0, longest))
    return GlobalBatch(num_rows, characters, unlabelled, num_steps, (part,) * len(replicas.own))


def _characters_per_second(use: Callable[[list[GlobalBatch]], None], batches: list[GlobalBatch]) -> float:
    """Real characters per second, after a first batch that traces the graph."""
    first, *others = batches
    others = others or [first]
    use([first])
    start = time.monotonic()
    use(others)
    return sum(int(batch.characters) for batch in others) / (time.monotonic() - start)


def _peak_bytes() -> int:
    """Peak memory so far: of the first GPU, or else of the process."""
    if tf.config.list_logical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
