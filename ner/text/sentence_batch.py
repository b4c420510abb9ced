"""Many sentences as a few arrays, so that NumPy does for all of them what Python would do for each token."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from ner.text.labels import NOT_ANNOTATED, NOT_ANNOTATED_ID, OUTSIDE
from ner.text.sentence import Sentence
from ner.text.word_marks import FIRST, INSIDE, OUTSIDE_WORDS


@dataclass(frozen=True, kw_only=True, eq=False)
class SentenceBatch:
    """N sentences of W tokens: their texts one after another, and what cuts the text into tokens and tags them.

    `num_tokens` int64 [N]; `lengths` int64 [W] in characters; `gaps` bool [W], whether a space stands behind each token
    (never behind the last of a sentence); `tag_ids` int64 [W] into `tag_names`. `documents`, `sources` and `lines`,
    int64 [N], say where each sentence was read: the number of its document, of its file, and its first line there.
    """

    text: str
    num_tokens: np.ndarray
    lengths: np.ndarray
    gaps: np.ndarray
    tag_ids: np.ndarray
    tag_names: tuple[str, ...]
    documents: np.ndarray
    sources: np.ndarray
    lines: np.ndarray

    @classmethod
    def from_sentences(
        cls, sentences: Sequence[Sentence], *, documents: Sequence[int] = (), lines: Sequence[int] = ()
    ) -> "SentenceBatch":
        """The batch of these sentences, each of at least one token; documents and lines are 0 where not given."""
        num_tokens = np.array([len(sentence.tokens) for sentence in sentences], np.int64)
        total = int(num_tokens.sum())
        tags = list(chain.from_iterable(sentence.tags for sentence in sentences))
        ids = {tag: index for index, tag in enumerate(sorted(set(tags)))}
        tokens = chain.from_iterable(sentence.tokens for sentence in sentences)
        gaps = np.fromiter(chain.from_iterable(sentence.space_after for sentence in sentences), np.bool_, total)
        gaps[np.cumsum(num_tokens) - 1] = False
        return cls(
            text="".join([sentence.text for sentence in sentences]),
            num_tokens=num_tokens,
            lengths=np.fromiter(map(len, tokens), np.int64, total),
            gaps=gaps,
            tag_ids=np.fromiter(map(ids.__getitem__, tags), np.int64, total),
            tag_names=tuple(ids),
            documents=np.array(documents or [0] * len(sentences), np.int64),
            sources=np.zeros(len(sentences), np.int64),
            lines=np.array(lines or [0] * len(sentences), np.int64),
        )

    def __len__(self) -> int:
        """How many sentences there are (N)."""
        return len(self.num_tokens)

    def with_origin(self, source: int, first_line: int, first_document: int) -> "SentenceBatch":
        """The same sentences, all of file `source`, with lines and documents that count from the given ones."""
        return replace(
            self,
            documents=self.documents + first_document,
            sources=np.full(len(self), source, np.int64),
            lines=self.lines + first_line,
        )

    @cached_property
    def starts(self) -> np.ndarray:
        """First character of each token in `text`, int64 [W]."""
        widths = self.lengths + self.gaps
        return np.cumsum(widths) - widths

    @cached_property
    def token_bounds(self) -> np.ndarray:
        """Number of the first token of each sentence, and W, int64 [N + 1]."""
        return np.concatenate(([0], np.cumsum(self.num_tokens)))

    @cached_property
    def char_bounds(self) -> np.ndarray:
        """First character of each sentence in `text`, and the length of `text`, int64 [N + 1]."""
        return np.append(self.starts[self.token_bounds[:-1]], len(self.text))

    @cached_property
    def code_points(self) -> np.ndarray:
        """The characters of `text` as numbers, uint32 [len(text)]."""
        return np.frombuffer(self.text.encode("utf-32-le"), np.uint32)

    def word_marks(self) -> np.ndarray:
        """What each character of `text` is to its token, uint8 [len(text)]: `FIRST`, `INSIDE`, or `OUTSIDE_WORDS`."""
        marks = np.full(len(self.text), INSIDE, np.uint8)
        marks[self.starts] = FIRST
        marks[(self.starts + self.lengths)[self.gaps]] = OUTSIDE_WORDS
        return marks

    def char_labels(self, label_ids: dict[str, int], space_label: str = "inside") -> np.ndarray:
        """Label id of every character of `text`, uint8 [len(text)]; `NOT_ANNOTATED_ID` of tokens that have none.

        With `space_label="inside"` the space before an I- token takes that token's label, that before a token without
        annotation has none, every other space O; with `"outside"` every space is O. Raises KeyError on a tag that
        `label_ids` lacks.
        """
        known = {**label_ids, NOT_ANNOTATED: NOT_ANNOTATED_ID}
        ids = np.array([known[tag] for tag in self.tag_names], np.uint8)
        as_behind = ("I-", NOT_ANNOTATED) if space_label == "inside" else ()
        labels_gap = np.array([tag.startswith(as_behind) for tag in self.tag_names])
        # The token behind each gap; there is no gap behind the last token, whichever comes next here.
        following = np.roll(self.tag_ids, -1)
        labels = np.empty((len(self.lengths), 2), np.uint8)  # of each token and of the gap behind it
        labels[:, 0] = ids[self.tag_ids]
        labels[:, 1] = np.where(labels_gap[following], ids[following], label_ids[OUTSIDE])
        return np.repeat(labels.ravel(), np.column_stack((self.lengths, self.gaps)).ravel())
