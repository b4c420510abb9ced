"""A step that two devices share: what one device does, to rounding. They are one CPU taken for two, or two workers."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.config import ModelConfig
from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.model.network import Network
from ner.model.teacher import Teacher
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.training import optimizer as optimizers
from ner.training.distributed.workers import Replicas, make_replicas
from ner.training.optimizer import make_optimizer
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState
from ner.training_config import TrainingConfig
from tests.forked import fork_server
from tests.loopback import clusters

CHAR_IDS = [[2, 3, 2, 2, 3, 2, 4], [3, 4, 4, 2, 0, 0, 0], [2, 4, 0, 0, 0, 0, 0]]
LABELS = [[0, 1, 0, -2, -2, 0, 1], [1, 1, 0, 0, -1, -1, -1], [0, 2, -1, -1, -1, -1, -1]]
SECOND = ([[4, 2, 2], [3, 3, 0]], [[1, 0, 0], [1, 0, -1]])
WHOLE_AND_LESS = [(CHAR_IDS, LABELS), SECOND, ([[2, 2, 3, 4]], [[0, 0, 1, 1]])]  # the last has a sentence for one only
SMALL_UPDATES = {"clip_norm": 0.01, "distillation": 0.5}


def shared(char_ids, labels, replicas):
    """The batch as `global_batches` cuts it."""
    char_ids, labels = np.array(char_ids, np.int32), np.array(labels, np.int32)
    rows, parts = len(char_ids), []
    for number in replicas.own:
        first, end = rows * number // replicas.count, rows * (number + 1) // replicas.count
        ids, gold = char_ids[first:end], labels[first:end]
        if first == end:
            ids, gold = np.zeros([1, 1], np.int32), np.full([1, 1], -1, np.int32)
        longest = max(1, (ids > 0).sum(axis=1).max())
        lengths = (ids > 0).sum(axis=1, dtype=np.int32)[:, None]  # each sentence as one word
        columns = ids[:, :longest], gold[:, :longest], np.zeros_like(lengths), lengths, first
        parts.append(ReplicaBatch(*map(tf.constant, columns)))
    sizes = map(tf.constant, (rows, int((char_ids > 0).sum()), int((labels == -2).sum()), char_ids.shape[1]))
    return GlobalBatch(*sizes, tuple(parts))


@contextlib.contextmanager
def replicas_of(count, cluster):
    """`count` devices of this process, or one of each worker of the cluster."""
    if cluster:
        with ControlChannel.connect(cluster, {}, 60, 60, lambda line: None) as channel:
            yield make_replicas(channel, cluster.index)
        return
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    names = [f"cpu:{number}" for number in range(count)]
    yield Replicas(tf.distribute.MirroredStrategy(names) if count > 1 else None)


def learn(pipe, count, cluster, settings, how):
    """Sends what the devices learnt from the batches: losses, norms and arrays."""
    with replicas_of(count, cluster) as replicas:
        pipe.send(learnt_on(replicas, settings, how))


def learnt_on(replicas, settings, how):
    config = TrainingConfig(**settings)
    model = ModelConfig(
        embedding_size=4, lstm_units=6, lstm_layers=1, bidirectional=False, dropout=0.3, char_dropout=0.2
    )
    known = Vocabulary(("a", "b", "c")), Labels(("O", "B-LOC", "I-LOC"))
    with replicas.scope():
        tagger = Network(model, *known, precision=config.precision)
        teacher = Teacher(Network(model, *known, seed=9)) if config.distillation else None
        optimizer = make_optimizer(config)
        if how == "sgd":
            optimizer = optimizers._of_sums(keras.optimizers.SGD)()
        state = TrainState(tagger, optimizer, config.ema_decay)
    weights = np.array([1, 1, 1e7], np.float32) if how == "overflow" else None
    step = TrainingStep(state, config, weights, replicas, teacher)
    before = state.arrays()
    metrics, votes, number = [], [], 0
    for batch in WHOLE_AND_LESS[: 1 if how == "overflow" else 3]:
        for _ in range(config.accumulate_steps):
            made = shared(*batch, replicas)
            if config.accumulate_steps == 1:
                votes.append(float(step(number, made, 0.1, 1.0)))
            else:
                step.add(number, made)
            number += 1
        if config.accumulate_steps > 1:
            votes.append(float(step.update(0.1, 1.0)))
        metrics.append(state.metrics.read())
        state.metrics.reset()
    local = [value.numpy() for value in tf.nest.flatten(_local_values(tagger))]
    return metrics, votes, before, state.arrays(), step.bad_batch(), local


def _local_values(tagger):
    values = [weight.value for weight in tagger.trainable_variables]
    return [getattr(value, "values", (value, value)) for value in values]


@pytest.fixture(scope="module")
def learnt():
    """What a number of devices learn, in a process of their own, and what each of two workers learns; each once."""
    context = fork_server()
    known = {}

    def start(count, cluster, settings, how):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=learn, args=(theirs, count, cluster, settings, how))
        process.start()
        theirs.close()
        return process, ours

    def learnt_by(*arguments, **settings):
        key = (*arguments, *settings.items())
        if key not in known:
            known[key] = learn_anew(*arguments, **settings)
        return known[key]

    def learn_anew(count, how="adam", workers=1, **settings):
        members = clusters(workers) if workers > 1 else [None]
        started = [start(count, cluster, settings, how) for cluster in members]
        try:
            learnt = [pipe.recv() for _, pipe in started]
        finally:
            for process, _ in started:
                process.join(60)
                process.kill()
        return learnt if workers > 1 else learnt[0]

    return learnt_by


@pytest.mark.parametrize(
    ("how", "settings"),
    [
        ("adam", {"ema_decay": 0.5, "weight_decay": 0.1, "accumulate_steps": 2}),
        ("sgd", SMALL_UPDATES),
        ("adam", {"precision": "mixed_bfloat16", "max_batch_characters": 30}),
    ],
)
def test_two_devices_learn_what_one_learns(learnt, how, settings):
    one, two = learnt(1, how, **settings), learnt(2, how, **settings)
    rough = settings.get("precision") is not None
    for alone, shared_out in zip(one[0], two[0], strict=True):
        sums = [(metrics.loss, metrics.gradient_norm) for metrics in (alone, shared_out)]
        np.testing.assert_allclose(*sums, rtol=0.05 if rough else 1e-5)
        for name in ("characters", "sentences", "updates"):
            assert getattr(shared_out, name) == getattr(alone, name)
        assert shared_out.padded_characters >= alone.characters
    assert (one[1], two[1]) == ([1.0] * 3, [2.0] * 3)
    if rough:  # a sum of parts is rounded otherwise, which Adam makes much of
        return
    for name, value in one[3].items():
        # Adam, at a rate of 0.1, makes much of the rounding where a gradient is nearly 0; SGD does not.
        np.testing.assert_allclose(two[3][name], value, rtol=1e-3, atol=1e-6 if how == "sgd" else 2e-3)
        assert not name.startswith("weights") or not np.array_equal(value, one[2][name])


def test_clipping_is_by_the_norm_of_the_summed_gradient(learnt):
    """With SGD at rate 0.1, three clipped updates of norm 0.01 move the weights by 0.003 at most, one by 0.001."""
    _, _, before, after, _, _ = learnt(2, "sgd", **SMALL_UPDATES)
    moved = np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in before if name.startswith("weights")))
    assert 0.001 < moved <= 0.003 * 1.001


def assert_left_out(before, after, bad):
    """No update was made, and the loss scale is halved."""
    assert bad is None
    for name, value in after.items():
        if name.startswith("weights"):
            np.testing.assert_array_equal(value, before[name])
    scale = next(name for name in after if "dynamic_scale" in name)
    assert after[scale] == before[scale] / 2


def test_one_device_alone_that_overflows_leaves_out_the_update_on_all(learnt):
    """Label 2, whose weight makes gradients that float16 cannot hold, stands in the part of the second device only."""
    _, _, before, after, bad, local = learnt(2, "overflow", precision="mixed_float16")
    assert_left_out(before, after, bad)
    for first, second in zip(local[::2], local[1::2], strict=True):
        np.testing.assert_array_equal(first, second)


def test_one_worker_alone_that_overflows_leaves_out_the_update_on_all(learnt):
    """As above, by two processes, each of which decides for itself, and would wait for ever for one that did not."""
    for _, _, before, after, bad, _ in learnt(1, "overflow", workers=2, precision="mixed_float16"):
        assert_left_out(before, after, bad)
