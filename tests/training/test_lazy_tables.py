"""Rows of tables that updates do not read: brought up to date later, they are those of Adam on the whole table."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.ensemble import make_tagger
from ner.run_dir import checkpoints
from ner.run_dir.trained_weights import TrainedWeights
from ner.run_dir.unread_rows import bring_up_to_date
from ner.signals import StopRequests
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.training import lazy_tables
from ner.training.distributed.workers import Replicas
from ner.training.lazy_tables import LazyTables
from ner.training.optimizer import WeightAverage, make_optimizer
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState
from ner.training_config import TrainingConfig
from tests.training.small_run import make_trainer
from tests.training.small_step import update

ROWS = 64
TABLE = "tagger/ngrams/embeddings"
TEXTS = [[[2, 3, 4, 2], [4, 4, 3, 0]], [[3, 2, 0, 0], [2, 2, 3, 3]], [[4, 4, 4, 4], [3, 4, 2, 3]]]
LABELS = tf.constant([[0, 1, 2, 0], [0, 1, 1, -1]])


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(lazy_tables, "_MOST_UNREAD", 7)
    monkeypatch.setattr(lazy_tables, "_ROWS_AT_ONCE", 25)


def make_step(lazy, members=1, head="crf", **training):
    config = TrainingConfig(clip_norm=1, **training)
    model = ModelConfig(
        encoder="hierarchical", head=head, members=members, ngram_rows=ROWS, ngram_size=3, lstm_units=4, word_units=4,
        embedding_size=2, lstm_layers=1, word_layers=1, masked_share=0.5,
    )  # fmt: skip
    tagger = make_tagger(
        model, Vocabulary(("a", "b", "c")), Labels(("O", "B-LOC", "I-LOC")), precision=config.precision
    )
    return TrainingStep(TrainState(tagger, make_optimizer(config), config.ema_decay, lazy=lazy), config)


def train(step, numbers):
    for number in numbers:
        labels = tf.where(tf.constant(TEXTS[number % 3]) > 0, LABELS, -1)
        update(step, number, tf.constant(TEXTS[number % 3]), labels, learning_rate=0.01 + 0.001 * (number % 5))


def assert_close(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=2e-3, atol=2e-5, err_msg=name)


def assert_equal(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name], value, err_msg=name)


class DenseAdam:
    """Adam with decoupled weight decay on whole tables, and an average of the weights, in float64."""

    def __init__(self, weight, decay, ema_decay):
        self.weight = self.average = weight.astype(np.float64)
        self.momentum = self.velocity = np.zeros_like(self.weight)
        self.decay, self.ema_decay, self.updates = decay, ema_decay, 0

    def update(self, gradient, rate):
        self.updates += 1
        self.momentum = 0.9 * self.momentum + 0.1 * gradient
        self.velocity = 0.999 * self.velocity + 0.001 * gradient**2
        momentum, velocity = self.momentum / (1 - 0.9**self.updates), self.velocity / (1 - 0.999**self.updates)
        correction = np.sqrt(1 - 0.999**self.updates)  # Keras adds epsilon to the uncorrected root
        self.weight = self.weight * (1 - rate * self.decay) - rate * momentum / (np.sqrt(velocity) + 1e-7 / correction)
        kept = min(self.ema_decay, self.updates / (self.updates + 9))
        self.average = kept * self.average + (1 - kept) * self.weight


@pytest.mark.parametrize(("decay", "ema_decay"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.9), (0.5, 0.9)])
def test_all_rows_are_those_of_adam_on_the_whole_table(decay, ema_decay):
    rng = np.random.default_rng(0)
    begin = rng.normal(size=[2, ROWS + 1, 3]).astype(np.float32)
    weights = [keras.Variable(one, name=f"table_{number}") for number, one in enumerate(begin)]
    optimizer = make_optimizer(TrainingConfig(weight_decay=decay))
    optimizer.build(weights)
    average = WeightAverage(weights, ema_decay) if ema_decay else None
    tables = LazyTables(weights, optimizer, average)
    dense = [DenseAdam(one, decay, ema_decay) for one in begin]
    for number in range(40):
        ids = rng.integers(0, ROWS // 4, size=6) ** 2 % (ROWS + 1)  # some are never read but in their turn
        rate = np.float32(0 if number == 9 else 0.1 / (1 + number % 4))
        read = tables.read(tf.constant(ids))
        gradients = []
        for one in dense:
            values = rng.normal(size=[6, 3]).astype(np.float32)
            gradients.append(tables.row_gradient(tf.IndexedSlices(tf.constant(values), tf.constant(ids)), read))
            whole = np.zeros([ROWS + 1, 3])
            np.add.at(whole, ids, values)
            one.update(whole, rate)
        optimizer.learning_rate = rate
        tables.update(read, gradients)
        optimizer.iterations.assign(number + 1)
        with tables.in_place():
            for weight, one in zip(weights, dense, strict=True):
                np.testing.assert_allclose(weight.numpy(), one.weight, rtol=1e-4, atol=1e-5)
                if average:
                    averages = average.variables_by_name()[weight.path].numpy()
                    np.testing.assert_allclose(averages, one.average, rtol=1e-4, atol=1e-5)


def test_gradients_of_repeated_rows_are_added_up():
    weight = keras.Variable(np.zeros([ROWS, 1], np.float32), name="table")
    optimizer = make_optimizer(TrainingConfig())
    optimizer.build([weight])
    tables = LazyTables([weight], optimizer, None)
    read = tables.read(tf.constant([[5, 3], [5, 60]], tf.int64))
    slices = tf.IndexedSlices(tf.constant([[1.0], [10.0], [100.0]]), tf.constant([5, 60, 5]))
    summed = dict(zip(read.numbers.numpy().tolist(), tables.row_gradient(slices, read).numpy()[:, 0], strict=True))
    assert summed[5] == 101 and summed[60] == 10 and summed[3] == 0
    assert sorted(summed) == sorted(set(summed))
    with pytest.raises(tf.errors.InvalidArgumentError, match="rows of a table that `table_rows` does not name"):
        tables.row_gradient(tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([40])), read)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ema_decay": 0.9, "weight_decay": 0.1},
        {"members": 2, "ema_decay": 0.9},
        {"head": "masked_words"},
        {"head": "masked_words", "members": 2},
        {"precision": "mixed_bfloat16"},
    ],
    ids=str,
)
def test_a_run_has_the_weights_of_dense_updates(settings):
    lazy, dense = make_step(True, **settings), make_step(False, **settings)
    assert lazy.state.tables and not dense.state.tables
    for start in range(0, 24, 6):
        train(lazy, range(start, start + 6))
        train(dense, range(start, start + 6))
        assert_close(bring_up_to_date(lazy.state.arrays()), dense.state.arrays())
    assert lazy.bad_batch() is None


def test_weights_to_evaluate_are_up_to_date_and_then_as_before():
    lazy, dense = make_step(True, ema_decay=0.9), make_step(False, ema_decay=0.9)
    train(lazy, range(10))
    train(dense, range(10))
    before = lazy.state.arrays()
    with lazy.eval_weights(), dense.eval_weights():
        assert_close(lazy.tagger.weights_by_name(), dense.tagger.weights_by_name())
    assert_equal(lazy.state.arrays(), before)
    with lazy.state.up_to_date():
        assert np.abs(lazy.tagger.weights_by_name()[TABLE] - before[f"weights/{TABLE}"]).max() > 1e-4


def test_a_run_that_is_restored_goes_on_to_the_bit(tmp_path):
    whole, first, second = (make_step(True, ema_decay=0.9, members=2) for _ in range(3))
    train(whole, range(20))
    train(first, range(9))
    path = str(tmp_path / "state.npz")
    checkpoints.save(path, first.state.to_checkpoint())
    second.state.from_checkpoint(checkpoints.load(path))
    train(second, range(9, 20))
    assert_equal(second.state.arrays(), whole.state.arrays())


def test_lazy_and_dense_runs_continue_each_other():
    lazy, dense, from_lazy, from_dense = (make_step(lazy, ema_decay=0.9) for lazy in (True, False, False, True))
    train(lazy, range(9))
    train(dense, range(9))
    from_lazy.state.from_checkpoint(lazy.state.to_checkpoint())
    from_dense.state.from_checkpoint(dense.state.to_checkpoint())
    for step in (lazy, dense, from_lazy, from_dense):
        train(step, range(9, 20))
    assert_close(from_lazy.state.arrays(), dense.state.arrays())
    assert_close(bring_up_to_date(from_dense.state.arrays()), dense.state.arrays())
    assert_close(bring_up_to_date(lazy.state.arrays()), dense.state.arrays())


def test_a_new_start_takes_all_rows_as_they_are():
    step = make_step(True, ema_decay=0.9)
    train(step, range(9))
    step.state.restart()
    raw = step.state.arrays()
    assert_equal({f"weights/{TABLE}": raw[f"weights/{TABLE}"]}, {f"weights/{TABLE}": raw[f"average/{TABLE}"]})
    with step.state.up_to_date():
        assert_equal({TABLE: step.tagger.weights_by_name()[TABLE]}, {TABLE: raw[f"weights/{TABLE}"]})


def test_other_programs_see_the_rows_of_a_run_up_to_date(tmp_path, records):
    """Its last checkpoint has rows as they were last read, but neither who starts from it nor its result does."""
    sizes = {"encoder": "hierarchical", "word_units": 4, "ngram_size": 2, "ngram_rows": 1024, "bidirectional": True}
    trainer, work = make_trainer(tmp_path, records, **sizes)
    assert trainer.train(StopRequests())
    [path] = map(str, Path(work.checkpoints).glob("step-*.npz"))
    arrays = checkpoints.load(path).arrays
    unread = [name for name in arrays if name.startswith("last_read/")]
    assert unread == [f"last_read/{TABLE}"]
    weights, _ = TrainedWeights.find(path).load()
    assert np.abs(weights[TABLE] - arrays[f"weights/{TABLE}"]).max() > 1e-3
    with trainer.state.up_to_date():
        assert_close(weights, trainer.state.tagger.weights_by_name())
        result = json.loads(Path(work.path, "result.json").read_text())
        assert result["weights_sha256"] == trainer.state.tagger.weights_sha256()


def test_an_update_touches_no_whole_table():
    """Nor is one read: rows are written one by one, and TensorFlow then copies what is read as a whole."""

    def whole_tables(step):
        outputs = [output for op in step.graph().graph.get_operations() for output in op.outputs]
        return [one.name for one in outputs if one.shape.rank == 2 and one.shape[0] == ROWS]

    assert whole_tables(make_step(False, ema_decay=0.9))
    assert whole_tables(make_step(True, ema_decay=0.9)) == []


def test_only_one_replica_on_a_cpu_updates_tables_so(monkeypatch):
    alone = Replicas()
    assert lazy_tables.are_worthwhile(TrainingConfig(), alone)
    assert not lazy_tables.are_worthwhile(TrainingConfig(), Replicas(tf.distribute.MirroredStrategy(["CPU:0"])))
    assert not lazy_tables.are_worthwhile(TrainingConfig(accumulate_steps=2), alone)
    assert not lazy_tables.are_worthwhile(TrainingConfig(precision="mixed_float16"), alone)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: ["GPU:0"] if kind == "GPU" else [])
    assert not lazy_tables.are_worthwhile(TrainingConfig(), alone)


def test_a_tagger_without_tables_is_updated_as_a_whole():
    model = ModelConfig(embedding_size=2, lstm_units=4)
    tagger = make_tagger(model, Vocabulary(("a",)), Labels(("O", "B-LOC", "I-LOC")))
    assert tagger.tables() == []
    assert TrainState(tagger, make_optimizer(TrainingConfig()), lazy=True).tables is None
