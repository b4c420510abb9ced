"""The program as users and other programs call it."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest

from ner.inference.input_text import read_text
from ner.inference.pipeline import Tagger
from ner.inference.rendering import renderer
from ner.inference.tagging import write_tagged

COMMAND = [sys.executable, "-m", "ner.tag"]


def tag(*arguments, **options):
    options = {"input": b"", "timeout": 60, **options}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, **options)


def test_a_program_that_waits_for_each_answer_gets_it(work):
    command = [*COMMAND, f"--workdir={work.path}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        for line in ("Ada went to Mirrin.", "", "Caf\u00e9 \u6771\x00\ttab"):
            process.stdin.write(f"{line}\n".encode())
            answer = json.loads(process.stdout.readline())
            assert answer["text"] == line
            assert all(line[one["start"] : one["end"]] == one["text"] for one in answer["entities"])
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(timeout=60) == 0


def test_texts_of_several_windows_and_files_come_out_in_order(work, tmp_path, capsys):
    lines = [f"{number} Ada went to Ostrel Bay" + " again" * (number % 5) for number in range(30)]
    (tmp_path / "one").write_text("\n".join(lines[:20]))
    (tmp_path / "two").write_text("\n".join(lines[20:]))
    windows = read_text([str(tmp_path / "one"), str(tmp_path / "two")])
    labels = work.dataset().labels
    write_tagged(Tagger.load(work.path), windows, renderer("columns", labels, colours=False), batch_size=8)
    blocks = capsys.readouterr().out.split("\n\n")[:-1]
    rows = [[row.split("\t") for row in block.split("\n")] for block in blocks]
    assert [" ".join(token for token, _ in block) for block in rows] == lines
    assert {tag for block in rows for _, tag in block} <= set(labels.names)


def test_a_terminal_gets_marked_text_and_no_color_is_respected(work, tmp_path):
    (tmp_path / "text").write_text("Ada went to Mirrin")
    ours, theirs = pty.openpty()
    subprocess.run(
        [*COMMAND, f"--workdir={work.path}", str(tmp_path / "text")],
        stdout=theirs,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=60,
        check=True,
    )
    os.close(theirs)
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
    answer = tag(f"--workdir={work.path}", *arguments, cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert answer.stderr.decode() == f"ner.tag: error: {message}\n"


def test_a_folder_without_a_checkpoint_is_named(work, tmp_path):
    (tmp_path / "work/checkpoints/best.npz").unlink()
    answer = tag(f"--workdir={work.path}")
    assert b"best.npz: no such file: there are no trained weights yet" in answer.stderr


def test_a_reader_that_leaves_ends_the_program_quietly(work, tmp_path):
    (tmp_path / "long.txt").write_text("Ada\n" * 20_000)
    command = [*COMMAND, f"--workdir={work.path}", str(tmp_path / "long.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_columns_of_conllu_are_tagged_without_index_comments_and_document_marks(work):
    blank = b"\t_" * 7
    rows = [b"# text = Ada went", b"1\tAda" + blank + b"\t_", b"2\twent" + blank + b"\t_", b"", b"-DOCSTART- O"]
    done = tag(f"--workdir={work.path}", "--input=columns", "--output=columns", input=b"\n".join(rows))
    assert done.returncode == 0, done.stderr
    assert [row.split(b"\t")[0] for row in done.stdout.split(b"\n")] == [b"Ada", b"went", b"", b""]
    assert b"ner.tag: standard input: tab-separated, 10 columns: index 0, token 1" in done.stderr
