"""Files to be tagged: the column of the tokens is found, and what is no token is not taken for one."""

import pytest

from data_tools.readers.columns.untagged import UntaggedReader
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
        (["#sent_id = 1", "1\tAda\tNNP\t_", "2\tsaw\tVB\t_"], ["Ada saw"]),
        (["Ada\tNNP\t", "saw\tVB"], ["Ada saw"]),
        (["lemma word pos", "see saw VB", "ada Ada NNP"], ["saw Ada"]),
        (["token text pos", "1 saw VB", "2 Ada NNP"], ["saw Ada"]),
        (["id lemma form", "1 see saw", "2 ada Ada"], ["saw Ada"]),
        (["# only a comment"], [""]),
        (["# text = Ada saw Bo", "-DOCSTART- -X- O"], [""]),
        (["-DOCSTART- -X- O"], [""]),
    ],
)
def test_tokens_are_found_by_looking_at_the_rows(lines, texts):
    assert read(lines)[0] == texts


def conll2012(*words, predicates=0):
    rows = [f"bc/x 0 {number} {word} NNP (NP*) - - - * *" for number, word in enumerate(words)]
    return ["#begin document (bc/x); part 000", *(row + " *" * predicates for row in rows)]


def test_conll2012_has_its_words_in_the_fourth_column_and_sentences_of_any_width():
    reader = UntaggedReader("in.txt", {}, lambda note: None)
    assert [text.text for text, _ in reader(conll2012("Ada", "saw"), 1)] == ["Ada saw"]
    assert [text.text for text, _ in reader(conll2012("Bo", "left", predicates=2)[1:], 5)] == ["Bo left"]


def test_rows_of_any_length_have_the_layout_of_the_training_data_alone():
    trained = {**TRAINED, "separator": "spaces", "columns": None, "token_column": 1}
    assert read(["x Ada B-PER", "y saw"], trained) == (
        ["Ada saw"],
        ["in.txt: separated by spaces, columns vary: token 1 (counted from 0)"],
    )
    expected = r"in\.txt:9: 1 column, but the rows before have 3; correct the line"
    for other in ({}, TRAINED):
        with pytest.raises(InputError, match=expected):
            read(["# a comment", "Ada X B-PER", "saw"], other, number=7)


def test_a_line_that_names_the_columns_is_no_token_and_names_one_more():
    lines = ["TOKEN\tNER", "Ada\tB-PER", "saw\tO"]
    for trained in ({}, {**TRAINED, "columns": 2, "token_column": 0}):
        assert read(lines, trained)[0] == ["Ada saw"]
    assert with_tags(lines) == ["TOKEN\tNER\ttag", "Ada\tB-PER\tX", "saw\tO\tX"]
    reader = UntaggedReader("in.txt", {}, lambda note: None)
    assert [text.text for text, _ in reader(lines[:1], 1)] == [""]
    assert [text.text for text, _ in reader(lines[1:], 3)] == ["Ada saw"]


@pytest.mark.parametrize("header", ["Sentence #,Word,POS,Tag", "token;ner", "sentence_id\tword\ttag"])
def test_a_table_is_refused(header):
    with pytest.raises(InputError, match=r"in\.txt is a table \(CSV\); convert it to columns, with a blank line after"):
        read([header, header.replace("o", "x")])


def test_faults_name_no_flags_that_belong_to_annotated_files():
    reader = UntaggedReader("in.txt", {}, lambda note: None)
    reader(["1\tAda\tO", "2\tsaw\tO"], 1)
    with pytest.raises(InputError, match=r"in\.txt:4: the token \(column 1\) is empty; correct the line$"):
        reader(["1\t\tO"], 4)
    with pytest.raises(InputError, match=r"column 0 holds running numbers; correct the line$"):
        reader(["x\tit\tO"], 6)


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
