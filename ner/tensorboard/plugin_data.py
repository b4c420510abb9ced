"""Converts an evaluation to the blobs that the NER tab reads."""

from typing import Any

import numpy as np
import tensorflow as tf

from ner.evaluation.analysis.error_examples import SLICE, Examples
from ner.evaluation.evaluation import Evaluation
from ner.evaluation.metrics.entity_scores import MISSED, SPURIOUS
from ner.tensorboard.plugin import example_index, payload, sentence_lines
from ner.tensorboard.plugin.example_index import ANY_ERROR, THOUSAND

MAX_HISTORY = 200_000  # at most this many entities, and sentences, have their outcome stored at every step

MAX_STRINGS = 500  # of the entities' texts, those that are wrong most often


def write(evaluation: Evaluation) -> None:
    """Writes the blobs of the NER tab into the default writer."""
    blobs = tf.constant(blobs_of(evaluation), tf.string)
    tf.summary.write(payload.TAG, blobs, step=evaluation.report.step, metadata=payload.metadata())


def blobs_of(evaluation: Evaluation) -> list[bytes]:
    """The blobs that `ner.tensorboard.plugin.payload` describes."""
    outcomes = evaluation.outcomes
    texts, fields = sentence_lines.pack(sentence.to_json() for sentence in evaluation.examples.sentences)
    return payload.pack(
        payload.Parts(
            header=_header(evaluation),
            entities=outcomes.gold_outcomes[:MAX_HISTORY],
            confidences=outcomes.gold_confidence[:MAX_HISTORY],
            sentences=outcomes.correct_sentences[:MAX_HISTORY],
            units=evaluation.units.counts,
            strings=_strings(evaluation),
            examples=_examples(evaluation),
            texts=texts,
            fields=fields,
        )
    )


def _header(evaluation: Evaluation) -> dict[str, Any]:
    report, labels = evaluation.report, evaluation.labels
    return {
        "split": report.split,
        "step": report.step,
        "fingerprint": evaluation.fingerprint,
        "sources": list(evaluation.sources),
        "types": list(labels.types),
        "labels": list(labels.names),
        "sentences": report.scores.sentences,
        "tokens": report.scores.tokens,
        "entities": len(evaluation.outcomes.gold_outcomes),
        "history": MAX_HISTORY,
        "kept": _kept(evaluation),
        "errors": report.scores.errors.counts,
        "slices": _slices(evaluation),
        "calibration": report.calibration.to_json() if report.calibration else None,
        "intervals": report.intervals.to_json() if report.intervals else None,
        "wrongSentences": int(np.sum(~evaluation.outcomes.correct_sentences)),
        "levels": _levels(evaluation),
    }


def _kept(evaluation: Evaluation) -> dict[str, int]:
    """How many sentences are kept, of these with a wrong entity, and of a cell for their confidence."""
    examples = evaluation.examples
    positions = [sentence.position for sentence in examples.sentences]
    wrong = ~evaluation.outcomes.correct_sentences[np.array(positions, np.int64)]
    return {"sentences": len(positions), "wrong": int(wrong.sum()), "mostConfident": examples.most_confident}


def _levels(evaluation: Evaluation) -> dict[str, dict[str, list[Any]]]:
    """The confusion matrix of each level, and the sentences that each cell occurs in."""
    scores, types, names = evaluation.report.scores, evaluation.labels.types, evaluation.labels.names
    matrices = {
        "entity": (scores.entities.counts, (*types, SPURIOUS), (*types, MISSED)),
        "word": (scores.words.counts, names, names),
        "character": (scores.characters.counts, names, names),
    }
    return {
        level: {
            "rows": list(rows),
            "columns": list(columns),
            "counts": counts.tolist(),
            "sentences": evaluation.examples.counts[level].tolist(),
        }
        for level, (counts, rows, columns) in matrices.items()
    }


def _slices(evaluation: Evaluation) -> list[list[Any]]:
    """Of each slice: group, name, correct, predicted and gold entities, and the sentences with an error in it."""
    scores = evaluation.report.scores.slices
    sentences = evaluation.examples.counts[SLICE][: len(scores.slices), -1]
    rows = zip(scores.slices, scores.counts.tolist(), sentences.tolist(), strict=True)
    return [[*one, *counts, with_errors] for one, counts, with_errors in rows]


def _strings(evaluation: Evaluation) -> dict[str, Any]:
    strings = [[one.text, one.times, one.correct, one.gold, one.predicted] for one in evaluation.strings[:MAX_STRINGS]]
    return {"strings": strings, "numStrings": len(evaluation.strings)}


def _examples(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """The arrays that `example_index` describes."""
    outcomes = evaluation.outcomes
    positions = np.array([sentence.position for sentence in evaluation.examples.sentences], np.int64)
    return {
        "positions": positions.astype("<u4"),
        "first_gold": outcomes.first_gold[positions].astype("<u4"),
        "num_gold": outcomes.num_gold[positions].astype("<u4"),
        **{f"wrong/{name}": column for name, column in _wrong(evaluation, positions).items()},
        **_cells(evaluation.examples),
    }


def _cells(examples: Examples) -> dict[str, np.ndarray]:
    table, sentences, confidences = [], [np.zeros(0)], [np.zeros(0)]
    for nth, level in enumerate(example_index.LEVELS):
        for (row, column), cell in examples.cells[level].items():
            table.append((nth, row, ANY_ERROR if level == SLICE else column, len(cell.sentences)))
            order = np.argsort(cell.sentences)
            sentences.append(np.array(cell.sentences)[order])
            confidences.append(np.array(cell.confidences)[order])
    return {
        "cells": np.array(table, "<i4").reshape(-1, 4),
        "cell_sentences": np.concatenate(sentences).astype("<u4"),
        "cell_confidences": _thousandths(np.concatenate(confidences)),
    }


def _wrong(evaluation: Evaluation, positions: np.ndarray) -> dict[str, np.ndarray]:
    """The columns `example_index.WRONG` of the wrong entities in the sentences `positions`, which are sorted."""
    outcomes = evaluation.outcomes
    wrong = np.flatnonzero((outcomes.gold != outcomes.predicted) & np.isin(outcomes.sentence, positions))
    of_text = {one.text: index for index, one in enumerate(evaluation.strings[:MAX_STRINGS])}
    return {
        "sentence": np.searchsorted(positions, outcomes.sentence[wrong]).astype("<u4"),
        "gold": outcomes.gold[wrong].astype("<i2"),
        "predicted": outcomes.predicted[wrong].astype("<i2"),
        "error": outcomes.error[wrong].astype(np.uint8),
        "confidence": _thousandths(outcomes.confidence[wrong]),
        "number": outcomes.gold_numbers[wrong].astype("<i4"),
        "string": np.array([of_text.get(outcomes.text[one], -1) for one in wrong.tolist()], "<i2"),
    }


def _thousandths(confidences: np.ndarray) -> np.ndarray:
    """Rounded down, as the percentages of sentences are: 0.9996 is 99 % in both."""
    return np.floor(THOUSAND * confidences.astype(np.float64) + 1e-5).astype("<i2")
