"""What every head has: label scores of characters, a loss, and what a decoder needs beside scores."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import Dropout
from ner.model.encoders.base import Encoder
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.soft_labels import SoftLabels, soft_cross_entropy
from ner.model.transfer import Axes, Axis
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice


class Head(keras.layers.Layer):
    """Features to label scores. A subclass implements `loss`, and where it has learnt transitions `learned_lattice`
    and `distillation_loss`. Scores are float32 under every dtype policy. Where class weights are not in the whole loss,
    it sets `weights_classes` to False.
    """

    weights_classes = True  # whether class weights are in the whole loss, and so in the scores that it learns

    def __init__(self, config: ModelConfig, labels: Labels, seeds: Iterator[int]) -> None:
        super().__init__(name="head", dtype="float32")
        self.config = config
        self.labels = labels
        self.scores = keras.layers.Dense(
            self.num_outputs(),
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            dtype="float32",
            name="head",
        )
        self.built = True

    def num_outputs(self) -> int:
        """Scores of each character."""
        return len(self.labels) + self.config.padding_output

    def training_loss(
        self,
        encoder: Encoder,
        char_ids: tf.Tensor,
        labels: tf.Tensor,
        words: Words,
        objective: CharacterLoss,
        dropout: Dropout,
    ) -> tf.Tensor:
        """`loss` of the features of `char_ids` int32 [B, T]; a subclass may change what the encoder reads."""
        return self.loss(encoder.encode(char_ids, words, dropout), labels, words, objective)

    def table_rows(self, encoder: Encoder, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """The rows of the encoder's tables that `training_loss` reads, int64 [N]; they may repeat."""
        return tf.reshape(encoder.table_rows(char_ids, words), [-1])

    def logits(self, features: tf.Tensor) -> tf.Tensor:
        """Scores of each character, float32 [B, T, outputs], for `features` [B, T, F]."""
        flat = self.scores(tf.reshape(features, [-1, features.shape[-1]]))  # of three axes, Keras has a GPU wait
        return tf.reshape(flat, tf.concat([tf.shape(features)[:2], flat.shape[-1:]], axis=0))

    def log_probs(self, features: tf.Tensor) -> tf.Tensor:
        """Log-probabilities of each character's label, float32 [B, T, C], without the padding output."""
        return tf.nn.log_softmax(self.logits(features)[..., : len(self.labels)])

    def loss(self, features: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss) -> tf.Tensor:
        """Summed loss of a batch in nats, float32 []; `labels` int32 [B, T], -1 at padding, -2 if unannotated."""
        raise NotImplementedError

    def distillation_loss(self, features: tf.Tensor, targets: SoftLabels, words: Words) -> tf.Tensor:
        """Summed cross-entropy of a batch to a teacher's probabilities in nats, float32 []; here of characters."""
        return soft_cross_entropy(targets.chars, self.logits(features))

    def axes(self) -> dict[str, Axes]:
        """What the indices of weights stand for, by the weights' paths; here the outputs."""
        outputs = Axis("label", (*self.labels.names, *(["padding"] if self.config.padding_output else [])))
        return {self.scores.kernel.path: (None, outputs), self.scores.bias.path: (outputs,)}

    @contextmanager
    def without_priors(self, log_priors: np.ndarray) -> Iterator[None]:
        """Context manager in which `log_priors` float32 [C] are subtracted from the labels' scores of every character.

        The output of padding, where there is one, keeps its score. Without `weights_classes` all scores stay.
        """
        if not self.weights_classes:
            yield
            return
        bias = self.scores.bias
        before = tf.identity(bias.value)
        bias.assign(before - np.pad(log_priors, (0, bias.shape[0] - len(log_priors))))
        try:
            yield
        finally:
            bias.assign(before)

    def learned_lattice(self) -> Lattice:
        """How words are decoded from the characters' log-probabilities to what is likeliest."""
        return Lattice.of_constraints(self.labels)
