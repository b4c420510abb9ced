"""JSON lines with spans or tokens become the sentences that their text holds, with its spaces."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers import base
from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.json.jsonl import JsonlReader, is_jsonl
from ner.errors import InputError


def lines_of(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def read(tmp_path):
    """Reads what stands in a file: marked sentences (`New_York/B-LOC`), and the counts."""

    def read(content, **part):
        path = tmp_path / "train.jsonl"
        path.write_text(content, encoding="utf-8")
        counts = ReadCounts()
        found = list(JsonlReader().read(SourceRange(str(path), **part), counts))
        return [marked(one.sentence) for one in found], counts

    return read


def marked(sentence):
    """`EU/B-ORG rejects. /B-ORG`-like: tokens with their tags, joined as the text joins them."""
    words = [
        token + f"/{tag}" * (tag != "O") + " " * space
        for token, tag, space in zip(sentence.tokens, sentence.tags, sentence.space_after, strict=True)
    ]
    return "|".join(words).rstrip()


@pytest.mark.parametrize(
    "annotated",
    [
        {"entities": [{"start": 0, "end": 2, "label": "ORG"}, {"start": 11, "end": 19, "label": "LOC"}]},
        {"label": [[11, 19, "LOC"], [0, 2, "ORG"]]},
        {"spans": [{"start": 0, "end": 2, "type": "ORG"}, {"start": 11, "end": 19, "entity_group": "LOC"}]},
    ],
    ids=lambda annotated: next(iter(annotated)),
)
def test_text_with_spans_keeps_its_spacing(read, annotated):
    found, counts = read(lines_of({"id": 7, "text": "EU rejects New York.", **annotated}))
    assert found == ["EU/B-ORG |rejects |New/B-LOC |York/I-LOC|."]
    assert (counts.lines, counts.cut_tokens, counts.evidence.name) == (1, 0, "IOB2")


def test_tokens_with_tags_of_any_scheme(read):
    records = [{"tokens": ["EU", "rejects"], "ner_tags": ["S-ORG", "O"]}, {"words": ["New"], "tags": ["I-LOC"]}]
    assert read(lines_of(*records, {"tokens": [], "ner_tags": []}))[0] == ["EU/B-ORG |rejects", "New/B-LOC"]


def test_a_text_becomes_a_sentence_for_each_of_its_lines_unless_an_entity_goes_on(read):
    text = "One.\n\nNew\nYork is"
    found, _ = read(lines_of({"text": text, "spans": [{"start": 6, "end": 14, "label": "LOC"}]}))
    assert found == ["One|.", "New/B-LOC |York/I-LOC |is"]


def test_a_boundary_that_cuts_a_token_is_counted_and_named(read):
    records = {"text": "x", "spans": []}, {"text": "Bostonian York", "spans": [[0, 6, "LOC"], [10, 14, "LOC"]]}
    found, counts = read(lines_of(*records))
    assert found == ["x", "Bostonian/B-LOC |York/B-LOC"]
    assert counts.cut_tokens == 1
    [example] = counts.cut_examples
    assert re.fullmatch(r".*train\.jsonl:2: 'Boston' in 'Bostonian'", str(example))


def test_the_longest_of_overlapping_spans_is_kept_and_the_others_are_counted(read):
    spans = [[4, 7, "LOC"], [0, 15, "ORG"], [11, 20, "PER"]]
    found, counts = read(lines_of({"text": "The New York Times said", "spans": spans}))
    assert found == ["The/B-ORG |New/I-ORG |York/I-ORG |Times/I-ORG |said"]
    assert (counts.overlapping_spans, counts.cut_tokens) == (2, 1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', "not a JSON object in UTF-8"),
        ('"text"', "expected a JSON object"),
        ('{"text": "a", "id": ' + 5_000 * "7" + "}", r"not a JSON object in UTF-8 \(Exceeds the limit"),
        ('{"text": "a \\ud800", "spans": []}', "not a JSON object in UTF-8 .*surrogates not allowed"),
        ('{"text": "a", "annotations": []}', ", but the keys are 'text', 'annotations'"),
        ('{"text": "a", "label": "positive"}', "spans must be a list .*, not 'positive'; correct the record"),
        ('{"text": "a b", "spans": [[0, 9, "X"]]}', "span 0 to 9: expected start and end within 3 characters; corr"),
        ('{"text": "a b", "spans": [[0, 3]]}', r"span \[0, 3\]: expected start, end and label; correct it"),
        (
            '{"text": "a b", "spans": [{"start": -1, "end": 1, "label": "X", "text": "b"}]}',
            "span -1 to 1: expected start",
        ),
        ('{"text": "a b", "spans": [[1, 2, "X"]]}', "span 1 to 2 holds no token"),
        ('{"text": "a b", "spans": [[0, 1, "B-X"]]}', "span 0 to 1: entity type 'B-X' is a tag of tokens"),
        ('{"text": "a b", "spans": [[0, 1, " "]]}', "tag 'B-' is not"),
        ('{"tokens": ["a"], "ner_tags": [3]}', "tags are numbers, here 3, but their names are not known"),
        ('{"tokens": ["a", ""], "ner_tags": ["O", "O"]}', "a token is empty"),
        ('{"tokens": ["a"], "ner_tags": ["O", 1]}', "tags must be a list of strings; correct the record"),
        ('{"tokens": ["a"], "ner_tags": ["O", "O"]}', "1 tokens, but 2 tags"),
        ('{"tokens": ["a"], "ner_tags": ["B_PER"]}', "tag 'B_PER' is not"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(read, line, message):
    with pytest.raises(InputError, match=rf"train\.jsonl:3: .*{message}"):
        read(lines_of({"text": "x", "spans": []}) + "\n" + line + "\n")


WORDS = st.lists(st.tuples(st.sampled_from(["a", "bc", "Ab12"]), st.booleans(), st.booleans()), min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(st.integers(1, 400), max_size=4))
def test_written_sentences_are_read_back_from_any_ranges(tmp_path_factory, sentences, cuts):
    path = tmp_path_factory.getbasetemp() / "written.jsonl"
    expected = []
    with path.open("w") as file:
        for words in sentences:
            text, spans = "", []
            for word, is_entity, ends_sentence in words:
                if is_entity:
                    spans.append([len(text), len(text) + len(word), "X"])
                text += word + ("!" if ends_sentence else " ")
            file.write(json.dumps({"text": text, "spans": spans}) + "\n")
            shown = "".join(f"{word}{'/B-X' * entity}{'|!|' if mark else ' |'}" for word, entity, mark in words)
            expected.append(shown.removesuffix("|").rstrip())
    bounds = [0, *sorted(cuts), None]
    counts = [ReadCounts() for _ in cuts] + [ReadCounts()]
    found = [
        marked(one.sentence)
        for (start, end), part in zip(pairwise(bounds), counts, strict=True)
        for one in JsonlReader().read(SourceRange(str(path), start, end), part)
    ]
    assert found == expected
    assert sum(part.lines for part in counts) == len(sentences)


def test_build_finds_the_format_by_looking_and_is_the_same_in_any_ranges(tmp_path, monkeypatch):
    path = tmp_path / "corpus.txt"
    path.write_text(lines_of(*({"text": f"Anna{n} lebt.", "entities": [[0, 5, "PER"]]} for n in range(40))))
    built = []
    for range_bytes in (1 << 20, 100):
        monkeypatch.setattr(base, "RANGE_BYTES", range_bytes)
        folder = tmp_path / str(range_bytes)
        sources = {"train": (str(path),)}
        dataset = build_records(BuildOptions(sources=sources, output_dir=str(folder), workers=1)).dataset
        built.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert built[0] == built[1]
    split = dataset.split("train")
    assert (split.sentences, split.tokens, split.entities) == (40, 120, {"PER": 40})
    assert (split.dialect["format"], split.documents) == ("jsonl", {"file": 1})
    assert split.dialect["cut_tokens"] == 30


@pytest.mark.parametrize("head", [b'{"text": 1}', b'\n {"a": []}\nx'])
def test_jsonl_is_known_by_its_first_line(head):
    assert is_jsonl("x", head)


@pytest.mark.parametrize("head", [b"", b"{ O\n} O", b"EU B-ORG", b'" O\n{"a": 1}'])
def test_columns_are_not_taken_for_jsonl(head):
    assert not is_jsonl("x", head)
