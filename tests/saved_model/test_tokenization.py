import itertools
from random import Random

import pytest
import tensorflow as tf

from ner.saved_model.tokenization import find_tokens
from ner.text.tokenizer import KEPT_MARKS, TokenizedText

# One character for every part in the rule, and those whose part is another than they seem to have.
CHARACTERS = "as0_.',@-: /!?|S=\N{RIGHT SINGLE QUOTATION MARK}&#`;<>%*\t\n\x00"
CHARACTERS += "\xe9\xa0\xad\xb2\u0301\u0414\u0663\u200c\u200d\u2028\u2167\u3042\u30ab\u6771\ufeff"
CHARACTERS += "\u0e01\u0e33\u0e51\U0001f1e9\U0001f1ea\U0001f469\U0001f3fb\u200d\U0001f680\ufe0f\u20e3"


def spans(texts, lone_marks=""):
    starts, ends = find_tokens(tf.strings.unicode_decode(tf.constant(texts, tf.string), "UTF-8"), lone_marks)
    return [list(zip(*pair, strict=True)) for pair in zip(starts.to_list(), ends.to_list(), strict=True)]


def expected(texts, lone_marks):
    tokenized = [TokenizedText.from_text(text, lone_marks) for text in texts]
    return [list(zip(text.starts, text.ends, strict=True)) for text in tokenized]


def check(texts, lone_marks=""):
    for text, found, wanted in zip(texts, spans(texts, lone_marks), expected(texts, lone_marks), strict=True):
        assert found == wanted, text


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_every_short_text_of_one_character_for_each_part_has_the_tokens_of_the_tokenizer(length):
    check(["".join(chosen) for chosen in itertools.product(CHARACTERS[:15], repeat=length)])


@pytest.mark.parametrize("lone_marks", ["", "-'", KEPT_MARKS])
def test_longer_texts_of_all_kinds_have_the_tokens_of_the_tokenizer(lone_marks):
    random = Random(1)
    pieces = [*CHARACTERS, *"aaasss...   00''", "://", "as://a"]
    texts = ["".join(random.choices(pieces, k=random.randrange(40))) for _ in range(8000)]
    check(texts[: 2000 if lone_marks else None], lone_marks)


def test_every_code_point_has_the_tokens_of_the_tokenizer():
    valid = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    check([f"a{''.join(valid[first : first + 1000])}" for first in range(0, len(valid), 1000)])


def test_examples():
    texts = [
        "J. K. L. M. Smith's U.S.-based firm.",
        "1,2,3,4,000.5 at 3-1.",
        "",
        "  ",
        "s's's",
        "U.S.A!! so... http://a.b.",
    ]
    check(texts)
    assert [text[start:end] for start, end in spans(texts)[0] for text in texts[:1]] == [
        *["J.", "K.", "L.", "M.", "Smith", "'s", "U.S.", "-", "based", "firm", "."]
    ]


def test_no_texts_have_no_tokens():
    assert spans([]) == []
