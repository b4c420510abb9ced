"""Mutants of readers of records and of texts with spans: JSON, Parquet, brat."""

from tests.benchmarks.mutants.mutant import Mutant

RECORDS = (
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
        "if any(text[before.end : after.start].strip() for before, after in pairwise(pieces)):",
        "if False:",
        "tests/readers/test_brat.py",
    ),
    Mutant(
        "names of tags in a Parquet table are those of any column",
        "data_tools/readers/parquet.py",
        "column = next(name for name in TAGS if _holds_lists(schema, name))",
        "column = next(name for name in TAGS if name in described)",
        "tests/readers/test_parquet.py",
    ),
    Mutant(
        "the text of a span in JSON is not compared with that at its place",
        "data_tools/readers/json_spans.py",
        "said and _words(said) != _words(covered)",
        "False",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "spans of several controls of Label Studio are mixed",
        "data_tools/readers/label_studio.py",
        "if len(controls) > 1:",
        "if False:",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "the ground truth of Label Studio is passed over",
        "data_tools/readers/label_studio.py",
        'if one.get("ground_truth") is True',
        "if False",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "spans of an empty key are read although another key holds some",
        "data_tools/readers/json_spans.py",
        "[key for key, spans in found.items() if spans] or found",
        "[*found]",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "tags that are null are read from the next key",
        "data_tools/readers/json_records.py",
        "isinstance(record[key], list | None)]",
        "isinstance(record[key], list)]",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "of two keys with different tags the first is read",
        "data_tools/readers/json_records.py",
        "len(value) == len(tokens) and value != record[keys[0]]",
        "False",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "tokens of white space in JSON are no empty ones",
        "data_tools/readers/json_records.py",
        "[token.strip() for token in tokens]",
        "list(tokens)",
        "tests/readers/test_json_records.py",
    ),
    Mutant(
        "--empty_token ignored in Parquet tables",
        "data_tools/readers/parquet.py",
        "RecordForm(names, options.empty_token)",
        "RecordForm(names)",
        "tests/readers/test_parquet.py",
    ),
    Mutant(
        "entities of brat over a line break are dropped",
        "data_tools/readers/brat.py",
        "text[before.end : after.start].strip() for",
        "text[before.end : after.start] for",
        "tests/readers/test_brat.py",
    ),
    Mutant(
        "triggers of events in brat are entities",
        "data_tools/readers/brat.py",
        "entity[1] in triggers:",
        "False:",
        "tests/readers/test_brat.py",
    ),
)
