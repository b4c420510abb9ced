"""Learning rate over a run: linear warm-up, then constant, linear or cosine decay to zero."""

import math

from ner.config import TrainingConfig


def learning_rate(config: TrainingConfig, step: int, done: float) -> float:
    """The rate of update `step` (from 0), when the share `done` of all sentences of the run was seen before it.

    It rises linearly over `warmup_steps` updates, the first of which already moves. Beside that it stays (`constant`),
    or falls to 0 at the end in a line (`linear`) or as half a cosine (`cosine`; Loshchilov and Hutter 2017). The share
    is one of sentences because batches of so many characters are not counted before they were made.
    """
    warmup = min(1.0, (step + 1) / max(1, config.warmup_steps))
    decay = {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[config.schedule]
    return config.learning_rate * warmup * decay
