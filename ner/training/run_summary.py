"""The lines that describe a run to its user: what it is at the start, what came out at the end."""

from shlex import quote

from ner.cluster.discovery import Cluster
from ner.config import Config, ModelConfig
from ner.console import counted, format_duration
from ner.data.batches import batches_of_run
from ner.data.dataset import Dataset, Split
from ner.data.sampling import SamplingPlan
from ner.data.subset import Subset
from ner.devices import describe_device
from ner.model.heads import HEADS, PRETRAINING_HEADS
from ner.settings import settings_of
from ner.training.loop import Trainer
from ner.training.word_vector_coverage import FEW
from ner.training_config import TrainingConfig


def describe_run(
    config: Config, trainer: Trainer, cluster: Cluster, work_path: str, known_words: float | None = None
) -> list[str]:
    """What the chief prints before the first step: workers, device, model, data, plan and work folder.

    `known_words` is the share of the training data's words that have word vectors, where there are such.
    """
    data, training = trainer.data, config.training
    dataset, train_split = data.dataset, data.dataset.split("train")
    exactness = ", deterministic" if training.deterministic else ""
    teachers = ", ".join(training.teachers)
    balance = _balance(config, train_split, data.plan)
    return [
        f"workers     {_workers(cluster)}",
        f"device      {describe_device()}; precision {training.precision}{exactness}",
        f"model       {trainer.state.tagger.describe()}: {trainer.state.tagger.count_params():,} parameters",
        f"data        {counted(train_split.sentences, 'sentence')}, {counted(train_split.characters, 'character')}, "
        f"{counted(len(dataset.vocabulary), 'character id')}, {counted(len(dataset.labels), 'label')}",
        *(_vectors(known_words) if known_words is not None else []),
        *([f"subset      {_subset(data.plan.subset)}"] if data.plan.subset else []),
        f"plan        {_plan(training, train_split, data.plan)}",
        *([f"balance     {balance}"] if balance else []),
        *([f"teacher     {teachers}: {training.distillation:.0%} of the loss"] if teachers else []),
        f"work folder {work_path}   (python -m ner.board --logdir={quote(work_path)})",
    ]


def _vectors(known_words: float) -> list[str]:
    """Which share of the words has vectors, and a warning where it is small."""
    lines = [f"vectors     of {known_words:.0%} of the words in the first training sentences"]
    if known_words < FEW:
        lines.append("warning: most words have no vector: are --word_vectors of another language, or of other tokens?")
    return lines


def settings_without_effect(config: Config, dataset: Dataset) -> list[str]:
    """A warning for each group of settings that change nothing in this run."""
    model, training = config.model, config.training
    warnings = []
    if others := _of_other_parts(model):
        warnings.append(f"no effect with --encoder={model.encoder} --head={model.head}: {', '.join(others)}")
    if "validation" not in dataset.splits:
        of_validation = (
            *("best_metric", "patience", "validate_every", "kept_sentences", "train_sample"),
            *("tune_document_weight", "tune_type_biases"),
        )
        given = [f"--{name}" for name in of_validation if getattr(training, name) != getattr(TrainingConfig, name)]
        if given:
            warnings.append(f"no validation split: no effect of {', '.join(given)}")
    elif not any(dataset.split("validation").entities.values()) and training.best_metric.startswith("entity/"):
        stops = f", and --patience={training.patience} ends the run early" if training.patience else ""
        warnings.append(
            f"validation has no entity: --best_metric={training.best_metric} is always 0, so the last weights are kept"
            f"{stops}; validate on other files, or with --best_metric=loss"
        )
    if training.distillation != TrainingConfig.distillation and not training.teacher:
        warnings.append("--distillation: no effect without --teacher")
    elif training.teacher and not training.distillation:
        warnings.append("--teacher: no effect with --distillation=0")
    if model.max_word_vectors != ModelConfig.max_word_vectors and not model.word_vectors:
        warnings.append("--max_word_vectors: no effect without --word_vectors")
    return warnings + _balance_without_effect(model, training)


