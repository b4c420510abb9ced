"""Records are read back as the sentences that were written."""

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.base import ReadCounts
from data_tools.readers.formats import expand_sources
from data_tools.readers.record_shards import ShardReader
from ner.errors import InputError
from tests.readers.written import read, shown

TWO_DOCUMENTS = "-DOCSTART- O\n\nAda B-PER\n\nran O\n\n-DOCSTART- O\n\nBo B-PER\n"
CORPUS = "EU B-ORG\nis -\nnot O\n\nAda B-PER\nran O\n"


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_shards_give_the_sentences_of_the_build(tmp_path, compression):
    (tmp_path / "train.txt").write_text(CORPUS)
    sources = {"train": (f"{tmp_path}/train.txt",)}
    output = tmp_path / "records"
    build_records(BuildOptions(sources=sources, output_dir=str(output), workers=1, compression=compression))
    found, counts = read(f"{output}/train-*", "records")
    assert shown(found) == ["EU/B-ORG is/- not", "Ada/B-PER ran"]
    assert (counts.lines, counts.evidence.name) == (2, "IOB2")
    with pytest.raises(InputError, match="has no columns; leave out"):
        read(f"{output}/train-*", "records", tag_column=1)


def test_documents_of_the_build_stay_apart(tmp_path):
    (tmp_path / "train.txt").write_text(TWO_DOCUMENTS)
    sources = {"train": (f"{tmp_path}/train.txt",)}
    output = tmp_path / "records"
    build_records(BuildOptions(sources=sources, output_dir=str(output), workers=1, shards=1))
    [path] = expand_sources([f"{output}/train-*"])
    counts = ReadCounts()
    [part] = ShardReader().ranges(path)
    assert [one.document for one in ShardReader().read(part, counts)] == [1, 1, 2]
    assert counts.documents == {"record": 2}
