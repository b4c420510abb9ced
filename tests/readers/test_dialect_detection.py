import re

import pytest

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError


@pytest.fixture
def find(tmp_path):
    def find_in(text, **columns):
        path = tmp_path / "train.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return find_dialect(str(path), ReadOptions(**columns))

    return find_in


CONLLU = (
    "# sent_id = 1\n1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\tO\n1\tdo\tdo\tAUX\t_\t_\t0\troot\t_\t_\tO\n"
    "2\tn't\tnot\tPART\t_\t_\t1\tadvmod\t_\t_\tO\n\n1\tEU\tEU\tPROPN\t_\t_\t0\troot\t_\t_\tB-ORG\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("EU B-ORG\nrejects O\n", "separated by spaces, 2 columns: token 0, tag 1"),
        ("EU\tB-ORG\nrejects\tO\n", "tab-separated, 2 columns: token 0, tag 1"),
        ("EU O", "separated by spaces, 2 columns: token 0, tag 1"),
        ("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n", "separated by spaces, 4 columns: token 0, tag 3"),
        ("EU  NNP  B-NP  O\nis  VBZ  B-VP  O", "separated by spaces, 4 columns: token 0, tag 3"),
        ("0\tHer\tO\n1\tvisit\tO\n\n0\tTo\tO\n", "tab-separated, 3 columns: index 0, token 1, tag 2"),
        ("5 Her O\n6 visit O\n\n7 To O\n", "separated by spaces, 3 columns: index 0, token 1, tag 2"),
        (CONLLU, "tab-separated, 11 columns: index 0, token 1, tag 10, misc 9"),
        ("B-LOC\tParis\nO\tis\n", "tab-separated, 2 columns: token 1, tag 0"),
        ("EU B-ORG NNP _\nis O VBZ _\n", "separated by spaces, 4 columns: token 0, tag 1"),
        ("# one two three four\na O\n", "separated by spaces, 2 columns: token 0, tag 1"),
        ("#one two three four\na O\n", "separated by spaces, 2 columns: token 0, tag 1"),
        ("#wow\tO\n#nice\tO\n", "tab-separated, 2 columns: token 0, tag 1"),
        ("2 CD O\nmen NN O\n3 CD O\n", "separated by spaces, 3 columns: token 0, tag 2"),
    ],
)
def test_find_dialect_looks_at_rows(find, text, found):
    assert find(text).describe() == f"{found} (counted from 0)"


def test_find_dialect_takes_given_columns(find):
    text = "EU NNP B-NP B-ORG\nis VBZ B-VP O\n"
    assert find(text, token_column=1, tag_column=-2).describe().endswith("token 1, tag 2 (counted from 0)")
    assert find(text, token_column=-4).describe().endswith("token 0, tag 3 (counted from 0)")


def test_find_dialect_takes_a_given_first_column_for_no_index(find):
    assert find("1 one O\n2 two O\n", token_column=0).index_column is None
    assert find("1 one O\n2 two O\n", token_column=1).index_column == 0


def test_find_dialect_keeps_given_columns_of_varying_rows(find):
    dialect = find("a f1 O x\nb f1 f2 f3 O x\nc B-X x\n", tag_column=-2)
    assert (dialect.columns, dialect.token_column, dialect.tag_column) == (None, 0, -2)


@pytest.mark.parametrize("mistake", ["EU", "New York B-LOC", "is B_PER", "EU\tO", "caf\udce9 O", "#wow B_PER"])
def test_find_dialect_is_not_led_astray_by_a_mistake(find, mistake):
    text = f"{mistake}\n" + "EU B-ORG\nis O\n" * 5
    dialect = find(text.encode(errors="surrogateescape"))
    assert dialect.describe() == "separated by spaces, 2 columns: token 0, tag 1 (counted from 0)"


def test_find_dialect_finds_spaces_after_where_they_were_seen(find):
    dialect = find("1\ta\tSpaceAfter=No\tO\n2\tb\tx=1|SpaceAfter=No\tO\n")
    assert dialect.misc_column == 2


