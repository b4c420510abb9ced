"""Speed of ways from records to padded training batches.

    python -m tests.benchmarks.input_pipeline --records=DIR [--batch_size=128] [--sentences=100000]

Variants: `generator` (from_generator, shuffle, padded_batch: the 2019 original), `documented` (interleave,
parse_single_example, shuffle, padded_batch), `bucket` (bucket_by_sequence_length), `ours`, and `limit` (interleave,
shuffle and batch of serialized records, nothing parsed). The training split is read as often as `--sentences` asks.
"""

import time

from absl import app, flags

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sentences of a batch.")
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences read by each repeat, at least.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Counted repeats of each variant.")


def main(_: list[str]) -> None:
    """Measures the variants in turn."""
    import tensorflow as tf

    from ner.records import dataset as records_dataset
    from ner.records import example, tfrecord
    from ner.records.batches import READERS, SHUFFLED_SENTENCES, batches_per_epoch, training_batches
    from tests.benchmarks.repeats import medians, print_lines

    dataset = records_dataset.load(_RECORDS.value)
    paths = dataset.shard_paths(_RECORDS.value, "train")
    sentences = dataset.split("train").sentences
    epochs = -(-_SENTENCES.value // sentences)
    batch_size = _BATCH_SIZE.value
    features = {name: tf.io.FixedLenFeature([], tf.string) for name in ("chars", "labels")}
    loaded = [example.decode(record) for path in paths for record in tfrecord.read_records(path, dataset.compression)]

    def interleaved():
        files = tf.data.Dataset.from_tensor_slices(paths).repeat(epochs).shuffle(len(paths))
        return files.interleave(
            lambda path: tf.data.TFRecordDataset(path, dataset.compression),
            cycle_length=READERS,
            num_parallel_calls=tf.data.AUTOTUNE,
        )

    def parse_one(serialized):
        parsed = tf.io.parse_single_example(serialized, features)
        char_ids = tf.cast(tf.io.decode_raw(parsed["chars"], tf.uint16), tf.int32)
        return char_ids, tf.cast(tf.io.decode_raw(parsed["labels"], tf.uint8), tf.int32)

    def generator():
        def rows():
            for _ in range(epochs):
                for record in loaded:
                    yield record.char_ids.astype("int32"), record.label_ids.astype("int32")

        spec = tf.TensorSpec([None], tf.int32)
        made = tf.data.Dataset.from_generator(rows, output_signature=(spec, spec))
        return made.shuffle(SHUFFLED_SENTENCES).padded_batch(batch_size).prefetch(tf.data.AUTOTUNE)

    def documented():
        parsed = interleaved().map(parse_one, num_parallel_calls=tf.data.AUTOTUNE).shuffle(SHUFFLED_SENTENCES)
        return parsed.padded_batch(batch_size, padding_values=(0, -1)).prefetch(tf.data.AUTOTUNE)

    def bucket():
        parsed = interleaved().map(parse_one, num_parallel_calls=tf.data.AUTOTUNE).shuffle(SHUFFLED_SENTENCES)
        borders = list(range(20, 400, 20))
        return parsed.bucket_by_sequence_length(
            lambda char_ids, labels: tf.size(char_ids),
            borders,
            [batch_size] * (len(borders) + 1),
            padding_values=(0, -1),
        ).prefetch(tf.data.AUTOTUNE)

    def ours():
        batches = training_batches(dataset, _RECORDS.value, batch_size=batch_size, seed=0)
        return batches.take(epochs * batches_per_epoch(sentences, batch_size))

    def limit():
        return interleaved().shuffle(SHUFFLED_SENTENCES).batch(batch_size).prefetch(tf.data.AUTOTUNE)

    def timed(make):
        def measure():
            start, places = time.perf_counter(), 0
            for batch in make():
                places += int(tf.size(batch[0])) if isinstance(batch, tuple) else 0
            seconds = time.perf_counter() - start
            real = epochs * dataset.split("train").characters
            return {
                "sentences_per_second": epochs * sentences / seconds,
                "characters_per_second": real / seconds,
                "real_share": real / places if places else 1.0,
            }

        return measure

    makers = {"generator": generator, "documented": documented, "bucket": bucket, "ours": ours, "limit": limit}
    results = medians({name: timed(make) for name, make in makers.items()}, _REPEATS.value)
    for figures in results.values():
        figures["times_generator"] = figures["sentences_per_second"] / results["generator"]["sentences_per_second"]
    print_lines(results)


if __name__ == "__main__":
    app.run(main)
