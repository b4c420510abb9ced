"""The weights of a run as another program names them: by the work folder, or by a checkpoint in it."""

from typing import NamedTuple

import numpy as np

from ner import files
from ner.data import dataset as records_dataset
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.unread_rows import bring_up_to_date
from ner.run_dir.workdir import WorkDir


def workdir_of(path: str) -> WorkDir:
    """The work folder that a `path` names, itself or by a checkpoint of it (`.npz`); it need not exist any more."""
    return WorkDir(files.parent(files.parent(path)) if path.endswith(".npz") else path)


class TrainedWeights(NamedTuple):
    """A checkpoint file and the work folder that says what its weights mean."""

    work: WorkDir
    path: str

    @classmethod
    def find(cls, path: str) -> "TrainedWeights":
        """The best weights of a work folder, or the weights of a checkpoint, for a `path` that ends in `.npz`.

        Raises `InputError` where there are none, or no work folder around the checkpoint.
        """
        work = workdir_of(path)
        if not path.endswith(".npz"):
            work.check_weights()
            return cls(work, work.best)
        if not files.exists(path):
            raise InputError(f"{path}: no such checkpoint; name a work folder of ner.train, or a checkpoint in it")
        missing = [
            name for name in ("config.json", records_dataset.FILE_NAME) if not files.exists(files.join(work.path, name))
        ]
        if missing:
            raise InputError(
                f"{path}: no {' and no '.join(missing)} in {work.path}, which say what characters and labels the "
                "weights are of; leave the checkpoint in the checkpoints folder of its work folder"
            )
        return cls(work, path)

    def load(self) -> tuple[dict[str, np.ndarray], int]:
        """The weights by name, averages where there are any, and their step. Raises `InputError` on a damaged file."""
        arrays, state = checkpoints.load(self.path)
        arrays = bring_up_to_date(arrays)
        for prefix in ("average/", "weights/"):  # of a checkpoint to resume from, which holds more than weights
            if found := {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}:
                return found, state["step"]
        return arrays, state["step"]
