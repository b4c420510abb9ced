"""Fits the temperature of a tagger's confidences, and measures the precision that each confidence then stands for."""

import numpy as np

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.analysis.calibration import cross_entropy, search_temperature
from ner.evaluation.metrics.span_alignment import align_spans
from ner.run_dir.confidence_calibration import ConfidenceCalibration, Curve
from ner.text.decoding import real_words
from ner.text.document_evidence import DocumentEvidence, second_pass
from ner.text.labels import Labels
from ner.text.lattice import Lattice


class CalibrationFit:
    """Collects predicted entities of batches, as they are decoded with `lattice`, whose temperature is 1.

    With `documents`, what other sentences of a document add to the scores is in the fit: all sentences of the documents
    were added to it with the probabilities of their first pass.
    """

    def __init__(self, labels: Labels, lattice: Lattice, documents: DocumentEvidence | None = None) -> None:
        self._labels = labels
        self._lattice = lattice
        self._documents = documents
        self._num_words = 0
        self._words: list[tuple[np.ndarray, ...]] = []  # scores and labels of words, and words of each sentence
        self._entities: list[tuple[np.ndarray, ...]] = []  # first word, word after the last, type, whether correct

    def add(self, log_probs: np.ndarray, batch: EvaluationBatch) -> None:
        """Adds a `batch` of numpy arrays with its characters' log-probabilities, float [B, T, C]."""
        real = batch.ends > 0
        lengths = real.sum(axis=1)
        scores = self._lattice.word_scores(*real_words(log_probs, batch.starts, batch.ends))
        if self._documents is not None:
            scores = second_pass(scores, lengths, self._lattice, batch.word_keys(), self._documents)
        labels = self._lattice.viterbi(scores, lengths)
        predicted, number = np.zeros(real.shape, np.int64), np.zeros(real.shape, np.int64)
        predicted[real] = labels
        number[real] = self._num_words + np.arange(len(labels))
        found = align_spans(batch.gold_words(), predicted, self._labels)
        chosen = found.predicted < len(self._labels.types)
        first = number[found.row, found.start][chosen]
        end = first + (found.end - found.start)[chosen]
        self._entities.append((first, end, found.predicted[chosen], (found.gold == found.predicted)[chosen]))
        self._words.append((scores, labels, lengths))
        self._num_words += len(labels)

    def fitted(self, step: int) -> ConfidenceCalibration:
        """The calibration of the weights of `step`; the temperature is 1 where all entities are right, or all wrong."""
        scores, labels, lengths = (np.concatenate(column) for column in zip(*self._words, strict=True))
        first, end, types, correct = (np.concatenate(column) for column in zip(*self._entities, strict=True))

        def confidences(temperature: float) -> np.ndarray:
            marginals = self._lattice.with_temperature(temperature).marginals(scores / temperature, lengths)
            running = np.append(0, np.cumsum(marginals[np.arange(len(labels)), labels]))
            return (running[end] - running[first]) / (end - first)

        temperature = 1.0
        if correct.any() and not correct.all():
            temperature = search_temperature(lambda value: cross_entropy(confidences(value), correct))
        found = confidences(temperature)
        curves = {
            name: _curve(found[types == index], correct[types == index])
            for index, name in enumerate(self._labels.types)
        }
        weight = self._lattice.document_weight
        return ConfidenceCalibration(step=step, temperature=temperature, curves=curves, document_weight=weight)


def _curve(confidence: np.ndarray, correct: np.ndarray) -> Curve:
    values = np.unique(confidence)  # ascending
    order = np.argsort(confidence, kind="stable")
    right, number = np.cumsum(correct[order][::-1])[::-1], np.arange(len(order), 0, -1)
    first = np.searchsorted(confidence[order], values)  # of equal confidences
    precision = (right / number)[first]
    rising = precision > np.append(-1, np.maximum.accumulate(precision)[:-1])[: len(values)]
    between = (values + np.append(0, values[:-1])[: len(values)]) / 2
    return tuple(zip(between[rising].tolist(), precision[rising].tolist(), strict=True))
