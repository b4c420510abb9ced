import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.teacher import Teacher
from ner.training.train_metrics import TrainMetrics
from tests.training.small_step import CHAR_IDS, LABELS, make_step, total_loss, update, whole


@pytest.fixture(autouse=True)
def op_by_op():
    """One update computes sooner op by op than its graph is traced, which runs do elsewhere."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def traced(op_by_op):
    """For tests of many updates, and of number formats."""
    tf.config.run_functions_eagerly(False)


def test_a_step_learns_from_augmented_text():
    weights = {}
    for share in (0.0, 1.0):
        step = make_step(dropout=0.0, characters=("a", "b", "A"), uppercase=share)
        update(step)
        weights[share] = step.tagger.weights_sha256()
    assert weights[0.0] != weights[1.0]


def test_metrics_are_sums_over_the_updates_since_they_were_reset():
    step = make_step()
    for number in range(3):
        update(step, number)
    metrics = step.state.metrics.read()
    assert (metrics.characters, metrics.padded_characters, metrics.sentences, metrics.updates) == (24, 36, 6, 3)
    assert metrics.loss > 0
    assert metrics.gradient_norm > 0
    step.state.metrics.reset()
    assert step.state.metrics.read() == TrainMetrics()


def test_characters_that_nobody_annotated_count_in_no_mean():
    """Both batches have the gradient of the mean over the three labelled characters."""
    labels = tf.constant([[0, 1, 2, -2, -2, -2]])
    metrics, weights = [], []
    for characters, gold in ((CHAR_IDS[:1], labels), (CHAR_IDS[:1], tf.where(labels < 0, -1, labels))):
        step = make_step(dropout=0, clip_norm=0)
        step(0, whole(characters, gold)._replace(characters=tf.constant(6 if gold is labels else 3)), 0.1)
        metrics.append(step.state.metrics.read())
        weights.append(step.tagger.weights_by_name())
    assert metrics[0].unlabelled_characters == 3
    assert metrics[0].scalars(1, 0)["loss"] == metrics[1].scalars(1, 0)["loss"] == pytest.approx(metrics[0].loss / 3)
    for name, value in weights[0].items():
        np.testing.assert_array_equal(value, weights[1][name])
    step = make_step(dropout=0)
    update(step, char_ids=CHAR_IDS[:1], labels=tf.fill([1, 6], -2))
    assert step.bad_batch() is None


def test_a_teacher_labels_what_nobody_annotated():
    """The loss is the mean over all characters: as large where one is annotated as where all are."""
    norms, teacher = [], Teacher(make_step().tagger)
    for labels in (LABELS, tf.where(LABELS == 2, -2, LABELS), tf.where(LABELS >= 0, -2, -1)):
        step = make_step(dropout=0, clip_norm=0, teacher=teacher, distillation=1.0)
        update(step, labels=labels)
        metrics = step.state.metrics.read()
        assert metrics.scalars(1, 0)["loss"] == pytest.approx(metrics.loss / 8)
        norms.append(metrics.gradient_norm)
    np.testing.assert_allclose(norms[1:], norms[0], rtol=1e-5)


def test_a_teacher_without_a_share_changes_nothing():
    labels = tf.constant([[0, 0, 0, -2, -2, -2], [0, 2, -1, -1, -1, -1]])
    norms = []
    for teacher in (None, Teacher(make_step().tagger)):
        step = make_step(dropout=0, teacher=teacher, distillation=0.0)
        update(step, labels=labels)
        norms.append(step.state.metrics.read().gradient_norm)
    assert norms[0] == norms[1] > 0


def test_an_id_that_occurs_often_is_counted_once_by_adam():
    """Adam's first update is the learning rate for every weight with a gradient, however often its id occurs."""
    step = make_step(dropout=0, clip_norm=0)
    before = step.tagger.weights_by_name()["tagger/embedding/embeddings"]
    update(step)
    change = np.abs(step.tagger.weights_by_name()["tagger/embedding/embeddings"] - before)
    np.testing.assert_allclose(change[2:5], 0.1, rtol=0.02)
    np.testing.assert_array_equal(change[0:1], 0)


