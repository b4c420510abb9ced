"""Mutants of the heads: cross-entropy, CRF, masked words."""

from tests.benchmarks.mutants.mutant import Mutant

_LOSS = "tests/model/test_cross_entropy.py"
_CRF = "tests/model/test_crf.py"
_MASKED_WORDS = "tests/model/test_masked_words.py"
_PARTITION = "tests/model/test_partition.py"

HEADS = (
    Mutant(
        "padding has a loss",
        "ner/model/heads/cross_entropy.py",
        "return tf.where(real, losses, 0.0)",
        "return losses",
        _LOSS,
    ),
    Mutant(
        "focal loss favours sure characters",
        "ner/model/heads/cross_entropy.py",
        "tf.maximum(-tf.math.expm1(-losses), 1e-7)",
        "tf.exp(-losses)",
        _LOSS,
    ),
    Mutant(
        "inverse_sqrt is inverse",
        "ner/model/heads/cross_entropy.py",
        "weights = 1 / np.sqrt(counts)",
        "weights = 1 / counts",
        _LOSS,
    ),
    Mutant(
        "class weights not of mean 1",
        "ner/model/heads/cross_entropy.py",
        "(weights * counts.sum() / (weights * counts).sum())",
        "weights",
        _LOSS,
    ),
    Mutant(
        "transitions of the CRF transposed",
        "ner/model/heads/crf.py",
        "before = one_hot[:, :-1] @ transitions",
        "before = one_hot[:, :-1] @ tf.transpose(transitions)",
        _CRF,
    ),
    Mutant(
        "gradient of transitions transposed",
        "ner/model/heads/partition.py",
        '"bwc,bwd->cd"',
        '"bwc,bwd->dc"',
        _PARTITION,
    ),
    Mutant(
        "padding words in the partition",
        "ner/model/heads/partition.py",
        "log_z = tf.reduce_sum((tf.math.log(scales) + peaks) * counted, axis=1)",
        "log_z = tf.reduce_sum(tf.math.log(scales) + peaks, axis=1)",
        _PARTITION,
    ),
    Mutant(
        "labels that the annotation excludes are in the partition",
        "ner/model/heads/partition.py",
        "emissions if allowed is None else emissions * allowed",
        "emissions",
        _PARTITION,
    ),
    Mutant(
        "padding words change the products of a chain's matrices",
        "ner/model/heads/recursions.py",
        "tf.where(chain.real[:, 1:, None, None], steps, tf.eye(chain.emissions.shape[2], dtype=steps.dtype))",
        "steps",
        _PARTITION,
    ),
    Mutant(
        "products of a chain's matrices in float32",
        "ner/model/heads/recursions.py",
        "tf.cast(one, tf.float64) for one in chain",
        "one for one in chain",
        _PARTITION,
    ),
    Mutant(
        "matrices of a chain multiplied in the wrong order",
        "ner/model/heads/recursions.py",
        "_normalized(before @ products)",
        "_normalized(products @ before)",
        _PARTITION,
    ),
    Mutant(
        "a GPU loops over words",
        "ner/model/heads/recursions.py",
        'PARALLEL_SCAN if tf.config.list_logical_devices("GPU") else SEQUENTIAL',
        "SEQUENTIAL",
        _PARTITION,
    ),
    Mutant(
        "masked words are read",
        "ner/model/heads/masked_words.py",
        "tf.where(hidden, UNKNOWN, char_ids)",
        "char_ids",
        _MASKED_WORDS,
    ),
    Mutant(
        "a masked word is its own rival",
        "ner/model/heads/masked_words.py",
        "tf.where(same, _EXCLUDED, scale",
        "tf.where(False, _EXCLUDED, scale",
        _MASKED_WORDS,
    ),
    Mutant(
        "padding words are rivals",
        "ner/model/heads/masked_words.py",
        "tf.boolean_mask(ngrams, words.real)",
        "tf.reshape(ngrams, [-1, ngrams.shape[-1]])",
        _MASKED_WORDS,
    ),
    Mutant(
        "char_loss_weight ignored",
        "ner/model/heads/crf.py",
        "self.config.char_loss_weight * objective",
        "objective",
        _CRF,
    ),
    Mutant(
        "pairs of labels forgotten in what a teacher expects",
        "ner/model/heads/crf.py",
        "            + tf.reduce_sum(targets.pairs * self.transitions)\n",
        "",
        "tests/model/test_distillation.py",
    ),
)
