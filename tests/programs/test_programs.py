"""Help and mistakes answer before TensorFlow is imported, with one clear line and no traceback."""

import os
import subprocess
import sys
from functools import partial

import pytest

from tests.conftest import invented_sentences, write_records
from tests.programs_without_tensorflow import IMPORTED, PROGRAMS, run_without_tensorflow


@pytest.fixture
def ask(tmp_path):
    """Runs a program in a folder of its own, where importing TensorFlow or Keras ends it."""
    write_records(tmp_path / "records", {"train": invented_sentences(9), "test": invented_sentences(9)})
    return partial(run_without_tensorflow, cwd=tmp_path)


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_answered_and_names_the_flags(ask, program):
    answer = ask(program, "--help")
    assert f"usage: python -m {program} [flags]" in answer.stdout
    assert "every program:\n  --help " in answer.stdout
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("program", ["data_tools.build", "ner.train"])
def test_help_that_nobody_reads_to_its_end_is_no_mistake(program):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", program, "--help"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_misspelt_flag_is_named(ask, program):
    answer = ask(program, "--output_dri=x")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{program}: error: unknown flag --output_dri")
    assert len(answer.stderr.splitlines()) == 1


TRAIN = ["ner.train", "--records=records", "--workdir=work"]
SWEEP = ["ner.sweep", "--output_dir=sweep"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["ner.train", "--workdir=work"], "--records is missing: name the folder that data_tools.build wrote"),
        (["ner.train", "--records=nowhere", "--workdir=work"], "nowhere: no such folder; name a folder that"),
        ([*TRAIN, "--flagfile=presets/none.flags"], "--flagfile=presets/none.flags: No such file or directory"),
        ([*TRAIN, "--epochs=0"], "--epochs is 0, expected a whole number, 1 or more"),
        ([*TRAIN, "--epochs=many"], "ner.train: error: --epochs is 'many', expected a whole number, 1 or more"),
        ([*TRAIN, "--epochs"], "ner.train: error: Missing value for flag --epochs"),
        ([*TRAIN, "--nobidirectional=3"], "ner.train: error: --nobidirectional=3 does not take an argument"),
        ([*TRAIN, "--bidirectional=maybe"], "--bidirectional=maybe: expected true or false"),
        ([*TRAIN, "--flagfile="], "--flagfile= names no file: name one, or leave it out"),
        ([*TRAIN, "--precision=float8"], "--precision is float8, expected one of float32, mixed_bfloat16"),
        ([*TRAIN, "--learning_rat=1"], "unknown flag --learning_rat; the nearest are --learning_rate"),
        ([*TRAIN, "--flagfile=records/train-00001-of-00003.tfrecord"], "--flagfile: a line is not UTF-8 text"),
        (["ner.train", "--records=records"], "--workdir is missing: name a folder for this run, new or to resume"),
        (["ner.board"], "ner.board: error: --logdir is missing: name the work folder of a run"),
        (["ner.board", "work"], "ner.board: error: work: no such folder; name a folder that"),
        (["ner.board", "--port=7007"], "ner.board: error: unknown flag --port; TensorBoard's flags go after -- (see"),
        ([*SWEEP, "--seeds=1", "--epochs=3"], "unknown flag --epochs; flags of ner.train go after -- (see --help)"),
        (["ner.export", "--workdir=work"], "--output_dir is missing: name a folder for the export"),
        (["ner.evaluate", "--workdir=work"], "--records is missing: name the folder that data_tools.build wrote"),
        (["ner.tag", "--workdir=w", "--input=columns", "--split_sentences"], "--split_sentences is for text: --input"),
        (["ner.tag", "--workdir=w", "--input=columns", "--documents=file"], "--documents=file is for text: --input"),
        (["ner.tag", "--workdir=w", "--input=json", "--documents=file"], "--documents=file is for text: --input"),
        (["ner.tag", "--workdir=w", "--output=html", "--offsets=byte"], "only --output=json has offsets"),
        (["ner.tag"], "--workdir is missing: name the folder that ner.train wrote"),
        (["data_tools.inspect"], "--records is missing: name the folder that data_tools.build wrote"),
        (
            ["data_tools.word_vectors", "--text=none.txt", "--output=v"],
            "none.txt: no such file, and nothing matches it",
        ),
        ([*TRAIN, "--word_vectors=none.vec"], "--word_vectors --encoder=lstm: expected hierarchical"),
        (
            [*TRAIN, "--word_vectors=none.vec", "--encoder=hierarchical"],
            "none.vec: no such file; check the name",
        ),
        ([*TRAIN, "--word_vectors=records", "--encoder=hierarchical"], "records: a folder where a file was meant"),
        (["data_tools.sample"], "--output_dir is missing: name a folder for the three files"),
        ([*TRAIN, "--oversample=30"], "--oversample is 30.0, expected a number from 0 to 1"),
        ([*TRAIN, "--learning_rate=nan"], "--learning_rate is nan, expected a number above 0"),
        ([*TRAIN, "--profile_steps=10-20"], "--profile_steps is '10-20', expected two numbers of steps such as 10:20"),
        ([*TRAIN, "extra"], "unexpected argument 'extra'"),
        (
            ["ner.train", "--records=records", "--workdir=records/dataset.json"],
            "records/dataset.json is a file, not a folder; name",
        ),
        (["data_tools.sample", "--output_dir=records/dataset.json/x"], "records/dataset.json is a file, not a folder"),
        ([*SWEEP, "--", "--records=records"], "nothing to compare: give --grid="),
        ([*SWEEP, "--grid=learning_rat=1", "--", "--records=records"], "the nearest is learning_rate"),
        ([*SWEEP, "--flagfiles=none.flags", "--", "--records=records"], "none.flags: no such file"),
        ([*SWEEP, "--seeds=1", "--", "--records=nowhere"], "nowhere: no such folder"),
        ([*SWEEP, "--seeds=1"], "trial seed=0: --records is missing: name the folder"),
        ([*SWEEP, "--seeds=1", "--num_jobs=2", "--job_index=2"], "--job_index=2: expected a number below --num_jobs=2"),
        (["ner.sweep", "--output_dir=gs://bucket/sweep", "--seeds=1"], "gs://bucket/sweep: expected a local"),
        (["ner.evaluate", "--workdir=work", "--records=records"], "work: no config.json here; name a folder that"),
        (
            ["ner.evaluate", "--workdir=w", "--records=r", "--decoding=guess"],
            "--decoding is guess, expected one of viterbi, vote",
        ),
        (["data_tools.build", "--train=none.txt", "--output_dir=out"], "none.txt"),
        (
            ["data_tools.build", "--train=x", "--output_dir=o", "--job_index=1"],
            "--job_index=1 is for --stage and --num",
        ),
        (["data_tools.inspect", "--records=nowhere"], "nowhere: no such folder"),
        (["data_tools.sample", "--output_dir=records", "--sentences=-1"], "--sentences"),
    ],
)
def test_a_mistake_is_answered_in_one_line(ask, command, message):
    answer = ask(*command)
    assert answer.returncode == 1
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_a_shard_that_was_cut_is_named_before_training_starts(ask, tmp_path):
    shard = tmp_path / "records/train-00001-of-00003.tfrecord"
    shard.write_bytes(shard.read_bytes()[:-5])
    answer = ask(*TRAIN)
    assert answer.returncode == 1
    assert "ner.train: error: records/train-00001-of-00003.tfrecord: " in answer.stderr
    assert "cut short or replaced; build the records again" in answer.stderr


def test_training_starts_with_tensorflow_once_all_is_checked(ask):
    assert ask(*TRAIN).returncode == IMPORTED
