"""The character tagger: an encoder that makes features of characters, and a head that scores labels."""

import hashlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders import ENCODERS
from ner.model.heads import HEADS, PRETRAINING_HEADS
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.soft_labels import Distillation
from ner.model.transfer import Axes
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.vocabulary import Vocabulary

LogProbs = Callable[[tf.Tensor, Words], tf.Tensor]  # char_ids int32 [B, T] and words -> float32 [B, T, C]


class Tagger(keras.Model):
    """Maps characters to label scores.

    Weights depend on `seed` alone; dropout on the dropout that a call is given. `precision` is a Keras dtype policy;
    variables and scores are float32 under every policy.
    """

    def __init__(
        self,
        config: ModelConfig,
        vocabulary: Vocabulary,
        labels: Labels,
        *,
        precision: str = "float32",
        seed: int = 0,
    ) -> None:
        super().__init__(name="tagger", dtype="float32")
        self.config = config
        self.vocabulary = vocabulary
        self.labels = labels
        seeds = iter(range(1000 * seed, 1000 * (seed + 1)))
        self.encoder = ENCODERS[config.encoder](config, vocabulary, seeds, precision)
        self.head = (HEADS | PRETRAINING_HEADS)[config.head](config, labels, seeds)
        one = tf.ones([1, 1], tf.int32)
        self(one, Words(tf.zeros_like(one), one))  # makes the variables

    def describe(self) -> str:
        """What it is made of, in a line."""
        return f"{self.encoder.describe()}; {self.config.head} head"

    def call(self, char_ids: tf.Tensor, words: Words, dropout: Dropout = NO_DROPOUT) -> tf.Tensor:
        """Scores float32 [B, T, outputs] for `char_ids` int32 [B, T], 0 at padding."""
        return self.head.logits(self.encoder.encode(char_ids, words, dropout))

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
        objective = objective or CharacterLoss()
        if distillation is None:
            return self.head.training_loss(self.encoder, char_ids, labels, words, objective, dropout)
        features = self.encoder.encode(char_ids, words, dropout)
        loss = self.head.loss(features, labels, words, objective)
        to_teacher = self.head.distillation_loss(features, distillation.targets, words)
        return (1 - distillation.share) * loss + distillation.share * to_teacher

    def log_probs(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Log-probabilities of the characters' labels, float32 [B, T, C], without the padding output."""
        return self.head.log_probs(self.encoder.encode(char_ids, words, NO_DROPOUT))

    def traced_log_probs(self) -> LogProbs:
        """`log_probs` as a graph that is traced once for batches of every shape."""
        return traced(self.log_probs)

    def log_probs_and_loss(
        self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`log_probs`, and the summed loss of the batch in nats, float32 [], both without dropout."""
        features = self.encoder.encode(char_ids, words, NO_DROPOUT)
        return self.head.log_probs(features), self.head.loss(features, labels, words, objective)

    def lattice(self) -> Lattice:
        """How words are decoded from the characters' log-probabilities, as learnt so far."""
        return self.head.lattice()

    def learned_lattice(self) -> Lattice:
        """The same without `outside_bias`: of the probabilities that it was trained to predict."""
        return self.head.learned_lattice()

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

    def axes(self) -> dict[str, Axes]:
        """What the indices of weights stand for, by the weights' paths: characters and labels."""
        return {**self.encoder.axes(), **self.head.axes()}

    def weights_sha256(self) -> str:
        """A hash of all weights: equal only where every bit is."""
        digest = hashlib.sha256()
        for name, value in sorted(self.weights_by_name().items()):
            digest.update(name.encode() + value.tobytes())
        return digest.hexdigest()


def traced(log_probs: LogProbs) -> LogProbs:
    """The function as a graph that is traced once for batches of every shape."""
    signature = [tf.TensorSpec([None, None], tf.int32), Words.spec()]
    return tf.function(log_probs, input_signature=signature, autograph=False, jit_compile=False)
