"""A run's work folder: its files, and whether a command may use it.

`config.json`, `dataset.json` (a copy) and `word_vectors.npz` (with `--word_vectors`) describe the run, `checkpoints/`
holds what it has learned, `logs/` the TensorBoard runs, `reports/` the evaluations, `result.json` is written at the end
of training, and `calibration.json` by `ner.evaluate`.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ner import files
from ner.config import Config, differences
from ner.console import counted
from ner.data import dataset as records_dataset
from ner.data import word_vectors
from ner.data.dataset import Dataset
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.settings import settings_of
from ner.training_config import TrainingConfig

# TensorBoard runs that training writes: the others where it validates, the last one with --train_sample.
TRAINING_RUNS = ("train", "validation", "train_sample")

ENSEMBLE = "-ensemble"  # ends the names of the reports of ensembles, and of no other report


def evaluation_run(split: str) -> str:
    """Name of the TensorBoard run that takes a report on `split`: never one that training writes.

    Training may have passed the step of its best weights, and TensorBoard hides what comes before a step back.
    """
    return f"{split}-evaluated" if split in TRAINING_RUNS else split


@dataclass(frozen=True)
class WorkDir:
    """Paths of one work folder."""

    path: str

    @property
    def checkpoints(self) -> str:
        """Folder of the checkpoints."""
        return files.join(self.path, "checkpoints")

    @property
    def logs(self) -> str:
        """Folder of the TensorBoard runs."""
        return files.join(self.path, "logs")

    @property
    def reports(self) -> str:
        """Folder of the evaluation reports."""
        return files.join(self.path, "reports")

    @property
    def trial(self) -> str:
        """The run's name beside others: the last two parts of its path, which tell `a/work` from `b/work`."""
        path = self.path if files.is_remote(self.path) else str(Path(self.path).absolute())
        return "/".join(path.rstrip("/").split("/")[-2:])

    def _file(self, name: str) -> str:
        return files.join(self.path, name)

    def check(
        self, config: Config, dataset: Dataset, records: str, word_vectors: WordVectors | None = None
    ) -> list[str]:
        """A line for each setting that changed since the last start; none if there is no checkpoint yet.

        Raises `InputError` where the folder was made with other records, word vectors, another model, or other settings
        that cannot change in a resumed run; the text names both.
        """
        if not files.exists(self._file("config.json")) or not self.has_checkpoints:
            return []
        before, own_vectors = self.config(), self.word_vectors()
        same_vectors = word_vectors and own_vectors and word_vectors.fingerprint == own_vectors.fingerprint
        if same_vectors:  # wherever their file is now
            names = {name: getattr(before.model, name) for name in ("word_vectors", "max_word_vectors")}
            config = replace(config, model=replace(config.model, **names))
        notes = self._compare(before, config, dataset, records)
        if word_vectors and not same_vectors:
            raise InputError(
                f"{config.model.word_vectors} has changed since {self.path} was made with it; restore it, or use "
                "another --workdir"
            )
        return notes

    @property
    def has_checkpoints(self) -> bool:
        """Whether there is a checkpoint: before the first one, any setting can change."""
        return files.exists(self.checkpoints) and any(
            name.endswith(".npz") for name in files.list_folder(self.checkpoints)
        )

    def prepare(
        self, config: Config, dataset: Dataset, records: str, word_vectors: WordVectors | None = None
    ) -> list[str]:
        """Creates the folder, or reuses it where `check` allows; returns and raises as `check`."""
        notes = self.check(config, dataset, records, word_vectors)
        for folder in (self.path, self.checkpoints, self.logs, self.reports):
            files.make_folders(folder)
        files.write_atomically(self._file(records_dataset.FILE_NAME), dataset.to_json().encode())
        if word_vectors:
            word_vectors.save(self.path)
        files.write_atomically(self._file("config.json"), config.to_json().encode())
        return notes

    def config(self) -> Config:
        """The run's configuration. Raises `InputError` where this is no work folder, or the file is damaged."""
        path = self._file("config.json")
        if not files.exists(path):
            raise InputError(
                f"{self.path}: no config.json here; name a folder that `python -m ner.train --workdir` wrote"
            )
        with files.open_file(path) as file:
            content = file.read()
        return Config.from_json(content.decode("utf-8", "replace"), path)

    @property
    def best(self) -> str:
        """The checkpoint that scored best."""
        return files.join(self.checkpoints, checkpoints.BEST)

    def check_trained(self) -> None:
        """Raises `InputError` unless this is a work folder that holds a trained tagger."""
        self.check_weights()
        model = self.config().model
        if not model.learns_labels:
            raise InputError(
                f"{self.path}: pretrained without labels (--head={model.head}); train a tagger that starts from it, "
                f"with ner.train --init_from={self.path}"
            )

    def check_weights(self) -> None:
        """Raises `InputError` unless this is a work folder that holds trained weights, of a tagger or pretrained."""
        self.config()
        if not files.exists(self.best):
            raise InputError(
                f"{self.best}: no such file: there are no trained weights yet; wait for the first validation of "
                "`python -m ner.train`, or start it again"
            )

    def calibration(self, step: int) -> ConfidenceCalibration | None:
        """How the confidences of the best weights, which are those of `step`, were calibrated, if they were."""
        found = ConfidenceCalibration.read(self.path)
        if found is None or found.step != step:
            return None
        return found if found.weights in ("", checkpoints.fingerprint(self.best)) else None

    def dataset(self) -> Dataset:
        """The dataset that the run was trained on (the copy of its `dataset.json`)."""
        return records_dataset.load(self.path)

    def word_vectors(self) -> WordVectors | None:
        """The word vectors of the run's model, or None where it has none. Raises `InputError` where they are gone."""
        return word_vectors.load(self.path) if self.config().model.word_vectors else None

    def check_same_encoding(self, dataset: Dataset, records: str, remedy: str) -> None:
        """Raises `InputError` unless `dataset` has the characters, labels and label of spaces of the run's model.

        `records` says whose they are, and `remedy` what to do, for the text of the error.
        """
        own = self.dataset()
        if (own.vocabulary, own.labels) != (dataset.vocabulary, dataset.labels):
            raise InputError(
                f"{records} have {_sizes(dataset)}, but the model in {self.path} was trained with other ones "
                f"({_sizes(own)}); {remedy}"
            )
        if own.space_label != dataset.space_label:
            raise InputError(
                f"{records} were built with --space_label={dataset.space_label}, but the model in {self.path} was "
                f"trained on --space_label={own.space_label}; {remedy}"
            )

    def has_finished(self, config: Config, dataset: Dataset) -> bool:
        """Whether a run of this configuration on these records has ended here, and its last checkpoint can be read.

        Without that checkpoint, the same command trains the rest again.
        """
        path = self._file("result.json")
        if not files.exists(path):
            return False
        with files.open_file(path, "r") as file:
            try:
                result = json.load(file)
            except ValueError:
                return False
        if result.get("settings") != config.to_settings() or result.get("records") != dataset.fingerprint:
            return False
        return checkpoints.is_readable(checkpoints.path_of_step(self.checkpoints, result["steps"]))

    def write_result(self, result: dict[str, Any]) -> None:
        """Writes `result.json`."""
        files.write_atomically(self._file("result.json"), (json.dumps(result, indent=2) + "\n").encode())

    def _compare(self, before: Config, after: Config, dataset: Dataset, records: str) -> list[str]:
        advice = "give the same as before, or use another --workdir"
        if changed := differences(before.model, after.model):
            raise InputError(f"{self.path} was made with another model: {_listed(changed)}; {advice}")
        if self.dataset().fingerprint != dataset.fingerprint:
            raise InputError(
                f"{self.path} was made with other records ({_origin(self.dataset())}) than {records} "
                f"({_origin(dataset)}); {advice}"
            )
        changed = differences(before.training, after.training)
        settings = settings_of(TrainingConfig)
        fixed = {name: pair for name, pair in changed.items() if not settings[name].changeable}
        if fixed:
            raise InputError(f"{self.path} was started with other settings: {_listed(fixed)}; {advice}")
        notes = [f"changed since the last start: {_listed(changed)}"] if changed else []
        if after.training.epochs > before.training.epochs and after.training.schedule != "constant":
            end = f"the {after.training.schedule} schedule now ends after {after.training.epochs} epochs"
            notes.append(f"the learning rate rises again: {end}; a lower --learning_rate avoids it")
        return notes


def _listed(changed: dict[str, tuple[Any, Any]]) -> str:
    return ", ".join(f"{name} {old or repr(old)} there, {new or repr(new)} now" for name, (old, new) in changed.items())


def _sizes(dataset: Dataset) -> str:
    return f"{len(dataset.vocabulary)} character ids and labels {' '.join(dataset.labels.names)}"


def _origin(dataset: Dataset) -> str:
    train = dataset.splits.get("train")
    sources = ", ".join(train.sources) if train else "no training split"
    return f"{dataset.fingerprint}: {sources}, {counted(train.sentences if train else 0, 'sentence')}"
