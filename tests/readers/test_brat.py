"""Text with annotations beside it becomes sentences with the places and spaces of the text."""

import dataclasses
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.report import describe
from data_tools.building.scan import ScanTask, group_tasks
from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.formats import open_reader
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, spans_in, survive


@pytest.fixture
def write(tmp_path):
    def write_pair(text, annotations, name="a"):
        (tmp_path / f"{name}.txt").write_bytes(text.encode())
        (tmp_path / f"{name}.ann").write_bytes(annotations.encode())
        return tmp_path

    return write_pair


TEXT = "The EU rejects\n\nNew\nYork's plan (again).\n"
ANNOTATIONS = "T1\tORG 4 6\tEU\nT2\tLOC 16 24\tNew York\nR1\tin Arg1:T1 Arg2:T2\t\n#1\tAnnotatorNotes T1\tnote\n"
READ = ["The EU/B-ORG rejects", "New/B-LOC York/I-LOC|'s plan (|again|)|."]


@pytest.mark.parametrize("pattern", ["", "a.txt", "a.ann", "a.*"])
def test_a_folder_a_text_and_a_pattern_are_read(write, pattern):
    folder = write(TEXT, ANNOTATIONS)
    found, counts = read(folder / pattern, "brat")
    assert (shown(found), counts.lines, counts.cut_tokens) == (READ, 4, 0)


def test_damaged_gzip_data_of_the_annotations_is_named(write):
    path = write(TEXT, "") / "a.ann"
    path.write_bytes(gzip.compress(ANNOTATIONS.encode())[:-9])
    with pytest.raises(InputError, match=r"a\.ann: damaged GZIP data"):
        read(path, "brat")


def test_sentences_say_where_they_stand(write):
    path = str(write("\nÄ b\r\n\r\nc\n", "") / "a.txt")
    reader = open_reader([path], ReadOptions())
    found = list(reader.read(reader.ranges(path)[0], ReadCounts()))
    assert [(one.offset, one.line) for one in found] == [(1, 1), (9, 3)]


def test_entities_of_several_pieces_and_within_others_are_counted(write):
    annotations = "T1\tLOC 16 19;25 31\tNew s plan\nT2\tORG 0 6\tThe EU\nT3\tORG 4 6\tEU\nT4\tX 4 5\tE\n"
    found, counts = read(write(TEXT, annotations), "brat")
    assert shown(found)[0] == "The/B-ORG EU/I-ORG rejects"
    assert (counts.discontinuous_spans, counts.overlapping_spans, counts.cut_tokens) == (1, 2, 0)


@pytest.mark.parametrize("places", ["16 19;20 24", "20 24;16 19", "16 19;20 22;22 24", "16 24;17 18"])
def test_pieces_with_only_white_space_between_them_are_one_entity(write, places):
    found, counts = read(write(TEXT, f"T1\tORG 4 6\tEU\nT2\tLOC {places}\tNew York\n"), "brat")
    assert (shown(found), counts.discontinuous_spans) == (READ, 0)


def test_triggers_of_events_are_no_entities(write, tmp_path):
    events = "T3\tRefusal 7 14\trejects\nE1\tRefusal:T3 Agent:T1 Theme:T2\nT4\tPlan 27 31\tplan\nE2\tPlan:T4\r\n"
    folder = write(TEXT, ANNOTATIONS + events)
    found, counts = read(folder, "brat")
    assert (shown(found), counts.event_triggers) == (READ, 2)
    options = BuildOptions(sources={"train": (str(folder),)}, output_dir=str(tmp_path / "records"), workers=1)
    assert "skipped    2 event triggers dropped\n" in describe(build_records(options), options, seconds=1)


PLACES = r"correct its places, which count characters from 0 \(not bytes or UTF-16\)"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tORG 4 6\tE", rf"T1 says 'E', but the text there is 'EU'; {PLACES}"),
        ("T1\tORG 4 600\tEU", rf"span 4 to 600: expected start and end within 41 characters; {PLACES}"),
        ("T1\tLOC 16 19;20 24\tNew Bork", r"T1 says 'New Bork', but the text there is 'New\\nYork'"),
        ("T1\tLOC 16 19;20 240\tNew York", r"span 20 to 240: expected start and end within 41 characters"),
        ("T1\tORG 5", r"'T1\\tORG 5' is not T1<TAB>TYPE START END<TAB>TEXT"),
        ("T1 ORG 4 6 EU", r"'T1 ORG 4 6 EU' is not T1<TAB>TYPE"),
    ],
)
def test_wrong_annotations_are_named_by_their_line(write, line, message):
    with pytest.raises(InputError, match=rf"a\.ann:2: {message}"):
        read(write(TEXT, f"T9\tLOC 16 24\tNew York\n{line}\n"), "brat")


