"""Tables with quotes, however their sentences are marked."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.csv_table import open_reader
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, survive


@pytest.fixture
def write(tmp_path):
    def write_table(content):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_table


READ = ["EU/B-ORG rejects", "Peter/B-PER , left"]


@pytest.mark.parametrize(
    "content",
    [
        "Sentence #,Word,POS,Tag\nSentence: 1,EU,NNP,B-ORG\n,rejects,VBZ,O\n"
        'Sentence: 2,Peter,NNP,B-PER\n,",",",",O\n,left,VBD,O\n',
        'sentence_id;token;ner_tags\r\n1;EU;B-ORG\r\n1;rejects;O\r\n2;Peter;B-PER\r\n2;",";O\r\n2;left;O\r\n',
        'word,tag\nEU,B-ORG\nrejects,O\n,\nPeter,B-PER\n",",O\nleft,O',
        '"token"\t"label"\n"EU"\t"B-ORG"\n"rejects"\t"O"\n\n"Peter"\t"B-PER"\n","\t"O"\n"left"\t"O"\n',
        'word,tag\nEU,ORG\nrejects,0\n,\nPeter,PER\n",",0\nleft,0\n',
    ],
)
def test_tables_of_every_layout_are_read(write, content):
    found, counts = read(write(content), "csv")
    assert (shown(found), counts.headers) == (READ, 1)


def test_rows_without_a_token_are_dropped_or_kept_by_a_flag(write):
    path = write("Sentence #,Word,Tag\n1,EU,B-ORG\n1, ,I-ORG\n1,rejects,O\n")
    remedy = "correct the row, or give --empty_token=drop or --empty_token=keep"
    with pytest.raises(InputError, match=rf"data.csv:3: the token is empty; {remedy}"):
        read(path, "csv")
    dropped, counts = read(path, "csv", empty_token="drop")
    assert (shown(dropped), counts.empty_tokens) == (["EU/B-ORG rejects"], 1)
    assert shown(read(path, "csv", empty_token="keep")[0]) == ["EU/B-ORG \ufffd/I-ORG rejects"]
    spaced = write("Sentence #,Word,Tag\n1,EU,B-ORG\n1, ,O\n1,re,O\n1,jects,O\n")
    assert shown(read(spaced, "csv", empty_token="space")[0]) == ["EU/B-ORG re|jects"]


def test_other_encodings_are_named_by_a_flag(write):
    path = write("Sentence #,Word,Tag\nSentence: 1,Zürich,B-LOC\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"data.csv:2: byte 0xFC of the line is not UTF-8; name the file's --encoding"):
        read(path, "csv")
    assert shown(read(path, "csv", encoding="latin-1")[0]) == ["Zürich/B-LOC"]


def test_spaces_around_cells_belong_to_none(write):
    path = write('sentence_id, "word" ,tag\n1, "a, b" , B-X\n1 ,c,O \n2,d, B-X\n , ,\n2,e,O\n')
    assert shown(read(path, "csv")[0]) == ["a, b/B-X c", "d/B-X", "e"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("word,tag\na,O\nb\n", r"data.csv:3: 1 columns, but the first line names 2"),
        ("word,tag\na,B-X\nb,O\nc,b-x\n", r"data.csv:4: tag 'b-x' is not O"),
        ('word,tag\n"a\nb",B-X\nc,b-x\n,O\n', r"data.csv:4: tag 'b-x' is not O.*\n.*data.csv:5: the token is empty"),
        ('word,tag\n"a\rb",B-X\n', r"data.csv:2: the token 'a.rb' holds a line break or a tab"),
        ("word,tag,label\na,B-X,B-Y\n", r"data.csv:1: columns 1 \('tag'\), 2 \('label'\) hold tags; name one"),
        ("word,tag\na,B\nb,O\n", r"data.csv:1: tags in column 'tag' name no entity type; name it with --type=TYPE"),
        ("word,tag,kind\na,B,PER\nb,O,\n", r"name no entity type; join them with column 'kind', as in B-PER"),
        ("word,tag\na,NN\n", r"data.csv:1: no tags \(O, .*\) in columns 1 \('tag'\), which hold 'NN'; name one"),
    ],
)
def test_faults_are_named(write, content, message):
    with pytest.raises(InputError, match=message):
        read(write(content), "csv")


@pytest.mark.parametrize("tag_column", [2, -1])
def test_a_column_of_tags_may_be_named(write, tag_column):
    assert shown(read(write("word,tag,label\na,B-X,B-Y\n"), "csv", tag_column=tag_column)[0]) == ["a/B-Y"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tag_column": 3}, r"data.csv:1: there is no column 3; --tag_column can be one of 0 'word', 1 'tag', 2 "),
        ({"token_column": -4}, r"data.csv:1: there is no column -4; --token_column can be one of 0 'word', 1 'tag'"),
        ({"tag_column": 0}, r"data.csv:1: column 0 \('word'\) would hold tokens and tags; name another one"),
        ({"token_column": 1, "tag_column": -2}, r"data.csv:1: column 1 \('tag'\) would hold tokens and tags"),
    ],
)
def test_columns_that_are_not_there_or_twice_are_refused(write, columns, message):
    with pytest.raises(InputError, match=message):
        read(write("word,tag,label\na,B-X,B-Y\n"), "csv", **columns)


def test_a_named_column_of_tokens_is_not_looked_at_for_tags(write):
    path = write("word,tag,ner\nan,EU,B-ORG\nanother,rejects,O\n")
    assert shown(read(path, "csv", token_column=1)[0]) == ["EU/B-ORG rejects"]


@pytest.mark.parametrize("columns", ["doc_id,sent_id", "sent_id,doc_id"])
def test_a_column_of_documents_begins_documents_and_sentences(write, columns):
    rows = ["a,1,EU,B-ORG", "a,2,rejects,O", "b,2,Ada,B-PER", ",,ran,O", "b,3,on,O", "a,3,EU,B-ORG"]
    if columns.startswith("sent"):
        rows = [",".join([row.split(",")[1], row.split(",")[0], *row.split(",")[2:]]) for row in rows]
    path = write("\n".join([f"{columns},token,tag", *rows]))
    reader, counts = open_reader([str(path)], ReadOptions()), ReadCounts()
    [part] = reader.ranges(str(path))
    found = [(one.document, one.sentence.tokens) for one in reader.read(part, counts)]
    assert found == [(1, ("EU",)), (1, ("rejects",)), (2, ("Ada", "ran")), (2, ("on",)), (3, ("EU",))]
    assert counts.documents == {"doc_id": 3}
    assert reader.describe().endswith("tag 'tag', sentence 'sent_id', document 'doc_id'")


@given(sentences(), st.sampled_from(",;"))
def test_written_sentences_are_read_back(tmp_path_factory, written, delimiter):
    table = io.StringIO()
    rows = csv.writer(table, delimiter=delimiter)
    rows.writerow(["Sentence #", "Word", "Tag"])
    for number, sentence in enumerate(written):
        for row, (token, tag) in enumerate(zip(sentence.tokens, sentence.tags, strict=True)):
            rows.writerow(["" if row else f"Sentence: {number}", token, tag])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_text(table.getvalue(), encoding="utf-8", newline="")
    if any(tag != "O" for sentence in written for tag in sentence.tags):
        assert equal(read(path, "csv")[0], written)


PIECES = [b",", b'"', b"\n", b"\r", b"a", b"O", b"B-X", b"\xff", b"\x00", b"a,O\n", b",\n"]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_are_sentences_or_an_error_with_the_file(tmp_path_factory, content):
    survive(tmp_path_factory.getbasetemp() / "any.csv", b"word,tag\na,B-X\n" + content, "csv")


def test_a_column_of_sentences_makes_a_table_of_a_file_with_tabs(tmp_path):
    path = tmp_path / "train.tsv"
    rows = ["sentence_id\ttoken\ttag", "1\tMaren\tB-PER", '1\t"\tO', "1\tyes\tO", '1\t"\tO', "2\tOslo\tB-LOC"]
    path.write_text("\n".join(rows))
    assert shown(read(path, "csv")[0]) == ['Maren/B-PER " yes "', "Oslo/B-LOC"]


@pytest.mark.parametrize("empty", ["", "nan", "None", "NULL"])
def test_a_sentence_goes_on_where_its_column_is_empty(write, empty):
    path = write(f"sentence,word,tag\n1,EU,B-ORG\n{empty},rejects,O\n2,Ada,B-PER\n")
    assert shown(read(path, "csv")[0]) == ["EU/B-ORG rejects", "Ada/B-PER"]


@pytest.mark.parametrize("swallowed", ["", "Bonn,Bonn,B-LOC\n"])
def test_rows_that_a_quotation_mark_joins_in_another_column_are_a_fault(write, swallowed):
    path = write(f'token,lemma,tag\nEU,EU,B-ORG\n«,",O\n{swallowed}»,",O\n')
    with pytest.raises(InputError, match=r'data.csv:3: a cell holds a line break and \',\'.* is written """"'):
        read(path, "csv")


def test_quotation_marks_that_are_tokens_join_no_lines(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text('token\ttag\nMaren\tB-PER\n"\tO\nyes\tO\n"\tO\n')
    assert shown(read(path, "columns")[0]) == ['Maren/B-PER " yes "']
    path = tmp_path / "train.csv"
    path.write_text('word,tag\nMaren,B-PER\n",O\nyes,O\n",O\n')
    with pytest.raises(InputError, match=r'train\.csv:3: the token .* holds a line break or a tab; .* is written """"'):
        read(path, "csv")
