"""`ner.evaluate --data`: annotated files that were not in the build."""

import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.read_options import ReadOptions
from ner import evaluate
from ner.errors import InputError
from ner.evaluate import Options
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS

SENTENCES = "Ada\tB-PER\nwent\tO\nto\tO\nMirrin\tB-LOC\n\n-DOCSTART-\tO\n\nÖva\tO\nfell\tO\n"


@pytest.fixture
def crowd(tmp_path):
    path = tmp_path / "crowd.txt"
    path.write_text(SENTENCES, encoding="utf-8")
    return path


def test_a_file_is_scored_with_the_characters_and_labels_of_the_model(work, crowd, capsys):
    evaluate.main(Options(workdir=work.path, data=str(crowd)))
    reports = Path(work.reports)
    fields = json.loads((reports / "crowd.json").read_text(encoding="utf-8"))
    assert (fields["split"], fields["step"], fields["sentences"], fields["tokens"]) == ("crowd", 3, 2, 6)
    assert fields["entities"]["micro"]["support"] == 2
    assert fields["words"]["labels"] == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    conll = (reports / "crowd.conll").read_text(encoding="utf-8")
    assert f"# sentence 2: {crowd}:8, document 2" in conll
    assert "Öva\tO" in conll, "a character that the model does not know"
    assert {"crowd.html", "crowd-errors.csv", "crowd-strings.csv"} <= {path.name for path in reports.iterdir()}
    assert f"open in a browser: {reports / 'crowd.html'}" in capsys.readouterr().out
    assert list(Path(work.logs).glob("crowd/*.tfevents.*"))


def test_another_file_of_the_same_name_has_a_report_of_its_own(work, crowd, tmp_path):
    (tmp_path / "more").mkdir()
    other = tmp_path / "more" / "crowd.txt"
    other.write_text(SENTENCES.split("\n\n", maxsplit=1)[0], encoding="utf-8")
    for path in (crowd, other, crowd):
        evaluate.main(Options(workdir=work.path, data=str(path)))
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path(work.reports).glob("*.json")}
    assert {name: report["files"] for name, report in found.items()} == {"crowd": [str(crowd)], "crowd-2": [str(other)]}
    assert {name: report["sentences"] for name, report in found.items()} == {"crowd": 2, "crowd-2": 1}
    assert (Path(work.reports) / "crowd-2.conll").exists()


def test_what_is_left_out_of_a_file_is_counted(work, crowd, capsys, monkeypatch):
    monkeypatch.setattr(evaluate, "_evaluate", lambda *arguments: None)
    with crowd.open("a", encoding="utf-8") as file:
        file.write("\nno\t-\none\t-\n")
    evaluate.main(Options(workdir=work.path, data=str(crowd)))
    assert "skipped in crowd: 1 -DOCSTART- line dropped, 1 unannotated sentence dropped\n" in capsys.readouterr().out
    crowd.write_text("no\t-\none\t-\n")
    with pytest.raises(InputError, match=r"crowd\.txt: no annotated sentences; name a file that has some"):
        evaluate.main(Options(workdir=work.path, data=str(crowd), read=ReadOptions(tag_column=1)))


def test_records_with_other_spaces_than_those_of_training_are_noted(work, records, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(evaluate, "_evaluate", lambda *arguments: None)
    other = Path(shutil.copytree(records[0], tmp_path / "other"))
    for spacing, note in ((BETWEEN_TOKENS, ""), (AS_WRITTEN, f"--data={other} in place of --records evaluates")):
        (other / "dataset.json").write_text(dataclasses.replace(records[1], spacing=spacing).to_json())
        evaluate.main(Options(workdir=work.path, records=str(other), split="train"))
        shown = capsys.readouterr().err
        assert note in shown
        assert bool(shown) == bool(note)


def test_records_of_another_build_are_refused_with_the_flag_that_takes_them(work, crowd, tmp_path):
    other = tmp_path / "other"
    build_records(BuildOptions(sources={"train": (str(crowd),)}, output_dir=str(other)))
    with pytest.raises(InputError, match=rf"was trained with other ones .*, or give them as --data={other}$"):
        evaluate.main(Options(workdir=work.path, records=str(other), split="train"))


def test_reports_on_a_file_whose_name_is_not_utf8_are(work, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text(SENTENCES, encoding="utf-8")
    evaluate.main(Options(workdir=work.path, data=str(path), prediction_formats="conll,jsonl"))
    reports = Path(work.reports)
    assert json.loads((reports / "caf-.json").read_text(encoding="utf-8"))["files"] == [f"{tmp_path}/caf\ufffd.txt"]
    assert f"# sentence 2: {tmp_path}/caf\ufffd.txt:8" in (reports / "caf-.conll").read_text(encoding="utf-8")
    lines = (reports / "caf-.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["file"] for line in lines} == {f"{tmp_path}/caf\ufffd.txt"}


def test_folders_of_brat_and_of_other_records_are_scored_and_reports_on_splits_stay(work, crowd, tmp_path):
    brat, records, kept = tmp_path / "notes", tmp_path / "other", Path(work.reports) / "test.txt"
    brat.mkdir()
    (brat / "a.txt").write_text("Ada went.\n")
    (brat / "a.ann").write_text("T1\tPER 0 3\tAda\n")
    build_records(BuildOptions(sources={name: (str(crowd),) for name in ("train", "test")}, output_dir=str(records)))
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("kept")
    for path in (brat, records):
        evaluate.main(Options(workdir=work.path, data=str(path)))
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in kept.parent.glob("*.json")}
    assert {name: report["sentences"] for name, report in reports.items()} == {"a": 1, "other-test": 2}
    assert reports["other-test"]["files"] == [f"{records}/other-test"]
    assert reports["other-test"]["entities"]["micro"]["support"] == 2
    assert kept.read_text() == "kept"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ada\tB-PERSON\n", r"crowd\.txt:1: label 'B-PERSON' is not one of the model's \(O B-LOC I-LOC B-PER I-PER\)"),
        ("\n\n", r"crowd\.txt: .*"),
        ("x" * 6000 + "\tO\n", r"crowd\.txt:1: a sentence of 6,000 characters, more than 5,000; split it"),
    ],
)
def test_a_file_that_cannot_be_scored_is_named(work, crowd, text, message):
    crowd.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        evaluate.main(Options(workdir=work.path, data=str(crowd)))


def test_records_and_files_exclude_each_other():
    with pytest.raises(InputError, match="or files with --data"):
        Options(workdir="work")
    with pytest.raises(InputError, match="leave one out"):
        Options(workdir="work", records="records", data="crowd.txt")
