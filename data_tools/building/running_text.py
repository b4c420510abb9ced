"""Sentences with other spaces: those of running text where the corpus does not say where they stood, or all."""

from dataclasses import replace

from data_tools.building.sentence_share import is_in_share
from data_tools.readers.base import SourceSentence
from ner.text.detokenizer import space_after
from ner.text.sentence import Sentence


def in_running_text(source: SourceSentence, share: float) -> SourceSentence:
    """The sentence with the spaces that `ner.text.detokenizer` gives its tokens; the same where the corpus has its own.

    Only a `share` of all sentences from 0 to 1 is changed; its text decides whether it is one of them.
    """
    if not share:
        return source
    sentence = source.sentence
    tells_spaces = not all(sentence.space_after[:-1])
    if tells_spaces or not is_in_share(sentence.text, share):
        return source
    return replace(source, sentence=replace(sentence, space_after=space_after(sentence.tokens)))


def with_space_between_tokens(source: SourceSentence) -> SourceSentence:
    """The sentence with one space between all tokens, wherever the corpus has none."""
    return replace(source, sentence=Sentence.from_tokens(source.sentence.tokens, source.sentence.tags))
