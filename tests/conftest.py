"""Small records, and a work folder, that tests of batches, training, evaluation and tagging share."""

import hashlib
import importlib
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from ner.config import Config, ModelConfig
from ner.data import dataset as records_dataset
from ner.data import tfrecord
from ner.data.dataset import Dataset, Shard, Split
from ner.data.encoding import encode_batch
from ner.data.label_counts import LabelCounts, phases
from ner.run_dir.workdir import WorkDir
from ner.text.labels import Labels
from ner.text.sentence import Sentence
from ner.text.sentence_batch import SentenceBatch
from ner.text.vocabulary import Vocabulary
from tests.scheduling import FileScheduling, place_of

# How long an example takes says more about the load of the machine than about the code.
hypothesis.settings.register_profile("any_machine", deadline=None)
hypothesis.settings.load_profile("any_machine")

# Tests interrupt programs. Of a shell's background job, programs inherit that this signal is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

NAMES = ["Ada", "Bo", "Celestine", "Dorothea Ann", "E. F. Gray"]
PLACES = ["Mirrin", "Ostrel Bay", "Upper Tarn"]


def invented_sentences(count: int) -> list[Sentence]:
    """Sentences of one to some fifteen tokens; no two are the same, because each tells its number."""
    sentences = []
    for number in range(count):
        name, place = NAMES[number % len(NAMES)].split(), PLACES[number % len(PLACES)].split()
        tokens = [str(number), *name, "went", "to", *place, *["again"] * (number % 7)]
        tags = ["O", "B-PER", *["I-PER"] * (len(name) - 1), "O", "O", "B-LOC", *["I-LOC"] * (len(place) - 1)]
        sentences.append(Sentence.from_tokens(tokens, tags + ["O"] * (number % 7)))
    return sentences


def write_records(folder: Path, splits: dict[str, Sequence[Sentence]], num_shards: int = 3) -> Dataset:
    """Builds records without the build program; vocabulary and labels come from `train`."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary.from_text(sentence.text for sentence in splits["train"])
    labels = Labels.from_tags(tag for sentence in splits["train"] for tag in sentence.tags)
    described, counts = {}, LabelCounts()
    for name, sentences in splits.items():
        shards = []
        for index in range(num_shards):
            part = sentences[index * len(sentences) // num_shards : (index + 1) * len(sentences) // num_shards]
            first = index * len(sentences) // num_shards + 1
            batch = SentenceBatch.from_sentences(part, lines=range(first, first + len(part)))
            content = b"".join(map(tfrecord.frame, encode_batch(batch, vocabulary, labels.ids)))
            if name == "train":
                phase = phases(batch.sources, batch.lines)
                counts += LabelCounts.of_sentences(batch.char_labels(labels.ids), batch.char_bounds, phase, len(labels))
            path = folder / records_dataset.shard_name(name, index, num_shards)
            path.write_bytes(content)
            checksum = hashlib.sha256(content).hexdigest()
            shards.append(Shard(file=path.name, records=len(part), bytes=len(content), sha256=checksum))
        described[name] = Split(
            shards=tuple(shards),
            sentences=len(sentences),
            tokens=sum(len(one.tokens) for one in sentences),
            characters=sum(len(one.text) for one in sentences),
            entities=dict(sorted(Counter(tag[2:] for one in sentences for tag in one.tags if tag[0] == "B").items())),
            longest=max(len(one.text) for one in sentences),
            sources=(f"{name}.txt",),
            dialect={},
            documents={"file": 1},
            not_annotated=sum(one.tags.count("-") for one in sentences),
        )
    dataset = Dataset(vocabulary=vocabulary, labels=labels, splits=described, label_counts=counts)
    (folder / records_dataset.FILE_NAME).write_text(dataset.to_json(), encoding="utf-8")
    return dataset


@pytest.fixture(autouse=True)
def log_level() -> Iterator[None]:
    """A program that a test calls in this process sets TensorFlow's log level for good: not for the tests after it."""
    before = os.environ.get("TF_CPP_MIN_LOG_LEVEL")
    yield
    if before is None:
        os.environ.pop("TF_CPP_MIN_LOG_LEVEL", None)
    else:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = before


@pytest.fixture
def sentences() -> Callable[[int], list[Sentence]]:
    return invented_sentences


@pytest.fixture
def records(tmp_path: Path) -> tuple[str, Dataset]:
    """A folder with 40 training, 10 validation and 10 test sentences, and its description."""
    folder = tmp_path / "records"
    made = invented_sentences(60)
    dataset = write_records(folder, {"train": made[:40], "validation": made[40:50], "test": made[50:]})
    return str(folder), dataset


SMALL_MODEL = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1)


@pytest.fixture(scope="session")
def first_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of step 3 with the weights that a run of `SMALL_MODEL` on `records` would begin with."""
    from ner.model.network import Network  # not above: most tests need no TensorFlow
    from ner.run_dir import checkpoints

    folder = tmp_path_factory.mktemp("first")
    dataset = write_records(folder / "records", {"train": invented_sentences(40)})
    tagger = Network(SMALL_MODEL, dataset.vocabulary, dataset.labels)
    checkpoints.save(str(folder / "best.npz"), checkpoints.Checkpoint(tagger.weights_by_name(), {"step": 3}))
    return folder / "best.npz"


@pytest.fixture
def work(tmp_path: Path, records: tuple[str, Dataset], first_weights: Path) -> WorkDir:
    """A work folder with `first_weights` as its best ones."""
    folder, dataset = records
    made = WorkDir(str(tmp_path / "work"))
    made.prepare(Config(model=SMALL_MODEL), dataset, folder)
    Path(made.checkpoints).mkdir(exist_ok=True)
    shutil.copy(first_weights, made.best)
    return made


@pytest.fixture
def onnx_export(work: WorkDir, tmp_path: Path) -> Path:
    """The folder of an ONNX export of `work`, as `ner.export` writes it, without its model card."""
    from ner.exporting import onnx_format  # not above: most tests need no TensorFlow
    from ner.inference.models.export_description import Description
    from ner.inference.models.keras_model import character_model
    from ner.run_dir.trained_tagger import load_tagger

    folder = tmp_path / "export"
    folder.mkdir()
    tagger, step = load_tagger(work)
    onnx_format.write(tagger, character_model(tagger, work.dataset().spacing), str(folder))
    Description(format="onnx", step=step, labels=tagger.labels.names).write(str(folder))
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts by file: those that take longest come first."""
    items.sort(key=lambda item: place_of(item.path.as_posix()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Makes graphs cheaper if some of the collected files have imported TensorFlow."""
    if "tensorflow" in sys.modules:
        importlib.import_module("tests.light_tensorflow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileScheduling:
    """Who gives the tests to the processes of pytest-xdist."""
    return FileScheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what is marked `gpu` where TensorFlow sees none."""
    if item.get_closest_marker("gpu"):
        import tensorflow as tf  # not above: most tests need no TensorFlow

        if not tf.config.list_physical_devices("GPU"):
            pytest.skip("TensorFlow sees no GPU here")
