"""Evaluates a tagger on a split: every sentence is predicted once, all scores and examples follow from that."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import zip_longest

import numpy as np
import tensorflow as tf

from ner import files
from ner.data.batches import evaluation_batches
from ner.data.dataset import Dataset
from ner.data.evaluation_batch import EvaluationBatch
from ner.data.subset import Subset
from ner.data.tfrecord import DamagedShardError
from ner.data.verification import verify_while_reading
from ner.evaluation.analysis.calibration_fit import CalibrationFit
from ner.evaluation.analysis.error_examples import KEPT_SENTENCES
from ner.evaluation.decoding_search import DecodingSearch
from ner.evaluation.evaluation import Evaluation, EvaluationCollector
from ner.evaluation.incremental_decoding import DecodingParameters
from ner.evaluation.metrics.mentions import TrainingMentions
from ner.evaluation.metrics.slices import Slicer
from ner.evaluation.output_memory import OutputMemory, Outputs
from ner.evaluation.predictions import Predictions, SecondPass
from ner.evaluation.process_group import ProcessGroup, SingleProcess
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.text import document_evidence
from ner.text.decoding import real_words
from ner.text.document_evidence import DocumentEvidence

_SENTENCES_FOR_DECODING, _SENTENCES_FOR_CALIBRATION = 4_000, 5_000


class Evaluator:
    """Evaluates one tagger or ensemble, any number of times; the sentences are divided among `processes`.

    The loss is the head's, with all classes weighted alike, and without dropout. `mentions` are the training split's,
    for the slices by what training has seen; asked for once, at the first evaluation. `kept_sentences` is the number of
    examples of each matrix cell; None: all sentences with an error are examples.
    """

    def __init__(  # noqa: PLR0913 - a model, its data, and how it is scored
        self,
        tagger: Tagger,
        dataset: Dataset,
        records: str,
        *,
        batch_size: int,
        decoding: str,
        kept_sentences: int | None = KEPT_SENTENCES,
        mentions: Callable[[], TrainingMentions | None] = lambda: None,
        processes: ProcessGroup | None = None,
    ) -> None:
        self._dataset = dataset
        self._records = records
        self._batch_size = batch_size
        self._decoding = decoding
        self._processes = processes or SingleProcess()
        self._kept_sentences = kept_sentences
        self._mentions = mentions
        self._slicer: Slicer | None = None
        self._verified: dict[str, files.Signature] = {}  # shards whose SHA-256 was right
        self._batches: dict[tuple[str, str], tf.data.Dataset] = {}  # by split and name of the subset
        self._tagger = tagger
        self._memory = OutputMemory()
        self._objective = CharacterLoss(partly_annotated=dataset.is_partly_annotated)
        ids = tf.TensorSpec([None, None], tf.int32)
        # Traced once, for batches of every shape.
        signature = [ids, ids, Words.spec()]
        self._run_model = tf.function(self._forward, input_signature=signature, autograph=False, jit_compile=False)

    def evaluate(
        self,
        split: str,
        step: int,
        on_batch: Callable[[int], object] = lambda sentences: None,
        on_predictions: Callable[[Predictions], object] = lambda predictions: None,
        subset: Subset | None = None,
    ) -> Evaluation | None:
        """The evaluation on all sentences of `split`; None on processes other than the first.

        With `subset`, on its sentences alone.

        `on_batch` is called with the number of sentences added after each batch, or each round of one batch a process:
        equally often on all processes. `on_predictions` is called with each batch's predictions, on the first process.
        Raises `DamagedShardError` that names the shard whose data is damaged or that lost records.
        """
        start = time.monotonic()
        self._lattice = self._tagger.lattice()  # of now: the tagger may have learnt since the last evaluation
        processes = self._processes
        if not processes.index and self._slicer is None:
            self._slicer = Slicer(self._dataset.vocabulary.characters, self._mentions())
        collector = EvaluationCollector(self._dataset.labels, self._slicer, self._kept_sentences)
        share = {"index": processes.index, "count": processes.count, "verified": self._verified}
        with self._memory.kept(), verify_while_reading(self._dataset, self._records, split, **share):
            self._documents = None
            if self._lattice.document_weight and self._decoding == "viterbi":  # without sequences, no evidence
                own = (batches[processes.index] for batches in self._rounds(split, subset))
                self._documents = self._of_all_processes(self._first_pass(own, on_batch))
            for batches in self._rounds(split, subset):
                added = 0
                for predictions in self._predict_round(batches):
                    collector.add(predictions)
                    on_predictions(predictions)
                    added += len(predictions.position)
                on_batch(added)
        processes.gather(b"verified")  # no report before every process has found its share of the shards intact
        if processes.index:
            return None
        self._check_number(collector.scores.sentences, split, subset)
        found = self._dataset.split(split)
        fingerprint = f"{found.fingerprint}, {subset.name}" if subset else found.fingerprint
        return collector.evaluation(split, step, time.monotonic() - start, fingerprint, found.sources)

    def _check_number(self, found: int, split: str, subset: Subset | None) -> None:
        """Raises `DamagedShardError` unless as many sentences were found as there should be."""
        expected = subset.num_sentences if subset else self._dataset.split(split).sentences
        if found != expected:
            raise DamagedShardError(
                f"{self._records}: the shards of {split} hold {found:,} records, but dataset.json says "
                f"{expected:,}; `python -m data_tools.inspect --records={self._records}` names the shard"
            )

    def same_weights(self) -> AbstractContextManager[None]:
        """Context manager in which the tagger's weights do not change, so that each batch is computed once."""
        return self._memory.kept()

    def best_decoding(
        self, split: str, *, tune_biases: bool, tune_weight: bool, on_step: Callable[[], object] = lambda: None
    ) -> DecodingParameters:
        """The parameters of decoding with the highest entity F1 on at most 4,000 random sentences.

        Computed by this process alone, for a model with neither of both yet. `on_step` is called often meanwhile.
        """
        search = DecodingSearch(self._dataset.labels, self._tagger.lattice(), on_step)
        self._add_sample(search, split, _SENTENCES_FOR_DECODING, all_needed=self._processes.count == 1)
        return search.best(tune_biases=tune_biases, tune_weight=tune_weight)

    def calibrate(self, split: str, step: int) -> ConfidenceCalibration:
        """The calibration of the tagger's confidences on at most 5,000 random sentences; `step` is that of its weights.

        Other sentences of their documents count as in `evaluate`, those that are not in the sample too. Computed by
        this process alone, for a tagger whose temperature is 1.
        """
        self._lattice, documents = self._tagger.lattice(), None
        with self._memory.kept():
            if self._lattice.document_weight:
                with self._verified_reading(split):
                    documents = self._first_pass(self._sentences_of(split, None))
            fit = CalibrationFit(self._dataset.labels, self._lattice, documents)
            self._add_sample(fit, split, _SENTENCES_FOR_CALIBRATION, all_needed=documents is not None)
        return fit.fitted(step)

    def _add_sample(
        self, collector: DecodingSearch | CalibrationFit, split: str, sentences: int, *, all_needed: bool
    ) -> None:
        """Adds a random sample of a split, with what the model says of it.

        Where this process needs what it says of all sentences, before or afterwards, and can keep that, they are
        computed in the batches of all.
        """
        of_split = self._dataset.split(split)
        sample = Subset.sample(of_split.sentences, sentences)
        of_all = all_needed and self._memory.has_room(of_split.characters * len(self._dataset.labels))
        with self._verified_reading(split):
            for batch in self._sentences_of(split, None if of_all else sample):
                log_probs, arrays = self._outputs(batch)[0], batch.to_numpy()
                if of_all:
                    chosen = sample.chosen[arrays.position]
                    log_probs, arrays = log_probs[chosen], arrays.select(chosen)
                collector.add(log_probs, arrays)

    def _verified_reading(self, split: str) -> AbstractContextManager[object]:
        """Context manager in which this process alone reads a split, and verifies all of it."""
        return verify_while_reading(self._dataset, self._records, split, index=0, count=1, verified=self._verified)

    def _sentences_of(self, split: str, subset: Subset | None) -> tf.data.Dataset:
        key = (split, subset.name if subset else "")
        if key not in self._batches:  # kept, because it holds the records of a subset in memory
            self._batches[key] = evaluation_batches(self._dataset, self._records, split, self._batch_size, subset)
        return self._batches[key]

    def _rounds(self, split: str, subset: Subset | None) -> Iterator[tuple[EvaluationBatch | None, ...]]:
        """Rounds of one batch a process; in the last one there may be none for some."""
        batches = iter(self._sentences_of(split, subset))
        return zip_longest(*[batches] * self._processes.count)

    def _first_pass(
        self, batches: Iterable[EvaluationBatch | None], on_batch: Callable[[int], object] = lambda sentences: None
    ) -> DocumentEvidence:
        """What is found for the words of each document in the `batches` of this process."""
        found = DocumentEvidence(self._dataset.labels)
        for batch in batches:
            if batch is not None:
                arrays = batch.to_numpy()
                words = real_words(self._outputs(batch)[0], arrays.starts, arrays.ends)
                scores, lengths = self._lattice.word_scores(*words), (arrays.ends > 0).sum(axis=1)
                found.add(arrays.word_keys(), document_evidence.first_pass(scores, lengths, self._lattice))
            on_batch(0)
        return found

    def _of_all_processes(self, found: DocumentEvidence) -> DocumentEvidence:
        """The evidence that all processes found together, on each of them."""
        if self._processes.count == 1:
            return found
        together, everywhere = (DocumentEvidence(self._dataset.labels) for _ in range(2))
        messages = self._processes.gather(json.dumps(found.to_json()).encode())
        for message in messages:  # only the first process receives some
            together.add_json(json.loads(message))
        everywhere.add_json(self._processes.broadcast(together.to_json()))
        return everywhere

    def _predict_round(self, batches: Sequence[EvaluationBatch | None]) -> Iterator[Predictions]:
        """Predictions of a round's batches, batch i predicted by process i; all of them on the first process."""
        processes = self._processes
        batch = batches[processes.index]
        own = self._predict(batch) if batch is not None else None
        if processes.count == 1:
            yield from [own] if own else []
            return
        messages = processes.gather(own.to_bytes() if own else b"")
        for batch, message in zip(batches, messages, strict=False):  # only the first process receives messages
            if batch is not None:
                yield Predictions.from_bytes(message, batch.to_numpy())

    def _predict(self, batch: EvaluationBatch) -> Predictions:
        log_probs, loss = self._outputs(batch)
        arrays = batch.to_numpy()
        scoring = self._lattice, self._decoding, self._second_pass(arrays)
        return Predictions.from_log_probs(log_probs, arrays, *scoring, loss)

    def _second_pass(self, batch: EvaluationBatch) -> SecondPass | None:
        """Adds what was found in other sentences of the documents of `batch`; None where nothing is to be added."""
        documents = self._documents
        if documents is None:
            return None
        keys = batch.word_keys()
        return lambda scores, lengths: document_evidence.second_pass(scores, lengths, self._lattice, keys, documents)

    def _outputs(self, batch: EvaluationBatch) -> tuple[np.ndarray, float]:
        """Log-probabilities of the characters' labels, float32 [B, T, C], and the sum of the losses."""

        def compute() -> Outputs:
            log_probs, loss = self._run_model(batch.char_ids, batch.labels, Words(batch.starts, batch.ends))
            return log_probs.numpy(), float(loss)

        return self._memory.outputs(batch, compute)

    def _forward(self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words) -> tuple[tf.Tensor, tf.Tensor]:
        return self._tagger.log_probs_and_loss(char_ids, labels, words, self._objective)
