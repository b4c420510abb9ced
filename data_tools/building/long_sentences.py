"""Sentences that are too long, cut between tokens."""

from collections.abc import Iterator
from dataclasses import replace

from data_tools.readers.base import SourceSentence
from data_tools.readers.tag_schemes import to_iob2

CUT = "cut"


def pieces(source: SourceSentence, max_characters: int) -> Iterator[SourceSentence]:
    """Parts of a sentence of at most `max_characters` each, as long as they can be; a longer token is left out.

    A cut is made before the last token that does not continue an entity; only an entity that is too long itself is cut,
    and its second part becomes an entity of its own.
    """
    sentence = source.sentence
    starts, ends = sentence.token_spans
    first = 0
    while first < len(starts):
        last = first  # the token after the piece
        while last < len(starts) and ends[last] - starts[first] <= max_characters:
            last += 1
        if last == first:
            first += 1
            continue
        cut = last
        while cut > first and cut < len(starts) and sentence.tags[cut].startswith("I-"):
            cut -= 1
        part = slice(first, cut if cut > first else last)
        yield replace(
            source,
            line=source.line + source.line_offsets[first],
            line_offsets=source.line_offsets[part],
            sentence=replace(
                sentence,
                tokens=sentence.tokens[part],
                tags=to_iob2(sentence.tags[part]),
                space_after=sentence.space_after[part],
            ),
        )
        first = part.stop
