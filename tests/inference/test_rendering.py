import json

from ner.inference.doc import Doc, Entity
from ner.inference.rendering import renderer
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
TAGGED = Doc(
    TokenizedText.from_text("Ada saw  New  York."), ("B-PER", "O", "B-LOC", "I-LOC", "O"), (0.9, 1.0, 0.75, 0.25, 1.0)
)
EMPTY = Doc(TokenizedText.from_text(""), (), ())


def test_entities_are_characters_of_the_text_as_given():
    assert TAGGED.ents == (Entity("PER", 0, 3, "Ada", 0.9), Entity("LOC", 9, 18, "New  York", 0.5))


def test_json_is_one_line_with_spans_and_mean_confidence():
    line = renderer("json", LABELS, colours=True)(TAGGED)
    assert line.index("\n") == len(line) - 1
    assert json.loads(line) == {
        "text": "Ada saw  New  York.",
        "entities": [
            {"type": "PER", "start": 0, "end": 3, "text": "Ada", "confidence": 0.9},
            {"type": "LOC", "start": 9, "end": 18, "text": "New  York", "confidence": 0.5},
        ],
    }
    assert renderer("json", LABELS, colours=True)(EMPTY) == '{"text": "", "entities": []}\n'


def test_columns_end_with_a_blank_line():
    expected = "Ada\tB-PER\nsaw\tO\nNew\tB-LOC\nYork\tI-LOC\n.\tO\n\n"
    assert renderer("columns", LABELS, colours=True)(TAGGED) == expected


def test_marked_text_has_a_colour_for_each_type():
    expected = "\x1b[1;32mAda\x1b[0;2;32m PER\x1b[0m saw  \x1b[1;34mNew  York\x1b[0;2;34m LOC\x1b[0m.\n"
    assert renderer("colour", LABELS, colours=True)(TAGGED) == expected


def test_marked_text_has_brackets_where_colours_are_not_wanted():
    assert renderer("colour", LABELS, colours=False)(TAGGED) == "[Ada]PER saw  [New  York]LOC.\n"


def test_marked_text_does_nothing_else_to_a_terminal():
    source = TokenizedText.from_text("\x1b[2J a\tb\x9b")
    shown = renderer("colour", LABELS, colours=True)(Doc(source, ("O",) * 6, (1.0,) * 6))
    assert shown == "\ufffd[2J a\tb\ufffd\n"
