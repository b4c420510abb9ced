"""Learning from a teacher's probabilities, against sums over all label sequences."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import NO_DROPOUT
from ner.model.ensemble import Ensemble
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.network import Network
from ner.model.soft_labels import Distillation
from ner.model.teacher import Teacher
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER"))
VOCABULARY = Vocabulary.from_text(["Ada met Bo"])
CHAR_IDS = tf.constant([VOCABULARY.encode("Ada met"), [*VOCABULARY.encode("Bo"), 0, 0, 0, 0, 0]], tf.int32)
WORDS = Words(tf.constant([[0, 4], [0, 0]]), tf.constant([[3, 7], [2, 0]]))
LENGTHS = (2, 1)  # in words
REAL_CHARACTERS = (7, 2)


def make_tagger(seed, head="crf", char_loss_weight=0.0):
    config = ModelConfig(
        head=head, lstm_units=3, lstm_layers=1, embedding_size=4, dropout=0.0, char_loss_weight=char_loss_weight
    )
    tagger = Network(config, VOCABULARY, LABELS, seed=seed)
    random = np.random.default_rng(seed)
    tagger.set_weights_by_name(
        {name: random.normal(size=value.shape).astype(np.float32) for name, value in tagger.weights_by_name().items()}
    )
    return tagger


def sequence_log_probs(tagger, row):
    """Log-probability of every label sequence of a sentence, as the tagger decodes."""
    lattice = tagger.lattice()
    real = slice(LENGTHS[row])
    starts, ends = (values.numpy()[row, real] for values in WORDS)
    scores = lattice.word_scores(tagger.log_probs(CHAR_IDS, WORDS).numpy()[row], starts, ends)
    found = {}
    for labels in itertools.product(range(len(LABELS)), repeat=LENGTHS[row]):
        total = lattice.start[labels[0]] + sum(lattice.transitions[pair] for pair in itertools.pairwise(labels))
        found[labels] = total + sum(scores[word, label] for word, label in enumerate(labels))
    log_z = np.logaddexp.reduce(list(found.values()))
    return {labels: score - log_z for labels, score in found.items()}


def distillation_loss(student, teacher):
    targets = Teacher(teacher).soft_labels(CHAR_IDS, WORDS)
    return student.head.distillation_loss(student.encoder.encode(CHAR_IDS, WORDS, NO_DROPOUT), targets, WORDS)


@pytest.mark.parametrize("teacher_head", ["crf", "softmax"])
def test_loss_of_a_crf_is_the_cross_entropy_of_label_sequences(teacher_head):
    student, teacher = make_tagger(1), make_tagger(2, teacher_head)
    expected = 0.0
    for row in range(len(LENGTHS)):
        of_student, of_teacher = sequence_log_probs(student, row), sequence_log_probs(teacher, row)
        probable = {labels: np.exp(value) for labels, value in of_teacher.items() if value > -100}
        expected -= sum(probability * of_student[labels] for labels, probability in probable.items())
    assert float(distillation_loss(student, teacher)) == pytest.approx(expected, rel=1e-4)


def test_a_teacher_does_not_teach_what_was_tuned_for_f1():
    student, teacher = make_tagger(1), make_tagger(2)
    plain = float(distillation_loss(student, teacher))
    teacher.type_biases, teacher.temperature = (3.0,) * len(teacher.labels.types), 2.0
    assert float(distillation_loss(student, teacher)) == plain


def cross_entropy_of_characters(student, teacher):
    log_probs = student.log_probs(CHAR_IDS, WORDS).numpy()
    probabilities = np.exp(teacher.log_probs(CHAR_IDS, WORDS).numpy())
    return -sum(
        (probabilities[row, :length] * log_probs[row, :length]).sum() for row, length in enumerate(REAL_CHARACTERS)
    )


def test_loss_of_a_softmax_head_is_the_cross_entropy_of_characters():
    student, teacher = make_tagger(1, "softmax"), make_tagger(2)
    expected = cross_entropy_of_characters(student, teacher)
    assert float(distillation_loss(student, teacher)) == pytest.approx(expected, rel=1e-4)


def test_characters_have_their_share_in_the_loss_of_a_crf():
    teacher = make_tagger(2)
    without, student = make_tagger(1), make_tagger(1, char_loss_weight=0.3)
    of_characters = float(distillation_loss(student, teacher)) - float(distillation_loss(without, teacher))
    assert of_characters == pytest.approx(0.3 * cross_entropy_of_characters(student, teacher), rel=1e-3)


def test_a_certain_teacher_is_like_gold_labels():
    student = make_tagger(1, char_loss_weight=0.3)
    teacher = make_tagger(1, "softmax")
    kernel, bias = teacher.head.scores.weights
    kernel.assign(tf.zeros_like(kernel))
    bias.assign([0.0, 0.0, 0.0, 50.0])  # certain that all is B-PER
    labels = tf.where(CHAR_IDS > 0, 3, -1)
    gold = student.training_loss(CHAR_IDS, labels, WORDS, CharacterLoss())
    assert float(distillation_loss(student, teacher)) == pytest.approx(float(gold), rel=1e-4)


def test_nobody_learns_from_a_teacher_of_the_same_weights():
    student = make_tagger(1, char_loss_weight=0.3)
    with tf.GradientTape() as tape:
        loss = distillation_loss(student, make_tagger(1))
    of_head = tape.gradient(loss, student.head.trainable_variables)
    for gradient in of_head:
        np.testing.assert_allclose(gradient, np.zeros(gradient.shape), atol=1e-5)


def test_several_teachers_are_an_ensemble():
    members = [make_tagger(seed) for seed in (2, 3)]
    found = Teacher(Ensemble(members)).soft_labels(CHAR_IDS, WORDS)
    mean = np.mean([one.log_probs(CHAR_IDS, WORDS).numpy() for one in members], axis=0)
    expected = np.exp(mean) / np.exp(mean).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found.chars[0], expected[0], atol=1e-5)
    assert not found.chars[1, 2:].numpy().any()
    np.testing.assert_allclose(found.words.numpy().sum(axis=-1), [[1, 1], [1, 0]], atol=1e-5)
    assert float(tf.reduce_sum(found.first)) == pytest.approx(2.0, rel=1e-5)
    assert float(tf.reduce_sum(found.pairs)) == pytest.approx(1.0, rel=1e-5)


def test_a_teacher_predicts_without_the_biases_that_its_decoding_has():
    teacher = make_tagger(2)
    before = Teacher(teacher).soft_labels(CHAR_IDS, WORDS)
    teacher.type_biases = (2.0,) * len(teacher.labels.types)
    for tagger in (teacher, Ensemble([teacher])):
        after = Teacher(tagger).soft_labels(CHAR_IDS, WORDS)
        np.testing.assert_allclose(after.words, before.words, atol=1e-5)


def test_the_share_mixes_both_losses():
    student, teacher = make_tagger(1), make_tagger(2)
    labels = tf.where(CHAR_IDS > 0, 3, -1)
    gold = float(student.training_loss(CHAR_IDS, labels, WORDS))
    distillation = Distillation(Teacher(teacher).soft_labels(CHAR_IDS, WORDS), 0.25)
    mixed = student.training_loss(CHAR_IDS, labels, WORDS, distillation=distillation)
    assert float(mixed) == pytest.approx(0.75 * gold + 0.25 * float(distillation_loss(student, teacher)), rel=1e-5)
