"""The program as users and other programs call it."""

import gzip
import io
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ner.data import dataset as records_dataset
from ner.inference.inputs.input_errors import InputErrors
from ner.inference.inputs.input_text import read_text
from ner.inference.outputs.rendering import RenderOptions, renderer
from ner.inference.pipeline import Tagger
from ner.inference.tagging import write_tagged
from tests.forked import Program, run_program

COMMAND = [sys.executable, "-m", "ner.tag"]


def tag(*arguments, **options):
    return run_program("ner.tag", *arguments, **options)


def test_a_program_that_waits_for_each_answer_gets_it(work):
    (its_input, questions), (answers, its_output) = os.pipe(), os.pipe()
    program = Program("ner.tag", f"--workdir={work.path}", streams={0: its_input, 1: its_output})
    with os.fdopen(questions, "wb", buffering=0) as asked, os.fdopen(answers, "rb") as answered:
        for line in ("Ada went to Mirrin.", "", "Caf\u00e9 \u6771\x00\ttab"):
            asked.write(f"{line}\n".encode())
            answer = json.loads(answered.readline())
            assert answer["text"] == line
            assert all(line[one["start"] : one["end"]] == one["text"] for one in answer["entities"])
        asked.close()
        assert answered.read() == b""
    assert program.wait(timeout=280) == 0


def test_texts_of_several_windows_and_files_come_out_in_order(work, tmp_path):
    lines = [f"{number} Ada went to Ostrel Bay" + " again" * (number % 5) for number in range(30)]
    (tmp_path / "one").write_text("\n".join(lines[:20]))
    (tmp_path / "two").write_text("\n".join(lines[20:]))
    windows = read_text([str(tmp_path / "one"), str(tmp_path / "two")], InputErrors("fail", print))
    labels = work.dataset().labels
    output = io.StringIO()
    render = renderer(labels.types, RenderOptions(output="columns"))
    write_tagged(Tagger.load(work.path), windows, render, output, batch_size=8)
    blocks = output.getvalue().split("\n\n")[:-1]
    rows = [[row.split("\t") for row in block.split("\n")] for block in blocks]
    assert [" ".join(token for token, _ in block) for block in rows] == lines
    assert {tag for block in rows for _, tag in block} <= set(labels.names)


def test_the_texts_of_json_lines_are_tagged_and_can_be_built_from(work, tmp_path):
    lines = [{"id": number, "text": f"Ada went to {place}."} for number, place in enumerate(("Mirrin", "Ostrel"))]
    (tmp_path / "pool.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = tag(f"--workdir={work.path}", "--input=json", str(tmp_path / "pool.jsonl"))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["text"], one["fields"]) for one in found] == [(one["text"], {"id": one["id"]}) for one in lines]
    (tmp_path / "tagged.jsonl").write_bytes(done.stdout)
    built = run_program("data_tools.build", f"--train={tmp_path}/tagged.jsonl", f"--output_dir={tmp_path}/built")
    assert (built.returncode, records_dataset.load(f"{tmp_path}/built").split("train").sentences) == (0, 2)


@pytest.mark.parametrize("kind", ["text", "json"])
def test_text_is_cut_at_the_marks_that_stand_alone_in_training(work, tmp_path, kind):
    (Path(work.path) / "dataset.json").write_text(replace(work.dataset(), lone_marks="-").to_json())
    (tmp_path / "in").write_text('{"text": "Ostrel-based"}\n' if kind == "json" else "Ostrel-based\n")
    done = tag(f"--workdir={work.path}", f"--input={kind}", "--output=columns", str(tmp_path / "in"))
    assert [row.split("\t")[0] for row in done.stdout.decode().split()[::2]] == ["Ostrel", "-", "based"]


def test_names_of_files_are_expanded_as_flags_are(work, tmp_path, monkeypatch):
    (tmp_path / "text").write_text("Ada went to Mirrin")
    monkeypatch.setenv("CORPUS", str(tmp_path))
    result = tag(f"--workdir={work.path}", "--output=json", "$CORPUS/text")
    assert (result.returncode, json.loads(result.stdout)["text"]) == (0, "Ada went to Mirrin"), result.stderr


def test_a_terminal_gets_marked_text_and_no_color_is_respected(work, tmp_path):
    (tmp_path / "text").write_text("Ada went to Mirrin")
    ours, theirs = pty.openpty()
    arguments = [f"--workdir={work.path}", str(tmp_path / "text")]
    program = Program("ner.tag", *arguments, streams={1: theirs}, environment={"NO_COLOR": "1"})
    assert program.wait(timeout=280) == 0
    shown = os.read(ours, 1000).decode()
    os.close(ours)
    assert re.sub(r"\[|\](PER|LOC)", "", shown) == "Ada went to Mirrin\r\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "missing.txt: No such file or directory"),
        (["."], ".: a folder, but a text file is required; name its files, as in ./*.txt"),
        (["--workdir=."], ".: no config.json here; name a folder that `python -m ner.train --workdir` wrote"),
    ],
)
def test_mistakes_are_named_before_tensorflow_is_imported(work, tmp_path, arguments, message):
    blocked = tmp_path / "tensorflow.py"
    blocked.write_text("raise SystemExit(99)")
    command = [*COMMAND, f"--workdir={work.path}", *arguments]
    answer = subprocess.run(command, capture_output=True, cwd=tmp_path, input=b"", timeout=280, check=False)
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert answer.stderr.decode() == f"ner.tag: error: {message}\n"


