"""Why a tagger gives an entity its label: the characters that speak for it and against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from ner.errors import InputError
from ner.evaluation.attribution import allowed_gap, integrated_gradients, traced_gradients
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import OUTSIDE, Labels
from ner.text.spacing import as_trained
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText

CONTEXT_CHARACTERS = 200  # on each side of the entity: what is further away is not read
LONGEST_ENTITY = 1_000  # characters


@dataclass(frozen=True)
class Explanation:
    """Evidence for `label` rather than `against`, a type or O each, for the entity `text[start:end]`.

    `score` is the difference of their log-probabilities, in nats as decoding weighs them, with the biases of types,
    summed over the entity's words; transitions between labels and other sentences of the document are not part of it.
    `shares[i]` is what character `first + i` of the text contributes: positive for `label`, negative against it. They
    add up to `score - baseline` but for `gap`; `baseline` is the score where nothing is read, with the same biases.
    """

    label: str
    against: str
    start: int
    end: int
    score: float
    baseline: float
    first: int
    shares: tuple[float, ...]

    @property
    def gap(self) -> float:
        """What the shares lack of the difference of scores, in nats."""
        return self.score - self.baseline - sum(self.shares)

    @property
    def is_complete(self) -> bool:
        """Whether the gap is within `attribution.TOLERANCE`."""
        return abs(self.gap) <= allowed_gap(self.baseline, self.score)

    def to_json(self) -> dict[str, Any]:
        """`against`, `score`, `baseline`, `gap`, `first` and `shares`, one for each code point from `first` on."""
        shares = [round(share, 4) for share in self.shares]
        numbers = {name: round(getattr(self, name), 4) for name in ("score", "baseline", "gap")}
        return {"against": self.against, **numbers, "first": self.first, "shares": shares}

    def fragments(self, count: int = 3) -> list[tuple[int, int, float]]:
        """The `count` parts of the text that say most for `label`, and as many against it: `(start, end, share)`.

        A part is as many neighbouring characters as have the same sign, with at most one between them that says little.
        """
        weak = 0.05 * max(map(abs, self.shares), default=0.0)
        found: list[tuple[int, int, float]] = []
        for place, share in enumerate(self.shares, self.first):
            if abs(share) <= weak:
                continue
            start, end, total = found[-1] if found else (0, -2, 0.0)
            if place <= end + 1 and total * share > 0:
                found[-1] = (start, place + 1, total + sum(self.shares[end - self.first : place - self.first + 1]))
            else:
                found.append((place, place + 1, share))
        positive, negative = ([one for one in found if one[2] * sign > 0] for sign in (1, -1))
        return [
            *sorted(positive, key=lambda one: -one[2])[:count],
            *sorted(negative, key=lambda one: one[2])[:count],
        ]


class LongEntityError(InputError):
    """An entity has more than `LONGEST_ENTITY` characters."""


class Explainer:
    """Explains what one tagger says of texts; `spacing` is that of its training texts. Thread-safe."""

    def __init__(self, tagger: Tagger, spacing: str) -> None:
        self.labels = tagger.labels
        self._vocabulary = tagger.vocabulary
        self._spacing = spacing
        self._lattice = tagger.lattice()
        self._biases = tagger.label_biases() / tagger.temperature
        self._log_probs = tagger.traced_log_probs()
        self._gradients = traced_gradients(tagger)

    def explain(
        self, text: TokenizedText, first_word: int, end_word: int, label: str, against: str | None = None
    ) -> Explanation:
        """Why the words from `first_word` to `end_word` (exclusive) would be a `label` rather than `against`.

        Both are types or O; without `against`, the likeliest of all others. Raises `InputError` for a label that the
        model does not have, `LongEntityError` for an entity that is too long.
        """
        [as_read] = as_trained(TextBatch.from_texts([text]), self._spacing).to_texts()
        read = _around(as_read, first_word, end_word)
        entity = slice(first_word - read.first_word, end_word - read.first_word)
        char_ids = tf.constant([self._vocabulary.encode(read.text)], tf.int32)
        words = Words(tf.constant([read.starts], tf.int32), tf.constant([read.ends], tf.int32))
        against = against or self._runner_up(self._word_scores(char_ids, words)[entity], label)
        target = tf.constant(self._target(read, entity, label, against))
        found = integrated_gradients(lambda scales: self._numpy_gradients(char_ids, words, target, scales))
        num_words = end_word - first_word
        bias = self._bias(label, num_words) - self._bias(against, num_words)
        written = slice(read.first_word, read.first_word + len(read.starts))
        starts, ends = text.starts[written], text.ends[written]
        return Explanation(
            label=label,
            against=against,
            start=text.starts[first_word],
            end=text.ends[end_word - 1],
            score=found.score + bias,
            baseline=found.baseline + bias,
            first=starts[0],
            shares=tuple(_as_written(found.characters, read, starts, ends)),
        )

    def _word_scores(self, char_ids: tf.Tensor, words: Words) -> np.ndarray:
        """Scores of every label for the words of one text, with biases, [W, C]."""
        log_probs = self._log_probs(char_ids, words).numpy()[0]
        return self._lattice.word_scores(log_probs, words.starts.numpy()[0], words.ends.numpy()[0]) + self._biases

    def _bias(self, name: str, num_words: int) -> float:
        """What biases add to the score of an entity of `num_words` words."""
        return float(self._biases[_label_ids(self.labels, name, num_words)].sum())

    def _numpy_gradients(
        self, char_ids: tf.Tensor, words: Words, target: tf.Tensor, scales: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        gradients, scores = self._gradients(char_ids, words, target, tf.constant(scales))
        return gradients.numpy(), scores.numpy()

    def _target(self, read: "_Read", entity: slice, label: str, against: str) -> np.ndarray:
        """How the log-probabilities of characters count in the score of `label` rather than `against`, [T, C]."""
        target = np.zeros([len(read.text), len(self.labels)], np.float32)
        starts, ends = np.array(read.starts[entity]), np.array(read.ends[entity])
        weights = self._lattice.character_weights(ends - starts)
        for name, sign in ((label, 1), (against, -1)):
            ids = _label_ids(self.labels, name, len(starts))
            for start, end, weight, one in zip(starts, ends, weights, ids, strict=True):
                target[start:end, one] += sign * weight
        return target

    def _runner_up(self, scores: np.ndarray, label: str) -> str:
        """The likeliest type or O other than `label`, by the `scores` [W, C] of the entity's words."""
        found = {}
        for other in (OUTSIDE, *self.labels.types):
            try:
                ids = _label_ids(self.labels, other, len(scores))
            except InputError:
                continue  # a type that has no I- label: no entity of several words is of it
            found[other] = scores[np.arange(len(ids)), ids].sum()
        found.pop(label, None)
        return max(found, key=lambda other: found[other])


