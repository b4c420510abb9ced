"""Mutants of the tagger: dropout, encoders, ensembles, teachers."""

from tests.benchmarks.mutants.mutant import Mutant

_TAGGER = "tests/model/test_tagger.py"
_NGRAMS = "tests/model/test_ngrams.py"
_DROPOUT = "tests/model/test_dropout.py"
_WIRING = "tests/training/test_wiring.py"

MODEL = (
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
        "reverse(backward(reverse(x, lengths)), lengths)], axis=-1)",
        "backward(reverse(x, lengths))], axis=-1)",
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
        "[words.last(forward), words.first(backward),",
        "[words.first(forward), words.last(backward),",
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
        "the mean loss of a pretraining run is over characters with a label",
        "ner/training/step.py",
        "return batch.unlabelled if self._learns_labels and self._teacher is None else 0",
        "return batch.unlabelled if self._teacher is None else 0",
        "tests/training/test_pretraining.py",
    ),
    Mutant(
        "the mean loss of what a teacher labels is over characters with a label",
        "ner/training/step.py",
        "return batch.unlabelled if self._learns_labels and self._teacher is None else 0",
        "return batch.unlabelled if self._learns_labels else 0",
        "tests/training/test_step.py::test_a_teacher_labels_what_nobody_annotated",
    ),
    Mutant(
        "a pretrained encoder is taken for a tagger",
        "ner/run_dir/workdir.py",
        "if not model.learns_labels:",
        "if False:",
        "tests/training/test_pretraining.py",
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
        "ner/model/network.py",
        "(1 - distillation.share) * loss + distillation.share * to_teacher",
        "distillation.share * loss + (1 - distillation.share) * to_teacher",
        "tests/model/test_distillation.py",
    ),
    Mutant(
        "members of an ensemble have the same dropout",
        "ner/model/ensemble.py",
        "dropout.of_member(index), distillation",
        "dropout, distillation",
        "tests/model/test_ensemble.py",
    ),
    Mutant(
        "members of an ensemble begin with the same weights",
        "ner/model/ensemble.py",
        "seed=count * seed + index",
        "seed=seed",
        "tests/model/test_ensemble.py",
    ),
    Mutant(
        "weights of members have the same names",
        "ner/model/ensemble.py",
        'member=f"member_{index + 1}"',
        'member=""',
        "tests/training/test_train_state.py",
    ),
)
