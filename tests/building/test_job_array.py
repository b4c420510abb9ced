"""Jobs that share a folder build what one process builds, in any order, started twice or killed."""

import os
from pathlib import Path

import pytest

from data_tools.building.maps import job_array
from data_tools.building.maps.job_array import Job, run_job
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers import base
from ner.errors import InputError

TEXT = "".join(f"Anna{number} B-PER\nlebt O\nin O\nÖsterreich B-LOC\n\n" for number in range(60))


@pytest.fixture
def options(tmp_path, monkeypatch):
    """A corpus of two files in several ranges each."""
    monkeypatch.setattr(base, "RANGE_BYTES", 500)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")

    def made(**changed):
        sources = {"train": (f"{tmp_path}/a.txt",), "test": (f"{tmp_path}/?.txt",)}
        defaults = {"sources": sources, "output_dir": f"{tmp_path}/records", "shards": 5, "workers": 1}
        return BuildOptions(**(defaults | changed))

    return made


def run_stage(options: BuildOptions, stage: str, *indices: int, num_jobs: int = 3) -> None:
    for index in indices:
        assert run_job(options, Job(stage=stage, index=index, num_jobs=num_jobs)) is None


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("group_bytes", [0, 60, 1 << 18])
def test_jobs_build_what_one_process_builds(tmp_path, options, monkeypatch, group_bytes):
    monkeypatch.setattr("data_tools.building.scan.GROUP_BYTES", group_bytes)
    build_records(options(output_dir=f"{tmp_path}/alone"))
    run_stage(options(), "scan", 2, 0, 1, 0)
    run_stage(options(), "write", 1, 2, 2, 0)
    assert not (tmp_path / "records").exists()
    built = run_job(options(), Job(stage="merge", num_jobs=3))
    assert built is not None
    assert content(tmp_path / "records") == content(tmp_path / "alone")
    assert not list(tmp_path.glob(".*"))


def test_jobs_that_are_missing_are_named(options, monkeypatch):
    monkeypatch.setattr("data_tools.building.scan.GROUP_BYTES", 0)
    run_stage(options(), "scan", 1)
    with pytest.raises(InputError, match=r"2 of 3 jobs have not finished --stage=scan; .* sbatch --array=0,2$"):
        run_stage(options(), "write", 0)
    run_stage(options(), "scan", 0, 2)
    run_stage(options(), "write", 0, 1)
    with pytest.raises(InputError, match=r"1 of 3 jobs have not finished --stage=write; .* --job_index of 2,"):
        run_job(options(), Job(stage="merge", num_jobs=3))


