"""Two workers on this machine against one, on the same batches, and the share of a step that goes into communication.

    python -m tests.benchmarks.communication --records=DIR --flagfile=launch/flags/bidirectional.flags

Takes the flags of `ner.train` for the model and the batch size (not --workdir). Variants, interleaved:

  alone      one process with all cores computes whole batches
  apart      two processes, each with half of the cores, compute their parts at the same time and sum nothing up
  together   the same two by `tf.distribute`: gradients are summed over loopback

`communication_share` is what `together` takes longer than `apart`, over `together`: sums, and waiting for the slower
part. `times_alone` is the speed of two workers over that of one. A first repeat does not count.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

from absl import app, flags

from ner.config import Config
from ner.config_flags import define_flags, read_flags
from ner.data import dataset as records_dataset
from ner.training.launch_config import LaunchConfig

define_flags(LaunchConfig)
define_flags(Config)
_BATCHES = flags.DEFINE_integer("batches", 10, "Batches of each repeat.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Counted repeats of each variant.")
_VARIANT = flags.DEFINE_string("variant", None, "Used by this program itself: measure this one when asked.")

_MODULE = "tests.benchmarks.communication"
_PORTS = "COMMUNICATION_PORTS"


def main(_: list[str]) -> None:
    """Measures the variants in turn, or is one process of one of them."""
    from tests.benchmarks.repeats import medians, print_lines
    from tests.benchmarks.workers import serve, start_worker
    from tests.loopback import free_ports

    if _VARIANT.value:
        serve(lambda: make_variant(*_VARIANT.value.split("_")))
        return
    os.environ[_PORTS] = json.dumps(list(free_ports(2)))
    alone = start_worker(_MODULE, "alone_0")
    threads = str(max(1, len(os.sched_getaffinity(0)) // 2))
    os.environ.update(TF_NUM_INTRAOP_THREADS=threads, TF_NUM_INTEROP_THREADS=threads)
    with ThreadPoolExecutor(2) as pool:

        def pair(name):
            both = list(pool.map(lambda index: start_worker(_MODULE, f"{name}_{index}"), range(2)))

            def measure():
                figures = list(pool.map(lambda one: one(), both))
                return {key: sum(one[key] for one in figures) / 2 for key in figures[0]}

            return measure

        results = medians({"alone": alone, "apart": pair("apart"), "together": pair("together")}, _REPEATS.value)
    seconds = {name: figures["seconds_per_step"] for name, figures in results.items()}
    results["together"]["communication_share"] = 1 - seconds["apart"] / seconds["together"]
    results["together"]["times_alone"] = seconds["alone"] / seconds["together"]
    print_lines(results)


def make_variant(name, index):
    """The function that measures one process of one variant."""
    from ner.cluster.control_channel import ControlChannel
    from ner.cluster.discovery import Cluster
    from ner.data.replica_batches import global_batches
    from ner.devices import use_devices
    from ner.model.ensemble import make_tagger
    from ner.training.distributed.workers import Replicas, make_replicas
    from ner.training.freed_memory import keep_freed_memory
    from ner.training.optimizer import make_optimizer
    from ner.training.step import TrainingStep
    from ner.training.train_state import TrainState

    keep_freed_memory()
    use_devices()
    index, replicas = int(index), Replicas()
    if name == "together":
        addresses = tuple(f"127.0.0.1:{port}" for port in json.loads(os.environ[_PORTS]))
        channel = ControlChannel.connect(
            Cluster(2, index, addresses[0], addresses, "this benchmark"), {}, 60, 60, lambda line: None
        )
        replicas = make_replicas(channel, index)
    config, records = read_flags(Config), flags.FLAGS.records
    dataset = records_dataset.load(records)
    with replicas.scope():
        tagger = make_tagger(config.model, dataset.vocabulary, dataset.labels, precision=config.training.precision)
        state = TrainState(tagger, make_optimizer(config.training))
    step = TrainingStep(state, config.training, None, replicas)
    parts = {"num_parts": 1, "own": [0]} if name == "alone" else {"num_parts": 2, "own": [index]}
    batches = global_batches(dataset, records, **parts, batch_size=config.training.batch_size, seed=0)
    batches = list(batches.take(_BATCHES.value))

    def measure():
        start = time.perf_counter()
        for number, batch in enumerate(batches):
            step(number, batch, config.training.learning_rate)
        state.metrics.read()  # waits for the last one
        return {"seconds_per_step": (time.perf_counter() - start) / len(batches)}

    return measure


if __name__ == "__main__":
    app.run(main)
