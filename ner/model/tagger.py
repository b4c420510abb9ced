"""What every tagger has: label scores of characters, a loss to train it by, and how its words are decoded."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders.base import Embeddings
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.soft_labels import Distillation
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.vocabulary import Vocabulary

if TYPE_CHECKING:  # it imports this module
    from ner.model.network import Network

LogProbs = Callable[[tf.Tensor, Words], tf.Tensor]  # char_ids int32 [B, T] and words -> float32 [B, T, C]


class Tagger(keras.Model):
    """Maps characters to label scores: one `Network`, or an `Ensemble` of several.

    Variables and scores are float32 under every precision. When words are decoded, `type_biases` are added to the
    scores of the labels of each entity type, in the order of `labels.types`, `document_weight` is what other sentences
    of its document count, and `temperature` divides all scores; training knows nothing of them.
    """

    def __init__(self, vocabulary: Vocabulary, labels: Labels, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.vocabulary = vocabulary
        self.labels = labels
        self.type_biases = (0.0,) * len(labels.types)
        self.document_weight = 0.0
        self.temperature = 1.0

    @property
    def networks(self) -> tuple["Network", ...]:
        """All networks that it is made of."""
        raise NotImplementedError

    def describe(self) -> str:
        """What it is made of, in a line."""
        raise NotImplementedError

    def training_loss(
        self,
        char_ids: tf.Tensor,
        labels: tf.Tensor,
        words: Words,
        objective: CharacterLoss | None = None,
        dropout: Dropout = NO_DROPOUT,
        distillation: Distillation | None = None,
    ) -> tf.Tensor:
        """Summed loss of a batch in nats, float32 []; `labels` int32 [B, T], -1 at padding.

        With `distillation`, a share of it is the cross-entropy to a teacher's probabilities.
        """
        raise NotImplementedError

    def log_probs(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Log-probabilities of the labels of `char_ids` int32 [B, T], 0 at padding; float32 [B, T, C]."""
        raise NotImplementedError

    def log_probs_and_loss(
        self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`log_probs`, and the summed loss of the batch in nats, float32 []."""
        raise NotImplementedError

    def tables(self) -> list[keras.Variable]:
        """Weights of which a training batch reads the rows `table_rows` alone; all have the same number of rows."""
        return [table for network in self.networks for table in network.encoder.tables()]

    def table_rows(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """The rows of `tables` that `training_loss` reads, int64 [N]; they may repeat."""
        raise NotImplementedError

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """All that is looked up for `char_ids` int32 [B, T]."""
        raise NotImplementedError

    def log_probs_of_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """`log_probs` with `vectors`, [B, T, E] each, in place of what is looked up, in the order of `embeddings`."""
        raise NotImplementedError

    def learned_lattice(self) -> Lattice:
        """How words are decoded to what is likeliest: without biases, document weight and temperature."""
        raise NotImplementedError

    def without_priors(self, log_priors: np.ndarray) -> AbstractContextManager[None]:
        """Context manager in which `log_priors` float32 [C] are subtracted from the labels' scores."""
        raise NotImplementedError

    def lattice(self) -> Lattice:
        """How words are decoded from the characters' log-probabilities."""
        lattice = replace(self.learned_lattice(), document_weight=self.document_weight)
        return lattice.with_biases(self.label_biases()).with_temperature(self.temperature)

    def label_biases(self) -> np.ndarray:
        """What is added to the score of each label, float64 [C], before the temperature divides it."""
        return np.array([0.0, *self.type_biases])[self.labels.type_numbers]

    def traced_log_probs(self) -> LogProbs:
        """`log_probs` as a graph that is traced once for batches of every shape."""
        signature = [tf.TensorSpec([None, None], tf.int32), Words.spec()]
        return tf.function(self.log_probs, input_signature=signature, autograph=False, jit_compile=False)

    def weights_by_name(self) -> dict[str, np.ndarray]:
        """Every weight, float32, by its path in the model."""
        return {variable.path: variable.numpy() for variable in self.trainable_variables}

    def set_weights_by_name(self, weights: dict[str, np.ndarray]) -> None:
        """Sets what `weights_by_name` returned. Raises ValueError on other names or shapes."""
        own = {variable.path: variable for variable in self.trainable_variables}
        if own.keys() != weights.keys():
            raise ValueError(
                f"weights {sorted(own.keys() ^ weights.keys())} are not in both the model and the checkpoint"
            )
        for name, variable in own.items():
            if weights[name].shape != tuple(variable.shape):
                raise ValueError(f"{name} is {weights[name].shape} in the checkpoint, {tuple(variable.shape)} here")
            variable.assign(weights[name])

    def weights_sha256(self) -> str:
        """A hash of all weights: equal only where every bit is."""
        digest = hashlib.sha256()
        for name, value in sorted(self.weights_by_name().items()):
            digest.update(name.encode() + value.tobytes())
        return digest.hexdigest()
