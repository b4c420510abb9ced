"""Trains the trials of a sweep, some at a time, each in a process and a work folder of its own."""

import os
import signal
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from ner.console import counted, format_duration
from ner.errors import InputError
from ner.signals import INTERRUPTED, RUN_AGAIN, StopRequests
from ner.sweeps import learning_curve, learning_curve_figure, process, results
from ner.sweeps.grid import SEED, Trial
from ner.sweeps.locks import lock
from ner.sweeps.planned import Planned
from ner.sweeps.process import TrialProcess
from ner.sweeps.report import describe
from ner.sweeps.trial_result import FAILED, FINISHED, RUNNING, STOPPED, TrialResult

POLL_SECONDS = 0.1
HELD_SECONDS = 30.0  # what a training that outlived its sweep, asked to save, may take until it leaves its folder
_TOLD_TO_STOP = (RUN_AGAIN, INTERRUPTED, -signal.SIGTERM, -signal.SIGUSR1)  # negative: before it listens to them


@dataclass(frozen=True)
class _Running:
    planned: Planned
    process: TrialProcess
    lock: int
    slot: int  # number among the trainings at a time: it gives its share of the GPUs


class Sweep:
    """The trials of a sweep, `every` one, of which this process trains a `share`, `jobs` at a time."""

    def __init__(
        self, folder: str, every: Sequence[Planned], share: Sequence[Planned], arguments: Sequence[str], jobs: int
    ) -> None:
        self._folder = Path(folder)
        self._every = {planned.trial: planned for planned in every}
        self._share = {planned.trial: number for number, planned in enumerate(share, 1)}
        self._arguments = arguments
        self._jobs = jobs
        self._waiting = deque(share)
        self._running: list[_Running] = []
        self._passed_over: set[Trial] = set()  # another process has them
        self._known: dict[Trial, TrialResult] = {}
        self._idle_since = time.monotonic()

    def train(self, stop: StopRequests, load_tensorflow: Callable[[], object] = lambda: None) -> int:
        """Trains until all is done or `stop` asks to leave; the exit status: 0, 1 where a trial failed, 75 or 130.

        `load_tensorflow` is called before a learning curve is drawn, which needs it.
        Raises `InputError` where `sweep.json` is damaged, `OSError` where something cannot be written; no training
        goes on then.
        """
        if not self._share:
            trials = counted(len(self._every), "trial")
            print(f"nothing to do: the sweep has {trials}, which other jobs of the array train")
            return 0
        try:
            for planned in list(self._waiting):
                if self._settled(planned):
                    self._waiting.remove(planned)
            self._record()
            while stop.exit_code is None and self._go_on():
                time.sleep(POLL_SECONDS)
            for one in self._running:
                one.process.stop()
            while self._running:
                time.sleep(POLL_SECONDS)
                self._end_trials()
        except BaseException:  # a second Ctrl-C, a full disk, ...
            for one in self._running:
                one.process.kill()
            raise
        return self._conclude(stop.exit_code, load_tensorflow)

    def _go_on(self) -> bool:
        """Sees which trials have ended and begins others; whether there is something left to wait for."""
        self._end_trials()
        for _ in range(len(self._waiting)):
            if len(self._running) < self._jobs:
                self._begin(self._waiting.popleft())
        now = time.monotonic()
        if self._running:
            self._idle_since = now
        return bool(self._running) or (bool(self._waiting) and now - self._idle_since < HELD_SECONDS)

    def _begin(self, planned: Planned) -> None:
        trial, folder = planned.trial, self._folder / planned.trial.name
        held = lock(folder)
        if held is None:
            if trial not in self._passed_over:
                self._say(trial, "skipped: another process is training it")
            self._passed_over.add(trial)
            self._waiting.append(planned)
            return
        self._passed_over.discard(trial)
        if self._settled(planned):  # by another process, since this one looked
            os.close(held)
        else:
            command = process.command(trial, self._arguments, str(folder))
            slot = min(set(range(self._jobs)) - {one.slot for one in self._running})
            environment = process.environment(slot, self._jobs, os.environ)
            self._running.append(_Running(planned, TrialProcess(command, folder, held, environment), held, slot))
            self._known[trial] = TrialResult(trial, RUNNING)
            self._say(trial, f"started, output in {folder / process.LOG}{self._time_left()}")
        self._record()

    def _settled(self, planned: Planned) -> bool:
        """Whether a trial needs no training, with a message: it is finished, or its folder holds damaged files."""
        trial = planned.trial
        try:
            if result := planned.result(self._folder / trial.name):
                self._known[trial] = TrialResult(trial, FINISHED, result)
                self._say(trial, f"finished already: {_score(self._known[trial])}")
        except InputError as error:
            self._known[trial] = TrialResult(trial, FAILED)
            self._say(trial, f"failed: {error}")
        return trial in self._known

    def _end_trials(self) -> None:
        for one in list(self._running):
            status = one.process.exit_status()
            if status is None:
                continue
            self._running.remove(one)
            trial = one.planned.trial
            self._known[trial], outcome = self._outcome(one, status)
            state, after = self._known[trial].state, format_duration(one.process.seconds)
            self._say(trial, f"{state} after {after}{outcome}{self._time_left()}")
            os.close(one.lock)
            self._record()

    def _outcome(self, one: _Running, status: int) -> tuple[TrialResult, str]:
        """How a trial stands that has ended, and what there is to say about it."""
        trial = one.planned.trial
        if status in _TOLD_TO_STOP:
            return TrialResult(trial, STOPPED), ""
        if status:
            return TrialResult(trial, FAILED), f": {one.process.last_error()}"
        try:
            trained = TrialResult(trial, FINISHED, results.read_result(self._folder / trial.name / "result.json"))
        except (InputError, FileNotFoundError) as error:
            return TrialResult(trial, FAILED), f": {error}"
        return trained, f": {_score(trained)}"

    def _time_left(self) -> str:
        """An estimate from the trials that are finished; nothing where there are none, or no others."""
        seconds = [one.result["seconds"] for one in self._known.values() if one.result]
        trials = len(self._waiting) + len(self._running)
        if not seconds or not trials:
            return ""
        spent = sum(one.process.seconds for one in self._running)
        left = max(0.0, statistics.fmean(seconds) * trials - spent) / min(self._jobs, trials)
        return f"; about {format_duration(left)} left"

    def _say(self, trial: Trial, text: str) -> None:
        print(f"trial {self._share[trial]} of {len(self._share)}  {trial.name}  {text}", flush=True)

    def _record(self) -> list[TrialResult]:
        return results.record(self._folder, list(self._every), self._known, self._result_of)

    def _result_of(self, trial: Trial) -> dict[str, Any] | None:
        """What the training of a trial wrote at its end; None where it is not finished, or a file is damaged."""
        try:
            return self._every[trial].result(self._folder / trial.name)
        except InputError:
            return None  # the process whose share it is says so

    def _conclude(self, stopped: int | None, load_tensorflow: Callable[[], object]) -> int:
        """Says how the sweep ended; its exit status."""
        states = [self._known[trial].state if trial in self._known else "" for trial in self._share]
        if stopped and not set(states) <= {FINISHED, FAILED}:
            print("stopped; the same command resumes it")
            return stopped
        recorded = self._record()
        print(f"\n{describe(recorded)}\n")
        for trials, what in (
            ([trial for trial in self._share if self._known.get(trial) == TrialResult(trial, FAILED)], "failed"),
            ([trial for trial in self._share if trial in self._passed_over], "skipped: other processes train them"),
        ):
            if trials:
                print(f"{len(trials)} of {counted(len(self._share), 'trial')} {what}")
                print("".join(f"  {self._folder / trial.name / process.LOG}\n" for trial in trials), end="")
        if curves := learning_curve.learning_curves(recorded):
            load_tensorflow()
            sentences = {trial.without(SEED, learning_curve.SHARE): one.sentences for trial, one in self._every.items()}
            learning_curve_figure.write(self._folder, curves, sentences)
            print(f"learning curve: {self._folder / learning_curve_figure.IMAGE_FILE}, and in TensorBoard")
        print(f"table: {self._folder / results.TEXT_FILE}")
        print(f"next: python -m ner.board --logdir={quote(str(self._folder))}")
        if FAILED in states:
            return 1
        return 0 if set(states) == {FINISHED} else RUN_AGAIN


def _score(trained: TrialResult) -> str:
    result = trained.result
    if result is None or trained.score is None:
        return "no validation"
    return f"{result['best_metric']} {trained.score:.4f} at step {result['best_step']:,}"
