"""Tagged texts as folders of brat, which a build reads again."""

import json
import resource

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from ner.errors import InputError
from ner.inference.doc import Doc
from ner.inference.inputs.input_text import InputText
from ner.inference.outputs.brat_folder import BratFolder
from ner.inference.outputs.rendering import RenderOptions, renderer
from ner.text.column_rows import ColumnRows
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText
from tests.built_records import sentences

LINES = {
    "news/a.txt": [("Ada Lovelace saw Bo.", "B-PER I-PER O B-PER O"), ("", ""), ("\U0001d538 in  Oslo", "O O B-LOC")],
    "-": [("Oslo!", "B-LOC O")],
}
TAGGED = ["Ada/B-PER Lovelace/I-PER saw/O Bo/B-PER ./O", "\U0001d538/O in/O Oslo/B-LOC", "Oslo/B-LOC !/O"]


def tagged():
    for path, lines in LINES.items():
        for number, (text, tags) in enumerate(lines, 1):
            source = TokenizedText.from_text(text)
            names = tuple(tags.split())
            yield InputText(source, path, number), Doc(source, names, (1.0,) * len(names))


def built(folder, source):
    build_records(BuildOptions(sources={"train": (str(source),)}, output_dir=str(folder / "records"), workers=1))
    return sentences(folder / "records")


def test_a_folder_holds_the_texts_of_each_file_and_is_built_with_the_same_entities(tmp_path):
    with BratFolder(str(tmp_path / "brat"), ["empty", *LINES]) as folder:
        assert {folder.add(source, doc) for source, doc in tagged()} == {""}
    assert (tmp_path / "brat" / "a.txt").read_text(encoding="utf-8") == "Ada Lovelace saw Bo.\n\n\U0001d538 in  Oslo\n"
    assert (tmp_path / "brat" / "a.ann").read_text(encoding="utf-8").splitlines() == [
        "T1\tPER 0 12\tAda Lovelace",
        "T2\tPER 17 19\tBo",
        "T3\tLOC 28 32\tOslo",
    ]
    assert [(tmp_path / "brat" / f"empty.{suffix}").read_bytes() for suffix in ("txt", "ann")] == [b"", b""]
    assert built(tmp_path, tmp_path / "brat") == TAGGED


@pytest.mark.parametrize("output", ["json", "columns"])
def test_json_lines_and_columns_are_built_with_the_same_entities(tmp_path, output):
    render = renderer(Labels(("O", "B-LOC", "B-PER", "I-PER")), RenderOptions(output=output))
    path = tmp_path / "tagged"
    path.write_text("".join(render.text(source, doc) for source, doc in tagged()), encoding="utf-8")
    if output == "json":
        assert all(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert built(tmp_path, path) == TAGGED


@pytest.mark.parametrize("name", ["a.ann", "stdin.txt"])  # of the first and of the last file
def test_what_is_there_already_is_not_written_over_and_nothing_is_written(tmp_path, name):
    (tmp_path / name).write_text("by hand")
    with pytest.raises(InputError, match=rf"{name}: exists already; name an empty"):
        BratFolder(str(tmp_path), list(LINES))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "by hand"


def test_files_of_one_name_become_different_files(tmp_path):
    text = TokenizedText.from_text("Ada")
    paths = ["x/a.txt", "y/a.txt", "a.v1.txt", "a.v2.txt.gz", "stdin", "-"]
    with BratFolder(str(tmp_path), paths) as folder:
        for path in paths:
            folder.add(InputText(text, path, 1), Doc(text, ("O",), (1.0,)))
    assert list(folder.names.values()) == ["a", "a-2", "a.v1", "a.v2", "stdin", "stdin-2"]
    assert {path.name for path in tmp_path.glob("*.txt")} == {f"{name}.txt" for name in folder.names.values()}


def test_a_file_that_is_named_twice_is_an_error():
    with pytest.raises(InputError, match=r"b\.txt: named 2 times, but a folder of brat has each file once"):
        BratFolder("brat", ["a.txt", "b.txt", "b.txt"])


def test_lines_between_the_sentences_of_a_column_file_are_no_text(tmp_path):
    nothing = TokenizedText.from_tokens(())
    with BratFolder(str(tmp_path), ["a.txt"]) as folder:
        folder.add(InputText(nothing, "a.txt", 1, ColumnRows(("",), (), "")), Doc(nothing, (), ()))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"", b""]


def test_a_folder_on_a_full_disk_is_named(tmp_path):
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    try:
        with pytest.raises(OSError, match=f"File too large: '{tmp_path}'"), BratFolder(str(tmp_path), ["a"]) as folder:
            text = TokenizedText.from_text("Ada " * 50)
            folder.add(InputText(text, "a", 1), Doc(text, ("O",) * 50, (1.0,) * 50))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
