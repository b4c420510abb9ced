"""Mutants of tables that are updated row by row."""

from tests.benchmarks.mutants.mutant import Mutant

_LAZY = "ner/training/lazy_tables.py"
_ROWS = "ner/run_dir/unread_rows.py"
_TESTS = "tests/training/test_lazy_tables.py"

TABLES = (
    Mutant(
        "no row is read in its turn",
        _LAZY,
        "[tf.reshape(numbers, [-1]), self._in_turn()]",
        "[tf.reshape(numbers, [-1])]",
        _TESTS,
    ),
    Mutant(
        "rows are read as they were",
        _LAZY,
        "tf.IndexedSlices(rows.weight, numbers)",
        "tf.IndexedSlices(tf.gather(table.weight, numbers), numbers)",
        _TESTS,
    ),
    Mutant(
        "rows that a table is not said to have pass",
        _LAZY,
        "tf.debugging.assert_equal(tf.size(known), count, _UNKNOWN_ROW)",
        "tf.no_op()",
        _TESTS,
    ),
    Mutant(
        "no weight decay of a table",
        _LAZY,
        "decay = 1 - learning_rate * (optimizer.weight_decay or 0.0)",
        "decay = tf.ones([])",
        _TESTS,
    ),
    Mutant(
        "the average of a row that is read stays",
        _LAZY,
        "rows.average + taken * (weight - rows.average)",
        "rows.average",
        _TESTS,
    ),
    Mutant(
        "momentum of unread rows ends after an update",
        _LAZY,
        "decay * drift + rate * momentum",
        "rate * momentum",
        _TESTS,
    ),
    Mutant(
        "unread rows do not move on average",
        _LAZY,
        "(1 - taken) * average_drift + taken * drift",
        "average_drift",
        _TESTS,
    ),
    Mutant(
        "factors of rows that were read go on",
        _LAZY,
        "tf.tensor_scatter_nd_update(factors, [[place]], [_AS_READ])",
        "factors",
        _TESTS,
    ),
    Mutant(
        "weights stay up to date after an evaluation",
        _LAZY,
        "                variable.assign(value)\n",
        "                pass\n",
        _TESTS,
    ),
    Mutant(
        "second moments of unread rows do not decay", _ROWS, "factors[:, 1:2] * rows.velocity", "rows.velocity", _TESTS
    ),
    Mutant(
        "a checkpoint's unread rows as they were",
        _ROWS,
        "rows = up_to_date(Rows(*(found.get(one) for one in names)), of_rows)",
        "rows = Rows(*(found.get(one) for one in names))",
        _TESTS,
    ),
    Mutant(
        "weights to start from with unread rows",
        "ner/run_dir/trained_weights.py",
        "        arrays = bring_up_to_date(arrays)\n",
        "",
        _TESTS,
    ),
    Mutant(
        "the hash of the last weights with unread rows",
        "ner/training/loop.py",
        "        with self.state.up_to_date():\n            weights_sha256",
        "        if True:\n            weights_sha256",
        _TESTS,
    ),
    Mutant(
        "a run that is restored takes unread rows as up to date",
        "ner/training/train_state.py",
        "if self.tables and FACTORS not in arrays:",
        "if self.tables:",
        _TESTS,
    ),
    Mutant(
        "masked words: rows of the text alone",
        "ner/model/heads/masked_words.py",
        "for text in texts]",
        "for text in texts[1:]]",
        _TESTS,
    ),
    Mutant(
        "members mask other words than those whose rows are read",
        "ner/model/ensemble.py",
        "member.table_rows(char_ids, words, dropout.of_member(index))",
        "member.table_rows(char_ids, words, dropout)",
        _TESTS,
    ),
)
