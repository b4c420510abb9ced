import numpy as np
import pytest

from ner.data.word_vectors import WordVectors
from ner.text.sentence import Sentence
from ner.training.word_vector_coverage import coverage
from tests.conftest import write_records

ROWS = [["Ada", "met", "Bo", "."], ["They", "left", "."], ["Ada", "ÄTNA"]]


@pytest.mark.parametrize(
    ("words", "known"),
    [(["ada", "ätna"], 3), (["Ada"], 2), (["."], 2), (["Tolk"], 0), (["Ada", "met", "left", "."], 6)],
)
def test_words_that_have_a_vector_are_counted_in_any_case(tmp_path, words, known):
    sentences = [Sentence.from_tokens(row, ["O"] * len(row)) for row in ROWS]
    dataset = write_records(tmp_path, {"train": sentences})
    assert coverage(WordVectors.scaled(words, np.ones((len(words), 2))), dataset, str(tmp_path)) == pytest.approx(
        known / 9
    )
