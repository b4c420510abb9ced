import gzip
import re
import struct

import numpy as np
import pytest

from data_tools.readers import word_vector_files
from ner.data import word_vectors
from ner.data.word_vectors import SCALE, WordVectors
from ner.errors import InputError

LINES = ["the 1 2 -2", "Ada 0.5 0 0", "tarn 3e1 0 -4e1"]


def written(tmp_path, *lines, name="some.vec"):
    path = tmp_path / name
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return str(path)


@pytest.mark.parametrize("name", ["some.vec", "some.vec.gz"])
@pytest.mark.parametrize("header", [[], ["3 3"]])
def test_words_and_directions_are_read(tmp_path, name, header):
    found = word_vector_files.read(written(tmp_path, *header, *LINES, name=name), 10)
    assert found.words == ("the", "Ada", "tarn")
    assert (found.size, found.vectors.dtype) == (3, np.float16)
    root = SCALE * 3**0.5
    wanted = np.array([[1 / 3, 2 / 3, -2 / 3], [1, 0, 0], [0.6, 0, -0.8]]) * root
    np.testing.assert_allclose(found.vectors, wanted, atol=1e-3)


def test_a_final_blank_line_is_no_word(tmp_path):
    assert word_vector_files.read(written(tmp_path, *LINES, "", ""), 10).words == ("the", "Ada", "tarn")


def test_the_first_words_are_read_up_to_the_limit_and_nothing_after_them(tmp_path):
    found = word_vector_files.read(written(tmp_path, "9 3", *LINES[:2], "no numbers here at all"), 2)
    assert found.words == ("the", "Ada")


def test_words_with_spaces_and_repeated_words(tmp_path):
    found = word_vector_files.read(written(tmp_path, "4 2", ". . . 1 0", "a 0 1", "a 1 0", "b 0 0 "), 10)
    assert found.words == (". . .", "a", "b")
    np.testing.assert_allclose(found.vectors, np.array([[1, 0], [0, 1], [0, 0]]) * SCALE * 2**0.5, atol=1e-3)


@pytest.mark.parametrize("header", [[], ["2\t2\r"]])
def test_tabs_and_more_spaces_separate_too(tmp_path, header):
    """The same words are found however columns are set; a no-break space is a word, or a part of one."""
    found = word_vector_files.read(
        written(tmp_path, *header, "a\t1 0\r", "  b   0\t-1 \r", "\xa0 1 1", "c\xa0 1 0"), 10
    )
    assert found.words == ("a", "b", "\xa0", "c\xa0")
    np.testing.assert_allclose(found.vectors[:2], np.array([[1, 0], [0, -1]]) * SCALE * 2**0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a 1 2", "b 1 x"], "some.vec, line 2: expected a word and 2 numbers, .* not 'b 1 x'; correct the line"),
        (["a 1 2", "b 1"], "some.vec, line 2: expected a word and 2 numbers"),
        (["a 1 2", "b 1 nan"], "some.vec, line 2: expected a word and 2 numbers"),
        (["2 2", "a 1 2", "1 2"], "some.vec, line 3: expected a word and 2 numbers"),
        (["one two three"], "some.vec, line 1: expected a word and 2 numbers"),
        (["word"], "some.vec, line 1: expected a word and its numbers"),
        (["PK\x03\x04\x14", "a 1 2"], "some.vec: not word vectors in .*; it looks like a ZIP archive .*; unpack it"),
        ([], "some.vec: holds no word; name a file"),
        (["7 300"], "some.vec: holds no word; name a file"),
    ],
)
def test_what_is_no_word_vector_is_named(tmp_path, lines, message):
    with pytest.raises(InputError, match=message):
        word_vector_files.read(written(tmp_path, *lines), 10)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}/none.vec: no such file; check the name")):
        word_vector_files.read(str(tmp_path / "none.vec"), 10)
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(gzip.compress(b"a 1 2\n" * 9_999)[:-9])
    with pytest.raises(InputError, match=r"damaged.gz: "):
        word_vector_files.read(str(damaged), 10)


