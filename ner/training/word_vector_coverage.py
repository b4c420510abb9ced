"""How many words of the training data have word vectors: few where these are of another language, or other tokens."""

import statistics
from collections.abc import Iterator

from ner.data.batches import evaluation_batches
from ner.data.dataset import Dataset
from ner.data.verification import verify_while_reading
from ner.data.word_vectors import WordVectors

NUM_SENTENCES = 1_000  # that are looked at, at most
FEW = 0.5  # a smaller share of words with vectors is warned of


def coverage(word_vectors: WordVectors, dataset: Dataset, records: str) -> float:
    """The share of the words of the first training sentences in the folder `records` that have a vector.

    Raises `DamagedShardError`, naming the shard, where they cannot be read.
    """
    known = word_vectors.rows_by_spelling()
    with verify_while_reading(dataset, records, "train") as shards:
        shards.waive()  # training verifies all of them
        return statistics.mean(word in known for word in _words(dataset, records))


def _words(dataset: Dataset, records: str) -> Iterator[str]:
    for batch in evaluation_batches(dataset, records, "train", NUM_SENTENCES).take(1):
        arrays = batch.to_numpy()
        for text, starts, ends in zip(arrays.text, arrays.starts, arrays.ends, strict=True):
            characters = text.decode()
            yield from (characters[start:end] for start, end in zip(starts, ends, strict=True) if end)
