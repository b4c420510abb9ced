from random import Random

import pytest
import tensorflow as tf

from ner.inference.text_windows import windows_of as windows_in_python
from ner.saved_model.texts import Texts
from ner.saved_model.windows import windows_of
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText


def words(random, length, longest):
    return [["".join(random.choices("ab", k=random.randint(1, longest))) for _ in range(length)]]


def texts():
    random = Random(2)
    return [
        ["a"],
        ["x" * 2000],
        ["x" * 1999, "y"],
        ["ab"] * 667,  # 2,000 characters
        ["ab"] * 668,
        *words(random, 3000, 12),
        *words(random, 5, 3),
        *words(random, 60, 900),
        ["x" * 5000],
        ["a", "x" * 2500, "b", "c" * 2100],
        *words(random, 2000, 3),
    ]


@pytest.mark.parametrize("rows", [[], [[]], [["a"], [], ["b", "c"]], texts()[:4], texts(), texts()[4:5]])
def test_windows_are_those_of_tagging(rows):
    batch = TextBatch.from_texts([TokenizedText.from_tokens(row) for row in rows])
    given = Texts.from_tokens(tf.ragged.constant(rows, tf.string, ragged_rank=1)).spaced()
    found = windows_of(given)
    wanted = windows_in_python(batch)
    order = wanted.first_counted.argsort()
    for name, column in found._asdict().items():
        assert column.numpy().tolist() == getattr(wanted, name)[order].tolist(), name
