from random import Random

import pytest
import tensorflow as tf

from ner.inference.text_windows import windows_of as windows_in_python
from ner.saved_model.texts import Texts
from ner.saved_model.windows import windows_of
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
    tokenized = [TokenizedText.from_tokens(row) for row in rows]
    given = Texts.from_tokens(tf.ragged.constant(rows, tf.string, ragged_rank=1)).spaced()
    found = zip(*(column.numpy().tolist() for column in windows_of(given)), strict=True)
    wanted, first_char, first_word = [], 0, 0
    for text in tokenized:
        done = 0
        for window in windows_in_python(text) if text.starts else ():
            counted = range(len(window.starts))[window.counted]
            first = done - counted.start  # words count one after another
            done += len(counted)
            begin = first_char + text.starts[first]
            words = first, first + len(window.starts), first + counted.start, first + counted.stop
            wanted.append((begin, begin + len(window.text), *(first_word + word for word in words)))
        first_char, first_word = first_char + len(text.text), first_word + len(text.starts)
    assert list(found) == wanted
