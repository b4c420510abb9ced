"""The softmax head: each character's label is predicted by itself, and decoding alone knows of words."""

import tensorflow as tf

from ner.model.heads.base import Head
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.words import Words


class SoftmaxHead(Head):
    """Cross-entropy of characters."""

    def loss(self, features: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss) -> tf.Tensor:
        """Summed loss of a batch in nats, float32 []; `labels` int32 [B, T], -1 at padding, -2 if unannotated."""
        return objective.total(labels, self.logits(features))
