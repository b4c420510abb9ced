"""One build by many jobs that share a folder: two stages of an array of jobs, and a merge.

A job of a stage runs every `num_jobs`-th task and keeps the results as files beside the output. What a killed job has
finished stays; running it again does the rest. Two runs of one job write the same bytes.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NoReturn

from data_tools.building.maps.processes import parallel_map, useful_workers
from data_tools.building.maps.task_results import TaskResults
from data_tools.building.options import BuildOptions
from data_tools.building.records import Built, ScannedSplit, build_into, find_files, write_dataset
from data_tools.building.split_scan import SplitScan, check_faults
from data_tools.readers.formats import files_of
from ner import files
from ner.console import with_progress
from ner.data.dataset import FILE_NAME, check_sizes
from ner.errors import InputError
from ner.output_folder import check_replaceable, put_in_place

STAGES = ("scan", "write", "merge")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job of an array: what it does, its number from 0, and how many jobs there are."""

    stage: str
    index: int = 0
    num_jobs: int

    def __post_init__(self) -> None:
        if self.num_jobs < 1 or not 0 <= self.index < self.num_jobs:
            raise InputError(f"--job_index={self.index} is none of the {self.num_jobs} jobs; they count from 0")


def run_job(options: BuildOptions, job: Job) -> Built | None:
    """Does the part of a build that is `job`'s; the merge returns what was built.

    Raises `InputError` where other jobs had other flags or files, and where jobs of the stage before are missing;
    otherwise as `build_records` does.
    """
    if files.is_remote(options.output_dir):
        raise InputError(f"{options.output_dir}: job arrays need a folder that can be renamed; use --runner=beam there")
    check_replaceable(options.output_dir, FILE_NAME, options.overwrite)
    output = Path(options.output_dir).resolve()
    shared = output.parent / f".{output.name}.array"
    records, scratch, results = (shared / name for name in ("records", "scratch", "results"))
    splits = find_files(options)
    if job.stage == "scan":
        for folder in (records, scratch, results):
            folder.mkdir(parents=True, exist_ok=True)
    _check_plan(shared, options, splits, job)
    try:
        dataset = build_into(str(records), str(scratch), splits, options, _ArrayMap(str(results), job, options.workers))
    except _StageDoneError:
        return None
    check_sizes(dataset, str(records), tuple(dataset.splits))
    write_dataset(str(records), dataset)
    _keep_only(records, {FILE_NAME} | {shard.file for split in dataset.splits.values() for shard in split.shards})
    # Out of the way first: results that a killed clean-up leaves would count as those of the next build.
    finished = shared.with_name(f"{shared.name}-{uuid.uuid4().hex}")
    shared.rename(finished)
    try:
        put_in_place(str(finished / records.name), options.output_dir, FILE_NAME, options.overwrite)
    finally:
        if (finished / records.name).exists():  # not put in place: the merge can be run again
            finished.rename(shared)
    files.remove_folder(str(finished))
    return Built(dataset=dataset, splits=splits)


class _StageDoneError(Exception):
    """This job has done its part."""


class _ArrayMap:
    """A `Map` that takes the results of earlier stages from files, and in its own stage runs the job's tasks."""

    def __init__(self, folder: str, job: Job, workers: int | None) -> None:
        self._folder, self._job, self._workers = folder, job, workers
        self._stages = iter(STAGES)

    def __call__(self, function: Callable[[Any], Any], tasks: Iterable[Any], /) -> Iterator[Any]:
        stage, tasks = next(self._stages), list(tasks)
        results = TaskResults(self._folder, stage)
        if stage == self._job.stage:
            self._run(results, function, tasks)
        missing = sorted({number % self._job.num_jobs for number in set(range(len(tasks))) - results.present()})
        if missing:
            numbers = ",".join(map(str, missing))
            raise InputError(
                f"{len(missing)} of {self._job.num_jobs} jobs have not finished --stage={stage}; run it again with "
                f"--job_index of {numbers}, as in sbatch --array={numbers}"
            )
        return map(results.load, range(len(tasks)))

    def _run(self, results: TaskResults, function: Callable[[Any], Any], tasks: list[Any]) -> NoReturn:
        done = results.present()
        own = [number for number in range(self._job.index, len(tasks), self._job.num_jobs) if number not in done]
        calls = [_Call(results, function, number, tasks[number]) for number in own]
        workers = self._workers or min(useful_workers(1 << 62), max(1, len(own)))
        message = f"--stage={results.name}: {{done:,.0f}} of {{total:,.0f}} tasks of job {self._job.index}"
        with parallel_map(workers) as map_:
            for _ in with_progress(map_(_Call.run, calls), lambda _: 1, len(own), message):
                pass
        loaded = (results.load(number) for number in range(self._job.index, len(tasks), self._job.num_jobs))
        check_faults(scan for scan in loaded if isinstance(scan, SplitScan))
        raise _StageDoneError


@dataclass(frozen=True, slots=True)
class _Call:
    """A task that one of several processes runs."""

    results: TaskResults
    function: Callable[[Any], Any]
    number: int
    task: Any

    def run(self) -> None:
        self.results.run(self.function, self.number, self.task)


def _check_plan(shared: Path, options: BuildOptions, splits: dict[str, ScannedSplit], job: Job) -> None:
    """Raises `InputError`, naming both, where this job's flags or files are not those of the job that came first."""
    plan = _plan(options, splits, job)
    path = shared / "plan.json"
    if not shared.exists():
        raise InputError(f"{shared}: no such folder; run --stage=scan first, unless the merge is done")
    temporary = path.with_name(uuid.uuid4().hex)
    temporary.write_text(json.dumps(plan, indent=1), encoding="utf-8")
    try:
        os.link(temporary, path)  # fails where another job was first
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    first = json.loads(path.read_text(encoding="utf-8"))
    for name in first | plan:
        if first.get(name) != plan.get(name):
            raise InputError(
                f"{name} is {json.dumps(plan.get(name))} here, but {json.dumps(first.get(name))} in the job that began "
                f"this build; run every job with the same flags and files, or delete {shared} and begin again"
            )


def _plan(options: BuildOptions, splits: dict[str, ScannedSplit], job: Job) -> dict[str, Any]:
    """All that must be equal in the jobs of a build: `{"--shards": 8, "train.txt": "12 bytes, 2026-01-31 ..."}`."""
    plan: dict[str, Any] = {f"--{name}": value for name, value in options.recorded.items()}
    plan["--num_jobs"] = job.num_jobs
    for name, split in splits.items():
        plan[f"--{name}"] = list(split.files)
        for path in (path for source in split.files for path in files_of(source)):
            # Each machine may have a copy of the corpus, and tar and scp keep whole seconds alone.
            size_bytes, nanoseconds = (files.signature(path) or (0, 0))[:2]
            changed = datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc)
            plan[path] = f"{size_bytes} bytes, changed {changed:%Y-%m-%d %H:%M:%S}"
    return plan


def _keep_only(folder: Path, names: set[str]) -> None:
    """Removes what killed jobs left in a folder."""
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()