def test_find_dialect_expects_spaces_after_in_the_last_column_of_conllu(find):
    text = CONLLU.replace("\tO\n", "\n").replace("\tB-ORG\n", "\n").replace("_\t_\n", "O\t_\n")
    assert find(text).describe() == "tab-separated, 10 columns: index 0, token 1, tag 8, misc 9 (counted from 0)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"train\.txt: no sentences: it holds nothing; name a file"),
        ("\n \n\t\n", r"train\.txt: no sentences: it holds only blank lines, comments and -DOCSTART- lines"),
        ("# a\n\n-DOCSTART- O\n", r"train\.txt: no sentences: it holds only blank lines, comments"),
        ("\nEU\nrejects\n", r"train\.txt:2: 'EU' is one column; expected a token and its tag"),
        ("EU NNP\nis VBZ\n", r"train\.txt:1: 'EU NNP': no column holds tags \(O, B-TYPE.*name it with --tag_column"),
        ("a b\nc d e\nf g h i\n", r"train\.txt:1: 'a b' has 2 columns, but line 2, 'c d e', has 3; correct the file"),
    ],
)
def test_find_dialect_says_what_is_missing(find, text, message):
    with pytest.raises(InputError, match=message):
        find(text)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tag_column": 2}, r"'EU B-ORG' has no column 2; --tag_column can be 0 to 1, or -1 to -2 from the end"),
        ({"token_column": -3}, r"'EU B-ORG' has no column -3; --token_column can be 0 to 1"),
        ({"token_column": 1, "tag_column": -1}, r"'EU B-ORG': column 1 cannot be both token and tag; correct --token"),
    ],
)
def test_find_dialect_refuses_given_columns_that_cannot_be(find, columns, message):
    with pytest.raises(InputError, match=rf"train\.txt:1: {message}"):
        find("EU B-ORG\nis O\n", **columns)


@pytest.mark.parametrize(
    ("text", "token", "tag"),
    [
        ("EU NNP B-NP B-ORG\nrejects VBZ B-VP O\n", 0, 3),  # chunks, then entities
        ("Velmora NNP B-ORG B-NP\nrejects VBZ O B-VP\n", 0, 2),  # and the other way round
        ("EU NNP B-NP\nrejects VBZ B-VP\n", 0, 2),  # chunks alone are what is to be learnt
        ("1\tBayern\tB-ORG\tO\n2\tsiegt\tO\tO\n", 1, 2),  # a second layer that is empty
        ("10\tMaren\tB-PER\n7\tTolk\tI-PER\n", 1, 2),  # numbers that do not count up
        ("news_1\tMaren\tNNP\tB-PER\nnews_2\tging\tVBD\tO\n", 1, 3),
        ("1-1\t0-5\tMaren\tB-PER\n1-2\t6-10\tging\tO\n", 2, 3),
        ("B-ORG 0 0 I-NP NNP EU\nO 0 0 I-NP NNP Council\nO 0 0 I-NP NNP Chair\n", 5, 0),
        ("2 CD O\n3 CD O\nmen NN O\n", 0, 2),  # numbers among other tokens
        ("place start end token score tag\n0-5 0 5 Maren 1 PER\n6-10 6 10 ging 1 O\n", 3, 5),  # a header
        ("lemma word pos tag\nvelmora Velmora NNP B-ORG\nreject rejects VBZ O\n", 1, 3),  # that names the tokens
        ("pos\tform\tner\nNNP\tVelmora\tB-ORG\nVBZ\trejects\tO\n", 1, 2),
        ("token form tag\nVelmora velmora B-ORG\nrejects reject O\n", 0, 2),  # or two columns of tokens
        ("sent token text tag\n1 1 Velmora B-ORG\n1 2 rejects O\n", 2, 3),  # or running numbers
        ("word token tag\nx Velmora B-ORG\nx rejects O\nx offers O\n", 1, 2),  # content decides between two names
        ("pos word tag\nVelmora NNP x B-ORG\nrejects VBZ x O\n", 0, 3),  # and where a column has no name
    ],
)
def test_find_dialect_finds_token_and_tag_by_content(find, text, token, tag):
    dialect = find(text)
    assert (dialect.token_column, dialect.tag_column) == (token, tag)


