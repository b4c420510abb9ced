"""Random sentences with entities, and helpers that compare what a reader finds with what was written."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import strategies as st

from data_tools.readers.base import ReadCounts
from data_tools.readers.formats import expand_sources, find_format, open_reader
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from ner.text.sentence import Sentence
from ner.text.spans import spans_of

# Tokens as `TokenizedText` finds them, some of several bytes or code units.
_WORDS = st.sampled_from(["a", "Bo", "x1", "café", "\U0001d538", "中", ".", ",", "“", "O'Neil"])
_TYPES = st.sampled_from(["PER", "LOC", "work_of_art"])


@st.composite
def sentences(draw: Callable) -> list[Sentence]:
    """Some sentences with tags in IOB2 and spaces between all tokens."""
    made = []
    for _ in range(draw(st.integers(1, 4))):
        tokens = draw(st.lists(_WORDS, min_size=1, max_size=6))
        tags = []
        for _ in tokens:
            goes_on = bool(tags) and tags[-1] != "O" and draw(st.booleans())
            tags.append(f"I{tags[-1][1:]}" if goes_on else draw(st.one_of(st.just("O"), _TYPES.map("B-{}".format))))
        made.append(Sentence.from_tokens(tokens, tags))
    return made


def spans_in(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Start, end and type of each entity in the sentence's text, in characters."""
    starts, ends = sentence.token_spans
    return [(starts[span.start], ends[span.end - 1], span.type) for span in spans_of(sentence.tags)]


def read(path: str | Path, expected_format: str, **options: object) -> tuple[list[Sentence], ReadCounts]:
    """The sentences of a file, a folder or a pattern, which must be found to have that format, and the counts."""
    paths = expand_sources([str(path)])
    assert find_format(paths[0])[0] == expected_format
    reader, counts = open_reader(paths, ReadOptions(**options)), ReadCounts()
    found = [one for name in paths for part in reader.ranges(name) for one in reader.read(part, counts)]
    return [one.sentence for one in found], counts


def shown(found: Sequence[Sentence]) -> list[str]:
    """`EU/B-ORG rejects|.`: tokens with tags, a space where the text has one, else a bar."""
    lines = []
    for sentence in found:
        tagged = zip(sentence.tokens, sentence.tags, strict=True)
        words = [token if tag == "O" else f"{token}/{tag}" for token, tag in tagged]
        gaps = [" " if space else "|" for space in sentence.space_after[:-1]]
        lines.append("".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True)))
    return lines


def equal(found: Sequence[Sentence], written: Sequence[Sentence]) -> bool:
    """Whether tokens, tags and texts are the same."""
    return [(one.tokens, one.tags, one.text) for one in found] == [(one.tokens, one.tags, one.text) for one in written]


def survive(path: Path, content: bytes, expected: str) -> None:
    """Any bytes are sentences, or an `InputError` that names the file."""
    path.write_bytes(content)
    try:
        paths = expand_sources([str(path)])
        if find_format(paths[0])[0] != expected:
            return
        read(path, expected)
    except InputError as error:
        assert str(path.with_suffix("")) in str(error)
