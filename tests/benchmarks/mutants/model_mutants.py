"""Mutants of the tagger: objective, dropout, encoders, heads."""

from tests.benchmarks.mutants.mutant import Mutant

_LOSS = "tests/model/test_cross_entropy.py"
_CRF = "tests/model/test_crf.py"
_PARTITION = "tests/model/test_partition.py"
_TAGGER = "tests/model/test_tagger.py"
_NGRAMS = "tests/model/test_ngrams.py"
_DROPOUT = "tests/model/test_dropout.py"
_WIRING = "tests/training/test_wiring.py"

MODEL = (
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
        "dropout keeps the share that it should drop",
        "ner/model/dropout.py",
        "tf.where(uniforms >= rate",
        "tf.where(uniforms < rate",
        _DROPOUT,
    ),
    Mutant(
        "dropout does not keep the mean", "ner/model/dropout.py", "x * tf.cast(1 / (1 - rate), x.dtype)", "x", _DROPOUT
    ),
    Mutant(
        "all layers drop the same values",
        "ner/model/dropout.py",
        "stateless_fold_in(self._seed, stream)",
        "stateless_fold_in(self._seed, 0)",
        _DROPOUT,
    ),
    Mutant(
        "dropout depends on the device that computes a row",
        "ner/model/dropout.py",
        "tf.cast(self._row_offset, tf.int64) *",
        "tf.zeros([], tf.int64) *",
        _DROPOUT,
    ),
    Mutant(
        "dropout of a run always the same",
        "ner/training/step.py",
        "tf.stack([self._config.seed, number])",
        "tf.stack([self._config.seed, 0])",
        f"{_WIRING}::test_every_batch_of_a_run_drops_other_values",
    ),
    Mutant(
        "backward layers read padding first",
        "ner/model/encoders/recurrent.py",
        "return tf.reverse_sequence(x, lengths, seq_axis=1)",
        "return tf.reverse(x, [1])",
        _TAGGER,
    ),
    Mutant(
        "backward states stay in reverse order",
        "ner/model/encoders/recurrent.py",
        "reverse(reversed_states, lengths)], axis=-1)",
        "reversed_states], axis=-1)",
        f"{_TAGGER}::test_each_direction_has_read_up_to_its_character_and_no_further",
    ),
    Mutant(
        "char_dropout of padding too",
        "ner/model/encoders/base.py",
        " & (char_ids != PADDING)",
        "",
        f"{_TAGGER}::test_character_dropout_makes_unknown_characters_of_real_ones_only",
    ),
    Mutant(
        "dropout before the head left out",
        "ner/model/encoders/recurrent.py",
        "return self._drop(x, self.config.lstm_layers, dropout)",
        "return x",
        f"{_TAGGER}::test_the_head_reads_features_of_which_a_share_is_dropped",
    ),
    Mutant(
        "words and n-grams between words are not told apart",
        "ner/model/encoders/ngrams.py",
        "kinds.append(tf.where(inside, _row(hashes, kind, num_rows), tf.zeros([], tf.int64)))",
        "kinds.append(_row(hashes, kind, num_rows))",
        _NGRAMS,
    ),
    Mutant(
        "n-grams of a hidden word are shown",
        "ner/model/encoders/ngrams.py",
        'return tf.einsum("btke,btk->bte", embeddings, kept) * shown',
        'return tf.einsum("btke,btk->bte", embeddings, kept)',
        _NGRAMS,
    ),
    Mutant(
        "ngram_dropout does not keep the mean",
        "ner/model/encoders/ngrams.py",
        "tf.cast(kept, embeddings.dtype) / (1 - ngram_dropout)",
        "tf.cast(kept, embeddings.dtype)",
        _NGRAMS,
    ),
    Mutant(
        "word features from the wrong ends",
        "ner/model/encoders/hierarchical.py",
        "[words.last(forward), words.first(backward), mean_ngrams, at_end]",
        "[words.first(forward), words.last(backward), mean_ngrams, at_end]",
        f"{_TAGGER}::test_a_word_is_known_by_all_its_characters",
    ),
    Mutant(
        "prefixes in place of suffixes",
        "ner/model/encoders/hierarchical.py",
        "words.last(ngrams)",
        "words.first(ngrams)",
        "tests/model/test_hierarchical.py::test_a_word_is_read_by_the_mean_of_its_ngrams_and_by_those_at_its_end",
    ),
    Mutant(
        "augmentation is not applied",
        "ner/training/step.py",
        "self._augmentation(part.char_ids, dropout)",
        "part.char_ids",
        "tests/training/test_step.py::test_a_step_learns_from_augmented_text",
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
        "tf.where(chain.real[:, 1:, None, None], steps, tf.eye(chain.emissions.shape[2]))",
        "steps",
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
        'PRODUCTS if tf.config.list_logical_devices("GPU") else LOOP',
        "LOOP",
        _PARTITION,
    ),
    Mutant(
        "char_loss_weight ignored",
        "ner/model/heads/crf.py",
        "self.config.char_loss_weight * objective",
        "objective",
        _CRF,
    ),
    Mutant(
        "forget gate and input gate swapped in the gradient",
        "ner/model/encoders/recurrence.py",
        "_sigmoid_gradient(forget, dc * trace.cells.read(t))",
        "_sigmoid_gradient(forget, dc * trace.cells.read(t + 1))",
        "tests/model/test_lstm.py",
    ),
    Mutant(
        "a word ends one character too late",
        "ner/model/words.py",
        "(starts <= steps) & (steps < ends)",
        "(starts <= steps) & (steps <= ends)",
        "tests/model/test_words.py",
    ),
    Mutant(
        "pairs of labels forgotten in what a teacher expects",
        "ner/model/heads/crf.py",
        "            + tf.reduce_sum(targets.pairs * self.transitions)\n",
        "",
        "tests/model/test_distillation.py",
    ),
    Mutant(
        "a teacher has opinions on padding",
        "ner/model/teacher.py",
        "tf.exp(log_probs) * real",
        "tf.exp(log_probs)",
        "tests/model/test_distillation.py",
    ),
    Mutant(
        "a teacher with the bias of its decoding",
        "ner/model/teacher.py",
        "tagger.learned_lattice()",
        "tagger.lattice()",
        "tests/model/test_distillation.py",
    ),
    Mutant(
        "teacher and labels exchange their shares",
        "ner/model/tagger.py",
        "(1 - distillation.share) * loss + distillation.share * to_teacher",
        "distillation.share * loss + (1 - distillation.share) * to_teacher",
        "tests/model/test_distillation.py",
    ),
)
