"""Shards to padded batches.

The order of the training batches is a function of (seed, epoch) alone, and the place in it is a number of sentences:
`training_batches(..., start=n)` gives what an endless run would see after n sentences. Sentences are read in windows;
a window is parsed by one vectorised call and cut into batches of similar length, which follow in random order. Where
`SamplingPlan` repeats a sentence, its copies stand after one another in the window.
"""

import math
from itertools import pairwise

import numpy as np
import tensorflow as tf

from ner.data.chunks import read_chunks
from ner.data.dataset import Dataset, Split
from ner.data.evaluation_batch import EvaluationBatch
from ner.data.label_counts import PHASES, phases
from ner.data.padding import EncodedSentences, padded
from ner.data.pipeline import without_autograph, without_autotuning
from ner.data.sampling import SamplingPlan
from ner.data.subset import Subset
from ner.text.labels import NOT_ANNOTATED_ID

READERS = 8  # shards read at the same time
WINDOW_BATCHES, WINDOW_SENTENCES = 128, 16_384  # are sorted by length together, whichever are more
WINDOWS_AT_ONCE = 2  # are parsed and sorted, so that memory stays bounded on many cores
LENGTH_NOISE = 3.0  # characters by which a sentence may count as longer, so that other ones meet in each epoch
EVALUATION_WINDOW_BATCHES = 64
TYPICAL_NON_PADDING_FRACTION = 0.95  # of the places of a batch
_LAST_EPOCH = 2**31 - 1
_TRAINING_FEATURES = {name: tf.io.FixedLenFeature([], tf.string) for name in ("chars", "labels", "words")}
_ALL_FEATURES = {
    **_TRAINING_FEATURES,
    "text": tf.io.FixedLenFeature([], tf.string),
    **{name: tf.io.FixedLenFeature([], tf.int64) for name in ("document", "source", "line")},
}

_REPEAT_FEATURES = {name: _ALL_FEATURES[name] for name in ("labels", "source", "line")}

Seed = tuple[int, tf.Tensor]


