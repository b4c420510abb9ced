"""Sentences with the tokens that raw text is cut into, in place of those of the corpus.

A corpus has words that no rule finds where a script has no spaces between them; a tagger of such words reads raw text
badly, in which each letter of these scripts is a token.
"""

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise

from data_tools.building.sentence_share import is_in_share
from data_tools.readers.base import SourceSentence
from ner.text.labels import NOT_ANNOTATED, split_label
from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText


def with_raw_tokens(source: SourceSentence, share: float, lone_marks: str = "") -> SourceSentence:
    """The sentence with the tokens of `TokenizedText.from_text`, cut where an entity begins or ends inside one.

    Only a `share` of all sentences from 0 to 1 is changed; its text decides whether it is one of them. One whose text
    such tokens would change, because a token of the corpus holds more than one space in a row, stays as it is; so does
    one with a token that begins or ends with a space. Where a space is between all tokens of a sentence, one is between
    all new ones too: raw text is given to a tagger of such a corpus with these spaces.
    """
    sentence = source.sentence
    text = sentence.text
    if not is_in_share(text, share, purpose="tokens ") or any(token != token.strip() for token in sentence.tokens):
        return source
    starts, ends = sentence.token_spans
    found = TokenizedText.from_text(text, lone_marks)
    spans = spans_of(sentence.tags)
    missing = [index for index, tag in enumerate(sentence.tags) if tag == NOT_ANNOTATED]
    begins = {starts[span.start] for span in spans}
    fixed = begins | {ends[span.end - 1] for span in spans}
    fixed |= {starts[index] for index in missing} | {ends[index] for index in missing}
    bounds = sorted({0, len(text), *found.starts, *found.ends, *fixed})
    places = [place for first, end in pairwise(bounds) if (place := _without_spaces(text, first, end))]
    before = [bisect_right(starts, first) - 1 for first, _ in places]  # the token of the corpus in which each begins
    tags = [sentence.tags[index] for index in before]
    inside = [f"I-{split_label(tag)[1]}" if tag.startswith("B-") else tag for tag in tags]
    changed = Sentence(
        tokens=tuple(text[first:end] for first, end in places),
        tags=tuple(tags[i] if first in begins else inside[i] for i, (first, _) in enumerate(places)),
        space_after=(*(end < following for (_, end), (following, _) in pairwise(places)), True),
    )
    if changed.text != text:
        return source
    if len(sentence.tokens) > 1 and all(sentence.space_after[:-1]):
        changed = Sentence.from_tokens(changed.tokens, changed.tags)
    return replace(source, sentence=changed, line_offsets=tuple(source.line_offsets[index] for index in before))


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the text between the white space at both ends stands; None where there is nothing else."""
    piece = text[start:end]
    if not (inner := piece.strip()):
        return None
    first = start + len(piece) - len(piece.lstrip())
    return first, first + len(inner)
