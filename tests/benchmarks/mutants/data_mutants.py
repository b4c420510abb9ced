"""Mutants of text, records and batches."""

from tests.benchmarks.mutants.mutant import Mutant

_BATCHES = "tests/data/test_batches.py"
_BUILD = "tests/programs/test_build.py"

DATA = (
    Mutant(
        "a run trains on the fold that it leaves out",
        "ner/data/subset.py",
        "order[~cls.fold(total, fold, folds).chosen[order]]",
        "order[cls.fold(total, fold, folds).chosen[order]]",
        "tests/data/test_subset.py",
    ),
    Mutant(
        "a share is chosen in each shard by the numbers of the first one",
        "ner/data/chunks.py",
        "tf.minimum(first + CHUNK_SENTENCES * chunk",
        "tf.minimum(CHUNK_SENTENCES * chunk",
        "tests/data/test_batches.py::test_a_share_of_the_sentences_is_read_from_any_place_on",
    ),
    Mutant(
        "space_label ignored",
        "ner/text/sentence_batch.py",
        '("I-", NOT_ANNOTATED) if space_label == "inside" else ()',
        '("I-", NOT_ANNOTATED)',
        f"{_BUILD}::test_build_labels_spaces_as_asked tests/text/test_sentence.py",
    ),
    Mutant(
        "a word's first character is not marked",
        "ner/text/sentence_batch.py",
        "        marks[self.starts] = FIRST\n",
        "",
        "tests/text/test_word_marks.py tests/data/test_example.py",
    ),
    Mutant(
        "words of one character are lost",
        "ner/text/word_marks.py",
        "        marks[start] = FIRST\n",
        "        marks[start] = INSIDE\n",
        "tests/text/test_word_marks.py",
    ),
    Mutant(
        "unknown characters become padding",
        "ner/text/vocabulary.py",
        "np.full(0x110000, UNKNOWN, np.uint16)",
        "np.full(0x110000, PADDING, np.uint16)",
        "tests/text/test_vocabulary.py",
    ),
    Mutant(
        "label counts of shards do not add up",
        "ner/data/label_counts.py",
        "tuple(a + b for a, b in zip",
        "tuple(a for a, b in zip",
        "tests/data/test_label_counts.py",
    ),
    Mutant(
        "a shard's SHA-256 is not compared",
        "ner/data/integrity.py",
        "fault = None if sha256 == shard.sha256 else",
        "fault = None if sha256 else",
        "tests/data/test_integrity.py",
    ),
    Mutant(
        "verification ends without waiting",
        "ner/data/verification.py",
        "            if kind is None and not self._waived:\n                self.complete()\n",
        "            pass\n",
        "tests/data/test_verification.py",
    ),
    Mutant(
        "a shard that was cut is not noticed",
        "ner/data/dataset.py",
        "if found != shard.bytes:",
        "if False:",
        "tests/data/test_dataset.py",
    ),
    Mutant(
        "labels of padding are O",
        "ner/data/padding.py",
        "tf.where(char_ids == 0, PADDING_LABEL,",
        "tf.where(char_ids == 0, 0,",
        f"{_BATCHES}::test_labels_are_padded_with_minus_one_where_characters_are_with_zero",
    ),
    Mutant(
        "a resumed run reads batches again",
        "ner/data/batches.py",
        "tf.cumsum(ends - firsts, exclusive=True) >= start",
        "tf.cumsum(ends - firsts) >= start",
        f"{_BATCHES}::test_a_later_start_gives_the_batches_from_there",
    ),
    Mutant(
        "windows before the start are not skipped",
        "ner/data/batches.py",
        "            .skip(skipped)\n",
        "",
        f"{_BATCHES}::test_a_later_start_gives_the_batches_from_there",
    ),
    Mutant(
        "every seed reads shards in the same order",
        "ner/data/batches.py",
        "_shuffled(tf.range(tf.size(paths)), (seed, epoch))",
        "_shuffled(tf.range(tf.size(paths)), (0, epoch))",
        f"{_BATCHES}::test_the_shards_that_are_read_first_depend_on_the_seed",
    ),
    Mutant(
        "every epoch has the same neighbours",
        "ner/data/batches.py",
        "_sorted_by_length(serialized, (seed, position))",
        "_sorted_by_length(serialized, (seed, 0 * position))",
        f"{_BATCHES}::test_other_sentences_meet_though_there_is_one_shard",
    ),
    Mutant(
        "sentences are not sorted by length",
        "ner/data/batches.py",
        'order = tf.argsort(keys, direction="DESCENDING")',
        "order = tf.range(tf.size(keys))",
        f"{_BATCHES}::test_batches_of_a_window_are_of_similar_length_and_not_in_order_of_length",
    ),
    Mutant(
        "batches of a window stay in order of length",
        "ner/data/batches.py",
        "order = _shuffled(tf.range(tf.size(firsts)), seed)",
        "order = tf.range(tf.size(firsts))",
        f"{_BATCHES}::test_batches_of_a_window_are_of_similar_length_and_not_in_order_of_length",
    ),
    Mutant(
        "batches hold more characters than allowed",
        "ner/data/batches.py",
        "tf.maximum(max_batch_characters // tf.cast",
        "tf.maximum(1 + max_batch_characters // tf.cast",
        f"{_BATCHES}::test_a_batch_has_as_many_sentences_as_its_characters_allow",
    ),
    Mutant(
        "a device gets the sentences of another",
        "ner/data/replica_batches.py",
        "first, end = sentences * number // num_parts,",
        "first, end = 0,",
        "tests/data/test_replica_batches.py",
    ),
    Mutant(
        "rare types are repeated too rarely",
        "ner/data/sampling.py",
        "max(1.0, math.sqrt(threshold / share))",
        "max(1.0, math.sqrt(share / threshold))",
        "tests/data/test_sampling.py",
    ),
)
