"""What each choice of the input pipeline is worth: ours with one constant changed, and two encodings of a record.

    python -m tests.benchmarks.input_choices --records=DIR [--batch_size=128]

One epoch of the training split a repeat, drained inside TensorFlow; medians, a JSON object a line. `int64_lists` and
`bytes` read, parse and pad the same sentences in windows, from records that hold these two features only.
"""

import contextlib
import tempfile
import time
from pathlib import Path

from absl import app, flags

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sentences of a batch.")
_REPEATS = flags.DEFINE_integer("repeats", 5, "Counted repeats of each variant.")

_CHOICES = {
    "ours": {},
    "readers_4": {"READERS": 4},
    "readers_16": {"READERS": 16},
    "chunk_16": {"CHUNK_SENTENCES": 16},
    "chunk_1024": {"CHUNK_SENTENCES": 1_024},
    "window_64_batches": {"WINDOW_BATCHES": 64, "WINDOW_SENTENCES": 1},
    "window_256_batches": {"WINDOW_BATCHES": 256},
    "windows_at_once_1": {"WINDOWS_AT_ONCE": 1},
    "windows_at_once_4": {"WINDOWS_AT_ONCE": 4},
    "no_length_noise": {"LENGTH_NOISE": 0.0},
    "length_noise_8": {"LENGTH_NOISE": 8.0},
}
_THREADS = {"private_pool_2": 2, "private_pool_8": 8}


def main(_: list[str]) -> None:
    """Measures the choices in turn."""
    from unittest import mock

    import tensorflow as tf

    from ner.data import batches as ours
    from ner.data import chunks
    from ner.data import dataset as records_dataset
    from tests.benchmarks.input_variants import load_sentences
    from tests.benchmarks.repeats import medians, print_lines

    dataset = records_dataset.load(_RECORDS.value)
    train = dataset.split("train")

    def drained(batches):
        def add(sums, batch):
            return sums[0] + tf.shape(batch[0], tf.int64)[0], sums[1] + tf.size(batch[0], tf.int64)

        zero = tf.constant(0, tf.int64)
        start = time.perf_counter()
        sentences, places = (int(count) for count in batches.reduce((zero, zero), add))
        return {
            "sentences_per_second": sentences / (time.perf_counter() - start),
            "non_padding_fraction": train.characters / places,
        }

    def chosen(constants, options=None):
        with contextlib.ExitStack() as stack:
            for name, value in constants.items():
                stack.enter_context(mock.patch.object(chunks if name == "CHUNK_SENTENCES" else ours, name, value))
            made = ours.training_batches(dataset, _RECORDS.value, batch_size=_BATCH_SIZE.value, seed=0)
        made = made.take(ours.batches_per_epoch(train, _BATCH_SIZE.value))
        return drained(made.with_options(options) if options else made)

    def with_threads(count):
        options = tf.data.Options()
        options.threading.private_threadpool_size = count
        return chosen({}, options)

    def autotuned():
        options = tf.data.Options()
        options.autotune.enabled = True
        return chosen({}, options)

    def encoded(path, features, decode):
        records = tf.data.TFRecordDataset(str(path)).batch(ours.WINDOW_SENTENCES)
        parsed = records.map(lambda window: tf.io.parse_example(window, features), num_parallel_calls=2)
        return {**drained(parsed.map(decode, num_parallel_calls=2)), "megabytes": path.stat().st_size / 1e6}

    def padded_bytes(row):
        width = tf.reduce_max(tf.strings.length(row["labels"]))
        chars = tf.io.decode_raw(row["chars"], tf.uint16, fixed_length=2 * width)
        return tf.cast(chars, tf.int32), tf.cast(
            tf.io.decode_raw(row["labels"], tf.uint8, fixed_length=width), tf.int32
        )

    def padded_lists(row):
        return tuple(tf.cast(row[name].to_tensor(), tf.int32) for name in ("chars", "labels"))

    names = ("chars", "labels")
    strings = dict.fromkeys(names, tf.io.FixedLenFeature([], tf.string))
    lists = dict.fromkeys(names, tf.io.RaggedFeature(tf.int64))
    with tempfile.TemporaryDirectory() as scratch:
        as_bytes, as_lists = Path(scratch) / "bytes", Path(scratch) / "int64_lists"
        sentences = load_sentences(dataset, _RECORDS.value)
        _write(as_bytes, sentences, lambda ids, kind: {"bytes_list": {"value": [ids.astype(kind).tobytes()]}})
        _write(as_lists, sentences, lambda ids, kind: {"int64_list": {"value": ids}})
        variants = {name: lambda constants=constants: chosen(constants) for name, constants in _CHOICES.items()}
        variants |= {name: lambda count=count: with_threads(count) for name, count in _THREADS.items()}
        variants["autotuned"] = autotuned
        variants["bytes"] = lambda: encoded(as_bytes, strings, padded_bytes)
        variants["int64_lists"] = lambda: encoded(as_lists, lists, padded_lists)
        results = medians(variants, _REPEATS.value)
    for name, figures in results.items():
        other = "bytes" if name in ("bytes", "int64_lists") else "ours"
        figures[f"times_{other}"] = figures["sentences_per_second"] / results[other]["sentences_per_second"]
    print_lines(results)


def _write(path, sentences, feature):
    """One shard of examples whose two features are what `feature(ids, narrowest dtype)` gives."""
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as writer:
        for char_ids, labels in sentences:
            made = {"chars": feature(char_ids, "<u2"), "labels": feature(labels, "u1")}
            features = {name: tf.train.Feature(**value) for name, value in made.items()}
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())


if __name__ == "__main__":
    app.run(main)
