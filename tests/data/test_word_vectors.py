import numpy as np
import pytest

from ner.data import word_vectors
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.text.word_hashes import hash_words


def vector_of(vectors, word):
    """The vector that a graph finds for a word; None where there is none."""
    hashes, rows = vectors.index()
    assert (np.diff(hashes) > 0).all()
    [wanted] = hash_words([word])
    place = np.searchsorted(hashes, wanted)
    return vectors.vectors[rows[place]].tolist() if hashes[min(place, len(hashes) - 1)] == wanted else None


def test_words_are_found_in_other_cases_where_no_word_is_spelled_so():
    words = ["us", "US", "Tarn", "tarn", "o'neil"]
    vectors = WordVectors.scaled(words, np.array([[1, 0], [0, 1], [1, 1], [1, -1], [-1, 1]]))
    of_rows = vectors.vectors.tolist()
    spelled = {"us": 0, "US": 1, "Us": 0, "Tarn": 2, "tarn": 3, "TARN": 2, "O'NEIL": 4, "O'Neil": 4}
    assert {word: of_rows.index(vector_of(vectors, word)) for word in spelled} == spelled
    assert vector_of(vectors, "tArn") is None
    assert vector_of(vectors, "") is None


def test_what_is_saved_is_loaded(tmp_path):
    vectors = WordVectors.scaled(["one", "\N{SNOWMAN}", "t h"], np.arange(6).reshape(3, 2))
    vectors.save(str(tmp_path))
    found = word_vectors.load(str(tmp_path))
    assert found.words == vectors.words
    np.testing.assert_array_equal(found.vectors, vectors.vectors)
    assert found.fingerprint == vectors.fingerprint
    assert WordVectors(vectors.words, vectors.vectors * 2).fingerprint != vectors.fingerprint
    assert WordVectors(("two", *vectors.words[1:]), vectors.vectors).fingerprint != vectors.fingerprint


def newer(content):
    """A ZIP archive that says to need a later version of ZIP to be read."""
    return content.replace(b"PK\x01\x02\x2d\x03\x2d", b"PK\x01\x02\x2d\x03\xff")


@pytest.mark.parametrize("damage", [None, lambda content: b"", lambda content: content[:4], newer])
def test_a_damaged_file_of_a_work_folder_is_named(tmp_path, damage):
    if damage:
        WordVectors.scaled(["one", "two"], np.ones((2, 2))).save(str(tmp_path))
        path = tmp_path / "word_vectors.npz"
        path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=r"word_vectors.npz: not readable .* restore the file"):
        word_vectors.load(str(tmp_path))
