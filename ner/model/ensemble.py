"""Several taggers that predict together: the mean of their log-probabilities, normalized again.

That is a geometric mean, a product of experts of equal weight (Hinton 2002, https://doi.org/10.1162/089976602760128018):
one member alone can veto a label. Learnt scores of label sequences are averaged too.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from ner.errors import InputError
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.tagger import LogProbs, Tagger, traced
from ner.model.words import Words
from ner.text.lattice import Lattice


class Ensemble:
    """Predicts as a `Tagger` does. Raises `InputError` unless all members know the same characters and labels."""

    def __init__(self, members: Sequence[Tagger]) -> None:
        first = members[0]
        for number, member in enumerate(members[1:], start=2):
            if (member.vocabulary, member.labels) != (first.vocabulary, first.labels):
                raise InputError(
                    f"model {number} of the ensemble has other characters or labels than the first one; an ensemble "
                    "is made of models that were trained on the same records"
                )
        self.vocabulary, self.labels = first.vocabulary, first.labels
        self.members = tuple(members)

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        """The weights of all members."""
        return [variable for member in self.members for variable in member.trainable_variables]

    def describe(self) -> str:
        """What it is made of, in a line."""
        return f"{len(self.members)} models that predict together: {' | '.join(one.describe() for one in self.members)}"

    def log_probs(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Log-probabilities of the characters' labels, float32 [B, T, C], for `char_ids` int32 [B, T]."""
        return _mean([member.log_probs(char_ids, words) for member in self.members])

    def traced_log_probs(self) -> LogProbs:
        """`log_probs` as a graph that is traced once for batches of every shape."""
        return traced(self.log_probs)

    def log_probs_and_loss(
        self, char_ids: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """`log_probs`, and the mean of the members' summed losses of the batch in nats, float32 []."""
        results = [member.log_probs_and_loss(char_ids, labels, words, objective) for member in self.members]
        log_probs, losses = zip(*results, strict=True)
        return _mean(log_probs), tf.add_n(losses) / len(losses)

    def lattice(self) -> Lattice:
        """How words are decoded: the mean of what the members have learnt."""
        return _mean_lattice([member.lattice() for member in self.members])

    def learned_lattice(self) -> Lattice:
        """The same without `outside_bias`."""
        return _mean_lattice([member.learned_lattice() for member in self.members])


def _mean(log_probs: Sequence[tf.Tensor]) -> tf.Tensor:
    return tf.nn.log_softmax(tf.add_n(log_probs) / len(log_probs))


def _mean_lattice(lattices: Sequence[Lattice]) -> Lattice:
    scale, exponent = np.mean([one.length_scale for one in lattices], axis=0)
    return Lattice(
        start=np.mean([one.start for one in lattices], axis=0),
        transitions=np.mean([one.transitions for one in lattices], axis=0),
        length_scale=(float(scale), float(exponent)),
        temperature=float(np.exp(np.mean([np.log(one.temperature) for one in lattices]))),
        document_weight=float(np.mean([one.document_weight for one in lattices])),
    )
