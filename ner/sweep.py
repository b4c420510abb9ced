"""Trains and compares settings: a grid of them, a list of flag files, or both, each with several seeds.

    python -m ner.sweep --output_dir=sweep --grid=learning_rate=0.001,0.003 --grid=lstm_layers=1,2 --seeds=3 \\
        -- --records=records --flagfile=launch/flags/small.flags
    python -m ner.sweep --output_dir=sweep --flagfiles=a.flags,b.flags --jobs=2 -- --records=records
    python -m ner.sweep --output_dir=folds --folds=5 -- --records=records --flagfile=launch/flags/small.flags
    python -m ner.sweep --output_dir=sweep --train_shares=0.125,0.25,0.5,1 --seeds=3 -- --records=records

What stands after `--` goes to every `python -m ner.train`; a trial's own flags win over it. The same command again
trains what is not finished. Exit status as of ner.train, and 1 where a trial failed, which stops no other.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.cli import load_tensorflow, run_program
from ner.config import Config
from ner.config_flags import parse_flags
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.files import is_remote
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, path_list, setting
from ner.signals import StopRequests
from ner.sweeps.grid import Trial, grid
from ner.sweeps.learning_curve import SHARE
from ner.sweeps.locks import lock
from ner.sweeps.planned import Planned
from ner.sweeps.sweep import Sweep
from ner.training.launch_config import ClusterConfig, LaunchConfig

_NOWHERE = "WORKDIR"  # stands for a trial's own folder while its flags are checked


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is compared, and how much of it this process trains."""

    output_dir: str = setting(
        "",
        "Folder of the sweep, with a work folder for each trial; created if missing.",
        missing="name a folder for the trials",
        path=True,
    )
    grid: tuple[str, ...] = setting(
        (), "A setting of ner.train and its values: NAME=VALUE,VALUE. Given several times: every combination."
    )
    flagfiles: tuple[str, ...] = setting(
        (), "Flag files of ner.train, with commas between them: each is a trial, or a grid if --grid is given."
    )
    train_shares: str = setting(
        "",
        "Shares of the training sentences, with commas: each setting is trained with each, and sweep.txt tells what "
        "doubling the data is worth. Same as --grid=train_share=...; give --seeds=3 for an interval.",
    )
    folds: int = setting(
        0,
        "Cross-validation: divide the training sentences into this many folds, train without each, and report on the "
        "training split as predicted by the models that did not see it, with likely annotation errors.",
        low=0,
    )
    seeds: int | None = setting(None, "Number of seeds, from 0, that each setting is trained with.", low=1)
    jobs: int = setting(1, "Trials at a time; the cores and GPUs of this machine are shared out.", low=1)
    job_index: int = setting(0, "Index of this job in an array of jobs, from 0.", low=0, group="job array")
    num_jobs: int = setting(
        1, "Number of jobs in the array, the same in all of them: each trains its share.", low=1, group="job array"
    )

    def __post_init__(self) -> None:
        check_settings(self)
        if self.folds and (self.grid or self.train_shares or self.seeds or len(path_list(self.flagfiles)) > 1):
            raise InputError("--folds compares no settings: leave --grid, --flagfiles, --train_shares and --seeds out")


def planned(trials: Sequence[Trial], arguments: Sequence[str]) -> list[Planned]:
    """The trials with the settings and records that ner.train would find in their flags.

    Raises `InputError` on a flag or a value that ner.train would refuse, on records that are incomplete, and where two
    trials are the same training.
    """
    found: dict[object, Planned] = {}
    datasets: dict[str, Dataset] = {}
    for trial in trials:
        try:
            one = _planned(trial, arguments, datasets)
        except InputError as error:
            raise InputError(f"trial {trial.name}: {error}") from None
        same = found.setdefault((one.config, one.dataset.fingerprint), one)
        if same.trial != trial:
            raise InputError(f"trials {same.trial.name} and {trial.name} are the same training: leave one of them out")
    return list(found.values())


def _planned(trial: Trial, arguments: Sequence[str], datasets: dict[str, Dataset]) -> Planned:
    """One trial, checked; `datasets` keeps what was loaded, by the name of its folder."""
    kinds = (LaunchConfig, Config, ClusterConfig)
    (options, config, _), unexpected = parse_flags(kinds, [f"--workdir={_NOWHERE}", *arguments, *trial.flags])
    if unexpected:
        raise InputError(f"unexpected argument {unexpected[0]!r}: flags are given as --name=value (see --help)")
    if options.workdir != _NOWHERE:
        raise InputError("--workdir is given, but each trial has a folder of its own in --output_dir")
    if options.dry_run:
        raise InputError("--dry_run trains nothing; try it with python -m ner.train")
    if options.records not in datasets:
        datasets[options.records] = options.load_records()
    options.check(config, datasets[options.records])
    return Planned(trial, config, datasets[options.records], options.records)


def main(options: Options, arguments: list[str]) -> int:
    """Checks every trial before the first is trained, then trains this job's share of them."""
    folder, index, num_jobs = options.output_dir, options.job_index, options.num_jobs
    if is_remote(folder):
        raise InputError(
            f"--output_dir={folder}: expected a local or mounted folder, because trials are locked by files"
        )
    if index >= num_jobs:
        raise InputError(f"--job_index={index}: expected a number below --num_jobs={num_jobs}")
    shares = [f"{SHARE}={options.train_shares}"] if options.train_shares else []
    if options.folds:
        shares = [f"fold={','.join(map(str, range(options.folds)))}"]
        arguments = [*arguments, f"--folds={options.folds}"]
    trials = grid([*options.grid, *shares], options.seeds, list(path_list(options.flagfiles)))
    every = planned(trials, arguments)
    if options.folds and not every[0].config.model.learns_labels:
        raise InputError(f"--head={every[0].config.model.head} learns no labels, and --folds reports on predicted ones")
    with StopRequests() as stop:
        status = Sweep(folder, every, every[index::num_jobs], arguments, options.jobs).train(stop, load_tensorflow)
    if options.folds and not status:
        return _report_folds(folder, every)
    return status


def _report_folds(folder: str, trials: Sequence[Planned]) -> int:
    """The report on the training split, by the job that finds all folds trained; the exit status."""
    folders = [Path(folder) / one.trial.name for one in trials]
    if not all(one.result(path) for one, path in zip(trials, folders, strict=True)):
        print("other jobs still train folds: the last one to end reports on all")
        return 0
    reporting = lock(Path(folder) / "reports")
    if reporting is None:
        print("another job, which ended at the same time, reports on all folds")
        return 0
    load_tensorflow()
    from ner.devices import use_devices
    from ner.inference.out_of_fold import evaluate_out_of_fold

    use_devices()
    works = [WorkDir(str(path)) for path in folders]
    evaluate_out_of_fold(works, trials[0].dataset, trials[0].records, folder)
    os.close(reporting)
    return 0


def cli() -> None:
    """Entry point of the console script `ner-sweep`."""
    run_program(main, Options, arguments="-- flags of ner.train")


if __name__ == "__main__":
    cli()
