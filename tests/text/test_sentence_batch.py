import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.text.sentence_batch import SentenceBatch
from tests.text.test_sentence import NEW_YORK, any_sentence


@given(st.lists(st.tuples(any_sentence, st.booleans()), min_size=1, max_size=5))
def test_selected_sentences_are_those_of_a_batch_of_them_alone(chosen):
    sentences, kept = [one for one, _ in chosen], np.array([keep for _, keep in chosen])
    batch = SentenceBatch.from_sentences(sentences, lines=range(len(sentences))).select(kept)
    found = [batch.sentence(index) for index in range(len(batch))]
    expected = [one for one, keep in chosen if keep]
    assert [(one.tokens, one.tags, one.text) for one in found] == [(one.tokens, one.tags, one.text) for one in expected]
    assert batch.lines.tolist() == np.flatnonzero(kept).tolist()
    assert set(batch.tag_names) == {tag for one in expected for tag in one.tags}
    assert batch.spaced_texts == [" ".join(one.tokens) for one in expected]
    assert batch.count_tag("O").tolist() == [one.tags.count("O") for one in expected]


def test_each_sentence_counts_from_the_origin_of_its_part():
    batch = SentenceBatch.from_sentences(
        [NEW_YORK] * 3, documents=[0, 1, 0], sources=[0, 0, 1], lines=[2, 5, 0]
    ).with_origins([(7, 10, 3), (8, 1, 5)])
    assert (batch.sources.tolist(), batch.lines.tolist(), batch.documents.tolist()) == (
        [7, 7, 8],
        [12, 15, 1],
        [3, 4, 5],
    )
