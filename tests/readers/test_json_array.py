"""Files of JSON that hold their records in arrays."""

import json

import pytest

from ner.errors import InputError
from tests.readers.json_forms import READ, RECORDS
from tests.readers.written import read, shown


def test_a_fault_in_an_array_is_named_by_its_line(tmp_path):
    path = tmp_path / "data.json"
    records = [RECORDS["doccano"], {"text": "é", "label": [[0, 9, "X"]]}, {"text": "b"}]
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").split("\n")
    with pytest.raises(InputError) as raised:
        read(path, "json")
    first, second = str(raised.value).split("\n")
    begins = [number for number, line in enumerate(lines, 1) if line == " {"]
    assert first.startswith(f"{path}:{begins[1]}: span 0 to 9: expected start and end within 1 characters; ")
    assert first.endswith("; correct its places, which count characters from 0 (not bytes or UTF-16)")
    assert second.startswith(f"{path}:{begins[2]}: expected text with entities, label or spans")


def test_a_record_of_an_array_without_line_breaks_is_named_by_its_byte(tmp_path):
    path = tmp_path / "data.json"
    records = [RECORDS["doccano"], {"text": "é b", "label": [[2, 9, "X"]]}, {"text": "a b", "label": [[1, 2, "X"]]}]
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    content = path.read_bytes()
    second, third = (content.index(start) for start in ('{"text": "é'.encode(), b'{"text": "a'))
    with pytest.raises(InputError, match=rf"(?s)data\.json:1 \(byte {second}\): span 2 .*:1 \(byte {third}\): span 1 "):
        read(path, "json")


def test_an_array_that_is_cut_is_named(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps([RECORDS["doccano"]] * 3, indent=1)[:-30])
    with pytest.raises(InputError, match=r"data.json:\d+: no JSON value \(.*correct the file"):
        read(path, "json")


ORG_RECORD = '[{"text": "EU one", "label": [[0, 2, "ORG"]]}]'
CLASSES = f'{{"classes": ["ORG"], "annotations": {ORG_RECORD}\n}}'


@pytest.mark.parametrize("between", ["\n", "", " \r\n\n"])
@pytest.mark.parametrize("form", [ORG_RECORD, CLASSES])
def test_arrays_after_one_another_are_all_read(tmp_path, form, between):
    path = tmp_path / "data.json"
    path.write_text(f"{form}{between}[\n]{between}{ORG_RECORD}{between}", newline="")
    found, counts = read(path, "json")
    assert (shown(found), counts.lines) == (["EU/B-ORG one"] * 2, len(path.read_bytes().splitlines()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{ORG_RECORD}\n\n x]", r"data\.json:3: expected another array or the end of the file, not 'x\]'; corr"),
        (f"{ORG_RECORD}\n}}", r"data\.json:2: expected another array or the end of the file, not '}'"),
        (f"{CLASSES}\n}}", r"data\.json:3: expected another array or the end of the file, not '}'"),
        (CLASSES[:-1], r"data\.json:2: no } after the array; correct the file"),
        (f"{ORG_RECORD}\n[1", r"data\.json:2: expected a JSON object.*\n.*data\.json:2 \(byte 49\): no JSON value"),
        (f"{ORG_RECORD}\n[{5_000 * '7'}]", r"data\.json:2: no JSON value \(Exceeds the limit"),
        (f'{ORG_RECORD},{{"text": ""}}', r"not ',{\"text\": \"\"}'"),
    ],
)
def test_what_stands_after_an_array_and_is_none_is_named(tmp_path, content, message):
    path = tmp_path / "data.json"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read(path, "json")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_below_its_classes_is_read_and_texts_that_nobody_looked_at_are_counted(tmp_path, indent):
    path = tmp_path / "annotations.json"
    content = {"classes": ["ORG", "LOC"], "annotations": [RECORDS["spacy"], None, ["No.", {"entities": []}]]}
    path.write_text(json.dumps(content, indent=indent))
    found, counts = read(path, "json")
    assert (shown(found), counts.unannotated) == ([*READ, "No|."], 1)