def _balance_without_effect(model: ModelConfig, training: TrainingConfig) -> list[str]:
    """The warnings about class weights, their removal from logits, and the focal loss."""
    warnings = []
    if training.logit_adjustment and training.class_weighting == "none":
        warnings.append("--logit_adjustment: no effect without --class_weighting, whose weights it removes")
    elif training.logit_adjustment and not _weights_classes(model):
        warnings.append(f"--logit_adjustment: no effect with --head={model.head}, whose loss does not weight classes")
    used = {"--class_weighting": training.class_weighting != "none", "--focal_gamma": training.focal_gamma > 0}
    flags = " and ".join(flag for flag in used if used[flag])
    if flags and training.teacher and training.distillation == 1:
        warnings.append(f"{flags}: no effect with --distillation=1, which leaves no loss of labels")
    elif flags and model.head == "crf" and not model.char_loss_weight:
        warnings.append(
            f"{flags}: no effect on the loss, because with --head=crf only the characters' share is weighted, and "
            "--char_loss_weight is 0"
        )
    return warnings


def _weights_classes(model: ModelConfig) -> bool:
    return (HEADS | PRETRAINING_HEADS)[model.head].weights_classes


def _of_other_parts(model: ModelConfig) -> list[str]:
    """Flags that were given although they are of an encoder or a head that the model does not have."""
    own = {f"{model.encoder} encoder", f"{model.head} head"}
    others = {one.name: one.default for one in settings_of(ModelConfig).values() if one.group not in {"model", *own}}
    return [f"--{name}" for name, default in others.items() if getattr(model, name) != default]


def describe_result(config: TrainingConfig, trainer: Trainer) -> str:
    """Steps, time and best score of a finished run, and whether early stopping ended it, in one line."""
    progress, data = trainer.progress, trainer.data
    done = f"{counted(progress.step, 'step')} in {format_duration(progress.seconds)}"
    if progress.sentences < data.total_sentences:
        epoch = f"epoch {data.epochs_at(progress.sentences):.2f}/{config.epochs}"
        done += f", stopped early at {epoch} (--patience={config.patience})"
    if progress.best_score is None:
        return f"{done}; no validation: the last weights are kept"
    return f"{done}; best at step {progress.best_step:,}: validation {config.best_metric} {progress.best_score:.4f}"


def _workers(cluster: Cluster) -> str:
    return cluster.source if cluster.num_workers == 1 else f"{cluster.num_workers}, found by {cluster.source}"


def _plan(training: TrainingConfig, train_split: Split, plan: SamplingPlan) -> str:
    batches = batches_of_run(train_split, plan, training.epochs, training.batch_size, training.max_batch_characters)
    kind = (
        f"up to {counted(training.max_batch_characters, 'character')}"
        if training.max_batch_characters
        else counted(training.batch_size, "sentence")
    )
    if 0 < training.max_batch_characters < train_split.longest:
        kind += f", or of one longer sentence (the longest has {train_split.longest:,})"
    about = "about " if training.max_batch_characters else ""
    each = (
        f", an update every {training.accumulate_steps} or at an epoch's end" if training.accumulate_steps > 1 else ""
    )
    return f"{counted(training.epochs, 'epoch')}, {about}{counted(batches, 'batch', 'batches')} of {kind}{each}"


def _subset(subset: Subset) -> str:
    return f"{counted(subset.num_sentences, 'training sentence')} of {len(subset.chosen):,}: {subset.name}"


def _balance(config: Config, train_split: Split, plan: SamplingPlan) -> str:
    """How class imbalance is handled; empty where it is not."""
    training, parts = config.training, []
    if training.class_weighting != "none":
        share = training.logit_adjustment if _weights_classes(config.model) else 0.0
        removed = f", {share:.0%} removed from scores" if share else ""
        parts.append(f"class weights {training.class_weighting}{removed}")
    if training.focal_gamma:
        parts.append(f"focal loss, gamma {training.focal_gamma:g}")
    if training.oversample:
        size = plan.before(training.epochs) / training.epochs
        parts.append(f"rare types repeated: {size:,.0f} sentences an epoch instead of {train_split.sentences:,}")
    return "; ".join(parts)
