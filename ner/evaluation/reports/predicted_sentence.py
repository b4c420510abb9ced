"""A sentence with its gold tags and the predicted ones, as files of predictions hold it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ner.text.labels import NOT_ANNOTATED, Labels
from ner.text.spans import spans_of

if TYPE_CHECKING:  # it needs TensorFlow
    from ner.evaluation.predictions import Predictions


class LabelledSpan(NamedTuple):
    """An entity: its type, its first character and the one after its last, and the mean confidence of its words."""

    type: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PredictedSentence:
    """A text, its words with gold and predicted tags and confidences, and where it was read.

    `number`, `line` and `document` count from 1. `notes` say what may be wrong with its annotation.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    confidences: tuple[float, ...]
    number: int
    file: str
    line: int
    document: int
    notes: tuple[str, ...] = ()

    @classmethod
    def from_row(
        cls, predictions: "Predictions", row: int, labels: Labels, sources: Sequence[str]
    ) -> "PredictedSentence":
        """The sentence in `row` of a batch; `sources` are the split's file names."""
        words, source = slice(int(predictions.is_word[row].sum())), int(predictions.source[row])
        return cls(
            text=predictions.text[row].decode(),
            starts=tuple(predictions.starts[row, words].tolist()),
            ends=tuple(predictions.ends[row, words].tolist()),
            gold=labels.tags(predictions.gold_words[row, words].tolist()),
            predicted=labels.tags(predictions.predicted_words[row, words].tolist()),
            confidences=tuple(predictions.word_confidences[row, words].tolist()),
            number=int(predictions.position[row]) + 1,
            file=sources[source] if source < len(sources) else "",
            line=int(predictions.line[row]),
            document=int(predictions.document[row]) + 1,
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words' texts."""
        return tuple(self.text[start:end] for start, end in zip(self.starts, self.ends, strict=True))

    @property
    def is_annotated(self) -> bool:
        """Whether somebody annotated all words."""
        return NOT_ANNOTATED not in self.gold

    def spans(self, tags: Sequence[str]) -> list[LabelledSpan]:
        """The entities that tags of the words make."""
        found = []
        for span in spans_of(tags):
            own = self.confidences[span.start : span.end]
            places = self.starts[span.start], self.ends[span.end - 1]
            found.append(LabelledSpan(span.type, *places, round(sum(own) / len(own), 4)))
        return found
