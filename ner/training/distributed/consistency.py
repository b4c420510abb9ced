"""Workers that begin from the same checkpoint and have the same weights, and say so where they have not."""

from ner import files
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.training.distributed.shared_folder import wait_for
from ner.training.distributed.workers import Workers


def load_on_all_workers(folder: str, workers: Workers) -> Checkpoint | None:
    """The latest checkpoint that the chief can read, on every worker; None where there is none.

    Raises `InputError` where no checkpoint can be read, or a worker cannot read the chief's.
    """
    latest = checkpoints.load_latest(folder) if workers.is_chief else None
    step = workers.hear(latest.state["step"] if latest else None)
    if step is None or workers.is_chief:
        return latest
    path = checkpoints.path_of_step(folder, step)
    wait_for(lambda: files.exists(path))
    return checkpoints.load(path)


def check_same_weights(weights_sha256: str, workers: Workers) -> None:
    """Raises `InputError` on all workers unless all have the weights of that hash."""
    if others := workers.different(weights_sha256):
        named = ", ".join(map(str, others))
        raise InputError(
            f"worker {named} has other weights than worker 0, although it took the same steps: look for faulty memory "
            "or another version of a library there; the same command carries on from the latest checkpoint"
        )
