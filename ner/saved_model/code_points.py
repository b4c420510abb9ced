"""A property of every code point as a small constant of a graph: runs of code points that have the same value."""

import numpy as np
import tensorflow as tf


class CodePointTable:
    """Looks up a character for each code point, given all of them in order: `values[ord("a")]` is that of `a`."""

    def __init__(self, values: str) -> None:
        codes = np.frombuffer(values.encode("ascii"), np.uint8)
        self._first = np.flatnonzero(np.diff(codes, prepend=0)).astype(np.int32)  # of each run
        self._values = codes[self._first].astype(np.int32)

    def look_up(self, code_points: tf.Tensor) -> tf.Tensor:
        """ASCII codes int32 [N] for `code_points` int32 [N]."""
        run = tf.searchsorted(tf.constant(self._first), code_points, side="right") - 1
        return tf.gather(tf.constant(self._values), run)
