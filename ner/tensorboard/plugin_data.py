"""Converts an evaluation to the blobs that the NER tab reads."""

from typing import Any

import numpy as np
import tensorflow as tf

from ner.evaluation.entity_scores import MISSED, SPURIOUS
from ner.evaluation.error_examples import MOST_CONFIDENT, RANDOM, SLICE, Examples
from ner.evaluation.evaluation import Evaluation
from ner.tensorboard.plugin import payload

MAX_HISTORY = 200_000  # at most this many entities, and sentences, have their outcome stored at every step

MAX_STRINGS = 500  # of the entities' texts, those that are wrong most often


def write(evaluation: Evaluation) -> None:
    """Writes the blobs of the NER tab into the default writer."""
    blobs = tf.constant(blobs_of(evaluation), tf.string)
    tf.summary.write(payload.TAG, blobs, step=evaluation.report.step, metadata=payload.metadata())


def blobs_of(evaluation: Evaluation) -> list[bytes]:
    """The blobs that `ner.tensorboard.plugin.payload` describes."""
    outcomes = evaluation.outcomes
    return payload.pack(
        _header(evaluation),
        outcomes.gold_outcomes[:MAX_HISTORY],
        outcomes.correct_sentences[:MAX_HISTORY],
        evaluation.units.counts,
        _examples(evaluation),
    )


def _header(evaluation: Evaluation) -> dict[str, Any]:
    report, labels = evaluation.report, evaluation.labels
    types = list(labels.types)
    counts = {
        "entity": report.scores.entities.counts,
        "word": report.scores.words.counts,
        "character": report.scores.characters.counts,
    }
    names = {"entity": ([*types, SPURIOUS], [*types, MISSED])}
    label_names = (list(labels.names), list(labels.names))
    return {
        "split": report.split,
        "step": report.step,
        "fingerprint": evaluation.fingerprint,
        "sources": list(evaluation.sources),
        "types": types,
        "labels": list(labels.names),
        "sentences": report.scores.sentences,
        "tokens": report.scores.tokens,
        "entities": len(evaluation.outcomes.gold_outcomes),
        "history": MAX_HISTORY,
        "kept": {"mostConfident": MOST_CONFIDENT, "random": RANDOM},
        "errors": report.scores.errors.counts,
        "slices": _slices(evaluation),
        "calibration": report.calibration.to_json() if report.calibration else None,
        "intervals": report.intervals.to_json() if report.intervals else None,
        "wrongSentences": int(np.sum(~evaluation.outcomes.correct_sentences)),
        "levels": {
            level: {
                "rows": names.get(level, label_names)[0],
                "columns": names.get(level, label_names)[1],
                "counts": matrix.tolist(),
                "sentences": evaluation.examples.counts[level].tolist(),
            }
            for level, matrix in counts.items()
        },
    }


def _slices(evaluation: Evaluation) -> list[list[Any]]:
    """Of each slice: group, name, correct, predicted and gold entities, and the sentences with an error in it."""
    scores = evaluation.report.scores.slices
    sentences = evaluation.examples.counts[SLICE][: len(scores.slices), -1]
    rows = zip(scores.slices, scores.counts.tolist(), sentences.tolist(), strict=True)
    return [[*one, *counts, with_errors] for one, counts, with_errors in rows]


def _examples(evaluation: Evaluation) -> dict[str, Any]:
    examples: Examples = evaluation.examples
    first_gold = evaluation.outcomes.first_gold
    return {
        # `first` is the index of the sentence's first gold entity in the blob `entities`.
        "sentences": [
            {**sentence.to_json(), "first": int(first_gold[sentence.position])} for sentence in examples.sentences
        ],
        "strings": [
            [one.text, one.times, one.correct, one.gold, one.predicted] for one in evaluation.strings[:MAX_STRINGS]
        ],
        "numStrings": len(evaluation.strings),
        "cells": {
            level: [
                [row, column, cell.sentences, [round(confidence, 3) for confidence in cell.confidences]]
                for (row, column), cell in cells.items()
            ]
            for level, cells in examples.cells.items()
        },
    }
