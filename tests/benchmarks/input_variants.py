"""Ways from records to padded training batches, each a `tf.data.Dataset` of `(char_ids, labels)`, int32 [B, T] each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from ner.data import example, tfrecord
from ner.data.batches import READERS, training_batches
from ner.data.dataset import Dataset

SHUFFLED_SENTENCES = 16_384
_FEATURES = {name: tf.io.FixedLenFeature([], tf.string) for name in ("chars", "labels")}
_SPECS = (tf.TensorSpec([None], tf.int32),) * 2


@dataclass(frozen=True, kw_only=True)
class Variants:
    """One way a method, over the training split of `dataset` in `folder`; `loaded` are its sentences."""

    dataset: Dataset
    folder: str
    batch_size: int
    scratch: Path
    loaded: list[tuple[np.ndarray, np.ndarray]]

    def generator(self) -> tf.data.Dataset:
        """The 2019 original: a Python generator, shuffled and padded."""
        made = tf.data.Dataset.from_generator(lambda: self.loaded, output_signature=_SPECS)
        return self._padded(made.shuffle(SHUFFLED_SENTENCES))

    def documented(self) -> tf.data.Dataset:
        """What TensorFlow's guide shows: interleave, parse one by one, shuffle, pad."""
        return self._padded(self._parsed().shuffle(SHUFFLED_SENTENCES))

    def bucket(self) -> tf.data.Dataset:
        """The documented way with `bucket_by_sequence_length`, 20 characters a bucket."""
        borders = list(range(20, 400, 20))
        return (
            self._parsed()
            .shuffle(SHUFFLED_SENTENCES)
            .bucket_by_sequence_length(
                lambda char_ids, labels: tf.size(char_ids),
                borders,
                [self.batch_size] * (len(borders) + 1),
                padding_values=(0, -1),
            )
            .prefetch(tf.data.AUTOTUNE)
        )

    def ours(self) -> tf.data.Dataset:
        """`ner.data.batches`, one epoch."""
        batches = training_batches(self.dataset, self.folder, batch_size=self.batch_size, seed=0)
        return batches.take(-(-len(self.loaded) // self.batch_size))

    def ours_characters(self) -> tf.data.Dataset:
        """The same with batches of as many characters as an average batch of sentences has; about one epoch."""
        characters = sum(len(char_ids) for char_ids, _ in self.loaded)
        budget = characters * self.batch_size // len(self.loaded)
        batches = training_batches(self.dataset, self.folder, batch_size=1, max_batch_characters=budget, seed=0)
        return batches.take(characters // budget)

    def limit(self) -> tf.data.Dataset:
        """Serialized records read, shuffled and batched, nothing parsed or padded: string [B]."""
        records = self._interleaved().shuffle(SHUFFLED_SENTENCES)
        return records.batch(self.batch_size).prefetch(tf.data.AUTOTUNE)

    def hugging_face(self) -> tf.data.Dataset:
        """`datasets.Dataset.to_tf_dataset`, shuffled, padded by a collate function."""
        import datasets

        columns = {"char_ids": [ids for ids, _ in self.loaded], "labels": [labels for _, labels in self.loaded]}
        table = datasets.Dataset.from_dict(columns).with_format("numpy")

        def collate(rows: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
            width = max(len(row["char_ids"]) for row in rows)
            made = {"char_ids": np.zeros((len(rows), width), np.int32), "labels": np.full((len(rows), width), -1)}
            for number, row in enumerate(rows):
                for name, values in row.items():
                    made[name][number, : len(values)] = values
            return made

        options = {"batch_size": self.batch_size, "shuffle": True, "collate_fn": collate, "prefetch": True}
        made = table.to_tf_dataset(columns="char_ids", label_cols="labels", **options)
        return made.map(lambda char_ids, labels: (tf.cast(char_ids, tf.int32), tf.cast(labels, tf.int32)))

    def tfds(self) -> tf.data.Dataset:
        """TensorFlow Datasets: its own records of the same sentences, `as_dataset`, shuffled and padded."""
        import tensorflow_datasets as tfds

        folder = self.scratch / "tfds"
        if not folder.exists():
            sequence = tfds.features.Tensor(shape=(None,), dtype=np.int32)
            made = tf.data.Dataset.from_generator(lambda: self.loaded, output_signature=_SPECS)
            tfds.dataset_builders.TfDataBuilder(
                name="sentences",
                version="1.0.0",
                split_datasets={"train": made.map(lambda char_ids, labels: {"chars": char_ids, "labels": labels})},
                features=tfds.features.FeaturesDict({"chars": sequence, "labels": sequence}),
                data_dir=str(folder),
            ).download_and_prepare()
        read = tfds.load("sentences", data_dir=str(folder), split="train", shuffle_files=True)
        return self._padded(read.shuffle(SHUFFLED_SENTENCES).map(lambda row: (row["chars"], row["labels"])))

    def _interleaved(self) -> tf.data.Dataset:
        paths = self.dataset.shard_paths(self.folder, "train")
        return (
            tf.data.Dataset.from_tensor_slices(paths)
            .shuffle(len(paths))
            .interleave(
                lambda path: tf.data.TFRecordDataset(path, self.dataset.compression),
                cycle_length=READERS,
                num_parallel_calls=tf.data.AUTOTUNE,
            )
        )

    def _parsed(self) -> tf.data.Dataset:
        def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            parsed = tf.io.parse_single_example(serialized, _FEATURES)
            char_ids = tf.cast(tf.io.decode_raw(parsed["chars"], tf.uint16), tf.int32)
            return char_ids, tf.cast(tf.io.decode_raw(parsed["labels"], tf.uint8), tf.int32)

        return self._interleaved().map(parse, num_parallel_calls=tf.data.AUTOTUNE)

    def _padded(self, sentences: tf.data.Dataset) -> tf.data.Dataset:
        return sentences.padded_batch(self.batch_size, padding_values=(0, -1)).prefetch(tf.data.AUTOTUNE)

    def by_name(self) -> dict[str, Callable[[], tf.data.Dataset]]:
        """All of them that can run here; those of other libraries where these are installed (extra `bench`)."""
        found = [self.generator, self.documented, self.bucket, self.ours, self.ours_characters, self.limit]
        for module, variant in (("datasets", self.hugging_face), ("tensorflow_datasets", self.tfds)):
            if _installed(module):
                found.append(variant)
        return {variant.__name__: variant for variant in found}


def _installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def load_sentences(dataset: Dataset, folder: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Character ids and labels of the training split, int32 [T] each, shard by shard."""
    records = (
        example.decode(record)
        for path in dataset.shard_paths(folder, "train")
        for record in tfrecord.read_records(path, dataset.compression)
    )
    return [(record.char_ids.astype(np.int32), record.label_ids.astype(np.int32)) for record in records]