def test_the_gradient_is_clipped_by_its_whole_norm():
    step = make_step(clip_norm=1e-3)
    step.state.optimizer = keras.optimizers.SGD()
    step.state.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()
    update(step, learning_rate=1.0)
    after = step.tagger.weights_by_name()
    norm = np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in before))
    np.testing.assert_allclose(norm, 1e-3, rtol=1e-2)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_the_loss_falls_and_state_survives_restoring(traced, precision):
    step, other = make_step(precision=precision), make_step(precision=precision)
    losses = []
    for number in range(30):
        if number == 20:
            other.state.from_checkpoint(step.state.to_checkpoint())
        update(step, number, learning_rate=0.03)
        losses.append(step.state.metrics.read().loss)
        step.state.metrics.reset()
        if number >= 20:
            update(other, number, learning_rate=0.03)
    assert losses[-1] < 0.7 * losses[0]
    for name, value in step.state.arrays().items():
        np.testing.assert_array_equal(value, other.state.arrays()[name])


def test_a_float16_update_that_overflows_is_left_out(traced):
    step = make_step(precision="mixed_float16")
    scale = next(variable for variable in step.state.optimizer.variables if "dynamic_scale" in variable.path)
    scale.assign(np.inf)
    before = step.tagger.weights_by_name()
    update(step)
    for name, value in step.tagger.weights_by_name().items():
        np.testing.assert_array_equal(value, before[name])


def test_restore_names_arrays_of_another_model():
    step = make_step()
    arrays = step.state.arrays()
    del arrays["weights/tagger/head/bias"]
    with pytest.raises(ValueError, match="weights/tagger/head/bias"):
        step.state.set_arrays(arrays)


def test_an_update_takes_the_rate_that_it_is_told():
    step = make_step(dropout=0, clip_norm=0)
    for rate in (0.01, 0.0025):
        before = step.tagger.weights_by_name()["tagger/head/bias"]
        update(step, learning_rate=rate)
        change = np.abs(step.tagger.weights_by_name()["tagger/head/bias"] - before)
        np.testing.assert_allclose(change.max(), rate, rtol=0.05)


@pytest.mark.parametrize(("max_batch_characters", "share"), [(0, 1.0), (12, 0.5)])
def test_every_character_counts_the_same_where_batches_are_of_so_many_characters(max_batch_characters, share):
    """The loss of 6 characters, in a batch that could hold 12, moves weights half as far as that of a full batch."""
    step = make_step(dropout=0, clip_norm=0, max_batch_characters=max_batch_characters)
    step.state.optimizer = keras.optimizers.SGD()
    step.state.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()["tagger/head/bias"]
    with tf.GradientTape() as tape:
        mean = total_loss(step.tagger, CHAR_IDS[:1], LABELS[:1]) / 6
    gradient = tape.gradient(mean, step.tagger.head.scores.bias.value)
    update(step, char_ids=CHAR_IDS[:1], labels=LABELS[:1])
    change = step.tagger.weights_by_name()["tagger/head/bias"] - before
    np.testing.assert_allclose(change, -0.1 * share * gradient, rtol=1e-4)


def test_weight_decay_takes_its_share_of_weights_but_not_of_biases():
    plain, decayed = make_step(dropout=0, clip_norm=0), make_step(dropout=0, clip_norm=0, weight_decay=0.5)
    plain.tagger.head.scores.bias.assign([1.0, 2.0, 3.0])
    decayed.tagger.head.scores.bias.assign([1.0, 2.0, 3.0])
    before = plain.tagger.weights_by_name()
    for step in (plain, decayed):
        update(step, learning_rate=0.1)
    after = plain.tagger.weights_by_name()
    for name, value in decayed.tagger.weights_by_name().items():
        lost = 0 if "bias" in name else 0.1 * 0.5 * before[name]
        np.testing.assert_allclose(value, after[name] - lost, atol=1e-6)


