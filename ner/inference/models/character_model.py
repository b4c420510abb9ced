"""A trained model as tagging sees it, whatever computes it: a Keras model, or one that was exported."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ner.inference.models.thresholds import Thresholds
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

# char_ids int32 [B, T], starts int32 [B, W], ends int32 [B, W] -> log-probabilities float32 [B, T, C]
LogProbs = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def in_this_process(log_probs: LogProbs) -> LogProbs:
    """The same function of a TensorFlow model; a process that is forked later gets RuntimeError when it calls it.

    A fork does not have TensorFlow's threads, and would wait for them forever.
    """
    process = os.getpid()

    def checked(char_ids: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        if os.getpid() != process:
            raise RuntimeError(
                "the tagger was loaded before this process was forked, and TensorFlow does not work in forks: load it "
                "in each process, start processes with `spawn`, or use an export with --format=onnx"
            )
        return log_probs(char_ids, starts, ends)

    return checked


class Batching(NamedTuple):
    """The batches that suit a model: `size` texts, with padding at most `characters`, `parallel` batches at a time."""

    size: int = 128
    characters: int = 2**15  # so that memory is bounded: a batch of long texts has fewer rows
    parallel: int = 1


DEFAULT_BATCHING = Batching()


@dataclass(frozen=True, eq=False)
class CharacterModel:
    """What is needed to tag: ids of characters and labels, spaces and tokens as trained, decoding, and the network.

    `log_probs` takes padded batches, 0 at padding: character ids, and where words begin and end in characters. Several
    threads may call it. `spacing` is one of `ner.text.spacing.SPACINGS`, and `lone_marks` are tokens by themselves
    (`TokenizedText.from_text`). The temperature of a `calibration` is in the lattice already. `thresholds` are those
    that an export was made with.
    """

    vocabulary: Vocabulary
    labels: Labels
    spacing: str
    lattice: Lattice
    log_probs: LogProbs
    lone_marks: str = ""
    batching: Batching = DEFAULT_BATCHING
    calibration: ConfidenceCalibration | None = None
    thresholds: Thresholds | None = None

    def tokenize(self, text: str) -> TokenizedText:
        """The text with its tokens, cut as those of the training texts as far as a rule can."""
        return TokenizedText.from_text(text, self.lone_marks)