def test_a_killed_job_is_run_again_and_does_only_the_rest(tmp_path, options, monkeypatch):
    run_stage(options(), "scan", 0, 1, 2)
    write, written = job_array.TaskResults.run, []

    def killed_at_the_second(self, function, number, task):
        written.append(number)
        if len(written) == 2:
            Path(f"{task.path}.remains.tmp").write_bytes(b"half")
            raise KeyboardInterrupt
        write(self, function, number, task)

    monkeypatch.setattr(job_array.TaskResults, "run", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_stage(options(), "write", 0)
    run_stage(options(), "write", 0, 1, 2)
    assert len(written) == 10 + 1
    run_job(options(), Job(stage="merge", num_jobs=3))
    build_records(options(output_dir=f"{tmp_path}/alone"))
    assert content(tmp_path / "records") == content(tmp_path / "alone")


def test_jobs_with_other_flags_or_files_are_refused(tmp_path, options):
    run_stage(options(), "scan", 0)
    with pytest.raises(InputError, match=r"--shards is 6 here, but 5 in the job that began this build; run every job"):
        run_stage(options(shards=6), "scan", 1)
    with pytest.raises(InputError, match=r"--num_jobs is 4 here, but 3 in"):
        run_stage(options(), "scan", 1, num_jobs=4)
    with pytest.raises(InputError, match=r'--space_label is "outside" here, but "inside" in'):
        run_stage(options(space_label="outside"), "scan", 1)
    os.utime(tmp_path / "a.txt", (0, 0))
    with pytest.raises(InputError, match=r'a.txt is "\d+ bytes, changed 1970-01-01 00:00:00" here, but "\d+ bytes, ch'):
        run_stage(options(), "scan", 1)


def test_a_job_without_a_split_of_the_others_is_refused(tmp_path, options):
    sources = options().sources
    run_stage(options(), "scan", 0, 1, 2)
    with pytest.raises(InputError, match=r'--test is null here, but \["/.*b.txt"\] in the job that began this build'):
        run_stage(options(sources={"train": sources["train"]}), "write", 0)
    with pytest.raises(InputError, match=r'--validation is \["/.*a.txt"\] here, but null in the job that began'):
        run_stage(options(sources={**sources, "validation": sources["train"]}), "write", 0)


@pytest.mark.parametrize("clean_up", ["shutil.rmtree", "ner.files.remove_folder"])
def test_a_killed_clean_up_leaves_nothing_to_the_next_build(tmp_path, options, monkeypatch, clean_up):
    def killed(folder, **_):
        for path in Path(folder).glob("plan.json"):
            path.unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(clean_up, killed)
    for stage in ("scan", "write"):
        run_stage(options(), stage, 0, num_jobs=1)
    with pytest.raises(KeyboardInterrupt):
        run_job(options(), Job(stage="merge", num_jobs=1))
    monkeypatch.undo()
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Neu B-PER\n\n" * 8)
    for stage in ("scan", "write"):
        run_stage(options(overwrite=True), stage, 0, num_jobs=1)
    built = run_job(options(overwrite=True), Job(stage="merge", num_jobs=1))
    assert {name: split.sentences for name, split in built.dataset.splits.items()} == {"train": 8, "test": 16}


def test_a_merge_that_cannot_replace_the_output_can_be_run_again(tmp_path, options, monkeypatch):
    for stage in ("scan", "write"):
        run_stage(options(), stage, 0, num_jobs=1)

    def full(*_):
        raise OSError("full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(job_array, "put_in_place", full)
        run_job(options(), Job(stage="merge", num_jobs=1))
    run_job(options(), Job(stage="merge", num_jobs=1))
    assert (tmp_path / "records" / "dataset.json").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("kept_bytes", [0, 100, 1_000])
@pytest.mark.parametrize("name", ["train-00000-00000", "test-00000-00000.keys"])
def test_what_a_crash_of_the_machine_took_from_a_scan_is_missed(tmp_path, options, monkeypatch, name, kept_bytes):
    monkeypatch.setattr(base, "RANGE_BYTES", 1 << 20)
    run_stage(options(), "scan", 0, num_jobs=1)
    lost = tmp_path / ".records.array" / "scratch" / name
    assert lost.stat().st_size > 1_000 or name.endswith(".keys")
    os.truncate(lost, min(kept_bytes, lost.stat().st_size - 8))
    with pytest.raises(OSError, match=r"sentences that were written here are lost, .* and build again") as raised:
        run_stage(options(), "write", 0, num_jobs=1)
    assert raised.value.filename == str(lost)


def test_a_fault_in_the_corpus_is_named_by_its_job_and_by_the_next_stage(tmp_path, options):
    (tmp_path / "b.txt").write_text("a O\n\nb O\nc B_PER\n" + "d O\n" * 9)
    for _ in range(2):  # running it again does not make it better
        with pytest.raises(InputError, match=r"b.txt:4: tag 'B_PER' is not O"):
            run_stage(options(), "scan", 0, num_jobs=1)
    with pytest.raises(InputError, match=r"b.txt:4: tag 'B_PER' is not O"):
        run_stage(options(), "write", 0, num_jobs=1)


def test_a_job_without_a_scan_or_with_a_wrong_number_is_refused(options):
    with pytest.raises(InputError, match=r".records.array: no such folder; run --stage=scan first"):
        run_stage(options(), "write", 0)
    with pytest.raises(InputError, match=r"--job_index=3 is none of the 3 jobs; they count from 0"):
        Job(stage="write", index=3, num_jobs=3)
    with pytest.raises(InputError, match=r"gs://b/records: job arrays need a folder that can be renamed"):
        run_job(options(output_dir="gs://b/records"), Job(stage="scan", num_jobs=1))
