"""What a run would need, from a few steps that are not kept: memory and time."""

import resource
import sys
import time
from collections.abc import Callable

import tensorflow as tf

from ner.config import TrainingConfig
from ner.console import format_duration
from ner.data.batches import batches_of_run
from ner.data.dataset import Dataset, Split
from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.data.verification import verify_while_reading
from ner.training.distributed.workers import Replicas
from ner.training.loop import Trainer

_MEASURED_BATCHES = 8


def dry_run(run: Trainer, config: TrainingConfig, dataset: Dataset, records: str) -> list[str]:
    """Makes a step on the largest batch there can be and on some real ones; lines that tell of memory and time.

    Nothing is written. Raises `InputError` where the memory is not enough.
    """
    train = dataset.split("train")
    while run.learn(_largest_batch(config, train, run.replicas)) is None:  # until there is an update
        pass
    peak = _peak_bytes()
    with verify_while_reading(dataset, records, "train") as shards:
        batches = list(run.batches(0).take(_MEASURED_BATCHES))
        shards.waive()
    log_probs = run.tagger.traced_log_probs()

    def learn(batches: list[GlobalBatch]) -> None:
        for batch in batches:
            run.learn(batch)
        run.training_step.bad_batch()  # waits for the last one

    def read(batches: list[GlobalBatch]) -> None:
        for batch in batches:
            log_probs(batch.parts[0].char_ids).numpy()

    learning = _characters_per_second(learn, batches)
    reading = _characters_per_second(read, batches) / len(run.replicas.own)  # each worker reads with one device
    characters = train.characters / train.sentences * run.total_sentences
    batch_count = batches_of_run(train, run.epochs, config.epochs, config.batch_size, config.max_batch_characters)
    seconds = characters / learning
    lines = [
        f"memory      {peak / 2**30:.1f} GiB at the most, on the largest batch of this plan",
        f"training    about {format_duration(seconds)} for {characters:,.0f} characters at {learning:,.0f} a second",
    ]
    if "validation" in dataset.splits:
        every = config.validate_every * config.accumulate_steps
        times = round(batch_count / every) if every else config.epochs
        seconds = dataset.split("validation").characters / reading
        lines.append(f"validation  {max(1, times)} times about {format_duration(seconds)}")
    return [*lines, "dry run: nothing was written"]


def _largest_batch(config: TrainingConfig, train: Split, replicas: Replicas) -> GlobalBatch:
    rows = max(1, config.max_batch_characters // train.longest) if config.max_batch_characters else config.batch_size
    rows = min(rows, train.sentences)
    shape = [-(-rows // replicas.count), train.longest]
    part = ReplicaBatch(tf.ones(shape, tf.int32), tf.zeros(shape, tf.int32), tf.constant(0))
    rows, places, longest = (tf.constant(number) for number in (rows, rows * train.longest, train.longest))
    return GlobalBatch(rows, places, longest, (part,) * len(replicas.own))


def _characters_per_second(use: Callable[[list[GlobalBatch]], None], batches: list[GlobalBatch]) -> float:
    """Real characters a second, after a first batch that prepares the graph."""
    first, *others = batches
    others = others or [first]
    use([first])
    start = time.monotonic()
    use(others)
    return sum(int(batch.characters) for batch in others) / (time.monotonic() - start)


def _peak_bytes() -> int:
    """Most memory used so far: of the first GPU, or else of the process."""
    if tf.config.list_logical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
