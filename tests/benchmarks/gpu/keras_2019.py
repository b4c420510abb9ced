"""The 2019 code in today's Keras on this device, beside our step of the same model."""

import time

from ner.data import dataset as records_dataset
from ner.data import example, tfrecord
from tests.benchmarks import plain_keras
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.presets import load_preset, shrunk, with_training
from tests.benchmarks.gpu.results import find_line
from tests.benchmarks.gpu.sample_records import small_records

BATCHES = 4
_LEAST_SECONDS = 20  # that the stage must have left: `fit` traces a graph


def measure(context: Context) -> None:
    """Writes the real characters a second of `fit` on random batches, and what share of our float32 step's that is."""
    if plain_keras.WHY_NOT:
        context.results.add("keras 2019", left_out=plain_keras.WHY_NOT)
        return
    if context.left() < _LEAST_SECONDS:
        context.results.add("keras 2019", left_out="no time left")
        return
    config = load_preset("original")
    config = config if context.gpus else with_training(shrunk(config), batch_size=16)
    records, size = context.records or small_records(context), config.training.batch_size
    dataset = records_dataset.load(records)
    padding = len(dataset.labels)
    paths = dataset.shard_paths(records, "train")
    loaded = [example.decode(one) for path in paths for one in tfrecord.read_records(path, dataset.compression)]
    batches = plain_keras.random_batches(loaded, size, BATCHES if context.gpus else 1, padding)
    fit = plain_keras.make_fit(config.model, len(dataset.vocabulary), padding + 1, size)
    fit(batches)
    start = time.perf_counter()
    fit(batches)
    seconds = time.perf_counter() - start
    characters = sum(int((labels != padding).sum()) for _, labels in batches) / seconds
    ours = find_line(context.output_dir, "step", f"original float32 {size} sentences keras").get("characters")
    context.results.add(
        "keras 2019",
        ms=1000 * seconds / len(batches),
        characters=characters,
        ours_times=ours / characters if ours else 0.0,
    )
