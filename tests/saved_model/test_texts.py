import pytest
import tensorflow as tf

from ner.saved_model.texts import Texts
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from ner.text.tokenizer import TokenizedText
from tests.text_batches import text_as_trained

LINES = ["AT&T,  3-1.", "", " \t", " Ada\u00a0saw 東京 ", "x", "caf\u00e9 \U0001f469\u200d\U0001f680!"]


def in_python(texts):
    columns = zip(*(ragged.to_list() for ragged in texts), strict=True)
    return [("".join(map(chr, characters)), tuple(starts), tuple(ends)) for characters, starts, ends in columns]


@pytest.mark.parametrize("lines", [LINES, LINES[1:2], LINES[1:3], []])
@pytest.mark.parametrize("spacing", [BETWEEN_TOKENS, AS_WRITTEN])
def test_texts_are_spaced_as_training_texts(lines, spacing):
    texts = Texts.from_text(tf.constant(lines, tf.string))
    found = in_python(texts.spaced(None if spacing == BETWEEN_TOKENS else texts.gaps()))
    wanted = [text_as_trained(TokenizedText.from_text(line), spacing) for line in lines]
    assert found == [(text.text, text.starts, text.ends) for text in wanted]


def test_tokens_are_joined_where_a_space_follows():
    rows = [["New York", "\u00e9t\u00e9", "."], [], ["a", "b"]]
    space_after = [[True, False, False], [], [False, True]]
    texts = Texts.from_tokens(tf.ragged.constant(rows, tf.string, ragged_rank=1))
    found = in_python(texts.spaced(tf.ragged.constant(space_after, tf.bool, ragged_rank=1).flat_values))
    wanted = [TokenizedText.from_tokens(*pair) for pair in zip(rows, space_after, strict=True)]
    assert found == [(text.text, text.starts, text.ends) for text in wanted]


def test_bytes_that_are_not_utf_8_are_read_as_python_reads_them():
    lines = [
        b"caf\xe9 x",
        b"\xff\xfe",
        b"\xe6\x9d",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x91",
        b"a\x00b",
        b"\xef\xbb\xbfa",
        b"\xc0\xaf",
    ]
    texts = Texts.from_text(tf.constant(lines))
    assert [text for text, *_ in in_python(texts)] == [line.decode("utf-8", "replace") for line in lines]
