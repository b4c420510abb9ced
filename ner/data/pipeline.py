"""How the pipelines of this folder run: maps are traced as they stand, and nothing is tuned while they run."""

from collections.abc import Callable
from typing import ParamSpec

import tensorflow as tf

_Arguments = ParamSpec("_Arguments")


def without_autograph(
    make_dataset: Callable[_Arguments, tf.data.Dataset],
) -> Callable[_Arguments, tf.data.Dataset]:
    """A function that makes a dataset whose maps are traced as they stand.

    They have no `if` or loop over tensors, and AutoGraph would take a second per process to find that out.
    """
    plain: Callable[_Arguments, tf.data.Dataset] = tf.autograph.experimental.do_not_convert(make_dataset)
    return plain


def without_autotuning(batches: tf.data.Dataset) -> tf.data.Dataset:
    """The dataset with as many parallel calls as there are cores, 16 at most, where it says `tf.data.AUTOTUNE`.

    TensorFlow's autotuner is a thread that sleeps for up to a minute between rounds. Deleting an iterator waits for
    that thread, and on busy cores the signal that should wake it can be missed. Training that receives SIGTERM, and
    every pass over a split, would then finish up to a minute late.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)
