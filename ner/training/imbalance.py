"""How a run handles class imbalance: weights of labels in the loss, and sentences that epochs repeat."""

from dataclasses import dataclass

import numpy as np

from ner.data.dataset import Dataset
from ner.data.sampling import SamplingPlan
from ner.data.subset import Subset
from ner.model.heads.cross_entropy import class_weights
from ner.training_config import TrainingConfig


@dataclass(frozen=True, eq=False)
class ClassBalance:
    """How often epochs read each sentence (`plan`), and `class_weights` float32 [C], None where all count the same."""

    plan: SamplingPlan
    class_weights: np.ndarray | None = None

    @classmethod
    def of(cls, config: TrainingConfig, dataset: Dataset) -> "ClassBalance":
        """What `config` asks for, from the label counts in `dataset`."""
        counts, sentences = dataset.label_counts, dataset.split("train").sentences
        subset = Subset.to_train_on(
            sentences, config.train_share, seed=config.seed, fold=config.fold, folds=config.folds
        )
        if config.oversample:
            plan = SamplingPlan.oversampled(counts, dataset.labels, config.oversample)
        else:
            plan = SamplingPlan.of_subset(subset) if subset else SamplingPlan.once(sentences)
        return cls(plan, class_weights(config.class_weighting, np.array(counts.characters, np.int64)))
