"""Shards to padded batches.

The order of the training batches is a function of (seed, epoch) alone: `training_batches(..., start_step=k)` gives
what an endless run would see from step k on. Sentences are shuffled, sorted by length within a window of batches, cut,
and the batches of a window shuffled, so that little of a batch is padding. A window is parsed by one vectorised call.
"""

from typing import NamedTuple

import tensorflow as tf

from ner.records.dataset import Dataset
from ner.records.known_ids import only_known

READERS = 8  # shards read at the same time
SHUFFLED_SENTENCES = 16_384
WINDOW_BATCHES = 64
PADDING_LABEL = -1
_LAST_EPOCH = 2**31 - 1
_READ_BYTES = 1 << 20  # read ahead in each shard
_HOT_FEATURES = {name: tf.io.FixedLenFeature([], tf.string) for name in ("chars", "labels")}
_ALL_FEATURES = {
    **_HOT_FEATURES,
    "text": tf.io.FixedLenFeature([], tf.string),
    "starts": tf.io.RaggedFeature(tf.int64),
    "ends": tf.io.RaggedFeature(tf.int64),
}


class EvaluationBatch(NamedTuple):
    """Some sentences of a split, with what is needed to score and to show them; all tensors.

    `char_ids` int32 [B, T], 0 pads; `labels` int32 [B, T], -1 pads; `starts` and `ends` int32 [B, W], 0 and 0 pad;
    `text` string [B]; `position` int64 [B], the number of the sentence in its split, from 0.
    """

    char_ids: tf.Tensor
    labels: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor
    text: tf.Tensor
    position: tf.Tensor


def batches_per_epoch(sentences: int, batch_size: int) -> int:
    """How many batches `training_batches` makes of an epoch; every one but the last window's has `batch_size` rows."""
    return -(-sentences // batch_size)


def training_batches(
    dataset: Dataset, folder: str, *, batch_size: int, seed: int, start_step: int = 0
) -> tf.data.Dataset:
    """Endless batches `(char_ids, labels)` of the training split, int32 [B, T] each, padded with 0 and -1.

    Every sentence occurs once in each epoch of `batches_per_epoch` batches. Starting at a later step reads what is
    skipped of that epoch, unparsed.
    """
    paths = dataset.shard_paths(folder, "train")
    per_epoch = batches_per_epoch(dataset.split("train").sentences, batch_size)

    def serialized_batches(epoch: tf.Tensor, skip: int = 0) -> tf.data.Dataset:
        # Stateless, because the seed of Dataset.shuffle is mixed with TensorFlow's global one.
        seeds = tf.random.stateless_uniform([2], (seed, epoch), 0, tf.int32.max, tf.int32)
        skipped_windows = skip // WINDOW_BATCHES
        return (
            tf.data.Dataset.from_tensor_slices(_shuffled(tf.constant(paths), seeds))
            .interleave(
                lambda path: tf.data.TFRecordDataset(path, dataset.compression, _READ_BYTES),
                cycle_length=READERS,
                block_length=16,
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
            .batch(SHUFFLED_SENTENCES)
            .enumerate(1)
            .map(lambda block, serialized: _shuffled(serialized, _fold(seeds, block)))
            .rebatch(WINDOW_BATCHES * batch_size)
            .skip(skipped_windows)
            .enumerate(skipped_windows)
            .map(
                lambda window, serialized: _shuffled_rows(serialized, batch_size, _fold(seeds, -1 - window)),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
            .unbatch()
            .skip(skip % WINDOW_BATCHES)
        )

    first_epoch, done = divmod(start_step, per_epoch)
    later_epochs = tf.data.Dataset.range(first_epoch + 1, _LAST_EPOCH).flat_map(serialized_batches)
    return (
        serialized_batches(tf.constant(first_epoch, tf.int64), done)
        .concatenate(later_epochs)
        .map(_padded, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .map(lambda char_ids, labels: only_known(dataset, char_ids, labels))
        .prefetch(tf.data.AUTOTUNE)
    )


def evaluation_batches(dataset: Dataset, folder: str, split: str, batch_size: int) -> tf.data.Dataset:
    """One pass over a split as `EvaluationBatch`es; each sentence occurs once, `position` gives the order of the files.

    Within a window of batches the sentences are sorted by length, so that little is padding.
    """
    return (
        tf.data.TFRecordDataset(dataset.shard_paths(folder, split), dataset.compression, _READ_BYTES)
        .enumerate()
        .batch(WINDOW_BATCHES * batch_size)
        .map(lambda position, serialized: _cut_by_length(_lengths(serialized), batch_size, serialized, position))
        .unbatch()
        .map(_parse_for_evaluation, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .map(lambda batch: EvaluationBatch(*only_known(dataset, *batch[:2]), *batch[2:]))
        .prefetch(tf.data.AUTOTUNE)
    )


def _cut_by_length(lengths: tf.Tensor, batch_size: int, *columns: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Rows of `batch_size` sentences of similar length from a window: each column [N] -> [ceil(N / B), B].

    Where N is no multiple of B, zeros or empty strings fill up the first row, that of the shortest sentences.
    """
    order = tf.argsort(lengths, stable=True)
    missing = -tf.size(lengths) % batch_size

    def cut(column: tf.Tensor) -> tf.Tensor:
        return tf.reshape(
            tf.concat([tf.zeros([missing], column.dtype), tf.gather(column, order)], axis=0), [-1, batch_size]
        )

    return tuple(cut(column) for column in columns)


def _lengths(serialized: tf.Tensor) -> tf.Tensor:
    return tf.strings.length(tf.io.parse_example(serialized, {"labels": _HOT_FEATURES["labels"]})["labels"])


def _shuffled_rows(serialized: tf.Tensor, batch_size: int, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Batches of a window in random order, unpadded: bytes of characters and of labels, string [rows, B] each."""
    features = tf.io.parse_example(serialized, _HOT_FEATURES)
    chars, labels = features["chars"], features["labels"]
    chars, labels = _cut_by_length(tf.strings.length(labels), batch_size, chars, labels)
    order = _shuffled(tf.range(tf.shape(chars)[0]), seed)
    return tf.gather(chars, order), tf.gather(labels, order)


def _shuffled(values: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    return tf.random.experimental.stateless_shuffle(values, seed)


def _fold(seed: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, number)


def _padded(chars: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Ids and labels int32 [B, T] from a row of bytes; fillers vanish."""
    real = labels != ""
    chars, labels = tf.boolean_mask(chars, real), tf.boolean_mask(labels, real)
    longest = tf.reduce_max(tf.strings.length(labels))
    char_ids = tf.cast(tf.io.decode_raw(chars, tf.uint16, fixed_length=2 * longest), tf.int32)
    label_ids = tf.cast(tf.io.decode_raw(labels, tf.uint8, fixed_length=longest), tf.int32)
    return char_ids, tf.where(char_ids == 0, PADDING_LABEL, label_ids)


def _parse_for_evaluation(serialized: tf.Tensor, position: tf.Tensor) -> EvaluationBatch:
    real = serialized != ""
    features = tf.io.parse_example(tf.boolean_mask(serialized, real), _ALL_FEATURES)
    starts, ends = (tf.cast(features[name].to_tensor(), tf.int32) for name in ("starts", "ends"))
    char_ids, labels = _padded(features["chars"], features["labels"])
    return EvaluationBatch(char_ids, labels, starts, ends, features["text"], tf.boolean_mask(position, real))
