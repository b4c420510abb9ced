"""Several taggers that predict together: the mean of their log-probabilities, normalized again.

That is a geometric mean, a product of experts of equal weight (Hinton 2002, https://doi.org/10.1162/089976602760128018):
one member alone can veto a label. Learnt scores of label sequences are averaged too. Members were trained alone, or are
trained together: on the same batches, from other weights each, and with other dropout.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders.base import Embeddings
from ner.model.encoders.word_vector_table import WordVectorTable
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.network import Network
from ner.model.soft_labels import Distillation
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.vocabulary import Vocabulary


class Ensemble(Tagger):
    """Predicts with the mean of `members`; raises `InputError` unless all know the same characters and labels.

    It is decoded with the means of the members' biases and document weights. Confidences are those of temperature 1:
    members were calibrated alone, if at all.
    """

    def __init__(self, members: Sequence[Tagger]) -> None:
        first = members[0]
        for number, member in enumerate(members[1:], start=2):
            if (member.vocabulary, member.labels) != (first.vocabulary, first.labels):
                raise InputError(
                    f"model {number} of the ensemble has other characters or labels than the first one; an ensemble "
                    "is made of models that were trained on the same records"
                )
        super().__init__(first.vocabulary, first.labels, name="ensemble")
        self.members = tuple(members)
        self.type_biases = tuple(np.mean([one.type_biases for one in members], axis=0).tolist())
        self.document_weight = float(np.mean([one.document_weight for one in members]))
        self.built = True

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks of all members."""
        return tuple(network for member in self.members for network in member.networks)

    def describe(self) -> str:
        """What it is made of, in a line."""
        kinds = list(dict.fromkeys(one.describe() for one in self.members))
        what = f"each {kinds[0]}" if len(kinds) == 1 else " | ".join(one.describe() for one in self.members)
        return f"{len(self.members)} models that predict together: {what}"

    def training_loss(
        self,
        char_ids: tf.Tensor,
        labels: tf.Tensor,
        words: Words,
        objective: CharacterLoss | None = None,
        dropout: Dropout = NO_DROPOUT,
        distillation: Distillation | None = None,
    ) -> tf.Tensor:
        """The mean of the members' losses, each with other dropout: every member learns to predict alone."""
        losses = [
            member.training_loss(char_ids, labels, words, objective, dropout.of_member(index), distillation)
            for index, member in enumerate(self.members)
        ]
        return tf.add_n(losses) / len(losses)

    def table_rows(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """The rows that any member reads; an update takes them as read by all."""
        return tf.concat(
            [member.table_rows(char_ids, words, dropout.of_member(index)) for index, member in enumerate(self.members)],
            axis=0,
        )

    def log_probs(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """See `Tagger`."""
        return _mean([member.log_probs(char_ids, words) for member in self.members])

    def log_probs_and_loss(
        self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`log_probs`, and the mean of the members' summed losses of the batch in nats, float32 []."""
        results = [member.log_probs_and_loss(char_ids, labels, words, objective) for member in self.members]
        log_probs, losses = zip(*results, strict=True)
        return _mean(log_probs), tf.add_n(losses) / len(losses)

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """All that the members look up for `char_ids` int32 [B, T], one member after another."""
        return [one for member in self.members for one in member.embeddings(char_ids, words)]

    def log_probs_of_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """See `Tagger`."""
        left, found = list(vectors), []
        for member in self.members:
            count = len(member.embeddings(char_ids, words))
            found.append(member.log_probs_of_embeddings(left[:count], char_ids, words))
            left = left[count:]
        return _mean(found)

    def learned_lattice(self) -> Lattice:
        """The mean of what the members have learnt."""
        lattices = [member.learned_lattice() for member in self.members]
        scale, exponent = np.mean([one.length_scale for one in lattices], axis=0)
        return Lattice(
            start=np.mean([one.start for one in lattices], axis=0),
            transitions=np.mean([one.transitions for one in lattices], axis=0),
            length_scale=(float(scale), float(exponent)),
        )

    @contextmanager
    def without_priors(self, log_priors: np.ndarray) -> Iterator[None]:
        """Context manager in which `log_priors` float32 [C] are subtracted from the labels' scores of each member."""
        with ExitStack() as stack:
            for member in self.members:
                stack.enter_context(member.without_priors(log_priors))
            yield


def make_tagger(
    config: ModelConfig,
    vocabulary: Vocabulary,
    labels: Labels,
    word_vectors: WordVectors | None = None,
    *,
    precision: str = "float32",
    seed: int = 0,
) -> Tagger:
    """An untrained tagger: a network, or an ensemble of as many as `config.members` says.

    `word_vectors` are those that `config` names. Weights depend on `seed` alone, and differ between members.
    """
    count = config.members
    table = WordVectorTable(word_vectors) if word_vectors else None
    common = partial(Network, config, vocabulary, labels, precision=precision, word_vectors=table)
    if count == 1:
        return common(seed=seed)
    return Ensemble([common(seed=count * seed + index, member=f"member_{index + 1}") for index in range(count)])


def _mean(log_probs: Sequence[tf.Tensor]) -> tf.Tensor:
    return tf.nn.log_softmax(tf.add_n(log_probs) / len(log_probs))