def test_the_average_follows_the_weights_and_takes_their_place_for_a_while(traced):
    step = make_step(dropout=0, ema_decay=0.5)
    bias = "tagger/head/bias"
    average = step.tagger.weights_by_name()[bias]
    for number in range(12):
        update(step, number)
        keep = min(0.5, (number + 1) / (number + 10))  # ten updates until it keeps half
        average = keep * average + (1 - keep) * step.tagger.weights_by_name()[bias]
    last = step.tagger.weights_by_name()[bias]
    with step.eval_weights():
        np.testing.assert_allclose(step.tagger.weights_by_name()[bias], average, rtol=1e-5)
    np.testing.assert_array_equal(step.tagger.weights_by_name()[bias], last)
    assert not np.allclose(average, last)
    np.testing.assert_allclose(step.state.arrays()[f"average/{bias}"], average, rtol=1e-5)


@pytest.mark.parametrize("accumulate_steps", [1, 2])
def test_a_batch_with_an_infinite_loss_changes_no_weight(accumulate_steps):
    step = make_step(accumulate_steps=accumulate_steps)
    update_once(step, 0, CHAR_IDS, LABELS)
    bias = step.tagger.head.scores.bias.numpy()
    step.tagger.head.scores.bias.assign([np.inf, 0, 0])
    before = step.state.arrays()
    update_once(step, 1, CHAR_IDS[:1], LABELS[:1])
    step.tagger.head.scores.bias.assign(bias)
    update_once(step, 2, CHAR_IDS, LABELS)
    assert step.bad_batch() == 1
    for name, value in step.tagger.weights_by_name().items():
        np.testing.assert_array_equal(value, bias if name == "tagger/head/bias" else before[f"weights/{name}"])


def update_once(step, number, char_ids, labels):
    if step._config.accumulate_steps == 1:
        update(step, number, char_ids, labels)
    else:
        step.add(number, whole(char_ids, labels))
        step.update(0.1)


def test_a_gradient_too_large_for_float16_is_bad_once_the_scale_cannot_fall(traced):
    """Weights of the head pass on a gradient that float16 cannot hold, and the loss itself is finite."""
    step = make_step(precision="mixed_float16", dropout=0)
    step.tagger.head.scores.kernel.assign(np.linspace(-1e7, 1e7, 24).reshape(8, 3))
    scale = next(variable for variable in step.state.optimizer.variables if "dynamic_scale" in variable.path)
    before = step.tagger.weights_by_name()
    update(step)
    assert float(scale) == 2**14  # half of what it began with
    assert step.bad_batch() is None
    scale.assign(1.0)
    update(step, 1)
    assert np.isfinite(step.state.metrics.read().loss)
    assert step.bad_batch() == 1
    for name, value in step.tagger.weights_by_name().items():
        np.testing.assert_array_equal(value, before[name])


def test_class_weights_and_focal_loss_reach_the_gradient():
    weights = np.array([0.0, 1.0, 0.0], np.float32)
    step = make_step(dropout=0, clip_norm=0, class_weights=weights)
    update(step)
    metrics = step.state.metrics.read()
    tagger = make_step(dropout=0).tagger
    expected = total_loss(tagger, CHAR_IDS, LABELS, CharacterLoss(weights))
    np.testing.assert_allclose(metrics.loss, expected, rtol=1e-5)
    focal = make_step(dropout=0, focal_gamma=2.0)
    update(focal)
    expected = total_loss(tagger, CHAR_IDS, LABELS, CharacterLoss(focal_gamma=2.0))
    np.testing.assert_allclose(focal.state.metrics.read().loss, expected, rtol=1e-5)


@pytest.mark.parametrize("ema_decay", [0.0, 0.5])
def test_the_pull_of_class_weights_is_taken_out_of_the_weights_to_validate(ema_decay):
    weights = np.array([0.5, 4.0, 2.0], np.float32)
    step = make_step(dropout=0, class_weights=weights, logit_adjustment=0.5, ema_decay=ema_decay)
    update(step)
    before = step.state.arrays()
    expected = before["average/tagger/head/bias" if ema_decay else "weights/tagger/head/bias"] - 0.5 * np.log(weights)
    with step.eval_weights():
        np.testing.assert_allclose(step.tagger.head.scores.bias.numpy(), expected, rtol=1e-6)
    for name, value in step.state.arrays().items():
        np.testing.assert_array_equal(value, before[name])
