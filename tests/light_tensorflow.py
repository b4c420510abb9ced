"""Imports TensorFlow and makes this process, and its forks, spend less on each graph of a test.

TensorFlow's graph optimizer (Grappler) goes through each graph before its first call, which takes longer than the few
small steps of a test. Python searches for garbage less often, and not among what was imported: a graph has many
objects, and few become garbage. `with_graph_optimizer` has the first back where a test runs what users run.
"""

import gc

import tensorflow as tf

import ner.training.launch  # noqa: F401  with all that a training imports


def with_graph_optimizer() -> None:
    """Lets Grappler optimize the graphs of this process, as in a program that no test has started."""
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
gc.collect()
gc.freeze()
gc.set_threshold(50_000)
