import json

import pytest

from ner.errors import InputError
from ner.inference.doc import Doc
from ner.inference.inputs.input_errors import InputErrors
from ner.inference.inputs.input_json import read_json
from ner.inference.outputs.rendering import RenderOptions, renderer


@pytest.fixture
def read(tmp_path):
    """Reads a file `pool.jsonl` of these lines; the texts, and the notes."""

    def read(*lines, policy="fail"):
        path = tmp_path / "pool.jsonl"
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
        notes = []
        return [one for window in read_json([str(path)], InputErrors(policy, notes.append)) for one in window], notes

    return read


def test_each_object_is_a_text_with_its_other_fields(read):
    found, _ = read('\ufeff{"id": 7, "text": "Ada saw\\nBo.", "spans": []}', "", '{"text": ""}\r')
    assert [(one.text.text, one.line, one.fields) for one in found] == [
        ("Ada saw\nBo.", 1, {"id": 7, "spans": []}),
        ("", 3, {}),
    ]
    assert found[0].text.tokens == ("Ada", "saw", "Bo", ".")


def test_the_other_fields_are_written_beside_the_entities(read):
    [with_id, alone], _ = read('{"id": 7, "text": "Ada", "entities": ["gold"]}', '{"text": "Bo"}')
    write = renderer(("PER",), RenderOptions(output="json")).text
    written = json.loads(write(with_id, Doc(with_id.text, ("B-PER",), (0.5,))))
    assert written["text"] == "Ada" and written["entities"][0]["type"] == "PER"
    assert written["fields"] == {"id": 7, "entities": ["gold"]}
    assert "fields" not in json.loads(write(alone, Doc(alone.text, ("O",), (0.5,))))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Ada saw Bo.", r"pool.jsonl:2: not JSON \(Expecting value at character 1\); expected an object such as "),
        ('["Ada"]', r"pool.jsonl:2: JSON, but no object; expected"),
        ('{"content": "Ada", "id": 1}', r"pool.jsonl:2: no 'text' with a string among 'content', 'id'; expected"),
        ('{"text": 7}', r"pool.jsonl:2: no 'text' with a string among 'text'"),
        ("{}", r"pool.jsonl:2: no 'text' with a string among no fields"),
        ('{"text": "\\ud83d"}', r"pool.jsonl:2: half of a surrogate pair"),
        ('{"text": "Ada", "id": "\\udc00"}', r"pool.jsonl:2: half of a surrogate pair"),
        ("[" * 100_000, r"pool.jsonl:2: nested too deeply"),
        ('{"text": "Ada", "id": ' + 5_000 * "7" + "}", r"pool.jsonl:2: a whole number of more than 4,300 digits"),
        (b'{"text": "caf\xe9"}', r"pool.jsonl:2: not UTF-8 at byte 14"),
        ('{"text": "' + 1_000_001 * "a" + '"}', r"pool.jsonl:2: a text of 1,000,001 characters"),
    ],
)
def test_a_line_without_a_text_is_named_and_may_be_skipped_or_replaced(read, line, message):
    lines = ['{"text": "Ada"}', line, '{"text": "Bo"}']
    with pytest.raises(InputError, match=message):
        read(*lines)
    found, notes = read(*lines, policy="skip")
    assert [one.line for one in found] == [1, 3]
    assert len(notes) == 1
    found, _ = read(*lines, policy="replace")
    assert [one.line for one in found] == [1, 2, 3]
