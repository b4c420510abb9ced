"""A tagger of one network: an encoder that makes features of characters, and a head that scores labels."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import keras
import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders import ENCODERS
from ner.model.encoders.base import Embeddings
from ner.model.encoders.word_vector_table import WordVectorTable
from ner.model.heads import HEADS, PRETRAINING_HEADS
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.soft_labels import Distillation
from ner.model.tagger import Tagger
from ner.model.transfer import Axes
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.vocabulary import Vocabulary


class Network(Tagger):
    """Maps characters to label scores.

    The initial weights depend on `seed` alone, and what is dropped on the `dropout` of each call. `precision` is a
    Keras dtype policy. In an ensemble, the paths of weights begin with `member`. `word_vectors` is the table that the
    encoder reads where `config` names word vectors. Raises `InputError` where a layer has weights that are not trained.
    """

    def __init__(  # noqa: PLR0913 - what it is made of, and how
        self,
        config: ModelConfig,
        vocabulary: Vocabulary,
        labels: Labels,
        *,
        precision: str = "float32",
        seed: int = 0,
        member: str = "",
        word_vectors: WordVectorTable | None = None,
    ) -> None:
        super().__init__(vocabulary, labels, name="tagger")
        self.config = config
        self._member = member
        seeds = iter(range(1000 * seed, 1000 * (seed + 1)))
        with keras.name_scope(member) if member else nullcontext():
            self.encoder = ENCODERS[config.encoder](config, vocabulary, seeds, precision)
            self.encoder.word_vectors = word_vectors
            self.head = (HEADS | PRETRAINING_HEADS)[config.head](config, labels, seeds)
            one = tf.ones([1, 1], tf.int32)
            self(one, Words(tf.zeros_like(one), one))  # makes the variables
        if fixed := self.non_trainable_weights:
            raise InputError(
                f"{fixed[0].path} is not trained, and checkpoints hold trained weights alone: choose a layer without "
                "such weights, as LayerNormalization in place of BatchNormalization"
            )

    @property
    def networks(self) -> tuple["Network", ...]:
        """Itself."""
        return (self,)

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
        """See `Tagger`."""
        objective = objective or CharacterLoss()
        if distillation is None:
            return self.head.training_loss(self.encoder, char_ids, labels, words, objective, dropout)
        features = self.encoder.encode(char_ids, words, dropout)
        loss = self.head.loss(features, labels, words, objective)
        to_teacher = self.head.distillation_loss(features, distillation.targets, words)
        return (1 - distillation.share) * loss + distillation.share * to_teacher

    def table_rows(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """See `Tagger`."""
        return self.head.table_rows(self.encoder, char_ids, words, dropout)

    def log_probs(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """See `Tagger`; without the padding output."""
        return self.head.log_probs(self.encoder.encode(char_ids, words, NO_DROPOUT))

    def log_probs_and_loss(
        self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`log_probs`, and the summed loss of the batch in nats, float32 [], both without dropout."""
        features = self.encoder.encode(char_ids, words, NO_DROPOUT)
        return self.head.log_probs(features), self.head.loss(features, labels, words, objective)

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """All that is looked up for `char_ids` int32 [B, T]."""
        return self.encoder.embeddings(char_ids, words)

    def log_probs_of_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """`log_probs` with `vectors`, [B, T, E] each, in place of what is looked up, in the order of `embeddings`."""
        return self.head.log_probs(self.encoder.encode_embeddings(vectors, char_ids, words))

    def learned_lattice(self) -> Lattice:
        """See `Tagger`."""
        return self.head.learned_lattice()

    def without_priors(self, log_priors: np.ndarray) -> AbstractContextManager[None]:
        """Context manager in which `log_priors` float32 [C] are subtracted from the labels' scores."""
        return self.head.without_priors(log_priors)

    def weights_within(self) -> dict[str, np.ndarray]:
        """Every weight, float32, by its path inside the network."""
        return {self.path_within(path): value for path, value in self.weights_by_name().items()}

    def path_within(self, path: str) -> str:
        """The path of a weight inside the network, the same for every member of an ensemble."""
        return path.removeprefix(f"{self._member}/") if self._member else path

    def axes(self) -> dict[str, Axes]:
        """What the indices of weights stand for, by the weights' paths: characters and labels."""
        return {**self.encoder.axes(), **self.head.axes()}
