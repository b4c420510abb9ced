"""A trial with all its settings, and whether its work folder holds this very training, finished."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ner.config import Config
from ner.data.dataset import Dataset
from ner.data.subset import Subset
from ner.run_dir.workdir import WorkDir
from ner.sweeps.grid import Trial
from ner.sweeps.results import read_result


@dataclass(frozen=True)
class Planned:
    """A trial, and what `ner.train` makes of its flags and of those that all trials have.

    `records` is the folder of the dataset.
    """

    trial: Trial
    config: Config
    dataset: Dataset
    records: str = ""

    @property
    def sentences(self) -> int:
        """Training sentences of which a share of 1 is all: those of the split without a fold that is left out."""
        total, training = self.dataset.split("train").sentences, self.config.training
        if not training.folds:
            return total
        return total - Subset.fold(total, training.fold, training.folds).num_sentences

    def result(self, folder: Path) -> dict[str, Any] | None:
        """What this very training wrote into `folder` at its end; None where it is not finished.

        Every start of a training writes `config.json`: an older `result.json` is not of this configuration. Raises
        `InputError` where a file is damaged or another version wrote it.
        """
        path, config = folder / "result.json", folder / "config.json"
        if not path.exists() or not config.exists() or path.stat().st_mtime_ns < config.stat().st_mtime_ns:
            return None
        work = WorkDir(str(folder))
        if work.config() != self.config or work.dataset().fingerprint != self.dataset.fingerprint:
            return None
        return read_result(path)
