"""`python -m data_tools.build` as users call it: reports, mistakes, signals, disks, real corpora."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.inspection.verify import inspect_records
from tests.built_records import TRAIN, build, command, run, sentences

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_build_stopped_half_way_leaves_nothing_that_looks_finished(tmp_path, number, status):
    train = tmp_path / "train.txt"
    train.write_text("some O\nwords B-X\n\n" * 60_000)
    process = subprocess.Popen(command(tmp_path, f"--train={train}", "--workers=2"), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".records.building-*/*.tfrecord")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(timeout=30) == status
    assert not (tmp_path / "records").exists()
    assert len(list(tmp_path.glob(".records.*"))) == (number == signal.SIGKILL)
    build(tmp_path)
    assert len(sentences(tmp_path / "records")) == 3
    assert list(tmp_path.glob(".*")) == []


def test_build_program_prints_a_report_and_the_next_command(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "test.txt").write_text("Zürich B-LOC\n")
    result = run(tmp_path, f"--train={tmp_path}/train.txt", f"--test={tmp_path}/test.txt", "--shards=5")
    assert result.returncode == 0, result.stderr
    assert "IOB2 (4 entities)" in result.stdout
    assert "3 instead of 5: one for each sentence" in result.stdout
    assert "4 characters (66.667%), 4 different ones, do not occur in train" in result.stdout
    assert f"next: python -m ner.train --records={tmp_path}/records" in result.stdout
    flags = json.loads((tmp_path / "records" / "dataset.json").read_text())["flags"]
    assert flags["shards"] == 5
    assert not {"workers", "output_dir", "overwrite"} & set(flags)


def test_build_program_reads_plain_text_where_it_is_asked_to(tmp_path):
    (tmp_path / "a.txt").write_text("Ada sang. Bo left.\n")
    result = run(tmp_path, "--plain_text", f"--train={tmp_path}/a.txt")
    assert result.returncode == 0, result.stderr
    assert sentences(tmp_path / "records") == ["Ada/- sang/- ./-", "Bo/- left/- ./-"]
    assert "pretrain.flags" in result.stdout
    assert "spaces: as in running text" in result.stdout
    spaced = run(tmp_path, "--plain_text", "--space_tokens", "--overwrite", f"--train={tmp_path}/a.txt")
    assert "spaces: a space between all tokens" in spaced.stdout


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "no training files: name annotated files or globs with --train=FILE"),
        (["--train=nowhere.txt"], "nowhere.txt: no such file"),
        (["--train=."], ".: a folder where a file was meant"),
        (["--train=x", "--shards=0"], "--shards"),
        (
            ["--train=x", "--labels=PER"],
            "--labels=PER: the first label must be 'O', got ('PER',); give all",
        ),
        (["--train=x", "--labels=O,PER"], "--labels=O,PER: label 'PER' is not O, B-TYPE or I-TYPE; correct it"),
        (["--train=x", "--plain_text", "--test_share=0.1"], "nothing to score; leave out --test_share"),
        (["--train=x", "--trian=y"], "unknown flag --trian; the nearest are --train"),
    ],
)
def test_build_program_answers_a_mistake_with_a_line(tmp_path, flags, message):
    result = run(tmp_path, *flags)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_build_program_prints_utf8_whatever_the_locale_and_expands_paths(tmp_path):
    (tmp_path / "train.txt").write_text("Zürich B-LOC\n")
    result = subprocess.run(
        [sys.executable, "-m", "data_tools.build", "--train=~/train.txt", "--output_dir=$WHERE/records"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "HOME": str(tmp_path), "WHERE": str(tmp_path)},
    )
    assert result.returncode == 0, result.stderr
    assert "Zürich/B-LOC" in result.stdout.decode()
    assert sentences(tmp_path / "records") == ["Zürich/B-LOC"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_build_program_names_a_folder_without_write_permission(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "closed").mkdir(mode=0o500)
    result = run(tmp_path / "closed", f"--train={tmp_path}/train.txt")
    assert (result.returncode, "closed" in result.stderr, "Permission denied" in result.stderr) == (1, True, True)


@pytest.mark.parametrize(
    ("limit_bytes", "named"), [(4_096, "scratch/train-00000-00000"), (60_000, "train-00000-of-00001.tfrecord")]
)
def test_build_program_answers_a_full_disk_with_a_line(tmp_path, limit_bytes, named):
    (tmp_path / "train.txt").write_text("some O\nwords B-X\n\n" * 1_000)
    limited = f"import resource, signal, runpy, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); \
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes})); \
runpy.run_module('data_tools.build', run_name='__main__')"
    flags = [f"--train={tmp_path}/train.txt", f"--output_dir={tmp_path}/records", "--shards=1"]
    result = subprocess.run(
        [sys.executable, "-c", limited, *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"{named}: File too large" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["train.txt"]


@pytest.mark.skipif(not CORPORA.exists(), reason=f"no corpora in {CORPORA}")
@pytest.mark.parametrize(
    ("name", "scheme", "counts"),
    [
        ("wikigold", "IOB1", None),
        ("wnut17", "IOB2", (3_394, 1_009, 1_287)),
        ("wikineural-en", "IOB2", (10_091, 1_499, 11_597)),
    ],
)
def test_build_reads_real_corpora(tmp_path, name, scheme, counts):
    sources = {split: tuple(map(str, (CORPORA / name).glob(f"{split}.*"))) for split in ("train", "validation", "test")}
    built = build_records(BuildOptions(sources=sources, output_dir=str(tmp_path / "records")))
    splits = built.dataset.splits
    assert splits["train"].dialect["scheme"] == scheme
    if counts:
        assert tuple(split.sentences for split in splits.values()) == counts
    assert not inspect_records(str(tmp_path / "records")).damage
