import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.training.optimizer import learning_rate, make_optimizer
from ner.training_config import TrainingConfig


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1.0, 2.0, 2.0, 2.0, 2.0]),
        ("linear", [1.0, 1.8, 1.0, 0.2, 0.0]),
        ("cosine", [1.0, 1.951057, 1.0, 0.048943, 0.0]),
    ],
)
def test_the_rate_warms_up_by_steps_and_falls_with_the_sentences_seen(schedule, expected):
    config = TrainingConfig(schedule=schedule, learning_rate=2.0, warmup_steps=2)
    rates = [float(learning_rate(config, step, done)) for step, done in enumerate((0.0, 0.1, 0.5, 0.9, 1.0))]
    assert rates == pytest.approx(expected, abs=1e-5)


def test_without_warm_up_the_first_rate_is_the_highest():
    assert learning_rate(TrainingConfig(learning_rate=0.5, warmup_steps=0), 0, 0.0) == 0.5


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_a_fused_update_is_that_of_keras(weight_decay):
    rng = np.random.default_rng(0)
    begin = [rng.normal(size=shape).astype(np.float32) for shape in ([5, 3], [3])]
    updates = [[rng.normal(size=one.shape).astype(np.float32) for one in begin] for _ in range(4)]

    def trained(optimizer):
        weights = [keras.Variable(one, name=name) for one, name in zip(begin, ("kernel", "bias"), strict=True)]
        for gradients in updates:
            optimizer.apply(list(map(tf.constant, gradients)), weights)
        return [value.numpy() for value in [*weights, *optimizer.variables]]

    config = TrainingConfig(weight_decay=weight_decay, learning_rate=0.01)
    plain = keras.optimizers.AdamW(0.01, weight_decay=0.1) if weight_decay else keras.optimizers.Adam(0.01)
    if weight_decay:
        plain.exclude_from_weight_decay(var_names=["bias"])
    for ours, theirs in zip(trained(make_optimizer(config)), trained(plain), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_an_update_is_one_op_for_each_weight():
    weights = [keras.Variable(np.zeros(shape, np.float32)) for shape in ([5, 3], [3])]
    optimizer = make_optimizer(TrainingConfig())
    optimizer.build(weights)

    @tf.function
    def update():
        optimizer.apply([tf.ones_like(weight.value) for weight in weights], weights)

    ops = [op.type for op in update.get_concrete_function().graph.get_operations()]
    assert ops.count("ResourceApplyAdam") == len(weights)
