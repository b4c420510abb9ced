"""One example sentence: tokens, gold and predicted labels, confidences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.evaluation.metrics.span_alignment import decided
from ner.evaluation.predictions import Predictions
from ner.text.labels import UNLABELLED, Labels

MAX_TOKENS = 200  # a longer sentence is cut; the window starts a little before its first error
MAX_TOKEN_CHARACTERS = 120
_CONTEXT_TOKENS = 20


@dataclass(frozen=True)
class ExampleSentence:
    """The sentence with the number `position` in its split; a long one is cut.

    It starts at `line` (from 1) of the file `source` (an index into `Evaluation.sources`); `document` counts from 0.
    `gold`, `predicted` (label ids) and `confidences` (percent) have one entry a token, both ids 0 where the annotation
    does not say what is right (`span_alignment.decided`); `no_space_after` lists the tokens that no
    space follows. `character_errors` are runs `(start, end, gold, predicted, percent)` of equally wrong characters.
    `first_token` and `tokens_after` are the numbers of tokens cut off before and after. A token that is too long ends
    in an ellipsis; then, and where tokens are cut off before, there are no character errors. Where some tokens
    are unannotated, `annotation` are the gold label ids as they were annotated, `UNLABELLED` for those; else it is
    empty.
    """

    position: int
    tokens: tuple[str, ...]
    no_space_after: tuple[int, ...]
    gold: tuple[int, ...]
    predicted: tuple[int, ...]
    confidences: tuple[int, ...]
    character_errors: tuple[tuple[int, int, int, int, int], ...]
    first_token: int = 0
    tokens_after: int = 0
    source: int = 0
    line: int = 0
    document: int = 0
    annotation: tuple[int, ...] = ()

    @classmethod
    def from_row(cls, predictions: Predictions, row: int, labels: Labels) -> "ExampleSentence":
        """The sentence in `row` of a batch."""
        num_tokens = int(predictions.is_word[row].sum())
        of_words = np.s_[row : row + 1, :num_tokens]
        [gold], [predicted] = decided(predictions.gold_words[of_words], predictions.predicted_words[of_words], labels)
        first, last = _window(gold != predicted)
        starts, ends = predictions.starts[row].tolist(), predictions.ends[row].tolist()
        text = predictions.text[row].decode()
        tokens = tuple(text[starts[i] : ends[i]] for i in range(first, last))
        short = tuple(_shortened(token) for token in tokens)
        whole = short == tokens and first == 0
        annotated = predictions.gold_words[row, first:last]
        return cls(
            position=int(predictions.position[row]),
            tokens=short,
            no_space_after=tuple(i - first for i in range(first, last - 1) if starts[i + 1] == ends[i]),
            gold=tuple(gold[first:last].tolist()),
            predicted=tuple(predicted[first:last].tolist()),
            confidences=tuple(_percent(predictions.word_confidences[row, first:last]).tolist()),
            character_errors=_character_errors(predictions, row, ends[last - 1]) if whole else (),
            first_token=first,
            tokens_after=num_tokens - last,
            source=int(predictions.source[row]),
            line=int(predictions.line[row]),
            document=int(predictions.document[row]),
            annotation=tuple(annotated.tolist()) if UNLABELLED in annotated else (),
        )

    def location(self, sources: Sequence[str]) -> str:
        """Where the sentence is: `valid.txt:120, document 3`; its number in the split if its file is not known."""
        if self.source >= len(sources):
            return f"sentence {self.position + 1:,}"
        return f"{sources[self.source]}:{self.line}, document {self.document + 1:,}"

    @property
    def unannotated(self) -> frozenset[int]:
        """The unannotated tokens."""
        return frozenset(index for index, label_id in enumerate(self.annotation) if label_id == UNLABELLED)

    @property
    def num_characters(self) -> int:
        """Approximate size, for a memory budget."""
        return sum(map(len, self.tokens)) + 10 * len(self.tokens)

    def to_json(self) -> dict[str, Any]:
        """Plain values under short names; empty and zero ones are omitted."""
        fields = {
            "n": self.position,
            "tokens": self.tokens,
            "noSpaceAfter": self.no_space_after,
            "gold": self.gold,
            "predicted": self.predicted,
            "confidences": self.confidences,
            "characters": self.character_errors,
            "before": self.first_token,
            "after": self.tokens_after,
            "source": self.source,
            "line": self.line,
            "document": self.document,
            "annotation": self.annotation,
        }
        return {name: value for name, value in fields.items() if value or name == "n"}


def _window(wrong: np.ndarray) -> tuple[int, int]:
    """First token to keep, and the one after the last."""
    if len(wrong) <= MAX_TOKENS:
        return 0, len(wrong)
    first = min(max(int(wrong.argmax()) - _CONTEXT_TOKENS, 0), len(wrong) - MAX_TOKENS)
    return first, first + MAX_TOKENS


def _shortened(token: str) -> str:
    return token if len(token) <= MAX_TOKEN_CHARACTERS else f"{token[: MAX_TOKEN_CHARACTERS - 1]}…"


def _percent(confidences: np.ndarray) -> np.ndarray:
    return np.floor(100 * confidences.astype(np.float64) + 1e-6).astype(np.int64)


def _character_errors(predictions: Predictions, row: int, end: int) -> tuple[tuple[int, int, int, int, int], ...]:
    gold, predicted = predictions.gold_chars[row, :end], predictions.predicted_chars[row, :end]
    new = np.ones(end, bool)
    new[1:] = (gold[1:] != gold[:-1]) | (predicted[1:] != predicted[:-1])
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], end)
    means = np.add.reduceat(predictions.char_confidences[row, :end], starts, dtype=np.float64) / (ends - starts)
    runs = np.stack([starts, ends, gold[starts], predicted[starts], _percent(means)], axis=1)
    return tuple(map(tuple, runs[(gold[starts] != predicted[starts]) & (gold[starts] >= 0)].tolist()))