def batches_per_epoch(train: Split, batch_size: int, max_batch_characters: int = 0) -> int:
    """How many batches `training_batches` makes of an epoch: exactly, or approximately with `max_batch_characters`."""
    if max_batch_characters:
        return math.ceil(train.characters / (TYPICAL_NON_PADDING_FRACTION * max_batch_characters))
    return -(-train.sentences // batch_size)


def batches_of_run(
    train: Split, plan: SamplingPlan, num_epochs: int, batch_size: int, max_batch_characters: int = 0
) -> int:
    """How many batches all epochs have: exactly, or approximately with `max_batch_characters`."""
    if max_batch_characters:
        share = plan.before(num_epochs) / train.sentences
        return math.ceil(share * batches_per_epoch(train, batch_size, max_batch_characters))
    ends = [plan.before(epoch) for epoch in range(num_epochs + 1)]
    return sum(math.ceil((end - start) / batch_size) for start, end in pairwise(ends))


@without_autograph
def training_batches(  # noqa: PLR0913 - a stream of batches is one thing, and each of these decides what it holds
    dataset: Dataset,
    folder: str,
    *,
    batch_size: int,
    max_batch_characters: int = 0,
    seed: int,
    start: int = 0,
    plan: SamplingPlan | None = None,
) -> tf.data.Dataset:
    """Endless `TrainingBatch`es of the training split: those of `training_bytes`, which explains the arguments."""
    stream = training_bytes(
        dataset,
        folder,
        batch_size=batch_size,
        max_batch_characters=max_batch_characters,
        seed=seed,
        start=start,
        plan=plan,
    )
    return stream.map(
        lambda encoded: padded(dataset, encoded),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    ).prefetch(tf.data.AUTOTUNE)


@without_autograph
def training_bytes(  # noqa: PLR0913
    dataset: Dataset,
    folder: str,
    *,
    batch_size: int,
    max_batch_characters: int = 0,
    seed: int,
    start: int = 0,
    plan: SamplingPlan | None = None,
) -> tf.data.Dataset:
    """Endless batches of the training split as `EncodedSentences`.

    Every sentence occurs in each epoch once, or as often as `plan` says. A batch has `batch_size` sentences, and only
    the last window of an epoch may leave a smaller one; or, with `max_batch_characters`, as many as keep B x T within
    that number, but at least one. `start` is how many sentences to skip: those of an epoch that has begun are read, but
    not parsed.
    """
    paths = tf.constant(dataset.shard_paths(folder, "train"))
    plan = plan or SamplingPlan.once(dataset.split("train").sentences)
    window_sentences = _window_sentences(dataset.split("train"), batch_size, max_batch_characters)
    first_epoch, passed_over = plan.at(start)
    records = [shard.records for shard in dataset.split("train").shards]
    shard_firsts = tf.constant(np.cumsum([0, *records[:-1]]), tf.int64)  # number of each shard's first sentence

    def windows(epoch: tf.Tensor) -> tf.data.Dataset:
        """Serialized sentences, string [N] per window, each after the number of sentences before it."""
        skipped = tf.where(epoch == first_epoch, tf.constant(passed_over // window_sentences, tf.int64), 0)
        before = _sentences_before(plan, epoch)
        return (
            # Stateless, because the seed of Dataset.shuffle is mixed with TensorFlow's global one.
            tf.data.Dataset.from_tensor_slices(_shuffled(tf.range(tf.size(paths)), (seed, epoch)))
            .interleave(
                lambda shard: read_chunks(paths[shard], dataset.compression, plan.subset, shard_firsts[shard]),
                cycle_length=READERS,
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
            .apply(lambda chunks: _repeated(chunks, plan, epoch))
            .rebatch(window_sentences)
            .skip(skipped)
            .enumerate(skipped)
            .map(lambda window, serialized: (before + window * window_sentences, serialized))
        )

    def cut(position: tf.Tensor, serialized: tf.Tensor) -> tuple[EncodedSentences, tf.Tensor, tf.Tensor]:
        """A window's sentences [N], and the first and the end of each of its batches from `start` on: int64 [R]."""
        encoded, keys = _sorted_by_length(serialized, (seed, position))
        firsts, ends = _batches(keys, batch_size, max_batch_characters, (seed, -1 - position))
        later = position + tf.cumsum(ends - firsts, exclusive=True) >= start
        return encoded, firsts[later], ends[later]

    def batches(encoded: EncodedSentences, firsts: tf.Tensor, ends: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices((firsts, ends)).map(encoded.between)

    return (
        tf.data.Dataset.range(first_epoch, _LAST_EPOCH)
        .flat_map(windows)
        .map(cut, num_parallel_calls=WINDOWS_AT_ONCE, deterministic=True)
        .flat_map(batches)
        .apply(without_autotuning)
    )


@without_autograph
def evaluation_batches(
    dataset: Dataset, folder: str, split: str, batch_size: int, subset: Subset | None = None
) -> tf.data.Dataset:
    """One pass over a split as `EvaluationBatch`es; each sentence occurs once, `position` gives the order of the files.

    Within a window the sentences are sorted by length, the longest first, so that little is padding. With `subset`,
    only its sentences occur, and `position` counts these; they are read once and then kept in memory.
    """
    window_sentences = EVALUATION_WINDOW_BATCHES * batch_size

    def batches(window: tf.Tensor, serialized: tf.Tensor) -> tf.data.Dataset:
        order = tf.argsort(_lengths(serialized), direction="DESCENDING", stable=True)
        positions = window * window_sentences + tf.cast(order, tf.int64)
        return tf.data.Dataset.from_tensor_slices((tf.gather(serialized, order), positions)).batch(batch_size)

    def parse(serialized: tf.Tensor, position: tf.Tensor) -> EvaluationBatch:
        features = tf.io.parse_example(serialized, _ALL_FEATURES)
        batch = padded(dataset, _encoded(features))
        origin = (features[name] for name in ("document", "source", "line"))
        return EvaluationBatch(*batch, features["text"], position, *origin)

    chunks = read_chunks(dataset.shard_paths(folder, split), dataset.compression, subset)
    return (
        (chunks.cache() if subset else chunks)
        .rebatch(window_sentences)
        .enumerate()
        .flat_map(batches)
        .map(parse, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
        .apply(without_autotuning)
    )


def _window_sentences(train: Split, batch_size: int, max_batch_characters: int) -> int:
    """Sentences of a window: a multiple of `batch_size` where batches have a fixed number of sentences."""
    if max_batch_characters:
        typical = max(1, max_batch_characters * train.sentences // train.characters)
        return max(WINDOW_SENTENCES, WINDOW_BATCHES * typical)
    return max(-(-WINDOW_SENTENCES // batch_size), WINDOW_BATCHES) * batch_size


def _sentences_before(plan: SamplingPlan, epoch: tf.Tensor) -> tf.Tensor:
    """`plan.before(epoch)` in a graph, int64: the same arithmetic, exact in float64."""
    groups = tf.constant(list(plan.sentences), tf.float64)  # [G, 2]: factor and phase
    numbers = tf.constant(list(plan.sentences.values()), tf.int64)
    return tf.reduce_sum(numbers * _occurrences(epoch, groups[:, 0], groups[:, 1]))


def _occurrences(epoch: tf.Tensor, factors: tf.Tensor, phases: tf.Tensor) -> tf.Tensor:
    """How often sentences with such factors and phases, float64, occur before `epoch`, int64."""
    return tf.cast(tf.floor(tf.cast(epoch, tf.float64) * factors + phases), tf.int64)


def _repeated(chunks: tf.data.Dataset, plan: SamplingPlan, epoch: tf.Tensor) -> tf.data.Dataset:
    """Chunks of serialized sentences, string [N], with each sentence as often as it occurs in `epoch`."""
    if not plan.factors:
        return chunks
    by_label = np.ones(NOT_ANNOTATED_ID + 1)  # also of ids beyond all labels, which are named where batches are padded
    by_label[: len(plan.factors)] = plan.factors

    def repeat(serialized: tf.Tensor) -> tf.Tensor:
        features = tf.io.parse_example(serialized, _REPEAT_FEATURES)
        longest = tf.reduce_max(tf.strings.length(features["labels"]))
        # Padded with the id of O, whose factor is 1.
        ids = tf.cast(tf.io.decode_raw(features["labels"], tf.uint8, fixed_length=longest), tf.int32)
        factors = tf.reduce_max(tf.gather(by_label, ids), axis=1)  # [N]
        phase = tf.cast(phases(features["source"], features["line"]), tf.float64) / PHASES
        return tf.repeat(serialized, _occurrences(epoch + 1, factors, phase) - _occurrences(epoch, factors, phase))

    return chunks.map(repeat, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _lengths(serialized: tf.Tensor) -> tf.Tensor:
    return tf.strings.length(tf.io.parse_example(serialized, {"labels": _TRAINING_FEATURES["labels"]})["labels"])


def _encoded(features: dict[str, tf.Tensor]) -> EncodedSentences:
    return EncodedSentences(*(features[name] for name in EncodedSentences._fields))


def _sorted_by_length(serialized: tf.Tensor, seed: Seed) -> tuple[EncodedSentences, tf.Tensor]:
    """The sentences [N], from long to short, and what they are sorted by, float32 [N].

    That key is a sentence's length and up to `LENGTH_NOISE` more.
    """
    encoded = _encoded(tf.io.parse_example(serialized, _TRAINING_FEATURES))
    lengths = tf.cast(encoded.lengths(), tf.float32)
    keys = lengths + LENGTH_NOISE * tf.random.stateless_uniform(tf.shape(lengths), seed)
    order = tf.argsort(keys, direction="DESCENDING")
    return encoded.select(order), tf.gather(keys, order)


def _batches(keys: tf.Tensor, batch_size: int, max_batch_characters: int, seed: Seed) -> tuple[tf.Tensor, tf.Tensor]:
    """First sentence and end of each batch of a window, int64 [R] each, in random order.

    `keys` float32 [N] falls, and no sentence is longer than its key: so none of a batch is longer than its first key.
    """
    sentences = tf.size(keys, tf.int64)
    firsts = _firsts_within(keys, max_batch_characters) if max_batch_characters else tf.range(0, sentences, batch_size)
    order = _shuffled(tf.range(tf.size(firsts)), seed)
    ends = tf.concat([firsts[1:], [sentences]], axis=0)
    return tf.gather(firsts, order), tf.gather(ends, order)


def _firsts_within(keys: tf.Tensor, max_batch_characters: int) -> tf.Tensor:
    """First sentence of each batch, int64 [R], where a batch takes as many as its longest one leaves room for."""

    def add(firsts: tf.Tensor, first: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = tf.maximum(max_batch_characters // tf.cast(keys[first], tf.int64), 1)
        return tf.concat([firsts, [first]], axis=0), first + rows

    start = tf.zeros([0], tf.int64), tf.constant(0, tf.int64)
    shapes = tf.TensorShape([None]), tf.TensorShape([])
    return tf.while_loop(lambda _, first: first < tf.size(keys, tf.int64), add, start, shape_invariants=shapes)[0]


def _shuffled(values: tf.Tensor, seed: Seed) -> tf.Tensor:
    return tf.random.experimental.stateless_shuffle(values, seed)
