"""How a sentence is spelled: tidied, and in sentence case, capitals or no capitals."""

import re

from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence

_CLOSING = frozenset(",.;:?!")
_VOWEL_SOUND = re.compile(r"[aeio]|u(?!ni|s)", re.IGNORECASE)


def tidy(sentence: Sentence) -> Sentence:
    """The sentence without a comma before other punctuation, and with `an` where a vowel follows."""
    tokens, tags = [], []
    following = [*sentence.tokens[1:], ""]
    for token, tag, after in zip(sentence.tokens, sentence.tags, following, strict=True):
        if token == "," and tag == OUTSIDE and after in _CLOSING:
            continue
        tokens.append("an" if token == "a" and tag == OUTSIDE and _VOWEL_SOUND.match(after) else token)
        tags.append(tag)
    return Sentence.from_tokens(tokens, tags)


def sentence_case(sentence: Sentence) -> Sentence:
    """The sentence with a capital at its start; a quotation mark before it does not count as the start."""
    first = next((i for i, token in enumerate(sentence.tokens) if token[0].isalnum()), 0)
    token = sentence.tokens[first]
    capitalised = (*sentence.tokens[:first], token[0].upper() + token[1:], *sentence.tokens[first + 1 :])
    return Sentence.from_tokens(capitalised, sentence.tags)


def capitals(sentence: Sentence) -> Sentence:
    """The sentence in capitals only, as headlines are set."""
    return Sentence.from_tokens([token.upper() for token in sentence.tokens], sentence.tags)


def lower_case(sentence: Sentence) -> Sentence:
    """The sentence without capitals, as hurried people type."""
    return Sentence.from_tokens([token.lower() for token in sentence.tokens], sentence.tags)
