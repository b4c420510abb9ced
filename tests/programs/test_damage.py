"""Damaged shards are named by everything that reads them: never a wrong record in silence, another error, or a wait.

The same check ran for minutes as a campaign, see BUILD_NOTES.md.
"""

import functools
import gzip
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.inspection.verify import inspect_records
from ner.data import dataset as records_dataset
from ner.data.batches import evaluation_batches, training_batches
from ner.data.tfrecord import DamagedShardError, frame, read_records
from ner.data.verification import verify_while_reading
from tests.forked import run_program

SHARDS = 3
COMPRESSIONS = ("", "GZIP")


class Reader:
    """Everything that reads the records of one folder, made once because TensorFlow takes long to make it."""

    def __init__(self, folder: Path, compression: str) -> None:
        self.folder = str(folder / "records")
        for name, word in ("records", "walks"), ("older", "talks"):  # the older build's shards are often as long
            text = folder / "train.txt"
            text.write_text(
                "".join(f"Ann{n % 7} B-PER\nMoe I-PER\n{word} O\n" + "on O\n" * (n % 3) + "\n" for n in range(60))
            )
            sources = {split: (str(text),) for split in ("train", "test")}
            options = BuildOptions(
                sources=sources, output_dir=str(folder / name), shards=SHARDS, compression=compression, workers=1
            )
            self.dataset = build_records(options).dataset
        self.older = folder / "older"
        self.dataset = records_dataset.load(self.folder)
        self.paths = [Path(path) for path in self.dataset.shard_paths(self.folder, "train")]
        self.whole = {path: path.read_bytes() for path in self.paths}
        self.training = training_batches(self.dataset, self.folder, batch_size=8, seed=0).take(20)
        self.evaluation = evaluation_batches(self.dataset, self.folder, "train", 8)

    def restore(self) -> None:
        for path, content in self.whole.items():
            if path.is_dir():
                path.rmdir()
            path.write_bytes(content)

    def changed(self) -> list[str]:
        """Paths of the shards that are not as they were built."""
        return [str(path) for path, content in self.whole.items() if not path.is_file() or path.read_bytes() != content]

    def check(self) -> str:
        """Reads a damaged folder in every way; each must name a shard that is damaged, or all find it whole."""
        changed = self.changed()
        damage = inspect_records(self.folder, split="train", workers=1).damage
        assert bool(damage) == bool(changed), damage
        for path in changed:
            assert any(line.startswith(f"{path}: ") for line in damage), damage
        texts = []
        for read in (self.training, self.evaluation):
            try:
                with verify_while_reading(self.dataset, self.folder, "train"):
                    for _ in read:
                        pass
            except DamagedShardError as error:
                texts.append(str(error))
                assert any(texts[-1].startswith(f"{path}: ") for path in changed), texts
                assert "\n" not in texts[-1]
            else:
                assert not changed, f"{changed} was not noticed"
        return "; ".join(texts)


@pytest.fixture(scope="module")
def reader_of(tmp_path_factory) -> Callable[[str], Reader]:
    """The reader of records of a compression, made once."""
    return functools.cache(lambda compression: Reader(tmp_path_factory.mktemp("damage"), compression))


def flip(random: Random, reader: Reader, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 3))):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def cut(random: Random, reader: Reader, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: random.choice((random.randrange(len(content)), len(content) - random.randint(1, 9)))])


def cut_between_records(random: Random, reader: Reader, path: Path) -> None:
    records = [frame(payload) for payload in read_records(str(path), reader.dataset.compression)]
    rewrite(reader, path, records[: random.randrange(len(records))])


def repeat_records(random: Random, reader: Reader, path: Path) -> None:
    records = [frame(payload) for payload in read_records(str(path), reader.dataset.compression)]
    first = random.randrange(len(records))
    rewrite(reader, path, records[: random.randint(first, len(records))] + records[first:])


def swap_records(random: Random, reader: Reader, path: Path) -> None:
    records = [frame(payload) for payload in read_records(str(path), reader.dataset.compression)]
    rewrite(reader, path, records[1:] + records[:1])


