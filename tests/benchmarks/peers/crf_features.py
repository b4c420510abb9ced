"""Hand-made features of a word in its sentence, each a string `name=value`, for a linear-chain CRF."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ner.text.sentence import Sentence
from ner.text.spans import Span, spans_of

Features = list[list[str]]  # of each word

_RUNS = re.compile(r"(.)\1+")
_MAX_WORDS = 6  # of an entity that the gazetteer holds


class TutorialFeatures:
    """The features of python-crfsuite's CoNLL-2002 tutorial, without part-of-speech tags, which our files lack.

    Source: https://github.com/scrapinghub/python-crfsuite/blob/master/examples/CoNLL%202002.ipynb
    """

    def __init__(self, train: Sequence[Sentence]) -> None:
        """Nothing is learnt from the training split."""

    def __call__(self, tokens: Sequence[str], held_out: Sequence[Span] = ()) -> Features:
        """The features of each token."""
        return [list(self._word(tokens, position)) for position in range(len(tokens))]

    @staticmethod
    def _word(tokens: Sequence[str], position: int) -> Iterator[str]:
        word = tokens[position]
        yield from ("bias", f"lower={word.lower()}", f"suffix3={word[-3:]}", f"suffix2={word[-2:]}")
        yield from (f"upper={word.isupper()}", f"title={word.istitle()}", f"digit={word.isdigit()}")
        for offset, edge in ((-1, "first"), (1, "last")):
            if not 0 <= position + offset < len(tokens):
                yield edge
                continue
            other = tokens[position + offset]
            yield from (
                f"{offset}:lower={other.lower()}",
                f"{offset}:title={other.istitle()}",
                f"{offset}:upper={other.isupper()}",
            )


class RichFeatures:
    """What a careful engineer writes by hand, without outside data: spelling, a window of 3 words, known entities.

    The gazetteer holds the entities of the training split. While the CRF trains, those of the sentence at hand are left
    out of it (`held_out`): else every entity would look known, and the CRF would trust it too much.
    """

    def __init__(self, train: Sequence[Sentence]) -> None:
        self._gazetteer = Counter(
            (span.type, one.tokens[span.start : span.end])
            for one in train
            for span in spans_of(one.tags)
            if span.end - span.start <= _MAX_WORDS
        )
        self._types: dict[tuple[str, ...], list[str]] = {}
        for entity_type, words in sorted(self._gazetteer):
            self._types.setdefault(words, []).append(entity_type)

    def __call__(self, tokens: Sequence[str], held_out: Sequence[Span] = ()) -> Features:
        """The features of each token; the entities `held_out` of this sentence count one occurrence less each."""
        words = tuple(tokens)
        features = [list(spelling(word)) for word in words]
        caps = all(word == word.upper() for word in words) and any(word != word.lower() for word in words)
        padded = ["<s>"] * 3 + [word.lower() for word in words] + ["</s>"] * 3
        shapes = ["<s>"] * 3 + [short_shape(word) for word in words] + ["</s>"] * 3
        for position, found in enumerate(features):
            low, shape = padded[position : position + 7], shapes[position : position + 7]  # the word is in their middle
            found += [f"{offset}:l={low[3 + offset]}" for offset in (-3, -2, -1, 1, 2, 3)]
            found += [f"{offset}:h={shape[3 + offset]}" for offset in (-2, -1, 1, 2)]
            found += [f"{offset}:s={low[3 + offset][-3:]}" for offset in (-1, 1)]
            found += [
                f"ll={low[2]} {low[3]}",
                f"lr={low[3]} {low[4]}",
                f"lc={low[2]} {low[4]}",
                f"l2={low[1]} {low[2]}",
            ]
            found += [f"hhh={shape[2]} {shape[3]} {shape[4]}", f"hh={shape[1]} {shape[2]} {shape[3]}"]
            found.append(f"caps={caps}")
        for span in self._known(words, held_out):
            for position in range(span.start, span.end):
                features[position].append(f"g={'B' if position == span.start else 'I'}-{span.type}")
        return features

    def _known(self, words: tuple[str, ...], held_out: Sequence[Span]) -> Iterator[Span]:
        """The longest entities of the gazetteer from left to right, each with every type that it has there."""
        own = Counter((span.type, words[span.start : span.end]) for span in held_out)
        position = 0
        while position < len(words):
            for length in range(min(_MAX_WORDS, len(words) - position), 0, -1):
                piece = words[position : position + length]
                types = self._types.get(piece, ())
                known = [name for name in types if self._gazetteer[name, piece] > own[name, piece]]
                if known:
                    yield from (Span(name, position, position + length) for name in known)
                    break
            position += length  # 1 where nothing was found


@lru_cache(maxsize=1 << 16)
def spelling(word: str) -> tuple[str, ...]:
    """Features of a word by itself: form, shape, prefixes and suffixes of up to 4, n-grams of 2 to 4 characters."""
    low, marked = word.lower(), f"^{word.lower()}$"
    found = ["bias", f"w={word}", f"l={low}", f"h={long_shape(word)}", f"hs={short_shape(word)}"]
    for length in range(1, min(4, len(word)) + 1):
        found += [f"p={word[:length]}", f"s={word[-length:]}"]
    grams = {marked[i : i + n] for n in (2, 3, 4) for i in range(len(marked) - n + 1)}
    found += [f"n={gram}" for gram in sorted(grams)]
    tests = {
        "digit": any(map(str.isdigit, word)),
        "digits": word.isdigit(),
        "upper": word.isupper(),
        "title": word.istitle(),
        "inner": any(map(str.isupper, word[1:])) and not word.isupper(),
        "hyphen": "-" in word,
        "mark": not any(map(str.isalnum, word)),
    }
    return (*found, f"len={min(len(word), 10)}", *(name for name, holds in tests.items() if holds))


def long_shape(word: str) -> str:
    """`"McDonald's-2"` -> `"AaAaaaaa'a-0"`: A for upper case, a for every other letter, 0 for a digit."""
    return "".join(
        "A" if char.isupper() else "a" if char.isalpha() else "0" if char.isdigit() else char for char in word
    )


@lru_cache(maxsize=1 << 16)
def short_shape(word: str) -> str:
    """`long_shape` with each run of one character written once: `"AaAa'a-0"`."""
    return _RUNS.sub(r"\1", long_shape(word))
