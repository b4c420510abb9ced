"""Reads sentences from a `DocBin` of spaCy (`.spacy`): tokens, spaces and entities as they are there; needs spaCy.

A token whose entity is missing (`Token.ent_iob == 0`) is an unannotated one. Source:
https://spacy.io/api/docbin
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence, check_tokens
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import open_source
from data_tools.readers.tag_schemes import check_tag, to_iob2, type_name
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED, OUTSIDE
from ner.text.sentence import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

DOCUMENT = "Doc"  # what begins a document, in the counts of a build
_PREFIXES = {0: NOT_ANNOTATED, 1: "I", 2: OUTSIDE, 3: "B"}  # by `Token.ent_iob`


def is_spacy(path: str, head: bytes) -> bool:
    """Whether a file that begins so is a `DocBin`: zlib data of a map in MessagePack that holds its version."""
    try:
        return b"version" in zlib.decompressobj().decompress(head, 256)[:16]
    except zlib.error:
        return False


def open_reader(paths: Sequence[str], options: ReadOptions) -> "SpacyReader":
    """The reader of these files. Raises `InputError` where spaCy is missing or columns are named."""
    options.check_no_columns(f"{paths[0]}: documents of spaCy")
    try:
        import spacy.tokens  # noqa: F401
    except ImportError as error:
        raise InputError(f"{paths[0]}: documents of spaCy need spaCy ({error}): pip install spacy") from None
    return SpacyReader()


@dataclass(frozen=True)
class SpacyReader(FormatReader):
    """A file is read as a whole; each `Doc` is a document, and counts as a line; see `Reader`."""

    format = "spacy"
    in_words = "documents of spaCy (DocBin)"

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of all documents. Raises `FaultyLinesError`, naming those with a wrong type or token."""
        faults: list[Fault] = []
        for number, sentences in enumerate(_documents(part.path, counts)):
            counts.lines += 1
            counts.documents[DOCUMENT] += 1
            tags = {tag for sentence in sentences for tag in sentence.tags} - {NOT_ANNOTATED}
            if wrong := sorted(fault for tag in tags if (fault := check_tag(tag)) is not None):
                faults += [Fault(part.path, 0, number, f"{fault}; correct it") for fault in wrong]
                continue
            if broken := check_tokens(token for sentence in sentences for token in sentence.tokens):
                faults.append(Fault(part.path, 0, number, f"{broken}; correct the document"))
                continue
            for sentence in sentences:
                counts.evidence.add_sentence(sentence.tags)
                iob2 = replace(sentence, tags=to_iob2(sentence.tags))
                lines = (number,) * len(sentence.tokens)  # places are documents below the first
                yield SourceSentence(0, number, number + 1, lines, iob2)
        if faults:
            raise FaultyLinesError(Faults.of(faults))


def _documents(path: str, counts: ReadCounts) -> Iterator[list[Sentence]]:
    """The sentences of each document, with tags as they stand there. Raises `InputError` where they cannot be read."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    with open_source(path) as file:
        content = file.read()
    try:
        for doc in DocBin().from_bytes(content).get_docs(Vocab()):
            counts.empty_tokens += sum(token.text.isspace() for token in doc)
            yield [sentence for tokens in _cut(doc) if (sentence := _sentence(tokens)) is not None]
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: damaged documents of spaCy ({error}); get the file again") from None


def _cut(doc: "Doc") -> Iterator[list["Token"]]:
    """The tokens of each sentence: as the document says, else those of each line; none is cut within an entity."""
    marked = doc.has_annotation("SENT_START")
    tokens: list[Token] = []
    for token in doc:
        begins = bool(token.is_sent_start) if marked else bool(tokens) and "\n" in tokens[-1].text
        if tokens and begins and token.ent_iob_ != "I":
            yield tokens
            tokens = []
        tokens.append(token)
    if tokens:
        yield tokens


def _sentence(tokens: Sequence["Token"]) -> Sentence | None:
    """The sentence of these tokens without those that are white space; None where there are no others."""
    words: list[str] = []
    tags: list[str] = []
    spaces: list[bool] = []
    for token in tokens:
        if token.text.isspace():
            spaces[-1:] = [True] * bool(spaces)
            continue
        prefix = _PREFIXES[token.ent_iob]
        words.append(token.text)
        tags.append(f"{prefix}-{type_name(token.ent_type_)}" if prefix in ("B", "I") else prefix)
        spaces.append(bool(token.whitespace_))
    return Sentence(tuple(words), tuple(tags), tuple(spaces)) if words else None
