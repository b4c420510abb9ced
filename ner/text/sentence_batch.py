"""Many sentences as a few arrays, so that NumPy does for all of them what Python would do for each token."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, compress, pairwise

import numpy as np

from ner.text.labels import NOT_ANNOTATED, NOT_ANNOTATED_ID, OUTSIDE
from ner.text.sentence import Sentence
from ner.text.word_marks import FIRST, INSIDE, OUTSIDE_WORDS


@dataclass(frozen=True, kw_only=True, eq=False)
class SentenceBatch:
    """N sentences of W tokens: their texts one after another, and what cuts the text into tokens and tags them.

    `num_tokens` int64 [N]; `lengths` int64 [W] in characters; `gaps` bool [W], whether a space stands after each token
    (never after the last of a sentence); `tag_ids` int64 [W] into `tag_names`. `documents`, `sources` and `lines`,
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
        cls,
        sentences: Sequence[Sentence],
        *,
        documents: Sequence[int] = (),
        sources: Sequence[int] = (),
        lines: Sequence[int] = (),
    ) -> "SentenceBatch":
        """The batch of these sentences, each of at least one token; numbers are 0 where not given."""
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
            sources=np.array(sources or [0] * len(sentences), np.int64),
            lines=np.array(lines or [0] * len(sentences), np.int64),
        )

    def __len__(self) -> int:
        """How many sentences there are (N)."""
        return len(self.num_tokens)

    def sentence(self, index: int) -> Sentence:
        """One of the sentences."""
        tokens = slice(*self.token_bounds[index : index + 2].tolist())
        starts, ends = self.starts[tokens].tolist(), (self.starts + self.lengths)[tokens].tolist()
        return Sentence(
            tuple(self.text[start:end] for start, end in zip(starts, ends, strict=True)),
            tuple(self.tag_names[tag] for tag in self.tag_ids[tokens].tolist()),
            (*self.gaps[tokens][:-1].tolist(), True),
        )

    def count_tag(self, name: str) -> np.ndarray:
        """How many tokens of each sentence have that tag, int64 [N]."""
        has = np.isin(self.tag_ids, [number for number, tag in enumerate(self.tag_names) if tag == name])
        return np.diff(np.append(0, np.cumsum(has))[self.token_bounds])

    def select(self, kept: np.ndarray) -> "SentenceBatch":
        """The sentences for which `kept`, bool [N], is True; the tags of others alone are no longer named."""
        if kept.all():
            return self
        tokens = np.repeat(kept, self.num_tokens)
        characters = np.repeat(kept, np.diff(self.char_bounds))
        tag_ids = self.tag_ids[tokens]
        occurs = np.bincount(tag_ids, minlength=len(self.tag_names)) > 0
        return SentenceBatch(
            text=self.code_points[characters].tobytes().decode("utf-32-le"),
            num_tokens=self.num_tokens[kept],
            lengths=self.lengths[tokens],
            gaps=self.gaps[tokens],
            tag_ids=(np.cumsum(occurs) - 1)[tag_ids],
            tag_names=tuple(compress(self.tag_names, occurs)),
            documents=self.documents[kept],
            sources=self.sources[kept],
            lines=self.lines[kept],
        )

    def placed(self, sources: np.ndarray, lines: np.ndarray) -> "SentenceBatch":
        """The same sentences with other numbers of files and of lines."""
        return replace(self, sources=sources, lines=lines)

    def with_origins(self, origins: Sequence[tuple[int, int, int]]) -> "SentenceBatch":
        """The same sentences, placed in their files; before, `sources` are numbers of `origins`.

        An origin is the number of a file, and the line and the document there from which those of the sentences count.
        """
        source, line, document = np.array(origins, np.int64)[self.sources].T
        return replace(self, documents=self.documents + document, sources=source, lines=self.lines + line)

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

    @cached_property
    def spaced_texts(self) -> list[str]:
        """The tokens of each sentence with one space between them, whether the text has one there or not."""
        spaced = self.with_space_between_tokens()
        return [spaced.text[start:end] for start, end in pairwise(spaced.char_bounds.tolist())]

    def with_space_between_tokens(self) -> "SentenceBatch":
        """The same sentences with one space between all tokens."""
        missing = ~self.gaps
        missing[self.token_bounds[1:] - 1] = False
        if not missing.any():
            return self
        ends = (self.starts + self.lengths)[missing]
        codes = np.insert(self.code_points, ends, ord(" "))
        return replace(self, text=codes.tobytes().decode("utf-32-le"), gaps=self.gaps | missing)

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
        as_next = ("I-", NOT_ANNOTATED) if space_label == "inside" else ()
        labels_gap = np.array([tag.startswith(as_next) for tag in self.tag_names])
        # The token after each gap; there is no gap after the last token, whichever comes next here.
        following = np.roll(self.tag_ids, -1)
        labels = np.empty((len(self.lengths), 2), np.uint8)  # of each token and of the gap after it
        labels[:, 0] = ids[self.tag_ids]
        labels[:, 1] = np.where(labels_gap[following], ids[following], label_ids[OUTSIDE])
        return np.repeat(labels.ravel(), np.column_stack((self.lengths, self.gaps)).ravel())