def test_a_folder_without_a_checkpoint_is_named(work, tmp_path):
    (tmp_path / "work/checkpoints/best.npz").unlink()
    answer = tag(f"--workdir={work.path}")
    assert b"best.npz: no such file: there are no trained weights yet" in answer.stderr


def test_a_reader_that_leaves_ends_the_program_quietly(work, tmp_path):
    (tmp_path / "long.txt").write_text("Ada\n" * 20_000)
    reader, output = os.pipe()
    os.close(reader)
    program = Program("ner.tag", f"--workdir={work.path}", str(tmp_path / "long.txt"), streams={1: output})
    assert program.communicate(timeout=280)[1] == b""
    assert program.returncode == 141


def test_column_files_come_back_with_one_column_more(work):
    blank = b"\t_" * 7
    rows = [b"# text = Ada went", b"1\tAda" + blank + b"\t_", b"2\twent" + blank + b"\t_", b"", b"-DOCSTART-\tO"]
    done = tag(f"--workdir={work.path}", "--input=columns", "--output=columns", input=b"\n".join(rows))
    assert done.returncode == 0, done.stderr
    written = done.stdout.split(b"\n")
    assert [written[0], written[3], written[4]] == [rows[0], b"", b"-DOCSTART-\tO\tO"]
    assert [line.rpartition(b"\t")[0] for line in written[1:3]] == rows[1:3]
    assert {line.rpartition(b"\t")[2].decode() for line in written[1:3]} <= set(work.dataset().labels.names)
    assert b"ner.tag: standard input: tab-separated, 10 columns: index 0, token 1" in done.stderr


def test_bad_lines_do_not_take_the_good_ones_with_them(work, tmp_path):
    (tmp_path / "latin").write_bytes(b"Ada went\nca\xe9\nBo\n")
    failed = tag(f"--workdir={work.path}", str(tmp_path / "latin"))
    assert [json.loads(line)["text"] for line in failed.stdout.splitlines()] == ["Ada went"]
    assert failed.returncode == 1
    assert failed.stderr.count(b"\n") == 1
    assert b"latin:2: not UTF-8 at byte 3" in failed.stderr
    skipped = tag(f"--workdir={work.path}", "--on_error=skip", str(tmp_path / "latin"))
    answers = [json.loads(line) for line in skipped.stdout.splitlines()]
    assert [(answer["line"], answer["text"]) for answer in answers] == [(1, "Ada went"), (3, "Bo")]
    assert skipped.returncode == 0
    assert skipped.stderr.endswith(b"ner.tag: 1 unreadable text skipped\n")


def test_output_is_utf_8_whatever_the_locale_and_input_whatever_it_is_stored_as(work):
    text = "Ada saw \u6771\u4eac caf\u00e9s\n" * 2
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
    content = gzip.compress(text.encode("utf-16"))
    command = [*COMMAND, f"--workdir={work.path}", "--output=html", "--min_confidence=1"]
    done = subprocess.run(command, capture_output=True, input=content, env=environment, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().count("<p>Ada saw \u6771\u4eac caf\u00e9s</p>\n") == 2
    assert done.stdout.endswith(b"</html>\n")


def test_closed_streams_are_no_bug(work):
    command = shlex.join([*COMMAND, f"--workdir={work.path}"])
    done = subprocess.run(["sh", "-c", f"{command} <&- 2>&-"], capture_output=True, timeout=280, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    done = subprocess.run(["sh", "-c", f"echo Ada | {command} >&-"], capture_output=True, timeout=280, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