def test_each_file_is_a_document_of_a_build(write, tmp_path):
    write(TEXT, ANNOTATIONS)
    folder = write("Bo left.", "T1\tPER 0 2\tBo\n", "b")
    options = BuildOptions(sources={"train": (str(folder),)}, output_dir=str(tmp_path / "records"), workers=1)
    split = build_records(options).dataset.split("train")
    assert (split.sentences, split.documents, split.entities) == (3, {"file": 2}, {"LOC": 1, "ORG": 1, "PER": 1})
    assert split.dialect["format"] == "brat"


def test_texts_and_annotations_that_are_alone_in_a_folder_are_counted_and_named(write, tmp_path):
    folder = write(TEXT, ANNOTATIONS)
    options = BuildOptions(
        sources={"train": (f"{folder}/", f"{folder}/a.txt")},
        output_dir=f"{tmp_path}/records",
        workers=1,
        overwrite=True,
    )
    assert "skipped" not in describe(build_records(options), options, seconds=1)
    for name in ("e.txt", "d.ann", "c.txt", "b.txt", "f.csv"):
        (folder / name).write_text("")
    built = build_records(options)
    named = ", ".join(f"{folder}/{name}" for name in ("b.txt", "c.txt", "d.ann"))
    line = f"  skipped    4 files without a matching .txt or .ann dropped, as {named}\n"
    assert line in describe(built, options, seconds=1)
    split = built.dataset.split("train")
    assert (split.dialect["unpaired_files"], split.sources) == (4, (f"{folder}/a.txt",))
    options = dataclasses.replace(options, sources={"train": (f"{folder}/a.*",)})
    assert "skipped" not in describe(build_records(options), options, seconds=1)  # no folder was named


@given(sentences())
def test_written_sentences_are_read_back(tmp_path_factory, written):
    folder = tmp_path_factory.getbasetemp() / "written"
    folder.mkdir(exist_ok=True)
    text, annotations = "", ""
    for sentence in written:
        for number, (start, end, kind) in enumerate(spans_in(sentence)):
            annotations += f"T{number}\t{kind} {len(text) + start} {len(text) + end}\t{sentence.text[start:end]}\n"
        text += f"{sentence.text}\n"
    (folder / "a.txt").write_text(text, encoding="utf-8")
    (folder / "a.ann").write_text(annotations, encoding="utf-8")
    assert equal(read(folder, "brat")[0], written)


PIECES = [b"T1", b"\t", b" ", b"ORG", b"0", b"3", b";", b"\n", b"\xff", b"Ab ", b"\xc3\xa9", b"R1", b"T1\tX 0 2\tAb\n"]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join), st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_are_sentences_or_an_error_with_the_file(tmp_path_factory, text, annotations):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "a.ann").write_bytes(annotations)
    survive(folder / "a.txt", text, "brat")


def test_many_small_texts_are_one_task_and_keep_their_places(tmp_path, monkeypatch):
    for number in range(7):
        (tmp_path / f"{number}.txt").write_text(f"In\nOslo {number}.\n" + "\n" * number)
        (tmp_path / f"{number}.ann").write_text("T1\tLOC 3 7\tOslo\n")
    found = {}
    for group_bytes in (0, 40, 1 << 18):
        monkeypatch.setattr("data_tools.building.scan.GROUP_BYTES", group_bytes)
        output = tmp_path / f"records-{group_bytes}"
        build_records(BuildOptions(sources={"train": (str(tmp_path),)}, output_dir=str(output), shards=3, workers=1))
        found[group_bytes] = {path.name: path.read_bytes() for path in output.iterdir()}
    assert found[0] == found[40] == found[1 << 18]
    tasks = [
        ScanTask(SourceRange(name, 0, None, size), None, name)
        for name, size in (("a", 3), ("b", 30), ("c", 8), ("d", 50))
    ]
    monkeypatch.setattr("data_tools.building.scan.GROUP_BYTES", 40)
    assert [[(task.part.path, task.spool) for task in group] for group in group_tasks(tasks)] == [
        [("a", "a"), ("b", "a")],
        [("c", "c")],
        [("d", "d")],
    ]


def test_numbers_in_the_text_of_an_entity_are_no_places(write):
    path = write("Room 12 34 is on 5 6 Street", "T1\tLOC 0 10\tRoom 12 34\nT2\tLOC 17 27\t5 6 Street\n")
    assert shown(read(path, "brat")[0]) == ["Room/B-LOC 12/I-LOC 34/I-LOC is on 5/B-LOC 6/I-LOC Street/I-LOC"]
