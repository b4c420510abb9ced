"""Saving and restoring a train state in a work folder, consistently on all workers."""

from ner import files
from ner.errors import InputError
from ner.run_dir import checkpoints, event_files
from ner.run_dir.workdir import TRAINING_RUNS, WorkDir
from ner.training.distributed.consistency import check_same_weights, load_on_all_workers
from ner.training.distributed.workers import Workers
from ner.training.train_state import TrainState


class Checkpointer:
    """Keeps the latest `keep` checkpoints of a run in `work`; all workers read them, the chief alone writes."""

    def __init__(self, work: WorkDir, keep: int, workers: Workers) -> None:
        self._work = work
        self._keep = keep
        self._workers = workers

    def restore(self, state: TrainState) -> bool:
        """Sets `state` to the latest checkpoint and cuts the curves after it; False where there is no checkpoint.

        Raises `InputError` where another version wrote the checkpoint, or workers end up with different weights.
        """
        checkpoint = load_on_all_workers(self._work.checkpoints, self._workers)
        if checkpoint is not None:
            try:
                state.from_checkpoint(checkpoint)
            except ValueError as error:
                raise InputError(
                    f"{self._work.checkpoints}: checkpoints of another version ({error}); use another --workdir"
                ) from None
        if self._workers.is_chief:
            progress = state.progress
            steps = (progress.step, progress.validated_step, progress.validated_step)
            for run, step in zip(TRAINING_RUNS, steps, strict=True):
                event_files.rewind(files.join(self._work.logs, run), -1 if checkpoint is None else step)
        check_same_weights(state.tagger.weights_sha256(), self._workers)
        return checkpoint is not None

    def save(self, state: TrainState) -> None:
        """Writes a checkpoint of `state` and removes the oldest ones."""
        if self._workers.is_chief:
            step, folder = state.progress.step, self._work.checkpoints
            checkpoints.save_step(folder, step, state.to_checkpoint(), self._keep)
