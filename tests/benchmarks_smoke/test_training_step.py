"""The benchmark of the training step runs, and would notice a GPU without cuDNN's LSTM."""

import json

import pytest
import tensorflow as tf

from ner.config import ModelConfig
from tests.benchmarks import matrix_limit
from tests.benchmarks.plain_keras import WHY_NOT
from tests.benchmarks.training_step import require_cudnn
from tests.forked import fork_what_is_started, run_program


def test_it_measures_every_variant_and_says_what_it_leaves_out(records):
    folder, _ = records
    sizes = ["--embedding_size=4", "--lstm_units=6", "--lstm_layers=1", "--batch_size=5"]
    amount = ["--batches=2", "--plain_batches=1", "--repeats=1", "--precisions=float32"]
    flags = [f"--records={folder}", *sizes, *amount]
    done = run_program("tests.benchmarks.training_step", *flags, text=True, first=fork_what_is_started)
    assert done.returncode == 0, done.stderr
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    if WHY_NOT:
        assert lines.pop("keras_2019") == {"name": "keras_2019", "left_out": WHY_NOT}
    plain = [] if WHY_NOT else ["keras_2019"]
    both = ["ours_float32", "limit_float32"]
    assert {*plain, *both} <= lines.keys()
    assert all(lines[name]["characters_per_second"] > 0 for name in (*plain, *both))
    assert lines["limit_float32"]["share_of_limit"] == 1
    if "torch" in lines:
        assert lines["torch"]["left_out"] == "PyTorch is not installed"


def test_the_limit_has_a_loop_for_each_product_of_the_step():
    products = matrix_limit.make_products(ModelConfig(embedding_size=64, lstm_units=64), 3, tf.float32)
    functions = products.get_concrete_function().graph.as_graph_def().library.function
    bodies = [function for function in functions if "body" in function.signature.name]
    counts = [sum(node.op == "MatMul" for node in body.node_def) for body in bodies]
    assert counts == [1] * 12  # 2 layers, 2 directions, 3 products


def test_a_graph_without_cudnn_is_refused():
    with pytest.raises(SystemExit, match="no CudnnRNNBackpropV3 and no CudnnRNNV3 in the step's graph"):
        require_cudnn(tf.function(lambda x: x + 1).get_concrete_function(tf.constant(1.0)))


def test_a_graph_with_cudnn_is_accepted_also_in_a_called_function():
    @tf.function
    def lstm(x):
        state = tf.zeros([1, 2, 3])
        answer = tf.raw_ops.CudnnRNNV3(
            input=x, input_h=state, input_c=state, params=tf.zeros([100]), sequence_lengths=[4, 4], is_training=True
        )
        return answer.output

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(lstm(x))
        return tape.gradient(loss, x)

    require_cudnn(step.get_concrete_function(tf.TensorSpec([4, 2, 3])))
