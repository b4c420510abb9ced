"""Any bytes become exactly the sentences that stand in them, or a clear error: from the reader to the shards.

The same check ran for minutes as a campaign, see BUILD_NOTES.md; what it found are literal tests of the modules.
"""

import gzip
import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect import Dialect
from data_tools.readers.columns.dialect_detection import find_dialect
from data_tools.readers.read_options import ReadOptions
from ner.data import dataset as records_dataset
from ner.data.example import decode
from ner.data.tfrecord import read_records
from ner.errors import InputError
from tests import reference_reader
from tests.column_mutations import SEEDS, mutate

MAX_CHARACTERS = 300


@pytest.mark.parametrize("seed", range(8))
def test_any_bytes_become_their_sentences_in_shards_or_a_clear_error(tmp_path, seed):
    random = Random(seed)
    for _ in range(25):
        survive(tmp_path, mutate(random, random.choice(SEEDS)), random)


def survive(folder: Path, content: bytes, random: Random) -> bool:
    """Reads and builds `content`, and checks all that must hold of any bytes; tells whether it could be read."""
    path = str(folder / "train.txt")
    Path(path).write_bytes(content)
    docstart = random.choice(("drop", "keep"))
    dialect, counts = None, ReadCounts()
    try:
        dialect = find_dialect(path)
        found = list(read_sentences(path, dialect, docstart=docstart, counts=counts))
    except InputError as error:
        check_error(path, content, error, dialect)
        with pytest.raises(InputError):
            build(folder, path, docstart, random)
        return False
    plain = unpacked(content)
    tokens = sum(len(source.sentence.tokens) for source in found)
    skipped = counts.comments + counts.multiword_tokens + counts.empty_nodes + counts.headers + counts.blank_marks
    skipped += (docstart == "drop") * counts.docstarts
    assert tokens + skipped == reference_reader.lines_that_hold_something(plain)
    sentences = reference_reader.read(plain, dialect, docstart)
    tagged = [list(zip(source.sentence.tokens, source.sentence.tags, strict=True)) for source in found]
    assert tagged == sentences
    check_cuts(path, dialect, docstart, found, counts, random, len(plain))
    check_build(folder, path, docstart, found, random)
    return True


def unpacked(content: bytes) -> bytes:
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    return plain.decode("utf-16").encode() if plain.startswith((b"\xff\xfe", b"\xfe\xff")) else plain


def check_error(path: str, content: bytes, error: InputError, dialect: Dialect | None) -> None:
    """The text names the file and, unless the whole file is at fault, a line that is at fault on its own too."""
    for message in str(error).split("\n"):
        if not re.fullmatch(r"and \d+ more faults?", message):
            check_message(path, content, message, dialect)


def check_message(path: str, content: bytes, message: str, dialect: Dialect | None) -> None:
    assert message.startswith(f"{path}:")
    number = re.match(r":(\d+): ", message.removeprefix(path))
    if number is None:
        assert re.search("no sentences: it holds|damaged UTF-16 text|damaged GZIP data", message)
        return
    line = unpacked(content).removeprefix(reference_reader.BOM).split(b"\n")[int(number[1]) - 1]
    if dialect is not None:
        alone = Path(path).with_name("alone.txt")
        alone.write_bytes(b"\n" + line)  # not at the start, where some bytes mean UTF-16
        with pytest.raises(InputError, match=re.escape(f"{alone}:2: ")):
            list(read_sentences(str(alone), dialect))
        alone.unlink()


def check_cuts(path, dialect, docstart, found, counts, random, size):
    """The sentences of any ranges that make up the file are those of the file."""
    bounds = [0, *sorted(random.randint(1, size + 2) for _ in range(random.randint(1, 6))), None]
    parts = [ReadCounts() for _ in bounds[1:]]
    ranges = zip(pairwise(bounds), parts, strict=True)
    cut = [
        list(read_sentences(path, dialect, docstart=docstart, start=start, end=end, counts=part))
        for (start, end), part in ranges
    ]
    assert reference_reader.joined(cut, parts) == found
    assert reference_reader.total(parts) == counts


def check_build(folder, path, docstart, found, random):
    """The shards hold the sentences that are not too long, in order, character for character."""
    wanted = [source.sentence for source in found if len(source.sentence.text) <= MAX_CHARACTERS]
    try:
        dataset = build(folder, path, docstart, random)
    except InputError as error:
        labels = {tag for sentence in wanted for tag in sentence.tags}
        assert not wanted or len(labels) >= 255 or labels == {"O"}, error
        return
    records = [
        decode(payload)
        for shard in dataset.shard_paths(str(folder / "records"), "train")
        for payload in read_records(shard, dataset.compression)
    ]
    assert [record.text for record in records] == [sentence.text for sentence in wanted]
    read = [record.sentence(dataset.labels) for record in records]
    assert [(one.tokens, one.tags) for one in read] == [(one.tokens, one.tags) for one in wanted]
    assert dataset.split("train").tokens == sum(len(sentence.tokens) for sentence in wanted)


def build(folder, path, docstart, random):
    """Builds with one process; a build that fails leaves nothing new."""
    options = BuildOptions(
        sources={"train": (path,)},
        output_dir=str(folder / "records"),
        read=ReadOptions(docstart=docstart),
        shards=random.choice((None, 1, 3)),
        compression=random.choice(("", "GZIP")),
        max_characters=MAX_CHARACTERS,
        long_sentences="drop",
        overwrite=True,
        workers=1,
    )
    build_records(options)
    assert {entry.name for entry in folder.iterdir()} == {"train.txt", "records"}
    return records_dataset.load(options.output_dir)
