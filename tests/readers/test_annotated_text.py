"""Many texts aligned at once give what each gives alone, and what a plain loop over its tokens finds."""

from hypothesis import example, given
from hypothesis import strategies as st

from data_tools.readers.annotated_text import AnnotatedText, Span, align_texts
from data_tools.readers.base import ReadCounts
from ner.text.tokenizer import TokenizedText

_PIECES = [
    "a",
    "Bo",
    "x1",
    "e\u0301",
    "\U0001f469\u200d\U0001f4bb",
    "中",
    ".",
    " ",
    "\u00a0",
    "\n",
    "\r\n",
    "\x00",
    "J.",
]


@st.composite
def annotated(draw):
    """A text of words, marks, spaces and line ends, with spans that may overlap and cut tokens."""
    text = "".join(draw(st.lists(st.sampled_from(_PIECES), max_size=12)))
    spans = []
    for _ in range(draw(st.integers(0, 3)) if text else 0):
        start = draw(st.integers(0, len(text) - 1))
        spans.append(Span(start, draw(st.integers(start + 1, len(text))), draw(st.sampled_from(["X", "a b", "a_b"]))))
    return AnnotatedText(text, spans, "train.jsonl", 0)


def plain(one):
    """Tokens with tags of each line, token by token; None where a span holds none."""
    tokens = TokenizedText.from_text(one.text)
    tags = ["O"] * len(tokens.starts)
    taken = 0  # the end of the span before
    end = 0  # the token after those of the span before
    for span in sorted(dict.fromkeys(one.spans), key=lambda span: (span.start, -span.end)):
        if span.start < taken:
            continue
        taken = span.end
        rows = [
            r
            for r, (s, e) in enumerate(zip(tokens.starts, tokens.ends, strict=True))
            if s < span.end and e > span.start
        ]
        if not rows:
            return None
        for place, row in enumerate(row for row in rows if row >= end):
            tags[row] = f"{'I' if place else 'B'}-{'_'.join(span.type.split())}"
        end = max(end, rows[-1] + 1)
    lines = []
    end = 0
    for start, stop, token, tag in zip(tokens.starts, tokens.ends, tokens.tokens, tags, strict=True):
        gap = one.text[end:start]
        if not lines or (("\n" in gap or "\r" in gap) and not tag.startswith("I-")):
            lines.append((start, []))
        lines[-1][1].append((token, tag, bool(gap)))
        end = stop
    return lines


@given(st.lists(annotated(), min_size=1, max_size=4))
@example([AnnotatedText("Bostonian", [Span(0, 3, "X"), Span(3, 9, "X")], "a", 0)])
def test_texts_are_cut_and_tagged_as_a_loop_over_tokens_does(texts):
    counts = ReadCounts()
    aligned = align_texts(texts, counts)
    expected = [plain(one) for one in texts]
    assert {number for number, _ in aligned.faults} == {n for n, lines in enumerate(expected) if lines is None}
    if aligned.faults:
        return
    found = []
    for index in range(len(aligned.sentences)):
        one = aligned.sentences.sentence(index)
        words = list(zip(one.tokens, one.tags, (None, *one.space_after[:-1]), strict=True))
        found.append((aligned.texts[index], aligned.starts[index], words))
    wanted = [
        (number, start, [(token, tag, gap if place else None) for place, (token, tag, gap) in enumerate(words)])
        for number, lines in enumerate(expected)
        for start, words in lines
    ]
    assert found == wanted
    assert counts.evidence.openings.total() == sum(tag[0] == "B" for _, _, line in wanted for _, tag, _ in line)


def test_a_token_that_two_spans_cut_belongs_to_the_first():
    counts = ReadCounts()
    text = AnnotatedText("x Bostonian mayor", [Span(2, 8, "LOC"), Span(8, 17, "LOC")], "train.jsonl", 0)
    aligned = align_texts([text], counts)
    assert aligned.sentences.sentence(0).tags == ("O", "B-LOC", "B-LOC")
    assert counts.cut_tokens == 2
    assert [(one.span, one.token) for one in counts.cut_examples] == [
        ("Boston", "Bostonian"),
        ("ian mayor", "Bostonian"),
    ]
