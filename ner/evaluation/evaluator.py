"""Evaluates a tagger on a split: every sentence is predicted once, all scores and examples follow from that."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

import tensorflow as tf

from ner import files
from ner.data.batches import evaluation_batches
from ner.data.dataset import Dataset
from ner.data.evaluation_batch import EvaluationBatch
from ner.data.subset import Subset
from ner.data.tfrecord import DamagedShardError
from ner.data.verification import verify_while_reading
from ner.evaluation.calibration_fit import CalibrationFit
from ner.evaluation.decoding_search import DecodingParameters, DecodingSearch
from ner.evaluation.error_examples import KEPT_SENTENCES
from ner.evaluation.evaluation import Evaluation, EvaluationCollector
from ner.evaluation.mentions import TrainingMentions
from ner.evaluation.predictions import Predictions, SecondPass
from ner.evaluation.process_group import ProcessGroup, SingleProcess
from ner.evaluation.slices import Slicer
from ner.model.ensemble import Ensemble
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

    The loss is that of training with `objective`, without dropout. `mentions` are the training split's, for the slices
    by what training has seen; asked for once, at the first evaluation. `kept_sentences` is the number of examples of
    each matrix cell; None: all sentences with an error are examples.
    """

    def __init__(  # noqa: PLR0913 - a model, its data, and how it is scored
        self,
        tagger: Tagger | Ensemble,
        dataset: Dataset,
        records: str,
        *,
        batch_size: int,
        decoding: str,
        objective: CharacterLoss | None = None,
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
        partly_annotated = dataset.is_partly_annotated
        self._objective = dataclasses.replace(objective or CharacterLoss(), partly_annotated=partly_annotated)
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
        with verify_while_reading(self._dataset, self._records, split, **share):
            self._documents = self._first_pass(split, subset, on_batch) if self._lattice.document_weight else None
            batches = iter(self._sentences_of(split, subset))
            for round_ in zip_longest(*[batches] * processes.count):
                added = 0
                for predictions in self._predict_round(round_):
                    collector.add(predictions)
                    on_predictions(predictions)
                    added += len(predictions.position)
                on_batch(added)
        processes.gather(b"verified")  # no report before every process has found its share of the shards intact
        if processes.index:
            return None
        scores = collector.scores
        found = self._dataset.split(split)
        expected = subset.num_sentences if subset else found.sentences
        if scores.sentences != expected:
            raise DamagedShardError(
                f"{self._records}: the shards of {split} hold {scores.sentences:,} records, but dataset.json says "
                f"{expected:,}; `python -m data_tools.inspect --records={self._records}` names the shard"
            )
        fingerprint = f"{found.fingerprint}, {subset.name}" if subset else found.fingerprint
        return collector.evaluation(split, step, time.monotonic() - start, fingerprint, found.sources)

    def best_decoding(self, split: str, *, tune_bias: bool, tune_weight: bool) -> DecodingParameters:
        """The parameters of decoding with the highest entity F1 on at most 4,000 random sentences.

        Computed by this process alone, for a model with neither of both yet.
        """
        search = DecodingSearch(self._dataset.labels, self._tagger.lattice())
        self._add_sample(search, split, _SENTENCES_FOR_DECODING)
        return search.best(tune_bias=tune_bias, tune_weight=tune_weight)

    def calibrate(self, split: str, step: int) -> ConfidenceCalibration:
        """The calibration of the tagger's confidences on at most 5,000 random sentences; `step` is that of its weights.

        Computed by this process alone, for a tagger whose temperature is 1.
        """
        fit = CalibrationFit(self._dataset.labels, self._tagger.lattice())
        self._add_sample(fit, split, _SENTENCES_FOR_CALIBRATION)
        return fit.fitted(step)

    def _add_sample(self, collector: DecodingSearch | CalibrationFit, split: str, sentences: int) -> None:
        """Adds a random sample of a split, with what the model says of it."""
        sample = Subset.sample(self._dataset.split(split).sentences, sentences)
        with verify_while_reading(self._dataset, self._records, split, index=0, count=1, verified=self._verified):
            for batch in self._sentences_of(split, sample):
                words = Words(batch.starts, batch.ends)
                log_probs, _ = self._run_model(batch.char_ids, batch.labels, words)
                collector.add(log_probs.numpy(), batch.to_numpy())

    def _sentences_of(self, split: str, subset: Subset | None) -> tf.data.Dataset:
        key = (split, subset.name if subset else "")
        if key not in self._batches:  # kept, because it holds the records of a subset in memory
            self._batches[key] = evaluation_batches(self._dataset, self._records, split, self._batch_size, subset)
        return self._batches[key]

    def _first_pass(
        self, split: str, subset: Subset | None, on_batch: Callable[[int], object]
    ) -> DocumentEvidence | None:
        """What is found for the words of each document; None where words are not decoded as sequences."""
        if self._decoding != "viterbi":
            return None
        processes, found = self._processes, DocumentEvidence(self._dataset.labels)
        batches = iter(self._sentences_of(split, subset))
        for round_ in zip_longest(*[batches] * processes.count):
            for batch in round_[processes.index :][:1]:  # at most one
                if batch is not None:
                    log_probs, _ = self._run_model(batch.char_ids, batch.labels, Words(batch.starts, batch.ends))
                    arrays = batch.to_numpy()
                    scores = self._lattice.word_scores(*real_words(log_probs.numpy(), arrays.starts, arrays.ends))
                    lengths = (arrays.ends > 0).sum(axis=1)
                    found.add(arrays.word_keys(), document_evidence.first_pass(scores, lengths, self._lattice))
            on_batch(0)
        if processes.count == 1:
            return found
        together = DocumentEvidence(self._dataset.labels)
        for message in processes.gather(json.dumps(found.to_json()).encode()):  # only the first process receives some
            together.add_json(json.loads(message))
        everywhere = DocumentEvidence(self._dataset.labels)
        everywhere.add_json(processes.broadcast(together.to_json()))
        return everywhere

    def _predict_round(self, batches: Sequence[EvaluationBatch | None]) -> Iterator[Predictions]:
        """Predictions of a round's batches, batch i predicted by process i; all of them on the first process."""
        processes = self._processes
        own = [self._predict(batch) for batch in batches[processes.index :][:1] if batch is not None]  # at most one
        if processes.count == 1:
            yield from own
            return
        messages = processes.gather(b"".join(predictions.to_bytes() for predictions in own))
        for batch, message in zip(batches, messages, strict=False):  # only the first process receives messages
            if batch is not None:
                yield Predictions.from_bytes(message, batch.to_numpy())

    def _predict(self, batch: EvaluationBatch) -> Predictions:
        log_probs, loss = self._run_model(batch.char_ids, batch.labels, Words(batch.starts, batch.ends))  # [B, T, C]
        arrays = batch.to_numpy()
        scoring = self._lattice, self._decoding, self._second_pass(arrays)
        return Predictions.from_log_probs(log_probs.numpy(), arrays, *scoring, float(loss))

    def _second_pass(self, batch: EvaluationBatch) -> SecondPass | None:
        """Adds what was found in other sentences of the documents of `batch`; None where nothing is to be added."""
        documents = self._documents
        if documents is None:
            return None
        keys = batch.word_keys()
        return lambda scores, lengths: document_evidence.second_pass(scores, lengths, self._lattice, keys, documents)

    def _forward(self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words) -> tuple[tf.Tensor, tf.Tensor]:
        return self._tagger.log_probs_and_loss(char_ids, labels, words, self._objective)
