"""Mutants of readers and of building."""

from tests.benchmarks.mutants.mutant import Mutant

_CONLL = "tests/readers/test_conll.py"
_SCHEMES = "tests/readers/test_tag_schemes.py"
_BUILD = "tests/programs/test_build.py"
_DETECTION = "tests/readers/test_dialect_detection.py"

READERS = (
    Mutant(
        "IOB1 is read as IOB2",
        "data_tools/readers/tag_schemes.py",
        "return prefix in _OPENS or not _is_open(previous, entity_type)",
        "return prefix in _OPENS",
        _SCHEMES,
    ),
    Mutant(
        "S- of BIOES goes on",
        "data_tools/readers/tag_schemes.py",
        'frozenset("SUELW")',
        'frozenset("ULW")',
        _SCHEMES,
    ),
    Mutant(
        "SpaceAfter=No ignored",
        "data_tools/readers/conllu.py",
        "found.append(not no_space_after and index != last_word)",
        "found.append(True)",
        _CONLL,
    ),
    Mutant(
        "SpaceAfter of a multiword token ignored",
        "data_tools/readers/conllu.py",
        "not no_space_after and index != last_word",
        "not no_space_after",
        _CONLL,
    ),
    Mutant(
        "parts of multiword tokens read twice",
        "data_tools/readers/column_block.py",
        "            numbers, rows = list(compress(numbers, are_words)), list(compress(rows, are_words))\n",
        "",
        _CONLL,
    ),
    Mutant(
        "documents are not counted",
        "data_tools/readers/column_block.py",
        "            self.document += 1\n",
        "",
        f"{_CONLL} tests/building/test_origins.py",
    ),
    Mutant(
        "a document does not end a sentence",
        "data_tools/readers/column_block.py",
        "            yield from self._sentences(numbers)\n            numbers = []\n            self.document",
        "            self.document",
        _CONLL,
    ),
    Mutant(
        "docstart=keep ignored",
        "data_tools/readers/column_block.py",
        'if mark == DOCSTART and docstart == "keep":',
        "if False:",
        f"{_CONLL} {_BUILD}",
    ),
    Mutant(
        "an index that starts again is passed over",
        "data_tools/readers/conllu.py",
        "            yield slice(first, row)\n            first = row\n",
        "            pass\n",
        "tests/readers/test_conllu.py tests/readers/test_column_block.py",
    ),
    Mutant(
        "the text of a sentence is not compared with its tokens",
        "data_tools/readers/conllu.py",
        "        if not text.startswith(token, position):\n            return None\n",
        "",
        "tests/readers/test_conllu.py",
    ),
    Mutant(
        "only the first fault is told",
        "data_tools/readers/faults.py",
        "return Faults((self.first + other.first)[:SHOWN], self.number + other.number)",
        "return self",
        "tests/readers/test_column_block.py",
    ),
    Mutant(
        "token_column ignored",
        "data_tools/readers/dialect_detection.py",
        'token = sample.position("--token_column", options.token_column)',
        'token = sample.position("--token_column", None)',
        _DETECTION,
    ),
    Mutant(
        "several tag columns: the first is taken",
        "data_tools/readers/dialect_detection.py",
        "    if len(named) > 1:\n",
        "    if False:\n",
        _DETECTION,
    ),
    Mutant(
        "chunk tags are taken for entities",
        "data_tools/readers/dialect_detection.py",
        "if not sample.holds_chunks(column, written[column])] or found",
        "] or found",
        _DETECTION,
    ),
    Mutant(
        "spans of JSON lines with their end inclusive",
        "data_tools/readers/annotated_text.py",
        'np.searchsorted(batch.starts, ends, "left")',
        'np.searchsorted(batch.starts, ends, "right")',
        "tests/readers/test_jsonl.py",
    ),
    Mutant(
        "entities of several pieces in brat are read as one",
        "data_tools/readers/brat.py",
        'entity is not None and ";" in entity[3]',
        "False",
        "tests/readers/test_brat.py",
    ),
    Mutant(
        "a new value in the sentence column of a table begins nothing",
        "data_tools/readers/csv_table.py",
        'not in ("", current)',
        "!= row[self.sentence_column]",
        "tests/readers/test_csv_table.py",
    ),
    Mutant(
        "entities of WebAnno that stand side by side are one",
        "data_tools/readers/webanno.py",
        "bool(entity) and (entity_type, entity) == before",
        "bool(entity) and entity_type == before[0]",
        "tests/readers/test_webanno.py",
    ),
    Mutant(
        "index column of columns to tag is read as the token",
        "data_tools/readers/untagged.py",
        "token_column=int(numbered)",
        "token_column=0",
        "tests/readers/test_untagged.py",
    ),
    Mutant(
        "sentences that other splits have stay in train",
        "data_tools/building/scan.py",
        "keys, batch = keys[new], batch.select(new)",
        "keys, batch = keys, batch",
        "tests/building/test_sentence_keys.py",
    ),
    Mutant(
        "a document is divided among the splits",
        "data_tools/building/hash_split.py",
        "if self.by_document:",
        "if not self.by_document and not units.size:",
        "tests/building/test_hash_split.py",
    ),
    Mutant(
        "max_characters ignored",
        "data_tools/building/scan.py",
        "if length > reading.max_characters:",
        "if False:",
        _BUILD,
    ),
    Mutant(
        "label counts of a part of the training split",
        "data_tools/building/records.py",
        'for written in shards["train"])',
        'for written in shards["train"][:1])',
        "tests/data/test_label_counts.py",
    ),
)
