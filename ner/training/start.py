"""What a user sees of a run from start to end."""

from shlex import quote

from ner.config import Config, ModelConfig, TrainingConfig
from ner.records.batches import batches_per_epoch
from ner.records.dataset import Dataset, Split
from ner.training.device import describe_device
from ner.training.memory import keep_freed_memory
from ner.training.preemption import RUN_AGAIN, StopRequests
from ner.training.run import Run
from ner.training.workdir import WorkFolder


def train(config: Config, dataset: Dataset, records: str, work: WorkFolder, notes: list[str]) -> int:
    """Runs or carries on a training and says so; the exit status: 0 finished, 75 to be run again, 130 interrupted."""
    keep_freed_memory()
    device = describe_device()
    with StopRequests() as stop:
        run = Run(config, dataset, records, work)
        resumed = run.resume()
        for line in [*_introduction(config, dataset, run, work, device), *notes]:
            print(line, flush=True)
        if resumed:
            print(f"carrying on at step {run.position.step:,} (epoch {run.epochs:.2f})", flush=True)
        if run.finished:
            print("this run is finished already", flush=True)
        if run.train(stop):
            print(run.summary())
            split = list(dataset.splits)[-1]  # test, where there is one
            folders = f"--workdir={quote(work.path)} --records={quote(records)}"
            print(f"next: python -m ner.evaluate {folders} --split={split}")
            return 0
    print(f"stopped and saved at step {run.position.step:,}; the same command carries on")
    return stop.exit_code or RUN_AGAIN


def _introduction(config: Config, dataset: Dataset, run: Run, work: WorkFolder, device: str) -> list[str]:
    train_split = dataset.split("train")
    training = config.training
    return [
        f"device      {device}; precision {training.precision}",
        f"model       {_model(config.model)}: {run.tagger.count_params():,} parameters",
        f"data        {train_split.sentences:,} sentences, {train_split.characters:,} characters, "
        f"{len(dataset.vocabulary)} character ids, {len(dataset.labels)} labels",
        f"plan        {_plan(training, train_split)}",
        f"work folder {work.path}   (python -m ner.board --logdir={quote(work.path)})",
    ]


def _plan(training: TrainingConfig, train_split: Split) -> str:
    exact = not training.batch_characters
    batches = batches_per_epoch(train_split, training.batch_size, training.batch_characters)
    kind = f"{training.batch_size} sentences" if exact else f"up to {training.batch_characters:,} characters"
    about = "" if exact else "about "
    return (
        f"{training.epochs} epochs of {about}{batches:,} batches of {kind}: {about}{training.epochs * batches:,} steps"
    )


def _model(model: ModelConfig) -> str:
    kind = "bidirectional LSTM" if model.bidirectional else "LSTM"
    return f"{kind}, {model.lstm_layers} x {model.lstm_units} units, embedding {model.embedding_size}"