@dataclass(frozen=True)
class _Read:
    """What the model reads of a text: a part of it whose word i is word `first_word + i` of the text."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    first_word: int


def _around(text: TokenizedText, first_word: int, end_word: int) -> _Read:
    """The entity's words, and those around it that stand within `CONTEXT_CHARACTERS`."""
    start, end = text.starts[first_word], text.ends[end_word - 1]
    if end - start > LONGEST_ENTITY:
        raise LongEntityError(
            f"an entity of {end - start:,} characters; explained are those of up to {LONGEST_ENTITY:,}"
        )
    inside = [
        word
        for word in range(len(text.starts))
        if text.starts[word] >= start - CONTEXT_CHARACTERS and text.ends[word] <= end + CONTEXT_CHARACTERS
    ]
    words = slice(inside[0], inside[-1] + 1)
    origin = text.starts[words.start]
    starts, ends = (tuple(place - origin for place in places[words]) for places in (text.starts, text.ends))
    return _Read(text.text[origin : origin + ends[-1]], starts, ends, words.start)


def _label_ids(labels: Labels, name: str, num_words: int) -> list[int]:
    """Label ids of an entity of `num_words` words: `B-name I-name ...`, or O. Raises `InputError` if there are none."""
    names = [OUTSIDE] * num_words if name == OUTSIDE else [f"B-{name}", *[f"I-{name}"] * (num_words - 1)]
    missing = [one for one in names if one not in labels.ids]
    if missing:
        raise InputError(f"the model has no label {missing[0]}; it has {' '.join(labels.names)}")
    return [labels.ids[one] for one in names]


def _as_written(shares: np.ndarray, read: _Read, starts: Sequence[int], ends: Sequence[int]) -> list[float]:
    """The shares of what was read, for the characters of the text as it was given, from the first of its words on.

    Between two words, the text may have more spaces than the model reads, of which the first takes the share, or none:
    then the last character of the word before takes it.
    """
    written = np.zeros(ends[-1] - starts[0])
    for word, (start, end) in enumerate(zip(starts, ends, strict=True)):
        own, after = read.starts[word], read.ends[word]
        written[start - starts[0] : end - starts[0]] += shares[own:after]
        if word + 1 < len(starts):
            gap = shares[after : read.starts[word + 1]].sum()
            written[(end if starts[word + 1] > end else end - 1) - starts[0]] += gap
    return [float(share) for share in written]
