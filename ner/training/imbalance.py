"""What a run does for rare classes: weights of labels in the loss, and sentences that epochs repeat."""

import json
from dataclasses import dataclass

import numpy as np

from ner import files
from ner.config import TrainingConfig
from ner.data.dataset import Dataset
from ner.data.label_counts import LabelCounts, count_labels
from ner.data.sampling import SamplingPlan
from ner.data.verification import verify_while_reading
from ner.model.heads.loss import class_weights
from ner.run_dir.workdir import WorkDir


@dataclass(frozen=True, eq=False)
class ClassBalance:
    """`epochs` of the data, and `class_weights` float32 [C], or None where every label counts the same."""

    epochs: SamplingPlan
    class_weights: np.ndarray | None = None

    @classmethod
    def of(cls, config: TrainingConfig, dataset: Dataset, records: str, work: WorkDir | None = None) -> "ClassBalance":
        """What `config` asks for. Labels are counted where that needs it, once for all starts of a run in `work`.

        Raises `DamagedShardError` naming a shard that is not the one built.
        """
        if config.class_weighting == "none" and not config.oversample:
            return cls(SamplingPlan.once(dataset.split("train").sentences))
        counts = _load_or_count(dataset, records, work) if work else _count(dataset, records)
        if config.oversample:
            epochs = SamplingPlan.oversampled(counts, dataset.labels, config.oversample)
        else:
            epochs = SamplingPlan.once(counts.total_sentences)
        return cls(epochs, class_weights(config.class_weighting, counts.characters))


def _load_or_count(dataset: Dataset, records: str, work: WorkDir) -> LabelCounts:
    if files.exists(work.label_counts):
        with files.open_file(work.label_counts, "r") as file:
            content = json.load(file)
        if content["records"] == dataset.fingerprint:
            return LabelCounts.from_json(content["counts"])
    counts = _count(dataset, records)
    content = {"records": dataset.fingerprint, "counts": counts.to_json()}
    files.write_atomically(work.label_counts, (json.dumps(content) + "\n").encode())
    return counts


def _count(dataset: Dataset, records: str) -> LabelCounts:
    with verify_while_reading(dataset, records, "train"):
        return count_labels(dataset, records)
