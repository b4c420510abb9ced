import pytest

from data_tools.readers.columns.dialect import SPACES, TAB, Dialect, document_mark, is_docstart, split_lines

TWO_SPACED = Dialect(separator=SPACES, columns=2, token_column=0, tag_column=1)
FOUR_SPACED = Dialect(separator=SPACES, columns=4, token_column=0, tag_column=3)
TWO_TABBED = Dialect(separator=TAB, columns=2, token_column=0, tag_column=1)
VARYING = Dialect(separator=SPACES, columns=None, token_column=0, tag_column=-1)


def test_describe_names_the_columns_as_the_flags_count_them():
    dialect = Dialect(separator=TAB, columns=11, token_column=1, tag_column=10, index_column=0, misc_column=9)
    assert dialect.describe() == "tab-separated, 11 columns: index 0, token 1, tag 10, misc 9 (counted from 0)"
    assert VARYING.describe() == "separated by spaces, columns vary: token 0, tag -1 (counted from 0)"


@pytest.mark.parametrize(
    ("separator", "line", "columns"),
    [
        (SPACES, "EU  NNP B-ORG", ["EU", "NNP", "B-ORG"]),
        (SPACES, " EU B-ORG ", ["EU", "B-ORG"]),
        (SPACES, "a\u00a0b\u2028\u200b O", ["a\u00a0b\u2028\u200b", "O"]),
        (TAB, "New York\tB-LOC", ["New York", "B-LOC"]),
        (TAB, " EU \t\t B-ORG ", ["EU", "", "B-ORG"]),
        (TAB, "\u00a0\tO\t", ["\u00a0", "O", ""]),
    ],
)
def test_split_lines_knows_spaces_and_tabs_alone(separator, line, columns):
    assert split_lines([line, "a"], separator) == [columns, ["a"]]


@pytest.mark.parametrize(
    ("token", "tag", "fewest"), [(0, 3, 4), (0, -1, 2), (1, -1, 3), (2, -3, 6), (-1, 0, 2), (-2, -1, 2), (-1, -4, 4)]
)
def test_fits_wants_enough_varying_columns_to_keep_token_and_tag_apart(token, tag, fewest):
    dialect = Dialect(separator=TAB, columns=None, token_column=token, tag_column=tag)
    assert [columns for columns in range(8) if dialect.fits(columns)] == list(range(fewest, 8))


def test_fits_wants_the_known_number_of_columns():
    assert [columns for columns in range(6) if FOUR_SPACED.fits(columns)] == [4]


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (TWO_TABBED, "#hashtag\tO"),
        (TWO_TABBED, "#\tO"),
        (TWO_SPACED, "# O"),
        (TWO_SPACED, "#wow B_PER"),
        (TWO_SPACED, "# B_PER"),
        (TWO_SPACED, "# b-per"),
        (TWO_TABBED, "##\tO"),
        (TWO_TABBED, "# 1\tB-PER"),
        (TWO_TABBED, "##wow\tPER"),
        (FOUR_SPACED, "#1 CD B-NP O"),
        (FOUR_SPACED, "# # I-NP I-"),
        (VARYING, "#wow NN person"),
        (TWO_SPACED, "word O"),
        (TWO_SPACED, " # a comment is not indented"),
    ],
)
def test_is_comment_never_takes_what_may_be_a_row(dialect, line):
    assert not dialect.is_comment(line)


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (TWO_TABBED, "# text = EU rejects"),
        (TWO_TABBED, "#newdoc"),
        (TWO_TABBED, "#"),
        (TWO_TABBED, "# id 17\tdomain=en"),
        (TWO_TABBED, "## klue-ner-v1_dev_00000\t<Ada:PS> came."),
        (TWO_TABBED, "#\tOnline news of 2005"),
        (TWO_SPACED, "# Online"),
        (TWO_SPACED, "# newdoc"),
        (TWO_SPACED, "# text = EU O"),
        (TWO_SPACED, "#text = EU"),
        (FOUR_SPACED, "# sent_id = 5"),
        (FOUR_SPACED, "# id 17\tdomain=en"),
        (VARYING, "# text = EU rejects"),
        (VARYING, "#newdoc"),
    ],
)
def test_is_comment_takes_what_can_be_no_row(dialect, line):
    assert dialect.is_comment(line)


@pytest.mark.parametrize(
    "line",
    [
        *("-DOCSTART- -X- -X- O", "-DOCSTART-", "-DOCSTART-\tO", "0\t-DOCSTART-\tO", "1 -DOCSTART- O"),
        *("-DOCSTART- (1 EU)", "--DOCSTART--\tO", "-DOCSTART O", "DOCSTART"),
    ],
)
def test_is_docstart_knows_every_layout(line):
    assert is_docstart(line)


@pytest.mark.parametrize("line", ["x-DOCSTART- O", "-DOCSTART-x O", "a b -DOCSTART- O", ""])
def test_is_docstart_wants_the_whole_word_in_front(line):
    assert not is_docstart(line)


@pytest.mark.parametrize(
    ("comment", "mark"),
    [
        ("#newdoc", "#newdoc"),
        ("# newdoc_id = 7", "# newdoc"),
        ("# begin document 7", "# begin document"),
        ("# document_id = ABC-1798-01-20-a-i0007", "# document_id"),
        ("###MEDLINE:90000007", "###MEDLINE:"),
        ("# newdocument", None),
        ("# document_idea = 7", None),
        ("# document_id", None),
        ("# sent_id = newdoc", None),
    ],
)
def test_document_mark_knows_the_comments_of_published_corpora(comment, mark):
    assert document_mark(comment) == mark
