"""Speed of training in real characters a second: today's plain Keras, ours, and the bare matrix products.

    python -m tests.benchmarks.training_step --records=DIR --flagfile=launch/flags/original.flags

Takes the flags of `ner.train` for the model and the batch size (not --workdir and --precision). Variants, interleaved:

  keras_2019         `Sequential`, stateful LSTM, `fit`, all defaults, random padded batches from a Python generator
  ours_PRECISION     the batches and the step of `ner.train`; on a GPU the step's graph must hold cuDNN's LSTM
  limit_PRECISION    the step's matrix products alone, in the same precision and shapes, on the batches of `ours`
  torch_PRECISION    the same step in PyTorch on the batches of `ours`, where PyTorch is installed

Each variant is a process of its own, because what plain Keras leaves of the memory would slow ours, and sees a few
whole batches of an epoch, from the shorter to the longer ones at even distances; a first repeat does not count.
`times_keras_2019` and `share_of_limit` are ratios of this run. With `original.flags` and the defaults it takes some
five minutes on two CPU cores.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

from absl import app, flags

from ner.config import Config
from ner.config_flags import define_flags, read_flags
from ner.data import dataset as records_dataset
from ner.data import example, tfrecord
from ner.training.launch_config import LaunchConfig
from ner.training_config import PRECISIONS

define_flags(LaunchConfig)
define_flags(Config)
_PRECISIONS = flags.DEFINE_multi_enum("precisions", None, PRECISIONS, "Those measured; default: all of use here.")
_BATCHES = flags.DEFINE_integer("batches", 3, "Batches of ours in each repeat.")
_PLAIN_BATCHES = flags.DEFINE_integer("plain_batches", 1, "Batches of keras_2019 in each repeat; 0 leaves it out.")
_VARIANT = flags.DEFINE_string("variant", None, "Used by this program itself: measure this one when asked.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Counted repeats of each variant.")

_CUDNN_OPS = {"CudnnRNNV3", "CudnnRNNBackpropV3"}


def main(_: list[str]) -> None:
    """Measures the variants in turn, or is the process of one of them."""
    from ner.devices import describe_device
    from tests.benchmarks import plain_keras, torch_step
    from tests.benchmarks.repeats import medians, print_lines
    from tests.benchmarks.workers import serve, start_worker

    on_gpu = describe_device().startswith("GPU")
    if _VARIANT.value:
        serve(lambda: make_variant(_VARIANT.value))
        return
    names = []
    if plain_keras.WHY_NOT:
        print(json.dumps({"name": "keras_2019", "left_out": plain_keras.WHY_NOT}))
    elif _PLAIN_BATCHES.value:
        names.append("keras_2019")
    for precision in _PRECISIONS.value or PRECISIONS:
        if reason := unsuitable(precision, on_gpu):
            print(json.dumps({"name": f"ours_{precision}", "left_out": reason}))
        else:
            kinds = ["ours", "limit", "torch"] if torch_step.AVAILABLE else ["ours", "limit"]
            names += [f"{kind}_{precision}" for kind in kinds]
    if not torch_step.AVAILABLE:
        print(json.dumps({"name": "torch", "left_out": "PyTorch is not installed"}))
    results = medians({name: start_worker("tests.benchmarks.training_step", name) for name in names}, _REPEATS.value)
    for name, figures in results.items():
        limit_name = f"limit_{name.partition('_')[2]}"
        for ratio, other in (("share_of_limit", limit_name), ("times_keras_2019", "keras_2019")):
            if other in results:
                figures[ratio] = figures["characters_per_second"] / results[other]["characters_per_second"]
    print_lines(results)


def make_variant(name):
    """The function that measures one variant."""
    from ner.training.freed_memory import keep_freed_memory

    config, records = read_flags(Config), flags.FLAGS.records
    dataset = records_dataset.load(records)
    if name == "keras_2019":
        return keras_2019(config, dataset, records)
    keep_freed_memory()  # as ner.train does
    kind, _, precision = name.partition("_")
    config = replace(config, training=replace(config.training, precision=precision))
    batches = sample_batches(dataset, records, config.training.batch_size, _BATCHES.value)
    makers = {"ours": ours, "limit": limit, "torch": pytorch}
    return timed(makers[kind](config, dataset), batches)


def timed(run, batches, padding_label=-1):
    """Measures `run(batches)`."""
    characters = sum(int((labels != padding_label).sum()) for _, labels, *_ in batches)
    places = sum(labels.size for _, labels, *_ in batches)

    def measure():
        start = time.perf_counter()
        run(batches)
        seconds = time.perf_counter() - start
        return {
            "characters_per_second": characters / seconds,
            "seconds_per_batch": seconds / len(batches),
            "non_padding_fraction": characters / places,
        }

    return measure


def keras_2019(config, dataset, records):
    """Measures the plain way, on batches of its own."""
    from tests.benchmarks import plain_keras

    paths, num_labels = dataset.shard_paths(records, "train"), len(dataset.labels)
    loaded = [example.decode(one) for path in paths for one in tfrecord.read_records(path, dataset.compression)]
    batch_size = config.training.batch_size
    batches = plain_keras.random_batches(loaded, batch_size, _PLAIN_BATCHES.value, padding_label=num_labels)
    fit = plain_keras.make_fit(config.model, len(dataset.vocabulary), num_labels + 1, batch_size)
    return timed(fit, batches, padding_label=num_labels)


def ours(config, dataset):
    """A function that trains on batches as `ner.train` does."""
    import tensorflow as tf

    from ner.data.padding import TrainingBatch
    from ner.model.ensemble import make_tagger
    from ner.training.distributed.workers import Replicas
    from ner.training.lazy_tables import are_worthwhile
    from ner.training.optimizer import make_optimizer
    from ner.training.step import TrainingStep
    from ner.training.train_state import TrainState
    from tests.whole_batch import whole_batch

    precision = config.training.precision
    tagger = make_tagger(config.model, dataset.vocabulary, dataset.labels, precision=precision)
    lazy = are_worthwhile(config.training, Replicas())
    state = TrainState(tagger, make_optimizer(config.training), config.training.ema_decay, lazy=lazy)
    step = TrainingStep(state, config.training)
    rate = config.training.learning_rate
    if tf.config.list_logical_devices("GPU"):
        require_cudnn(step.graph())

    def run(batches):
        for number, batch in enumerate(batches):
            step(number, whole_batch(TrainingBatch(*map(tf.constant, batch))), rate)
        state.metrics.read()  # waits for the last one

    return run


def limit(config, dataset):
    """A function that makes the matrix products of the steps on batches."""
    import tensorflow as tf

    from tests.benchmarks import matrix_limit

    dtype = tf.as_dtype(config.training.precision.removeprefix("mixed_"))
    products = matrix_limit.make_products(config.model, outputs_of(config, dataset), dtype)
    return one_by_one(lambda char_ids, labels: products(*map(tf.constant, char_ids.shape)).numpy())


def pytorch(config, dataset):
    """A function that trains the same model in PyTorch on batches."""
    from tests.benchmarks import torch_step

    sizes = len(dataset.vocabulary), outputs_of(config, dataset)
    step = torch_step.make_step(config.model, *sizes, config.training.precision, config.training.clip_norm)

    def run(batches):
        losses = [step(char_ids, labels) for char_ids, labels, *_ in batches]
        float(losses[-1])  # waits for the last one

    return run


def one_by_one(step):
    """A function that calls `step` on one batch after the other."""

    def run(batches):
        for char_ids, labels, *_ in batches:
            step(char_ids, labels)

    return run


def outputs_of(config, dataset):
    """Numbers that the tagger gives for a character."""
    return len(dataset.labels) + config.model.padding_output


def sample_batches(dataset, records, batch_size, count):
    """`count` training batches of the first epoch as arrays, from the shorter to the longer ones at even distances."""
    from ner.data.batches import batches_per_epoch, training_batches

    steps = batches_per_epoch(dataset.split("train"), batch_size)
    epoch = training_batches(dataset, records, batch_size=batch_size, seed=0).take(steps)
    batches = sorted(epoch.as_numpy_iterator(), key=lambda batch: batch[0].shape[1])
    return [batches[int((i + 0.5) / count * steps)] for i in range(count)]


def require_cudnn(function):
    """Ends the program where a concrete function, with all that it calls, trains an LSTM without cuDNN."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for called in graph.library.function for node in called.node_def)]
    if missing := _CUDNN_OPS - {node.op for node in nodes}:
        raise SystemExit(
            f"this GPU would not run cuDNN's LSTM: no {' and no '.join(sorted(missing))} in the step's graph"
        )


def unsuitable(precision, on_gpu):
    """Why a precision would say nothing on this machine; empty where it does."""
    if precision == "float32" or on_gpu:
        return ""
    if precision == "mixed_float16":
        return "no CPU computes in float16 faster than in float32; for GPUs"
    cpu = Path("/proc/cpuinfo")
    fast = cpu.exists() and {"avx512_bf16", "amx_bf16"} & set(cpu.read_text(encoding="utf-8").split())
    return (
        "" if fast or _PRECISIONS.value else "this CPU has no AVX512-BF16 or AMX; ask with --precisions to measure it"
    )


if __name__ == "__main__":
    app.run(main)
