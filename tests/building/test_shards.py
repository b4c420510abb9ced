"""Shards hold contiguous sentences in file order, whatever the marks and the compression."""

import gzip
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.origins import Origin
from data_tools.building.reading import Reading
from data_tools.building.scan import ScanTask, scan_group, scan_tasks
from data_tools.building.shards import Encoding, Run, ShardTask, shard_count, split_runs, write_shard
from data_tools.building.split_scan import Mark, Place, SplitScan
from data_tools.readers import base, source_batch
from data_tools.readers.base import SourceRange
from data_tools.readers.columns.conll import ConllReader, Dialect
from ner.data import example
from ner.data.tfrecord import read_records
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

DIALECT = Dialect(separator="spaces", columns=2, token_column=0, tag_column=1)
READING = Reading(reader=ConllReader(dialect=DIALECT, docstart="drop"), max_characters=20)
ENCODING = Encoding(
    vocabulary=Vocabulary.from_text(["s0123456789 "]), labels=Labels(("O",)), space_label="inside", compression=""
)


def write_corpus(path: Path, sentences: int) -> Path:
    """`s0 O`, `s1 O`, ... with what lies between sentences in real files."""
    between = itertools.cycle(["\n", "\n\n", " \n# comment\n\n", "-DOCSTART- O\n"])
    text = "".join(f"s{number} O\n{next(between)}" for number in range(sentences))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def whole_scan(*paths: Path) -> SplitScan:
    found = SplitScan()
    for path in paths:
        for part in scan_tasks(str(path), READING, f"{path}.spool"):
            found.add(scan_group([part]))
    return found


def texts_of(path: Path, compression: str = "") -> list[str]:
    return [example.decode(record).text for record in read_records(str(path), compression)]


@pytest.mark.parametrize(
    ("sentences", "asked", "expected"),
    [(1, None, 1), (99, None, 1), (250, None, 2), (1_600, None, 16), (10**6, None, 16), (5, 3, 3), (2, 8, 2)],
)
def test_shard_count_leaves_enough_sentences_to_each(sentences, asked, expected):
    assert shard_count(sentences, asked) == expected


def test_split_runs_cuts_at_sentences_and_joins_batches_of_a_spool():
    marks = [Mark("a", 0, 3), Mark("a", 50, 2), Mark("b", 0, 4)]
    assert split_runs(marks, 2) == [
        (Run("a", 0, 0, 4, (Origin(),)),),
        (Run("a", 50, 1, 1, (Origin(),)), Run("b", 0, 0, 4, (Origin(),))),
    ]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.integers(1, 12))
def test_split_runs_gives_every_sentence_once_in_order(sizes, count):
    marks = [Mark(str(number), 0, size) for number, size in enumerate(sizes)]
    everything = [(str(number), index) for number, size in enumerate(sizes) for index in range(size)]
    shards = split_runs(marks, count)
    taken = [[(run.spool, index) for run in runs for index in range(run.skip, run.skip + run.take)] for runs in shards]
    assert [sentence for shard in taken for sentence in shard] == everything
    assert max(map(len, taken)) - min(map(len, taken)) <= 1


@pytest.mark.parametrize("name", ["corpus.txt", "corpus.txt.gz"])
@pytest.mark.parametrize("shards", [1, 3, 7])
def test_write_shard_starts_at_the_right_sentence_of_any_batch(tmp_path, monkeypatch, name, shards):
    monkeypatch.setattr(base, "RANGE_BYTES", 100)
    monkeypatch.setattr(source_batch, "BATCH_CHARACTERS", 10)
    corpus = write_corpus(tmp_path / name, 60)
    marks = whole_scan(corpus).marks
    assert len(marks) > 10
    found = []
    for number, runs in enumerate(split_runs(marks, shards)):
        shard = tmp_path / f"{number}.tfrecord"
        write_shard(ShardTask(str(shard), runs, ENCODING))
        found += texts_of(shard)
    assert found == [f"s{number}" for number in range(60)]


def test_write_shard_skips_what_the_scan_did_not_count(tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("s0 O\n\n" + "s1234567890 O\n" * 2 + "\ns2 O\n\ns3 O\n")
    found = whole_scan(corpus)
    assert (found.sentences, found.too_long) == (3, 1)
    assert found.first_too_long == (Place(str(corpus), 6), 23)
    [mark] = found.marks
    task = ShardTask(
        str(tmp_path / "x"), (Run(mark.spool, mark.offset, 1, 2, (Origin(),)),), ENCODING, count_labels=True
    )
    assert write_shard(task).label_counts.characters == (4,)
    assert texts_of(tmp_path / "x") == ["s2", "s3"]


def test_write_shard_gzip_is_the_same_content_and_has_no_time_in_it(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", 5)
    [runs] = split_runs(whole_scan(corpus).marks, 1)
    packed = Encoding(vocabulary=ENCODING.vocabulary, labels=ENCODING.labels, space_label="inside", compression="GZIP")
    plain = write_shard(ShardTask(str(tmp_path / "plain"), runs, ENCODING)).shard
    first = write_shard(ShardTask(str(tmp_path / "packed"), runs, packed)).shard
    content = (tmp_path / "packed").read_bytes()
    assert gzip.decompress(content) == (tmp_path / "plain").read_bytes()
    assert content[4:8] == bytes(4)
    assert first.records == plain.records == 5
    assert first.bytes == len(content)


@given(st.lists(st.integers(1, 500), max_size=6).map(sorted))
def test_scan_of_parts_adds_up_to_the_scan_of_the_whole(tmp_path_factory, cuts):
    corpus = tmp_path_factory.getbasetemp() / "parts.txt"
    if not corpus.exists():
        corpus.write_text("EU B-ORG\nrejects O\n\nNew B-LOC\nYork I-LOC\n\n-DOCSTART- O\n\n" * 8)
    whole = scan_group([ScanTask(SourceRange(str(corpus)), READING, f"{corpus}.spool")])
    added = SplitScan()
    for start, end in itertools.pairwise([0, *dict.fromkeys(cuts), None]):
        added.add(scan_group([ScanTask(SourceRange(str(corpus), start, end), READING, f"{corpus}.spool")]))
    whole.marks = added.marks = []
    whole.parts = ()
    assert added == whole
    assert whole.entities == {"LOC": 8, "ORG": 8}
    assert str(whole.first_places["I-LOC"]) == f"{corpus}:5"
