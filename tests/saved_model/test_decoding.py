import numpy as np
import pytest
import tensorflow as tf

from ner.model.words import Words
from ner.saved_model.decoding import decode_words, word_scores
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from tests.text.padded_decoding import decode

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
WORDS = Words(np.array([[0, 2, 5], [1, 0, 0]], np.int32), np.array([[1, 5, 6], [4, 0, 0]], np.int32))


@pytest.mark.parametrize("seed", range(5))
def test_labels_and_confidences_are_those_of_numpy(seed):
    random = np.random.default_rng(seed)
    constraints = Lattice.of_constraints(LABELS)
    lattice = Lattice(
        constraints.start + random.normal(size=5), constraints.transitions + 2 * random.normal(size=(5, 5)), (0.3, 0.2)
    )
    log_probs = tf.nn.log_softmax(3 * random.normal(size=(2, 6, 5)).astype(np.float32)).numpy()
    wanted = decode(log_probs, *WORDS, lattice)
    words = Words(*map(tf.constant, WORDS))
    found = decode_words(word_scores(tf.constant(log_probs), words, lattice), words.real, lattice)
    for one, other in zip(found, wanted, strict=True):
        real = WORDS.ends > 0
        np.testing.assert_allclose(one.numpy()[real], other[real], rtol=1e-12)
