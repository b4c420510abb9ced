"""What `ner.text.decoding` does by NumPy, as TensorFlow ops: from characters' log-probabilities to labels of words.

Everything is float64, as there, so that ties and near ties end the same way.
"""

import tensorflow as tf

from ner.model.words import Words
from ner.text.lattice import Lattice


def decode_words(scores: tf.Tensor, real: tf.Tensor, lattice: Lattice) -> tuple[tf.Tensor, tf.Tensor]:
    """Label id of every word, int32 [B, W], and its probability given the whole text, float64 [B, W].

    `scores` float64 [B, W, C]; what stands at padding words, `real` bool [B, W], has no meaning. W is at least 1.
    """
    scores = tf.transpose(scores, [1, 0, 2])  # [W, B, C]
    start, transitions = tf.constant(lattice.start, tf.float64), tf.constant(lattice.transitions, tf.float64)
    real = tf.transpose(tf.cast(real, tf.int32)) > 0  # [W, B]; oneDNN has no transposition of bools without AVX-512
    labels = tf.transpose(_viterbi(scores, real, start, transitions))
    probabilities = tf.transpose(_marginals(scores, real, start, transitions), [1, 0, 2])
    return labels, tf.gather(probabilities, labels, batch_dims=2)


def word_scores(log_probs: tf.Tensor, words: Words, lattice: Lattice) -> tf.Tensor:
    """Score of each label for each word, float64 [B, W, C], 0 at padding words; see `Lattice.word_scores`."""
    running = tf.cumsum(tf.pad(tf.cast(log_probs, tf.float64), [[0, 0], [1, 0], [0, 0]]), axis=1)
    sums = tf.gather(running, words.ends, batch_dims=1) - tf.gather(running, words.starts, batch_dims=1)
    lengths = tf.cast(tf.maximum(words.ends - words.starts, 1), tf.float64)
    scale, exponent = lattice.length_scale
    return sums * (tf.exp(scale + exponent * tf.math.log(lengths)) / lengths)[..., None]


def _viterbi(scores: tf.Tensor, real: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor) -> tf.Tensor:
    """The label sequence with the highest score, int32 [W, B]; see `Lattice.viterbi`."""
    num_words, num_labels = tf.shape(scores)[0], scores.shape[2]
    same = tf.range(num_labels)[None]

    def forward(word, total, pointers):  # type: ignore[no-untyped-def]
        candidates = total[:, :, None] + transitions  # [B, C before, C]
        is_real = real[word][:, None]
        best = tf.argmax(candidates, axis=1, output_type=tf.int32)
        total = tf.where(is_real, tf.reduce_max(candidates, axis=1) + scores[word], total)
        return word + 1, total, pointers.write(word, tf.where(is_real, best, same))

    pointers = tf.TensorArray(tf.int32, num_words, element_shape=[None, num_labels], clear_after_read=False)
    total = scores[0] + start
    pointers = pointers.write(0, tf.zeros_like(total, tf.int32))
    _, total, pointers = tf.while_loop(lambda word, *_: word < num_words, forward, (1, total, pointers))

    def backward(word, label, path):  # type: ignore[no-untyped-def]
        label = tf.gather(pointers.read(word), label, batch_dims=1)
        return word - 1, label, path.write(word - 1, label)

    label = tf.argmax(total, axis=1, output_type=tf.int32)
    path = tf.TensorArray(tf.int32, num_words, element_shape=[None]).write(num_words - 1, label)
    *_, path = tf.while_loop(lambda word, *_: word > 0, backward, (num_words - 1, label, path))
    return path.stack()


def _marginals(scores: tf.Tensor, real: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor) -> tf.Tensor:
    """Probability of each label of each word, float64 [W, B, C]; see `Lattice.marginals`."""
    num_words = tf.shape(scores)[0]
    first, last = scores[0] + start, tf.zeros_like(scores[0])

    def forward(word, before, results):  # type: ignore[no-untyped-def]
        now = tf.reduce_logsumexp(before[:, :, None] + transitions, axis=1) + scores[word]
        return word + 1, now, results.write(word, now)

    def backward(word, after, results):  # type: ignore[no-untyped-def]
        onward = tf.reduce_logsumexp((after + scores[word])[:, None, :] + transitions, axis=2)
        now = tf.where(real[word][:, None], onward, tf.zeros([], tf.float64))
        return word - 1, now, results.write(word - 1, now)

    def array(word, value):  # type: ignore[no-untyped-def]
        return tf.TensorArray(tf.float64, num_words, element_shape=[None, scores.shape[2]]).write(word, value)

    ahead = tf.while_loop(lambda word, *_: word < num_words, forward, (1, first, array(0, first)))[2]
    back = tf.while_loop(lambda word, *_: word > 0, backward, (num_words - 1, last, array(num_words - 1, last)))[2]
    return tf.nn.softmax(ahead.stack() + back.stack())