def rewrite(reader: Reader, path: Path, records: list[bytes]) -> None:
    content = b"".join(records)
    path.write_bytes(gzip.compress(content, mtime=0) if reader.dataset.compression else content)


def zero_a_page(random: Random, reader: Reader, path: Path) -> None:
    content = bytearray(path.read_bytes())
    first = random.randrange(len(content))
    length = min(random.choice((16, 512, 4096)), len(content) - first)
    path.write_bytes(content[:first] + bytes(length) + content[first + length :])


def repeat_a_block(random: Random, reader: Reader, path: Path) -> None:
    content = path.read_bytes()
    first, last = sorted(random.randint(0, len(content)) for _ in range(2))
    path.write_bytes(content[:last] + content[first:])


def append(random: Random, reader: Reader, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content + random.choice((b"\0", bytes(4096), b"x", content, frame(b""), frame(b"\xff\xff"))))


def exchange(random: Random, reader: Reader, path: Path) -> None:
    other = random.choice([other for other in reader.paths if other != path])
    first, second = path.read_bytes(), other.read_bytes()
    path.write_bytes(second)
    other.write_bytes(first)


def take_an_older_one(random: Random, reader: Reader, path: Path) -> None:
    shutil.copy2(reader.older / path.name, path)


def change_compression(random: Random, reader: Reader, path: Path) -> None:
    content = path.read_bytes()
    plain = gzip.decompress(content) if reader.dataset.compression else content
    path.write_bytes(random.choice((plain + b"\0", gzip.compress(plain, 1), zlib.compress(plain), plain[1:])))


def remove(random: Random, reader: Reader, path: Path) -> None:
    path.unlink()
    if random.randrange(2):
        path.mkdir()


def empty(random: Random, reader: Reader, path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: tuple[Callable[[Random, Reader, Path], None], ...] = (
    *(flip, cut, cut_between_records, repeat_records, swap_records, zero_a_page, repeat_a_block, append, exchange),
    *(take_an_older_one, change_compression, remove, empty),
)


# What a file's compression makes a difference to: all others change whole records, or whole files.
DAMAGES_OF_BYTES = (flip, cut, zero_a_page, repeat_a_block, append, change_compression)


def survive(reader: Reader, damage: Callable[[Random, Reader, Path], None], random: Random) -> str:
    """Damages one shard, checks that every reader says so, and puts all back; what the readers said."""
    try:
        damage(random, reader, random.choice(reader.paths))
        return reader.check()
    finally:
        reader.restore()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_whole_records_are_found_whole(reader_of, compression):
    assert reader_of(compression).check() == ""


@pytest.mark.parametrize(
    ("compression", "damage"),
    [*(("", damage) for damage in DAMAGES), *(("GZIP", damage) for damage in DAMAGES_OF_BYTES)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_damage_of_any_kind_is_named(reader_of, compression, damage):
    survive(reader_of(compression), damage, Random(len(compression)))


def test_a_record_that_tensorflow_quotes_in_an_error_is_named(reader_of):
    # TensorFlow's message holds the record's bytes, which need not be text: Python gets a UnicodeDecodeError instead.
    def append_a_record(random: Random, reader: Reader, path: Path) -> None:
        with path.open("ab") as file:
            file.write(frame(b"\xff\xff"))

    named = r"train-0000(\d)-of-00003.tfrecord: record 20: one too many"
    assert re.search(named, survive(reader_of(""), append_a_record, Random(0)))


def test_training_names_a_damaged_shard_in_one_line_and_ends(tmp_path, reader_of):
    reader = reader_of("")
    train = ["--epochs=1", "--lstm_units=4", "--lstm_layers=1", f"--records={reader.folder}"]
    shard = reader.paths[1]
    for name, damage, message in (
        ("older", take_an_older_one, "every record is whole, but the SHA-256 is not the one in dataset.json"),
        ("flipped", flip, r"record \d+: the checksum of the record's data does not match"),
    ):
        damage(Random(4), reader, shard)
        done = run_program("ner.train", *train, f"--workdir={tmp_path / name}", text=True)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"ner.train: error: {shard}: ")
        assert re.search(message, line)
        assert not list((tmp_path / name).glob("checkpoints/*"))
        reader.restore()
