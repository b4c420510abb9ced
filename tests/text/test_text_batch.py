import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText


def test_texts_stand_one_after_another():
    batch = TextBatch.from_texts([TokenizedText.from_text(text) for text in ("Ada  saw.", "", " \U0001f600 ", "Bo")])
    assert "".join(map(chr, batch.code_points)) == "Ada  saw. \U0001f600 Bo"
    assert batch.starts.tolist() == [0, 5, 8, 10, 12]
    assert batch.ends.tolist() == [3, 8, 9, 11, 14]
    assert batch.num_tokens.tolist() == [3, 0, 1, 1]
    assert batch.token_bounds.tolist() == [0, 3, 3, 4, 5]
    assert batch.is_last.tolist() == [False, False, True, True, True]


@given(st.lists(st.lists(st.text(min_size=1, max_size=4), max_size=4), max_size=4))
def test_any_texts_come_back(rows):
    texts = [TokenizedText.from_tokens(tokens) for tokens in rows]
    batch = TextBatch.from_texts(texts)
    assert batch.to_texts() == texts
    assert batch.starts.dtype == batch.num_tokens.dtype == np.int64
