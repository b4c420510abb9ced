"""Documents of spaCy: tokens, spaces, entities, sentences, and entities that are missing."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.readers import spacy_docs
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, survive

try:
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab
except ImportError:
    Doc = None

needs_spacy = pytest.mark.skipif(Doc is None, reason="spaCy is not installed")


def doc_of(words, ents=(), missing=(), spaces=None, sent_starts=None):
    """A document; entities are (first word, end, label), and of `missing` words nobody said whether they are in one."""
    doc = Doc(Vocab(), words=words, spaces=spaces, sent_starts=sent_starts)
    spans = [Span(doc, start, end, label=label) for start, end, label in ents]
    doc.set_ents(spans, missing=[Span(doc, word, word + 1) for word in missing], default="outside")
    return doc


def write(path, *docs):
    DocBin(docs=docs).to_disk(path)
    return path


@needs_spacy
def test_tokens_spaces_and_entities_are_those_of_the_document(tmp_path):
    doc = doc_of(["Ada", "Lovelace", "'s", "case", "."], [(0, 2, "PERSON")], spaces=[True, False, True, False, False])
    found, counts = read(write(tmp_path / "a.spacy", doc, doc_of(["So"])), "spacy")
    assert shown(found) == ["Ada/B-PERSON Lovelace/I-PERSON|'s case|.", "So"]
    assert (counts.lines, counts.documents) == (2, {"Doc": 2})


@needs_spacy
def test_compressed_documents_are_read(tmp_path):
    path = write(tmp_path / "a.spacy", doc_of(["Ada", "sang"], [(0, 1, "PERSON")]))
    packed = tmp_path / "a.spacy.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert shown(read(packed, "spacy")[0]) == ["Ada/B-PERSON sang"]


@needs_spacy
def test_missing_entities_are_not_annotated(tmp_path):
    doc = doc_of(["Ada", "sang", "Bo"], [(0, 1, "PERSON")], missing=[2])
    assert shown(read(write(tmp_path / "a.spacy", doc), "spacy")[0]) == ["Ada/B-PERSON sang Bo/-"]


@needs_spacy
def test_sentences_are_those_of_the_document_or_its_lines(tmp_path):
    marked = doc_of(["a", "b", "c"], [(1, 3, "geographic location")], sent_starts=[True, False, True])
    lines = doc_of(["a", " ", "b", "\n", "c"], spaces=[False] * 5)
    found, counts = read(write(tmp_path / "a.spacy", marked, lines), "spacy")
    assert shown(found) == ["a b/B-geographic_location c/I-geographic_location", "a b", "c"]
    assert counts.empty_tokens == 2


@needs_spacy
def test_a_document_with_a_type_that_cannot_be_one_is_named(tmp_path):
    path = write(tmp_path / "a.spacy", doc_of(["a"]), doc_of(["b"], [(0, 1, "\u2028")]))
    with pytest.raises(InputError, match=r"a\.spacy:2: tag 'B-' is not O"):
        read(path, "spacy")


@needs_spacy
@pytest.mark.parametrize("token", ["a\nb", "a\tb", "a\n"])
def test_a_token_that_no_line_of_columns_can_hold_is_named(tmp_path, token):
    path = write(tmp_path / "a.spacy", doc_of(["a"]), doc_of(["c", token]))
    with pytest.raises(InputError, match=r"a\.spacy:2: the token .* holds a line break or a tab; correct the document"):
        read(path, "spacy")


@needs_spacy
@given(sentences())
def test_written_sentences_are_read_back(tmp_path_factory, written):
    docs = []
    for one in written:
        doc = Doc(Vocab(), words=one.tokens, spaces=one.space_after, ents=one.tags)
        docs.append(doc)
    path = write(tmp_path_factory.getbasetemp() / "written.spacy", *docs)
    assert equal(read(path, "spacy")[0], written)


@needs_spacy
@given(st.data())
def test_any_bytes_are_sentences_or_a_clear_error(tmp_path_factory, data):
    content = bytearray(zlib.decompress(DocBin(docs=[doc_of(["Ada", "sang"], [(0, 1, "PERSON")])]).to_bytes()))
    for place in data.draw(st.lists(st.integers(16, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    survive(tmp_path_factory.getbasetemp() / "any.spacy", zlib.compress(bytes(content)), "spacy")
    survive(tmp_path_factory.getbasetemp() / "any.spacy", zlib.compress(bytes(content))[:-5], "spacy")


@pytest.mark.skipif(Doc is not None, reason="spaCy is installed")
def test_without_spacy_the_remedy_is_named():
    with pytest.raises(InputError, match=r"a\.spacy: documents of spaCy need spaCy \(.*\): pip install spacy"):
        spacy_docs.open_reader(["a.spacy"], ReadOptions())


def test_documents_are_found_by_their_beginning():
    map_of_one = b"\x81\xa7version\xa30.1"
    assert spacy_docs.is_spacy("a", zlib.compress(map_of_one))
    assert not spacy_docs.is_spacy("a.spacy", zlib.compress(b"x O\n"))
    assert not spacy_docs.is_spacy("x.txt", b"x O\n")
