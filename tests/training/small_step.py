"""A step of a small tagger, and a batch of two sentences for it."""

import tensorflow as tf

from ner.config import ModelConfig
from ner.data.padding import TrainingBatch
from ner.model.ensemble import make_tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.training.optimizer import make_optimizer
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState
from ner.training_config import TrainingConfig
from tests.whole_batch import whole_batch

CHAR_IDS = tf.constant([[2, 2, 2, 2, 3, 2], [2, 4, 0, 0, 0, 0]])
LABELS = tf.constant([[0, 0, 0, 1, 1, 2], [0, 2, -1, -1, -1, -1]])
SIZES = {"embedding_size": 3, "lstm_units": 8, "lstm_layers": 1, "bidirectional": False}


def make_step(dropout=0.2, class_weights=None, characters=("a", "b", "c"), members=1, teacher=None, **training):
    config = TrainingConfig(**training)
    model = ModelConfig(**SIZES, dropout=dropout, char_dropout=0, members=members)
    tagger = make_tagger(model, Vocabulary(characters), Labels(("O", "B-LOC", "I-LOC")), precision=config.precision)
    state = TrainState(tagger, make_optimizer(config), config.ema_decay)
    return TrainingStep(state, config, class_weights, teacher=teacher)


def words_of(char_ids):
    """Each sentence as one word."""
    lengths = tf.math.count_nonzero(char_ids, axis=1, dtype=tf.int32)[:, None]
    return Words(tf.zeros_like(lengths), lengths)


def whole(char_ids, labels):
    return whole_batch(TrainingBatch(char_ids, labels, *words_of(char_ids)))


def total_loss(tagger, char_ids, labels, objective=None):
    return tagger.training_loss(char_ids, labels, words_of(char_ids), objective)


def update(step, number=0, char_ids=CHAR_IDS, labels=LABELS, learning_rate=0.1):
    step(number, whole(char_ids, labels), learning_rate)
