"""Predictions written by hand, as a tagger would have made them."""

import numpy as np

from ner.evaluation.evaluation import EvaluationCollector
from ner.evaluation.metrics.mentions import TrainingMentions
from ner.evaluation.metrics.slices import Slicer
from ner.evaluation.metrics.span_alignment import align_spans
from ner.evaluation.predictions import Predictions
from ner.text.labels import UNLABELLED, Labels

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-ORG", "I-ORG"))
MENTIONS = TrainingMentions.from_entities([("Ostrel", "LOC"), ("Ova", "LOC"), ("Selk & Sons", "ORG"), ("Ova", "ORG")])
SLICER = Slicer("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz &", MENTIONS)


def predictions_of(sentences, first=0, order=None, labels=LABELS):
    """Of sentences `[(token, gold, predicted, confidence), ...]`, one space between tokens.

    Characters have their word's labels and confidence, spaces are O. Gold may be `-`. `order` are rows.
    """
    rows = [sentences[row] for row in (order or range(len(sentences)))]
    texts = [" ".join(token for token, *_ in row) for row in rows]
    batch, width, length = len(rows), max(map(len, rows)), max(map(len, texts))
    gold_words, predicted_words = np.full((batch, width), -1), np.zeros((batch, width), int)
    gold_chars, predicted_chars = np.full((batch, length), -1), np.zeros((batch, length), int)
    words, chars = np.ones((batch, width)), np.ones((batch, length))
    starts, ends = np.zeros((batch, width), int), np.zeros((batch, width), int)
    for row, (sentence, text) in enumerate(zip(rows, texts, strict=True)):
        gold_chars[row, : len(text)] = 0
        place = 0
        for word, (token, gold, predicted, confidence) in enumerate(sentence):
            span = slice(place, place + len(token))
            starts[row, word], ends[row, word] = span.start, span.stop
            gold_words[row, word] = gold_chars[row, span] = labels.ids.get(gold, UNLABELLED)
            predicted_words[row, word] = predicted_chars[row, span] = labels.ids[predicted]
            words[row, word] = chars[row, span] = confidence
            place = span.stop + 1
    position = np.array(order or range(len(sentences))) + first
    return Predictions(
        gold_chars=gold_chars,
        predicted_chars=predicted_chars,
        char_confidences=chars,
        gold_words=gold_words,
        predicted_words=predicted_words,
        word_confidences=words,
        gold_confidences=np.where(gold_words == predicted_words, words, (1 - words) / 2),
        starts=starts,
        ends=ends,
        text=np.array([text.encode() for text in texts], object),
        position=position,
        document=position // 10,
        source=np.zeros_like(position),
        line=3 * position + 1,
    )


def alignment_of(predictions):
    return align_spans(predictions.gold_words, predictions.predicted_words, LABELS)


def evaluation_of(*batches, split="validation", step=100, labels=LABELS):
    """The evaluation that these batches of predictions make."""
    collector = EvaluationCollector(labels, SLICER)
    for one in batches:
        collector.add(one)
    return collector.evaluation(split, step, 1.0, "the same sentences", ("test.txt",))
