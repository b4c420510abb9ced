"""The settings of one start of a run: where it reads and writes, and which workers and devices it has.

They are not in `config.json`, because each start may have others.
"""

from dataclasses import dataclass

from ner import files
from ner.cluster.discovery import MODES
from ner.config import Config
from ner.console import counted
from ner.data import dataset as records_dataset
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.evaluation.metrics import metric_names
from ner.run_dir.several_models import check_compatible
from ner.run_dir.trained_weights import TrainedWeights
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting
from ner.training.instrumentation import profiled_steps


@dataclass(frozen=True, kw_only=True)
class LaunchConfig:
    """What a start reads, writes and reports."""

    records: str = setting(
        "",
        "Folder that data_tools.build wrote.",
        missing="name the folder that data_tools.build wrote",
        group="run",
        path=True,
    )
    workdir: str = setting(
        "",
        "Folder of this run; created if missing.",
        missing="name a folder for this run, new or to resume",
        group="run",
        path=True,
    )
    evaluate: str = setting("", "Split to evaluate with the best weights after training.", group="run")
    profile_steps: str = setting(
        "", "Steps to trace for TensorBoard's profiler, such as 10:20 (view with pip install xprof).", group="run"
    )
    dry_run: bool = setting(
        False,
        "Run a few steps, the first on the largest possible batch; report memory and time, write nothing.",
        group="run",
    )

    def __post_init__(self) -> None:
        check_settings(self)
        profiled_steps(self.profile_steps)

    def load_records(self) -> Dataset:
        """The dataset. Raises `InputError` where a file of it is missing or too short."""
        dataset = records_dataset.load(self.records)
        records_dataset.check_sizes(dataset, self.records, tuple(dataset.splits))
        return dataset

    def check(self, config: Config, dataset: Dataset) -> None:
        """Raises `InputError` on a setting that names a split, a metric, labels, weights or vectors that do not exist.

        And on a teacher that was trained on records with other characters, labels or spaces, or is named twice.
        """
        if self.evaluate:
            dataset.split(self.evaluate)
        if not config.model.learns_labels:
            _check_pretraining(config, dataset, self.evaluate)
        elif not dataset.split("train").is_annotated:
            raise InputError(
                f"{self.records}: no token of the training split is annotated: these records are for "
                f"--head=masked_words; name annotated ones for --head={config.model.head}"
            )
        elif "validation" in dataset.splits:
            if not dataset.split("validation").is_annotated:
                raise InputError(
                    f"{self.records}: no token of the validation split is annotated, so no step would be the best: "
                    "build records with an annotated one, or without"
                )
            metric_names.check_metric(config.training.best_metric, dataset.labels)
        if config.training.folds > (sentences := dataset.split("train").sentences):
            raise InputError(
                f"--folds={config.training.folds}: {self.records} has {counted(sentences, 'training sentence')}; "
                "name at most as many folds"
            )
        work = WorkDir(self.workdir)
        if not work.has_checkpoints:
            if config.training.init_from:
                TrainedWeights.find(config.training.init_from)
            if (path := config.model.word_vectors) and not files.exists(path):
                raise InputError(f"--word_vectors={path}: no such file; check the name")
        remedy = "name a --teacher that was trained on these records"
        check_compatible(self.teachers(config, dataset), dataset, f"the records in {self.records}", remedy)

    def teachers(self, config: Config, dataset: Dataset) -> list[WorkDir]:
        """The folders of the runs to learn from: none where this run has finished, which needs them no more."""
        if WorkDir(self.workdir).has_finished(config, dataset):
            return []
        return [WorkDir(path) for path in config.training.teachers]


def _check_pretraining(config: Config, dataset: Dataset, evaluated: str) -> None:
    """Raises `InputError` where a run that learns no labels is asked for what needs them."""
    training = config.training
    needing = {
        "a validation split (build records of the text with --train alone)": "validation" in dataset.splits,
        "--evaluate": bool(evaluated),
        "--teacher": bool(training.teacher),
        "--class_weighting": training.class_weighting != "none",
        "--oversample": bool(training.oversample),
        "--focal_gamma": bool(training.focal_gamma),
        "--train_sample": bool(training.train_sample),
    }
    if asked := [name for name, is_asked in needing.items() if is_asked]:
        raise InputError(f"--head={config.model.head} learns no labels, and cannot have {', '.join(asked)}")


@dataclass(frozen=True, kw_only=True)
class ClusterConfig:
    """The workers of a run and the devices of each."""

    cluster: str = setting(
        "auto",
        "How to find the workers: auto reads TF_CONFIG, Slurm or a Kubernetes Indexed Job; local is this machine with "
        "all its GPUs; none is one device.",
        choices=MODES,
        group="cluster",
    )
    gpus: int | None = setting(
        None, "GPUs to use on each machine; it is an error if fewer are found. Default: all.", low=0, group="cluster"
    )
    startup_timeout: float = setting(
        600.0,
        "Seconds until all workers must have connected, and that they wait for one another in their first update.",
        low=1,
        group="cluster",
    )
    collective_timeout: float = setting(
        600.0,
        "Seconds that a worker waits for the others in a collective operation after the first update (before it: at "
        "least --startup_timeout).",
        low=1,
        group="cluster",
    )

    def __post_init__(self) -> None:
        check_settings(self)