def test_find_dialect_refuses_a_language_before_each_token(find):
    with pytest.raises(InputError, match=r"train\.txt:1: .*: every token begins with 'en:'; remove .* sed 's/en://'"):
        find("en:Maren\tB-PER\nen::\tO\n\nen:no\tO\n")
    assert find("en:Maren\tB-PER\n:\tO\n").token_column == 0


def test_find_dialect_refuses_a_number_after_each_character(find):
    with pytest.raises(InputError, match=r"train\.txt:1: .*: the tokens are characters with numbers; remove .*sed"):
        find("\u738b0\tB-PER\n\u660e1\tI-PER\n\n10\tO\n")
    assert find("\u738b0\tB-PER\n\u660e\tI-PER\n").token_column == 0
    assert find("A1\tB-PER\nb2\tO\n").token_column == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\tBayern\tB-ORG\tB-LOC\n2\tsiegt\tO\tO\n", r"columns 2 \(1 entity\), 3 \(1 entity\) hold tags"),
        ("EU B-ORG O\nNew B-LOC B-LOC\n", r"columns 1 \(2 entities\), 2 \(1 entity\).*choose one with --tag_column"),
    ],
)
def test_find_dialect_refuses_to_choose_among_layers(find, text, message):
    with pytest.raises(InputError, match=message):
        find(text)
    assert find(text, tag_column=2).tag_column == 2


@pytest.mark.parametrize(
    ("text", "types", "join"),
    [
        ("Bo\tB\tper\nmet\tO\t_\n", 2, r"""awk -F'\t' -v OFS='\t' '$2 ~ /^[BIELSUMW]$/ {$2 = $2 "-" $3} 1'"""),
        ("Bo B 1.a PER\nKo B 2.a PER\nmet O - O\n", 3, """awk '$2 ~ /^[BIELSUMW]$/ {$2 = $2 "-" $4} 1'"""),
        ("Bo PER B\nKo PER B\nmet O O\n", 1, """awk '$3 ~ /^[BIELSUMW]$/ {$3 = $3 "-" $2} 1'"""),
    ],
)
def test_find_dialect_tells_how_to_join_prefixes_with_the_types_beside_them(find, text, types, join):
    message = f"name no entity type, which column {types} does; join them, as in {join}"
    with pytest.raises(InputError, match=re.escape(message)):
        find(text)


def test_find_dialect_takes_types_without_their_prefixes_where_asked(find):
    assert find("Bo B PER\nKo B PER\nmet O O\n", tag_column=2).notation.form == "TYPE"


@pytest.mark.parametrize("options", [{}, {"tag_column": 2}])
def test_find_dialect_refuses_to_choose_among_tags_of_misc(find, options):
    text = "1\tBo\tNER=B-PER|Event=O\n2\tmet\tEvent=B-TALK|SpaceAfter=No\n3\tus\t_\n"
    message = r"train\.txt:1: .*: column 2 holds tags in NER=\.\.\. and Event=\.\.\.; leave one, as in sed -E '(.*)'"
    with pytest.raises(InputError, match=message) as refused:
        find(text, **options)
    _, pattern, replacement, _ = re.search(message, str(refused.value))[1].split("/")
    assert find(re.sub(pattern, replacement, text), **options).notation.key == "NER"


def test_find_dialect_refuses_rows_of_different_length(find):
    text = "EU B-ORG\nMaren Tolk B-PER\n" * 5
    message = (
        r"train\.txt:1: 'EU B-ORG' has 2 columns, but line 2, 'Maren Tolk B-PER', has 3; correct the file, or name"
    )
    with pytest.raises(InputError, match=message):
        find(text)
    assert find(text, tag_column=-1).columns is None


def test_find_dialect_refuses_a_token_column_that_holds_the_only_tags(find):
    with pytest.raises(InputError, match="no column holds tags"):
        find("EU B-ORG\nis O\n", token_column=1)


