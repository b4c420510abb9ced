import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.heads import HEADS
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.words import Words
from ner.text.labels import Labels

LABELS = Labels(("O", "B-LOC", "I-LOC"))
FEATURES = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 4)), tf.float32)


@pytest.mark.parametrize("name", HEADS)
def test_priors_are_for_heads_whose_whole_loss_has_class_weights(name):
    """Others, as a CRF, would lose from their scores what they never learnt."""
    head = HEADS[name](ModelConfig(head=name), LABELS, iter(range(9)))
    labels, words = tf.constant([[1, 2, 0, -1, -1], [0, 0, 0, 1, 2]]), Words(*tf.constant([[[0], [3]], [[2], [5]]]))
    once, twice = (
        head.loss(FEATURES, labels, words, CharacterLoss(weights)) for weights in (None, np.full(3, 2.0, np.float32))
    )
    assert np.isclose(twice, 2 * once) == head.weights_classes


@pytest.mark.parametrize("padding_output", [False, True])
@pytest.mark.parametrize("name", HEADS)
def test_priors_are_subtracted_from_scores_and_come_back(name, padding_output):
    config = ModelConfig(head=name, padding_output=padding_output)
    head = HEADS[name](config, LABELS, iter(range(9)))
    before = head.logits(FEATURES).numpy()
    given = np.log(np.array([0.5, 4.0, 2.0], np.float32))
    removed = given if head.weights_classes else np.zeros(3)
    with pytest.raises(ZeroDivisionError), head.without_priors(given):
        np.testing.assert_allclose(head.logits(FEATURES)[..., :3], before[..., :3] - removed, rtol=1e-4)
        np.testing.assert_array_equal(head.logits(FEATURES)[..., 3:], before[..., 3:])
        1 / 0  # noqa: B018
    np.testing.assert_array_equal(head.logits(FEATURES), before)
