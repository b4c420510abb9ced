"""Every record knows its file, line and document, however the files were cut for reading."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.options import BuildOptions
from data_tools.building.origins import FILE, Origin, OriginCounter
from data_tools.building.records import build_records
from data_tools.readers import base
from ner.data import example
from ner.data.tfrecord import read_records

LINES = st.sampled_from(["a O", "b B-X", "# c", "-DOCSTART- O", "# newdoc", "", "", " "])


def origins_of(folder, paths, **options):
    """`(document, source, line)` of each record, and the documents that `dataset.json` counts."""
    options = BuildOptions(
        sources={"train": tuple(map(str, paths))}, output_dir=f"{folder}/records", workers=1, overwrite=True, **options
    )
    dataset = build_records(options).dataset
    records = [
        example.decode(record)
        for path in dataset.shard_paths(f"{folder}/records", "train")
        for record in read_records(path)
    ]
    return [(one.document, one.source, one.line) for one in records], dataset.split("train").documents


def expected_origins(files):
    """The same, line by line."""
    found, documents = [], Counter()
    for source, lines in enumerate(files):
        marked = inside = False  # whether a line of this file began a document; whether a sentence has begun
        for number, line in enumerate(lines, 1):
            mark = {"-DOCSTART- O": "-DOCSTART-", "# newdoc": "# newdoc"}.get(line)
            if mark or not line.strip():
                inside = False
            if mark:
                documents[mark] += 1
                marked = True
            elif line.strip() and line != "# c" and not inside:
                inside = True
                if not marked:
                    documents[FILE] += 1
                    marked = True
                found.append((documents.total() - 1, source, number))
    return found, dict(documents)


@given(st.lists(st.lists(LINES, max_size=20), min_size=1, max_size=3), st.integers(3, 40))
def test_build_numbers_lines_and_documents_in_any_ranges(tmp_path_factory, files, range_bytes):
    folder = tmp_path_factory.getbasetemp()
    files = [["a B-X", "", *files[0]], *files[1:]]
    paths = [folder / f"{number}.txt" for number in range(len(files))]
    for path, lines in zip(paths, files, strict=True):
        path.write_text("\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "RANGE_BYTES", range_bytes)
        assert origins_of(folder, paths) == expected_origins(files)


def test_origins_count_lines_and_documents_of_sentences_that_are_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("far_too_long O\n\n-DOCSTART- O\nb B-X\n")
    found = origins_of(tmp_path, [tmp_path / "a.txt"], max_characters=5, long_sentences="drop")
    assert found == ([(1, 0, 4)], {"file": 1, "-DOCSTART-": 1})


def test_origin_counter_starts_anew_with_every_file():
    counter = OriginCounter()
    assert counter.add(0, 10, Counter(), starts_inside=True) == Origin(0, 1, 0)
    assert counter.add(0, 5, Counter({"# newdoc": 2}), starts_inside=True) == Origin(0, 11, 0)
    assert counter.add(1, 7, Counter({"# newdoc": 1}), starts_inside=False) == Origin(1, 1, 2)
    assert counter.add(1, 7, Counter(), starts_inside=True) == Origin(1, 8, 3)
    assert counter.documents == {"file": 1, "# newdoc": 3}