CONLL2012 = """#begin document (a/b/c); part 000
a/b/c  0  0  Ada   NNP  (TOP(S(NP*  -     -  -  s  (PERSON*  *      (ARG0*  (0
a/b/c  0  1  King  NNP  *)          -     -  -  s  *)        *      *)      0)
a/b/c  0  2  met   VBD  (VP*        meet  1  1  s  *         (V*)   *       -
a/b/c  0  3  Bo    NNP  (NP*)))     -     -  -  s  (PERSON)  (A1*)  *       -

a/b/c  0  0  Go    VB   (TOP(S*))   -     -  -  s  *         -

#end document
"""


def test_find_dialect_knows_conll_2012_whose_rows_differ_in_length(tmp_path):
    path, counts = tmp_path / "train.txt", ReadCounts()
    path.write_text(CONLL2012)
    found = list(read_sentences(str(path), find_dialect(str(path)), counts=counts))
    assert [(one.sentence.tokens, one.sentence.tags) for one in found] == [
        (("Ada", "King", "met", "Bo"), ("B-PERSON", "I-PERSON", "O", "B-PERSON")),
        (("Go",), ("O",)),
    ]
    assert counts.documents == {"#begin document": 1}


def test_find_dialect_decodes_as_asked(tmp_path):
    path = tmp_path / "train.txt"
    path.write_bytes("Zürich B-LOC\nist O\n".encode("latin-1"))
    [found] = read_sentences(str(path), find_dialect(str(path), ReadOptions(encoding="latin-1")))
    assert found.sentence.tokens == ("Zürich", "ist")
    with pytest.raises(InputError, match=r"train.txt:1: byte 0xFC, byte 2 of the line, is not UTF-8; .* --encoding"):
        list(read_sentences(str(path), find_dialect(str(path))))


@pytest.mark.parametrize(("encoding", "message"), [("latin-9000", "no such encoding"), ("utf-16", "iconv -f utf-16")])
def test_encodings_that_cannot_be_read_are_refused(encoding, message):
    with pytest.raises(InputError, match=message):
        ReadOptions(encoding=encoding)


def test_find_dialect_shows_what_a_column_without_tags_holds(find):
    with pytest.raises(
        InputError, match=r"the last one holds 'NNP', 'VBZ'; name it with --tag_column.*it looks like CSV"
    ):
        find("EU, NNP\nis, VBZ\nEU, NNP\n")


def test_a_column_that_only_later_rows_lack_is_named_by_such_a_row(find):
    with pytest.raises(InputError, match=r"train.txt:2: 'b O' has no column 2; --tag_column can be 0 to 1"):
        find("a x O\nb O\nc x y O\n" * 3, tag_column=2)


def test_a_column_of_o_before_that_of_entities_may_be_the_gold_tags(find):
    """As in the project's own files of predictions, where no gold entity is in the first rows."""
    expected = r"columns 1 \(0 entities\), 2 \(1 entity\) hold tags in the first rows; choose one with --tag_column"
    with pytest.raises(InputError, match=expected):
        find("the\tO\tO\nThames\tO\tB-LOC\n")
    with pytest.raises(InputError, match=r"columns 1 \(0 entities\), 2 \(1 entity\)"):
        find("the\tO\tO\nThames\tO\tLOC\n")
    assert find("the\tO\tO\nThames\tO\tB-LOC\n", tag_column=1).tag_column == 1
    assert find("the\tO\tO\nThames\tB-LOC\tO\n").tag_column == 1


def test_find_dialect_refuses_the_tags_of_a_sentence_in_one_cell(find):
    with pytest.raises(InputError, match=r"no column holds tags.*; it looks like a sentence and its tags in each line"):
        find("Ada is in Oslo\tB-PER O O B-LOC\nBo ran\tB-PER O\n")


def test_find_dialect_says_what_a_file_looks_like_where_several_columns_hold_tags(find):
    with pytest.raises(InputError, match=r"hold tags in the first rows.*line ends of old Macs"):
        find("Ada\tB-PER\rOslo\tB-LOC\ris\tO\r")
