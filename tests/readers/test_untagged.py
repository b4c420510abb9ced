"""Files to be tagged: the column of the tokens is found, and what is no token is not taken for one."""

import pytest

from data_tools.readers.untagged import UntaggedReader
from ner.errors import InputError
from ner.text.spacing import AS_WRITTEN

BLANK = "\t_" * 7
CONLLU = [
    "# newdoc",
    "# text = Ada saw Bo.",
    f"1\tAda{BLANK}\t_",
    f"2-3\tsaw{BLANK}\t_",
    f"2\tsaw{BLANK}\t_",
    f"3\tBo{BLANK}\tSpaceAfter=No",
    f"4\t.{BLANK}\t_",
]
TRAINED = {"separator": "tab", "columns": 3, "token_column": 2, "index_column": None, "misc_column": None}


def read(lines, trained=TRAINED, number=1):
    notes = []
    reader = UntaggedReader("in.txt", trained, notes.append)
    return [text.text for text, _ in reader(lines, number)], notes


def test_conllu_gives_words_with_their_spaces_and_no_index_or_comment():
    assert read(CONLLU) == (
        ["Ada saw Bo."],
        ["in.txt: tab-separated, 10 columns: index 0, token 1, misc 9 (counted from 0)"],
    )


def test_tokens_have_the_spaces_of_the_training_data_where_the_file_tells_none():
    reader = UntaggedReader("in.txt", {}, lambda note: None, AS_WRITTEN)
    assert [text.text for text, _ in reader(["Ada O", ", O", "Bo O"], 1)] == ["Ada, Bo"]
    told = UntaggedReader("in.txt", {}, lambda note: None, AS_WRITTEN)
    assert [text.text for text, _ in told([f"1\tAda{BLANK}\t_", f"2\t,{BLANK}\t_"], 1)] == ["Ada ,"]


def test_the_layout_of_the_training_data_comes_first():
    assert read(["x\tNNP\tAda", "y\tVBD\tsaw"])[0] == ["Ada saw"]
    assert read(["x\tNNP\tAda", "y\tVBD\tsaw"], trained={})[0] == ["x y"]
    assert read(["Ada\tB-PER", "saw\tO"])[0] == ["Ada saw"]


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        (["Ada", "saw", "#", "1"], ["Ada saw # 1"]),
        (["1", "2", "3"], ["1 2 3"]),
        (["Ada B-PER", "# O", "#wow O"], ["Ada # #wow"]),
        (["# a comment", "Ada B-PER", "saw O"], ["Ada saw"]),
        (["-DOCSTART- O", "Ada B-PER", "-DOCSTART- O", "saw O"], ["Ada", "saw"]),
        (["0 Ada X", "1 saw Y"], ["Ada saw"]),
        (["5 years O", "6 months O"], ["years months"]),
        (["5 years O", "9 months O"], ["5 9"]),
        (["Ada X B-PER", "saw"], ["Ada saw"]),
        (["# only a comment"], [""]),
        (["-DOCSTART- -X- O"], [""]),
    ],
)
def test_tokens_are_found_by_looking_at_the_rows(lines, texts):
    assert read(lines)[0] == texts


def test_later_sentences_have_the_layout_of_the_first():
    reader = UntaggedReader("in.txt", {}, lambda note: None)
    assert [text.text for text, _ in reader(["-DOCSTART-\tO"], 1)] == [""]
    assert [text.text for text, _ in reader(["1\tAda\tO", "2\tsaw\tO"], 3)] == ["Ada saw"]
    assert [text.text for text, _ in reader(["1\tBo\tO"], 6)] == ["Bo"]
    with pytest.raises(InputError, match=r"in\.txt:9: 2 columns in 'it\\tO', but the file is tab-separated, 3 columns"):
        reader(["1\tit\tO", "it\tO"], 8)
    with pytest.raises(InputError, match=r"in\.txt:20: 'x' is not a number"):
        reader(["x\tit\tO"], 20)


def with_tags(lines, trained=TRAINED):
    """The lines of all sentences, every token tagged X."""
    found = UntaggedReader("in.txt", trained, lambda note: None)(lines, 1)
    return "".join(rows.with_tags(["X"] * len(text.tokens)) for text, rows in found).splitlines()


def test_every_line_comes_back_with_a_tag_after_each_token():
    assert with_tags(CONLLU) == [
        *CONLLU[:2],
        *(f"{line}\t{tag}" for line, tag in zip(CONLLU[2:], ["X", "_", "X", "X", "X"], strict=True)),
    ]


def test_lines_of_documents_have_as_many_columns_as_tokens():
    lines = ["-DOCSTART- -X- O", "Ada NNP B-PER", "-DOCSTART- -X- O", "# a comment", "saw VBD O", "# another"]
    tagged = ["-DOCSTART- -X- O O", "Ada NNP B-PER X", "-DOCSTART- -X- O O", "# a comment", "saw VBD O X", "# another"]
    assert with_tags(lines) == tagged
    assert with_tags(["-DOCSTART-", "Ada B-PER"]) == ["-DOCSTART-", "Ada B-PER X"]
    assert with_tags(["-DOCSTART- O"]) == ["-DOCSTART- O O"]
