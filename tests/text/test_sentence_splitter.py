import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.sentence_splitter import sentences_of
from ner.text.tokenizer import TokenizedText


@pytest.mark.parametrize(
    "sentences",
    [
        ["Ada went home.", "Bo stayed!", "Why?", '"So what?!"', "(Nobody knows.)", "1990 came."],
        ["Dr. J. Smith of the U.S. Army saw 3. Oktober St. in Mt. Tarn.", "Then he left."],
        ["He asked why?", "No answer...", "He waited...", "No??", "No!!", '"None..."', "Well...then -- so."],
        ["He went to etc. and so on."],
        ["\u6771\u4eac\u3067\u3059\u3002", "\u300c\u672c\uff01\u300d", "\u6771\uff1f"],
        ["\u0915\u0916 \u0964", "\u0915\u0916 \u0964"],
        ["One"],
    ],
)
def test_a_text_is_cut_where_its_sentences_end(sentences):
    joined = ("" if "\u3002" in sentences[0] else " ").join(sentences)
    assert [part.text for part in sentences_of(TokenizedText.from_text(joined))] == sentences


def test_an_empty_line_ends_a_sentence_and_a_line_does_not():
    text = TokenizedText.from_text("A title\r\n\r\nthe text\ngoes on \n \n\n here")
    assert [part.text for part in sentences_of(text)] == ["A title", "the text\ngoes on", "here"]


@given(st.text(st.sampled_from("aB.?!\"') \n\u3002\u300d1")))
def test_sentences_have_all_tokens_of_the_text_in_order(raw):
    text = TokenizedText.from_text(raw)
    parts = sentences_of(text)
    assert [token for part in parts for token in part.tokens] == list(text.tokens)
    assert all(part.starts[0] == 0 and part.ends[-1] == len(part.text) for part in parts)
