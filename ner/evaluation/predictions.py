"""A tagger's predictions for a batch of sentences beside gold, computed once and used by all metrics."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.slices import SlicedEntities, SliceMembership, Slicer
from ner.evaluation.metrics.span_alignment import SpanAlignment
from ner.text import decoding
from ner.text.labels import PADDING_LABEL, Labels
from ner.text.lattice import Lattice

_MODEL_OUTPUTS = (  # arrays
    "predicted_chars",
    "char_confidences",
    "predicted_words",
    "word_confidences",
    "gold_confidences",
)

# Evidence of words, float64 [W, F], and how many words each sentence has, int [N] -> evidence
SecondPass = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Label ids and confidences of B sentences as numpy arrays; gold is -1 at padding, -2 where unannotated.

    Characters [B, T]: `gold_chars`, `predicted_chars` (the most probable label of each) and its probability
    `char_confidences`. Words [B, W]: `gold_words`, `predicted_words` (as decoded), their probability
    `word_confidences`, and that of the gold labels, `gold_confidences`; `starts` and `ends` are a word's first
    character and the one after its last. `text` holds the sentences in UTF-8, and `position` int64 [B] their numbers in
    the split, from 0. `document`, `source` and `line`, int64 [B], say where they came from, as in `EvaluationBatch`.
    `loss` is the model's on all of them, in nats.
    """

    gold_chars: np.ndarray
    predicted_chars: np.ndarray
    char_confidences: np.ndarray
    gold_words: np.ndarray
    predicted_words: np.ndarray
    word_confidences: np.ndarray
    gold_confidences: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    text: np.ndarray
    position: np.ndarray
    document: np.ndarray
    source: np.ndarray
    line: np.ndarray
    loss: float = 0.0

    @classmethod
    def from_log_probs(
        cls,
        log_probs: np.ndarray,
        batch: EvaluationBatch,
        lattice: Lattice,
        method: str,
        second_pass: SecondPass | None = None,
        loss: float = 0.0,
    ) -> "Predictions":
        """Predictions from the characters' log-probabilities, float [B, T, C], for a `batch` of numpy arrays.

        `method` is one of `ner.text.decoding.METHODS`; `second_pass` changes the evidence of words, where
        there is one; `loss` is summed over the batch.
        """
        real, gold = batch.ends > 0, np.maximum(batch.gold_words(), 0)
        words = decoding.real_words(log_probs, batch.starts, batch.ends)
        evidence = decoding.word_evidence(*words, lattice, method)
        if second_pass:
            evidence = second_pass(evidence, real.sum(axis=1))
        predicted_words, word_confidences, gold_confidences = decoding.decode_and_rate(
            evidence, real, gold, lattice, method
        )  # [B, W]
        outputs = {
            "predicted_chars": log_probs.argmax(axis=-1),
            "char_confidences": np.exp(log_probs.max(axis=-1)),
            "predicted_words": predicted_words,
            "word_confidences": word_confidences,
            "gold_confidences": gold_confidences,
            "loss": np.float64(loss),
        }
        return cls._of(batch, outputs)

    @classmethod
    def from_bytes(cls, content: bytes, batch: EvaluationBatch) -> "Predictions":
        """The predictions that `to_bytes` wrote, for the same `batch` of numpy arrays."""
        with np.load(io.BytesIO(content)) as outputs:
            return cls._of(batch, outputs)

    def to_bytes(self) -> bytes:
        """The model's outputs, without what can be read from the batch."""
        buffer = io.BytesIO()
        np.savez(buffer, loss=self.loss, **{name: getattr(self, name) for name in _MODEL_OUTPUTS})
        return buffer.getvalue()

    @classmethod
    def _of(cls, batch: EvaluationBatch, outputs: Mapping[str, np.ndarray]) -> "Predictions":
        starts, ends = batch.starts, batch.ends
        return cls(
            gold_chars=batch.labels,
            gold_words=batch.gold_words(),
            starts=starts,
            ends=ends,
            text=batch.text,
            position=batch.position,
            document=batch.document,
            source=batch.source,
            line=batch.line,
            loss=float(outputs["loss"]),
            **{name: outputs[name] for name in _MODEL_OUTPUTS},
        )

    def labelled(self, labels: Labels, slicer: Slicer | None = None) -> LabelledBatch:
        """The label ids that metrics count, with the entities aligned, and sliced where there is a `slicer`."""
        batch = LabelledBatch.from_ids(
            self.gold_chars, self.predicted_chars, self.gold_words, self.predicted_words, labels, self.loss
        )
        return batch._replace(slices=self._sliced(batch.alignment, labels, slicer)) if slicer else batch

    def _sliced(self, alignment: SpanAlignment, labels: Labels, slicer: Slicer) -> SliceMembership:
        texts = self.span_texts(alignment.row, alignment.start, alignment.end)
        lengths, sentence_words = alignment.end - alignment.start, self.is_word.sum(axis=1)[alignment.row]

        def add_members(members: np.ndarray, type_ids: np.ndarray, chosen: np.ndarray) -> np.ndarray:
            numbers = chosen.nonzero()[0]
            entities = SlicedEntities(
                [texts[number] for number in numbers.tolist()],
                [labels.types[type_id] for type_id in type_ids[numbers].tolist()],
                *(column[numbers] for column in (lengths, alignment.start, sentence_words)),
            )
            members[:, numbers] = slicer.members(entities)
            return members

        is_gold, is_predicted = (ids < len(labels.types) for ids in (alignment.gold, alignment.predicted))
        nothing = np.zeros((len(slicer.slices), len(texts)), bool)
        gold = add_members(nothing, alignment.gold, is_gold)
        correct = alignment.gold == alignment.predicted  # in the same slices on both sides
        predicted = add_members(gold & correct, alignment.predicted, is_predicted & ~correct)
        return SliceMembership(slicer.slices, gold, predicted)

    @property
    def is_word(self) -> np.ndarray:
        """bool [B, W]: where there is a word, annotated or not."""
        return self.gold_words != PADDING_LABEL

    def span_texts(self, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> list[str]:
        """The text from word `starts` to `ends` (exclusive) of the sentences `rows`."""
        texts = {row: self.text[row].decode() for row in np.unique(rows).tolist()}
        firsts, lasts = self.starts[rows, starts].tolist(), self.ends[rows, ends - 1].tolist()
        return [texts[row][first:last] for row, first, last in zip(rows.tolist(), firsts, lasts, strict=True)]

    def span_confidences(self, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Mean confidence of the words `starts` to `ends` (exclusive) of the sentences `rows`, float [N]."""
        return _span_means(self.word_confidences, rows, starts, ends)

    def span_gold_confidences(self, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """The same of the words' gold labels."""
        return _span_means(self.gold_confidences, rows, starts, ends)


def _span_means(words: np.ndarray, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    running = np.pad(np.cumsum(words, axis=1), ((0, 0), (1, 0)))
    return (running[rows, ends] - running[rows, starts]) / np.maximum(ends - starts, 1)