@pytest.mark.parametrize("name", ["some.vec", "some.bin"])
def test_a_file_in_another_encoding_is_refused_but_not_for_few_words(tmp_path, name):
    """In latin-1, the words of most languages would lose their letters, and none of them be found."""
    words = ["caf\u00e9", *(f"w{number}" for number in range(199))]
    path = tmp_path / name
    word_vector_files.write(str(path), words, np.ones((200, 2)))
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xe9"))
    assert word_vector_files.read(str(path), 200).words == ("caf\ufffd", *words[1:])
    with pytest.raises(InputError, match=rf"{name}: 1 word of 99 are not UTF-8, the first 'caf\ufffd'; name another"):
        word_vector_files.read(str(path), 99)


FLOATS = struct.pack("<3f", 1, 2, -2), struct.pack("<3f", 0.5, 0, 0), struct.pack("<3f", 30, 0, -40)


@pytest.mark.parametrize("name", ["some.bin", "some.bin.gz"])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_the_binary_format_is_read(tmp_path, name, end):
    """With a line feed after each word's numbers, as word2vec writes it, and without, as others do."""
    words = "the", "Ádá", "tarn"
    content = b"3 3\n" + b"".join(word.encode() + b" " + row + end for word, row in zip(words, FLOATS, strict=True))
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = word_vector_files.read(str(path), 10)
    assert found.words == words
    wanted = np.array([[1 / 3, 2 / 3, -2 / 3], [1, 0, 0], [0.6, 0, -0.8]]) * SCALE * 3**0.5
    np.testing.assert_allclose(found.vectors, wanted, atol=1e-3)
    assert word_vector_files.read(str(path), 2).words == words[:2]


def test_line_feeds_are_no_part_of_a_word_in_the_binary_format(tmp_path):
    """A work folder has a word in each line: with one more, every later word would have another one's vector."""
    path = tmp_path / "some.bin"
    path.write_bytes(b"2 3\n\nthe\n " + FLOATS[0] + b"ta\nrn " + FLOATS[2])
    found = word_vector_files.read(str(path), 10)
    found.save(str(tmp_path))
    assert found.words == word_vectors.load(str(tmp_path)).words == ("the", "tarn")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: expected the numbers of words and of dimensions"),
        (
            b"\xba\x16\x4f\x2f\x0c\0\0\0",
            r"line 1: expected the numbers of .* \(beside fastText's own .bin there is a .vec\)",
        ),
        (b"2 0\na \nb \n", "line 1: expected the numbers of words"),
        (b"0 3\n", "holds no word; name a file"),
        (b"2 3\na " + FLOATS[0], "word 2 of 2: expected a word, a space and 3 numbers in word2vec's binary format"),
        (b"1 3\na " + FLOATS[0][:-1], "word 1 of 1: expected a word, a space and 3 numbers"),
        (b"1 3\na " + FLOATS[0] + b"\nb " + FLOATS[1], "goes on after the 1 words of its first line"),
        (b"1 3\n " + FLOATS[0], "word 1 of 1: expected a word"),
        (b"1 3\na " + struct.pack("<3f", 1, float("nan"), 0), "word 1 of 1: expected a word"),
        (b"1 3\n" + b"a" * 20_000 + b" " + FLOATS[0], "word 1 of 1: expected a word"),
        (b"2 3\nthe 1 2 -2\nAda 0.5 0 0\n", r"word 2 of 2: .* name another one \(.vec, where it is in the text format"),
    ],
)
def test_what_is_not_in_the_binary_format_is_named(tmp_path, content, message):
    path = tmp_path / "some.bin"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"^{path}(:|,) {message}"):
        word_vector_files.read(str(path), 10)


@pytest.mark.parametrize("name", ["some.vec", "some.vec.gz", "some.bin", "some.bin.gz"])
def test_what_is_written_is_read(tmp_path, name):
    path = str(tmp_path / name)
    vectors = np.random.default_rng(0).normal(size=(3, 4)) * [[1], [100], [1e-6]]
    word_vector_files.write(path, ["a", "b", "c"], vectors)
    assert (tmp_path / name).read_bytes()[:2] == (b"\x1f\x8b" if name.endswith("gz") else b"3 ")
    wanted = WordVectors.scaled(["a", "b", "c"], vectors)
    found = word_vector_files.read(path, 10)
    assert found.words == wanted.words
    np.testing.assert_allclose(found.vectors, wanted.vectors, atol=2e-3)
