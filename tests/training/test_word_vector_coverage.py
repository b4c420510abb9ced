from pathlib import Path

import numpy as np
import pytest

from ner.data.tfrecord import DamagedShardError
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


def test_a_damaged_shard_is_named(tmp_path):
    dataset = write_records(tmp_path, {"train": [Sentence.from_tokens(row, ["O"] * len(row)) for row in ROWS]})
    [path, *_] = map(Path, dataset.shard_paths(str(tmp_path), "train"))
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedShardError, match=f"{path.name}: record 0: the checksum of the record's data does not"):
        coverage(WordVectors.scaled(["Ada"], np.ones((1, 2))), dataset, str(tmp_path))
