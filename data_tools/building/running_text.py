"""Sentences with the spaces of running text, where the corpus does not say where spaces stood."""

from dataclasses import replace

from data_tools.building.sentence_share import is_in_share
from data_tools.readers.base import SourceSentence
from ner.text.detokenizer import space_after


def in_running_text(source: SourceSentence, share: float) -> SourceSentence:
    """The sentence with the spaces that `ner.text.detokenizer` gives its tokens; the same where the corpus has its own.

    Only a `share` of all sentences from 0 to 1 is changed; its text decides whether it is one of them.
    """
    sentence = source.sentence
    tells_spaces = not all(sentence.space_after[:-1])
    if tells_spaces or not is_in_share(sentence.text, share):
        return source
    return replace(source, sentence=replace(sentence, space_after=space_after(sentence.tokens)))
