"""Records are read back as the sentences that were written."""

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from ner.errors import InputError
from tests.readers.written import read, shown

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
