"""A tagger's report on a split: every sentence predicted once, scored at character, word and entity level."""

import time
from collections.abc import Callable

import numpy as np

from ner.analysis.report import Report
from ner.analysis.scores import Scores
from ner.model.tagger import Tagger
from ner.records.batches import EvaluationBatch, evaluation_batches
from ner.records.dataset import Dataset
from ner.records.tfrecord import DamagedShardError
from ner.records.verification import naming_damaged_shards
from ner.text.decoding import decode


class Evaluator:
    """Evaluates one tagger as often as asked."""

    def __init__(self, tagger: Tagger, dataset: Dataset, records: str, *, batch_size: int, decoding: str) -> None:
        self._dataset = dataset
        self._records = records
        self._batch_size = batch_size
        self._decoding = decoding
        self._log_probs = tagger.traced_log_probs()

    def evaluate(self, split: str, step: int, on_batch: Callable[[int], object] = lambda sentences: None) -> Report:
        """The report on all sentences of `split`; `on_batch` hears how many sentences each batch added.

        Raises `DamagedShardError` naming the shard whose data is damaged, or that lost records.
        """
        start = time.monotonic()
        scores = Scores.empty(self._dataset.labels)
        with naming_damaged_shards(self._dataset, self._records, split):
            for batch in evaluation_batches(self._dataset, self._records, split, self._batch_size):
                scores += self._score(batch)
                on_batch(int(batch.position.shape[0]))
        expected = self._dataset.split(split).sentences
        if scores.sentences != expected:
            raise DamagedShardError(
                f"{self._records}: the shards of {split} hold {scores.sentences:,} records, but dataset.json says "
                f"{expected:,}; `python -m data_tools.inspect --records={self._records}` names the shard"
            )
        return Report(split=split, step=step, scores=scores, seconds=time.monotonic() - start)

    def _score(self, batch: EvaluationBatch) -> Scores:
        log_probs = self._log_probs(batch.char_ids).numpy()  # [B, T, C]
        gold_chars, starts, ends = batch.labels.numpy(), batch.starts.numpy(), batch.ends.numpy()
        gold_words = np.where(ends > 0, np.take_along_axis(gold_chars, starts, axis=1), -1)  # [B, W]
        predicted_words = decode(log_probs, starts, ends, self._dataset.labels, self._decoding)
        return Scores.from_batch(gold_chars, log_probs.argmax(-1), gold_words, predicted_words, self._dataset.labels)
