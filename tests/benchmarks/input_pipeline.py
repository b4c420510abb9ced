"""Speed of ways from records to padded training batches.

    python -m tests.benchmarks.input_pipeline --records=DIR [--batch_size=128] [--sentences=100000]

The variants are those of `input_variants.py`; the list of training shards is repeated until it holds `--sentences`. A
variant is drained inside TensorFlow, so that what is measured is the pipeline and not a Python loop over it. Printed
are medians, a JSON object a line; `times_X` is the speed in sentences as a multiple of X's. The last line is the time
to the first batch after 10,000 others of one epoch.
"""

import dataclasses
import json
import tempfile
import time
from pathlib import Path

from absl import app, flags

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sentences of a batch.")
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences read by each repeat, at least.")
_REPEATS = flags.DEFINE_integer("repeats", 5, "Counted repeats of each variant.")
_VARIANTS = flags.DEFINE_list("variants", [], "Those to be measured; all that can run here if none is named.")
_SKIPPED_BATCHES = 10_000


def main(_: list[str]) -> None:
    """Measures the variants in turn."""
    import tensorflow as tf

    from ner.data import dataset as records_dataset
    from ner.data.batches import training_batches
    from tests.benchmarks.input_variants import Variants, load_sentences
    from tests.benchmarks.repeats import medians, print_lines

    def repeated(dataset, sentences):
        train = dataset.split("train")
        times = -(-sentences // train.sentences)
        counts = {name: times * getattr(train, name) for name in ("shards", "sentences", "tokens", "characters")}
        return dataclasses.replace(dataset, splits={"train": dataclasses.replace(train, **counts)})

    def timed(make):
        def add(sums, batch):
            """Rows, and places where the batch is padded."""
            char_ids, padded = (batch[0], True) if isinstance(batch, tuple) else (batch, False)
            rows = tf.shape(char_ids, tf.int64)[0]
            return sums[0] + rows, sums[1] + (tf.size(char_ids, tf.int64) if padded else 0)

        def measure():
            batches, zero = make(), tf.constant(0, tf.int64)
            start = time.perf_counter()
            sentences, places = (int(count) for count in batches.reduce((zero, zero), add))
            seconds = time.perf_counter() - start
            characters = train.characters * sentences / train.sentences
            return {
                "sentences_per_second": sentences / seconds,
                "characters_per_second": characters / seconds,
                "non_padding_fraction": characters / places if places else 1.0,
            }

        return measure

    def seconds_to_first_batch(start):
        before = time.perf_counter()
        next(iter(training_batches(long, _RECORDS.value, batch_size=_BATCH_SIZE.value, seed=0, start=start)))
        return time.perf_counter() - before

    once = records_dataset.load(_RECORDS.value)
    dataset = repeated(once, _SENTENCES.value)
    train = dataset.split("train")
    with tempfile.TemporaryDirectory() as scratch:
        variants = Variants(
            dataset=dataset,
            folder=_RECORDS.value,
            batch_size=_BATCH_SIZE.value,
            scratch=Path(scratch),
            loaded=load_sentences(dataset, _RECORDS.value),
        )
        makers = {
            name: make for name, make in variants.by_name().items() if name in _VARIANTS.value or not _VARIANTS.value
        }
        results = medians({name: timed(make) for name, make in makers.items()}, _REPEATS.value)
    for figures in results.values():
        for other in ("generator", "documented", "limit"):
            if other in results:
                figures[f"times_{other}"] = figures["sentences_per_second"] / results[other]["sentences_per_second"]
    print_lines(results)

    long = repeated(once, (_SKIPPED_BATCHES + 1) * _BATCH_SIZE.value)
    first, later = (seconds_to_first_batch(number * _BATCH_SIZE.value) for number in (0, _SKIPPED_BATCHES))
    print(
        json.dumps({"name": "skip", "batches": _SKIPPED_BATCHES, "seconds": round(later, 2), "first": round(first, 2)})
    )


if __name__ == "__main__":
    app.run(main)
