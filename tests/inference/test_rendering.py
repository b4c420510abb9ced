import json
import os

import pytest

from ner.inference.doc import Doc, Entity
from ner.inference.inputs.input_text import InputText
from ner.inference.outputs.rendering import RenderOptions, renderer
from ner.text.column_rows import ColumnRows
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
TAGGED = Doc(
    TokenizedText.from_text("Ada saw  New  York."), ("B-PER", "O", "B-LOC", "I-LOC", "O"), (0.9, 1.0, 0.75, 0.25, 1.0)
)
EMPTY = Doc(TokenizedText.from_text(""), (), ())


def test_entities_are_characters_of_the_text_as_given():
    assert TAGGED.ents == (Entity("PER", 0, 3, "Ada", 0.9), Entity("LOC", 9, 18, "New  York", 0.5))


def rendered(doc, rows=None, line=1, **options):
    source = InputText(doc.source, "-", line, rows)
    return renderer(LABELS.types, RenderOptions(**options)).text(source, doc)


def test_json_is_one_line_with_its_place_spans_and_mean_confidence():
    line = rendered(TAGGED, line=7, output="json")
    assert line.index("\n") == len(line) - 1
    assert json.loads(line) == {
        "file": "-",
        "line": 7,
        "text": "Ada saw  New  York.",
        "entities": [
            {"type": "PER", "start": 0, "end": 3, "text": "Ada", "confidence": 0.9},
            {"type": "LOC", "start": 9, "end": 18, "text": "New  York", "confidence": 0.5},
        ],
    }
    assert rendered(EMPTY, output="json") == '{"file": "-", "line": 1, "text": "", "entities": []}\n'


def test_json_has_no_character_that_ends_a_line_in_some_programs():
    text = "a\x85b\u2028c\u2029d"
    line = rendered(Doc(TokenizedText(text, (), ()), (), ()), output="json")
    assert "a\\u0085b\\u2028c\\u2029d" in line
    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"] == text


def test_json_is_utf_8_whatever_a_file_is_called():
    source = InputText(EMPTY.source, os.fsdecode(b"caf\xe9.txt"), 1)
    line = renderer(LABELS.types, RenderOptions(output="json")).text(source, EMPTY)
    assert json.loads(line.encode())["file"] == "caf\ufffd.txt"


@pytest.mark.parametrize(("offsets", "span"), [("codepoint", (3, 6)), ("utf16", (4, 7)), ("byte", (8, 11))])
def test_json_counts_offsets_as_asked(offsets, span):
    doc = Doc(TokenizedText.from_text("\u6771\U0001f600 Bob"), ("O", "O", "B-PER"), (1.0, 1.0, 1.0))
    entity = json.loads(rendered(doc, output="json", offsets=offsets))["entities"][0]
    assert (entity["start"], entity["end"], entity["text"]) == (*span, "Bob")


def test_columns_end_with_a_blank_line():
    expected = "Ada\tB-PER\nsaw\tO\nNew\tB-LOC\nYork\tI-LOC\n.\tO\n\n"
    assert rendered(TAGGED, output="columns") == expected
    assert rendered(TAGGED, output="columns", confidence=True).startswith("Ada\tB-PER\t0.9000\nsaw\tO\t1.0000\n")


def test_columns_have_a_blank_line_after_each_sentence_that_was_found():
    parts = [Doc(TokenizedText.from_text(text), ("O",) * 2, (1.0,) * 2) for text in ("Go.", "Stay.")]
    whole = Doc.of_sentences(TokenizedText.from_text("Go. Stay."), parts)
    assert rendered(whole, output="columns") == "Go\tO\n.\tO\n\nStay\tO\n.\tO\n\n"
    assert rendered(whole.confident(2.0), output="columns") == rendered(whole, output="columns")
    assert rendered(Doc.of_sentences(TokenizedText.from_text(""), []), output="columns") == "\n"


def test_an_entity_ends_with_its_sentence_where_the_next_one_begins_inside():
    """As decoding by vote may find it."""
    ada, bob = (
        Doc(TokenizedText.from_text(text), (tag,), (1.0,)) for text, tag in (("Ada", "B-PER"), ("Bob", "I-PER"))
    )
    whole = Doc.of_sentences(TokenizedText.from_text("Ada Bob"), [ada, bob])
    assert [entity.text for entity in whole.ents] == ["Ada", "Bob"]
    assert whole.tags == ("B-PER", "B-PER")


def test_a_column_file_comes_back_line_for_line_with_one_column_more():
    doc = Doc(TokenizedText.from_tokens(["Ada", "saw"]), ("B-PER", "O"), (0.9, 1.0))
    rows = ColumnRows(("# id 1", "Ada NNP B-LOC", "saw VBD O", ""), (1, 2), " ")
    assert rendered(doc, rows, output="columns") == "# id 1\nAda NNP B-LOC B-PER\nsaw VBD O O\n\n"
    between = ColumnRows(("-DOCSTART- -X- O O", ""), (), " ")
    assert rendered(EMPTY, between, output="columns") == "-DOCSTART- -X- O O\n\n"
    assert [rendered(EMPTY, between, output=output) for output in ("json", "colour", "html")] == ["", "", ""]


def test_marked_text_has_a_colour_for_each_type():
    expected = "\x1b[1;32mAda\x1b[0;2;32m PER\x1b[0m saw  \x1b[1;34mNew  York\x1b[0;2;34m LOC\x1b[0m.\n"
    assert rendered(TAGGED, output="colour", colours=True) == expected


def test_marked_text_has_brackets_where_colours_are_not_wanted():
    assert rendered(TAGGED, output="colour") == "[Ada]PER saw  [New  York]LOC.\n"
    assert rendered(TAGGED, output="colour", confidence=True) == "[Ada]PER 0.90 saw  [New  York]LOC 0.50.\n"


def test_marked_text_does_nothing_else_to_a_terminal():
    source = TokenizedText.from_text("\x1b[2J a\tb\x9b")
    shown = rendered(Doc(source, ("O",) * 6, (1.0,) * 6), output="colour", colours=True)
    assert shown == "\ufffd[2J a\tb\ufffd\n"


def test_entities_of_little_confidence_are_left_out():
    assert TAGGED.confident(0.5) is TAGGED
    assert TAGGED.confident(0.6).tags == ("B-PER", "O", "O", "O", "O")
    assert [entity.text for entity in TAGGED.confident(0.95).ents] == []
    assert TAGGED.confident({"LOC": 0.6}).tags == ("B-PER", "O", "O", "O", "O")  # of PER nothing is said


def test_html_is_a_page_of_escaped_text_with_marked_entities():
    doc = Doc(
        TokenizedText.from_text('<b>Ada & "Bo"'),
        ("O", "O", "O", "B-PER", "O", "O", "B-LOC", "O"),
        (1.0, 1.0, 1.0, 0.875, 1.0, 1.0, 0.5, 1.0),
    )
    page = renderer(LABELS.types, RenderOptions(output="html"))
    assert page.head.startswith("<!DOCTYPE html>")
    assert page.tail.endswith("</html>\n")
    assert ".t1 { background: hsl(138 75% 78%); }" in page.head
    assert "http" not in page.head + page.tail
    assert rendered(doc, output="html") == (
        '<p>&lt;b&gt;<mark class="t1">Ada<span>PER</span></mark> &amp; '
        '&quot;<mark class="t0">Bo<span>LOC</span></mark>&quot;</p>\n'
    )
    assert '<mark class="t1">Ada<span>PER 0.88</span></mark>' in rendered(doc, output="html", confidence=True)
