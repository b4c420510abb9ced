"""Mutants of word vectors: made, read, looked up, exported."""

from tests.benchmarks.mutants.mutant import Mutant

_VECTORS = "ner/data/word_vectors.py"
_FILE = "data_tools/readers/word_vector_files.py"
_TABLE = "ner/model/encoders/word_vector_table.py"
_ENCODER = "ner/model/encoders/hierarchical.py"
_ONNX = "ner/onnx_model/word_vectors.py"
_FACTORS = "data_tools/distributional/factorization.py"
_WORDS = "data_tools/distributional/word_sequence.py"
_TABLE_TESTS = "tests/model/test_word_vector_table.py"
_FILE_TESTS = "tests/readers/test_word_vector_files.py"

VECTORS = (
    Mutant("vectors keep their length", _VECTORS, "(vectors * (SCALE", "(vectors * (1.0", _FILE_TESTS),
    Mutant(
        "a repeated word has its last vector",
        _FILE,
        "words.setdefault(word, vector)",
        "words[word] = vector",
        _FILE_TESTS,
    ),
    Mutant("one word too many is read", _FILE, "len(words) == limit", "len(words) > limit", _FILE_TESTS),
    Mutant(
        "an infinite number passes",
        _FILE,
        "return vector if np.isfinite(vector).all() else None",
        "return vector",
        _FILE_TESTS,
    ),
    Mutant("a line feed begins the next word", _FILE, r'.replace(b"\n", b"")', "", _FILE_TESTS),
    Mutant("the highest byte comes first", _FILE, 'np.dtype("<f4")', 'np.dtype(">f4")', _FILE_TESTS),
    Mutant(
        "only infinite numbers pass in the binary format",
        _FILE,
        "vector is None or not np",
        "vector is None or np",
        _FILE_TESTS,
    ),
    Mutant("what follows the last word is ignored", _FILE, "if file.read(2).strip():", "if False:", _FILE_TESTS),
    Mutant(
        "other spellings take vectors of other words",
        _VECTORS,
        "len(rows))[firsts]",
        "len(rows))[: len(firsts)]",
        "tests/data/test_word_vectors.py",
    ),
    Mutant(
        "a rarer word gives its vector to other spellings",
        _VECTORS,
        "for row, word in enumerate(self.words):",
        "for row, word in reversed(list(enumerate(self.words))):",
        "tests/data/test_word_vectors.py",
    ),
    Mutant(
        "word vectors of another language raise no warning",
        "ner/training/run_summary.py",
        "if known_words < FEW:",
        "if False:",
        "tests/programs/test_word_vectors.py",
    ),
    Mutant(
        "only words in the same case count as known",
        "ner/training/word_vector_coverage.py",
        "word_vectors.rows_by_spelling()",
        "set(word_vectors.words)",
        "tests/training/test_word_vector_coverage.py",
    ),
    Mutant(
        "workers may read other word vectors",
        "ner/train.py",
        'must_match["word vectors"] = vectors.fingerprint',
        "pass",
        "tests/programs/test_several_workers.py",
    ),
    Mutant(
        "the encoding of plain text is ignored",
        "data_tools/word_vectors.py",
        "open_plain_text(paths, options.encoding,",
        'open_plain_text(paths, "utf-8",',
        "tests/programs/test_word_vectors.py",
    ),
    Mutant(
        "unknown words have a neighbour's vector", _TABLE, "vectors *= tf.cast", "vectors += 0 * tf.cast", _TABLE_TESTS
    ),
    Mutant("a vector is that of its hash's number", _TABLE, "tf.gather(self.rows, places)", "places", _TABLE_TESTS),
    Mutant(
        "the encoder reads no vector",
        _ENCODER,
        "_word_ngrams(ngrams, words), *word_vectors]",
        "_word_ngrams(ngrams, words)]",
        _TABLE_TESTS,
    ),
    Mutant(
        "a folder takes other vectors",
        "ner/run_dir/workdir.py",
        "word_vectors.fingerprint == own_vectors.fingerprint",
        "True",
        "tests/run_dir/test_workdir.py",
    ),
    Mutant(
        "ONNX finds the word before",
        _ONNX,
        'graph.op("LessOrEqual"',
        'graph.op("Less"',
        "tests/onnx_model/test_network.py",
    ),
    Mutant(
        "unknown words have a vector in ONNX",
        _ONNX,
        'graph.op("Unsqueeze", known, np.array([2]))',
        'graph.op("Unsqueeze", reached, np.array([2]))',
        "tests/onnx_model/test_network.py",
    ),
    Mutant(
        "networks of an ensemble have vectors each",
        "ner/onnx_model/graph.py",
        "if id(value) in self._shared",
        "if False",
        "tests/onnx_model/test_network.py",
    ),
    Mutant(
        "neighbours beyond the end of a sentence count",
        _FACTORS,
        "& (ends[left] == ends[right - 1])",
        "",
        "tests/distributional/test_factorization.py",
    ),
    Mutant(
        "the second place before is the second after",
        _FACTORS,
        "beside = places + offset",
        "beside = places + abs(offset)",
        "tests/distributional/test_factorization.py",
    ),
    Mutant(
        "rare counts are not discounted",
        _FACTORS,
        "* cells.data / (cells.data + 1)",
        "",
        "tests/distributional/test_factorization.py",
    ),
    Mutant(
        "words of a part keep their own numbers",
        _WORDS,
        "np.array([*own, BREAK], np.int32)[ids]",
        "ids",
        "tests/distributional/test_word_sequence.py",
    ),
    Mutant(
        "words too rare are kept",
        _WORDS,
        "np.count_nonzero(counts >= min_count)",
        "len(counts)",
        "tests/distributional/test_word_sequence.py",
    ),
    Mutant(
        "an export tells nothing of vectors",
        "ner/exporting/export.py",
        "word_vectors=_word_vectors([work, *ensemble])",
        "word_vectors=()",
        "tests/programs/test_word_vectors.py",
    ),
    Mutant(
        "a tagger is loaded without its vectors",
        "ner/run_dir/trained_tagger.py",
        "work.word_vectors(),",
        "None,",
        "tests/programs/test_word_vectors.py",
    ),
)
